//! The open-vocabulary recogniser by whisper.cpp.

mod decoding;
mod ggml;
mod hallucination;
mod locate;

use std::path::Path;

use voice::{EngineId, EngineInfo, Partial, SAMPLE_RATE, SpokenWord, Transcriber, Transcript};
use whisper_rs::{WhisperContext, WhisperContextParameters, WhisperError, WhisperState};

use self::decoding::{Decoder, Decoding};
pub use self::ggml::check_model;
use self::hallucination::{Decoded, Reason, seconds_of_speech};
pub(super) use self::locate::open;
use crate::engine::OpenEngine;
use crate::error::{self, Error};
use crate::language::Language;
use crate::speculative::{Canceller, SpeculativeTranscriber, Stop};

/// Shorter clips are filled up with silence to this, because whisper refuses less than a second.
const MIN_SAMPLES: usize = SAMPLE_RATE as usize * 11 / 10;
/// Silence before each clip: it has learnt from sound that does not begin with a word. With 300 ms it heard one
/// or two more of 39 commands exactly.
const LEAD_SAMPLES: usize = SAMPLE_RATE as usize * 3 / 10;
/// Confidence below which a clip is decoded once more, and thoroughly.
const DOUBTFUL: f32 = 0.55;
/// The same of a text that is no speech: what it writes for noise has less.
const NO_NOISE: f32 = 0.5;

/// What the engine, its thread and its models in the manifest are called.
const NAME: &str = "whisper";
/// The engine.
const INFO: EngineInfo = EngineInfo {
    id: EngineId(NAME),
    hears_free_words: true,
    is_independent: true,
    gives_word_confidence: true,
    is_exact: false,
};

/// A whisper model. Its working memory, in which the sound and the words of a clip stand, is made for each clip: it
/// takes 2 ms.
pub struct Whisper {
    context: WhisperContext,
    quick: Decoder,
    thorough: Decoder,
    /// For a bench: the encoder of half a minute, once.
    whole: Option<Decoder>,
    language: Language,
}

impl Whisper {
    /// Loads a model in ggml form; the file is checked from end to end before.
    ///
    /// # Errors
    /// [`Error::Unreadable`] or [`Error::BrokenModel`].
    pub fn open(path: &Path, language: &Language) -> error::Result<Self> {
        check_model(path)?;
        // From here on nothing of whisper.cpp reaches standard error.
        whisper_rs::install_logging_hooks();
        let broken = |error: WhisperError| Error::BrokenModel {
            kind: NAME,
            path: path.to_owned(),
            reason: "whisper.cpp refuses it".to_owned(),
            source: Some(error.into()),
        };
        let mut parameters = WhisperContextParameters::default();
        parameters.use_gpu(false);
        let context = WhisperContext::new_with_params(path, parameters).map_err(broken)?;
        // What has no room says so now, not at the first clip.
        drop(context.create_state().map_err(broken)?);
        let threads = threads();
        let decoder = |decoding| Decoder::new(decoding, &language.code, threads);
        Ok(Self {
            context,
            quick: decoder(Decoding::QUICK),
            thorough: decoder(Decoding::THOROUGH),
            whole: None,
            language: language.clone(),
        })
    }

    /// Whether the encoder processes the clip only (as it does from the start) or half a minute
    /// for every clip, as the original implementation does.
    pub fn fit_context(&mut self, fitted: bool) {
        let decoder = || Decoder::new(Decoding::WHOLE, &self.language.code, threads());
        self.whole = (!fitted).then(decoder);
    }

    /// The words of a clip (16 kHz mono `f32`, up to 30 s); none if they are most likely a
    /// hallucination. A doubtful text is decoded once more, thoroughly, and the one of more confidence counts.
    /// `stop` is asked between two graphs: the encoder is one, each token another.
    ///
    /// # Errors
    /// [`voice::Error::Cancelled`] after a stop, [`voice::Error::Failed`] when it broke.
    pub fn transcribe(&mut self, pcm: &[f32], stop: &Stop) -> voice::Result<Transcript> {
        let seconds = seconds_of_speech(pcm);
        if seconds <= 0.0 {
            return Ok(Transcript::nothing(INFO));
        }
        let mut clip = vec![0.0; LEAD_SAMPLES];
        clip.extend_from_slice(pcm);
        clip.resize(clip.len().max(MIN_SAMPLES), 0.0);
        let state = self.context.create_state();
        let mut state =
            state.map_err(|error| voice::Error::failed("make room for whisper", error))?;
        if let Some(whole) = &self.whole {
            let repeats = whole.decode((&self.context, &mut state), &clip, stop)?;
            return Ok(self.read_out(&state, seconds, repeats)?.text());
        }
        let repeats = self.quick.decode((&self.context, &mut state), &clip, stop)?;
        let first = self.read_out(&state, seconds, repeats)?;
        if !first.is_doubtful() {
            return Ok(first.text());
        }
        let repeats = self.thorough.decode((&self.context, &mut state), &clip, stop)?;
        let texts = [first.text(), self.read_out(&state, seconds, repeats)?.text()];
        let best = texts.into_iter().max_by(|a, b| a.confidence.total_cmp(&b.confidence));
        Ok(best.unwrap_or_else(|| Transcript::nothing(INFO)))
    }

