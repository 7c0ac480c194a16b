//! Persistence of timers and agenda. What is in one only its owner knows: here
//! it is whatever serde makes of it.

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::household::Kind;
use crate::{Result, Store};

/// A kind of things of which the household has many.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Thing {
    /// A timer.
    Timer,
    /// An alarm, a reminder or a scheduled action.
    Entry,
}

impl From<Thing> for Kind {
    fn from(thing: Thing) -> Self {
        match thing {
            Thing::Timer => Self::Timer,
            Thing::Entry => Self::Entry,
        }
    }
}

impl Store {
    /// All things of a kind with their numbers, in the order in which they were made. One that is
    /// damaged, or in a form that `T` cannot read, is left out, and left alone.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn things<T: DeserializeOwned>(&self, kind: Thing) -> Result<Vec<(i64, T)>> {
        self.household.all(kind.into()).await
    }

    /// Writes a thing, a new one if its number is 0, and returns its number.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn put_thing<T: Serialize>(&self, kind: Thing, id: i64, thing: &T) -> Result<i64> {
        self.household.put(kind.into(), (id != 0).then_some(id), thing).await
    }

    /// Removes things, all of them or none; those that are not there do not matter.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn remove_things(&self, kind: Thing, ids: &[i64]) -> Result<()> {
        self.household.remove(kind.into(), ids).await
    }
}
