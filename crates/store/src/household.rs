//! The data of the household: settings, timers, lists, alarms, receipts. It does not expire, holds no
//! way back to what was said, and has a root of its own: losing the one of the history does not lose it.
//!
//! ```text
//! root     a slot as that of the history, on the card; drawn anew whenever something is taken away
//! └─ ring  three keys, sealed under the root
//!    ├─ lasting   settings and receipts
//!    ├─ due       when timers, alarms and reminders are due: known also while the rest is locked
//!    └─ words     lists, names and texts of timers and reminders, what is planned, voices; sealed once more under
//!                 the passphrase, if there is one
//! ```
//!
//! What is taken away goes like history: a new root, in one transaction the rows that stay under new keys and the
//! ring under the new root, then the old root is overwritten ([`seat`]).

pub(crate) mod fuzz;
mod held;
mod open;
mod plain;
mod ring;
mod rows;
mod seat;
mod voice;

use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::sync::{Mutex, MutexGuard};
use zeroize::Zeroizing;

use self::ring::Zone;
use self::seat::Seat;
pub(crate) use self::voice::Voice;
use crate::root::Doubts;
use crate::statements::Statements;
use crate::vault::Factor;
use crate::vault::seal::{padded, unpadded};
use crate::{Error, Result};

/// What there is of the household's; the numbers stand in the database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// All settings by their names, in one.
    Settings = 0,
    /// When a timer is due, and how long it was.
    Timer = 1,
    List = 2,
    /// Something on a list.
    Item = 3,
    /// When an alarm, a reminder or a later command is due, and where.
    Entry = 4,
    Receipt = 5,
    /// The name of a timer, under its number.
    TimerWords = 6,
    /// The label and the steps of an entry, under its number.
    EntryWords = 7,
    /// The templates of a voice that was enrolled.
    Voice = 8,
}

impl Kind {
    const ALL: [Self; 9] = [
        Self::Settings,
        Self::Timer,
        Self::List,
        Self::Item,
        Self::Entry,
        Self::Receipt,
        Self::TimerWords,
        Self::EntryWords,
        Self::Voice,
    ];

    fn of(number: i64) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| *kind as i64 == number)
    }

    fn zone(self) -> Zone {
        match self {
            Self::Settings | Self::Receipt => Zone::Lasting,
            Self::Timer | Self::Entry => Zone::Due,
            Self::List | Self::Item | Self::TimerWords | Self::EntryWords | Self::Voice => {
                Zone::Words
            }
        }
    }
}

/// The database and its keys.
pub(crate) struct Household {
    seat: Mutex<Seat>,
    doubts: Doubts,
}

/// Changes that are made together or not at all. Nobody else reads or changes anything meanwhile.
pub(crate) struct Change<'h> {
    seat: MutexGuard<'h, Seat>,
    operations: Vec<Operation>,
    /// Statements besides, which go first.
    statements: Statements,
}

/// What happens to a thing.
pub(super) struct Operation {
    pub kind: Kind,
    pub id: i64,
    /// What it is from now on; none if it is taken away.
    pub plain: Option<Zeroizing<Vec<u8>>>,
}

impl Household {
    /// All things of a kind with their numbers, in the order in which they were made.
    ///
    /// # Errors
    /// [`Error::Locked`] for words that wait for their passphrase.
    pub async fn all<T: DeserializeOwned>(&self, kind: Kind) -> Result<Vec<(i64, T)>> {
        self.seat.lock().await.all(kind).await
    }

    /// The oldest thing of a kind, and the newest.
    pub async fn ends<T: DeserializeOwned>(&self, kind: Kind) -> Result<[Option<(i64, T)>; 2]> {
        self.seat.lock().await.ends(kind).await
    }

    /// Writes a thing, under a new number if it has none, and returns that.
    pub async fn put<T: Serialize>(&self, kind: Kind, id: Option<i64>, thing: &T) -> Result<i64> {
        let mut change = self.begin().await;
        let id = change.put(kind, id, thing).await?;
        change.commit().await?;
        Ok(id)
    }

