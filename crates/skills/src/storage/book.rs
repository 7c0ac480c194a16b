//! Books: where timers and the agenda are kept, so that they outlive the program.

use std::sync::{Mutex, PoisonError};

use voice::{BoxFuture, Result};

/// A thing with a number by which a book knows it.
pub trait Numbered: Clone + Send + Sync {
    /// Its number; 0 until it is kept.
    fn id(&self) -> i64;

    /// The same under that number.
    #[must_use]
    fn numbered(self, id: i64) -> Self;
}

/// Keeps things of a kind.
pub trait Book<T>: Send + Sync {
    /// All of them.
    ///
    /// # Errors
    /// When they cannot be read.
    fn load(&self) -> BoxFuture<'_, Result<Vec<T>>>;

    /// Writes a thing, a new one if its number is 0, and returns its number.
    ///
    /// # Errors
    /// When it cannot be written.
    fn save<'a>(&'a self, thing: &'a T) -> BoxFuture<'a, Result<i64>>;

    /// Removes the thing with that number, if there is one.
    ///
    /// # Errors
    /// When it cannot be removed.
    fn remove(&self, id: i64) -> BoxFuture<'_, Result<()>>;
}

/// Keeps things as long as the program runs.
pub struct MemoryBook<T>(Mutex<Vec<T>>);

impl<T> Default for MemoryBook<T> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<T: Numbered> Book<T> for MemoryBook<T> {
    fn load(&self) -> BoxFuture<'_, Result<Vec<T>>> {
        let things = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        Box::pin(std::future::ready(Ok(things)))
    }

    fn save<'a>(&'a self, thing: &'a T) -> BoxFuture<'a, Result<i64>> {
        let mut things = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let id = match thing.id() {
            0 => things.iter().map(Numbered::id).max().unwrap_or(0) + 1,
            id => id,
        };
        things.retain(|before| before.id() != id);
        things.push(thing.clone().numbered(id));
        Box::pin(std::future::ready(Ok(id)))
    }

    fn remove(&self, id: i64) -> BoxFuture<'_, Result<()>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).retain(|thing| thing.id() != id);
        Box::pin(std::future::ready(Ok(())))
    }
}
