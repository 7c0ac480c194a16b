//! The doors for bytes of others, one function each: cargo-fuzz runs them on what it makes up, and a test of this
//! package on what it once found worth keeping (`../fuzz/corpus`). None may panic, whatever it gets.
#![expect(clippy::missing_panics_doc, reason = "a panic is what is looked for")]

mod asked;
mod files;
mod household;
mod kept;
mod page;
mod words;

use std::os::unix::fs::PermissionsExt as _;
use std::sync::LazyLock;

use tokio::runtime::Runtime;

pub use asked::{answers, settings, terminal};
pub use files::{audio, let_caught_panics_pass, model, network, spoken, voices};
pub use household::{household, old};
pub use kept::{card, clock, database};
pub use page::page;
pub use words::{responses, sentences, template, texts};

/// A door.
pub type Target = fn(&[u8]);

/// All of them, by the names of their folders in `../fuzz/corpus`.
pub const TARGETS: [(&str, Target); 18] = [
    ("answers", answers),
    ("audio", audio),
    ("card", card),
    ("clock", clock),
    ("database", database),
    ("household", household),
    ("model", model),
    ("network", network),
    ("old", old),
    ("page", page),
    ("responses", responses),
    ("sentences", sentences),
    ("settings", settings),
    ("spoken", spoken),
    ("template", template),
    ("terminal", terminal),
    ("texts", texts),
    ("voices", voices),
];

static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| Runtime::new().expect("a runtime"));

/// A folder that goes when it is dropped, and that nobody else reads.
fn folder() -> tempfile::TempDir {
    let ours = std::fs::Permissions::from_mode(0o700);
    tempfile::Builder::new().permissions(ours).tempdir().expect("a folder")
}

/// Two texts with a zero byte between them.
fn two(bytes: &[u8]) -> Option<(&str, &str)> {
    std::str::from_utf8(bytes).ok()?.split_once('\0')
}
