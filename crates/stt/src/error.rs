//! Errors of speech recognition.

use std::path::PathBuf;

/// A failure of this crate. The text reads after "failed to …"; the cause is in `source`.
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
    #[error("find a {kind} model: {} is not there; get one with `models/fetch {name}`", path.display())]
    NoModel {
        /// For which engine.
        kind: &'static str,
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
    #[error("use {} as a {kind} model: {reason}; fetch it anew with `models/fetch`", path.display())]
    BrokenModel {
        /// For which engine.
        kind: &'static str,
        /// Which file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
        /// What the engine said, if it was asked.
        #[source]
        source: Option<Box<dyn std::error::Error + Send + Sync>>,
    },
    /// A file could not be read.
    #[error("read {}", path.display())]
    Unreadable {
        /// Which file.
        path: PathBuf,
        /// What the system said.
        #[source]
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

impl Error {
    /// The error and its causes in one line that reads after "failed to …".
    pub(crate) fn line(&self) -> String {
        let mut line = self.to_string();
        let mut cause = std::error::Error::source(self);
        while let Some(error) = cause {
            line = format!("{line}: {error}");
            cause = error.source();
        }
        line
    }
}

impl From<Error> for voice::Error {
    fn from(error: Error) -> Self {
        let what = error.to_string();
        let source = match error {
            Error::Grammar => return Self::Failed { what, source: None },
            Error::NoPocketSphinx(source) => source.map(Into::into),
            Error::BrokenModel { source, .. } => source,
            Error::Unreadable { source, .. } | Error::Thread(source) => Some(source.into()),
            Error::Manifest { source, .. } => Some(source.into()),
            Error::NoAcousticModel { .. } | Error::NoModel { .. } | Error::NoTransducer { .. } => {
                None
            }
        };
        Self::Unavailable { what, source }
    }
}
