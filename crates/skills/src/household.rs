//! The data of the household: timers, agenda and lists, and the books behind them.

use std::sync::Arc;
use std::time::SystemTime;

use crate::{
    Agenda, Book, Due, Entry, Home, ListBook, MemoryBook, MemoryLists, NamedLists, Timer, Timers,
};

/// Where the household's own data is kept.
pub struct Books {
    /// Its timers.
    pub timers: Arc<dyn Book<Timer>>,
    /// Its alarms, reminders and scheduled actions.
    pub agenda: Arc<dyn Book<Entry>>,
    /// Its lists.
    pub lists: Arc<dyn ListBook>,
}

impl Books {
    /// Books that last as long as the program.
    pub fn in_memory() -> Self {
        Self {
            timers: Arc::new(MemoryBook::default()),
            agenda: Arc::new(MemoryBook::default()),
            lists: Arc::new(MemoryLists::default()),
        }
    }
}

/// What the speaker keeps for the household.
#[derive(Clone)]
pub struct Household {
    /// Its timers.
    pub timers: Arc<Timers>,
    /// Its alarms, reminders and scheduled actions.
    pub agenda: Arc<Agenda>,
    /// Its lists.
    pub lists: Arc<NamedLists>,
}

impl Household {
    /// Takes up what is in the books.
    ///
    /// # Errors
    /// When one of them cannot be read.
    pub async fn open(books: Books, home: Home) -> voice::Result<Self> {
        let timers = Arc::new(Timers::new(books.timers).await?);
        let agenda = Arc::new(Agenda::new(books.agenda, home, Arc::clone(&timers)).await?);
        let lists = Arc::new(NamedLists::new(books.lists).await?);
        Ok(Self { timers, agenda, lists })
    }

    /// The passphrase was given: takes up what waited for it, and returns what is to be told of what was due
    /// meanwhile.
    ///
    /// # Errors
    /// When a book cannot be read or written.
    pub async fn unlocked(&self, now: SystemTime) -> voice::Result<Vec<Due>> {
        self.timers.unlocked().await?;
        self.lists.unlocked().await?;
        self.agenda.unlocked(now).await
    }
}
