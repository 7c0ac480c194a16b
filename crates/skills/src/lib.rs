//! Skills: what the speaker can do by itself, from an intent to a reply.
//!
//! Nothing here reads a clock, a file or a database: the time comes with each request, timers are
//! kept behind a [`Book`] as the agenda is, lists behind [`ListBook`] and the history behind [`Forget`].
#![cfg_attr(not(test), deny(clippy::print_stdout, clippy::print_stderr))]

use std::sync::Arc;

use voice::Skill;

mod agenda;
mod chat;
mod household;
mod lists;
mod speaker;
mod storage;
mod sums;
mod time;
mod timers;

pub use agenda::{Agenda, Due, EVERY_DAY, Entry, Home, Kind, Rule};
pub use chat::{Cannot, Dice, Small, fair};
pub use household::{Books, Household};
pub use lists::{ListBook, ListItem, ListView, MemoryLists, NamedList, NamedLists};
pub use speaker::{Forget, NoHistory, Privacy, Retention, Span, Speaker, Volume};
pub use storage::{Book, MemoryBook, Numbered};
pub use sums::Sums;
pub use time::{Clock, Place, Step, sun};
pub use timers::{RING_FOR, Timer, Timers};

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
