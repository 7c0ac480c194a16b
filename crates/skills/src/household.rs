//! The data of the household: timers, agenda and lists, and the books behind them.

use std::sync::Arc;

use crate::{
    Agenda, Book, Entry, Home, ListBook, MemoryBook, MemoryLists, NamedLists, Timer, Timers,
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
}
