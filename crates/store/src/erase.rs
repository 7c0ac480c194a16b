//! Secure deletion: nobody can bring back what was deleted.

use std::time::{Instant, SystemTime};

use voice::{RecordId, SatelliteId};

use crate::error::finished;
use crate::root::give_back;
use crate::vault::{Seat, Vault};
use crate::{Error, Filter, Result, Store};

/// What to delete.
#[derive(Clone)]
pub enum Selection {
    /// These turns.
    Ids(Vec<RecordId>),
    /// What a filter finds.
    Filter(Filter),
    /// The latest turn of a satellite.
    LatestOf(SatelliteId),
    /// The whole history.
    All,
}

impl Store {
    /// Deletes turns with their clips and returns how many went, after they are gone for ever: the
    /// root that their keys hung from is overwritten. They are not shown from the first moment on,
    /// even if this fails.
    ///
    /// # Errors
    /// [`crate::Error::Erase`] when the old root could not be overwritten, and others when the disk
    /// fails: it is tried again by the next deletion, sweep or start.
    pub async fn delete(&self, what: &Selection, now: SystemTime) -> Result<u64> {
        let gone = if matches!(what, Selection::All) {
            self.delete_all(now).await?
        } else {
            self.delete_some(what, now).await?
        };
        self.give_back().await;
        Ok(gone)
    }

    /// Where what is overwritten may be written elsewhere, the device is told at least that nobody needs the old
    /// blocks, and that is waited for.
    async fn give_back(&self) {
        if self.doubts().is_empty() {
            return;
        }
        let folder = self.folder().to_owned();
        // Whether it did makes no difference to what is promised.
        let _ = tokio::task::spawn_blocking(move || give_back(&folder)).await;
    }

    async fn delete_some(&self, what: &Selection, now: SystemTime) -> Result<u64> {
        let mut vault = self.vault().await?;
        let before = vault.generation();
        let (gone, parts) = {
            let mut index = self.write_index();
            let now = self.at(now);
            let ids: Vec<RecordId> = match what {
                Selection::Ids(ids) => {
                    ids.iter().filter(|id| index.get(**id).is_some()).copied().collect()
                }
                Selection::Filter(filter) => {
                    index.find(filter, &now).map(|((_, id), _)| id).collect()
                }
                Selection::LatestOf(satellite) => {
                    index.latest(satellite, &now).into_iter().collect()
                }
                Selection::All => index.ids().collect(),
            };
            let parts: Vec<_> = ids.iter().flat_map(|id| index.take(*id)).collect();
            (ids.len() as u64, parts)
        };
        vault.remove(&parts).await?;
        self.receive(&vault, parts.len() as u64, before, now).await;
        Ok(gone)
    }

    async fn delete_all(&self, now: SystemTime) -> Result<u64> {
        // What was said and waits to be written must not come after it.
        *self.cleared() = Some(Instant::now());
        let mut vault = match self.vault().await {
            Err(Error::Locked) => {
                // It goes on even if nobody waits for it any more, because half of it cannot be taken
                // back.
                let store = self.clone();
                let cleared = tokio::spawn(async move { store.delete_locked(now).await });
                return finished("delete the history", cleared).await?;
            }
            vault => vault?,
        };
        let before = vault.generation();
        let (gone, parts) = {
            let mut index = self.write_index();
            let gone = index.find(&Filter::default(), &self.at(now)).count() as u64;
            let parts = index.len_of_parts();
            index.clear();
            (gone, parts)
        };
        vault.clear().await?;
        self.receive(&vault, parts, before, now).await;
        Ok(gone)
    }

    /// Deletes a history that nobody can read. How much it was nobody knows.
    async fn delete_locked(&self, now: SystemTime) -> Result<u64> {
        let mut seat = self.vault.lock().await;
        let Seat::Locked(locked) = &mut *seat else { return Ok(0) };
        let before = locked.generation();
        let vault = locked.clear().await?;
        self.receive(&vault, 0, before, now).await;
        *seat = Seat::Open(Box::new(vault));
        // Lists and names stay as they are, and locked.
        self.household.unguard_nothing().await?;
        self.say_lock(&seat).await;
        Ok(0)
    }

    /// Writes a receipt, if something was erased since that root.
    pub(crate) async fn receive(&self, vault: &Vault, parts: u64, before: u32, now: SystemTime) {
        let after = vault.generation();
        if before == after {
            return;
        }
        self.erasures.send_modify(|count| *count += 1);
        match vault.ring_hash().await {
            Ok(ring) => self.write_receipt(parts, (before, after), ring, now).await,
            Err(error) => {
                let error = &error as &dyn std::error::Error;
                tracing::warn!(error, "failed to read the ring; a deletion has no receipt");
            }
        }
    }
}
