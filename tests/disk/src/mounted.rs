//! A copy of a card in another machine.

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Result;

use crate::folder::{Folder, run};

/// Of how many bytes a hole in a file is made.
const HOLE: usize = 4096;

/// An image of a card, mounted. It is a copy on its own, and nothing remembers what is written to
/// it; [`Disk::holding`](crate::Disk::holding) does.
pub struct Mounted {
    folder: Folder,
    path: PathBuf,
}

impl Mounted {
    /// Mounts a copy of an image; the kernel replays its journal, as after a power cut.
    ///
    /// # Errors
    /// If the image holds no ext4 that can be mounted, or this process may not mount.
    pub fn of(image: &[u8]) -> Result<Self> {
        let folder = Folder::new()?;
        let file = File::create_new(folder.host().join(crate::card::NAME))?;
        file.set_len(image.len() as u64)?;
        for (place, piece) in image.chunks(HOLE).enumerate() {
            // Most of an image is empty, and a hole costs nothing.
            if piece.iter().any(|byte| *byte != 0) {
                file.write_all_at(piece, (place * HOLE) as u64)?;
            }
        }
        let mounted = Self { path: folder.disk(), folder };
        mounted.mount()?;
        Ok(mounted)
    }

    /// Where it is mounted.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Checks the whole file system while it is not mounted, and mounts it again.
    ///
    /// # Errors
    /// What is wrong with the file system, or that it is still used.
    pub fn check(&self) -> Result<()> {
        self.folder.unmount()?;
        let checked = run(Command::new("e2fsck").args(["-f", "-n"]).arg(self.file()));
        self.mount()?;
        checked
    }

    /// The bytes of the card as they are now.
    ///
    /// # Errors
    /// If the disk is still used, or cannot be mounted again.
    pub fn image(&self) -> Result<Vec<u8>> {
        self.folder.unmount()?;
        let image = std::fs::read(self.file())?;
        self.mount()?;
        Ok(image)
    }

    fn file(&self) -> PathBuf {
        self.folder.host().join(crate::card::NAME)
    }

    fn mount(&self) -> Result<()> {
        self.folder.mount(&self.file(), "")
    }
}
