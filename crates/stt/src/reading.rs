//! What all looks at an utterance make of it together.

use voice::{Alternative, Engine, SpokenWord, Transcript};

use crate::spelling::Spelling;
use crate::view::{Believed, Word};

/// Sentences that are told beside the best.
const ALTERNATIVES: usize = 4;

/// A sentence and what all looks together make of it.
pub(crate) struct Reading {
    words: Vec<Word>,
    /// How sure one can be that it was said, whatever other sentences do, 0…1.
    pub(crate) confidence: f32,
    /// Its share among all sentences, 0…1.
    share: f32,
}

/// A sentence while the looks are added up.
struct Sum {
    words: Vec<Word>,
    /// Weight of the look that heard these words.
    heaviest: f32,
    weight: f32,
    /// How well it fits in each look that has it.
    fits: Vec<f32>,
}

impl Sum {
    /// The sentence with the words of whoever is surest of them.
    fn add(&mut self, look: usize, believed: Believed) {
        let Believed { mut words, share, fit } = believed;
        let weight = share * fit;
        self.weight += weight;
        // The same words may stand for two names.
        self.fits[look] = fit.max(self.fits[look]);
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

fn texts(words: &[Word]) -> impl Iterator<Item = &str> {
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

/// The sentences of all looks, most likely first. What a third of the looks alone is sure of counts
/// half.
pub(crate) fn agreed(looks: impl Iterator<Item = Vec<Believed>>, count: usize) -> Vec<Reading> {
    let mut sums: Vec<Sum> = Vec::new();
    for (look, believed) in looks.enumerate() {
        for believed in believed {
            let known = sums.iter().position(|sum| is_same(&sum.words, &believed.words));
            let at = known.unwrap_or(sums.len());
            if known.is_none() {
                let words = believed.words.clone();
                sums.push(Sum { words, heaviest: 0.0, weight: 0.0, fits: vec![0.0; count] });
            }
            sums[at].add(look, believed);
        }
    }
    sums.sort_by(|a, b| b.weight.total_cmp(&a.weight));
    let all: f32 = sums.iter().map(|sum| sum.weight).sum();
    let reading = |mut sum: Sum| {
        sum.fits.sort_by(|a, b| b.total_cmp(a));
        let best = mean(&sum.fits[..count.div_ceil(3)]);
        let mean = mean(&sum.fits);
        let share = sum.weight / all.max(f32::MIN_POSITIVE);
        Reading { words: sum.words, confidence: 0.5 * (best + mean), share }
    };
    sums.into_iter().map(reading).collect()
}

fn mean(values: &[f32]) -> f32 {
    values.iter().sum::<f32>() / values.len().max(1) as f32
}

/// The best reading as the text if it is believed; if not, it is still worth a question.
pub(crate) fn transcript(readings: &[Reading], spelling: &Spelling) -> Transcript {
    let nothing = Transcript::nothing(Engine::Grammar);
    let Some(best) = readings.first() else { return nothing };
    let readings = readings.iter().map(|reading| {
        let words = written(&reading.words, spelling);
        let confidence = reading.confidence * reading.share;
        Alternative { text: text(&words), engine: Engine::Grammar, confidence, words }
    });
    let mut written = readings.peekable();
    let is_believed = best.confidence >= Transcript::BELIEVED;
    let said = written.next_if(|_| is_believed);
    let (text, words) = said.map(|best| (best.text, best.words)).unwrap_or_default();
    let alternatives = written.take(ALTERNATIVES).collect();
    Transcript { text, confidence: best.confidence, alternatives, words, ..nothing }
}

/// The text of words.
pub(crate) fn text(words: &[SpokenWord]) -> voice::PrivateText {
    let words: Vec<&str> = words.iter().map(|word| word.text.expose()).collect();
    words.join(" ").into()
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
    fn believed(text: &str, share: f32, fit: f32) -> Believed {
        let word = |text: &str| Word {
            text: text.trim_matches(['[', ']']).to_owned(),
            confidence: share,
            open: text.starts_with('['),
        };
        Believed { words: text.split(' ').map(word).collect(), share, fit }
    }

    fn first(looks: Vec<Vec<Believed>>) -> (String, f32, f32) {
        let count = looks.len();
        let best = agreed(looks.into_iter(), count).remove(0);
        (texts(&best.words).collect::<Vec<_>>().join(" "), best.confidence, best.share)
    }

    #[test]
    fn what_two_looks_agree_on_beats_what_one_is_sure_of() {
        let (text, confidence, share) = first(vec![
            vec![believed("lights on", 1.0, 0.8)],
            vec![believed("lights off", 0.7, 0.8), believed("lights on", 0.3, 0.8)],
            vec![believed("lights off", 0.9, 0.6)],
        ]);
        assert_eq!(text, "lights off");
        // Half of its best fit, and half of the mean over all looks: 0, 0.8 and 0.6.
        assert!((confidence - (0.4 + 0.7 / 3.0)).abs() < 1e-6, "{confidence}");
        assert!((share - 1.1 / 2.14).abs() < 1e-6, "{share}");
    }

    #[test]
    fn one_look_alone_is_half_believed() {
        let alone = vec![vec![believed("stop", 1.0, 0.9)], vec![], vec![]];
        assert!(first(alone).1 < Transcript::BELIEVED + 0.1);
        let weak = vec![vec![believed("stop", 1.0, 0.8)], vec![], vec![]];
        assert!(first(weak).1 < Transcript::BELIEVED, "that is worth a question at most");
    }

    #[test]
    fn more_looks_do_not_make_it_surer_by_chance() {
        let three = vec![vec![believed("stop", 1.0, 0.9)], vec![], vec![]];
        let mut six = three.clone();
        six.extend([vec![], vec![], vec![]]);
        assert!(first(six.clone()).1 < first(three.clone()).1);
        six[5] = vec![believed("stop", 1.0, 0.9)];
        assert!((first(six).1 - first(three).1).abs() < 1e-6, "a third of the looks again");
    }

    #[test]
    fn looks_that_hear_other_free_words_agree_on_the_sentence() {
        let (text, confidence, share) = first(vec![
            vec![believed("add [oak] [milk]", 0.6, 0.8)],
            vec![believed("add [oat] [milk]", 0.9, 0.8)],
            vec![believed("add [oatmilk]", 0.7, 0.8)],
        ]);
        assert_eq!(text, "add oat milk", "the words of the one that is surest");
        assert!((confidence - 0.8).abs() < 1e-6 && (share - 1.0).abs() < 1e-6);
        // Not on a sentence without them, or with other words around.
        let others =
            vec![vec![believed("add [milk]", 1.0, 0.8)], vec![believed("drop [milk]", 0.9, 0.8)]];
        assert!(first(others).1 < 0.61);
    }

    #[test]
    fn a_known_name_is_not_open_although_any_may_be_said() {
        let looks =
            || vec![vec![believed("add [milk]", 0.6, 0.8), believed("add milk", 0.4, 0.8)], vec![]];
        let best = agreed(looks().into_iter(), 2).remove(0);
        assert!(!best.words[1].open && (best.share - 1.0).abs() < 1e-6);
    }

    #[test]
    fn what_is_not_believed_is_told_beside() {
        let heard = |confidence| {
            let words = believed("lights 's [on]", 0.7, 1.0).words;
            transcript(&[Reading { words, confidence, share: 0.9 }], &Spelling::default())
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
    fn the_same_words_for_two_names_count_once() {
        let twice =
            vec![vec![believed("living room on", 0.5, 0.8), believed("living room on", 0.5, 0.8)]];
        let (_, confidence, share) = first(twice);
        assert!((confidence - 0.8).abs() < 1e-6 && (share - 1.0).abs() < 1e-6);
    }
}
