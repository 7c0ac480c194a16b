//! What is there after a restart, and whether that is what was promised.

use std::collections::BTreeSet;
use std::time::SystemTime;

use anyhow::{Result, bail, ensure};
use store::{Filter, Keep, Store, Tier};

use crate::place::Place;
use crate::script::{DAYS, Op, State, look_at, retention};
use crate::turns;

/// What a store shows when it is opened.
#[derive(Debug)]
pub struct Seen {
    /// What it holds.
    pub state: State,
    /// What it says happened to it.
    pub notice: Option<String>,
}

/// Reads everything through the interface that the page uses.
///
/// # Errors
/// If something is there that was never recorded, or only a part of it.
pub async fn read(store: &Store, seed: u64) -> Result<State> {
    let page = store.list(&Filter::default(), None, u32::MAX, look_at())?;
    let mut state = State::default();
    for entry in &page.entries {
        let turn = turns::number(entry.at).unwrap_or(u32::MAX);
        let [text, reply, slot] = turns::words(seed, turn);
        let slots = entry.intent.iter().flat_map(|intent| &intent.slots);
        let slots: Vec<&str> = slots.map(|(_, value)| value.expose()).collect();
        let has_words = entry.engine.is_some();
        ensure!(
            !has_words
                || entry.text.expose() == text && entry.reply.expose() == reply && slots == [&slot],
            "turn {turn} is not as it was recorded"
        );
        let sound = match store.clip(entry.id, look_at()) {
            Some(clip) => match clip.read_all(look_at()).await {
                // What became of its file is told to whoever plays it; the words are there.
                Err(store::Error::Io { .. }) => None,
                read => read?,
            },
            None => None,
        };
        if let Some((sound, clip)) = sound.as_ref().zip(entry.clip.as_ref()) {
            let seconds = turns::clip_samples(turn) as f64 / 16_000.0;
            let whole = sound.starts_with(b"fLaC") && clip.seconds.to_bits() == seconds.to_bits();
            ensure!(whole, "turn {turn} has a sound of {} s", clip.seconds);
        }
        let turns = if has_words && sound.is_some() { &mut state.alive } else { &mut state.halves };
        ensure!(turns.insert(turn), "turn {turn} is there twice");
    }
    let settings = store.settings().borrow().clone();
    let days = [1, DAYS].into_iter().find(|days| settings.retention == retention(*days));
    state.days = days.unwrap_or_else(|| half_set(settings.retention.text));
    state.storing = settings.switches.storing;
    state.volume = settings.satellite(&voice::SatelliteId::local()).volume;
    let timers = store.things::<serde_json::Value>(store::Thing::Timer).await?;
    let names = timers.iter().filter_map(|(_, timer)| timer["name"].as_str());
    state.timers = names.map(str::to_owned).collect();
    Ok(state)
}

/// A number that no state has, for settings of which only a part was changed.
fn half_set(keep: Keep) -> u32 {
    match keep {
        Keep::None => 1000,
        Keep::For(span) => 1000 + (span.as_secs() / 86_400) as u32,
    }
}

/// Opens the store, as after a crash.
///
/// # Errors
/// If it does not open, shows what was never recorded, or leaves what should not be there.
pub async fn start(place: &Place, seed: u64) -> Result<Seen> {
    let store = place.open().await?;
    let notice = store.notice();
    let state = read(&store, seed).await;
    store.close().await;
    let state = state?;
    let roots = place.standing_roots()?;
    ensure!(place.tier == Tier::Memory || roots == 1, "{roots} roots stand");
    let strange = place.strange_files()?;
    ensure!(strange.is_empty(), "there is {strange:?}");
    Ok(Seen { state, notice })
}

/// Opens the store twice: what the first start repairs stays repaired.
///
/// # Errors
/// As [`start`], and if the second start differs.
pub async fn look(place: &Place, seed: u64) -> Result<Seen> {
    let seen = start(place, seed).await?;
    if place.tier != Tier::Memory {
        let Seen { state, notice } = start(place, seed).await?;
        ensure!(state == seen.state, "then {state:?}, before {:?}", seen.state);
        ensure!(notice.is_none(), "the second start says {notice:?}");
    }
    Ok(seen)
}

/// Which of the states that are allowed is there. Nothing is reported as lost that was not, and all
/// that hangs from a root in memory only is gone.
///
/// What was due at `now`, when the interrupted operation was asked for, may be left to the first
/// sweep: nobody is shown it before.
///
/// # Errors
/// As [`look`], and if it is none of them.
pub async fn judge(
    place: &Place,
    seed: u64,
    allowed: &[State],
    now: Option<SystemTime>,
) -> Result<usize> {
    let Seen { mut state, notice } = look(place, seed).await?;
    let position = |state: &State| {
        allowed.iter().position(|allowed| match place.tier {
            Tier::Memory => allowed.forgotten() == *state,
            Tier::Card | Tier::Chip => allowed == state,
        })
    };
    let mut found = position(&state);
    if let (None, Some(now)) = (found, now) {
        let store = place.open().await?;
        store.sweep(now).await?;
        state = read(&store, seed).await?;
        store.close().await;
        found = position(&state);
    }
    let Some(found) = found else {
        bail!("there is {state:?}, allowed is {allowed:?}; it says {notice:?}");
    };
    // Deleting all begins by giving the root up, and a start cannot tell that from a loss.
    let all_went = allowed.iter().any(|state| state.alive.is_empty());
    ensure!(notice.is_none() || all_went, "nothing is lost, and it says {notice:?}");
    Ok(found)
}

/// What was promised to somebody who had some errors for an answer.
pub struct Promised {
    /// What may be there after a restart.
    pub allowed: Vec<State>,
    /// What is shown before.
    pub shown: State,
    /// Turns whose deletion failed, or their insertion; the next deletion that succeeds takes them.
    owed: BTreeSet<u32>,
}

impl Promised {
    /// Nothing yet.
    pub fn new(base: State) -> Self {
        Self { allowed: vec![base.clone()], shown: base, owed: BTreeSet::new() }
    }

    /// Somebody asked for this, and it was done or not.
    pub fn follow(&mut self, op: &Op, answered: bool) {
        let after: Vec<State> = self.allowed.iter().map(|state| state.after(op)).collect();
        if answered {
            self.allowed = after;
        } else {
            self.allowed.extend(after);
        }
        let shown = self.shown.after(op);
        if let Op::Insert(turn) = op {
            if answered {
                self.shown = shown;
            } else {
                self.owed.insert(*turn);
            }
            return;
        }
        self.owed.extend(self.shown.alive.difference(&shown.alive));
        self.shown = shown;
        if answered {
            for state in &mut self.allowed {
                state.alive.retain(|turn| !self.owed.contains(turn));
            }
            self.owed.clear();
        }
    }
}