    /// What was written for the clip that was decoded last.
    fn read_out(
        &self,
        state: &WhisperState,
        seconds: f32,
        repeats: bool,
    ) -> voice::Result<Written> {
        let mut words = Words::default();
        let mut no_speech = 0.0_f32;
        let end_of_text = self.context.token_eot();
        for segment in state.as_iter() {
            no_speech = no_speech.max(segment.no_speech_probability());
            for token in (0..segment.n_tokens()).filter_map(|index| segment.get_token(index)) {
                if token.token_id() < end_of_text {
                    let text = token.to_bytes();
                    let text =
                        text.map_err(|error| voice::Error::failed("read whisper's text", error))?;
                    words.push(text, token.token_probability());
                }
            }
        }
        let mean = words.log_sum / words.tokens.max(1) as f32;
        let words = words.finish();
        let text: Vec<&str> = words.iter().map(|word| word.text.expose()).collect();
        let text = text.join(" ");
        let decoded = Decoded { text: &text, seconds, mean, no_speech, repeats };
        let confidence = mean.exp().clamp(0.0, 1.0);
        if let Some(reason) = decoded.hallucination(&self.language) {
            let what = reason.text();
            tracing::debug!(what, confidence, no_speech, "rejected a hallucination of whisper");
            return Ok(Written::Hallucination(reason, confidence));
        }
        let nothing = Transcript::nothing(INFO);
        let transcript = Transcript { text: text.into(), confidence, words, ..nothing };
        Ok(Written::Text(transcript))
    }
}

/// Tokens put together to words. A token may end in the middle of a letter.
#[derive(Default)]
struct Words {
    said: Vec<(Vec<u8>, f32)>,
    log_sum: f32,
    tokens: u32,
}

impl Words {
    fn push(&mut self, token: &[u8], probability: f32) {
        self.log_sum += probability.max(1e-10).ln();
        self.tokens += 1;
        match self.said.last_mut() {
            // The confidence of a word is that of its worst token.
            Some((word, confidence)) if !token.starts_with(b" ") => {
                word.extend_from_slice(token);
                *confidence = confidence.min(probability);
            }
            _ => self.said.push((token.to_vec(), probability)),
        }
    }

    fn finish(self) -> Vec<SpokenWord> {
        let words = self.said.into_iter().map(|(word, confidence)| {
            let text = String::from_utf8_lossy(&word).trim().to_owned();
            SpokenWord { text: text.into(), confidence: confidence.clamp(0.0, 1.0), open: false }
        });
        words.filter(|word| !word.text.is_empty()).collect()
    }
}

/// Threads for the work: one core stays free, since with more threads than free cores its barriers spin for
/// minutes.
fn threads() -> usize {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    cores.saturating_sub(1).clamp(1, 4)
}

/// What whisper wrote for a clip.
enum Written {
    Text(Transcript),
    /// Nobody said it; why, and the confidence.
    Hallucination(Reason, f32),
}

impl Written {
    /// Whether the clip may be heard better with more work. What is noise is noise with more of it, too.
    fn is_doubtful(&self) -> bool {
        match self {
            Self::Text(transcript) => transcript.confidence < DOUBTFUL,
            Self::Hallucination(reason, confidence) => {
                reason.may_be_speech() && *confidence >= NO_NOISE
            }
        }
    }

    fn text(self) -> Transcript {
        match self {
            Self::Text(transcript) => transcript,
            Self::Hallucination(..) => Transcript::nothing(INFO),
        }
    }
}

/// Hears any sentence: [`Whisper`] with speculative decoding.
pub struct WhisperTranscriber {
    speculative: SpeculativeTranscriber,
}

impl WhisperTranscriber {
    /// Loads a model as [`Whisper::open`] does.
    ///
    /// # Errors
    /// Those of [`Whisper::open`], and [`Error::Thread`].
    pub fn open(path: &Path, language: &Language) -> error::Result<Self> {
        let mut whisper = Whisper::open(path, language)?;
        let speculative =
            SpeculativeTranscriber::new(NAME, move |pcm, stop| whisper.transcribe(pcm, stop))?;
        Ok(Self { speculative })
    }
}

impl OpenEngine for WhisperTranscriber {
    fn info(&self) -> EngineInfo {
        INFO
    }

    fn canceller(&self) -> Canceller {
        self.speculative.canceller()
    }
}

impl Transcriber for WhisperTranscriber {
    fn feed(&mut self, pcm: &[f32]) -> voice::Result<Option<Partial>> {
        self.speculative.feed(pcm)
    }

    fn pause(&mut self) -> voice::Result<Option<Partial>> {
        self.speculative.pause()
    }

    fn finish(&mut self) -> voice::Result<Transcript> {
        self.speculative.finish()
    }

    fn reset(&mut self) {
        self.speculative.reset();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_has_the_confidence_of_its_worst_token() {
        let mut words = Words::default();
        for (token, probability) in [
            (" Turn", 0.9),
            (" on", 0.8),
            (" the", 1.0),
            (" e", 0.7),
            ("co", 0.4),
            ("bee", 0.9),
            (".", 0.5),
        ] {
            words.push(token.as_bytes(), probability);
        }
        // The two halves of one letter.
        words.push(b" caf\xc3", 0.9);
        words.push(b"\xa9", 0.6);
        let words = words.finish();
        let words: Vec<_> = words.iter().map(|w| (w.text.expose(), w.confidence)).collect();
        assert_eq!(
            words,
            [("Turn", 0.9), ("on", 0.8), ("the", 1.0), ("ecobee.", 0.4), ("caf\u{e9}", 0.6)]
        );
    }
}
