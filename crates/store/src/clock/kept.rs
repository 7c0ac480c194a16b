//! What of the clock outlives a restart.

use serde::{Deserialize, Serialize};

use super::{EARLIEST_MS, LATEST_MS, MINUTE_MS, PERSIST_MS, Source};

/// Everything is rounded to this, so that it tells nothing about when somebody spoke.
const STEP_MS: i64 = 10 * MINUTE_MS;
/// How late it may be stored: a reading a minute, and a minute for the disk.
const LATE_MS: i64 = 2 * MINUTE_MS;
/// What a power cut loses at most of the time with power, which decides when to store.
pub(super) const POWERED_LOSS_MS: i64 = STEP_MS + LATE_MS;
/// What a power cut loses at most of the other times, which are not rounded at the same moment.
pub(super) const LOSS_MS: i64 = 2 * STEP_MS + LATE_MS;

/// What must outlive a restart; times are Unix milliseconds, rounded to ten minutes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    /// The highest time that was trusted, rounded down.
    pub floor_ms: i64,
    /// Time with power in all boots, in milliseconds, rounded down.
    pub powered_ms: i64,
    /// The jump forward that is not yet believed.
    pub jump: Option<Jump>,
}

/// A time far beyond the floor that a source claims, as of the last reading.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Jump {
    /// What was claimed first; it is becoming credible. Kept rounded down.
    pub claim_ms: i64,
    /// The latest that was claimed; up to here everything is hidden. Kept rounded down.
    pub top_ms: i64,
    /// For how long nobody contradicted, in milliseconds with power. Kept rounded down.
    pub persisted_ms: i64,
    /// Who claims it.
    pub source: Source,
}

impl Default for Kept {
    fn default() -> Self {
        Self { floor_ms: EARLIEST_MS, powered_ms: 0, jump: None }
    }
}

impl Kept {
    pub(super) fn rounded(floor_ms: i64, powered_ms: i64, jump: Option<&Jump>) -> Self {
        Self {
            floor_ms: down(floor_ms),
            powered_ms: down(powered_ms),
            jump: jump.map(|jump| Jump {
                claim_ms: down(jump.claim_ms),
                top_ms: down(jump.top_ms),
                persisted_ms: down(jump.persisted_ms),
                source: jump.source,
            }),
        }
    }

    /// The same, with whatever cannot be brought to the nearest that can, because a file may hold
    /// anything.
    pub(super) fn within_reason(self) -> Self {
        let time = |ms: i64| ms.clamp(EARLIEST_MS, LATEST_MS);
        Self {
            floor_ms: time(self.floor_ms),
            powered_ms: self.powered_ms.clamp(0, LATEST_MS),
            jump: self.jump.map(|jump| Jump {
                claim_ms: time(jump.claim_ms),
                top_ms: time(jump.top_ms),
                persisted_ms: jump.persisted_ms.clamp(0, PERSIST_MS),
                source: jump.source,
            }),
        }
    }

    /// Whether `new` should take its place. The time with power sets the pace; the others are
    /// looked at only for leaps, so that not each of them writes every ten minutes.
    pub(super) fn is_outdated_by(&self, new: &Self) -> bool {
        let leaps = |old: i64, new: i64| old.abs_diff(new) >= 2 * STEP_MS.unsigned_abs();
        self.powered_ms != new.powered_ms
            || leaps(self.floor_ms, new.floor_ms)
            || match (&self.jump, &new.jump) {
                (None, None) => false,
                (Some(old), Some(new)) => {
                    old.source != new.source
                        || leaps(old.claim_ms, new.claim_ms)
                        || leaps(old.top_ms, new.top_ms)
                }
                _ => true,
            }
    }
}

fn down(ms: i64) -> i64 {
    ms.div_euclid(STEP_MS) * STEP_MS
}
