//! Timers: kept, and rung when they are due.

mod meant;
mod skill;
mod timer;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use voice::{Reply, Result, SatelliteId, Speech, TimerView};

pub(crate) use meant::TimerMatch;
pub use timer::Timer;

use crate::Book;
use crate::time::duration::spoken;
use crate::time::step::{Earlier, Step};

/// A timer that nobody stops falls silent after this time.
pub const RING_FOR: Duration = Duration::from_secs(15 * 60);

/// The timers of the household. They are kept in a [`Book`], so that they outlive the
/// program; what rings is decided from the time that is passed in.
pub struct Timers {
    book: Arc<dyn Book<Timer>>,
    running: Mutex<Vec<Timer>>,
    earlier: Earlier,
    /// Timers that were announced since the program started, and when they were due.
    announced: Mutex<HashMap<i64, SystemTime>>,
    /// Held from the reading to the end of the write, so that no act builds on what another is
    /// about to change.
    acts: tokio::sync::Mutex<()>,
}

/// How far a timer is, for what waits for its end.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Progress {
    /// It runs, or is paused.
    Running,
    /// It ended then, whether or not it still rings.
    Ended(SystemTime),
    /// It was cancelled.
    Gone,
}

impl Timers {
    /// Takes up the timers in the book.
    ///
    /// # Errors
    /// When the book cannot be read.
    pub async fn new(book: Arc<dyn Book<Timer>>) -> Result<Self> {
        let running = book.load().await?;
        let earlier = Earlier::new(running.iter().map(|timer| timer.id));
        let (running, acts) = (Mutex::new(running), tokio::sync::Mutex::default());
        Ok(Self { book, running, earlier, announced: Mutex::default(), acts })
    }

    /// The passphrase was given: takes up the names that waited for it.
    ///
    /// # Errors
    /// When the book cannot be read.
    pub async fn unlocked(&self) -> Result<()> {
        let _act = self.acts.lock().await;
        let kept = self.book.load().await?;
        for timer in self.lock().iter_mut().filter(|timer| timer.locked) {
            if let Some(kept) = kept.iter().find(|kept| kept.id == timer.id && !kept.locked) {
                (timer.name, timer.locked) = (kept.name.clone(), false);
            }
        }
        Ok(())
    }

    /// When [`Timers::due`] has something to do next; in the past when it is late already. Ask
    /// again after each command and each stop.
    pub fn next_due(&self) -> Option<SystemTime> {
        let announced = self.announced.lock().unwrap_or_else(PoisonError::into_inner);
        let timers = self.lock();
        let due = timers.iter().filter(|timer| timer.paused_left.is_none()).map(|timer| {
            let silent = timer.ringing && announced.contains_key(&timer.id);
            if silent { timer.due + RING_FOR } else { timer.due }
        });
        due.min()
    }

    /// Lets the timers ring that are due, and ends the ringing of those that nobody stopped. Each
    /// reply announces one timer, once in the run of the program, on the satellite where it was set.
    /// A timer that was due long before the program started is announced and does not ring.
    ///
    /// # Errors
    /// When the book cannot be written; the timers ring all the same.
    pub async fn due(&self, now: SystemTime) -> Result<Vec<(SatelliteId, Reply)>> {
        let _act = self.acts.lock().await;
        let mut due: Vec<_> = {
            let timers = self.lock();
            let due = timers.iter().filter(|t| t.paused_left.is_none() && t.due <= now);
            due.cloned().collect()
        };
        due.sort_by_key(|timer| timer.due);
        let mut replies = Vec::new();
        let mut kept = Ok(());
        for mut timer in due {
            let first = self.announce(&timer);
            let over = now.duration_since(timer.due).is_ok_and(|since| since >= RING_FOR);
            if first && !(over && timer.ringing) {
                let key = if over { "hark.timer.missed" } else { "hark.timer.done" };
                let reply = Reply::done(Speech::of(key).with("timer", timer.spoken()));
                replies.push((timer.satellite.clone(), reply));
            }
            let written = if over {
                // It goes even if the book fails, or it would be due for ever.
                self.lock().retain(|other| other.id != timer.id);
                self.book.remove(timer.id).await
            } else if timer.ringing {
                Ok(())
            } else {
                timer.ringing = true;
                self.put(timer.clone());
                self.book.save(&timer).await.map(drop)
            };
            kept = kept.and(written);
        }
        // An announcement must be heard even if it could not be written down.
        if replies.is_empty() { kept.map(|()| replies) } else { Ok(replies) }
    }

    /// Whether any timer rings.
    pub fn is_ringing(&self) -> bool {
        self.lock().iter().any(|timer| timer.ringing)
    }

    /// Whether any timer rings of which `is_here` says that it belongs there.
    pub fn rings(&self, is_here: impl Fn(&SatelliteId) -> bool) -> bool {
        self.lock().iter().any(|timer| timer.ringing && is_here(&timer.satellite))
    }

