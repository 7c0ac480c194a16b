//! What a clock that was set forward has passed over: it waits until the clock has shown that it stays.
//!
//! A clock may jump by days and come back within seconds. What was called missed meanwhile could not be
//! taken back.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;

use super::LATE;
use crate::time::step::Step;

/// How long a clock that was set forward has to stay there until what it passed over counts as missed.
const HOLD: Duration = Duration::from_secs(60 * 60);

/// What is held.
#[derive(Default)]
pub(super) struct Held(Mutex<Option<Passed>>);

/// From where to where the clock was set.
#[derive(Clone, Copy)]
pub(super) struct Passed {
    from: Timestamp,
    /// What comes after that was not passed over.
    pub(super) to: Timestamp,
    /// When the rest counts as missed.
    pub(super) until: Timestamp,
}

impl Held {
    /// The clock was set, and it is `now`.
    pub(super) fn step(&self, step: Step, now: Timestamp) {
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let by = jiff::SignedDuration::from_secs(step.seconds);
        // A time that was not believed is no reason to doubt the one that comes after it.
        let is_forward = step.believed && by > jiff::SignedDuration::try_from(LATE).unwrap_or(by);
        *held = if is_forward
            && let Ok(before) = now.checked_sub(by)
            && let Ok(until) = now.checked_add(HOLD)
        {
            let from = held.filter(|held| before < held.until).map_or(before, |held| held.from);
            Some(Passed { from, to: now, until })
        } else {
            None
        };
    }

    /// What passed over something that was due then, if anything did.
    pub(super) fn passed(&self, due: Timestamp) -> Option<Passed> {
        let held = (*self.0.lock().unwrap_or_else(PoisonError::into_inner))?;
        let late = held.to.checked_sub(LATE).unwrap_or(held.to);
        (held.from < due && due <= late).then_some(held)
    }
}
