//! What can go wrong with the store, sorted by what the caller can do.

use std::io;
use std::path::{Path, PathBuf};

/// Result of a call to the store.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// A failure of the store; reads after "failed to …".
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The folder cannot be used: the user must change it or its rights.
    #[error("use the data folder {}: {reason}", path.display())]
    Folder {
        /// Which folder.
        path: PathBuf,
        /// What is wrong and what to do.
        reason: String,
    },
    /// Another hark has the folder: ask that one, or end it.
    #[error(
        "use the data folder {}: another hark is running on it; use its page, or stop it first",
        path.display()
    )]
    InUse {
        /// Which folder.
        path: PathBuf,
    },
    /// The place of the root cannot be used: the user must change the configuration.
    #[error(
        "use {} for the root of the history: {reason}; set store.root, `hark doctor` shows what there is",
        path.display()
    )]
    Root {
        /// Which place.
        path: PathBuf,
        /// What the system said.
        reason: String,
    },
    /// The key of what was deleted could not be overwritten: what was deleted is not shown any more,
    /// and erasing is tried again.
    #[error("erase the key of what was deleted; it is tried again, and at every start")]
    Erase(#[source] io::Error),
    /// The same, and it could not be written down either that all of it is to go.
    #[error(
        "erase the key of what was deleted; it is tried again while the speaker runs, after a restart delete it again"
    )]
    EraseForNow(#[source] io::Error),
    /// A passphrase guards what is kept and was not given: ask for it.
    #[error("use what is kept: it is locked; unlock it on its page or with `hark history unlock`")]
    Locked,
    /// It is another passphrase: ask again.
    #[error("unlock the history: that is not its passphrase")]
    Passphrase,
    /// The system gave no random numbers: nothing was changed; try again.
    #[error("draw a new key: the system gives no random numbers; try again")]
    Random(#[source] io::Error),
    /// No key could be made of the passphrase, most likely for want of memory: nothing was changed;
    /// try again.
    #[error("make a key of the passphrase; free some memory and try again")]
    Kdf(#[source] argon2::Error),
    /// Work in the background ended before its end: a fault of hark. What was written stays as a power
    /// cut would leave it; a start finishes it.
    #[error("{doing}: it stopped on the way; restart hark")]
    Task {
        /// What was under way.
        doing: &'static str,
        /// Why it ended.
        #[source]
        source: tokio::task::JoinError,
    },
    /// A database file is no longer a database: start without history and tell the user.
    #[error("read {}: the file is damaged; stop hark, move it away and start again", path.display())]
    Damaged {
        /// Which file.
        path: PathBuf,
        /// What SQLite said.
        #[source]
        source: sqlx::Error,
    },
    /// The card is full: nothing was changed; make room and try again.
    #[error("write to the data folder: the disk is full; free some space")]
    Full,
    /// Another process reads the database, so deleted bytes could not be overwritten yet: try again.
    #[error("erase what was deleted: another program has the history open; close it and try again")]
    Busy,
    /// A write went wrong in such a way that nobody can say what the card holds: a start does.
    #[error("find out what the card holds after a write that failed; restart hark")]
    Torn,
    /// A setting or a duration that means nothing.
    #[error("{0}")]
    Invalid(String),
    /// The system refused to read or write: look at the card, and at whose the folder is.
    #[error(
        "{doing} {}; look whether the card is whole and the data folder yours",
        path.display()
    )]
    Io {
        /// What was to be done with it: `read`, `remove`.
        doing: &'static str,
        /// Which file or folder.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// Anything else that SQLite reports.
    #[error("use the database")]
    Database(#[source] sqlx::Error),
}

/// SQLite's result code for a full disk.
const SQLITE_FULL: &str = "13";

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        let full = match &error {
            sqlx::Error::Database(database) => database.code().is_some_and(|c| c == SQLITE_FULL),
            sqlx::Error::Io(io) => io.kind() == io::ErrorKind::StorageFull,
            _ => false,
        };
        if full { Self::Full } else { Self::Database(error) }
    }
}

/// Says of a call to the system what it was for.
pub(crate) trait Doing<T> {
    /// As [`Error::Io`]; [`Error::Full`] if there is no room.
    fn doing(self, doing: &'static str, path: &Path) -> Result<T>;
}

impl<T> Doing<T> for io::Result<T> {
    fn doing(self, doing: &'static str, path: &Path) -> Result<T> {
        self.map_err(|source| match source.kind() {
            io::ErrorKind::StorageFull => Error::Full,
            _ => Error::Io { doing, path: path.to_owned(), source },
        })
    }
}

/// Waits for work that goes on in the background.
pub(crate) async fn finished<T>(
    doing: &'static str,
    work: tokio::task::JoinHandle<T>,
) -> Result<T> {
    work.await.map_err(|source| Error::Task { doing, source })
}
