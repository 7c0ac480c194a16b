//! Errors of sound, and how they cross a seam.

use std::path::PathBuf;

/// A failure of this crate. The text reads after "failed to …"; the cause is in `source`.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The device is not there (any more); open it again later.
    #[error("open {what}: {advice}")]
    DeviceLost {
        /// Which device, for example `microphone "plughw:CARD=USB"`.
        what: String,
        /// What the user can do about it.
        advice: &'static str,
        /// What the sound system said.
        #[source]
        source: Option<cpal::Error>,
    },
    /// Devices of a sound server that is gone hang, and no more may be opened beside them.
    #[error(
        "open a device: {count} of a sound server that is gone were left behind; start hark again"
    )]
    LeftBehind {
        /// How many.
        count: usize,
    },
    /// The file could not be opened, read or written.
    #[error("{doing} {}", path.display())]
    File {
        /// `open`, `read` or `write`.
        doing: &'static str,
        /// Which file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// The file holds nothing that could be heard.
    #[error("read {} as audio: give a WAV, FLAC or OGG Vorbis file", path.display())]
    NotAudio {
        /// Which file.
        path: PathBuf,
    },
    /// A sample rate that nothing can be converted from.
    #[error("convert from {from} to {to} samples a second")]
    Rate {
        /// Rate of the input.
        from: u32,
        /// Rate asked for.
        to: u32,
    },
}

/// Result of a call in this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl From<Error> for voice::Error {
    fn from(error: Error) -> Self {
        let what = error.to_string();
        match error {
            Error::DeviceLost { source: Some(source), .. } => Self::device_lost(what, source),
            Error::DeviceLost { source: None, .. } => Self::DeviceLost { what, source: None },
            Error::LeftBehind { .. } => Self::RestartNeeded { what },
            Error::File { source, .. } => Self::failed(what, source),
            Error::NotAudio { .. } | Error::Rate { .. } => Self::Failed { what, source: None },
        }
    }
}
