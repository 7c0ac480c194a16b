//! Stamps: by which a record is due.

use std::time::{Duration, SystemTime};

use super::{Now, millis};
use crate::time::{from_ms, to_ms};

/// What a record has to remember to know when it is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stamp {
    /// It goes at this time.
    pub until: SystemTime,
    /// [`Now::powered`] when it was made.
    pub born: Duration,
    /// It goes after this much time with power, too, whatever the wall clock says.
    pub keep: Duration,
}

/// A jump that was taken back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Correction {
    /// Records that were stamped with this time or a later one bear a time that is too late.
    pub from: SystemTime,
    /// By how much.
    pub by: Duration,
}

/// What may still be done with a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Due {
    /// It may be read.
    Alive,
    /// Nobody may read it, and it must not be destroyed, because the time may be wrong.
    Hidden,
    /// It goes now.
    Destroy,
}

impl Now {
    /// The stamp of a record that is made now and kept for `keep`.
    pub fn stamp(&self, keep: Duration) -> Stamp {
        let until = from_ms(to_ms(self.time).saturating_add(millis(keep)));
        Stamp { until, born: self.powered, keep }
    }
}

impl Stamp {
    /// Whether the record is due, by the time or by its age with power.
    pub fn due(&self, now: &Now) -> Due {
        if self.until <= now.destroy || self.age(now) >= self.keep {
            Due::Destroy
        } else if self.until <= now.hide || now.locked {
            Due::Hidden
        } else {
            Due::Alive
        }
    }

    /// The stamp after the correction in `now`, if there is one: a record that was made while the
    /// clock was ahead becomes due when it should be. None becomes due later.
    #[must_use]
    pub fn tightened(&self, now: &Now) -> Self {
        let Some(correction) = now.corrected else { return *self };
        let until_ms = to_ms(self.until);
        let keep_ms = millis(self.keep);
        let shifted_ms = if until_ms.saturating_sub(keep_ms) >= to_ms(correction.from) {
            until_ms.saturating_sub(millis(correction.by))
        } else {
            until_ms
        };
        // It is no younger than its age with power either.
        let youngest_ms = to_ms(now.time).saturating_sub(millis(self.age(now)));
        let until = from_ms(shifted_ms.min(youngest_ms.saturating_add(keep_ms)));
        Self { until: self.until.min(until), ..*self }
    }

    fn age(&self, now: &Now) -> Duration {
        now.powered.saturating_sub(self.born)
    }
}
