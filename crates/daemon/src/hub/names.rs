//! Reload of names and sentences: prepares assistant and grammar while the speaker goes on with the
//! old ones.

use std::sync::Arc;

use anyhow::Context as _;
use assistant::{Assistant, Texts};
use home::House;
use stt::Preparer;
use tokio::sync::{mpsc, watch};
use voice::{Device, Lists, SatelliteId};

use crate::queues::{Renamed, ToHub};

/// Watches the names of the house, on a thread of its own: thousands of them take seconds.
pub(crate) struct Names<T> {
    /// Changes whenever the names may have.
    pub(crate) changed: watch::Receiver<T>,
    /// The names now.
    pub(crate) lists: Box<dyn Fn() -> Lists + Send>,
    /// The names that are known already, to the recogniser and to whoever hears.
    pub(crate) known: Lists,
    /// Other sentences, when somebody wrote some.
    pub(crate) written: watch::Receiver<Option<Texts>>,
    pub(crate) satellite: SatelliteId,
    pub(crate) assistant: Arc<Assistant>,
    pub(crate) preparer: Preparer,
    pub(crate) hub: mpsc::Sender<ToHub>,
}

impl Names<Vec<Device>> {
    /// Watches a house whose names are in use already.
    pub(crate) fn of(
        house: &Arc<House>,
        assistant: &Arc<Assistant>,
        preparer: Preparer,
        hub: &mpsc::Sender<ToHub>,
        written: watch::Receiver<Option<Texts>>,
    ) -> Self {
        let watched = Arc::clone(house);
        Self {
            changed: house.subscribe(),
            lists: Box::new(move || watched.lists()),
            known: house.lists(),
            written,
            satellite: SatelliteId::local(),
            assistant: Arc::clone(assistant),
            preparer,
            hub: hub.clone(),
        }
    }
}

impl<T> Names<T> {
    /// Runs until the names cannot change any more or the hub is gone.
    pub(crate) async fn run(mut self) {
        let mut watching = true;
        loop {
            let rewritten = tokio::select! {
                changed = self.changed.changed() => {
                    if changed.is_err() {
                        return;
                    }
                    false
                }
                changed = self.written.changed(), if watching => {
                    // Nobody watches a folder that is not configured.
                    watching = changed.is_ok();
                    watching
                }
                () = self.hub.closed() => return,
            };
            // Most changes are those of a lamp that is on now.
            let lists = (self.lists)();
            if lists == self.known && !rewritten {
                continue;
            }
            self.known = lists.clone();
            let texts = if rewritten { self.written.borrow().clone() } else { None };
            match self.prepare(&lists, texts) {
                Ok(renamed) => {
                    if self.hub.send(ToHub::Renamed(renamed)).await.is_err() {
                        return;
                    }
                }
                Err(error) => tracing::warn!("{error:#}; keeping the old names"),
            }
        }
    }

    fn prepare(&mut self, lists: &Lists, texts: Option<Texts>) -> anyhow::Result<Renamed> {
        let assistant = self.assistant.with_lists(lists.clone(), texts);
        let assistant = Arc::new(assistant.context("failed to use the new names")?);
        let shadowed = assistant.shadowed(lists);
        let prepared = Box::new(self.preparer.prepare(assistant.graph()));
        self.assistant = Arc::clone(&assistant);
        Ok(Renamed { satellite: self.satellite.clone(), assistant, prepared, shadowed })
    }
}

#[cfg(test)]
mod tests;
