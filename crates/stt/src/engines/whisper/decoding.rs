//! How a clip is decoded: encoder context, greedy search or beam search, and the callbacks that end decoding
//! early.
#![expect(unsafe_code, reason = "whisper.cpp asks through C callbacks whether to stop")]

use std::ffi::{c_int, c_void};
use std::sync::atomic::{AtomicBool, Ordering};

use voice::SAMPLE_RATE;
use whisper_rs::{
    FullParams, SamplingStrategy, WhisperContext, WhisperState, WhisperSysContext, WhisperSysState,
    WhisperTokenData, get_lang_id, get_lang_str,
};

use super::hallucination::times_at_end;
use crate::speculative::Stop;

/// Steps of the encoder a second.
const CONTEXT_PER_SECOND: usize = 50;
/// Steps beyond the end of the clip.
const CONTEXT_MARGIN: usize = 64;
/// All steps of the encoder: 30 s.
const CONTEXT_MAX: usize = 1_500;
/// The encoder is fastest with a multiple of this many steps.
const CONTEXT_STEP: usize = 64;
/// Nobody says more tokens a second.
const TOKENS_PER_SECOND: usize = 8;
/// Tokens that even the shortest clip may have.
const TOKENS_MIN: usize = 16;
/// Longest phrase whose repetition ends a text, in tokens, and how often it stands there then: more often
/// than a person would say it.
const PHRASE_TOKENS: usize = 16;
const REPEATED: usize = 6;

/// One way to decode a clip.
#[derive(Clone, Copy)]
pub(super) struct Decoding {
    /// Steps of the encoder at least. With fewer it does not see the silence that ends speech and writes a short
    /// command again and again.
    context: usize,
    /// Hypotheses that the search keeps; 1 is greedy.
    beams: u8,
}

impl Decoding {
    /// For most clips, in four fifths of the time that 768 steps take; with 192 steps it hears 2 of 39 commands.
    pub(super) const QUICK: Self = Self { context: 640, beams: 1 };
    /// For a clip of which the first text is doubtful: with both, 22 of the 39 are right.
    pub(super) const THOROUGH: Self = Self { context: 768, beams: 5 };
    /// The encoder of half a minute for every clip, as in the original implementation.
    pub(super) const WHOLE: Self = Self { context: CONTEXT_MAX, beams: 1 };

    /// Steps of the encoder for a clip: its length and a margin, so that short clips are quick.
    fn steps(self, samples: usize) -> usize {
        let steps = (samples * CONTEXT_PER_SECOND).div_ceil(SAMPLE_RATE as usize) + CONTEXT_MARGIN;
        steps.next_multiple_of(CONTEXT_STEP).clamp(self.context, CONTEXT_MAX)
    }
}

/// A way to decode with all that does not change from clip to clip.
pub(super) struct Decoder {
    decoding: Decoding,
    /// Made once: the binding copies the language and never frees it.
    parameters: FullParams<'static, 'static>,
}

/// What whisper.cpp may ask while it decodes a clip.
struct Asked<'s> {
    stop: &'s Stop,
    end_of_text: usize,
    vocabulary: usize,
    /// Set when the text was ended because it repeats itself.
    repeats: AtomicBool,
}

impl Decoder {
    /// `language` is a code such as `en`: a multilingual model would have to guess it, and a command is too
    /// short for that.
    pub(super) fn new(decoding: Decoding, language: &str, threads: usize) -> Self {
        let mut parameters = FullParams::new(match decoding.beams {
            1 => SamplingStrategy::Greedy { best_of: 1 },
            beams => SamplingStrategy::BeamSearch { beam_size: beams.into(), patience: -1.0 },
        });
        let known = get_lang_id(language).and_then(get_lang_str);
        if known.is_some() {
            parameters.set_language(known);
        }
        parameters.set_n_threads(threads as i32);
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
        Self { decoding, parameters }
    }