    /// Removes things, all of them or none. Those that are not there do not matter.
    pub async fn remove(&self, kind: Kind, ids: &[i64]) -> Result<()> {
        let mut change = self.begin().await;
        for id in ids {
            change.remove(kind, *id);
        }
        change.commit().await
    }

    pub async fn begin(&self) -> Change<'_> {
        Change {
            seat: self.seat.lock().await,
            operations: Vec::new(),
            statements: Statements::default(),
        }
    }

    /// What speaks against relying on it that what was taken away is gone.
    pub fn doubts(&self) -> Doubts {
        self.doubts.clone()
    }

    /// Whether the words wait for their passphrase.
    pub async fn is_locked(&self) -> bool {
        self.seat.lock().await.ring.is_locked()
    }

    /// The salts of the passphrases that open the words; none if there is no passphrase.
    pub async fn salts(&self) -> Vec<[u8; 16]> {
        self.seat.lock().await.ring.salts()
    }

    /// Opens the words, and writes what was set while they were locked; says whether this passphrase opens them.
    ///
    /// # Errors
    /// When it cannot be written: then they are open all the same.
    pub async fn unlock(&self, factor: &Factor) -> Result<bool> {
        self.seat.lock().await.unlock(factor).await
    }

    /// Lets these passphrases guard the words, each by itself; none leaves them unguarded.
    ///
    /// # Errors
    /// [`Error::Locked`] while they are locked, and when it cannot be written: then those before hold.
    pub async fn guard(&self, guards: Vec<Factor>) -> Result<()> {
        self.seat.lock().await.guard(guards).await
    }

    /// Forgets the passphrase if there are no words that it guards.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn unguard_nothing(&self) -> Result<()> {
        self.seat.lock().await.unguard_nothing().await
    }

    /// The keys of what is there now, for whoever checks that they are gone later, and bytes of the slot that
    /// the root stands in.
    pub async fn keys(&self) -> Result<seat::Keys> {
        self.seat.lock().await.keys()
    }

    pub async fn close(&self) {
        self.seat.lock().await.database.close().await;
    }
}

impl Change<'_> {
    /// As it was before this change.
    pub async fn all<T: DeserializeOwned>(&mut self, kind: Kind) -> Result<Vec<(i64, T)>> {
        self.seat.all(kind).await
    }

    pub async fn put<T: Serialize>(
        &mut self,
        kind: Kind,
        id: Option<i64>,
        thing: &T,
    ) -> Result<i64> {
        let plain = serde_json::to_vec(thing).map(Zeroizing::new);
        // The reason could quote the household's words, so it is not passed on.
        let wrong =
            |_| Error::Invalid("write that: it cannot be put into the form that is kept".into());
        self.put_bytes(kind, id, &plain.map_err(wrong)?).await
    }

    async fn put_bytes(&mut self, kind: Kind, id: Option<i64>, plain: &[u8]) -> Result<i64> {
        self.seat.ring.key(kind)?;
        let id = match id {
            Some(id) => id,
            None => self.next(kind).await?,
        };
        self.operations.push(Operation { kind, id, plain: Some(padded(plain)) });
        Ok(id)
    }

    pub fn remove(&mut self, kind: Kind, id: i64) {
        self.operations.push(Operation { kind, id, plain: None });
    }

    /// A number that nothing of this kind has.
    async fn next(&self, kind: Kind) -> Result<i64> {
        let ours = self.operations.iter().filter(|operation| operation.kind == kind);
        let ours = ours.map(|operation| operation.id).max().unwrap_or(0);
        Ok(self.seat.last(kind).await?.max(ours) + 1)
    }

    pub async fn commit(mut self) -> Result<()> {
        let (operations, statements) =
            (std::mem::take(&mut self.operations), std::mem::take(&mut self.statements));
        self.seat.apply(operations, statements).await
    }
}

/// What a thing is sealed with, so that none can be put in the place of another.
fn about(kind: Kind, id: i64) -> Vec<u8> {
    [b"hark household 1".as_slice(), &[kind as u8], &id.to_le_bytes()].concat()
}

fn read<T: DeserializeOwned>(padded: &[u8]) -> Option<T> {
    serde_json::from_slice(unpadded(padded)?).ok()
}
