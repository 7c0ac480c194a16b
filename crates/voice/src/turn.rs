//! A turn: the record of one pipeline run, with its transcript and partial hypotheses.

use std::time::Instant;

use crate::{Intent, Outcome, Pcm, PrivateText, SatelliteId, TurnId};

/// The wake word was heard.
#[derive(Clone, Debug, PartialEq)]
pub struct Wake {
    /// Which word, for example `computer`.
    pub word: String,
    /// How sure the detector is, 0…1.
    pub score: f32,
    /// The threshold that the score had to reach.
    pub threshold: f32,
    /// End of the word, in samples since the source was opened.
    pub at: u64,
}

/// Why listening ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EndReason {
    /// The person stopped speaking.
    Silence,
    /// Nobody spoke.
    NoSpeech,
    /// The cap was reached.
    TooLong,
    /// The source ended.
    EndOfStream,
}

/// Where speech was found, in samples of 16 kHz since the source was opened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SpeechSpan {
    /// First sample of speech.
    pub start: u64,
    /// Sample after the last one of speech.
    pub end: u64,
    /// Sample at which the end was decided.
    pub decided: u64,
}

/// The name of an engine: the lower-case word used in output, in the history and on the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct EngineId(pub &'static str);

impl EngineId {
    /// The word.
    pub fn as_str(self) -> &'static str {
        self.0
    }
}

/// What an engine is, for whoever decides what its words are worth. Policy asks for properties and
/// never for names, so that another engine needs no other policy.
#[expect(clippy::struct_excessive_bools, reason = "each is a property that policy asks for")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EngineInfo {
    /// Its name.
    pub id: EngineId,
    /// Whether it hears any words, or the sentences of the house only. A grammar recogniser, which
    /// does not, is believed by the letter.
    pub hears_free_words: bool,
    /// Whether it is an opinion of its own: it can confirm what another engine heard, and alone it is
    /// enough. What the network of a grammar recogniser wrote without the grammar is not.
    pub is_independent: bool,
    /// Whether it rates each word, and not the whole alone.
    pub gives_word_confidence: bool,
    /// Whether the words were typed: then nothing was heard, and they are what was meant.
    pub is_exact: bool,
}

impl EngineInfo {
    /// A person at a keyboard.
    pub const TYPED: Self = Self {
        id: EngineId("typed"),
        hears_free_words: true,
        is_independent: true,
        gives_word_confidence: false,
        is_exact: true,
    };

    /// Whether it is an open-vocabulary recogniser: it hears any words, and is an opinion of its own.
    pub fn is_open_vocabulary(self) -> bool {
        self.hears_free_words && self.is_independent && !self.is_exact
    }
}

/// Another reading of the same speech.
#[derive(Clone, PartialEq)]
pub struct Alternative {
    /// The words.
    pub text: PrivateText,
    /// Which engine; it need not be the one of the transcript.
    pub engine: EngineInfo,
    /// 0…1.
    pub confidence: f32,
    /// As [`Transcript::words`].
    pub words: Vec<SpokenWord>,
}

/// One word of a transcript.
#[derive(Clone, PartialEq)]
pub struct SpokenWord {
    /// The word, with the punctuation that the engine put next to it.
    pub text: PrivateText,
    /// How sure the engine is of it, 0…1.
    pub confidence: f32,
    /// Whether the sentence allows any words here, so that another engine may know it better.
    pub open: bool,
}

/// What was said, as far as an engine could tell.
#[derive(Clone, PartialEq)]
pub struct Transcript {
    /// The words; empty when the engine found none that it would stand for.
    pub text: PrivateText,
    /// Which engine.
    pub engine: EngineInfo,
    /// 0…1.
    pub confidence: f32,
    /// Other readings, best first. Those of a transcript without a text are what it might have been.
    pub alternatives: Vec<Alternative>,
    /// The words of the text in their order; empty when the engine cannot tell them apart.
    pub words: Vec<SpokenWord>,
    /// Clarity: the confidence that nothing else was said than the text, 0…1; 1 where the engine cannot tell.
    pub clarity: f32,
}

impl Transcript {
    /// Confidence from which a reading may be acted upon without asking. With it 1 of 100 sentences
    /// that people read aloud is taken for one of the house.
    pub const BELIEVED: f32 = 0.55;

    /// No words.
    pub fn nothing(engine: EngineInfo) -> Self {
        Self {
            text: PrivateText::default(),
            engine,
            confidence: 0.0,
            alternatives: Vec::new(),
            words: Vec::new(),
            clarity: 1.0,
        }
    }

    /// What somebody typed.
    pub fn typed(text: PrivateText) -> Self {
        Self { text, confidence: 1.0, ..Self::nothing(EngineInfo::TYPED) }
    }

    /// Whether some of the words stand where any words may be said.
    pub fn is_open(&self) -> bool {
        self.words.iter().any(|word| word.open)
    }

    /// The lowest confidence of a word, 0…1; that of the whole where the engine cannot tell words
    /// apart. One wrong word is enough to open the wrong door.
    pub fn min_word_confidence(&self) -> f32 {
        self.words.iter().map(|word| word.confidence).fold(self.confidence, f32::min)
    }
}

/// A partial hypothesis: what an engine takes the utterance for so far.
#[derive(Clone, PartialEq)]
pub struct Partial {
    /// The words so far.
    pub text: PrivateText,
    /// Whether they are a whole sentence; `None` if the engine cannot tell.
    pub complete: Option<bool>,
    /// For how long they have been stable.
    pub stable_for_samples: u64,
    /// Whether some of them stand where any words may be said.
    pub open: bool,
}

/// Milliseconds that the stages of a turn took.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Timings {
    /// Last speech sample to the decision that speech ended, in audio time.
    pub endpoint_ms: f32,
    /// Decision to transcript.
    pub stt_ms: f32,
    /// Transcript to intent.
    pub intent_ms: f32,
    /// Intent to reply.
    pub act_ms: f32,
    /// Reply to the first sound.
    pub first_audio_ms: f32,
}

/// Everything about one exchange, as it is recorded.
#[derive(Clone, PartialEq)]
pub struct Turn {
    /// Its number in this run.
    pub id: TurnId,
    /// On which satellite it was.
    pub satellite: SatelliteId,
    /// When it began.
    pub started: Instant,
    /// The wake word, unless it was a follow-up or typed.
    pub wake: Option<Wake>,
    /// Where the speech was.
    pub speech: Option<SpeechSpan>,
    /// What was said.
    pub transcript: Option<Transcript>,
    /// What it was understood as.
    pub intent: Option<Intent>,
    /// What was answered.
    pub reply: PrivateText,
    /// How it ended.
    pub outcome: Outcome,
    /// How long its stages took.
    pub timings: Timings,
    /// What the microphone heard, when it may be kept.
    pub clip: Option<Pcm>,
}
