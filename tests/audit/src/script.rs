//! What is done to a store, as text, as a deed, and as what is to be there afterwards.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;
use std::time::{Duration, SystemTime};

use anyhow::{Context as _, Result, bail, ensure};
use serde_json::json;
use store::{Filter, Keep, Retention, Selection, Store, Switch, Thing};
use voice::SatelliteId;

use crate::turns;

const DAY: Duration = Duration::from_secs(24 * 3600);

/// How many days things are kept at first.
pub const DAYS: u32 = 7;

/// When it is looked at what there is: late enough for all turns, too early for anything to be due.
pub fn look_at() -> SystemTime {
    turns::noon() + Duration::from_secs(3600)
}

/// How long everything is kept.
pub fn retention(days: u32) -> Retention {
    let keep = Keep::For(DAY * days);
    Retention { audio: keep, text: keep, false_wakes: keep }
}

/// One thing that somebody asks of the store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Op {
    /// Records the turn with this number.
    Insert(u32),
    /// Deletes these turns by their ids.
    Delete(Vec<u32>),
    /// Deletes by a filter what began before this turn.
    DeleteBefore(u32),
    /// Deletes all.
    DeleteAll,
    /// Sweeps at a time when all before this turn is due.
    Sweep(u32),
    /// Keeps things for a day from now on, at a time when all before this turn is older.
    Shorten(u32),
    /// Turns recording on or off.
    Storing(bool),
    /// Sets the loudness.
    Volume(u8),
    /// Sets a timer with this number in its name.
    Timer(u32),
    /// Says how much memory the process has.
    Memory,
    /// Waits for a line from whoever started it.
    Wait,
}

impl fmt::Display for Op {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Insert(turn) => write!(f, "insert {turn}"),
            Self::Delete(which) => {
                f.write_str("delete")?;
                which.iter().try_for_each(|turn| write!(f, " {turn}"))
            }
            Self::DeleteBefore(turn) => write!(f, "delete-before {turn}"),
            Self::DeleteAll => f.write_str("delete-all"),
            Self::Sweep(turn) => write!(f, "sweep {turn}"),
            Self::Shorten(turn) => write!(f, "shorten {turn}"),
            Self::Storing(on) => write!(f, "storing {}", u8::from(*on)),
            Self::Volume(volume) => write!(f, "volume {volume}"),
            Self::Timer(number) => write!(f, "timer {number}"),
            Self::Memory => f.write_str("memory"),
            Self::Wait => f.write_str("wait"),
        }
    }
}

impl FromStr for Op {
    type Err = anyhow::Error;

    fn from_str(text: &str) -> Result<Self> {
        let mut words = text.split_whitespace();
        let name = words.next().context("an empty line")?;
        let numbers = words.map(str::parse).collect::<Result<Vec<u32>, _>>();
        let numbers = numbers.with_context(|| text.to_owned())?;
        let one = || numbers.first().copied().with_context(|| format!("{text}: which?"));
        Ok(match name {
            "insert" => Self::Insert(one()?),
            "delete" => Self::Delete(numbers),
            "delete-before" => Self::DeleteBefore(one()?),
            "delete-all" => Self::DeleteAll,
            "sweep" => Self::Sweep(one()?),
            "shorten" => Self::Shorten(one()?),
            "storing" => Self::Storing(one()? != 0),
            "volume" => Self::Volume(one()?.try_into()?),
            "timer" => Self::Timer(one()?),
            "memory" => Self::Memory,
            "wait" => Self::Wait,
            _ => bail!("nothing is called {name}"),
        })
    }
}

impl Op {
    /// Whether something goes by it, so that the log of the database is cut.
    pub fn deletes(&self) -> bool {
        matches!(
            self,
            Self::Delete(_)
                | Self::DeleteBefore(_)
                | Self::DeleteAll
                | Self::Sweep(_)
                | Self::Shorten(_)
        )
    }

    /// When it happens, if that is not when it is looked at what there is.
    pub fn time(&self) -> Option<SystemTime> {
        match self {
            Self::Sweep(turn) => Some(when_older(*turn, DAYS)),
            Self::Shorten(turn) => Some(when_older(*turn, 1)),
            _ => None,
        }
    }
}

/// Operations as one argument of a program.
pub fn write(ops: &[Op]) -> String {
    ops.iter().map(Op::to_string).collect::<Vec<_>>().join(",")
}

/// What [`write()`] made, or somebody by hand.
///
/// # Errors
/// If it is no script.
pub fn read(text: &str) -> Result<Vec<Op>> {
    text.split(',').map(str::parse).collect()
}

/// Inserts turns.
pub fn inserts(turns: std::ops::Range<u32>) -> Vec<Op> {
    turns.map(Op::Insert).collect()
}

