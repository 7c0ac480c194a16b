//! The files of the built-in languages.

/// All of them, as pairs of name (`en/sentences/timers.yaml`) and text.
const FILES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/files.rs"));

/// The files of a language in a part of its folder, such as `sentences/`, with their names.
pub(crate) fn of(code: &str, part: &str) -> Vec<(&'static str, &'static str)> {
    let start = format!("{code}/{part}");
    FILES.iter().filter(|(name, _)| name.starts_with(&start)).copied().collect()
}

/// The codes of all languages.
pub(crate) fn languages() -> Vec<&'static str> {
    let mut codes: Vec<_> = FILES.iter().filter_map(|(name, _)| name.split('/').next()).collect();
    codes.dedup();
    codes
}
