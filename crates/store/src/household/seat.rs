//! Whoever changes what the household has holds its seat: database, root and ring of keys.
//!
//! Something is taken away in these steps, of which a power cut leaves either all or nothing:
//!
//! 1. A new root is put into the free slot.
//! 2. In one transaction the rows go, those that stay are sealed under new keys, and the ring of these under the
//!    new root. A start after this finds the root that opens the ring.
//! 3. The old root is overwritten and read back. From here on nothing opens what was taken away.
//! 4. The log is cut: tidiness, for it is noise.
//!
//! Only then is anything answered. If step 2 fails, the ring on the card may hang from either root, and both stand
//! until it is known from which (`settle`).

use std::collections::HashMap;
use std::sync::PoisonError;

use serde::de::DeserializeOwned;
use zeroize::Zeroizing;

use super::held::Held;
use super::ring::{Ring, Words, Zone};
use super::rows::{by_root, of_household, put_ring, sealed_ring};
use super::{Kind, Operation, Voice, about, read};
use crate::database::Database;
use crate::root::{Root, Roots, Slot, give_back};
use crate::statements::Statements;
use crate::vault::Factor;
use crate::vault::seal::{Key, unpadded};
use crate::{Error, Result};

pub(super) struct Seat {
    pub database: Database,
    pub roots: Roots,
    pub slot: Slot,
    pub root: Root,
    pub ring: Ring,
    /// Whether an old root may still stand in the other slot, because erasing it failed.
    pub unerased: bool,
    /// Passphrases that may guard the words besides those of the ring, as long as it is not known whether they do.
    pub tried: Vec<Factor>,
    /// What was set while the words were locked.
    pub held: Held,
}

/// The keys of what is there, and what tells that the root of it stands somewhere.
pub(crate) struct Keys {
    pub telling: Vec<Zeroizing<Vec<u8>>>,
    pub root: Key,
    pub others: Vec<Key>,
}

impl Seat {
    pub async fn all<T: DeserializeOwned>(&self, kind: Kind) -> Result<Vec<(i64, T)>> {
        self.select(kind, "SELECT id, sealed FROM thing WHERE kind = ?1 ORDER BY id").await
    }

    pub async fn ends<T: DeserializeOwned>(&self, kind: Kind) -> Result<[Option<(i64, T)>; 2]> {
        let oldest = "SELECT id, sealed FROM thing WHERE kind = ?1 ORDER BY id LIMIT 1";
        let newest = "SELECT id, sealed FROM thing WHERE kind = ?1 ORDER BY id DESC LIMIT 1";
        let oldest = self.select(kind, oldest).await?.pop();
        Ok([oldest, self.select(kind, newest).await?.pop()])
    }

    /// The last number of a kind; 0 if there is nothing of it.
    pub async fn last(&self, kind: Kind) -> Result<i64> {
        let last = "SELECT COALESCE(MAX(id), 0) FROM thing WHERE kind = ?1";
        let last: i64 =
            sqlx::query_scalar(last).bind(kind as i64).fetch_one(&self.database.pool).await?;
        Ok(last.max(self.held.last(kind)))
    }

    pub async fn voices(&self) -> Result<Vec<(i64, Voice)>> {
        let all = "SELECT id, sealed FROM thing WHERE kind = ?1 ORDER BY id";
        self.select_by(Kind::Voice, all, |plain| Voice::from_bytes(unpadded(plain)?)).await
    }

    async fn select<T: DeserializeOwned>(
        &self,
        kind: Kind,
        which: &'static str,
    ) -> Result<Vec<(i64, T)>> {
        self.select_by(kind, which, read).await
    }

    async fn select_by<T>(
        &self,
        kind: Kind,
        which: &'static str,
        read: impl Fn(&[u8]) -> Option<T>,
    ) -> Result<Vec<(i64, T)>> {
        let key = self.ring.key(kind)?;
        let rows: Vec<(i64, Vec<u8>)> =
            sqlx::query_as(which).bind(kind as i64).fetch_all(&self.database.pool).await?;
        let there = rows.len();
        let opened = rows.into_iter().filter_map(|(id, sealed)| {
            let plain = key.open(&about(kind, id), &sealed)?;
            Some((id, read(&plain)?))
        });
        let opened: Vec<_> = opened.collect();
        if opened.len() < there {
            // They stay where they are; the rest is worth more than a start that fails.
            let damaged = there - opened.len();
            tracing::warn!(damaged, "some of the household's settings or lists are damaged");
        }
        Ok(opened)
    }

