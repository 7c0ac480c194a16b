//! What the rest of the house may see of the speaker while it works. Events carry ids, not words.

use std::time::SystemTime;

use crate::{Outcome, RecordId, TurnId};

/// What the speaker is doing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Phase {
    /// The microphone is closed.
    Muted,
    /// Waiting for the wake word.
    #[default]
    Idle,
    /// Hearing a command.
    Listening,
    /// Working out what was meant, and doing it.
    Thinking,
    /// Answering.
    Speaking,
}

impl Phase {
    /// The lower-case word used in output and on the page.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Muted => "muted",
            Self::Idle => "idle",
            Self::Listening => "listening",
            Self::Thinking => "thinking",
            Self::Speaking => "speaking",
        }
    }
}

/// What is wrong with the sound.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AudioFault {
    /// Samples were lost; the listener starts afresh.
    Gap {
        /// How many samples of 16 kHz.
        samples: u64,
    },
    /// The microphone is gone and is looked for.
    MicrophoneLost,
    /// It is back.
    MicrophoneBack,
}

/// Something happened.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// The speaker does something else now.
    Phase(Phase),
    /// The wake word was heard.
    Woke {
        /// The turn it began.
        turn: TurnId,
        /// 0…1.
        score: f32,
    },
    /// A turn is over.
    TurnEnded {
        /// Which.
        turn: TurnId,
        /// How.
        outcome: Outcome,
    },
    /// A turn stands in the history.
    TurnStored(RecordId),
    /// Turns were deleted or expired.
    HistoryChanged,
    /// A device of the house changed.
    HouseChanged,
    /// A timer was set, changed, rang or went.
    TimersChanged,
    /// Volume, mute or retention changed.
    SettingsChanged,
    /// The sound has a problem, or no longer has one.
    Audio(AudioFault),
}

/// A device as the page shows it.
#[derive(Clone, PartialEq)]
pub struct Device {
    /// For example `light.kitchen`.
    pub id: String,
    /// What the household calls it.
    pub name: String,
    /// Its room, as the household calls it.
    pub area: Option<String>,
    /// `light`, `switch`, `cover`, …
    pub domain: String,
    /// `on`, `off`, `open`, `closed`, …
    pub state: String,
}

/// A running timer as the page shows it.
#[derive(Clone, PartialEq)]
pub struct TimerView {
    /// Its id.
    pub id: i64,
    /// What it is called, if it is.
    pub name: Option<String>,
    /// When it rings.
    pub due: SystemTime,
    /// Whether it rings now.
    pub ringing: bool,
}

/// What the page shows of the moment.
#[derive(Clone, Default, PartialEq)]
pub struct Status {
    /// What the speaker does.
    pub phase: Phase,
    /// The devices of the house.
    pub devices: Vec<Device>,
    /// The timers.
    pub timers: Vec<TimerView>,
}
