//! The line in front of the data folder: a speaker that starts while a terminal has it says that it waits, and the terminal
//! lets go of it within seconds, however slowly somebody reads its answer.

use std::fs::{File, OpenOptions, TryLockError};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;
use std::time::Duration;

use crate::Store;

/// It is held by whoever waits.
const NEXT: &str = "next";
/// How often it is looked at.
const LOOK: Duration = Duration::from_millis(500);
/// For how long whoever has the folder may go on then.
const GRACE: Duration = Duration::from_secs(3);

/// A place in the line, until it is dropped.
pub struct Place(#[expect(dead_code, reason = "it is held")] File);

/// Lines up for a folder that somebody else has. Nobody can where the folder cannot be written; then there is no line.
pub fn line_up(folder: &Path) -> Option<Place> {
    let opened = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .open(folder.join(NEXT))
        .ok()?;
    opened.try_lock().ok().map(|()| Place(opened))
}

impl Store {
    /// Waits until a speaker has waited for the folder for a few seconds; for ever, if none does.
    pub async fn waited_for(&self) {
        let next = self.folder().join(NEXT);
        let is_waited_for = || {
            let looked = File::open(&next).map(|file| file.try_lock_shared());
            matches!(looked, Ok(Err(TryLockError::WouldBlock)))
        };
        while !is_waited_for() {
            tokio::time::sleep(LOOK).await;
        }
        tokio::time::sleep(GRACE).await;
    }
}
