//! The index: the decrypted history in memory, as it is shown and searched. Nothing of it is on the disk
//! in the open.

use std::collections::{BTreeMap, HashMap};
use std::time::SystemTime;

use voice::{Outcome, RecordId, SatelliteId};

use crate::clock::{Due, Now, Stamp};
use crate::content::{Sound, Words};
use crate::vault::PartId;
use crate::{ClipInfo, Entry, Filter, time};

/// A turn, as far as it is kept.
pub(crate) struct Kept {
    pub speaker: String,
    pub satellite: SatelliteId,
    pub outcome: Outcome,
    pub words: Option<Part<Words>>,
    pub sound: Option<Part<Sound>>,
}

/// A part of it, and when it is due.
pub(crate) struct Part<T> {
    pub id: PartId,
    pub stamp: Stamp,
    pub content: T,
}

/// Turns by time and id, newest last.
#[derive(Default)]
pub(crate) struct Index {
    turns: BTreeMap<(i64, RecordId), Kept>,
    times: HashMap<RecordId, i64>,
}

impl<T> Part<T> {
    fn is_alive(&self, now: &Now) -> bool {
        self.stamp.due(now) == Due::Alive
    }

    fn is_due(&self, now: &Now) -> bool {
        self.stamp.due(now) == Due::Destroy
    }
}

impl Kept {
    fn is_alive(&self, now: &Now) -> bool {
        self.words(now).is_some() || self.sound(now).is_some()
    }

    pub fn words(&self, now: &Now) -> Option<&Part<Words>> {
        self.words.as_ref().filter(|part| part.is_alive(now))
    }

    pub fn sound(&self, now: &Now) -> Option<&Part<Sound>> {
        self.sound.as_ref().filter(|part| part.is_alive(now))
    }

    fn parts(&self) -> impl Iterator<Item = PartId> {
        let words = self.words.as_ref().map(|part| part.id);
        words.into_iter().chain(self.sound.as_ref().map(|part| part.id))
    }

    pub fn is_false_wake(&self) -> bool {
        self.outcome == Outcome::FalseWake
    }

    fn entry(&self, id: RecordId, at_ms: i64, now: &Now) -> Entry {
        let (words, sound) = (self.words(now), self.sound(now));
        let due = words.map(|part| part.stamp.until).max(sound.map(|part| part.stamp.until));
        let mut entry = Entry {
            id,
            at: time::from_ms(at_ms),
            speaker: self.speaker.clone(),
            satellite: self.satellite.clone(),
            outcome: self.outcome,
            text: "".into(),
            reply: "".into(),
            intent: None,
            engine: None,
            confidence: None,
            wake: None,
            latency_ms: None,
            clip: sound.map(|part| ClipInfo {
                seconds: part.content.seconds,
                peaks: part.content.peaks.clone(),
                expires: part.stamp.until,
            }),
            expires: due.unwrap_or(time::from_ms(at_ms)),
        };
        if let Some(words) = words {
            words.content.record.fill(&mut entry);
        }
        entry
    }
}

impl Index {
    /// The turn with that id, whether it is due or not.
    pub fn get(&self, id: RecordId) -> Option<&Kept> {
        self.turns.get(&(*self.times.get(&id)?, id))
    }

    /// The turn with that id; `new` if it is not there.
    pub fn turn(&mut self, id: RecordId, at_ms: i64, new: Kept) -> &mut Kept {
        self.times.insert(id, at_ms);
        self.turns.entry((at_ms, id)).or_insert(new)
    }

    pub fn entry(&self, id: RecordId, now: &Now) -> Option<Entry> {
        let at_ms = *self.times.get(&id)?;
        let kept = self.turns.get(&(at_ms, id)).filter(|kept| kept.is_alive(now))?;
        Some(kept.entry(id, at_ms, now))
    }

