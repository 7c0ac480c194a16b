//! Anything anyone says, by whisper.cpp.
#![expect(unsafe_code, reason = "whisper.cpp asks through a C callback whether to stop")]

use std::ffi::c_void;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use voice::{Engine, Partial, SAMPLE_RATE, Transcriber, Transcript};
use whisper_rs::{
    FullParams, SamplingStrategy, WhisperContext, WhisperContextParameters, WhisperError,
    WhisperState,
};

use crate::error::{Error, Result};
use crate::ggml::check_model;

/// Longest utterance, in samples: whisper looks at 30 s at once.
const MAX_SAMPLES: usize = 30 * SAMPLE_RATE as usize;
/// Shorter clips are filled up with silence to this, because whisper refuses less than a second.
const MIN_SAMPLES: usize = SAMPLE_RATE as usize * 11 / 10;
/// Steps of the encoder a second.
const CONTEXT_PER_SECOND: usize = 50;
/// Steps beyond the end of the clip, and the smallest number at all; with fewer it invents words.
const CONTEXT_MARGIN: usize = 64;
const CONTEXT_MIN: usize = 192;
/// All steps of the encoder: 30 s.
const CONTEXT_MAX: usize = 1_500;
/// The encoder is fastest with a multiple of this many steps.
const CONTEXT_STEP: usize = 64;
/// Nobody says more tokens a second.
const TOKENS_PER_SECOND: usize = 8;
/// Tokens that even the shortest clip may have.
const TOKENS_MIN: usize = 16;
/// Probability of no speech from which an unsure text is thrown away (the constant of the
/// original implementation), and what counts as unsure there, as mean natural logarithm.
const NO_SPEECH: f32 = 0.6;
const UNSURE: f32 = -1.0;
/// Loudest 100 ms below this is a silent room, in dB relative to full scale.
const SILENT_DBFS: f32 = -55.0;

/// Stops a [`WhisperTranscriber`] at work, from any thread.
#[derive(Clone, Debug, Default)]
pub struct Canceller(Arc<AtomicBool>);

impl Canceller {
    /// Makes the running [`Transcriber::finish`], or the next one before a reset, return
    /// [`voice::Error::Cancelled`] soon.
    pub fn cancel(&self) {
        self.0.store(true, Ordering::Release);
    }

    fn is_cancelled(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }

    fn clear(&self) {
        self.0.store(false, Ordering::Release);
    }
}

/// Hears any English sentence. All the work is done at the end of the utterance.
pub struct WhisperTranscriber {
    state: WhisperState,
    end_of_text: i32,
    threads: usize,
    prompt: Option<String>,
    pcm: Vec<f32>,
    canceller: Canceller,
}

impl WhisperTranscriber {
    /// Loads a model in ggml form; the file is checked from end to end before.
    ///
    /// # Errors
    /// [`Error::Unreadable`] or [`Error::BrokenModel`].
    pub fn open(path: &Path) -> Result<Self> {
        check_model(path)?;
        // From here on nothing of whisper.cpp reaches standard error.
        whisper_rs::install_logging_hooks();
        let broken = |error: WhisperError| Error::BrokenModel {
            path: path.to_owned(),
            reason: format!("whisper.cpp refuses it ({error})"),
        };
        let mut parameters = WhisperContextParameters::default();
        parameters.use_gpu(false);
        let context = WhisperContext::new_with_params(path, parameters).map_err(broken)?;
        let state = context.create_state().map_err(broken)?;
        // One core stays free: with more threads than free cores its barriers spin for minutes.
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Ok(Self {
            end_of_text: context.token_eot(),
            state,
            threads: cores.saturating_sub(1).clamp(1, 4),
            prompt: None,
            pcm: Vec::new(),
            canceller: Canceller::default(),
        })
    }

    /// A text that prepares the model for what may come, such as the names of the house.
    pub fn set_prompt(&mut self, prompt: Option<&str>) {
        self.prompt = prompt.map(|prompt| prompt.replace('\0', " ")).filter(|p| !p.is_empty());
    }

    /// A handle that stops the work from any thread.
    pub fn canceller(&self) -> Canceller {
        self.canceller.clone()
    }

