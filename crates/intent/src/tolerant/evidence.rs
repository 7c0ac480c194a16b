//! What speaks against a sentence as a whole, however little its words differ from what was heard.

use voice::{Intent, SlotValue};

use super::{Tolerance, tokens};
use crate::Recogniser;
use crate::spell::is_number_word;

/// The words of a text as they are compared here.
pub(super) fn words(recogniser: &Recogniser, tolerance: &Tolerance, text: &str) -> Vec<String> {
    tokens::spoken_words(&recogniser.plain(text), tolerance.speller)
}

/// Whether a text of these words may have been meant as a sentence that is near to it: a question is no
/// command, and no number is invented or left out.
pub(super) fn allows(
    recogniser: &Recogniser,
    tolerance: &Tolerance,
    (heard, near): (&[String], &str),
    intent: &Intent,
) -> bool {
    let said = words(recogniser, tolerance, near);
    let heard: Vec<_> = heard.iter().map(String::as_str).collect();
    let said: Vec<_> = said.iter().map(String::as_str).collect();
    is_as_much_a_question(&heard, &said, tolerance)
        && has_its_values(&heard, &said, intent, tolerance)
}

/// Whether both ask for something or both are questions. The word that begins a question may have been
/// misheard, but then the one in its place is no word of the sentences; or it may be missing in front of
/// a small word ("the window open"), which begins no command.
fn is_as_much_a_question(heard: &[&str], said: &[&str], tolerance: &Tolerance) -> bool {
    let first = |words: &[&str]| {
        let mut words = words.iter().filter(|word| !tolerance.lexicon.fillers.contains(**word));
        words.next().copied().unwrap_or_default().to_owned()
    };
    let is_question = |word: &str| {
        let stem = word.split('\'').next().unwrap_or_default();
        tolerance.lexicon.question_words.contains(stem)
    };
    let (heard, said) = (first(heard), first(said));
    match (is_question(&heard), is_question(&said)) {
        (true, true) | (false, false) => true,
        (true, false) => false,
        (false, true) => !tolerance.knows(&heard) || tolerance.lexicon.is_function_word(&heard),
    }
}

/// Whether every number of the intent was said, and every small word that is a value: "a" may be one,
/// "it" a device.
fn has_its_values(heard: &[&str], said: &[&str], intent: &Intent, tolerance: &Tolerance) -> bool {
    // A small word stands in many places; the one that is a value has the same neighbour.
    let pairs = |words: &[&str], word: &str| {
        let pairs = words.windows(2).filter(|pair| pair.contains(&word));
        pairs.map(|pair| pair.join(" ")).collect::<Vec<_>>()
    };
    let was_said = |word: &str| {
        let heard_pairs = pairs(heard, word);
        let mut said_pairs = pairs(said, word).into_iter().peekable();
        let count = |words: &[&str]| words.iter().filter(|other| **other == word).count();
        count(heard) >= count(said).max(1)
            && (said_pairs.peek().is_none() || said_pairs.any(|pair| heard_pairs.contains(&pair)))
    };
    intent.slots.iter().all(|slot| {
        let text = slot.text.expose().to_lowercase();
        let is_small = text.split(' ').all(|word| tolerance.lexicon.is_function_word(word));
        let is_number = matches!(slot.value, SlotValue::Number(_));
        let mut words =
            text.split(' ').filter(|word| is_small || (is_number && is_number_word(word)));
        words.all(|word| if is_small { was_said(word) } else { heard.contains(&word) })
    })
}
