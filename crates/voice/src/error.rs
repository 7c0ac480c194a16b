//! Errors behind a seam, sorted by what the caller can do about them.

/// Result of a call across a seam.
pub type Result<T, E = Error> = std::result::Result<T, E>;

type Cause = Box<dyn std::error::Error + Send + Sync>;

/// A failure behind a seam. The text reads after "failed to …"; the cause is in `source`.
#[derive(Debug)]
pub enum Error {
    /// The device went away or was never there: open it again later.
    DeviceLost {
        /// What is missing and what the user can do about it.
        what: String,
        /// What the system said.
        source: Option<Cause>,
    },
    /// Something that must be installed or configured is not there: tell the user once and go on
    /// without it.
    Unavailable {
        /// What is missing and what the user can do about it.
        what: String,
        /// What the system said.
        source: Option<Cause>,
    },
    /// Nothing works any more until the program is started again.
    RestartNeeded {
        /// What was being done and what the user can do about it.
        what: String,
    },
    /// The caller asked for it to stop.
    Cancelled,
    /// This turn failed; the next one may work.
    Failed {
        /// What was being done.
        what: String,
        /// What the system said.
        source: Option<Cause>,
    },
}

impl Error {
    /// This turn failed while doing `what`.
    pub fn failed(what: impl Into<String>, source: impl Into<Cause>) -> Self {
        Self::Failed { what: what.into(), source: Some(source.into()) }
    }

    /// Something is not there; `what` says what and how to get it.
    pub fn unavailable(what: impl Into<String>) -> Self {
        Self::Unavailable { what: what.into(), source: None }
    }

    /// The device is gone; `what` says which.
    pub fn device_lost(what: impl Into<String>, source: impl Into<Cause>) -> Self {
        Self::DeviceLost { what: what.into(), source: Some(source.into()) }
    }
}

impl std::fmt::Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::DeviceLost { what, .. }
            | Self::Unavailable { what, .. }
            | Self::RestartNeeded { what }
            | Self::Failed { what, .. } => f.write_str(what),
            Self::Cancelled => f.write_str("cancelled"),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::DeviceLost { source, .. }
            | Self::Unavailable { source, .. }
            | Self::Failed { source, .. } => source.as_deref().map(|e| e as _),
            Self::RestartNeeded { .. } | Self::Cancelled => None,
        }
    }
}
