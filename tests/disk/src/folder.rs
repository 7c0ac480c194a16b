//! A temporary folder in which something may be mounted, and that leaves nothing behind.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use rustix::io::Errno;
use rustix::mount::{UnmountFlags, unmount};
use tempfile::TempDir;

/// How names of such folders begin.
const PREFIX: &str = "hark-disk-";

/// Locked by the process that uses the folder for as long as it lives.
const LOCK: &str = "lock";

/// Below a folder: where the file with the card is, and where what is on it is mounted.
const PLACES: [&str; 2] = ["disk", "host"];

/// The folder. Whatever is mounted in it is taken down when it is dropped.
pub struct Folder {
    folder: TempDir,
    _lock: File,
}

impl Folder {
    /// Makes one, and first removes those of processes that were killed.
    pub fn new() -> Result<Self> {
        remove_left_over(&std::env::temp_dir());
        let folder = tempfile::Builder::new().prefix(PREFIX).tempdir()?;
        for place in PLACES {
            fs::create_dir(folder.path().join(place))?;
        }
        // It gets its name when it is locked: nobody finds one that is not.
        let unnamed = folder.path().join("unlocked");
        let lock = File::create_new(&unnamed)?;
        lock.lock()?;
        fs::rename(unnamed, folder.path().join(LOCK))?;
        Ok(Self { folder, _lock: lock })
    }

    /// Where the file with the card is.
    pub fn host(&self) -> PathBuf {
        self.folder.path().join("host")
    }

    /// Where what is on the card is mounted.
    pub fn disk(&self) -> PathBuf {
        self.folder.path().join("disk")
    }

    /// Mounts the ext4 of a file.
    pub fn mount(&self, file: &Path, options: &str) -> Result<()> {
        self.mount_as("ext4", file, &format!(",data=ordered{options}"))
    }

    /// Mounts the file system of a file.
    pub fn mount_as(&self, kind: &str, file: &Path, options: &str) -> Result<()> {
        let options = format!("loop,noatime,nosuid,nodev{options}");
        let mut mount = Command::new("mount");
        run(mount.args(["-t", kind, "-o", &options]).arg(file).arg(self.disk()))
    }

    /// Takes down what [`mount`](Self::mount) mounted, with everything written.
    pub fn unmount(&self) -> Result<()> {
        unmount(self.disk(), UnmountFlags::empty()).context("the disk is still used")
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        take_down(self.folder.path());
    }
}

/// Unmounts what is in a folder; what is still used goes as soon as it is not.
fn take_down(folder: &Path) {
    for place in PLACES.map(|place| folder.join(place)) {
        if unmount(&place, UnmountFlags::empty()) == Err(Errno::BUSY) {
            // Nobody is there to be told if this fails, too; the next one made tries again.
            let _ = unmount(&place, UnmountFlags::DETACH);
        }
    }
}

/// Removes the folders of processes that no longer live.
fn remove_left_over(folders: &Path) {
    let entries = fs::read_dir(folders).into_iter().flatten().flatten();
    for folder in entries.filter(|e| e.file_name().to_string_lossy().starts_with(PREFIX)) {
        let folder = folder.path();
        let Ok(lock) = File::open(folder.join(LOCK)) else {
            continue;
        };
        if lock.try_lock().is_ok() {
            take_down(&folder);
            // Another process may be doing the same.
            let _ = fs::remove_dir_all(&folder);
        }
    }
}

/// Runs a program; what it complained about is the error.
pub fn run(command: &mut Command) -> Result<()> {
    let output = command.output().with_context(|| format!("{command:?}"))?;
    if !output.status.success() {
        let said = [output.stdout, output.stderr].concat();
        bail!("{command:?}: {}: {}", output.status, String::from_utf8_lossy(&said).trim());
    }
    Ok(())
}
