//! System combination: merges the n-best lists of all passes into one, in the manner of ROVER
//! (Fiscus 1997), with whole sentences in the place of words.

use voice::{Alternative, Phrase, SpokenWord, Transcript};

use super::INFO;
use super::pass::{Hypothesis, Word};
use super::spelling::{Spelling, text};

/// Size of the n-best list behind the best sentence.
const ALTERNATIVES: usize = 4;

/// Clarity below which something else was said than the sentence, or more: it is asked about.
const CLEAR: f32 = 0.5;
/// Posterior of all sentences with the numbers of the best one below which it is asked about: other numbers
/// sound alike. Below it are, of 2,100 scenes with commands, many in noise, 9 wrong ones and 3 right ones.
const AGREED: f32 = 0.4;
/// Posterior, in any pass, of sentences that have a carrier phrase more, from which that may have been said.
const MORE: f32 = 0.12;
/// So much of it is as loud as the sentence, in samples: 120 ms. Other people are softer, and what the search
/// makes of them is no phrase.
const SAID: u64 = 1_920;
/// Its confidence then.
const ASKED: f32 = Transcript::BELIEVED - 0.01;

/// A sentence as all passes together rate it.
pub(crate) struct Consensus {
    words: Vec<Word>,
    /// Confidence that it was said, whatever other sentences do, 0…1.
    pub(crate) confidence: f32,
    /// Its posterior among all sentences, 0…1.
    posterior: f32,
    /// The posterior of all sentences with the same numbers, 0…1.
    agreed: f32,
    /// How sure the passes are that nothing else was said, 0…1.
    clarity: f32,
    /// The posterior of sentences that have a carrier phrase more, in the pass where that is most, 0…1.
    more: f32,
}

impl Consensus {
    /// Whether it is as confident as a sentence that was said, but something else or more was.
    pub(crate) fn is_unclear(&self) -> bool {
        self.confidence >= Transcript::BELIEVED && !self.is_clear()
    }

    /// Whether just that was said, and nothing else or more, as far as can be told.
    fn is_clear(&self) -> bool {
        // Nothing is done for a negation, whatever its numbers.
        let is_agreed = self.agreed >= AGREED || is_turned(&self.words);
        self.clarity >= CLEAR && self.more < MORE && is_agreed
    }

    /// How sure it is that just that was said, 0…1.
    fn overall_clarity(&self) -> f32 {
        if self.is_clear() { self.clarity } else { self.clarity.min(CLEAR) }
    }

    /// The most confidence that it deserves: what is not clear is asked about and never done.
    fn most(&self) -> f32 {
        if self.is_clear() { 1.0 } else { ASKED }
    }
}

/// A sentence while the votes of the passes are added up.
struct Votes {
    words: Vec<Word>,
    /// Weight of the pass that heard these words.
    heaviest: f32,
    weight: f32,
    /// The acoustic score in each pass; 0 where the sentence is not in its list.
    acoustic_scores: Vec<f32>,
    /// The clarity in each pass that has the sentence in its list.
    clarities: Vec<f32>,
}

impl Votes {
    /// The numbers in it.
    fn numbers(&self) -> impl Iterator<Item = &str> {
        self.words.iter().filter(|word| word.number).map(|word| word.text.as_str())
    }

    /// Adds the vote of a pass; the words are those of the pass with the most weight.
    fn add(&mut self, pass: usize, hypothesis: Hypothesis) {
        let Hypothesis { mut words, posterior, acoustic_score, clarity } = hypothesis;
        let weight = posterior * acoustic_score;
        self.weight += weight;
        self.clarities.push(clarity);
        // The same words may stand for two names.
        self.acoustic_scores[pass] = acoustic_score.max(self.acoustic_scores[pass]);
        if weight > self.heaviest {
            self.heaviest = weight;
            std::mem::swap(&mut self.words, &mut words);
        }
        if texts(&self.words).eq(texts(&words)) {
            // A name that is known is known, although others may be said in its place.
            self.words.iter_mut().zip(&words).for_each(|(word, other)| word.open &= other.open);
        }
    }
}

fn texts(words: &[Word]) -> impl DoubleEndedIterator<Item = &str> {
    words.iter().map(|word| word.text.as_str())
}

/// Whether it is the same sentence, whatever was said where any words may be.
fn is_same(a: &[Word], b: &[Word]) -> bool {
    let fixed = |words: &[Word]| -> Vec<Option<String>> {
        let mut fixed: Vec<_> =
            words.iter().map(|word| (!word.open).then(|| word.text.clone())).collect();
        fixed.dedup_by(|a, b| a.is_none() && b.is_none());
        fixed
    };
    texts(a).eq(texts(b)) || fixed(a) == fixed(b)
}

/// Whether it says what is not to be done.
fn is_turned(words: &[Word]) -> bool {
    words.first().is_some_and(|word| word.is(Phrase::Negation))
}

