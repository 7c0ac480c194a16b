//! Texts of the pages: what stands under `hark.page` in the language of the household.

use std::sync::Arc;

use language::Language;
use voice::{Phase, Speech, Wording as _};

/// Where the texts of the pages stand in the response tables.
const PAGE: &str = "hark.page.";
/// Stands for a slot until the markup is put there; people do not type it.
const PLACE: char = '\u{e000}';
/// All phases, for the script.
const PHASES: [Phase; 5] =
    [Phase::Muted, Phase::Idle, Phase::Listening, Phase::Thinking, Phase::Speaking];

/// The texts of the pages, by the part of their key behind `hark.page`.
#[derive(Clone)]
pub(crate) struct Texts(Arc<Language>);

impl Texts {
    pub(crate) fn new(language: Arc<Language>) -> Self {
        Self(language)
    }

    /// The language, as HTML names it.
    pub(crate) fn code(&self) -> &str {
        self.0.code()
    }

    /// A text without slots.
    pub(crate) fn of(&self, key: &str) -> String {
        self.say(speech(key))
    }

    /// A text with one slot.
    pub(crate) fn with(&self, key: &str, slot: &'static str, value: &str) -> String {
        self.say(speech(key).with(slot, value))
    }

    /// What stands before and behind the one slot, where markup comes into it.
    pub(crate) fn around(&self, key: &str, slot: &'static str) -> (String, String) {
        let text = self.say(speech(key).with(slot, PLACE.to_string()));
        match text.split_once(PLACE) {
            Some((before, behind)) => (before.to_owned(), behind.to_owned()),
            None => (text, String::new()),
        }
    }

    /// A text of a group, such as what the speaker is doing.
    pub(crate) fn named(&self, group: &str, name: &str) -> String {
        self.of(&format!("{group}.{name}"))
    }

    /// What the speaker is doing, and that it cannot be reached: words and texts for the script.
    pub(crate) fn phases(&self) -> Vec<(&'static str, String)> {
        let words = PHASES.map(Phase::as_str).into_iter().chain(["away"]);
        words.map(|word| (word, self.named("phase", word))).collect()
    }

    /// Any text of the language.
    pub(crate) fn say(&self, speech: Speech) -> String {
        self.0.text(&[speech]).into_exposed()
    }
}

/// A text of the pages that waits for its slots.
pub(crate) fn speech(key: &str) -> Speech {
    Speech::keyed(format!("{PAGE}{key}"))
}
