//! Persistence of timers and agenda. What is in one only its owner knows: here it is fields, of which some are
//! words and the others say when it is due.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::household::Kind;
use crate::{Error, Result, Store};

/// A kind of things of which the household has many.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Thing {
    /// A timer.
    Timer,
    /// An alarm, a reminder or a scheduled action.
    Entry,
}

/// The field that is true in a thing of which the words are locked.
pub(crate) const LOCKED: &str = "locked";

impl Thing {
    /// The kinds under which its two halves are kept: when it is due, and its words.
    pub(crate) fn kinds(self) -> [Kind; 2] {
        match self {
            Self::Timer => [Kind::Timer, Kind::TimerWords],
            Self::Entry => [Kind::Entry, Kind::EntryWords],
        }
    }

    /// The fields that are words.
    fn words(self) -> &'static [&'static str] {
        match self {
            Self::Timer => &["name"],
            Self::Entry => &["label", "steps"],
        }
    }

    /// Its two halves.
    pub(crate) fn split(
        self,
        fields: Map<String, Value>,
    ) -> (Map<String, Value>, Map<String, Value>) {
        let known = fields.into_iter().filter(|(name, _)| name != LOCKED);
        known.partition(|(name, _)| !self.words().contains(&&**name))
    }
}

impl Store {
    /// All things of a kind with their numbers, in the order in which they were made. One that is
    /// damaged, or in a form that `T` cannot read, is left out, and left alone. While the words are locked, things
    /// come without the fields that are words and with a field `locked` that is true.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn things<T: DeserializeOwned>(&self, kind: Thing) -> Result<Vec<(i64, T)>> {
        let things = self.household.things(kind).await?;
        let there = things.len();
        let read: Vec<_> = things
            .into_iter()
            .filter_map(|(id, fields)| Some((id, serde_json::from_value(fields.into()).ok()?)))
            .collect();
        if read.len() < there {
            let damaged = there - read.len();
            tracing::warn!(damaged, "some of the household's timers or alarms are damaged");
        }
        Ok(read)
    }

    /// Writes a thing, a new one if its number is 0, and returns its number. While the words are locked a new one
    /// stays in memory until they are not; of one with a field `locked` that is true the words stay as they are.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn put_thing<T: Serialize>(&self, kind: Thing, id: i64, thing: &T) -> Result<i64> {
        let Ok(Value::Object(fields)) = serde_json::to_value(thing) else {
            // The reason could quote the household's words, so it is not passed on.
            let why = "write that: it cannot be put into the form that is kept";
            return Err(Error::Invalid(why.to_owned()));
        };
        self.household.put_thing(kind, id, fields).await
    }

    /// Removes things, all of them or none; those that are not there do not matter.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn remove_things(&self, kind: Thing, ids: &[i64]) -> Result<()> {
        self.household.remove_things(kind, ids).await
    }
}
