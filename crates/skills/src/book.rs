//! Where timers are kept, so that they outlive the program.

use std::sync::{Mutex, PoisonError};

use voice::{BoxFuture, Result};

use crate::Timer;

/// Keeps timers.
pub trait TimerBook: Send + Sync {
    /// All timers.
    ///
    /// # Errors
    /// When they cannot be read.
    fn load(&self) -> BoxFuture<'_, Result<Vec<Timer>>>;

    /// Writes a timer, a new one if its id is 0, and returns its id.
    ///
    /// # Errors
    /// When it cannot be written.
    fn save<'a>(&'a self, timer: &'a Timer) -> BoxFuture<'a, Result<i64>>;

    /// Removes the timer with that id, if there is one.
    ///
    /// # Errors
    /// When it cannot be removed.
    fn remove(&self, id: i64) -> BoxFuture<'_, Result<()>>;
}

/// Keeps timers as long as the program runs.
#[derive(Default)]
pub struct MemoryTimers(Mutex<Vec<Timer>>);

impl TimerBook for MemoryTimers {
    fn load(&self) -> BoxFuture<'_, Result<Vec<Timer>>> {
        let timers = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        Box::pin(std::future::ready(Ok(timers)))
    }

    fn save<'a>(&'a self, timer: &'a Timer) -> BoxFuture<'a, Result<i64>> {
        let mut timers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut timer = timer.clone();
        if timer.id == 0 {
            timer.id = timers.iter().map(|timer| timer.id).max().unwrap_or(0) + 1;
        }
        let id = timer.id;
        timers.retain(|before| before.id != id);
        timers.push(timer);
        Box::pin(std::future::ready(Ok(id)))
    }

    fn remove(&self, id: i64) -> BoxFuture<'_, Result<()>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).retain(|timer| timer.id != id);
        Box::pin(std::future::ready(Ok(())))
    }
}
