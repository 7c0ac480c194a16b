//! The grammar recogniser by PocketSphinx, with a phone loop as its garbage model.
//!
//! The loop of all phones runs on the same audio as the search in the grammar. It says how well
//! any sounds at all could explain the audio; a sentence that explains it much worse, or that has
//! one word which does, is rejected.

mod determinize;
mod ffi;
mod pronounce;

use std::path::{Path, PathBuf};

use voice::{Alternative, EngineInfo, Partial, Transcriber, Transcript, WordGraph};

use self::determinize::Determinized;
use self::ffi::{Decoder, PocketSphinx, Segment, Transition};
use self::pronounce::pronounce;
use crate::engine::{GRAMMAR, GrammarEngine};
use crate::error::{Error, Result};
use crate::prepare::{Prepared, Preparer};

/// Where Debian's pocketsphinx-en-us puts its model.
pub const MODEL_FOLDER: &str = "/usr/share/pocketsphinx/model/en-us";
/// Search beams. With 1e-80 and 1e-60 the same 42 recordings take 2.2 times as long for one more that
/// is right to the letter (17 of 38 instead of 16); with 1e-48 and 1e-29 thirteen give no words.
const BEAM: &str = "1e-60";
const WORD_BEAM: &str = "1e-40";
/// Language model weight: how much the grammar counts against the acoustic scores.
const GRAMMAR_WEIGHT: f64 = 0.1;
/// How much worse than the phone loop a sentence may fit per frame, as natural logarithm.
///
/// The more sentences there are, the better some of them fits anything: this limit and the next are
/// for the built-in sentences with a house of 13 devices. See `models/README.md` for what they let
/// through.
const MEAN_LOSS: f64 = 1.7;
/// The same of its worst word.
const WORD_LOSS: f64 = 5.5;
/// How much of the first utterance is kept, in samples: 15 s.
const FIRST_SAMPLES: usize = 15 * voice::SAMPLE_RATE as usize;
/// Samples between two partial hypotheses: 200 ms.
const PARTIAL_EVERY: usize = 3_200;

/// Hears one of the sentences of a [`voice::WordGraph`].
pub struct PocketSphinxTranscriber {
    grammar: Decoder,
    phones: Decoder,
    ready: bool,
    since_partial: usize,
    last_partial: String,
    heard: bool,
    /// The first utterance, kept until it is over.
    first: Option<Vec<i16>>,
}

/// The engine, if Debian's packages are there.
///
/// # Errors
/// As [`PocketSphinxTranscriber::new`].
pub(super) fn open() -> Result<Box<dyn GrammarEngine>> {
    Ok(Box::new(PocketSphinxTranscriber::new()?))
}

/// How well an utterance fitted, each in natural logarithm per frame of 10 ms.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Fit {
    /// How much worse the sentence fits than any sounds would.
    mean_loss: f64,
    /// The same of its worst word.
    word_loss: f64,
}

impl PocketSphinxTranscriber {
    /// Loads the library and the model of Debian's packages. It hears nothing until
    /// [`GrammarEngine::set_graph`] was called.
    ///
    /// # Errors
    /// [`Error::NoPocketSphinx`] and [`Error::NoAcousticModel`] when a package is missing.
    pub fn new() -> Result<Self> {
        Self::with_model(Path::new(MODEL_FOLDER))
    }

    /// As [`PocketSphinxTranscriber::new`] with a model folder laid out like Debian's.
    ///
    /// # Errors
    /// As [`PocketSphinxTranscriber::new`].
    pub fn with_model(folder: &Path) -> Result<Self> {
        let no_model = || Error::NoAcousticModel { path: PathBuf::from(folder) };
        let sphinx = PocketSphinx::load().map_err(|e| Error::NoPocketSphinx(Some(e)))?;
        let model = folder.join("en-us");
        let dictionary = folder.join("cmudict-en-us.dict");
        if !model.join("mdef").exists() || !dictionary.exists() {
            return Err(no_model());
        }
        let (model, dictionary) = (model.to_string_lossy(), dictionary.to_string_lossy());
        let common =
            ["-hmm", &*model, "-dict", &*dictionary, "-bestpath", "no", "-compallsen", "yes"];
        let grammar = ["-beam", BEAM, "-pbeam", BEAM, "-wbeam", WORD_BEAM];
        let phones = ["-allphone_ci", "yes", "-beam", "1e-20", "-pbeam", "1e-20", "-lw", "2.0"];
        let grammar = sphinx.decoder(&[&common[..], &grammar[..]].concat()).ok_or_else(no_model)?;
        let mut phones =
            sphinx.decoder(&[&common[..], &phones[..]].concat()).ok_or_else(no_model)?;
        if !phones.set_phone_loop() {
            return Err(no_model());
        }
        Ok(Self {
            grammar,
            phones,
            ready: false,
            since_partial: 0,
            last_partial: String::new(),
            heard: false,
            first: Some(Vec::new()),
        })
    }

