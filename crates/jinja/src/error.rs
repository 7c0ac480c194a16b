//! What can go wrong with a template.

/// Result of reading or rendering a template.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// A failure of this crate. The text reads after "failed to …". What the template says or was given
/// is only in the source, because errors end up in logs.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The text is no template: its author has to mend it.
    #[error("understand line {line} of the template")]
    Syntax {
        /// Line of the template, from 1.
        line: usize,
        /// What is wrong there.
        source: Cause,
    },
    /// The template does not fit the values: a number was expected, a name is missing. Other values
    /// may do.
    #[error("evaluate line {line} of the template")]
    Evaluate {
        /// Line of the template, from 1.
        line: usize,
        /// What is wrong there.
        source: Cause,
    },
    /// The template asks for more time or memory than it may have: it should not be tried again.
    #[error("render the template within its limit of work")]
    TooMuch {
        /// What was too much.
        source: Cause,
    },
}

/// Why a template failed, in the words of the engine.
pub type Cause = Box<dyn std::error::Error + Send + Sync>;

impl Error {
    pub(crate) fn syntax(error: minijinja::Error) -> Self {
        Self::Syntax { line: error.line().unwrap_or(1), source: error.into() }
    }

    pub(crate) fn run_time(error: minijinja::Error) -> Self {
        if exhausted(&error) {
            return Self::TooMuch { source: error.into() };
        }
        Self::Evaluate { line: error.line().unwrap_or(1), source: error.into() }
    }
}

/// Whether the fuel ran out, or the stack would have, however deep in the causes that is said.
fn exhausted(error: &minijinja::Error) -> bool {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(error) = cause {
        if let Some(error) = error.downcast_ref::<minijinja::Error>()
            && (error.kind() == minijinja::ErrorKind::OutOfFuel
                || error.detail().is_some_and(|detail| detail.contains("recursion limit")))
        {
            return true;
        }
        cause = error.source();
    }
    false
}