/// When all turns before this one are older than so many days, and this one is not.
fn when_older(turn: u32, days: u32) -> SystemTime {
    turns::at(turn) + DAY * days - Duration::from_secs(30)
}

/// Does one of them.
///
/// # Errors
/// What the store says.
pub async fn perform(store: &Store, seed: u64, op: &Op) -> Result<()> {
    match op {
        Op::Insert(turn) => {
            let kept = store.record(&turns::turn(seed, *turn), turns::at(*turn), "hall").await?;
            ensure!(kept.is_some() == store.settings().borrow().switches.record(), "not as set");
        }
        Op::Delete(which) => {
            let mut ids = Vec::new();
            for turn in which {
                let filter = Filter {
                    since: Some(turns::at(*turn)),
                    until: Some(turns::at(turn + 1)),
                    ..Filter::default()
                };
                let page = store.list(&filter, None, 2, look_at())?;
                ids.extend(page.entries.iter().map(|entry| entry.id));
            }
            let gone = store.delete(&Selection::Ids(ids), look_at()).await?;
            ensure!(gone == which.len() as u64, "{gone} went");
        }
        Op::DeleteBefore(turn) => {
            let filter = Filter { until: Some(turns::at(*turn)), ..Filter::default() };
            store.delete(&Selection::Filter(filter), look_at()).await?;
        }
        Op::DeleteAll => {
            store.delete(&Selection::All, look_at()).await?;
        }
        Op::Sweep(_) => {
            store.sweep(op.time().context("no time")?).await?;
        }
        Op::Shorten(_) => {
            store.set_retention(retention(1), op.time().context("no time")?).await?;
        }
        Op::Storing(on) => store.set_switch(Switch::Storing, *on).await?,
        Op::Volume(volume) => store.set_volume(&SatelliteId::local(), *volume).await?,
        Op::Timer(number) => {
            let timer = json!({ "name": format!("timer {number}") });
            store.put_thing(Thing::Timer, 0, &timer).await?;
        }
        Op::Memory | Op::Wait => {}
    }
    Ok(())
}

/// What a store holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct State {
    /// Turns that can be read whole.
    pub alive: BTreeSet<u32>,
    /// Turns that have lost their words or their sound; damage does that, and nothing else.
    pub halves: BTreeSet<u32>,
    /// How many days things are kept.
    pub days: u32,
    /// Whether anything is recorded.
    pub storing: bool,
    /// The loudness.
    pub volume: u8,
    /// Names of timers.
    pub timers: Vec<String>,
}

impl Default for State {
    fn default() -> Self {
        let (alive, halves, timers) = (BTreeSet::new(), BTreeSet::new(), Vec::new());
        Self { alive, halves, days: DAYS, storing: true, volume: 70, timers }
    }
}

impl State {
    /// What it holds after that.
    #[must_use]
    pub fn after(&self, op: &Op) -> Self {
        let mut state = self.clone();
        match op {
            Op::Insert(turn) if state.storing => {
                state.alive.insert(*turn);
            }
            Op::Delete(which) => state.alive.retain(|turn| !which.contains(turn)),
            Op::DeleteBefore(first) | Op::Sweep(first) => {
                state.alive.retain(|turn| turn >= first);
            }
            Op::DeleteAll => state.alive.clear(),
            Op::Shorten(first) => {
                state.alive.retain(|turn| turn >= first);
                state.days = 1;
            }
            Op::Storing(on) => state.storing = *on,
            Op::Volume(volume) => state.volume = *volume,
            Op::Timer(number) => state.timers.push(format!("timer {number}")),
            Op::Insert(_) | Op::Memory | Op::Wait => {}
        }
        state
    }

    /// What it holds after each of them, and before the first.
    pub fn along(&self, ops: &[Op]) -> Vec<Self> {
        let mut states = vec![self.clone()];
        for op in ops {
            states.push(states[states.len() - 1].after(op));
        }
        states
    }

    /// The same without any turn.
    #[must_use]
    pub fn forgotten(&self) -> Self {
        Self { alive: BTreeSet::new(), ..self.clone() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_script_reads_as_it_is_written() {
        let text = "insert 1,delete 1 2,delete-before 3,delete-all,sweep 4,shorten 5,storing 0,\
                    volume 6,timer 7,memory,wait";
        let ops = read(text).expect("a script");
        assert_eq!(write(&ops), text);
        assert!(read("sing").is_err() && read("insert").is_err());
        let state = State::default().along(&ops).pop().expect("a state");
        assert!(state.alive.is_empty() && !state.storing);
        assert_eq!((state.volume, state.days, state.timers.len()), (6, 1, 1));
    }
}
