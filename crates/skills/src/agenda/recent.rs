//! What was set last, for what is said about it right after.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use voice::{Context, SatelliteId};

/// For so long "make it 8" is about what was set.
const RECENT: Duration = Duration::from_secs(5 * 60);

/// What was set or changed last.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Newest {
    /// The timer with that id.
    Timer(i64),
    /// The entry with that id.
    Entry(i64),
}

/// What was set last on each satellite, and when. It is kept in memory only.
#[derive(Default)]
pub(super) struct Recent(Mutex<HashMap<SatelliteId, (Newest, SystemTime)>>);

impl Recent {
    /// Remembers what was set.
    pub fn note(&self, context: &Context, newest: Newest) {
        let mut recent = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        recent.insert(context.satellite.clone(), (newest, context.now));
    }

    /// What was set there a moment ago.
    pub fn get(&self, context: &Context) -> Option<Newest> {
        let recent = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (newest, at) = recent.get(&context.satellite).copied()?;
        context.now.duration_since(at).is_ok_and(|passed| passed <= RECENT).then_some(newest)
    }
}