    fn transcribe(&mut self) -> voice::Result<Transcript> {
        if self.canceller.is_cancelled() {
            return Err(voice::Error::Cancelled);
        }
        if is_silent(&self.pcm) {
            return Ok(Transcript::nothing(Engine::Whisper));
        }
        let seconds = self.pcm.len().div_ceil(SAMPLE_RATE as usize);
        self.pcm.resize(self.pcm.len().max(MIN_SAMPLES), 0.0);
        let mut parameters = FullParams::new(SamplingStrategy::Greedy { best_of: 1 });
        parameters.set_n_threads(self.threads as i32);
        parameters.set_audio_ctx(context_for(self.pcm.len()) as i32);
        parameters.set_max_tokens((TOKENS_MIN + TOKENS_PER_SECOND * seconds) as i32);
        parameters.set_language(Some("en"));
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
        if let Some(prompt) = &self.prompt {
            parameters.set_initial_prompt(prompt);
        }
        // SAFETY: the callback has the signature of `ggml_abort_callback` and only reads the flag
        // that `user_data` points to; `self.canceller` keeps the flag alive beyond the call of
        // `full` below, after which the parameters are gone.
        unsafe {
            parameters.set_abort_callback(Some(should_abort));
            let flag: *const AtomicBool = Arc::as_ptr(&self.canceller.0);
            parameters.set_abort_callback_user_data(flag.cast_mut().cast());
        }
        let result = self.state.full(parameters, &self.pcm);
        if self.canceller.is_cancelled() {
            return Err(voice::Error::Cancelled);
        }
        result.map_err(|error| voice::Error::failed("transcribe with whisper", error))?;
        self.read_out()
    }

    fn read_out(&self) -> voice::Result<Transcript> {
        let mut text = String::new();
        let (mut log_sum, mut tokens) = (0.0_f32, 0_u32);
        let mut no_speech = 0.0_f32;
        for segment in self.state.as_iter() {
            no_speech = no_speech.max(segment.no_speech_probability());
            let words = segment.to_str_lossy();
            text += &words.map_err(|error| voice::Error::failed("read whisper's text", error))?;
            for token in (0..segment.n_tokens()).filter_map(|index| segment.get_token(index)) {
                if token.token_id() < self.end_of_text {
                    log_sum += token.token_probability().max(1e-10).ln();
                    tokens += 1;
                }
            }
        }
        let mean = log_sum / tokens.max(1) as f32;
        if tokens == 0 || (no_speech > NO_SPEECH && mean < UNSURE) {
            return Ok(Transcript::nothing(Engine::Whisper));
        }
        Ok(Transcript {
            text: text.trim().into(),
            engine: Engine::Whisper,
            confidence: mean.exp().clamp(0.0, 1.0),
            alternatives: Vec::new(),
        })
    }
}

/// Asked by whisper.cpp between two graphs.
unsafe extern "C" fn should_abort(flag: *mut c_void) -> bool {
    // SAFETY: `transcribe` passes a pointer to an atomic that outlives the work.
    unsafe { (*flag.cast::<AtomicBool>()).load(Ordering::Acquire) }
}

/// Steps of the encoder for a clip: its length and a margin, so that short clips are quick.
fn context_for(samples: usize) -> usize {
    let steps = (samples * CONTEXT_PER_SECOND).div_ceil(SAMPLE_RATE as usize) + CONTEXT_MARGIN;
    steps.next_multiple_of(CONTEXT_STEP).clamp(CONTEXT_MIN, CONTEXT_MAX)
}

fn is_silent(pcm: &[f32]) -> bool {
    let loudest = pcm
        .chunks(SAMPLE_RATE as usize / 10)
        .map(|part| part.iter().map(|s| s * s).sum::<f32>() / part.len() as f32)
        .fold(0.0_f32, f32::max);
    10.0 * loudest.max(1e-12).log10() < SILENT_DBFS
}

impl Transcriber for WhisperTranscriber {
    fn feed(&mut self, pcm: &[f32]) -> voice::Result<Option<Partial>> {
        let room = MAX_SAMPLES - self.pcm.len().min(MAX_SAMPLES);
        self.pcm.extend_from_slice(&pcm[..pcm.len().min(room)]);
        Ok(None)
    }

    fn finish(&mut self) -> voice::Result<Transcript> {
        let result = self.transcribe();
        self.reset();
        result
    }

    fn reset(&mut self) {
        self.pcm.clear();
        self.canceller.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_context_fits_the_clip() {
        assert_eq!(context_for(MIN_SAMPLES), 192);
        assert_eq!(context_for(3 * 16_000), 256);
        assert_eq!(context_for(MAX_SAMPLES), 1_500);
    }

    #[test]
    fn a_silent_room_is_silent() {
        assert!(is_silent(&[0.0; 100]) && is_silent(&[]));
        assert!(is_silent(&vec![1e-4; 16_000]));
        let mut word = vec![0.0; 16_000];
        word[4_000..6_000].fill(0.1);
        assert!(!is_silent(&word));
    }
}