    /// Does all of it or nothing; draws the root anew if something is gone by it.
    pub async fn apply(&mut self, operations: Vec<Operation>, first: Statements) -> Result<()> {
        self.settle().await?;
        let (operations, gone) = self.of_consequence(operations).await?;
        match gone {
            Gone::Nothing if operations.is_empty() && first.is_empty() => Ok(()),
            Gone::Nothing => {
                let mut statements = first;
                for operation in &operations {
                    operation.perform(&self.ring, &mut statements)?;
                }
                if statements.is_single() {
                    self.database.write_one(&statements).await
                } else {
                    self.database.write(&statements).await
                }
            }
            Gone::Times => self.renew(operations, first, self.ring.renewed(false)).await,
            Gone::Words => self.renew(operations, first, self.ring.renewed(true)).await,
        }
    }

    /// Leaves out what changes nothing, and says what is gone by the rest.
    async fn of_consequence(&self, operations: Vec<Operation>) -> Result<(Vec<Operation>, Gone)> {
        let (mut left, mut gone) = (Vec::with_capacity(operations.len()), Gone::Nothing);
        for operation in operations {
            let Operation { kind, id, plain } = &operation;
            let zone = kind.zone();
            if zone == Zone::Due && plain.is_some() || zone == Zone::Lasting {
                left.push(operation);
                continue;
            }
            let there = "SELECT sealed FROM thing WHERE kind = ?1 AND id = ?2";
            let there: Option<Vec<u8>> = sqlx::query_scalar(there)
                .bind(*kind as i64)
                .bind(id)
                .fetch_optional(&self.database.pool)
                .await?;
            let stays = match (&there, plain) {
                (None, None) => continue,
                (None, Some(_)) => true,
                (Some(_), None) => false,
                (Some(there), Some(plain)) => {
                    let before = self.ring.key(*kind)?.open(&about(*kind, *id), there);
                    if before.is_some_and(|before| before == *plain) {
                        continue;
                    }
                    false
                }
            };
            if !stays {
                gone = gone.max(if zone == Zone::Words { Gone::Words } else { Gone::Times });
            }
            left.push(operation);
        }
        Ok((left, gone))
    }

    /// Draws a new root, lets everything that stays hang from it by the keys of that ring, and erases the old one.
    async fn renew(
        &mut self,
        operations: Vec<Operation>,
        first: Statements,
        ring: std::io::Result<Ring>,
    ) -> Result<()> {
        let ring = ring.map_err(Error::Random)?;
        self.finish_erasing()?;
        let mut statements = first;
        let touched: HashMap<(i64, i64), &Operation> =
            operations.iter().map(|it| ((it.kind as i64, it.id), it)).collect();
        let rows: Vec<(i64, i64, Vec<u8>)> = sqlx::query_as("SELECT kind, id, sealed FROM thing")
            .fetch_all(&self.database.pool)
            .await?;
        for (number, id, sealed) in rows {
            let Some(kind) = Kind::of(number).filter(|kind| kind.zone() != Zone::Lasting) else {
                continue;
            };
            if touched.contains_key(&(number, id)) {
                continue;
            }
            // What is locked stays under its key, and what is damaged cannot be sealed anew.
            let Ok(key) = self.ring.key(kind) else { continue };
            let Some(plain) = key.open(&about(kind, id), &sealed) else { continue };
            Operation { kind, id, plain: Some(plain) }.perform(&ring, &mut statements)?;
        }
        for operation in &operations {
            operation.perform(&ring, &mut statements)?;
        }
        let free = self.slot.other();
        self.unerased = true;
        let root = self.roots.write(free, self.root.generation.wrapping_add(1), None)?;
        put_ring(&ring, &root, &mut statements)?;
        if let Err(error) = self.database.write_for_certain(&statements).await {
            // If it is sure that the ring still hangs from the old root, the new one is of no use. If it
            // cannot be erased now, the next change or start does.
            if !self.database.torn {
                let _ = self.finish_erasing();
            }
            return Err(error);
        }
        (self.slot, self.root, self.ring) = (free, root, ring);
        self.finish_erasing()?;
        self.database.cut_log().await?;
        self.database.renew_reserve();
        self.give_back().await;
        Ok(())
    }