    /// What a filter finds of what is not due, newest first.
    pub fn find<'a>(
        &'a self,
        filter: &Filter,
        now: &'a Now,
    ) -> impl Iterator<Item = ((i64, RecordId), &'a Kept)> {
        let text = filter.text.as_ref().map(|text| text.trim().to_lowercase());
        let text = text.filter(|text| !text.is_empty());
        let since = filter.since.map_or(i64::MIN, time::to_ms);
        let until = filter.until.map_or(i64::MAX, time::to_ms);
        let outcome = filter.outcome;
        let from = (since, RecordId(0));
        // A span that ends before it begins holds nothing; as a range it would be an error.
        let to = (until.max(since), RecordId(0));
        self.turns
            .range(from..to)
            .rev()
            .filter(move |(_, kept)| {
                kept.is_alive(now)
                    && outcome.is_none_or(|outcome| kept.outcome == outcome)
                    && text.as_ref().is_none_or(|text| {
                        let words = kept.words(now);
                        words.is_some_and(|words| words.content.haystack.contains(text.as_str()))
                    })
            })
            .map(|(place, kept)| (*place, kept))
    }

    /// As [`Index::find`], as it is shown, from behind `after`.
    pub fn page(
        &self,
        filter: &Filter,
        after: Option<(i64, RecordId)>,
        limit: usize,
        now: &Now,
    ) -> (Vec<Entry>, bool, u64) {
        let mut entries = Vec::new();
        let (mut total, mut more) = (0, false);
        for (place, kept) in self.find(filter, now) {
            total += 1;
            if after.is_some_and(|after| place >= after) {
                continue;
            }
            if entries.len() < limit {
                entries.push(kept.entry(place.1, place.0, now));
            } else {
                more = true;
            }
        }
        (entries, more, total)
    }

    /// The latest turn of a satellite.
    pub fn latest(&self, satellite: &SatelliteId, now: &Now) -> Option<RecordId> {
        let newest_first = self.turns.iter().rev();
        let mut alive = newest_first.filter(|(_, kept)| kept.is_alive(now));
        alive.find(|(_, kept)| kept.satellite == *satellite).map(|((_, id), _)| *id)
    }

    /// Takes a turn out, and returns its parts.
    pub fn take(&mut self, id: RecordId) -> Vec<PartId> {
        let place = self.times.remove(&id).map(|at_ms| (at_ms, id));
        let kept = place.and_then(|place| self.turns.remove(&place));
        kept.map(|kept| kept.parts().collect()).unwrap_or_default()
    }

    /// Takes out what is due, and returns how many words and sounds that were, with their parts.
    pub fn take_due(&mut self, now: &Now) -> (u64, u64, Vec<PartId>) {
        let (mut words, mut sounds, mut parts) = (0, 0, Vec::new());
        for kept in self.turns.values_mut() {
            if let Some(part) = kept.words.take_if(|part| part.is_due(now)) {
                words += 1;
                parts.push(part.id);
            }
            if let Some(part) = kept.sound.take_if(|part| part.is_due(now)) {
                sounds += 1;
                parts.push(part.id);
            }
        }
        let times = &mut self.times;
        self.turns.retain(|(_, id), kept| {
            let stays = kept.words.is_some() || kept.sound.is_some();
            if !stays {
                times.remove(id);
            }
            stays
        });
        (words, sounds, parts)
    }

    /// When the next part is due after now, and whether one is overdue.
    pub fn next_due(&self, now: &Now) -> (Option<SystemTime>, bool) {
        let stamps = || {
            self.turns.values().flat_map(|kept| {
                let words = kept.words.as_ref().map(|part| part.stamp);
                words.into_iter().chain(kept.sound.as_ref().map(|part| part.stamp))
            })
        };
        let next = stamps().map(|stamp| stamp.until).filter(|&until| until > now.destroy).min();
        (next, stamps().any(|stamp| stamp.due(now) == Due::Destroy))
    }

    /// Changes when things are due: whether it is sound, whether nobody spoke, and its stamp.
    pub fn restamp(&mut self, new: impl Fn(bool, bool, Stamp) -> Stamp) {
        for kept in self.turns.values_mut() {
            let false_wake = kept.is_false_wake();
            if let Some(part) = &mut kept.words {
                part.stamp = new(false, false_wake, part.stamp);
            }
            if let Some(part) = &mut kept.sound {
                part.stamp = new(true, false_wake, part.stamp);
            }
        }
    }

    /// All turns, oldest first.
    pub fn ids(&self) -> impl Iterator<Item = RecordId> {
        self.turns.keys().map(|(_, id)| *id)
    }

    /// Of how many parts the turns are.
    pub fn len_of_parts(&self) -> u64 {
        self.turns.values().map(|kept| kept.parts().count() as u64).sum()
    }

    pub fn clear(&mut self) {
        self.turns.clear();
        self.times.clear();
    }
}