    /// Silences and removes the timers that ring, and returns how many there were.
    ///
    /// # Errors
    /// When the book cannot be written.
    pub async fn stop_ringing(&self) -> Result<usize> {
        let _act = self.acts.lock().await;
        let ringing: Vec<_> =
            self.lock().iter().filter(|timer| timer.ringing).map(|timer| timer.id).collect();
        for &id in &ringing {
            self.remove(id).await?;
        }
        Ok(ringing.len())
    }

    /// Lets what rings ring again after that time; `None` if nothing rings.
    pub(crate) async fn snooze(&self, length: Duration, now: SystemTime) -> Result<Option<Reply>> {
        let _act = self.acts.lock().await;
        let ringing = self.lock().iter().find(|timer| timer.ringing).cloned();
        let Some(mut timer) = ringing else { return Ok(None) };
        (timer.ringing, timer.due) = (false, now + length);
        let speech = Speech::of("HarkSnooze.timer").with("timer", timer.spoken());
        let speech = speech.with("length", spoken(length));
        self.save(timer).await?;
        Ok(Some(Reply::done(speech)))
    }

    /// The clock was set while the program ran: what is left of the timers that were reckoned by it stays.
    ///
    /// # Errors
    /// When the book cannot be written.
    pub async fn clock_moved(&self, step: Step) -> Result<()> {
        let _act = self.acts.lock().await;
        let timers = self.lock().clone();
        let moves = |timer: &Timer| {
            timer.paused_left.is_none() && self.earlier.moves(step, timer.id, timer.due)
        };
        for mut timer in timers.into_iter().filter(moves) {
            let by = Duration::from_secs(step.seconds.unsigned_abs());
            let moved = if step.seconds < 0 {
                timer.due.checked_sub(by)
            } else {
                timer.due.checked_add(by)
            };
            if let Some(due) = moved {
                timer.due = due;
                self.book.save(&timer).await?;
                self.put(timer);
            }
        }
        Ok(())
    }

    /// Lets a timer run for what is left of that length of time from now on, and returns it.
    pub(crate) async fn set_length(
        &self,
        id: i64,
        (left, length): (Duration, Duration),
        now: SystemTime,
    ) -> Result<Option<Timer>> {
        let _act = self.acts.lock().await;
        let timer = self.lock().iter().find(|timer| timer.id == id).cloned();
        let Some(mut timer) = timer else { return Ok(None) };
        (timer.total, timer.due, timer.ringing) = (length, now + left, false);
        timer.paused_left = timer.paused_left.map(|_| left);
        self.save(timer.clone()).await?;
        Ok(Some(timer))
    }

    /// Removes a timer and says whether there was one with that id.
    ///
    /// # Errors
    /// When the book cannot be written.
    pub async fn cancel(&self, id: i64) -> Result<bool> {
        let _act = self.acts.lock().await;
        let known = self.lock().iter().any(|timer| timer.id == id);
        if known {
            self.remove(id).await?;
        }
        Ok(known)
    }

    /// The timers as the page shows them, the next one first. Paused ones count from their pause.
    pub fn views(&self) -> Vec<TimerView> {
        let mut views: Vec<_> = self
            .lock()
            .iter()
            .map(|timer| TimerView {
                id: timer.id,
                name: timer.name.clone(),
                due: timer.due,
                ringing: timer.ringing,
            })
            .collect();
        views.sort_by_key(|view| view.due);
        views
    }

    /// How far the timer with that id is.
    pub(crate) fn progress(&self, id: i64) -> Progress {
        let announced = self.announced.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(due) = announced.get(&id) {
            return Progress::Ended(*due);
        }
        match self.lock().iter().find(|timer| timer.id == id) {
            Some(timer) if timer.ringing => Progress::Ended(timer.due),
            Some(_) => Progress::Running,
            None => Progress::Gone,
        }
    }

    /// `pasta timer`, if there is one with that id.
    pub(crate) fn spoken(&self, id: i64) -> Option<Speech> {
        self.lock().iter().find(|timer| timer.id == id).map(Timer::spoken)
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Timer>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether this is the first announcement of that timer.
    fn announce(&self, timer: &Timer) -> bool {
        let mut announced = self.announced.lock().unwrap_or_else(PoisonError::into_inner);
        announced.insert(timer.id, timer.due).is_none()
    }

    fn put(&self, timer: Timer) {
        let mut timers = self.lock();
        timers.retain(|before| before.id != timer.id);
        timers.push(timer);
    }

    async fn save(&self, mut timer: Timer) -> Result<i64> {
        let id = self.book.save(&timer).await?;
        timer.id = id;
        self.earlier.remove(id);
        self.announced.lock().unwrap_or_else(PoisonError::into_inner).remove(&timer.id);
        self.put(timer);
        Ok(id)
    }

    async fn remove(&self, id: i64) -> Result<()> {
        self.book.remove(id).await?;
        self.lock().retain(|timer| timer.id != id);
        Ok(())
    }
}
