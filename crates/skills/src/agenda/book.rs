//! Where the agenda is kept.

use std::sync::{Mutex, PoisonError};

use voice::{BoxFuture, Result};

use super::Entry;

/// Keeps the entries, so that they outlive the program.
pub trait AgendaBook: Send + Sync {
    /// All entries.
    ///
    /// # Errors
    /// When they cannot be read.
    fn load(&self) -> BoxFuture<'_, Result<Vec<Entry>>>;

    /// Writes an entry, a new one if its id is 0, and returns its id.
    ///
    /// # Errors
    /// When it cannot be written.
    fn save<'a>(&'a self, entry: &'a Entry) -> BoxFuture<'a, Result<i64>>;

    /// Removes the entry with that id, if there is one.
    ///
    /// # Errors
    /// When it cannot be removed.
    fn remove(&self, id: i64) -> BoxFuture<'_, Result<()>>;
}

/// Keeps entries as long as the program runs.
#[derive(Default)]
pub struct MemoryAgenda(Mutex<Vec<Entry>>);

impl AgendaBook for MemoryAgenda {
    fn load(&self) -> BoxFuture<'_, Result<Vec<Entry>>> {
        let entries = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        Box::pin(std::future::ready(Ok(entries)))
    }

    fn save<'a>(&'a self, entry: &'a Entry) -> BoxFuture<'a, Result<i64>> {
        let mut entries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut entry = entry.clone();
        if entry.id == 0 {
            entry.id = entries.iter().map(|entry| entry.id).max().unwrap_or(0) + 1;
        }
        let id = entry.id;
        entries.retain(|before| before.id != id);
        entries.push(entry);
        Box::pin(std::future::ready(Ok(id)))
    }

    fn remove(&self, id: i64) -> BoxFuture<'_, Result<()>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).retain(|entry| entry.id != id);
        Box::pin(std::future::ready(Ok(())))
    }
}
