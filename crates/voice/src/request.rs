//! A request: who asks for what, from where, and in which way. Microphone, terminal, page and the
//! clock are spellings of this one type; the risk gate reads it.

use crate::{Intent, Outcome, Principal, PrivateText, SatelliteId, Transcript};

/// How a request came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Via {
    /// Through the air.
    Spoken,
    /// Typed at a terminal.
    Typed,
    /// Typed or pressed on a page.
    Page,
    /// It was ordered before, and is due now.
    Scheduled,
    /// As part of a routine.
    Routine,
}

impl Via {
    /// Whether it was typed or pressed: then it is what was meant, word for word.
    pub fn is_typed(self) -> bool {
        matches!(self, Self::Typed | Self::Page)
    }
}

/// Somebody wants something.
#[derive(Clone, PartialEq)]
pub struct Request {
    /// Who.
    pub principal: Principal,
    /// Where, and where it is answered.
    pub satellite: SatelliteId,
    /// In which way.
    pub via: Via,
    /// What.
    pub what: What,
}

/// What is wanted.
#[derive(Clone, PartialEq)]
pub enum What {
    /// A command in words that a recogniser heard.
    Heard(Box<Transcript>),
    /// A command in words that somebody typed.
    Text(PrivateText),
    /// Commands that were understood before; the label is what they are called.
    Steps(PrivateText, Vec<Intent>),
    /// Close (`true`) or open the microphone.
    Mute(bool),
    /// Silence what is said and what rings.
    Hush,
    /// Cancel the timer with that id.
    CancelTimer(i64),
    /// Cancel the alarm, reminder or scheduled action with that id.
    CancelEntry(i64),
    /// Take things off a list that stand there in these very words.
    TakeOff {
        /// The list.
        list: PrivateText,
        /// What is taken off.
        items: Vec<PrivateText>,
    },
    /// Take everything off a list. Whoever asks has been asked whether that is meant.
    EmptyList(PrivateText),
}

impl Request {
    /// Words that a satellite heard.
    pub fn spoken(satellite: SatelliteId, transcript: Transcript) -> Self {
        let what = What::Heard(Box::new(transcript));
        Self { principal: Principal::Anyone, satellite, via: Via::Spoken, what }
    }

    /// Something from a page, for the satellite that is part of the speaker.
    pub fn from_page(what: What) -> Self {
        let (principal, satellite) = (Principal::Household, SatelliteId::local());
        Self { principal, satellite, via: Via::Page, what }
    }

    /// Words that were typed at a terminal, for the satellite that is part of the speaker.
    pub fn typed(text: impl Into<PrivateText>) -> Self {
        let (principal, satellite) = (Principal::Owner, SatelliteId::local());
        Self { principal, satellite, via: Via::Typed, what: What::Text(text.into()) }
    }

    /// What was ordered before and is due now, on the satellite at which it was ordered.
    pub fn scheduled(satellite: SatelliteId, label: PrivateText, steps: Vec<Intent>) -> Self {
        let what = What::Steps(label, steps);
        Self { principal: Principal::Anyone, satellite, via: Via::Scheduled, what }
    }
}

/// What comes back to whoever typed a command.
#[derive(Clone, PartialEq)]
pub enum Answer {
    /// Another command waits already: try again.
    Busy,
    /// It was acted upon.
    Given {
        /// What is said aloud.
        speech: PrivateText,
        /// How it ended.
        outcome: Outcome,
        /// What it was understood as.
        intent: Option<String>,
    },
}
