//! What is left out: "turn off the kitchen lights except the counter light and the porch light".

use voice::Intent;

use super::MOST;
use super::reader::{Reader, places};

impl Reader<'_> {
    /// A command for several things but for some that are named. Their ids stand in `except_name` and
    /// `except_area` with commas between them.
    pub(super) fn excepted(&self, words: &[&str]) -> Option<Intent> {
        places(words, &self.grammar.words.exceptions).find_map(|(at, length)| {
            let command = self.command(&words[..at])?;
            // Of one thing nothing can be left out.
            if command.slot("name").is_some() || !is_of_several(&command) {
                return None;
            }
            let left_out = self.named(&words[at + length..])?;
            Some(left_out.into_iter().fold(command, |command, (slot, id)| also(command, slot, &id)))
        })
    }

    /// Commands for things that are named, and what is not one of them: "turn on the desk lamp and the
    /// bedside lamp but not the floor lamp".
    pub(super) fn chain_but(&self, words: &[&str]) -> Option<Vec<Intent>> {
        places(words, &self.grammar.words.exceptions).find_map(|(at, length)| {
            let mut commands = self.chain(&words[..at], MOST)?;
            let left_out = self.named(&words[at + length..])?;
            if commands.iter().any(|command| command.slot("name").is_none()) {
                return None;
            }
            let is_left_out = |command: &Intent| {
                left_out.iter().any(|(_, id)| command.text("name") == Some(id.as_str()))
            };
            commands.retain(|command| !is_left_out(command));
            (!commands.is_empty()).then_some(commands)
        })
    }

    /// Things and rooms, with joints between them.
    fn named(&self, words: &[&str]) -> Option<Vec<(&'static str, String)>> {
        let one = |words: &[&str]| {
            let named = self.name(words)?;
            let of = |slot: &str| named.text(slot).map(str::to_owned);
            let name = of("name").map(|id| ("except_name", id));
            name.or_else(|| of("area").map(|id| ("except_area", id)))
        };
        if let Some(one) = one(words) {
            return Some(vec![one]);
        }
        places(words, &self.grammar.words.between).find_map(|(at, length)| {
            let first = one(&words[..at])?;
            let mut rest = self.named(&words[at + length..])?;
            rest.insert(0, first);
            Some(rest)
        })
    }
}

/// Whether it is for all things of a kind or in a place.
fn is_of_several(command: &Intent) -> bool {
    let places = ["domain", "area", "floor", "device_class"];
    command.name == "HarkTurnOffEverything"
        || places.iter().any(|slot| command.slot(slot).is_some())
}

fn also(command: Intent, slot: &'static str, id: &str) -> Intent {
    let known = command.text(slot).map(|known| format!("{known},{id}"));
    let value = known.unwrap_or_else(|| id.to_owned());
    let mut command = command;
    command.slots.retain(|one| one.name != slot);
    command.with_text(slot, value)
}
