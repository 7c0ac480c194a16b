//! The states of a session.

use std::time::Instant;

use crate::{
    Intent, Outcome, Pcm, PrivateText, SatelliteId, SpeechSpan, Timings, Transcript, Turn, TurnId,
    Wake, samples_to_millis,
};

/// Where the session stands.
#[derive(Default)]
pub(super) enum State {
    /// Nothing under way.
    #[default]
    Idle,
    /// Hearing a command.
    Listening(Draft),
    /// Waiting for words or for the reply.
    Thinking(Draft),
    /// Answering with these words; without a draft it is an announcement.
    Speaking { turn: TurnId, speech: PrivateText, draft: Option<Box<(Draft, Outcome)>> },
}

impl State {
    pub(super) fn turn(&self) -> Option<TurnId> {
        match self {
            Self::Idle => None,
            Self::Listening(draft) | Self::Thinking(draft) => Some(draft.id),
            Self::Speaking { turn, .. } => Some(*turn),
        }
    }

    /// Whether the speaker is saying this word or phrase itself.
    pub(super) fn says(&self, phrase: &str) -> bool {
        let Self::Speaking { speech, .. } = self else { return false };
        let words = |text: &str| -> Vec<String> {
            let words = text.split(|c: char| !c.is_alphanumeric() && c != '\'');
            words.filter(|word| !word.is_empty()).map(str::to_lowercase).collect()
        };
        let (speech, phrase) = (words(speech.expose()), words(phrase));
        !phrase.is_empty() && speech.windows(phrase.len()).any(|said| said == phrase)
    }
}

/// A turn that is not over yet.
pub(super) struct Draft {
    pub(super) id: TurnId,
    started: Instant,
    pub(super) wake: Option<Wake>,
    pub(super) speech: Option<SpeechSpan>,
    pub(super) transcript: Option<Transcript>,
    pub(super) intent: Option<Intent>,
    pub(super) timings: Timings,
    pub(super) clip: Option<Pcm>,
    pub(super) forget: bool,
}

impl Draft {
    pub(super) fn new(id: TurnId, started: Instant) -> Self {
        Self {
            id,
            started,
            wake: None,
            speech: None,
            transcript: None,
            intent: None,
            timings: Timings::default(),
            clip: None,
            forget: false,
        }
    }

    /// Whether a person spoke it, so that a question back makes sense.
    pub(super) fn spoken(&self) -> bool {
        self.speech.is_some()
    }

    pub(super) fn into_turn(
        mut self,
        satellite: SatelliteId,
        reply: PrivateText,
        outcome: Outcome,
    ) -> Turn {
        if let Some(speech) = self.speech {
            let waited = speech.decided.saturating_sub(speech.end);
            self.timings.endpoint_ms = samples_to_millis(waited) as f32;
        }
        Turn {
            id: self.id,
            satellite,
            started: self.started,
            wake: self.wake,
            speech: self.speech,
            transcript: self.transcript,
            intent: self.intent,
            reply,
            outcome,
            timings: self.timings,
            clip: self.clip,
        }
    }
}
