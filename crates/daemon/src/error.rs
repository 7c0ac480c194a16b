//! Errors of the parts, as whoever uses the program reads them.

/// An error whose text reads after "failed to …", with its causes behind it.
pub fn failed(error: impl std::error::Error + Send + Sync + 'static) -> anyhow::Error {
    let what = format!("failed to {error}");
    anyhow::Error::new(error).context(what)
}

/// The chain of causes in one line, without saying anything twice.
pub fn one_line(error: &anyhow::Error) -> String {
    let mut line = String::new();
    for cause in error.chain() {
        let text = cause.to_string().replace('\n', " ");
        if !line.contains(text.trim()) {
            if !line.is_empty() {
                line.push_str(": ");
            }
            line.push_str(text.trim());
        }
    }
    line
}

/// Logs what failed and what follows from it, with the error and its causes.
macro_rules! warn_of {
    ($error:expr, $what:literal) => {
        tracing::warn!(error = &$error as &dyn std::error::Error, $what)
    };
}
pub(crate) use warn_of;
