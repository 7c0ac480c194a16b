//! The files of the built-in languages.

/// All of them, as pairs of name (`en/sentences/timers.yaml`) and text.
const FILES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/files.rs"));

/// The files of a language, with their names in its folder.
pub(crate) fn of(code: &str) -> impl Iterator<Item = (&'static str, &'static str)> {
    let in_folder = move |name: &'static str| name.strip_prefix(code)?.strip_prefix('/');
    FILES.iter().filter_map(move |(name, text)| Some((in_folder(name)?, *text)))
}

/// The codes of all languages.
pub(crate) fn languages() -> Vec<&'static str> {
    let mut codes: Vec<_> = FILES.iter().filter_map(|(name, _)| name.split('/').next()).collect();
    codes.dedup();
    codes
}
