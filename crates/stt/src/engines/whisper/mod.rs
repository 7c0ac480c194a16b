//! The open-vocabulary recogniser by whisper.cpp.
#![expect(unsafe_code, reason = "whisper.cpp asks through a C callback whether to stop")]

mod ggml;
mod hallucination;
mod locate;

use std::ffi::c_void;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use voice::{
    EngineId, EngineInfo, Partial, PrivateText, SAMPLE_RATE, SpokenWord, Transcriber, Transcript,
};
use whisper_rs::{
    FullParams, SamplingStrategy, WhisperContext, WhisperContextParameters, WhisperError,
    WhisperState,
};

pub use self::ggml::check_model;
use self::hallucination::{Decoded, seconds_of_speech};
pub(super) use self::locate::open;
use crate::engine::OpenEngine;
use crate::error::{Error, Result};
use crate::language::Language;
use crate::speculative::{Canceller, SpeculativeTranscriber, Stop};

/// Shorter clips are filled up with silence to this, because whisper refuses less than a second.
const MIN_SAMPLES: usize = SAMPLE_RATE as usize * 11 / 10;
/// Steps of the encoder a second.
const CONTEXT_PER_SECOND: usize = 50;
/// Steps beyond the end of the clip, and the smallest number at all. With fewer it does not see the silence
/// that ends speech and writes a short command again and again: of 39 commands it heard 21 exactly with 768
/// steps, none with 192.
const CONTEXT_MARGIN: usize = 64;
const CONTEXT_MIN: usize = 768;
/// All steps of the encoder: 30 s.
const CONTEXT_MAX: usize = 1_500;
/// The encoder is fastest with a multiple of this many steps.
const CONTEXT_STEP: usize = 64;
/// Nobody says more tokens a second.
const TOKENS_PER_SECOND: usize = 8;
/// Tokens that even the shortest clip may have.
const TOKENS_MIN: usize = 16;

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

/// The prompt; a clone sets the same one, from any thread.
#[derive(Clone, Default)]
struct Prompt(Arc<Mutex<PrivateText>>);

