//! What is not there: a command that would be understood if the household had such a thing.

use voice::Intent;

use crate::Assistant;

/// Words that a thing is called by, at most.
const MOST_WORDS: usize = 4;
/// A longer text is no command for one thing.
const LONGEST: usize = 16;

impl Assistant {
    /// The words that nobody here knows, in a text that is a command with the name of a thing of the
    /// household in their place: "printer" in "turn on the printer".
    pub(crate) fn missing<'t>(&self, area: Option<&str>, text: &'t str) -> Option<Vec<&'t str>> {
        let is_edge = |sign: char| !sign.is_alphanumeric() && sign != '\'';
        let words: Vec<_> =
            text.split_whitespace().map(|word| word.trim_matches(is_edge)).collect();
        if words.len() > LONGEST {
            return None;
        }
        let known = |word: &&str| self.tolerance.knows(&word.to_lowercase());
        let from = words.iter().position(|word| !known(word))?;
        let to = words.iter().rposition(|word| !known(word))? + 1;
        let thing = &words[from..to];
        if thing.len() > MOST_WORDS || thing.iter().any(known) {
            return None;
        }
        let fits = self.examples.iter().any(|name| {
            let whole = [&words[..from], &[name.as_str()], &words[to..]].concat().join(" ");
            let found = self.recognise_in(area, &whole);
            found.is_some_and(|intent| intent.slot("name").is_some())
        });
        fits.then(|| thing.to_vec())
    }

    /// The command for a thing of the household of whose name one word was heard as another one that goes
    /// on for longer ("the summer room lamp" for the sun room lamp), and its words: to be asked about.
    pub(crate) fn perhaps(&self, area: Option<&str>, text: &str) -> Option<(Intent, String)> {
        let words: Vec<_> = text.split_whitespace().collect();
        if words.len() > LONGEST {
            return None;
        }
        let mut unknown = words.iter().enumerate().filter(|(_, word)| {
            word.chars().all(char::is_alphabetic) && !self.tolerance.knows(&word.to_lowercase())
        });
        let ((at, word), None) = (unknown.next()?, unknown.next()) else { return None };
        let within = self.tolerance.heard_within(&word.to_lowercase());
        within.into_iter().find_map(|other| {
            let whole = [&words[..at], &[other], &words[at + 1..]].concat().join(" ");
            let found = self.recognise_in(area, &whole)?;
            let name = found.slots.iter().find(|slot| slot.name == "name")?;
            let name = name.text.expose().to_lowercase();
            // The rest of the name was heard as it is.
            let is_part = name.contains(' ') && name.split(' ').any(|word| word == other);
            is_part.then_some((found, whole))
        })
    }
}