    /// Decodes a clip (16 kHz mono `f32`) into the state; whether it was ended because it repeats itself.
    ///
    /// # Errors
    /// [`voice::Error::Cancelled`] after a stop, [`voice::Error::Failed`] when it broke.
    pub(super) fn decode(
        &self,
        (context, state): (&WhisperContext, &mut WhisperState),
        clip: &[f32],
        stop: &Stop,
    ) -> voice::Result<bool> {
        let mut parameters: FullParams<'_, '_> = self.parameters.clone();
        parameters.set_audio_ctx(self.decoding.steps(clip.len()) as i32);
        let seconds = clip.len().div_ceil(SAMPLE_RATE as usize);
        parameters.set_max_tokens((TOKENS_MIN + TOKENS_PER_SECOND * seconds) as i32);
        let asked = Asked {
            stop,
            end_of_text: usize::try_from(context.token_eot()).unwrap_or_default(),
            vocabulary: usize::try_from(context.n_vocab()).unwrap_or_default(),
            repeats: AtomicBool::new(false),
        };
        // SAFETY: the callbacks have the signatures of `ggml_abort_callback` and of
        // `whisper_logits_filter_callback`; they only read what `user_data` points to, which lives until
        // `full` below has returned, after which the parameters are gone.
        unsafe {
            let data = (&raw const asked).cast_mut().cast();
            parameters.set_abort_callback(Some(should_abort));
            parameters.set_abort_callback_user_data(data);
            parameters.set_filter_logits_callback(Some(end_repetition));
            parameters.set_filter_logits_callback_user_data(data);
        }
        let result = state.full(parameters, clip);
        if stop.is_asked() {
            return Err(voice::Error::Cancelled);
        }
        result.map_err(|error| voice::Error::failed("transcribe with whisper", error))?;
        Ok(asked.repeats.load(Ordering::Relaxed))
    }
}

/// Asked by whisper.cpp between two graphs.
unsafe extern "C" fn should_abort(asked: *mut c_void) -> bool {
    // SAFETY: `decode` passes a pointer to an `Asked` that outlives the work.
    unsafe { (*asked.cast::<Asked<'_>>()).stop.is_asked() }
}

/// Asked by whisper.cpp before each token. Where it writes the same phrase over and over, which it would do
/// until the limit, the text ends.
unsafe extern "C" fn end_repetition(
    _: *mut WhisperSysContext,
    _: *mut WhisperSysState,
    tokens: *const WhisperTokenData,
    count: c_int,
    logits: *mut f32,
    asked: *mut c_void,
) {
    let Ok(count) = usize::try_from(count) else { return };
    if count == 0 || tokens.is_null() || logits.is_null() {
        return;
    }
    // SAFETY: `decode` passes a pointer to an `Asked` that outlives the work; whisper.cpp passes `count` tokens
    // and a logit for each of its vocabulary, which nobody else reads meanwhile.
    let (asked, tokens, logits) = unsafe {
        let asked = &*asked.cast::<Asked<'_>>();
        let logits = std::slice::from_raw_parts_mut(logits, asked.vocabulary);
        (asked, std::slice::from_raw_parts(tokens, count), logits)
    };
    let ids: Vec<_> = tokens.iter().map(|token| token.id).collect();
    if times_at_end(&ids, PHRASE_TOKENS) >= REPEATED && asked.end_of_text < logits.len() {
        asked.repeats.store(true, Ordering::Relaxed);
        logits.fill(f32::NEG_INFINITY);
        logits[asked.end_of_text] = 0.0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_context_fits_the_clip() {
        let steps = |seconds| Decoding::QUICK.steps(seconds * SAMPLE_RATE as usize);
        assert_eq!([1, 3, 15, 30].map(steps), [640, 640, 832, 1_500]);
        assert_eq!(Decoding::THOROUGH.steps(3 * SAMPLE_RATE as usize), 768);
        assert_eq!(Decoding::WHOLE.steps(3 * SAMPLE_RATE as usize), 1_500);
    }
}
