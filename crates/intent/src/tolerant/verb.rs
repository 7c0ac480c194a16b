//! A misheard verb: what begins a sentence is the first that is lost, behind a wake word and for an engine that
//! knows no sentences ("and apples to my shopping list").

use voice::{Intent, Stage};

use super::likeness::distance;
use super::{Guess, Tolerance};
use crate::context::Context;
use crate::normalise;
use crate::recogniser::Recogniser;
use crate::same::is_same;
use crate::template::lower;

/// Longer words are meant as they are, if they are no function words.
const SHORT: usize = 3;
/// A verb has at most so many times the letters of what it was heard as, and one more: "her" is no "complete".
const LONGER: usize = 2;
/// Words behind the verb, at least.
const REST: usize = 3;
/// How much of a word may be written in another way than the verb where more was said: "ad" for "add", and not
/// "one", which was "don't".
const UNLIKE: f64 = 0.5;
/// What a misheard verb costs, as much as a word of a sentence that sounds alike.
const COST: f32 = 0.3;

impl Recogniser {
    /// What a text means with a verb in the place of its first word, which is a small one, if all that stands
    /// behind fits one command only: the one with the fewest free words, and not at its end. Where more was said
    /// than a sentence (`is_unclear`), that word may have turned it round, and what was heard is its rival.
    pub(crate) fn with_verb(
        &self,
        tolerance: &Tolerance,
        text: &str,
        is_unclear: bool,
        context: &Context,
    ) -> Option<Guess> {
        let heard = normalise::input(text);
        let (first, rest) = heard.split_once(' ')?;
        let first = lower(first);
        let is_small = first.len() <= SHORT || tolerance.lexicon.is_function_word(&first);
        if !is_small || rest.split(' ').count() < REST {
            return None;
        }
        let mut meant: Vec<(usize, Intent, &str)> = Vec::new();
        let fits =
            |verb: &&String| verb.len() <= LONGER * first.len() + 1 && self.begins_sentence(verb);
        for verb in self.sentences.openers.iter().filter(fits) {
            let Some(found) = self.recognise_fully(&format!("{verb} {rest}"), context) else {
                continue;
            };
            let free: Vec<_> = found.free.iter().map(|words| lower(words.expose())).collect();
            let is_within = !free.iter().any(|words| lower(rest).ends_with(words.as_str()));
            if !free.is_empty() && is_within {
                meant.push((free.iter().map(String::len).sum(), found.intent, verb));
            }
        }
        let least = meant.iter().map(|(free, ..)| *free).min()?;
        meant.retain(|(free, ..)| *free == least);
        let (_, intent, _) = meant.first()?;
        if meant.iter().any(|(_, other, _)| !is_same(other, intent, &[])) {
            return None;
        }
        let near = meant.iter().min_by(|(.., a), (.., b)| {
            distance(&first, a).total_cmp(&distance(&first, b)).then_with(|| a.cmp(b))
        });
        let (_, intent, verb) = near?;
        let intent = Intent { stage: Stage::Tolerant, cost: COST, ..intent.clone() };
        let is_doubtful = is_unclear && distance(&first, verb) > UNLIKE;
        let rival = is_doubtful.then(|| text.to_owned());
        Some(Guess { intent, text: format!("{verb} {rest}"), rival })
    }
}
