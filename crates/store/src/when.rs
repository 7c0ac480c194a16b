//! Trusted time of the store: the times by which it hides and by which it destroys.

use std::time::{Duration, SystemTime};

use crate::caps::Fix;
use crate::clock::{Clock, Kept, Now, Reading};
use crate::household::Household;
use crate::{Result, Store, time};

/// The setting that holds what outlives a restart.
const SETTING: &str = "clock";
/// A reading is good for as long; whoever has the store takes one more often.
const FRESH: Duration = Duration::from_secs(90);

/// The clock and its last reading.
pub(crate) struct When {
    clock: Clock,
    last: Option<(SystemTime, Now)>,
    /// Time with power before this start.
    powered: Duration,
}

impl When {
    pub fn new(kept: Option<Kept>) -> Self {
        let powered = kept.as_ref().map_or(0, |kept| kept.powered_ms.max(0).unsigned_abs());
        Self { clock: Clock::new(kept), last: None, powered: Duration::from_millis(powered) }
    }

    /// What holds when the wall clock says `wall`. Without any reading it is believed.
    fn at(&self, wall: SystemTime) -> Now {
        let Some((read, now)) = self.last else {
            return Now {
                time: wall,
                hide: wall,
                destroy: wall,
                powered: self.powered,
                locked: false,
                corrected: None,
            };
        };
        let passed = wall.duration_since(read).unwrap_or_default().min(FRESH);
        Now {
            time: now.time + passed,
            hide: now.hide + passed,
            destroy: now.destroy + passed,
            powered: now.powered + passed,
            ..now
        }
    }

    fn is_read(&self) -> bool {
        self.last.is_some()
    }
}

impl Store {
    /// Takes a reading of the device's clocks. Whoever keeps the store open does so every minute.
    ///
    /// # Errors
    /// When what must outlive a restart cannot be written; it is tried again by the next reading.
    pub async fn tick(&self, reading: Reading) -> Result<Now> {
        let (now, kept) = {
            let mut when = self.when();
            let now = when.clock.tick(reading);
            when.last = Some((reading.wall, now));
            (now, when.clock.is_due_to_store().then(|| when.clock.kept()))
        };
        // What is locked was not stamped by this run of the clock.
        if let (Some(correction), Ok(mut vault)) = (now.corrected, self.vault().await) {
            let mut caps = vault.caps().clone();
            caps.correct(Fix {
                from_ms: time::to_ms(correction.from),
                by_ms: i64::try_from(correction.by.as_millis()).unwrap_or(i64::MAX),
                powered: i64::try_from(now.powered.as_millis()).unwrap_or(i64::MAX),
            });
            self.write_index().restamp(|_, _, stamp| stamp.tightened(&now));
            vault.set_caps(caps).await?;
        }
        if let Some(kept) = kept {
            // The parser's own output: numbers and names of sources.
            let text = serde_json::to_string(&kept).unwrap_or_default();
            self.write_setting(SETTING, &text).await?;
            self.when().clock.stored(kept);
        }
        Ok(now)
    }

    /// Whether the device's clock jumped, or tells no time, and nobody has confirmed it.
    pub fn time_is_in_doubt(&self) -> bool {
        let when = self.when();
        when.is_read() && when.clock.is_in_doubt()
    }

    /// Whether the device's clock has told the time since the start, or somebody has confirmed it.
    pub fn time_is_known(&self) -> bool {
        let when = self.when();
        when.is_read() && when.clock.is_known()
    }

    /// Somebody who is trusted says that the device's clock is right. The next reading, within a
    /// minute, shows and destroys by it.
    pub fn confirm_time(&self) {
        self.when().clock.confirm();
    }

    /// What holds when the wall clock says `wall`.
    pub(crate) fn at(&self, wall: SystemTime) -> Now {
        self.when().at(wall)
    }

    /// The time from which something that began at `at` is kept.
    pub(crate) fn born(&self, at: SystemTime) -> Now {
        let when = self.when();
        // Without a reading, time is what the caller says.
        if when.is_read() { when.at(at) } else { Now { time: at, ..when.at(at) } }
    }
}

/// What was stored of the clock; one that cannot be read is a new one, which destroys nothing early.
pub(crate) async fn load(household: &Household) -> Result<Option<Kept>> {
    let stored = crate::settings::stored(household).await?;
    Ok(stored.get(SETTING).and_then(|text| serde_json::from_str(text).ok()))
}