impl Prompt {
    fn set(&self, text: PrivateText) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = text;
    }

    fn get(&self) -> PrivateText {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// A whisper model and its working memory.
pub struct Whisper {
    context: WhisperContext,
    state: WhisperState,
    threads: usize,
    fitted: bool,
    prompt: Prompt,
    language: Language,
}

impl Whisper {
    /// Loads a model in ggml form; the file is checked from end to end before.
    ///
    /// # Errors
    /// [`Error::Unreadable`] or [`Error::BrokenModel`].
    pub fn open(path: &Path, language: &Language) -> Result<Self> {
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
        let state = context.create_state().map_err(broken)?;
        // One core stays free: with more threads than free cores its barriers spin for minutes.
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let threads = cores.saturating_sub(1).clamp(1, 4);
        Ok(Self {
            context,
            state,
            threads,
            fitted: true,
            prompt: Prompt::default(),
            language: language.clone(),
        })
    }

    /// Whether the encoder processes the clip only (as it does from the start) or half a minute
    /// for every clip, as the original implementation does.
    pub fn fit_context(&mut self, fitted: bool) {
        self.fitted = fitted;
    }

    /// The words of a clip (16 kHz mono `f32`, up to 30 s); none if they are most likely a
    /// hallucination. `stop` is asked between two graphs: the encoder is one, each token another.
    ///
    /// # Errors
    /// [`voice::Error::Cancelled`] after a stop, [`voice::Error::Failed`] when it broke.
    pub fn transcribe(&mut self, pcm: &[f32], stop: &Stop) -> voice::Result<Transcript> {
        let seconds = seconds_of_speech(pcm);
        if seconds <= 0.0 {
            return Ok(Transcript::nothing(INFO));
        }
        let mut clip = pcm.to_vec();
        clip.resize(clip.len().max(MIN_SAMPLES), 0.0);
        let steps = if self.fitted { context_for(clip.len()) } else { CONTEXT_MAX };
        let tokens = TOKENS_MIN + TOKENS_PER_SECOND * pcm.len().div_ceil(SAMPLE_RATE as usize);
        let prompt = self.prompt_tokens();
        let mut parameters = FullParams::new(SamplingStrategy::Greedy { best_of: 1 });
        parameters.set_n_threads(self.threads as i32);
        parameters.set_audio_ctx(steps as i32);
        parameters.set_max_tokens(tokens as i32);
        parameters.set_no_context(true);
        parameters.set_no_timestamps(true);
        parameters.set_single_segment(true);
        parameters.set_suppress_nst(true);
        parameters.set_temperature(0.0);
        parameters.set_temperature_inc(0.0);
        parameters.set_print_special(false);
        parameters.set_print_progress(false);
        parameters.set_print_realtime(false);
        parameters.set_print_timestamps(false);
        // As tokens: a text would be copied by the binding and never freed.
        if !prompt.is_empty() {
            parameters.set_tokens(&prompt);
        }
        // SAFETY: the callback has the signature of `ggml_abort_callback` and only reads what
        // `user_data` points to; `stop` is borrowed beyond the call of `full` below, after which
        // the parameters are gone.
        unsafe {
            parameters.set_abort_callback(Some(should_abort));
            let stop: *const Stop = stop;
            parameters.set_abort_callback_user_data(stop.cast_mut().cast());
        }
        let result = self.state.full(parameters, &clip);
        if stop.is_asked() {
            return Err(voice::Error::Cancelled);
        }
        result.map_err(|error| voice::Error::failed("transcribe with whisper", error))?;
        self.read_out(seconds)
    }

    fn prompt_tokens(&self) -> Vec<i32> {
        let prompt = self.prompt.get();
        // The blank makes the first word one that begins.
        let text = format!(" {}", prompt.expose().replace('\0', " "));
        if prompt.is_empty() {
            return Vec::new();
        }
        // A token is at least a byte long; the binding needs room for all of them. Without a prompt
        // it hears as well as without names.
        self.context.tokenize(&text, text.len() + 1).unwrap_or_default()
    }

    fn read_out(&self, seconds: f32) -> voice::Result<Transcript> {
        let mut words = Words::default();
        let mut no_speech = 0.0_f32;
        let end_of_text = self.context.token_eot();
        for segment in self.state.as_iter() {
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
        let decoded = Decoded { text: &text, seconds, mean, no_speech };
        let confidence = mean.exp().clamp(0.0, 1.0);
        if let Some(reason) = decoded.hallucination(&self.language) {
            tracing::debug!(reason, confidence, no_speech, "rejected a hallucination of whisper");
            return Ok(Transcript::nothing(INFO));
        }
        let alternatives = Vec::new();
        Ok(Transcript { text: text.into(), engine: INFO, confidence, alternatives, words })
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

/// Asked by whisper.cpp between two graphs.
unsafe extern "C" fn should_abort(stop: *mut c_void) -> bool {
    // SAFETY: `transcribe` passes a pointer to a `Stop` that outlives the work.
    unsafe { (*stop.cast::<Stop>()).is_asked() }
}

/// Steps of the encoder for a clip: its length and a margin, so that short clips are quick.
fn context_for(samples: usize) -> usize {
    let steps = (samples * CONTEXT_PER_SECOND).div_ceil(SAMPLE_RATE as usize) + CONTEXT_MARGIN;
    steps.next_multiple_of(CONTEXT_STEP).clamp(CONTEXT_MIN, CONTEXT_MAX)
}

/// Hears any English sentence: [`Whisper`] with speculative decoding.
pub struct WhisperTranscriber {
    speculative: SpeculativeTranscriber,
    prompt: Prompt,
}

impl WhisperTranscriber {
    /// Loads a model as [`Whisper::open`] does.
    ///
    /// # Errors
    /// Those of [`Whisper::open`], and [`Error::Thread`].
    pub fn open(path: &Path, language: &Language) -> Result<Self> {
        let mut whisper = Whisper::open(path, language)?;
        let prompt = whisper.prompt.clone();
        let speculative =
            SpeculativeTranscriber::new(NAME, move |pcm, stop| whisper.transcribe(pcm, stop))?;
        Ok(Self { speculative, prompt })
    }
}

impl OpenEngine for WhisperTranscriber {
    fn info(&self) -> EngineInfo {
        INFO
    }

    fn canceller(&self) -> Canceller {
        self.speculative.canceller()
    }

    fn set_prompt(&mut self, prompt: &PrivateText) {
        self.prompt.set(prompt.clone());
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
    fn the_context_fits_the_clip() {
        assert_eq!(context_for(MIN_SAMPLES), 768);
        assert_eq!(context_for(3 * 16_000), 768);
        assert_eq!(context_for(15 * 16_000), 832);
        assert_eq!(context_for(30 * 16_000), 1_500);
    }

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
