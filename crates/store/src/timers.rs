//! Timers, so that they survive a restart.

use std::time::{Duration, SystemTime};

use serde::{Deserialize, Serialize};
use voice::SatelliteId;

use crate::household::Kind;
use crate::{Result, Store, time};

/// A timer as it is stored.
#[derive(Clone, PartialEq)]
pub struct StoredTimer {
    /// Its number; 0 for one that is not stored yet.
    pub id: i64,
    /// Where it was set.
    pub satellite: SatelliteId,
    /// What it is called, if it is.
    pub name: Option<String>,
    /// When it rings.
    pub due: SystemTime,
    /// How long it was set for.
    pub total: Duration,
    /// What is left, while it is paused.
    pub paused_left: Option<Duration>,
    /// Whether it rings.
    pub ringing: bool,
}

/// The same without its number; times and spans are milliseconds.
#[derive(Serialize, Deserialize)]
pub(crate) struct Kept {
    /// None noted is the local one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub satellite: Option<String>,
    pub name: Option<String>,
    pub due_ms: i64,
    pub total_ms: i64,
    pub paused_left_ms: Option<i64>,
    pub ringing: bool,
}

/// The satellite of that name; the local one where none is noted.
pub(crate) fn satellite(name: Option<&str>) -> SatelliteId {
    name.map_or_else(SatelliteId::local, SatelliteId::new)
}

/// The name of a satellite as it is stored: nothing for the local one.
pub(crate) fn noted(satellite: &SatelliteId) -> Option<String> {
    (!satellite.is_local()).then(|| satellite.as_str().to_owned())
}

fn millis(span: Duration) -> i64 {
    i64::try_from(span.as_millis()).unwrap_or(i64::MAX)
}

fn span(millis: i64) -> Duration {
    Duration::from_millis(millis.max(0).unsigned_abs())
}

impl Store {
    /// All timers, in the order in which they were set.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn timers(&self) -> Result<Vec<StoredTimer>> {
        let all: Vec<(i64, Kept)> = self.household.all(Kind::Timer).await?;
        let timer = |(id, kept): (i64, Kept)| StoredTimer {
            id,
            satellite: satellite(kept.satellite.as_deref()),
            name: kept.name,
            due: time::from_ms(kept.due_ms),
            total: span(kept.total_ms),
            paused_left: kept.paused_left_ms.map(span),
            ringing: kept.ringing,
        };
        Ok(all.into_iter().map(timer).collect())
    }

    /// Writes a timer and returns its number.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn save_timer(&self, timer: &StoredTimer) -> Result<i64> {
        let kept = Kept {
            satellite: noted(&timer.satellite),
            name: timer.name.clone(),
            due_ms: time::to_ms(timer.due),
            total_ms: millis(timer.total),
            paused_left_ms: timer.paused_left.map(millis),
            ringing: timer.ringing,
        };
        let id = (timer.id != 0).then_some(timer.id);
        self.household.put(Kind::Timer, id, &kept).await
    }

    /// Removes a timer, if it is there.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn remove_timer(&self, id: i64) -> Result<()> {
        self.household.remove(Kind::Timer, &[id]).await
    }
}
