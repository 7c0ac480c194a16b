//! A conversation: what one satellite owes to the turns before.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use voice::{PrivateText, SatelliteId, Speech};

use crate::{Dialogue, Rules, SecondOpinion};

/// What was asked, "it", "undo", what was heard and said last: in memory only, and of one satellite.
pub struct Conversation {
    satellite: SatelliteId,
    /// Id of the area in which the satellite stands.
    area: Option<String>,
    memory: Mutex<Memory>,
}

#[derive(Default)]
pub(crate) struct Memory {
    dialogue: Dialogue,
    pub(crate) heard: PrivateText,
    last: Vec<Speech>,
}

/// What holds at the moment of a request.
#[derive(Clone, Copy)]
pub struct Moment<'a> {
    /// The wall-clock time.
    pub now: SystemTime,
    /// What the household allows.
    pub rules: Rules,
    /// How loud the satellite is, 0…100.
    pub volume: u8,
    /// Who can be asked what another recogniser heard.
    pub second: Option<&'a dyn SecondOpinion>,
}

impl Conversation {
    /// A conversation in which nothing was said yet; `area` is the id of the area in which the
    /// satellite stands.
    pub fn new(satellite: SatelliteId, area: Option<String>) -> Self {
        Self { satellite, area, memory: Mutex::default() }
    }

    /// Remembers what the satellite said unasked, so that it can be said again.
    pub fn said(&self, speech: &[Speech]) {
        if !speech.is_empty() {
            self.memory().last = speech.to_vec();
        }
    }

    /// Forgets what was heard and said last: it was erased, or belongs to guests who have gone.
    pub fn forget(&self) {
        let mut memory = self.memory();
        memory.heard = PrivateText::default();
        memory.last.clear();
    }

    pub(crate) fn area(&self) -> Option<&str> {
        self.area.as_deref()
    }

    pub(crate) fn satellite(&self) -> &SatelliteId {
        &self.satellite
    }

    /// What was heard and said last.
    pub(crate) fn before(&self) -> (PrivateText, Vec<Speech>) {
        let memory = self.memory();
        (memory.heard.clone(), memory.last.clone())
    }

    /// Reads or changes the dialogue. No lock is held while something is done.
    pub(crate) fn dialogue<T>(&self, work: impl FnOnce(&mut Dialogue) -> T) -> T {
        work(&mut self.memory().dialogue)
    }

    pub(crate) fn memory(&self) -> MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
