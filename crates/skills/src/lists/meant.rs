//! Resolves which list and which of its items an intent means.

use super::{ListItem, NamedList};

/// The list that is meant when none is named. It and [`TO_DO`] need not be made first.
pub(super) const SHOPPING: &str = "shopping";
const TO_DO: &str = "to do";

/// The items that are meant: those with these very words, or all in which they stand.
pub(super) fn matching<'l>(list: &'l NamedList, text: &str) -> Vec<&'l ListItem> {
    let text = text.trim();
    let text = ["the ", "my ", "our "].iter().find_map(|w| text.strip_prefix(w)).unwrap_or(text);
    let exact: Vec<_> = list.items.iter().filter(|item| is_same(&item.text, text)).collect();
    if !exact.is_empty() {
        return exact;
    }
    let wanted = format!(" {} ", text.to_lowercase());
    let holds = |item: &&ListItem| format!(" {} ", item.text.to_lowercase()).contains(&wanted);
    list.items.iter().filter(holds).collect()
}

pub(super) fn is_same(one: &str, other: &str) -> bool {
    one.trim().to_lowercase() == other.trim().to_lowercase()
}

/// The name under which a list is kept, from what it was called.
pub(super) fn list_name(said: Option<&str>) -> String {
    let said = said.unwrap_or(SHOPPING).trim().to_lowercase().replace('-', " ");
    let name = said.strip_suffix(" list").unwrap_or(&said);
    match name {
        "" => SHOPPING.to_owned(),
        // However it was spelled.
        name if name.starts_with("groc") => SHOPPING.to_owned(),
        "todo" | "task" | "tasks" | "to dos" | "todos" => TO_DO.to_owned(),
        name => name.to_owned(),
    }
}

pub(super) fn is_ready_made(name: &str) -> bool {
    [SHOPPING, TO_DO].contains(&name)
}
