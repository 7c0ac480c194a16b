//! A reserve of room on the card that is given up when a deletion needs it: forgetting works on a full
//! card, and recording stops instead.

use std::fs::OpenOptions;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use rustix::fs::{FallocateFlags, fallocate};

use crate::error::Doing as _;
use crate::{Error, Result};

/// More than any deletion writes.
const RESERVE_BYTES: u64 = 1024 * 1024;

pub(crate) struct Reserve(PathBuf);

impl Reserve {
    /// Takes the room in that folder, if there is any.
    pub fn take(folder: &Path) -> Self {
        let reserve = Self(folder.join("reserve"));
        reserve.renew();
        reserve
    }

    /// Takes the room again after it was given up. On a full card there is none, and then whatever
    /// was deleted has left some for the next time.
    pub fn renew(&self) {
        let file =
            OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(&self.0);
        let taken = file.and_then(|file| {
            fallocate(&file, FallocateFlags::empty(), 0, RESERVE_BYTES).map_err(Into::into)
        });
        if taken.is_err() {
            tracing::debug!("the card has no room to spare");
        }
    }

    /// Gives the room up if something failed for want of it: then it is to be done once more.
    pub fn makes_room(&self, done: &Result<()>) -> Result<bool> {
        if !matches!(done, Err(Error::Full)) {
            return Ok(false);
        }
        match std::fs::remove_file(&self.0) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(true),
            removed => removed.doing("remove", &self.0).map(|()| true),
        }
    }
}
