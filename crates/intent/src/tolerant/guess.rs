//! What a text was most likely meant as.

use voice::{Intent, Stage};

use super::{Near, Tolerance, evidence};
use crate::spell::is_number_word;
use crate::{Context, Recogniser, asks_the_same, normalise};

/// Readings whose costs differ by less are as good as each other.
const CLOSE: f32 = 0.2;
/// What one misspelt word costs at most, and how long it is at least.
const MISSPELT: f32 = 0.35;
const LONG: usize = 5;

/// What a text that fits no sentence was most likely meant as.
pub struct Guess {
    /// What it asks for; its cost says how much had to be forgiven.
    pub intent: Intent,
    /// The sentence that says so.
    pub text: String,
    /// Another sentence that asks for something else and is as near; one has to ask which was meant.
    pub rival: Option<String>,
}

impl Recogniser {
    /// Makes the sentences ready to be compared with texts that fit none. For thousands of names it
    /// takes a moment; [`Tolerance::renewed`] is faster when a few of them change.
    pub fn tolerance(&self, context: &Context) -> Tolerance {
        Tolerance::new(self.spoken(context), self.speller())
    }

    /// What a text means word for word, or else what it was most likely meant as. A text of which
    /// free words would be nothing but fillers ("cancel like the timer") is not taken word for word, nor
    /// one where a misspelt word of another sentence would be free ("add eggs to my grocoeries list").
    pub fn understand(
        &self,
        tolerance: &Tolerance,
        text: &str,
        context: &Context,
    ) -> Option<Guess> {
        let exactly = |text: &str| {
            let exact = self.recognise_fully(text, context)?;
            let says_nothing = exact.free.iter().any(|words| is_idle(words.expose(), tolerance));
            let free = exact.free.iter().flat_map(|words| plain_words(words.expose()));
            if let Some(misspelt) = free.into_iter().find(|word| is_unknown(word, tolerance))
                && let Some(meant) = self.rather_spelt(tolerance, text, context, &misspelt)
            {
                return Some((meant, false));
            }
            Some((Guess { intent: exact.intent, text: text.to_owned(), rival: None }, says_nothing))
        };
        let exact = match exactly(text) {
            Some((exact, false)) => return Some(exact),
            exact => exact.map(|(exact, _)| exact),
        };
        // What may be a word of a sentence ("right") goes last.
        for only_unknown in [true, false] {
            let fewer = without_fillers(text, tolerance, only_unknown);
            if let Some((fewer, false)) = fewer.and_then(|text| exactly(&text)) {
                return Some(fewer);
            }
        }
        self.guess(tolerance, text, context).or(exact)
    }

    /// What was meant if that word is one of a sentence, misspelt, and free in no other way.
    fn rather_spelt(
        &self,
        tolerance: &Tolerance,
        text: &str,
        context: &Context,
        misspelt: &str,
    ) -> Option<Guess> {
        let near = tolerance.nearest(text).into_iter();
        let near = near.take_while(|near| near.cost <= MISSPELT);
        let heard = evidence::words(self, tolerance, text);
        let mut near = near.filter(|near| !near.text.to_lowercase().contains(misspelt));
        near.find_map(|near| {
            let meant = self.recognise(&near.text, context)?;
            let fits = evidence::allows(self, tolerance, (&heard, &near.text), &meant);
            let intent = Intent { stage: Stage::Tolerant, cost: near.cost, ..meant };
            fits.then_some(Guess { intent, text: near.text, rival: None })
        })
    }

    /// What a text was most likely meant as; `None` when it is like no sentence. `tolerance` is made
    /// of the graph of this recogniser.
    pub fn guess(&self, tolerance: &Tolerance, text: &str, context: &Context) -> Option<Guess> {
        // "Please" alone is no sentence of which the small words are missing ("do it").
        if plain_words(text).all(|word| tolerance.lexicon.is_idle(&word)) {
            return None;
        }
        let near = tolerance.nearest(text).into_iter();
        let heard = evidence::words(self, tolerance, text);
        let mut meant: Vec<(Intent, Near)> = Vec::new();
        for near in near {
            if meant.first().is_some_and(|(_, best)| near.cost >= best.cost + CLOSE) {
                break;
            }
            let intent = self.recognise(&near.text, context);
            let allows =
                |intent: &Intent| evidence::allows(self, tolerance, (&heard, &near.text), intent);
            let intent = intent.filter(allows);
            meant.extend(intent.map(|intent| (intent, near)));
        }
        // A thing that has a name is rather meant than all of its kind in a room, and words that we
        // know rather than any words.
        let rank = |intent: &Intent, near: &Near| (near.open, intent.slot("name").is_none());
        meant.sort_by_key(|(intent, near)| rank(intent, near));
        let mut meant = meant.into_iter();
        let (intent, best) = meant.next()?;
        let of_best = rank(&intent, &best);
        let rival = meant
            .take_while(|(other, near)| rank(other, near) == of_best)
            .find(|(other, _)| !asks_the_same(other, &intent));
        let intent = Intent { stage: Stage::Tolerant, cost: best.cost, ..intent };
        Some(Guess { intent, text: best.text, rival: rival.map(|(_, near)| near.text) })
    }
}

/// Whether nobody knows the word, be it of the language or of the household.
fn is_unknown(word: &str, tolerance: &Tolerance) -> bool {
    word.len() >= LONG
        && word.chars().all(char::is_alphabetic)
        && !tolerance.knows(word)
        && tolerance.lexicon.vocabulary.compound(word).is_none()
}

fn plain_words(text: &str) -> impl Iterator<Item = String> {
    let words = text.split(|sign: char| !sign.is_alphanumeric() && sign != '\'');
    words.filter(|word| !word.is_empty()).map(str::to_lowercase)
}

/// Whether words that stand where any may stand mean nothing.
fn is_idle(words: &str, tolerance: &Tolerance) -> bool {
    let mut words = words.split_whitespace().peekable();
    words.peek().is_some() && words.all(|word| tolerance.lexicon.is_idle(&word.to_lowercase()))
}

/// The text without fillers anywhere, if there are some; without all of them, or those that are in no
/// sentence.
fn without_fillers(text: &str, tolerance: &Tolerance, only_unknown: bool) -> Option<String> {
    let text = normalise::input(text);
    let is_filler = |word: &&str| {
        let word = word.to_lowercase();
        tolerance.lexicon.fillers.contains(&word) && !(only_unknown && tolerance.knows(&word))
    };
    let words: Vec<_> = text.split_whitespace().collect();
    let word = |at: Option<usize>| at.and_then(|at| words.get(at)).map(|word| word.to_lowercase());
    // "Fifty and five" is no number, "a hundred and five" is.
    let between = |at: usize| {
        let (before, behind) = (word(at.checked_sub(1)), word(at.checked_add(1)));
        before.is_some_and(|word| is_number_word(&word) && !tolerance.goes_on(&word))
            && behind.is_some_and(|word| is_number_word(&word))
    };
    let kept = words.iter().enumerate().filter(|(at, word)| !is_filler(word) || between(*at));
    let fewer = kept.map(|(_, word)| *word).collect::<Vec<_>>().join(" ");
    (fewer.len() < text.len()).then_some(fewer)
}
