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
    kind: FileSystem,
}

/// What is on a card.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileSystem {
    /// As people have it.
    Ext4,
    /// It keeps data in its journal, too.
    Ext4WithDataJournal,
    /// It writes elsewhere what is overwritten.
    Btrfs,
    /// It writes everything to the end of a log.
    F2fs,
}

impl FileSystem {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Ext4, Self::Ext4WithDataJournal, Self::Btrfs, Self::F2fs];

    /// As the kernel calls it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ext4 | Self::Ext4WithDataJournal => "ext4",
            Self::Btrfs => "btrfs",
            Self::F2fs => "f2fs",
        }
    }

    fn options(self) -> &'static str {
        match self {
            Self::Ext4 => ",data=ordered",
            Self::Ext4WithDataJournal => ",data=journal",
            Self::Btrfs | Self::F2fs => "",
        }
    }

    /// Whether this kernel has it.
    ///
    /// # Errors
    /// If the kernel does not tell.
    pub fn is_known(self) -> Result<bool> {
        let known = std::fs::read_to_string("/proc/filesystems")?;
        Ok(known.lines().any(|line| line.split_whitespace().next_back() == Some(self.name())))
    }
}

/// Of how many bytes a card with a new file system is: btrfs takes none that is much smaller.
const NEW: u64 = 256 << 20;

impl Mounted {
    /// A card with a new file system.
    ///
    /// # Errors
    /// If its tools are missing, or this process may not mount.
    pub fn new(kind: FileSystem) -> Result<Self> {
        let folder = Folder::new()?;
        let file = folder.host().join(crate::card::NAME);
        File::create_new(&file)?.set_len(NEW)?;
        let mut format = Command::new(format!("mkfs.{}", kind.name()));
        run(format.arg("-q").arg(&file))?;
        let mounted = Self { path: folder.disk(), folder, kind };
        mounted.mount()?;
        Ok(mounted)
    }

    /// The file with the bytes of the card.
    pub fn card(&self) -> PathBuf {
        self.file()
    }

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
        let mounted = Self { path: folder.disk(), folder, kind: FileSystem::Ext4 };
        mounted.mount()?;
        Ok(mounted)
    }

    /// Waits until everything written to files is on the card.
    ///
    /// # Errors
    /// If the card does not take it.
    pub fn sync(&self) -> Result<()> {
        Ok(rustix::fs::syncfs(File::open(&self.path)?)?)
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
        self.folder.mount_as(self.kind.name(), &self.file(), self.kind.options())
    }
}
