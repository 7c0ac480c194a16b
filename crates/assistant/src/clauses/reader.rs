//! Reads words as clauses, with a bound on the work.

use voice::Intent;

use super::work::What;
use super::{Grammar, MOST};
use crate::Dialogue;

/// Words that a time has at most: "at half past seven in the evening on the first friday of may".
const MOST_TIME_WORDS: usize = 14;

/// Words of what is nearly a sentence, at most: comparing a longer text takes longer than all else.
const MOST_NEARLY: usize = 20;

/// The intent of what changes an alarm or a timer, the newest one unless it says which.
const CHANGE: &str = "HarkChange";

/// Reads the words of one breath.
pub(super) struct Reader<'g> {
    pub(super) grammar: &'g Grammar<'g>,
}

impl Reader<'_> {
    /// All of it: corrections first, then clauses that are each one by itself, then those that share
    /// words or a time.
    pub(super) fn breath(&self, words: &[&str]) -> Option<Vec<Intent>> {
        self.taken_back(words)
            .or_else(|| self.independent(words, MOST))
            .or_else(|| self.later(words).map(|later| vec![later]))
            .or_else(|| self.chain(words, MOST))
            .or_else(|| self.chain_but(words))
            .or_else(|| self.negated(words).map(|not| vec![not]))
            .or_else(|| self.corrected(words))
    }

    /// What a sentence means.
    pub(super) fn sentence(&self, words: &[&str]) -> Option<Intent> {
        self.grammar.work.known(What::Means, self.grammar.understand, words)
    }

    /// What is nearly a sentence.
    pub(super) fn nearly(&self, words: &[&str]) -> Option<Intent> {
        let is_short = words.len() <= MOST_NEARLY;
        is_short.then(|| self.grammar.work.known(What::Nearly, self.grammar.nearly, words))?
    }

    /// What the words name, if they do nothing else.
    pub(super) fn name(&self, words: &[&str]) -> Option<Intent> {
        self.grammar.work.known(What::Names, self.grammar.names, words)
    }

    /// The same of a room alone.
    pub(super) fn room(&self, words: &[&str]) -> Option<Intent> {
        self.grammar.work.known(What::Rooms, self.grammar.rooms, words)
    }

    /// What the words say of a time, if they do nothing else.
    pub(super) fn when(&self, words: &[&str]) -> Option<Intent> {
        let is_short = words.len() <= MOST_TIME_WORDS;
        is_short.then(|| self.grammar.work.known(What::Times, self.grammar.times, words))?
    }

    /// A sentence that asks for something by itself.
    pub(super) fn command(&self, words: &[&str]) -> Option<Intent> {
        self.sentence(words).filter(is_command)
    }

    /// A command without a time, with what is left out, or that is urged upon us.
    pub(super) fn plain(&self, words: &[&str]) -> Option<Intent> {
        self.unplaced(words)
            .or_else(|| self.placed(words))
            .or_else(|| self.plain(after(words, &self.grammar.words.urgings)?))
    }

    /// The same, said as the sentences have it.
    pub(super) fn unplaced(&self, words: &[&str]) -> Option<Intent> {
        self.grammar.work.reading()?;
        self.command(words).or_else(|| self.excepted(words))
    }

    /// The places of words that join, but for those within a number.
    pub(super) fn joints<'p>(&'p self, words: &'p [&str]) -> impl Iterator<Item = (usize, usize)> {
        let within = |(at, length): &(usize, usize)| {
            intent::number_goes_on(words[at - 1], words[at + length])
        };
        places(words, &self.grammar.words.between).filter(move |place| !within(place))
    }

    /// One clause: a command, with a time or not, or what is not to be done.
    pub(super) fn clause(&self, words: &[&str]) -> Option<Intent> {
        self.plain(words).or_else(|| self.negated(words)).or_else(|| self.timed(words))
    }
}

/// Whether it asks for something by itself: "wait, ten minutes" changes what was said before the breath.
pub(super) fn is_command(intent: &Intent) -> bool {
    let is_about_before = is_change(intent) && intent.slot("what").is_none();
    !is_about_before && !Dialogue::INTENTS.contains(&intent.name.as_str())
}

/// Whether it changes what was set.
pub(super) fn is_change(intent: &Intent) -> bool {
    intent.name == CHANGE
}

/// What was said in that slot, if any words may stand there, in small letters.
pub(super) fn free_words(intent: &Intent, slot: &str) -> Option<String> {
    let slot = intent.slots.iter().find(|one| one.name == slot)?;
    slot.is_free().then(|| slot.text.expose().to_lowercase())
}

/// The words behind the longest of these beginnings.
pub(super) fn after<'s, 'w>(words: &'s [&'w str], beginnings: &[String]) -> Option<&'s [&'w str]> {
    let length = beginnings.iter().filter_map(|beginning| begins(words, beginning)).max()?;
    Some(&words[length..]).filter(|rest| !rest.is_empty())
}

/// How many words the beginning has, if it is one.
pub(crate) fn begins(words: &[&str], beginning: &str) -> Option<usize> {
    let mut length = 0;
    for word in beginning.split(' ') {
        if words.get(length) != Some(&word) {
            return None;
        }
        length += 1;
    }
    Some(length)
}

/// The places at which one of these stands, and how many words it has there, from the left.
pub(super) fn places<'p>(
    words: &'p [&str],
    of: &'p [String],
) -> impl Iterator<Item = (usize, usize)> + 'p {
    (1..words.len()).filter_map(move |at| {
        let length = of.iter().filter_map(|one| begins(&words[at..], one)).max()?;
        (at + length < words.len()).then_some((at, length))
    })
}
