//! The hub's event loop: what is due, what pages and terminals ask, and what the satellites get of it.

use std::future::Future;
use std::sync::Arc;
use std::time::{Instant, SystemTime};

use skills::Step;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;
use voice::{Event, SatelliteId};

use super::Hub;
use super::wall::WallClock;
use crate::queues::{End, Order, Renamed, ToHub, ToSatellite, changed};

/// A satellite as the hub knows it.
pub(crate) struct Handle {
    pub(crate) id: SatelliteId,
    pub(crate) orders: ToSatellite,
    /// Names that did not fit into its queue.
    pub(crate) renamed: Option<Renamed>,
}

/// What one step of the loop found.
enum Next {
    Message(Option<ToHub>),
    Ended(anyhow::Result<End>),
    Due,
    House,
    Household,
    Settings,
    Erased,
    Lock,
    Voices,
    Shutdown,
}

pub(crate) struct Driver {
    pub(crate) hub: Arc<Hub>,
    pub(crate) inbox: mpsc::Receiver<ToHub>,
    pub(crate) satellites: Vec<Handle>,
    /// The loops of the satellites.
    pub(crate) running: JoinSet<anyhow::Result<End>>,
    pub(crate) house: watch::Receiver<Vec<voice::Device>>,
    /// Notices when somebody sets the clock.
    pub(crate) clock: WallClock,
}

impl Driver {
    /// A hub that shows what the household has.
    pub(crate) fn new(hub: Arc<Hub>, inbox: mpsc::Receiver<ToHub>) -> Self {
        let house = hub.house.subscribe();
        let (satellites, running) = (Vec::new(), JoinSet::new());
        let mut driver = Self { hub, inbox, satellites, running, house, clock: WallClock::new() };
        driver.show_house();
        driver.show_household();
        driver
    }

    /// Runs until `shutdown` ends, or until the source of the last satellite has ended and its last
    /// turn is over.
    ///
    /// # Errors
    /// When a worker died: the process cannot go on and whoever supervises it starts it again.
    pub(crate) async fn run(mut self, shutdown: impl Future<Output = ()>) -> anyhow::Result<End> {
        let end = self.drive(shutdown).await;
        // A satellite that gets no orders any more ends.
        self.satellites.clear();
        while let Some(ended) = self.running.join_next().await {
            if let Ok(Err(error)) = ended {
                return end.and(Err(error));
            }
        }
        end
    }

    async fn drive(&mut self, shutdown: impl Future<Output = ()>) -> anyhow::Result<End> {
        let mut shutdown = std::pin::pin!(shutdown);
        let mut settings = self.hub.store.as_ref().map(store::Store::settings);
        let mut erasures = self.hub.store.as_ref().map(store::Store::erasures);
        let mut lock = self.hub.store.as_ref().map(store::Store::lock);
        let mut voices = self.hub.store.as_ref().map(store::Store::voice_changes);
        let mut household = self.hub.household_changed.subscribe();
        self.announce().await;
        loop {
            self.pass_on_names();
            self.show_household();
            let due = self.next_due();
            let next = tokio::select! {
                biased;
                () = &mut shutdown => Next::Shutdown,
                // What was set or erased holds before anything that is asked afterwards.
                () = changed(&mut settings) => Next::Settings,
                () = changed(&mut erasures) => Next::Erased,
                () = changed(&mut lock) => Next::Lock,
                () = changed(&mut voices) => Next::Voices,
                Some(ended) = self.running.join_next() => {
                    Next::Ended(ended.unwrap_or_else(|error| Err(error.into())))
                }
                message = self.inbox.recv() => Next::Message(message),
                () = self.clock.at(due, || self.hub.believes_the_clock()) => Next::Due,
                Ok(()) = self.house.changed() => Next::House,
                Ok(()) = household.changed() => Next::Household,
            };
            match next {
                Next::Message(Some(ToHub::Request(request, answer))) => {
                    self.request(*request, answer).await;
                }
                Next::Message(Some(ToHub::Renamed(renamed))) => self.rename(renamed),
                Next::Message(Some(ToHub::WorkerDied(name))) => {
                    anyhow::bail!("the {name} thread died; see the log above and start hark again");
                }
                Next::Ended(ended) => {
                    ended?;
                    if self.running.is_empty() {
                        return Ok(End::Source);
                    }
                }
                Next::Message(None) | Next::Shutdown => return Ok(End::Shutdown),
                Next::Due => self.announce().await,
                Next::House => self.show_house(),
                Next::Household => {}
                Next::Erased => self.hub.report(Event::HistoryChanged),
                Next::Lock => self.unlocked().await,
                Next::Voices => {
                    if let Some(store) = &self.hub.store {
                        self.hub.voices.send_replace(crate::voices(store).await);
                    }
                }
                Next::Settings => {
                    if let Some(settings) = &mut settings {
                        let guests = settings.borrow_and_update().switches.guests;
                        self.hub.set_guests(guests);
                    }
                }
            }
        }
    }

    fn next_due(&self) -> Option<SystemTime> {
        let household = &self.hub.household;
        let due = [household.timers.next_due(), household.agenda.next_due()];
        due.into_iter().flatten().min()
    }

    /// The satellite with that id; where it is away, the local one.
    pub(super) fn satellite(&self, id: &SatelliteId) -> Option<&Handle> {
        let of = |id: &SatelliteId| self.satellites.iter().find(|handle| handle.id == *id);
        of(id).or_else(|| of(&SatelliteId::local()))
    }

    /// Gives an order without waiting; one that does not fit comes back. A satellite may wait for the
    /// hub, so the hub never waits for a satellite.
    pub(super) fn order(&self, id: &SatelliteId, order: Order) -> Result<(), Box<Order>> {
        let Some(handle) = self.satellite(id) else { return Err(Box::new(order)) };
        handle.orders.orders.try_send(order).map_err(|refused| Box::new(refused.into_inner()))
    }

    /// Other names are ready: each satellite takes them at its own rest.
    fn rename(&mut self, mut renamed: Renamed) {
        self.hub.show_shadowed(std::mem::take(&mut renamed.shadowed));
        for handle in &mut self.satellites {
            if handle.id == renamed.satellite {
                // Only the newest names count.
                handle.renamed = Some(renamed);
                return;
            }
        }
    }

    fn pass_on_names(&mut self) {
        for handle in &mut self.satellites {
            let Some(renamed) = handle.renamed.take() else { continue };
            if let Err(mpsc::error::TrySendError::Full(Order::Rename(renamed))) =
                handle.orders.orders.try_send(Order::Rename(renamed))
            {
                handle.renamed = Some(renamed);
            }
        }
    }

    /// By how much the clock was set since the last call.
    pub(super) fn clock_moved(&mut self, now: SystemTime) -> Option<Step> {
        let is_believed = self.hub.believes_the_clock();
        self.clock.moved(Instant::now(), now, is_believed)
    }
}
