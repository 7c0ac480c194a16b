//! A timer as it is kept.

use std::time::{Duration, SystemTime};

use serde::{Deserialize, Serialize};
use voice::{SatelliteId, Speech};

use crate::Numbered;
use crate::storage::fields;
use crate::time::duration;

/// A timer, as it is kept. Its name is the household's, so it has no `Debug`.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Timer {
    /// Its number; 0 until it is kept.
    #[serde(skip)]
    pub id: i64,
    /// Where it was set, and rings.
    #[serde(with = "fields::satellite", default, skip_serializing_if = "SatelliteId::is_local")]
    pub satellite: SatelliteId,
    /// What it is called, if it is: `pizza`.
    pub name: Option<String>,
    /// When it rings; means nothing while it is paused.
    #[serde(rename = "due_ms", with = "fields::moment")]
    pub due: SystemTime,
    /// How long it was set for, with what was added later.
    #[serde(rename = "total_ms", with = "fields::length")]
    pub total: Duration,
    /// What is left, while it is paused.
    #[serde(rename = "paused_left_ms", with = "fields::optional_length", default)]
    pub paused_left: Option<Duration>,
    /// Whether it rings.
    pub ringing: bool,
    /// Whether its name waits for a passphrase.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub locked: bool,
}

impl Numbered for Timer {
    fn id(&self) -> i64 {
        self.id
    }

    fn numbered(self, id: i64) -> Self {
        Self { id, ..self }
    }
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

    /// `5 minute timer with 3 minutes left`.
    pub(crate) fn spoken_with_left(&self, left: Duration) -> Speech {
        let left = duration::spoken(left);
        Speech::of("hark.timer.with_left").with("timer", self.spoken()).with("left", left)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_of_versions_before_are_read_and_written_as_they_stand() {
        for row in [
            r#"{"name":"pizza","due_ms":1795000000000,"total_ms":600000,"paused_left_ms":null,"ringing":false}"#,
            r#"{"satellite":"bedroom","name":null,"due_ms":1795000000000,"total_ms":600000,"paused_left_ms":60000,"ringing":true}"#,
        ] {
            let timer: Timer = serde_json::from_str(row).expect("it can be read");
            assert_eq!(timer.due, SystemTime::UNIX_EPOCH + Duration::from_secs(1_795_000_000));
            assert_eq!(timer.total, Duration::from_secs(600));
            assert_eq!(timer.satellite.is_local(), !timer.ringing);
            assert_eq!(timer.paused_left.is_some(), timer.ringing);
            assert_eq!(serde_json::to_string(&timer).expect("it can be written"), row);
        }
    }
}
