//! Alarms, reminders and later commands, so that they survive a restart.

use std::time::SystemTime;

use serde::{Deserialize, Serialize};
use voice::{PrivateText, SatelliteId};

use crate::household::Kind;
use crate::timers::{noted, satellite};
use crate::{Result, Store, time};

/// An entry of the agenda as it is stored.
#[derive(Clone, PartialEq)]
pub struct StoredEntry {
    /// Its number; 0 for one that is not stored yet.
    pub id: i64,
    /// Where it was ordered.
    pub satellite: SatelliteId,
    /// Whether it was ordered by somebody who was known, who typed it.
    pub known: bool,
    /// What happens: `alarm`, `reminder`, `job`.
    pub kind: String,
    /// When, as text that the agenda understands.
    pub rule: String,
    /// What it is called.
    pub label: Option<PrivateText>,
    /// What it does, as text that the agenda understands.
    pub steps: PrivateText,
    /// When it is due next.
    pub next: Option<SystemTime>,
    /// When it rings again after it was snoozed.
    pub snoozed: Option<SystemTime>,
    /// When it was due for which it rings now.
    pub ringing: Option<SystemTime>,
    /// When it was due without anybody hearing of it yet.
    pub missed: Option<SystemTime>,
}

/// The same without its number; times are Unix milliseconds.
#[derive(Serialize, Deserialize)]
pub(crate) struct Kept {
    /// None noted is the local one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub satellite: Option<String>,
    #[serde(default)]
    pub known: bool,
    pub kind: String,
    pub rule: String,
    pub label: Option<String>,
    pub steps: String,
    pub next_ms: Option<i64>,
    pub snoozed_ms: Option<i64>,
    pub ringing_ms: Option<i64>,
    pub missed_ms: Option<i64>,
}

impl Store {
    /// All entries, in the order in which they were made.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn agenda(&self) -> Result<Vec<StoredEntry>> {
        let all: Vec<(i64, Kept)> = self.household.all(Kind::Entry).await?;
        let entry = |(id, kept): (i64, Kept)| StoredEntry {
            id,
            satellite: satellite(kept.satellite.as_deref()),
            known: kept.known,
            kind: kept.kind,
            rule: kept.rule,
            label: kept.label.map(PrivateText::from),
            steps: kept.steps.into(),
            next: kept.next_ms.map(time::from_ms),
            snoozed: kept.snoozed_ms.map(time::from_ms),
            ringing: kept.ringing_ms.map(time::from_ms),
            missed: kept.missed_ms.map(time::from_ms),
        };
        Ok(all.into_iter().map(entry).collect())
    }

    /// Writes an entry and returns its number.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn save_entry(&self, entry: &StoredEntry) -> Result<i64> {
        let kept = Kept {
            satellite: noted(&entry.satellite),
            known: entry.known,
            kind: entry.kind.clone(),
            rule: entry.rule.clone(),
            label: entry.label.as_ref().map(|label| label.expose().to_owned()),
            steps: entry.steps.expose().to_owned(),
            next_ms: entry.next.map(time::to_ms),
            snoozed_ms: entry.snoozed.map(time::to_ms),
            ringing_ms: entry.ringing.map(time::to_ms),
            missed_ms: entry.missed.map(time::to_ms),
        };
        let id = (entry.id != 0).then_some(entry.id);
        self.household.put(Kind::Entry, id, &kept).await
    }

    /// Removes an entry, if it is there.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn remove_entry(&self, id: i64) -> Result<()> {
        self.household.remove(Kind::Entry, &[id]).await
    }
}
