//! A room beside a thing: "the overhead light in the guest bedroom", "the bedroom overhead light".

use voice::{Intent, Slot};

use super::reader::{Reader, after, places};

/// Words that the name of a room has at most.
const MOST_WORDS: usize = 3;

impl Reader<'_> {
    /// A command for a thing whose room is said, too; or for the things of a room, said in another way
    /// than the sentences have it.
    pub(super) fn placed(&self, words: &[&str]) -> Option<Intent> {
        // A thing or a room may have one joint in its name ("the living and dining room").
        if places(words, &self.grammar.words.between).nth(1).is_some() {
            return None;
        }
        self.placed_behind(words).or_else(|| self.placed_before(words))
    }

    /// "… in the guest bedroom".
    fn placed_behind(&self, words: &[&str]) -> Option<Intent> {
        let prepositions = &self.grammar.words.places;
        places(words, prepositions).find_map(|(at, length)| {
            let room = &words[at + length..];
            let area = self.area(room)?;
            let command = &words[..at];
            if let Some(found) = self.command(command) {
                return in_area(found, area);
            }
            // The thing is called after its room: "the main light in the office".
            let name = after(room, &self.grammar.words.articles).unwrap_or(room);
            (1..command.len()).find_map(|at| {
                let whole = [&command[..at], name, &command[at..]].concat();
                self.command(&whole).filter(|found| found.slot("name").is_some())
            })
        })
    }

    /// "The bedroom …".
    fn placed_before(&self, words: &[&str]) -> Option<Intent> {
        let starts = 1..words.len().saturating_sub(1);
        starts.into_iter().find_map(|from| {
            (1..=MOST_WORDS.min(words.len() - from - 1)).rev().find_map(|length| {
                let area = self.area(&words[from..from + length])?;
                let (before, behind) = (&words[..from], &words[from + length..]);
                // "Turn on the kitchen the hallway light" is about two of something.
                let room_before = (1..=MOST_WORDS.min(from))
                    .any(|length| self.area(&before[from - length..]).is_some());
                if room_before || after(behind, &self.grammar.words.articles).is_some() {
                    return None;
                }
                let command = [before, behind].concat();
                let found = self.command(&command)?;
                found.slot("name").is_some().then(|| in_area(found, area)).flatten()
            })
        })
    }

    /// The room that is nothing but named.
    fn area(&self, words: &[&str]) -> Option<Slot> {
        self.room(words)?.slots.into_iter().find(|slot| slot.name == "area")
    }
}

/// The command for what is in that room: for the thing that was named, or for all of a kind.
fn in_area(mut command: Intent, area: Slot) -> Option<Intent> {
    // A room that was said already is another one.
    let said =
        |slot: &str| command.slots.iter().any(|one| one.name == slot && !one.text.is_empty());
    if said("floor") || command.slot("except_area").is_some() {
        return None;
    }
    let is_of_kind = command.slot("domain").is_some() || command.slot("device_class").is_some();
    if command.slot("name").is_none() && !is_of_kind {
        return None;
    }
    command.slots.retain(|slot| slot.name != "area");
    command.slots.push(area);
    Some(command)
}
