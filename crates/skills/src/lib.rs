//! Intent to reply: the clock, timers, the volume, the speaker itself, and what it remembers; and
//! the English sentences that lead to them and to the devices of the house.
//!
//! Nothing here reads a clock, a file or a database: the time comes with each request, timers are
//! kept behind [`TimerBook`], lists behind [`ListBook`] and the history behind [`Forget`].

use std::sync::Arc;

use jiff::tz::TimeZone;
use voice::Skill;

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

/// All skills: ours and `others`, such as the house, whose replies can then be said again too.
/// `zone` and `place` are those of the household.
pub fn all(
    timers: Arc<Timers>,
    lists: Arc<NamedLists>,
    history: Arc<dyn Forget>,
    zone: TimeZone,
    place: Option<Place>,
    others: Vec<Arc<dyn Skill>>,
) -> Vec<Arc<dyn Skill>> {
    let speaker = Arc::new(Speaker::new(Arc::clone(&timers)));
    let ours: [Arc<dyn Skill>; 8] = [
        Arc::new(Clock::new(zone.clone(), place)),
        Arc::new(Later),
        lists,
        Arc::new(Privacy::new(history, zone)),
        Arc::new(Small::new(fair())),
        Arc::new(Sums),
        timers,
        Arc::new(Volume),
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
        "common.yaml",
        "house.yaml",
        "later.yaml",
        "lists.yaml",
        "places.yaml",
        "privacy.yaml",
        "small.yaml",
        "speaker.yaml",
        "sums.yaml",
        "time.yaml",
        "timers.yaml"
    )
}
