//! Events and status: what the rest of the house may see of the speaker while it works. Events carry
//! ids, not words.

use std::time::SystemTime;

use crate::{Outcome, PrivateText, RecordId, SatelliteId, TurnId};

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
    /// A satellite does something else now.
    Phase {
        /// Which.
        satellite: SatelliteId,
        /// What it does.
        phase: Phase,
    },
    /// The wake word was heard.
    Woke {
        /// By which satellite.
        satellite: SatelliteId,
        /// The turn it began.
        turn: TurnId,
        /// 0…1.
        score: f32,
    },
    /// A turn is over.
    TurnEnded {
        /// On which satellite.
        satellite: SatelliteId,
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
    /// An alarm, reminder or later command was set, changed, rang or went.
    AgendaChanged,
    /// Something was put on a list or taken off, or a list was made or deleted.
    ListsChanged,
    /// Volume, mute or retention changed.
    SettingsChanged,
    /// The sound has a problem, or no longer has one.
    Audio {
        /// On which satellite.
        satellite: SatelliteId,
        /// Which.
        fault: AudioFault,
    },
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

/// What happens when an entry of the agenda is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AgendaKind {
    /// It rings until somebody stops it.
    Alarm,
    /// Something is said.
    Reminder,
    /// A command is carried out.
    Command,
}

/// How often an entry of the agenda is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Repeat {
    /// Once.
    Never,
    /// On these days of the week; bit 0 is Monday.
    Weekly(u8),
    /// At sunrise on these days of the week.
    Sunrise(u8),
    /// At sunset on these days of the week.
    Sunset(u8),
    /// On a day of the year.
    Yearly,
    /// Once a month.
    Monthly,
    /// Once, when a timer ends.
    AfterTimer,
}

/// An alarm, reminder or later command as the page shows it.
#[derive(Clone, PartialEq)]
pub struct AgendaView {
    /// Its id.
    pub id: i64,
    /// What happens.
    pub kind: AgendaKind,
    /// What an alarm is called, what a reminder says, the words of a command.
    pub label: Option<PrivateText>,
    /// When it is due next, or rings again; `None` if it was due already.
    pub next: Option<SystemTime>,
    /// How often it is due.
    pub repeat: Repeat,
    /// Whether it rings now.
    pub ringing: bool,
}

/// A list of the household as the page shows it.
#[derive(Clone, PartialEq)]
pub struct ListView {
    /// What it is called: `shopping`.
    pub name: PrivateText,
    /// What is on it, in its order.
    pub items: Vec<PrivateText>,
}

/// A name of a thing that is also a command: what is said with it is the command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shadowed {
    /// The id of the thing.
    pub id: String,
    /// Its name.
    pub name: String,
    /// What means something else: `turn off the alarm`.
    pub command: String,
}

/// A satellite as the page shows it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SatelliteStatus {
    /// Which.
    pub id: SatelliteId,
    /// What it does.
    pub phase: Phase,
    /// Whether its microphone is closed, whatever it does.
    pub muted: bool,
    /// Whether its microphone gives no sound, though it is to.
    pub deaf: bool,
}

/// What the page shows of the moment.
#[derive(Clone, Default, PartialEq)]
pub struct Status {
    /// The satellites, the local one first.
    pub satellites: Vec<SatelliteStatus>,
    /// The devices of the house.
    pub devices: Vec<Device>,
    /// Names of devices that are also commands.
    pub shadowed: Vec<Shadowed>,
    /// The timers.
    pub timers: Vec<TimerView>,
    /// Alarms, reminders and later commands: what rings first, then what is due next.
    pub agenda: Vec<AgendaView>,
    /// The lists, in the order in which they were made.
    pub lists: Vec<ListView>,
}

impl Status {
    /// What that satellite does; nothing if there is no such one.
    pub fn phase(&self, satellite: &SatelliteId) -> Phase {
        let found = self.satellites.iter().find(|status| status.id == *satellite);
        found.map(|status| status.phase).unwrap_or_default()
    }

    /// Whether the microphone of that satellite is closed; nothing if there is no such one.
    pub fn is_muted(&self, satellite: &SatelliteId) -> Option<bool> {
        let found = self.satellites.iter().find(|status| status.id == *satellite);
        found.map(|status| status.muted)
    }

    /// Whether the microphone of that satellite gives no sound, though it is to.
    pub fn is_deaf(&self, satellite: &SatelliteId) -> bool {
        self.satellites.iter().any(|status| status.id == *satellite && status.deaf && !status.muted)
    }

    /// The status of that satellite, to be changed.
    pub fn of(&mut self, satellite: &SatelliteId) -> &mut SatelliteStatus {
        let place = self.satellites.iter().position(|status| status.id == *satellite);
        let place = place.unwrap_or_else(|| {
            self.satellites
                .push(SatelliteStatus { id: satellite.clone(), ..SatelliteStatus::default() });
            self.satellites.len() - 1
        });
        &mut self.satellites[place]
    }
}
