//! How several things are said in one sentence.

/// `milk, eggs and bread`.
pub(crate) fn and(things: &[String]) -> String {
    match things {
        [] => String::new(),
        [one] => one.clone(),
        [head @ .., last] => format!("{} and {last}", head.join(", ")),
    }
}

/// `1 day`, `3 days`.
pub(crate) fn number_of(number: usize, thing: &str) -> String {
    format!("{number} {thing}{}", if number == 1 { "" } else { "s" })
}

/// `is 1 thing`, `are 3 things`.
pub(crate) fn count(number: usize, thing: &str) -> String {
    let is = if number == 1 { "is" } else { "are" };
    format!("{is} {}", number_of(number, thing))
}

/// `one thing`, `both things`, `all 3 things`.
pub(crate) fn all_of(number: usize, thing: &str) -> String {
    match number {
        1 => format!("one {thing}"),
        2 => format!("both {thing}s"),
        many => format!("all {many} {thing}s"),
    }
}

/// The text with a capital letter at its start.
pub(crate) fn capital(text: &str) -> String {
    let mut signs = text.chars();
    signs.next().map(|first| first.to_uppercase().chain(signs).collect()).unwrap_or_default()
}
