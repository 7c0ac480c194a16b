//! The agenda: alarms, reminders and scheduled actions.

mod add;
mod awaiting;
mod cancel;
mod change;
mod due;
mod entry;
mod held;
mod recent;
mod rule;
mod skill;
pub(crate) mod when;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use jiff::{Timestamp, Zoned};
use voice::{Reply, Request, Result, SatelliteId};

pub use entry::{Entry, Kind};
pub use rule::{EVERY_DAY, Home, Rule};

use crate::time::step::{Earlier, Step, is_set};
use crate::{Book, RING_FOR, Timers};

/// What was due longer ago was missed: nobody wants to be woken by it now.
const LATE: Duration = RING_FOR;
/// What was missed is announced between these hours of the day.
const WAKING_HOURS: std::ops::Range<i8> = 7..22;
/// A clock that was ahead by more and was set back is believed, not what happened meanwhile.
const CLOCK_WAS_WRONG: Duration = Duration::from_secs(36 * 60 * 60);
/// More entries are a mistake, of an engine rather than of a person.
const MOST: usize = 500;

/// Something that is due.
pub enum Due {
    /// To be said on that satellite.
    Announce(SatelliteId, Reply),
    /// To be done.
    Act(Request),
}

/// The alarms, reminders and scheduled actions of the household. They are kept in a [`Book`];
/// what is due is decided from the time that is passed in.
pub struct Agenda {
    book: Arc<dyn Book<Entry>>,
    home: Home,
    timers: Arc<Timers>,
    entries: Mutex<Vec<Entry>>,
    earlier: Earlier,
    held: held::Held,
    newest: recent::Recent,
    /// Held from the reading to the end of the write, so that no act builds on what another is
    /// about to change. Whoever holds it may take the timers' lock, never the other way round.
    acts: tokio::sync::Mutex<()>,
}

impl Agenda {
    /// By which clock it lives.
    pub fn home(&self) -> &Home {
        &self.home
    }

    /// Takes up what is in the book.
    ///
    /// # Errors
    /// When the book cannot be read.
    pub async fn new(book: Arc<dyn Book<Entry>>, home: Home, timers: Arc<Timers>) -> Result<Self> {
        let entries = book.load().await?;
        let earlier = Earlier::new(entries.iter().map(|entry| entry.id));
        let (newest, acts) = (recent::Recent::default(), tokio::sync::Mutex::default());
        let (entries, held) = (Mutex::new(entries), held::Held::default());
        Ok(Self { book, home, timers, entries, earlier, held, newest, acts })
    }

    /// Whether an alarm rings.
    pub fn is_ringing(&self) -> bool {
        self.lock().iter().any(|entry| entry.ringing.is_some())
    }

    /// Whether an alarm rings of which `is_here` says that it belongs there.
    pub fn rings(&self, is_here: impl Fn(&SatelliteId) -> bool) -> bool {
        self.lock().iter().any(|entry| entry.ringing.is_some() && is_here(&entry.satellite))
    }

    /// Silences the alarms that ring and returns how many there were.
    ///
    /// # Errors
    /// When the book cannot be written.
    pub async fn stop_ringing(&self) -> Result<usize> {
        let _act = self.acts.lock().await;
        self.silence().await
    }

    async fn silence(&self) -> Result<usize> {
        let ringing: Vec<_> = {
            let entries = self.lock();
            entries.iter().filter(|entry| entry.ringing.is_some()).cloned().collect()
        };
        let count = ringing.len();
        for mut entry in ringing {
            entry.ringing = None;
            if entry.is_over() {
                self.remove(entry.id).await?;
            } else {
                self.save(entry).await?;
            }
        }
        Ok(count)
    }

    /// The clock was set while the program ran: what was to happen after a length of time still happens after
    /// that, if it was reckoned by that clock, and what a set clock says is past is still announced.
    ///
    /// # Errors
    /// When the book cannot be written.
    pub async fn clock_moved(&self, step: Step, now: SystemTime) -> Result<()> {
        let _act = self.acts.lock().await;
        let Step { seconds, .. } = step;
        let now = timestamp(now);
        self.held.step(step, now);
        let entries = self.lock().clone();
        for mut entry in entries {
            let before = entry.clone();
            if let Rule::After(at) = entry.rule {
                if self.earlier.moves(step, entry.id, at.into()) {
                    let moved = at.checked_add(jiff::SignedDuration::from_secs(seconds));
                    let moved = moved.unwrap_or(at);
                    entry.rule = Rule::After(moved);
                    entry.next = entry.next.map(|_| moved);
                }
            } else if let Some(next) = entry.next
                && seconds < 0
                && next > now
            {
                // A clock that was far ahead let pass what is now to come again.
                let wrong = jiff::SignedDuration::from_secs(-seconds);
                if wrong.unsigned_abs() >= CLOCK_WAS_WRONG {
                    entry.next = entry.rule.next(now, &self.home).or(Some(next));
                }
            }
            if entry != before {
                self.write(entry).await?;
            }
        }
        Ok(())
    }

    /// The entries of a kind, the next first.
    pub fn entries(&self, kind: Kind) -> Vec<Entry> {
        let entries = self.lock();
        let mut found: Vec<_> = entries.iter().filter(|e| e.kind == kind).cloned().collect();
        found.sort_by_key(|entry| {
            let next = entry.next.or(entry.snoozed).or(entry.ringing);
            (next.is_none(), next)
        });
        found
    }

    /// Removes an entry and says whether there was one with that id.
    ///
    /// # Errors
    /// When the book cannot be written.
    pub async fn cancel(&self, id: i64) -> Result<bool> {
        let _act = self.acts.lock().await;
        let known = self.lock().iter().any(|entry| entry.id == id);
        if known {
            self.remove(id).await?;
        }
        Ok(known)
    }

    /// Adds an entry that happens as its rule says and returns it; `None` if that is never.
    async fn add(&self, mut entry: Entry, now: &Zoned) -> Result<Option<Entry>> {
        entry.next = entry.rule.next(now.timestamp(), &self.home);
        let happens = entry.next.is_some() || matches!(entry.rule, Rule::Timer(_));
        if !happens || self.lock().len() >= MOST {
            return Ok(None);
        }
        entry.id = self.save(entry.clone()).await?;
        Ok(Some(entry))
    }

    async fn save(&self, entry: Entry) -> Result<i64> {
        let id = self.write(entry).await?;
        self.earlier.remove(id);
        Ok(id)
    }

    async fn write(&self, mut entry: Entry) -> Result<i64> {
        let id = self.book.save(&entry).await?;
        entry.id = id;
        let mut entries = self.lock();
        entries.retain(|before| before.id != id);
        entries.push(entry);
        Ok(id)
    }

    async fn remove(&self, id: i64) -> Result<()> {
        self.book.remove(id).await?;
        self.lock().retain(|entry| entry.id != id);
        Ok(())
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Entry>> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn timestamp(time: SystemTime) -> Timestamp {
    Timestamp::try_from(time).unwrap_or(Timestamp::MAX)
}

fn age(at: Timestamp, now: Timestamp) -> Duration {
    now.duration_since(at).unsigned_abs()
}
