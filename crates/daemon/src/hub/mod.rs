//! The hub: what the speaker has once, however many satellites it has.

pub(crate) mod background;
pub(crate) mod books;
mod driver;
mod due;
pub(crate) mod names;
pub(crate) mod recorder;
mod requests;
pub(crate) mod wall;

use std::sync::Arc;

use anyhow::Context as _;
use assistant::Rules;
use home::House;
use skills::{Books, Household};
use store::{Store, Switch};
use tokio::sync::{broadcast, mpsc, watch};
use voice::{Event, SatelliteId, SatelliteStatus, Shadowed, Status, Turn, TurnIds};

pub(crate) use driver::{Driver, Handle};

use crate::Config;
use crate::error::warn_of;
use crate::queues::{EVENTS, RecorderEntry};

/// What all satellites share. None of them waits for another here, and the hub waits for none.
pub(crate) struct Hub {
    pub(crate) house: Arc<House>,
    /// Timers, agenda and lists.
    pub(crate) household: Household,
    /// History and settings; nothing is kept without it.
    pub(crate) store: Option<Store>,
    pub(crate) recorder: mpsc::Sender<RecorderEntry>,
    pub(crate) events: broadcast::Sender<Event>,
    pub(crate) status: watch::Sender<Status>,
    pub(crate) turn_ids: TurnIds,
    /// What the household allows now.
    pub(crate) rules: watch::Sender<Rules>,
    /// The voices that the wake word is heard with.
    pub(crate) voices: watch::Sender<wake::Voices>,
    /// Changes whenever timers, agenda or lists may have.
    pub(crate) household_changed: watch::Sender<()>,
    /// Sees every turn, in place of the history, for whoever runs recordings.
    pub(crate) turns: Option<mpsc::Sender<Turn>>,
    /// Counts the turns that are over.
    pub(crate) ended: watch::Sender<usize>,
}

impl Hub {
    /// Sets up the house and what the household keeps.
    ///
    /// # Errors
    /// When one of them cannot be read.
    pub(crate) async fn open(
        config: &Config,
        store: Option<Store>,
        books: Books,
        recorder: mpsc::Sender<RecorderEntry>,
        (turns, ended): (Option<mpsc::Sender<Turn>>, watch::Sender<usize>),
    ) -> anyhow::Result<Self> {
        let house = Arc::new(home::House::new(&config.home).context("failed to read the house")?);
        let household = Household::open(books, crate::home_of(config)).await;
        let household = household.context("failed to read what the household keeps")?;
        let guests = store.as_ref().is_some_and(|store| store.settings().borrow().switches.guests);
        let rules = Rules { guests, doors_by_voice: config.doors_by_voice };
        let devices = house.subscribe().borrow().clone();
        Ok(Self {
            house,
            household,
            store,
            recorder,
            events: broadcast::Sender::new(EVENTS),
            status: watch::Sender::new(Status { devices, ..Status::default() }),
            turn_ids: TurnIds::default(),
            rules: watch::Sender::new(rules),
            voices: watch::Sender::new(config.wake.voices.clone()),
            household_changed: watch::Sender::new(()),
            turns,
            ended,
        })
    }

    /// Lets whoever watches know.
    pub(crate) fn report(&self, event: Event) {
        if let Event::Phase { satellite, phase } = &event {
            self.show(satellite, |status| status.phase = *phase);
            tracing::debug!(?satellite, phase = phase.as_str());
        }
        if let Event::TurnEnded { .. } = &event {
            self.ended.send_modify(|count| *count += 1);
        }
        // Nobody may be watching, which is no failure.
        let _ = self.events.send(event);
    }

    /// Shows which names are also commands, and warns of them in the log.
    pub(crate) fn show_shadowed(&self, shadowed: Vec<Shadowed>) {
        for Shadowed { id, name, command } in &shadowed {
            tracing::warn!("\"{command}\" is a command and does not mean {id}, called \"{name}\"");
        }
        self.status.send_modify(|status| status.shadowed = shadowed);
    }

    /// Shows something else of a satellite.
    pub(crate) fn show(&self, satellite: &SatelliteId, set: impl FnOnce(&mut SatelliteStatus)) {
        self.status.send_modify(|status| set(status.of(satellite)));
    }

    /// Whether what the wall clock says is believed.
    pub(crate) fn believes_the_clock(&self) -> bool {
        let trusted = || crate::clock::source() != store::clock::Source::Unsure;
        self.store.as_ref().map_or_else(trusted, Store::time_is_known)
    }

    /// Whether something rings at that satellite. What belongs to one that is away rings at the local
    /// one.
    pub(crate) fn rings(&self, satellite: &SatelliteId) -> bool {
        let present: Vec<_> =
            self.status.borrow().satellites.iter().map(|status| status.id.clone()).collect();
        let is_here = |noted: &SatelliteId| {
            noted == satellite || (satellite.is_local() && !present.contains(noted))
        };
        self.household.timers.rings(is_here) || self.household.agenda.rings(is_here)
    }

    /// Guests come or go, for all satellites.
    pub(crate) fn set_guests(&self, guests: bool) {
        self.rules.send_if_modified(|rules| std::mem::replace(&mut rules.guests, guests) != guests);
    }

    /// Turns a setting on or off that is the household's. Without a store it holds until a restart.
    pub(crate) async fn switch(&self, switch: Switch, on: bool) {
        if switch == Switch::Guests {
            self.set_guests(on);
        }
        if let Some(store) = &self.store
            && let Err(error) = store.set_switch(switch, on).await
        {
            warn_of!(error, "failed to store a setting; it holds until a restart");
        }
        self.report(Event::SettingsChanged);
    }

    /// Waits until everything sent to the recorder before is written.
    pub(crate) async fn flush(&self) {
        recorder::flush(&self.recorder).await;
    }
}