    /// Adds `word` to the dictionary if it is missing.
    fn learn(&mut self, word: &str) -> bool {
        if self.grammar.phones(word).is_some() {
            return true;
        }
        let grammar = &self.grammar;
        let phones = pronounce(word, |known| grammar.phones(known));
        phones.is_some_and(|phones| self.grammar.add_word(word, &phones))
    }

    /// Ends the utterance; gives the sentence and how well it fitted.
    fn conclude(&mut self) -> Option<(String, Fit)> {
        if !self.heard {
            return None;
        }
        self.grammar.end();
        self.phones.end();
        // The engine learns the sound of microphone and room while it listens, and knows nothing
        // of them at first; so it hears the first utterance twice (28 of 37 commands were right
        // on the first hearing and 31 on the second).
        if let Some(first) = self.first.take() {
            for piece in first.chunks(voice::FRAME_SAMPLES) {
                if !self.grammar.feed(piece) || !self.phones.feed(piece) {
                    return None;
                }
            }
            self.grammar.end();
            self.phones.end();
        }
        let text = self.grammar.text().filter(|text| !text.is_empty())?;
        let fit = compare(&self.grammar.segments(), &self.phones.segments());
        Some((voice::join_words(text.split(' ')), fit))
    }
}

impl Fit {
    /// 1 for a perfect fit, [`AT_LIMITS`] at the limits, 0 far beyond them.
    fn confidence(self) -> f32 {
        let excess = (self.mean_loss / MEAN_LOSS).max(self.word_loss / WORD_LOSS);
        (1.0 / (1.0 + ((excess - 1.0) * 4.0).exp())) as f32
    }
}

/// Confidence below which a sentence is rejected: that at the limits. It is the zero of this engine's
/// own scale and not [`Transcript::BELIEVED`], from which nobody is asked back, whichever engine it was.
const AT_LIMITS: f32 = 0.5;

/// Is it a filler such as `<sil>` or `++NOISE++`, which the engine puts between words?
fn is_filler(word: &str) -> bool {
    word.starts_with(['<', '+', '[', '(']) || word == "SIL"
}

/// Compares the path through the grammar with the path through the phone loop.
fn compare(words: &[Segment], phones: &[Segment]) -> Fit {
    let frames = phones.iter().map(|phone| phone.last + 1).max().unwrap_or(0).max(0) as usize;
    let mut loop_fit = vec![0.0; frames];
    for phone in phones {
        let length = f64::from(phone.last - phone.first + 1).max(1.0);
        for frame in phone.first.max(0)..=phone.last {
            loop_fit[frame as usize] = phone.fit / length;
        }
    }
    let (mut loss, mut length, mut worst) = (0.0, 0.0, 0.0_f64);
    for word in words.iter().filter(|word| !is_filler(&word.word)) {
        let span = word.first.max(0) as usize..(word.last.max(0) as usize + 1).min(frames);
        let any: f64 = loop_fit.get(span).unwrap_or_default().iter().sum();
        let frames = f64::from(word.last - word.first + 1).max(1.0);
        loss += any - word.fit;
        length += frames;
        worst = worst.max((any - word.fit) / frames);
    }
    Fit { mean_loss: loss / f64::max(length, 1.0), word_loss: worst }
}

/// A graph without lists, and the same one determinised.
struct Sentences(WordGraph, Determinized);

