//! Errors of wake words.

use std::path::PathBuf;

/// A failure of this crate. The text reads after "failed to …"; the cause is in `source`.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The file with the references could not be read.
    #[error("read the wake word file {}", path.display())]
    Unreadable {
        /// Which file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// The file is no wake word file.
    #[error("use {} as a wake word: it is not a .rpw file of rustpotter 3", path.display())]
    NotReferences {
        /// Which file.
        path: PathBuf,
    },
    /// The weights of the small network are none; what is wrong with them.
    #[error("use the weights of the small network: {0}; train them with `models/train/run`")]
    NotWeights(&'static str),
    /// The network cannot hear such a word.
    #[error("listen for \"{words}\": write wake words in the letters A to Z, as they sound")]
    Unsayable {
        /// The words of the configuration.
        words: String,
    },
    /// The network is not there.
    #[error("listen with the network: get it with `models/fetch zipformer-en-3.3M`")]
    NoNetwork,
    /// There are no built-in references for this word.
    #[error(
        "listen for \"{word}\": only \"computer\" is built in; get any word with `models/fetch zipformer-en-3.3M`, or set wake.references to a .rpw file"
    )]
    UnknownWord {
        /// The word of the configuration.
        word: String,
    },
    /// There are not enough recordings to compare with.
    #[error("enrol the voice: {have} of at least {need} recordings can be used")]
    TooFew {
        /// How many can be used.
        have: usize,
        /// How many it takes.
        need: usize,
    },
    /// rustpotter did not start; what it said.
    #[error("start rustpotter")]
    Engine(#[source] Cause),
    /// A detector broke.
    #[error("run the wake word detector")]
    Detector(#[source] voice::Error),
}

type Cause = Box<dyn std::error::Error + Send + Sync>;

impl Error {
    /// rustpotter did not start, and gave this reason.
    pub(crate) fn engine(reason: String) -> Self {
        Self::Engine(reason.into())
    }
}

impl From<Error> for voice::Error {
    fn from(error: Error) -> Self {
        let what = error.to_string();
        let source: Option<Cause> = match error {
            Error::Unreadable { source, .. } => Some(source.into()),
            Error::Engine(source) => Some(source),
            Error::Detector(source) => Some(source.into()),
            Error::NotReferences { .. }
            | Error::NotWeights(_)
            | Error::Unsayable { .. }
            | Error::NoNetwork
            | Error::UnknownWord { .. }
            | Error::TooFew { .. } => None,
        };
        Self::Unavailable { what, source }
    }
}
