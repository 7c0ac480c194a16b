//! A card that remembers every byte that ever reached it, to audit the store on.
//!
//! Whoever takes a card apart may read what was written once and overwritten or deleted since: the
//! file system leaves bytes in free blocks and in its journal, and the card itself in old pages. So
//! a [`Disk`] keeps every write, and its [`History`] is what such a person has at best. The history
//! also says what a power cut at any moment could leave, and [`Mounted`] is a card with that.
//!
//! ```text
//!  ext4 at Disk::path() ── loop device ── the only file of a FUSE file system ── History
//! ```
//!
//! This needs root, FUSE, loop devices and e2fsprogs. Tests say so with `#[needs::test(disk)]`.

mod card;
mod event;
mod folder;
mod history;
mod mounted;
mod search;
mod serve;

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Result, ensure};
use rustix::fs::FallocateFlags;

pub use event::{Event, SECTOR};
pub use history::History;
pub use mounted::{FileSystem, Mounted};
pub use search::{KEY, Place};

use card::Card;
use folder::{Folder, run};

/// Of how many bytes the blocks of the file system are.
const BLOCK: u64 = 1024;

/// Fewer bytes leave no room for the journal.
const LEAST_BYTES: u64 = 4 << 20;

/// An ext4 of its own on a card that remembers every write.
///
/// It is taken down when it is dropped; if a file of it is still open, it stays unseen until that is
/// closed. If the process is killed, the next one that makes a disk takes it down.
pub struct Disk {
    card: Card,
    path: PathBuf,
    folder: Folder,
}

impl Disk {
    /// A disk of so many bytes, with an empty ext4 that never discards.
    ///
    /// # Errors
    /// If `bytes` are no multiple of 4,096 or fewer than 4 MiB, or this process may not mount.
    pub fn new(bytes: u64) -> Result<Self> {
        Self::empty(bytes, "")
    }

    /// As [`new`](Self::new); what files no longer need is discarded at once.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub fn discarding(bytes: u64) -> Result<Self> {
        Self::empty(bytes, ",discard")
    }

    /// A disk with what is on an image, for example after a power cut; its history begins there.
    ///
    /// # Errors
    /// If the image holds no ext4 that can be mounted, or this process may not mount.
    pub fn holding(image: Vec<u8>) -> Result<Self> {
        Self::start(image, "", |_| Ok(()))
    }

    fn empty(bytes: u64, options: &str) -> Result<Self> {
        ensure!(bytes >= LEAST_BYTES && bytes.is_multiple_of(4096), "no disk has {bytes} bytes");
        Self::start(vec![0; bytes as usize], options, |file| {
            let mut format = Command::new("mkfs.ext4");
            // The kernel would otherwise write the rest later, at any time.
            let whole = "nodiscard,lazy_itable_init=0,lazy_journal_init=0";
            run(format.args(["-q", "-F", "-b", &BLOCK.to_string(), "-E", whole]).arg(file))
        })
    }

    fn start(
        image: Vec<u8>,
        options: &str,
        prepare: impl FnOnce(&Path) -> Result<()>,
    ) -> Result<Self> {
        let folder = Folder::new()?;
        let card = Card::new(image);
        serve::serve(card.clone(), folder.host())?;
        let disk = Self { card, path: folder.disk(), folder };
        let file = disk.folder.host().join(card::NAME);
        prepare(&file)?;
        disk.folder.mount(&file, options)?;
        Ok(disk)
    }

    /// Where it is mounted.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Waits until everything written to files is on the card.
    ///
    /// # Errors
    /// If the card does not take it.
    pub fn sync(&self) -> Result<()> {
        Ok(rustix::fs::syncfs(File::open(&self.path)?)?)
    }

    /// This moment, as the number of events that reached the card; making the file system is among
    /// them. What was written and not synced is on its way still.
    pub fn mark(&self) -> usize {
        self.card.state().events.len()
    }

    /// The bytes of the card as they are now.
    pub fn image(&self) -> Vec<u8> {
        self.card.state().image.clone()
    }

    /// Everything that was on the card until now.
    pub fn history(&self) -> History {
        self.card.state().history()
    }

    /// Discards all free blocks that the file system has not discarded yet.
    ///
    /// # Errors
    /// If the card does not do it.
    pub fn trim(&self) -> Result<()> {
        run(Command::new("fstrim").arg(&self.path))
    }

    /// Lets so many more writes succeed. The next one breaks the card: writes, flushes and discards
    /// then fail with an input/output error until [`mend`](Self::mend). Reads go on.
    pub fn fail_after(&self, writes: u64) {
        self.card.state().writes_left = Some(writes);
    }

    /// Makes a broken card work again. The file system may have given up by then, and stay read-only.
    pub fn mend(&self) {
        self.card.state().writes_left = None;
    }

    /// Takes all free room of the file system; who removes the file that is returned gives it back.
    /// Nothing is written to the blocks.
    ///
    /// # Errors
    /// If the file cannot be made.
    pub fn fill(&self) -> Result<PathBuf> {
        // What is only in memory has no blocks yet.
        self.sync()?;
        let path = self.path.join("filler");
        let file = File::create_new(&path)?;
        let mut len = 0;
        let mut piece = self.card.state().image.len() as u64;
        while piece >= BLOCK {
            match rustix::fs::fallocate(&file, FallocateFlags::empty(), len, piece) {
                Ok(()) => len += piece,
                Err(rustix::io::Errno::NOSPC) => piece /= 2,
                Err(error) => return Err(error.into()),
            }
        }
        Ok(path)
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        // Otherwise a write that fails keeps the file system from being taken down.
        self.mend();
    }
}
