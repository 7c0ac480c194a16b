//! Clarity: the confidence that nothing else was said than a sentence, by what the free text has that the
//! sentence has not.
//!
//! A sentence of the grammar is found in whatever sounds like it: "turn on the lamp" in "don't turn on the
//! lamp", and "light" in "lantern". What decides is a word in the place of one of its own, and near speech
//! around its words or between them that none of them explains.

use transducer::{Part, SearchResult, Sentence, Word};
use voice::Phrase;

use super::levels::{Around, Levels};
use super::snap::Vocabulary;

/// Near-field speech of this length that a sentence passes over, in samples: 190 ms. Somebody said more
/// than the sentence; "don't" is as short.
const PASSED_OVER: u64 = 3_040;
/// The same before a sentence, of what is only nearly as loud as it: 150 ms with words and 190 ms of any sound.
/// "Never" by another voice is 160 to 400 ms of that, and often without words; "set a", which some sentences
/// leave out, is 160.
const BEFORE: Limits = Limits { words: 2_400, sound: 3_040 };
/// The same behind it, where things clatter more often: 200 and 280 ms.
const BEHIND: Limits = Limits { words: 3_200, sound: 4_480 };
/// Log-likelihood ratio of a word to the free text, without the internal language model, below which
/// something else was said: for a word of one piece, and what each further piece adds. Names that the network
/// has never heard have many.
const OTHER_WORD: f32 = -5.5;
const OTHER_PIECE: f32 = -1.0;
/// A word of a template with fewer letters is none on which much depends.
const CONTENT: usize = 4;

/// How much may be directly before or behind a sentence, in samples.
struct Limits {
    /// Where the free text has words.
    words: u64,
    /// Where it has none.
    sound: u64,
}

impl Limits {
    /// How much of that there is: 1 at the limit.
    fn share(&self, around: Around) -> f32 {
        let limit = if around.has_words { self.words } else { self.sound };
        around.samples as f32 / limit as f32
    }
}

/// The clarity of a sentence, 0…1; one half at the limits.
pub(super) fn clarity(
    sentence: &Sentence,
    result: &SearchResult,
    levels: &Levels,
    vocabulary: &Vocabulary,
) -> f32 {
    let words = sentence.words.iter().enumerate();
    let other = words.map(|(at, word)| otherness(at, word, vocabulary)).fold(0.0, f32::max);
    let passed_over = levels.passed_over(sentence, &result.free_at);
    let [before, behind] = levels.around(sentence, &result.free_at);
    let (before, behind) = (BEFORE.share(before), BEHIND.share(behind));
    // What is not to be done is not done, whatever else was said.
    let is_turned = sentence.words.first().is_some_and(|w| w.phrase == Some(Phrase::Negation));
    let around = if is_turned { 0.0 } else { before.max(behind) };
    within(other.max(passed_over as f32 / PASSED_OVER as f32).max(around))
}

/// How much it sounds as if something else was said than the word at that place of a sentence: 1 at the limit. Only
/// words count on which something depends, and not the first: how a sentence begins is often lost
/// behind the wake word.
pub(super) fn otherness(at: usize, word: &Word, vocabulary: &Vocabulary) -> f32 {
    let guarded = vocabulary.is_guarded(&word.text);
    let counts = match word.part {
        // Which number it is, numbers decide among themselves.
        Part::List(_) => !guarded,
        Part::Sentence => guarded || word.text.len() >= CONTENT,
        Part::Open => false,
    };
    if at == 0 || !counts {
        return 0.0;
    }
    let more = word.pieces.saturating_sub(1) as f32;
    word.acoustic_ratio / (OTHER_WORD + OTHER_PIECE * more)
}

/// How far a value is from its limit: 1 far within, one half at it, 0 far beyond.
pub(super) fn within(excess: f32) -> f32 {
    1.0 / (1.0 + ((excess - 1.0) * 4.0).exp())
}
