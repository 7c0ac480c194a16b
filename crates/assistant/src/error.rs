//! What can go wrong when an assistant is made.

/// An assistant cannot be made. The text reads after "failed to …".
#[derive(Debug)]
pub enum Error {
    /// A sentence cannot be used: whoever wrote it must mend it.
    Sentences(intent::Error),
    /// Two skills claim an intent: one of them must give it up.
    ClaimedTwice {
        /// The intent.
        intent: &'static str,
        /// The names of the two skills.
        skills: [&'static str; 2],
    },
}

impl std::fmt::Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Sentences(_) => f.write_str("use the sentences"),
            Self::ClaimedTwice { intent, skills: [one, other] } => {
                write!(f, "choose who answers {intent}: both {one} and {other} claim it")
            }
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Sentences(error) => Some(error),
            Self::ClaimedTwice { .. } => None,
        }
    }
}

impl From<intent::Error> for Error {
    fn from(error: intent::Error) -> Self {
        Self::Sentences(error)
    }
}
