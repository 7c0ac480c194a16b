//! Tests that need what lies beside the repository.
//!
//! Where that is missing they are reported as ignored. Where `CI` is set they run all the same and
//! fail, because nobody would notice otherwise.
//!
//! It is a package of its own because looking for files takes a build script, and one in the crates
//! would compile the program again each time it looks.

use proc_macro::{TokenStream, TokenTree};

/// What a test can need, and why it is ignored; empty if it is not.
const MATERIAL: [(&str, &str); 9] = [
    ("recordings", env!("RECORDINGS")),
    ("network", env!("NETWORK")),
    ("whisper", env!("WHISPER")),
    ("sentences", env!("SENTENCES")),
    ("houses", env!("HOUSES")),
    ("vectors", env!("VECTORS")),
    ("disk", env!("DISK")),
    ("memory", env!("MEMORY")),
    ("users", env!("USERS")),
];

/// `#[needs::test(recordings, network)]` is `#[test]`, ignored where one of these is missing:
/// `recordings` of people, the speech `network`, the model of `whisper`, `vectors`, which are results of it, the test
/// `sentences` of Home Assistant, what was recorded in `houses`, the right to mount a `disk`, the right to
/// read the `memory` of another process, and the right to act as other `users`.
///
/// # Panics
/// If it is told another name; the compiler shows where.
#[proc_macro_attribute]
pub fn test(needed: TokenStream, function: TokenStream) -> TokenStream {
    let mut reasons = Vec::new();
    for token in needed {
        if let TokenTree::Ident(name) = token {
            let name = name.to_string();
            let known = MATERIAL.iter().find(|(known, _)| *known == name);
            let (_, reason) = known.unwrap_or_else(|| panic!("a test cannot need {name}"));
            reasons.extend((!reason.is_empty()).then_some(*reason));
        }
    }
    let ignore = match &reasons[..] {
        [] => String::new(),
        _ => format!("#[ignore = {:?}]", reasons.join(", ")),
    };
    let attributes = format!("#[::core::prelude::v1::test] {ignore}");
    let mut test: TokenStream = attributes.parse().expect("these are attributes");
    test.extend(function);
    test
}
