//! A step of the wall clock: somebody, or the network, set it while the program ran.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime};

/// Before this the clock was never set: the program is younger. 1 January 2026, UTC.
const CLOCK_IS_SET: Duration = Duration::from_secs(1_767_225_600);

/// A step of the wall clock, and what the time before it was worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    /// By how much it was set, in seconds; forward if more than 0.
    pub seconds: i64,
    /// Whether the time before was believed, so that all that waits was reckoned by it. A board without a clock
    /// starts with any time, and the first step puts that right: what was ordered before the start was reckoned
    /// by the right time all along.
    pub believed: bool,
}

/// Whether the clock can be the right one.
pub(crate) fn is_set(now: SystemTime) -> bool {
    now.duration_since(SystemTime::UNIX_EPOCH).is_ok_and(|since| since >= CLOCK_IS_SET)
}

/// What was ordered before the program started, by ids: it was reckoned by the time of then.
pub(crate) struct Earlier(Mutex<HashSet<i64>>);

impl Earlier {
    /// These were there at the start.
    pub(crate) fn new(ids: impl Iterator<Item = i64>) -> Self {
        Self(Mutex::new(ids.collect()))
    }

    /// It was reckoned anew by the time of now.
    pub(crate) fn remove(&self, id: i64) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&id);
    }

    /// Whether what is due then was reckoned by the time before the step, and moves with it.
    pub(crate) fn moves(&self, step: Step, id: i64, due: SystemTime) -> bool {
        let earlier = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        step.believed || !earlier.contains(&id) || !is_set(due)
    }
}
