//! Errors of the parts, as whoever uses the program reads them.

/// An error whose text reads after "failed to …", with its causes behind it.
pub fn failed(error: impl std::error::Error + Send + Sync + 'static) -> anyhow::Error {
    let what = format!("failed to {error}");
    anyhow::Error::new(error).context(what)
}
