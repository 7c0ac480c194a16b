//! Intent to reply: the clock, timers, the volume, the speaker itself, and what it remembers; and
//! the English sentences that lead to them and to the devices of the house.
//!
//! Nothing here reads a clock, a file or a database: the time comes with each request, timers are
//! kept behind [`TimerBook`], lists behind [`ListBook`] and the history behind [`Forget`].

use std::sync::atomic::AtomicU8;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use voice::{PrivateText, Skill};

mod agenda;
mod book;
mod clock;
mod dates;
mod duration;
mod items;
mod later;
mod list_book;
mod lists;
mod numbers;
mod privacy;
mod risk;
mod small;
mod speaker;
mod sums;
mod sun;
mod timer;
mod timers;
mod units;
mod volume;
mod words;

pub use agenda::{Agenda, AgendaBook, Due, EVERY_DAY, Entry, Home, Kind, MemoryAgenda, Rule};
pub use book::{MemoryTimers, TimerBook};
pub use clock::Clock;
pub use later::Later;
pub use list_book::{ListBook, ListItem, ListView, MemoryLists, NamedList};
pub use lists::NamedLists;
pub use privacy::{Forget, NoHistory, Privacy, Span};
pub use risk::{Risk, Target, risk};
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
    pub timers: Arc<dyn TimerBook>,
    /// Its alarms, reminders and later commands.
    pub agenda: Arc<dyn AgendaBook>,
    /// Its lists.
    pub lists: Arc<dyn ListBook>,
}

impl Books {
    /// Books that last as long as the program.
    pub fn in_memory() -> Self {
        Self {
            timers: Arc::new(MemoryTimers::default()),
            agenda: Arc::new(MemoryAgenda::default()),
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
    /// How loud the speaker is, 0…100, as whoever sets it last said.
    pub volume: Arc<AtomicU8>,
    /// What was answered last, in memory only, so that it can be said again.
    pub last: Arc<Mutex<PrivateText>>,
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
        let volume = Arc::new(AtomicU8::new(100));
        Ok(Self { timers, agenda, lists, volume, last: Arc::default() })
    }

    fn last(&self) -> MutexGuard<'_, PrivateText> {
        self.last.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Forgets what was answered last: what it was about has been erased.
    pub fn forget_last(&self) {
        *self.last() = PrivateText::default();
    }
}

/// All skills: ours and `others`, such as the house, whose replies can then be said again too.
pub fn all(
    household: &Household,
    history: Arc<dyn Forget>,
    others: Vec<Arc<dyn Skill>>,
) -> Vec<Arc<dyn Skill>> {
    let speaker = Arc::new(Speaker::new(household.clone()));
    let zone = &household.agenda.home().zone;
    let ours: Vec<Arc<dyn Skill>> = vec![
        Arc::new(Clock::new(zone.clone(), household.agenda.home().place)),
        Arc::new(Later),
        Arc::new(Privacy::new(history, zone.clone())),
        Arc::new(Small::new(fair())),
        Arc::new(Sums),
        Arc::clone(&household.lists) as _,
        Arc::clone(&household.agenda) as _,
        Arc::clone(&household.timers) as _,
        Arc::new(Volume::new(Arc::clone(&household.volume))),
    ];
    let answering = ours.into_iter().chain(others).map(|skill| speaker.remembering(skill));
    let mut all: Vec<_> = answering.collect();
    all.push(speaker);
    all
}

/// The English sentences, as pairs of file name and YAML text for `intent::Sentences::parse`.
pub fn sentences() -> &'static [(&'static str, &'static str)] {
    macro_rules! files {
        ($($name:literal),*) => {
            &[$((concat!("en/", $name), include_str!(concat!("../sentences/en/", $name)))),*]
        };
    }
    files!(
        "alarms.yaml",
        "common.yaml",
        "house.yaml",
        "later.yaml",
        "lists.yaml",
        "music.yaml",
        "places.yaml",
        "privacy.yaml",
        "routines.yaml",
        "small.yaml",
        "speaker.yaml",
        "sums.yaml",
        "talk.yaml",
        "time.yaml",
        "timers.yaml"
    )
}
