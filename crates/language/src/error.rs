//! What is wrong with the files of a language.

/// Result of reading a language.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// A language cannot be used. The text reads after "failed to …".
#[derive(Debug)]
pub enum Error {
    /// There is no such language: choose another one.
    Unknown {
        /// What was asked for.
        code: String,
        /// Which there are.
        known: Vec<&'static str>,
    },
    /// A file is not there: whoever wrote the others must write it.
    Missing {
        /// Which file.
        file: String,
    },
    /// A file is not what it must be: whoever wrote it must mend it.
    File {
        /// Which file.
        file: String,
        /// What is wrong.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The text of a response is no template: whoever wrote it must mend it.
    Response {
        /// Under which key it stands.
        key: String,
        /// What is wrong.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

impl std::fmt::Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Unknown { code, known } => {
                write!(f, "find the language `{code}`: there is {}", known.join(", "))
            }
            Self::Missing { file } => write!(f, "find {file}"),
            Self::File { file, .. } => write!(f, "read {file}"),
            Self::Response { key, .. } => write!(f, "use the response `{key}`"),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Unknown { .. } | Self::Missing { .. } => None,
            Self::File { source, .. } | Self::Response { source, .. } => Some(&**source),
        }
    }
}
