//! Errors of loading the network, and of spelling for it.

use std::path::PathBuf;

/// Why the network or a wake word cannot be used. The text reads after "failed to …"; the cause is in
/// `source`.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file of the model is missing or cannot be read: fetch the models, or name their folder.
    #[error("read the speech model {}; fetch the models or correct their folder", file.display())]
    Unreadable {
        /// Which file.
        file: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// A file of the model is damaged, or belongs to another one: fetch it again.
    #[error("use {} as a speech model; fetch the models again", file.display())]
    Foreign {
        /// Which file.
        file: PathBuf,
        /// What is wrong with it.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// A wake word has characters outside A–Z and the apostrophe: write it as it sounds in English.
    #[error("spell this wake word; write it with the letters a to z as it sounds in English")]
    Unspellable,
}

/// Result with this crate's error.
pub type Result<T> = std::result::Result<T, Error>;