    /// Where what is overwritten may be written elsewhere, the device is told that nobody needs the old blocks.
    async fn give_back(&self) {
        let is_certain =
            self.roots.doubts().lock().unwrap_or_else(PoisonError::into_inner).is_empty();
        if !is_certain {
            let folder = self.database.folder().to_owned();
            // Whether it did makes no difference to what is promised.
            let _ = tokio::task::spawn_blocking(move || give_back(&folder)).await;
        }
    }

    /// Lets everything hang from a new root.
    pub async fn renew_all(&mut self) -> Result<()> {
        self.renew(Vec::new(), Statements::default(), self.ring.renewed(false)).await
    }

    /// Erases the slot that is not in use, if something may stand in it.
    pub fn finish_erasing(&mut self) -> Result<()> {
        if self.unerased {
            self.roots.erase(self.slot.other())?;
            self.unerased = false;
        }
        Ok(())
    }

    /// Goes by what is on the card, if something went wrong with the last transaction.
    async fn settle(&mut self) -> Result<()> {
        if !self.database.torn {
            return Ok(());
        }
        self.database.settle().await?;
        let sealed = sealed_ring(&self.database.pool).await?.ok_or(Error::Torn)?;
        let (slot, root, mut ring) = by_root(&self.roots, &sealed)?.ok_or(Error::Torn)?;
        let known = match &self.ring.words {
            Words::Open { guards, .. } => guards.as_slice(),
            Words::Locked { .. } => &[],
        };
        for factor in known.iter().chain(&self.tried) {
            ring.unlock(factor);
        }
        self.tried.clear();
        (self.slot, self.root, self.ring) = (slot, root, ring);
        self.unerased = true;
        self.database.torn = false;
        Ok(())
    }

    pub async fn unlock(&mut self, factor: &Factor) -> Result<bool> {
        self.settle().await?;
        let Some(renew) = self.ring.unlock(factor) else { return Ok(false) };
        let operations = self.held.operations()?;
        if renew {
            self.renew(operations, Statements::default(), self.ring.renewed(false)).await?;
        } else {
            self.apply(operations, Statements::default()).await?;
        }
        self.held.clear();
        Ok(true)
    }

    pub async fn guard(&mut self, guards: Vec<Factor>) -> Result<()> {
        self.settle().await?;
        if self.ring.is_locked() {
            return Err(Error::Locked);
        }
        self.tried.clone_from(&guards);
        let ring = self.ring.renewed(false).map(|mut ring| {
            if let Words::Open { guards: before, .. } = &mut ring.words {
                *before = guards;
            }
            ring
        });
        self.renew(Vec::new(), Statements::default(), ring).await?;
        self.tried.clear();
        Ok(())
    }

    pub async fn unguard_nothing(&mut self) -> Result<()> {
        self.settle().await?;
        let kinds: Vec<i64> = sqlx::query_scalar("SELECT DISTINCT kind FROM thing")
            .fetch_all(&self.database.pool)
            .await?;
        let are_there = kinds.into_iter().filter_map(Kind::of).any(|it| it.zone() == Zone::Words);
        if are_there || !self.held.is_empty() || !self.ring.is_locked() {
            return Ok(());
        }
        let ring = Ring::new().map(|new| Ring { lasting: self.ring.lasting.clone(), ..new });
        self.renew(Vec::new(), Statements::default(), ring).await
    }

    pub fn keys(&self) -> Result<Keys> {
        let mut others = vec![self.ring.due.clone()];
        if let Words::Open { key, .. } = &self.ring.words {
            others.push(key.clone());
        }
        let telling = self.roots.telling(self.slot)?;
        Ok(Keys { telling, root: of_household(&self.root), others })
    }
}

/// What is gone by a change.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Gone {
    Nothing,
    Times,
    Words,
}
