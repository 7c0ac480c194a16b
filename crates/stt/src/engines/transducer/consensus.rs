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
    /// Its numbers, and its weight.
    fn numbers(&self) -> (Vec<String>, f32) {
        let numbers = self.words.iter().filter(|word| word.number);
        (numbers.map(|word| word.text.clone()).collect(), self.weight)
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
    let all: Vec<(Vec<String>, f32)> = all_votes.iter().map(Votes::numbers).collect();
    let consensus = |(at, mut votes): (usize, Votes)| {
        let agree = all.iter().filter(|other| other.0 == all[at].0);
        let agreed = agree.map(|other| other.1).sum::<f32>() / sum.max(f32::MIN_POSITIVE);
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
    all_votes.into_iter().enumerate().map(consensus).collect()
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
    Transcript { text, confidence, alternatives, words, clarity: best.clarity, ..nothing }
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
mod tests {
    use super::*;

    /// A word in brackets stands where any may be said.
    fn hypothesis(text: &str, posterior: f32, acoustic_score: f32) -> Hypothesis {
        let word = |text: &str| Word {
            text: text.trim_matches(['[', ']']).to_owned(),
            confidence: posterior,
            open: text.starts_with('['),
            number: text == "four" || text == "nine",
            phrase: None,
            said: 0,
        };
        let words = text.split(' ').map(word).collect();
        Hypothesis { words, posterior, acoustic_score, clarity: 1.0 }
    }

    fn first(passes: Vec<Vec<Hypothesis>>) -> (String, f32, f32) {
        let count = passes.len();
        let best = combine(passes.into_iter(), count).remove(0);
        (texts(&best.words).collect::<Vec<_>>().join(" "), best.confidence, best.posterior)
    }

    #[test]
    fn what_two_passes_agree_on_beats_what_one_is_confident_of() {
        let (text, confidence, posterior) = first(vec![
            vec![hypothesis("lights on", 1.0, 0.8)],
            vec![hypothesis("lights off", 0.7, 0.8), hypothesis("lights on", 0.3, 0.8)],
            vec![hypothesis("lights off", 0.9, 0.6)],
        ]);
        assert_eq!(text, "lights off");
        // Half of its best score, and half of the mean over all passes: 0, 0.8 and 0.6.
        assert!((confidence - (0.4 + 0.7 / 3.0)).abs() < 1e-6, "{confidence}");
        assert!((posterior - 1.1 / 2.14).abs() < 1e-6, "{posterior}");
    }

    #[test]
    fn one_pass_alone_counts_half() {
        let alone = vec![vec![hypothesis("stop", 1.0, 0.9)], vec![], vec![]];
        assert!(first(alone).1 < Transcript::BELIEVED + 0.1);
        let weak = vec![vec![hypothesis("stop", 1.0, 0.8)], vec![], vec![]];
        assert!(first(weak).1 < Transcript::BELIEVED, "that is worth a question at most");
    }

    #[test]
    fn more_passes_do_not_raise_the_confidence_by_chance() {
        let three = vec![vec![hypothesis("stop", 1.0, 0.9)], vec![], vec![]];
        let mut six = three.clone();
        six.extend([vec![], vec![], vec![]]);
        assert!(first(six.clone()).1 < first(three.clone()).1);
        six[5] = vec![hypothesis("stop", 1.0, 0.9)];
        assert!((first(six).1 - first(three).1).abs() < 1e-6, "a third of the passes again");
    }

    #[test]
    fn passes_that_hear_other_free_words_agree_on_the_sentence() {
        let (text, confidence, posterior) = first(vec![
            vec![hypothesis("add [oak] [milk]", 0.6, 0.8)],
            vec![hypothesis("add [oat] [milk]", 0.9, 0.8)],
            vec![hypothesis("add [oatmilk]", 0.7, 0.8)],
        ]);
        assert_eq!(text, "add oat milk", "the words of the one with the most weight");
        assert!((confidence - 0.8).abs() < 1e-6 && (posterior - 1.0).abs() < 1e-6);
        // Not on a sentence without them, or with other words around.
        let others = vec![
            vec![hypothesis("add [milk]", 1.0, 0.8)],
            vec![hypothesis("drop [milk]", 0.9, 0.8)],
        ];
        assert!(first(others).1 < 0.61);
    }

    #[test]
    fn a_known_name_is_not_open_although_any_may_be_said() {
        let passes = || {
            vec![vec![hypothesis("add [milk]", 0.6, 0.8), hypothesis("add milk", 0.4, 0.8)], vec![]]
        };
        let best = combine(passes().into_iter(), 2).remove(0);
        assert!(!best.words[1].open && (best.posterior - 1.0).abs() < 1e-6);
    }

    #[test]
    fn what_is_not_accepted_is_an_alternative() {
        let heard = |confidence| {
            let words = hypothesis("lights 's [on]", 0.7, 1.0).words;
            let consensus = Consensus {
                words,
                confidence,
                posterior: 0.9,
                agreed: 0.9,
                clarity: 1.0,
                more: 0.0,
            };
            transcript(&[consensus], &Spelling::default())
        };
        let sure = heard(Transcript::BELIEVED);
        assert_eq!((sure.text.expose(), sure.alternatives.len()), ("lights's on", 0));
        let words: Vec<_> =
            sure.words.iter().map(|w| (w.text.expose(), w.confidence, w.open)).collect();
        assert_eq!(words, [("lights's", 0.7, false), ("on", 0.7, true)]);
        let unsure = heard(Transcript::BELIEVED - 0.01);
        assert!(unsure.text.is_empty() && unsure.words.is_empty());
        assert_eq!(unsure.alternatives[0].text.expose(), "lights's on");
        assert!((unsure.alternatives[0].confidence - 0.9 * unsure.confidence).abs() < 1e-6);
    }

    #[test]
    fn where_something_else_was_said_it_is_asked_about() {
        let heard = |clarities: [f32; 3]| {
            let pass =
                |clarity| vec![Hypothesis { clarity, ..hypothesis("turn on the lamp", 1.0, 0.9) }];
            transcript(&combine(clarities.into_iter().map(pass), 3), &Spelling::default())
        };
        assert_eq!(heard([0.9, 0.9, 0.1]).text.expose(), "turn on the lamp", "one pass may err");
        let unclear = heard([0.3, 0.9, 0.1]);
        assert!(unclear.text.is_empty() && unclear.confidence < Transcript::BELIEVED);
        assert_eq!(unclear.alternatives[0].text.expose(), "turn on the lamp");
        assert!(unclear.alternatives[0].confidence < Transcript::BELIEVED);
    }

    /// The words of a sentence; a carrier phrase begins at that one, each with so much sound, in milliseconds.
    fn phrase(text: &str, posterior: f32, at: usize, kind: Phrase, said: u64) -> Hypothesis {
        let mut hypothesis = hypothesis(text, posterior, 0.9);
        hypothesis.words[at].phrase = Some(kind);
        hypothesis.words.iter_mut().for_each(|word| word.said = said * 16);
        hypothesis
    }

    #[test]
    fn what_any_pass_hears_around_a_sentence_is_asked_about() {
        let heard = |more: Hypothesis| {
            let short = || hypothesis("lock the door", 0.8, 0.9);
            let passes = vec![vec![short()], vec![short(), more], vec![short()]];
            let n_best = combine(passes.into_iter(), 3);
            let heard = transcript(&n_best, &Spelling::default());
            assert_eq!(n_best[0].is_unclear(), heard.text.is_empty());
            heard
        };
        let is_done = |more| !heard(more).text.is_empty();
        assert!(!is_done(phrase("never lock the door", 0.2, 0, Phrase::Negation, 200)));
        assert!(!is_done(phrase("at sunset lock the door", 0.2, 0, Phrase::Before, 100)));
        assert!(!is_done(phrase("lock the door at ten", 0.2, 3, Phrase::Behind, 100)));
        assert!(is_done(phrase("lock the door at ten", 0.1, 3, Phrase::Behind, 100)), "unlikely");
        assert!(is_done(phrase("lock the door at ten", 0.2, 3, Phrase::Behind, 20)), "much softer");
        assert!(is_done(hypothesis("lock the door please", 0.2, 0.9)), "no phrase");
        assert!(is_done(phrase("never say that", 0.2, 0, Phrase::Negation, 200)), "another one");
        let asked = heard(phrase("never lock the door", 0.2, 0, Phrase::Negation, 200));
        assert!(asked.alternatives.iter().any(|it| it.text.expose() == "never lock the door"));
    }

    #[test]
    fn a_number_that_most_sentences_do_not_have_is_asked_about() {
        let heard = |others: [&str; 2]| {
            let mut all = vec![hypothesis("timer for a minute", 0.38, 0.8)];
            all.extend(others.map(|other| hypothesis(other, 0.31, 0.8)));
            transcript(&combine(vec![all].into_iter(), 1), &Spelling::default()).text
        };
        let four = heard(["timer for four minutes", "set timer for four minutes"]);
        assert!(four.is_empty(), "two wordings with the same number");
        let none = heard(["timer for four minutes", "timer for the minute"]);
        assert_eq!(none.expose(), "timer for a minute");
        let never = |text, posterior| phrase(text, posterior, 0, Phrase::Negation, 200);
        let turned = vec![never("never for four hours", 0.35), never("never for nine hours", 0.3)];
        let turned = [turned, vec![never("never for hours", 0.3)]].concat();
        let turned = transcript(&combine(vec![turned].into_iter(), 1), &Spelling::default());
        assert!(!turned.text.is_empty(), "nothing is done anyway");
    }

    #[test]
    fn a_word_that_turns_a_sentence_round_is_heard_within_it() {
        let heard = |first: &str| {
            let turned = phrase("i don't want you to lock the door", 0.2, 0, Phrase::Negation, 0);
            let passes = vec![vec![hypothesis(first, 0.8, 0.9), turned]];
            transcript(&combine(passes.into_iter(), 1), &Spelling::default()).text.into_exposed()
        };
        assert_eq!(heard("i want you to lock the door"), "");
        assert_eq!(heard("what time is it"), "what time is it");
    }

    #[test]
    fn what_is_not_to_be_done_needs_no_more_doubt() {
        let never = || phrase("never lock the door", 0.6, 0, Phrase::Negation, 200);
        let later = phrase("never lock the door at ten", 0.4, 4, Phrase::Behind, 200);
        let n_best = combine(vec![vec![never(), later]].into_iter(), 1);
        let heard = transcript(&n_best, &Spelling::default());
        assert_eq!(heard.text.expose(), "never lock the door");
    }

    #[test]
    fn the_same_words_for_two_names_count_once() {
        let twice = vec![vec![
            hypothesis("living room on", 0.5, 0.8),
            hypothesis("living room on", 0.5, 0.8),
        ]];
        let (_, confidence, posterior) = first(twice);
        assert!((confidence - 0.8).abs() < 1e-6 && (posterior - 1.0).abs() < 1e-6);
    }
}
