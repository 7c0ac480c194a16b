//! Skills: what the speaker can do by itself, from an intent to a reply.
//!
//! Nothing here reads a clock, a file or a database: the time comes with each request, timers are
//! kept behind a [`Book`] as the agenda is, lists behind [`ListBook`] and the history behind [`Forget`].

use std::sync::Arc;

use voice::Skill;

mod agenda;
mod book;
mod cannot;
mod clock;
mod dates;
mod duration;
mod items;
mod list_book;
mod lists;
mod numbers;
mod privacy;
mod small;
mod speaker;
mod stored;
mod sums;
mod sun;
mod timer;
mod timers;
mod units;
mod volume;

pub use agenda::{Agenda, Due, EVERY_DAY, Entry, Home, Kind, Rule};
pub use book::{Book, MemoryBook, Numbered};
pub use cannot::Cannot;
pub use clock::Clock;
pub use list_book::{ListBook, ListItem, ListView, MemoryLists, NamedList};
pub use lists::NamedLists;
pub use privacy::{Forget, NoHistory, Privacy, Retention, Span};
pub use small::{Dice, Small, fair};
pub use speaker::Speaker;
pub use sums::Sums;
pub use sun::{Place, sun};
pub use timer::Timer;
pub use timers::{RING_FOR, Timers};
pub use volume::Volume;

/// Where the household's own data is kept.
pub struct Books {
    /// Its timers.
    pub timers: Arc<dyn Book<Timer>>,
    /// Its alarms, reminders and later commands.
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

/// What the household has told the speaker to remember.
#[derive(Clone)]
pub struct Household {
    /// Its timers.
    pub timers: Arc<Timers>,
    /// Its alarms, reminders and later commands.
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

/// What the speaker can do by itself.
pub fn all(household: &Household, history: Arc<dyn Forget>) -> Vec<Arc<dyn Skill>> {
    let zone = &household.agenda.home().zone;
    vec![
        Arc::new(Clock::new(zone.clone(), household.agenda.home().place)),
        Arc::new(Cannot),
        Arc::new(Privacy::new(history, zone.clone())),
        Arc::new(Small::new(fair())),
        Arc::new(Sums),
        Arc::clone(&household.lists) as _,
        Arc::clone(&household.agenda) as _,
        Arc::clone(&household.timers) as _,
        Arc::new(Speaker::new(household.clone())),
        Arc::new(Volume),
    ]
}
