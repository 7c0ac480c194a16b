//! Timers and agenda: when they are due stands apart from their words, so that they ring while the words are
//! locked. What is set meanwhile is held in memory until it can be sealed.

use serde_json::{Map, Value};
use zeroize::Zeroizing;

use super::{Household, Kind, Operation};
use crate::things::{LOCKED, Thing};
use crate::vault::seal::padded;
use crate::{Error, Result};

type Fields = Map<String, Value>;

/// What was set while the words were locked.
#[derive(Default)]
pub(super) struct Held(Vec<HeldThing>);

struct HeldThing {
    thing: Thing,
    id: i64,
    fields: Fields,
}

impl Held {
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn clear(&mut self) {
        self.0.clear();
    }

    /// The last number of a kind.
    pub fn last(&self, kind: Kind) -> i64 {
        let of_kind = self.0.iter().filter(|held| held.thing.kinds().contains(&kind));
        of_kind.map(|held| held.id).max().unwrap_or(0)
    }

    fn put(&mut self, thing: Thing, id: i64, fields: Fields) {
        self.remove(thing, &[id]);
        self.0.push(HeldThing { thing, id, fields });
    }

    fn remove(&mut self, thing: Thing, ids: &[i64]) {
        self.0.retain(|held| held.thing != thing || !ids.contains(&held.id));
    }

    fn has(&self, thing: Thing, id: i64) -> bool {
        self.0.iter().any(|held| held.thing == thing && held.id == id)
    }

    fn all(&self, thing: Thing) -> impl Iterator<Item = (i64, Fields)> {
        let of_kind = self.0.iter().filter(move |held| held.thing == thing);
        of_kind.map(|held| (held.id, held.fields.clone()))
    }

    /// What writes it, now that it can be sealed.
    pub fn operations(&self) -> Result<Vec<Operation>> {
        let mut operations = Vec::with_capacity(2 * self.0.len());
        for HeldThing { thing, id, fields } in &self.0 {
            let [due, words] = thing.kinds();
            let (when, what) = thing.split(fields.clone());
            for (kind, fields) in [(due, when), (words, what)] {
                let plain = serde_json::to_vec(&fields).map(Zeroizing::new);
                let wrong = |_| Error::Invalid("write what was set while it was locked".to_owned());
                let plain = Some(padded(&plain.map_err(wrong)?));
                operations.push(Operation { kind, id: *id, plain });
            }
        }
        Ok(operations)
    }
}

impl Household {
    /// All things of a kind with their numbers, in the order in which they were made; marked where their words
    /// are locked.
    pub async fn things(&self, thing: Thing) -> Result<Vec<(i64, Fields)>> {
        let seat = self.seat.lock().await;
        let [due, words] = thing.kinds();
        let mut all: Vec<(i64, Fields)> = seat.all(due).await?;
        if seat.ring.is_locked() {
            for (_, fields) in &mut all {
                fields.insert(LOCKED.to_owned(), true.into());
            }
        } else {
            let mut words: std::collections::HashMap<i64, Fields> =
                seat.all(words).await?.into_iter().collect();
            for (id, fields) in &mut all {
                fields.extend(words.remove(id).unwrap_or_default());
            }
        }
        all.extend(seat.held.all(thing));
        Ok(all)
    }

    /// Writes a thing, under a new number if it has none, and returns that. While the words are locked a new one is
    /// held in memory, and of one that was there only when it is due is written.
    pub async fn put_thing(&self, thing: Thing, id: i64, fields: Fields) -> Result<i64> {
        let mut change = self.begin().await;
        let is_marked = fields.get(LOCKED).is_some_and(|locked| *locked == Value::Bool(true));
        let is_held = change.seat.held.has(thing, id);
        if is_held || change.seat.ring.is_locked() && !is_marked {
            let [due, _] = thing.kinds();
            let id = if id == 0 { change.seat.last(due).await? + 1 } else { id };
            change.seat.held.put(thing, id, fields);
            return Ok(id);
        }
        let id = change.put_fields(thing, (id != 0).then_some(id), fields, !is_marked).await?;
        change.commit().await?;
        Ok(id)
    }

    /// Removes things, all of them or none; those that are not there do not matter.
    pub async fn remove_things(&self, thing: Thing, ids: &[i64]) -> Result<()> {
        let mut change = self.begin().await;
        for id in ids {
            for kind in thing.kinds() {
                change.remove(kind, *id);
            }
        }
        change.seat.held.remove(thing, ids);
        change.commit().await
    }
}

impl super::Change<'_> {
    /// Writes the two halves of a thing.
    pub async fn put_fields(
        &mut self,
        thing: Thing,
        id: Option<i64>,
        fields: Fields,
        with_words: bool,
    ) -> Result<i64> {
        let [due, words] = thing.kinds();
        let (when, what) = thing.split(fields);
        let id = self.put(due, id, &when).await?;
        if with_words {
            self.put(words, Some(id), &what).await?;
        }
        Ok(id)
    }
}