impl GrammarEngine for PocketSphinxTranscriber {
    fn info(&self) -> EngineInfo {
        GRAMMAR
    }

    fn preparer(&self) -> Preparer {
        Preparer::new(|graph| {
            let flat = graph.flat();
            let automaton = Determinized::new(&flat);
            Sentences(flat, automaton)
        })
    }

    /// Words that the dictionary lacks get a probable pronunciation; sentences with a word that
    /// cannot be said are left out. Without sentences after an error: the old ones are gone then.
    fn adopt(&mut self, prepared: Prepared) -> Result<()> {
        let Sentences(graph, automaton) = prepared.compiled()?;
        self.reset();
        self.ready = false;
        let sayable: Vec<bool> = graph.words().iter().map(|word| self.learn(word)).collect();
        let transitions: Vec<Transition> = automaton
            .arcs
            .iter()
            .filter(|arc| sayable[arc.2 as usize])
            .map(|&(from, to, word, weight)| Transition {
                from: from as i32,
                to: to as i32,
                word: word as usize,
                weight: f64::from(weight) * GRAMMAR_WEIGHT,
            })
            .collect();
        if transitions.is_empty() {
            return Ok(());
        }
        let (states, last) = (automaton.states as i32, automaton.last as i32);
        // A word without a pronunciation must not even be named, so its place is taken by another.
        let spare = graph.words().iter().zip(&sayable).find(|(_, sayable)| **sayable);
        let spare = spare.map_or_else(String::new, |(word, _)| word.clone());
        let words: Vec<String> = graph
            .words()
            .iter()
            .zip(&sayable)
            .map(|(word, &sayable)| if sayable { word.clone() } else { spare.clone() })
            .collect();
        if !self.grammar.set_grammar(&words, states, last, &transitions) {
            return Err(Error::Grammar);
        }
        self.ready = true;
        Ok(())
    }
}

impl Transcriber for PocketSphinxTranscriber {
    fn feed(&mut self, pcm: &[f32]) -> voice::Result<Option<Partial>> {
        if !self.ready || pcm.is_empty() {
            return Ok(None);
        }
        let whole = |s: &f32| (s * 32767.0).clamp(-32768.0, 32767.0) as i16;
        let pcm: Vec<i16> = pcm.iter().map(whole).collect();
        if !self.grammar.feed(&pcm) || !self.phones.feed(&pcm) {
            self.reset();
            return Err(voice::Error::Failed {
                what: "follow speech in the grammar".to_owned(),
                source: None,
            });
        }
        self.heard = true;
        if let Some(first) = &mut self.first
            && first.len() < FIRST_SAMPLES
        {
            first.extend_from_slice(&pcm);
        }
        self.since_partial += pcm.len();
        if self.since_partial < PARTIAL_EVERY {
            return Ok(None);
        }
        self.since_partial = 0;
        let text = self.grammar.text().unwrap_or_default();
        if text.is_empty() || text == self.last_partial {
            return Ok(None);
        }
        self.last_partial.clone_from(&text);
        Ok(Some(Partial { text: text.into(), complete: None, stable_for_samples: 0, open: false }))
    }

    fn finish(&mut self) -> voice::Result<Transcript> {
        let result = self.conclude();
        self.reset();
        let Some((text, fit)) = result else { return Ok(Transcript::nothing(GRAMMAR)) };
        let confidence = fit.confidence();
        if confidence < AT_LIMITS {
            // Whoever wants to may ask whether it was that.
            let alternatives = vec![Alternative {
                text: text.into(),
                engine: GRAMMAR,
                confidence,
                words: Vec::new(),
            }];
            let nothing = Transcript::nothing(GRAMMAR);
            return Ok(Transcript { confidence, alternatives, ..nothing });
        }
        Ok(Transcript { text: text.into(), confidence, ..Transcript::nothing(GRAMMAR) })
    }

    fn reset(&mut self) {
        if let Some(first) = &mut self.first {
            // Memory is wiped when it is freed, and not where it is only used again.
            *first = Vec::new();
        }
        self.grammar.end();
        self.phones.end();
        self.heard = false;
        self.since_partial = 0;
        self.last_partial.clear();
    }
}
