//! Expiry without a trusted clock: when something that is kept for a time is due, on a device that may
//! have no clock of its own.
//!
//! A state machine without a clock: every reading goes in with the time since boot, which cannot be
//! set, and what holds now comes out. It knows two times. The `floor` is never later than the true
//! time as far as anybody can tell, it only grows, and what is due by it is destroyed. The other is
//! the latest that the sources claim, and what is due by it is hidden. They part when one source
//! jumps forward, because that may be a mistake, and meet again when the mistake is taken back or
//! the jump is believed.

mod kept;
mod stamp;

use std::time::{Duration, SystemTime};

use crate::time::{from_ms, to_ms};

pub use kept::{Jump, Kept};
pub use stamp::{Correction, Due, Stamp};

const MINUTE_MS: i64 = 60_000;
const HOUR_MS: i64 = 60 * MINUTE_MS;

/// 2024-01-01 UTC. No earlier time is right, because this was written later; so a clock chip that
/// has lost its battery, or a clock that was never set, is known by what it says.
const EARLIEST_MS: i64 = 1_704_067_200_000;
/// 2200-01-01 UTC. No later time is believed, because the floor could never come back from it.
const LATEST_MS: i64 = 7_258_118_400_000;
/// How far a source may lead the floor without being a jump. After a short restart the floor lags
/// by the ten minutes for which it is rounded and the time without power; what is destroyed on the
/// word of one source is destroyed at most this much too early.
const TOLERANCE_MS: i64 = 15 * MINUTE_MS;
/// A source further behind the floor than this is not one.
const BEHIND_MS: i64 = HOUR_MS;
/// How long a jump has to persist, in time with power, until it is believed. Also how long sources
/// may take to use up the tolerance, so that many small steps are no way round it.
const PERSIST_MS: i64 = 24 * HOUR_MS;
/// How many jumps are distinguished while none of them is trusted; a device that is off every night
/// has two or three.
const MOST_JUMPS: usize = 8;

/// Where the time of the wall clock comes from. The later of two outranks the earlier.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize,
)]
pub enum Source {
    /// Restored from a file or never set.
    Unsure,
    /// A clock chip with a battery.
    Chip,
    /// Set by the network, by a person or by a browser that signed in, since boot.
    Synced,
}

/// The clocks of the device, read together.
#[derive(Clone, Copy, Debug)]
pub struct Reading {
    /// What the wall clock says.
    pub wall: SystemTime,
    /// Time since boot, with the time that the device slept.
    pub up: Duration,
    /// Where `wall` comes from.
    pub source: Source,
}

/// What holds at a reading.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Now {
    /// The best guess at the time, by which new records are stamped.
    pub time: SystemTime,
    /// Everything due up to here is hidden.
    pub hide: SystemTime,
    /// Everything due up to here is destroyed.
    pub destroy: SystemTime,
    /// Time with power, all boots together. It never goes back, and stands still after a restart
    /// for as long as may have been lost of it and was not.
    pub powered: Duration,
    /// No source has given the time since the start, so everything is hidden.
    pub locked: bool,
    /// A jump was taken back since the reading before: records that were stamped meanwhile are due
    /// too late and want [`Stamp::tightened`], before [`Clock::kept`] is stored.
    pub corrected: Option<Correction>,
}

/// The time as far as it can be trusted. All its times are those of the last reading.
#[derive(Clone, Debug)]
pub struct Clock {
    floor_ms: i64,
    /// Up to here the floor may have come before the restart; what was hidden then stays hidden.
    floor_before_ms: i64,
    /// The same for the latest jump, until it is taken back.
    top_before_ms: i64,
    /// The floor, without what sources have added to it since `anchored_ms` of powered time.
    anchor_ms: i64,
    anchored_ms: i64,
    powered_ms: i64,
    /// The same for the time with power.
    powered_before_ms: i64,
    /// Jumps that are not yet believed, each on top of the one before.
    jumps: Vec<Jump>,
    corrected: Option<Correction>,
    locked: bool,
    up_ms: Option<i64>,
    wall_ms: Option<i64>,
    stored: Option<Kept>,
}

impl Clock {
    /// Starts from what was kept of the time before the restart; `None` on a new device.
    pub fn new(kept: Option<Kept>) -> Self {
        let from = kept.clone().unwrap_or_default().within_reason();
        let (floor_loss_ms, powered_loss_ms) =
            if kept.is_some() { (kept::LOSS_MS, kept::POWERED_LOSS_MS) } else { (0, 0) };
        Self {
            floor_ms: from.floor_ms,
            floor_before_ms: (from.floor_ms + floor_loss_ms).max(from.hidden_ms),
            top_before_ms: from.jumps.last().map_or(0, |jump| jump.top_ms + floor_loss_ms),
            anchor_ms: from.floor_ms,
            anchored_ms: from.powered_ms,
            powered_ms: from.powered_ms,
            powered_before_ms: from.powered_ms + powered_loss_ms,
            jumps: from.jumps,
            corrected: None,
            locked: true,
            up_ms: None,
            wall_ms: None,
            stored: kept,
        }
    }

