//! One timer.

use std::time::{Duration, SystemTime};

use voice::{SatelliteId, Speech};

use crate::duration;

/// A timer, as it is kept. Its name is the household's, so it has no `Debug`.
#[derive(Clone, PartialEq)]
pub struct Timer {
    /// Its number; 0 until it is kept.
    pub id: i64,
    /// Where it was set, and rings.
    pub satellite: SatelliteId,
    /// What it is called, if it is: `pizza`.
    pub name: Option<String>,
    /// When it rings; means nothing while it is paused.
    pub due: SystemTime,
    /// How long it was set for, with what was added later.
    pub total: Duration,
    /// What is left, while it is paused.
    pub paused_left: Option<Duration>,
    /// Whether it rings.
    pub ringing: bool,
}

impl Timer {
    /// What is left of it at that time.
    pub fn left(&self, now: SystemTime) -> Duration {
        self.paused_left.unwrap_or_else(|| self.due.duration_since(now).unwrap_or_default())
    }

    /// `pizza timer`, `5 minute timer`.
    pub(crate) fn spoken(&self) -> Speech {
        match &self.name {
            Some(name) => Speech::of("hark.timer.named").with("name", name),
            None => duration::parts(Speech::of("hark.timer.of_length"), self.total),
        }
    }
}
