//! Errors of speech recognition.

use std::path::PathBuf;

/// A failure of this crate. The text reads after "failed to …".
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A package must be installed.
    #[error(
        "load PocketSphinx: install it with `sudo apt install libpocketsphinx3 pocketsphinx-en-us`"
    )]
    NoPocketSphinx(#[source] Option<libloading::Error>),
    /// The model of a language is missing or broken.
    #[error("load the speech model in {}: install it with `sudo apt install pocketsphinx-en-us`", path.display())]
    NoAcousticModel {
        /// Where it should be.
        path: PathBuf,
    },
    /// The engine refused the sentences of the house.
    #[error("build the grammar of the house")]
    Grammar,
    /// No model file is there.
    #[error("find a whisper model: {} is not there; get one with `models/fetch {name}`", path.display())]
    NoModel {
        /// Where it should be.
        path: PathBuf,
        /// What to fetch.
        name: String,
    },
    /// The network's weights are not there.
    #[error("find the speech network: {} is not there; get it with `models/fetch zipformer-en-3.3M`", path.display())]
    NoTransducer {
        /// Where it should be.
        path: PathBuf,
    },
    /// The model file cannot be used.
    #[error("use {} as a whisper model: {reason}; fetch it anew with `models/fetch`", path.display())]
    BrokenModel {
        /// Which file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// A file could not be read.
    #[error("read {}: {source}", path.display())]
    Unreadable {
        /// Which file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The system gives no further thread.
    #[error("start the thread of a speech engine")]
    Thread(#[source] std::io::Error),
    /// The list of models is broken.
    #[error("read the list of models in {}", path.display())]
    Manifest {
        /// Which file.
        path: PathBuf,
        /// What is wrong with it.
        #[source]
        source: toml::de::Error,
    },
}

/// Result of a call in this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl From<Error> for voice::Error {
    fn from(error: Error) -> Self {
        match error {
            Error::Grammar => Self::Failed { what: error.to_string(), source: None },
            _ => Self::unavailable(error.to_string()),
        }
    }
}