    /// Takes a reading; returns what holds now. It is wanted at least every minute, and at once
    /// when the clock was set.
    pub fn tick(&mut self, reading: Reading) -> Now {
        let up_ms = millis(reading.up);
        let elapsed = up_ms.saturating_sub(self.up_ms.unwrap_or(up_ms)).max(0);
        self.up_ms = Some(up_ms);
        self.advance(elapsed);
        let wall_ms = to_ms(reading.wall);
        self.wall_ms = (EARLIEST_MS..=LATEST_MS).contains(&wall_ms).then_some(wall_ms);
        let credible = (self.floor_ms - BEHIND_MS..=LATEST_MS).contains(&wall_ms);
        if credible && reading.source != Source::Unsure {
            self.locked = false;
            self.hear(wall_ms, reading.source, elapsed);
        } else {
            self.jumps.iter_mut().for_each(|jump| jump.supported = false);
        }
        if self.powered_ms - self.anchored_ms >= PERSIST_MS {
            self.trust(self.floor_ms);
        }
        self.now()
    }

    /// The household says that the time of the last reading is right. It is believed if it is later
    /// than the floor, and takes back a jump to a later time; the next reading tells what holds.
    /// Without a reading, or when it made no sense, nothing happens.
    pub fn confirm(&mut self) {
        let Some(wall_ms) = self.wall_ms else { return };
        self.take_back(wall_ms, |jump| jump.top_ms > wall_ms);
        self.keep_hidden(self.jumps.len());
        self.jumps.clear();
        self.trust(wall_ms);
        self.locked = false;
    }

    /// Whether nobody tells the time, or a clock tells one that is hidden by, and not yet destroyed
    /// by. The first time that a new device gets is in no doubt yet: nothing is due.
    pub fn is_in_doubt(&self) -> bool {
        self.locked || (!self.is_new() && !self.jumps.is_empty())
    }

    /// Whether no time was believed yet: until then the floor is what has passed since the earliest.
    fn is_new(&self) -> bool {
        self.floor_ms - self.powered_ms <= EARLIEST_MS + TOLERANCE_MS
    }

    /// Whether a source has told the time since the start, or somebody has.
    pub fn is_known(&self) -> bool {
        !self.locked
    }

    /// What must outlive a restart.
    pub fn kept(&self) -> Kept {
        Kept::rounded(self.floor_ms, self.powered_ms, self.floor_before_ms, &self.jumps)
    }

    /// Whether [`Clock::kept`] should be stored: every ten minutes, and when a jump came or went.
    pub fn is_due_to_store(&self) -> bool {
        self.stored.as_ref().is_none_or(|stored| stored.is_outdated_by(&self.kept()))
    }

    /// `kept` is safely stored.
    pub fn stored(&mut self, kept: Kept) {
        self.stored = Some(kept);
    }

    /// The time since boot cannot be set, so at least that much has passed on every scale.
    fn advance(&mut self, elapsed_ms: i64) {
        let jumps = self.jumps.iter_mut().flat_map(|jump| [&mut jump.claim_ms, &mut jump.top_ms]);
        let ours = [&mut self.floor_ms, &mut self.anchor_ms, &mut self.powered_ms];
        for time in ours.into_iter().chain(jumps) {
            *time = time.saturating_add(elapsed_ms).min(LATEST_MS * 2);
        }
    }

