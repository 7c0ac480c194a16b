//! The data folder: private, and one process's at a time.

use std::fs::{DirEntry, File, OpenOptions, TryLockError};
use std::io;
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::error::Doing as _;
use crate::{Error, Result};

/// How often, and how long apart, the folder is asked for: a command on the terminal has it for less
/// than a second.
const LOCK_TRIES: u32 = 20;
const LOCK_WAIT: Duration = Duration::from_millis(50);
/// Files of a history that is begun anew.
const HISTORY: [&str; 5] = ["vault.db", "vault.db-wal", "vault.db-shm", "vault.db-journal", "root"];
/// It says that everything is to go.
const RESET: &str = "reset";
/// It is held by whoever has the folder.
const LOCK: &str = "lock";
/// Files of versions that kept the history in the open.
const OPEN_HISTORY: [&str; 3] = ["history.db", "history.db-wal", "history.db-shm"];

pub(crate) struct Folder {
    path: PathBuf,
    clips: PathBuf,
    /// Held while the store is open; the system lets go of it when the process ends.
    lock: Mutex<Option<File>>,
}

impl Folder {
    /// Takes the folder, after a moment if another process is just letting go of it.
    pub async fn open(path: &Path) -> Result<Self> {
        let clips = path.join("clips");
        make_private(path)?;
        make_private(&clips)?;
        let refused =
            |error: io::Error| unusable(path, &format!("{error}; choose another with --data"));
        let lock = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .open(path.join(LOCK))
            .map_err(refused)?;
        for attempt in 0..=LOCK_TRIES {
            match lock.try_lock() {
                Ok(()) => break,
                Err(TryLockError::WouldBlock) if attempt == LOCK_TRIES => {
                    return Err(Error::InUse { path: path.to_owned() });
                }
                Err(TryLockError::WouldBlock) => tokio::time::sleep(LOCK_WAIT).await,
                Err(TryLockError::Error(error)) => return Err(refused(error)),
            }
        }
        let folder = Self { path: path.to_owned(), clips, lock: Mutex::new(Some(lock)) };
        folder.remove_open_history()?;
        Ok(folder)
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    pub fn clips(&self) -> &Path {
        &self.clips
    }

    /// Lets another process have it.
    pub fn release(&self) {
        self.lock.lock().unwrap_or_else(PoisonError::into_inner).take();
    }

    /// Removes the history with its root, for it is not one any more.
    pub fn remove_history(&self) -> Result<()> {
        for name in HISTORY {
            erase(&self.path.join(name))?;
        }
        Ok(())
    }

    /// Whether a reset was begun and not finished.
    pub fn is_being_reset(&self) -> bool {
        self.path.join(RESET).exists()
    }

    /// Writes down that everything is to go.
    pub fn begin_reset(&self) -> Result<()> {
        make_private_file(&self.path.join(RESET))?;
        sync(&self.path)
    }

    /// Removes everything, and last the note that it is to go.
    pub fn remove_everything(&self) -> Result<()> {
        let mut folders = vec![self.path.clone()];
        while let Some(folder) = folders.pop() {
            for entry in entries(&folder)? {
                let kind = entry.file_type().doing("read", &entry.path())?;
                if kind.is_dir() {
                    folders.push(entry.path());
                } else if kind.is_file() && entry.file_name() != RESET && entry.file_name() != LOCK
                {
                    erase(&entry.path())?;
                } else if !kind.is_file() {
                    std::fs::remove_file(entry.path()).doing("remove", &entry.path())?;
                }
            }
        }
        sync(&self.path)?;
        erase(&self.path.join(RESET))
    }

    /// Takes away what an older version kept in the open, after overwriting it.
    fn remove_open_history(&self) -> Result<()> {
        if !self.path.join(OPEN_HISTORY[0]).exists() {
            return Ok(());
        }
        tracing::info!("erasing the history of an older version, which was not sealed");
        for clip in entries(&self.clips)? {
            erase(&clip.path())?;
        }
        // The database goes last: while it is there, this begins again.
        for name in OPEN_HISTORY.iter().rev() {
            erase(&self.path.join(name))?;
        }
        Ok(())
    }
}

/// What is in a folder.
pub(crate) fn entries(folder: &Path) -> Result<Vec<DirEntry>> {
    std::fs::read_dir(folder).and_then(Iterator::collect).doing("read", folder)
}

/// Makes what was put into a folder, or taken out of it, durable.
pub(crate) fn sync(folder: &Path) -> Result<()> {
    File::open(folder).and_then(|folder| folder.sync_all()).doing("write", folder)
}

/// Overwrites and removes a file, if it is there.
pub(crate) fn erase(path: &Path) -> Result<()> {
    overwrite_and_remove(path).doing("erase", path)
}

/// Best effort, as overwriting is: it keeps those out who only copy the card.
fn overwrite_and_remove(path: &Path) -> io::Result<()> {
    use std::io::Write as _;
    let mut file = match OpenOptions::new().write(true).open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        opened => opened?,
    };
    let mut left = file.metadata()?.len();
    let zeros = vec![0; 64 * 1024];
    while left > 0 {
        let now = left.min(zeros.len() as u64);
        file.write_all(&zeros[..now as usize])?;
        left -= now;
    }
    file.sync_all()?;
    std::fs::remove_file(path)
}

fn unusable(path: &Path, reason: &str) -> Error {
    Error::Folder { path: path.to_owned(), reason: reason.to_owned() }
}

/// Makes an empty file that only its owner can read, if there is none; what SQLite puts next to it has
/// the same rights.
pub(crate) fn make_private_file(path: &Path) -> Result<()> {
    let opened = OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(path);
    opened
        .map(drop)
        .map_err(|_| unusable(path, "it cannot be opened; check that it belongs to you"))
}

/// Makes the folder, or checks that the one that is there is private.
fn make_private(path: &Path) -> Result<()> {
    let refused =
        |error: io::Error| unusable(path, &format!("{error}; choose another with --data"));
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(path).map_err(refused)?;
    let found = std::fs::symlink_metadata(path).map_err(refused)?;
    if found.is_symlink() {
        return Err(unusable(path, "it is a link; name the folder itself with --data"));
    }
    if found.mode() & 0o077 != 0 {
        let command = format!("others may look into it; run `chmod 700 {}`", path.display());
        return Err(unusable(path, &command));
    }
    Ok(())
}