/// Whether a sentence is another one with a carrier phrase more: a negation or a time before it, or something
/// behind it. What is turned round already is not done anyway.
fn says_more(longer: &[Word], shorter: &[Word]) -> bool {
    if is_turned(shorter) {
        return false;
    }
    let reversed = |words| texts(words).rev();
    let alike = reversed(longer).zip(reversed(shorter)).take_while(|(a, b)| a == b).count();
    // "I want you to" is heard in place of "I don't want you to".
    if is_turned(longer) && alike < shorter.len() && alike * 2 >= shorter.len() {
        return true;
    }
    let Some(more) = longer.len().checked_sub(shorter.len()).filter(|more| *more > 0) else {
        return false;
    };
    let is_said = |words: &[Word]| words.iter().map(|word| word.said).sum::<u64>() >= SAID;
    let begins = |phrase: Phrase| longer[0].is(phrase) && is_said(&longer[..more]);
    let begun = || longer[..=shorter.len()].iter().any(|word| word.is(Phrase::Behind));
    let is_begin = || texts(longer).zip(texts(shorter)).all(|(a, b)| a == b);
    let before = alike == shorter.len() && (begins(Phrase::Negation) || begins(Phrase::Before));
    before || is_begin() && begun() && is_said(&longer[shorter.len()..])
}

/// Combines the n-best lists of `count` passes to one, most likely first. What a third of the
/// passes alone is confident of counts half.
pub(crate) fn combine(
    passes: impl Iterator<Item = Vec<Hypothesis>>,
    count: usize,
) -> Vec<Consensus> {
    let passes: Vec<_> = passes.collect();
    let mut all_votes: Vec<Votes> = Vec::new();
    for (pass, n_best) in passes.iter().enumerate() {
        for hypothesis in n_best {
            let known = all_votes.iter().position(|votes| is_same(&votes.words, &hypothesis.words));
            let at = known.unwrap_or(all_votes.len());
            if known.is_none() {
                let words = hypothesis.words.clone();
                let acoustic_scores = vec![0.0; count];
                let clarities = Vec::new();
                all_votes.push(Votes {
                    words,
                    heaviest: 0.0,
                    weight: 0.0,
                    acoustic_scores,
                    clarities,
                });
            }
            all_votes[at].add(pass, hypothesis.clone());
        }
    }
    all_votes.sort_by(|a, b| b.weight.total_cmp(&a.weight));
    let sum: f32 = all_votes.iter().map(|votes| votes.weight).sum();
    let agreed = |votes: &Votes| {
        let agree = all_votes.iter().filter(|other| other.numbers().eq(votes.numbers()));
        agree.map(|other| other.weight).sum::<f32>() / sum.max(f32::MIN_POSITIVE)
    };
    let agreed: Vec<f32> = all_votes.iter().map(agreed).collect();
    let consensus = |(mut votes, agreed): (Votes, f32)| {
        votes.acoustic_scores.sort_by(|a, b| b.total_cmp(a));
        let best = mean_of(&votes.acoustic_scores[..count.div_ceil(3)]);
        let mean = mean_of(&votes.acoustic_scores);
        let posterior = votes.weight / sum.max(f32::MIN_POSITIVE);
        let clarity = mean_of(&votes.clarities);
        let more = |n_best: &Vec<Hypothesis>| {
            let more = n_best.iter().filter(|other| says_more(&other.words, &votes.words));
            more.map(|other| other.posterior).sum()
        };
        let more = passes.iter().map(more).fold(0.0, f32::max);
        let (words, confidence) = (votes.words, 0.5 * (best + mean));
        Consensus { words, confidence, posterior, agreed, clarity, more }
    };
    all_votes.into_iter().zip(agreed).map(consensus).collect()
}

fn mean_of(values: &[f32]) -> f32 {
    values.iter().sum::<f32>() / values.len().max(1) as f32
}

/// The best sentence as the text if its confidence suffices; if not, it is still worth a question.
pub(crate) fn transcript(n_best: &[Consensus], spelling: &Spelling) -> Transcript {
    let nothing = Transcript::nothing(INFO);
    let Some(best) = n_best.first() else { return nothing };
    let alternatives = n_best.iter().map(|consensus| {
        let words = written(&consensus.words, spelling);
        let confidence = (consensus.confidence * consensus.posterior).min(consensus.most());
        Alternative { text: text(&words), engine: INFO, confidence, words }
    });
    let mut alternatives = alternatives.peekable();
    let is_accepted = best.confidence >= Transcript::BELIEVED && best.is_clear();
    let confidence = best.confidence.min(best.most());
    let accepted = alternatives.next_if(|_| is_accepted);
    let (text, words) = accepted.map(|best| (best.text, best.words)).unwrap_or_default();
    let alternatives = alternatives.take(ALTERNATIVES).collect();
    Transcript { text, confidence, alternatives, words, clarity: best.overall_clarity(), ..nothing }
}

/// Words of the network as the household writes them.
fn written(words: &[Word], spelling: &Spelling) -> Vec<SpokenWord> {
    let plain: Vec<String> = texts(words).map(str::to_owned).collect();
    let mut spoken: Vec<SpokenWord> = Vec::new();
    let mut rest = words;
    for (text, count) in spelling.written(&plain) {
        let (these, others) = rest.split_at(count);
        rest = others;
        let confidence = these.iter().map(|word| word.confidence).fold(1.0, f32::min);
        let open = these.iter().all(|word| word.open);
        match spoken.last_mut() {
            Some(before) if text.starts_with('\'') => {
                before.text = format!("{}{text}", before.text.expose()).into();
                before.confidence = before.confidence.min(confidence);
            }
            _ => spoken.push(SpokenWord { text: text.into(), confidence, open }),
        }
    }
    spoken
}

#[cfg(test)]
mod tests;
