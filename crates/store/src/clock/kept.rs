//! The state of the clock that outlives a restart.

use serde::{Deserialize, Serialize};

use super::{BEHIND_MS, EARLIEST_MS, LATEST_MS, MINUTE_MS, MOST_JUMPS, PERSIST_MS, Source};

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
    /// Up to here everything stays hidden although the floor is lower, because a clock was corrected after it had led.
    /// Rounded up; 0 where what is lost by a power cut hides as much.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub hidden_ms: i64,
    /// The jumps forward that are not yet believed, each on top of the one before; eight at most.
    pub jumps: Vec<Jump>,
}

/// A time far beyond what was expected that a source claims.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Jump {
    /// What was claimed, when it was. Kept rounded down.
    pub begun_ms: i64,
    /// The same as of the last reading; it is becoming credible. Kept rounded down.
    pub claim_ms: i64,
    /// The latest that was claimed, as of the last reading; up to here everything is hidden. Kept
    /// rounded down.
    pub top_ms: i64,
    /// How far it led what was expected. Kept rounded up.
    pub size_ms: i64,
    /// For how long it was supported, in milliseconds with power. Kept rounded down.
    pub persisted_ms: i64,
    /// Who claims it.
    pub source: Source,
    /// Whether the last reading supported it; the first after a restart counts no time.
    #[serde(skip)]
    pub supported: bool,
}

impl Jump {
    /// Whether it stands although a source says an earlier time now: what is left of it is more than what was taken
    /// off. A clock that is set by less than an hour was corrected. By more than that it may have been wrong by all of
    /// the jump, of which the time that the device was off hides a part; the first time that a new device gets (`is_first`)
    /// leads nothing that was ever expected.
    pub(super) fn stands_at(&self, wall_ms: i64, is_first: bool) -> bool {
        let behind_ms = self.top_ms.saturating_sub(wall_ms);
        let is_small = behind_ms.saturating_mul(2) < self.size_ms;
        is_small && (is_first || behind_ms <= BEHIND_MS)
    }
}

impl Default for Kept {
    fn default() -> Self {
        Self { floor_ms: EARLIEST_MS, powered_ms: 0, hidden_ms: 0, jumps: Vec::new() }
    }
}

impl Kept {
    pub(super) fn rounded(floor_ms: i64, powered_ms: i64, hidden_ms: i64, jumps: &[Jump]) -> Self {
        let (floor_ms, hidden_ms) = (down(floor_ms), down(hidden_ms.saturating_add(STEP_MS - 1)));
        Self {
            floor_ms,
            powered_ms: down(powered_ms),
            hidden_ms: if hidden_ms > floor_ms + LOSS_MS { hidden_ms } else { 0 },
            jumps: jumps
                .iter()
                .map(|jump| Jump {
                    begun_ms: down(jump.begun_ms),
                    claim_ms: down(jump.claim_ms),
                    top_ms: down(jump.top_ms),
                    size_ms: down(jump.size_ms.saturating_add(STEP_MS - 1)),
                    persisted_ms: down(jump.persisted_ms),
                    source: jump.source,
                    supported: false,
                })
                .collect(),
        }
    }

    /// The same, with whatever cannot be brought to the nearest that can, because a file may hold
    /// anything.
    pub(super) fn within_reason(self) -> Self {
        let time = |ms: i64| ms.clamp(EARLIEST_MS, LATEST_MS);
        Self {
            floor_ms: time(self.floor_ms),
            powered_ms: self.powered_ms.clamp(0, LATEST_MS),
            hidden_ms: self.hidden_ms.clamp(0, LATEST_MS),
            jumps: self
                .jumps
                .into_iter()
                .take(MOST_JUMPS)
                .map(|jump| Jump {
                    begun_ms: time(jump.begun_ms),
                    claim_ms: time(jump.claim_ms),
                    top_ms: time(jump.top_ms),
                    size_ms: jump.size_ms.clamp(0, LATEST_MS),
                    persisted_ms: jump.persisted_ms.clamp(0, PERSIST_MS),
                    source: jump.source,
                    supported: false,
                })
                .collect(),
        }
    }

    /// Whether `new` should take its place. The time with power sets the pace; the others are
    /// checked only for leaps, so that not each of them writes every ten minutes.
    pub(super) fn is_outdated_by(&self, new: &Self) -> bool {
        let leaps = |old: i64, new: i64| old.abs_diff(new) >= 2 * STEP_MS.unsigned_abs();
        self.powered_ms != new.powered_ms
            || leaps(self.floor_ms, new.floor_ms)
            || leaps(self.hidden_ms, new.hidden_ms)
            || self.jumps.len() != new.jumps.len()
            || self
                .jumps
                .iter()
                .zip(&new.jumps)
                .any(|(old, new)| old.begun_ms != new.begun_ms || leaps(old.top_ms, new.top_ms))
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde gives a reference to the field")]
fn is_zero(ms: &i64) -> bool {
    *ms == 0
}

fn down(ms: i64) -> i64 {
    ms.div_euclid(STEP_MS) * STEP_MS
}