    /// A source says `wall_ms`, `elapsed_ms` after the reading before.
    fn hear(&mut self, wall_ms: i64, source: Source, elapsed_ms: i64) {
        // A chip does not know better than the network: what that has hidden stays hidden, and is
        // not believed while they disagree.
        let is_new = self.is_new();
        let first_ms = self.jumps.first().map(|jump| jump.begun_ms);
        let is_behind = |jump: &Jump| wall_ms < jump.top_ms - TOLERANCE_MS && source >= jump.source;
        self.take_back(wall_ms, |jump| {
            let is_first = is_new && first_ms == Some(jump.begun_ms);
            is_behind(jump) && !jump.stands_at(wall_ms, is_first)
        });
        if let Some(jump) = self.jumps.last_mut().filter(|jump| is_behind(jump)) {
            // The clock was corrected, and the jump was one all the same.
            let by_ms = jump.top_ms.saturating_sub(wall_ms);
            jump.claim_ms = jump.claim_ms.min(wall_ms);
            if by_ms > BEHIND_MS {
                let by = Duration::from_millis(by_ms.unsigned_abs());
                self.corrected = Some(Correction { from: from_ms(jump.begun_ms), by });
                (jump.top_ms, self.top_before_ms) = (wall_ms, 0);
                jump.begun_ms = jump.begun_ms.min(wall_ms);
                jump.size_ms = jump.size_ms.saturating_sub(by_ms).max(0);
            }
        }
        for jump in &mut self.jumps {
            let supported = wall_ms >= jump.claim_ms - TOLERANCE_MS;
            if supported && jump.supported {
                jump.persisted_ms = jump.persisted_ms.saturating_add(elapsed_ms);
            }
            jump.supported = supported;
        }
        let believed = self.jumps.iter().rposition(|jump| {
            let agreed = wall_ms >= jump.claim_ms - TOLERANCE_MS
                && wall_ms <= jump.top_ms + TOLERANCE_MS
                && (jump.source, source) == (Source::Chip, Source::Synced);
            agreed || jump.persisted_ms >= PERSIST_MS
        });
        if let Some(last) = believed {
            self.trust(self.jumps[last].claim_ms);
            self.keep_hidden(last + 1);
            self.jumps.drain(..=last);
        }
        self.follow(wall_ms, source);
    }

    /// Raises the floor to `wall_ms`, or the latest jump, or makes a new one of it.
    fn follow(&mut self, wall_ms: i64, source: Source) {
        let mut below = (self.floor_ms, Source::Unsure);
        if let Some(jump) = self.jumps.last_mut() {
            // A clock that was corrected may come back to where it was.
            if wall_ms <= (jump.claim_ms + TOLERANCE_MS).max(jump.top_ms) {
                jump.top_ms = jump.top_ms.max(wall_ms);
                return;
            }
            below = (jump.top_ms, jump.source);
        } else if wall_ms <= self.anchor_ms + TOLERANCE_MS {
            self.floor_ms = self.floor_ms.max(wall_ms);
            return;
        }
        self.jumps.push(Jump {
            begun_ms: wall_ms,
            claim_ms: wall_ms,
            top_ms: wall_ms,
            size_ms: wall_ms - below.0,
            persisted_ms: 0,
            // A chip is set by whatever was synced before, so it is no second source after that.
            source: source.max(below.1),
            supported: true,
        });
        if self.jumps.len() > MOST_JUMPS {
            // The first is nearest to being believed and the last may be taken back.
            self.jumps.remove(1);
        }
    }

    /// Takes back the latest jumps as far as they are `wrong`: it is `wall_ms`, and what only they
    /// have hidden is visible again.
    fn take_back(&mut self, wall_ms: i64, wrong: impl Fn(&Jump) -> bool) {
        let right = self.jumps.iter().rposition(|jump| !wrong(jump)).map_or(0, |last| last + 1);
        let Some(first) = self.jumps.get(right) else { return };
        let top_ms = self.jumps.last().map_or(wall_ms, |jump| jump.top_ms);
        // What was off since may hide a part of it, so its size counts as well.
        let by_ms = top_ms.saturating_sub(wall_ms).max(first.size_ms).max(0);
        let by = Duration::from_millis(by_ms.unsigned_abs());
        self.corrected = Some(Correction { from: from_ms(first.begun_ms), by });
        self.top_before_ms = 0;
        self.jumps.truncate(right);
    }

    /// What the first `count` jumps have hidden stays hidden while the floor catches up.
    fn keep_hidden(&mut self, count: usize) {
        let top_ms = self.jumps[..count].last().map_or(0, |jump| jump.top_ms);
        self.floor_before_ms = self.floor_before_ms.max(top_ms);
    }

    /// Raises the floor to `wall_ms`, which is beyond doubt.
    fn trust(&mut self, wall_ms: i64) {
        self.floor_ms = self.floor_ms.max(wall_ms);
        self.anchor_ms = self.floor_ms;
        self.anchored_ms = self.powered_ms;
    }

    fn now(&mut self) -> Now {
        let time_ms =
            self.jumps.last().map_or(self.floor_ms, |jump| jump.top_ms.max(self.floor_ms));
        let powered_ms = self.powered_ms.max(self.powered_before_ms);
        Now {
            time: from_ms(time_ms),
            hide: from_ms(time_ms.max(self.floor_before_ms).max(self.top_before_ms)),
            destroy: from_ms(self.floor_ms),
            powered: Duration::from_millis(powered_ms.unsigned_abs()),
            locked: self.locked,
            corrected: self.corrected.take(),
        }
    }
}

/// Whole milliseconds; more than there are is taken for the most.
fn millis(span: Duration) -> i64 {
    i64::try_from(span.as_millis()).unwrap_or(i64::MAX)
}
