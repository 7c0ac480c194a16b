//! Writes and reads turns.

use std::time::{Duration, SystemTime};

use voice::{Outcome, Pcm, RecordId, SatelliteId, Turn};

use crate::blur::blur_at;
use crate::clock::Stamp;
use crate::content::{Sound, Words, Written};
use crate::error::{Doing as _, finished};
use crate::index::{Kept, Part};
use crate::record::Record;
use crate::vault::seal::{Key, random_id};
use crate::vault::{NewPart, PartId};
use crate::{Entry, Error, Filter, Page, Result, Store, clips, time};

/// Peaks stored with a clip; as many as a phone's width can show.
const PEAKS: usize = 100;

impl Store {
    /// Writes a turn that began at `at`, as far as the settings allow; `None` if they allow
    /// nothing, or if all was deleted after it began. The clip is on the disk before the row that names it.
    ///
    /// # Errors
    /// [`Error::Full`] when there is no room: then nothing of the turn is stored.
    pub async fn record(
        &self,
        turn: &Turn,
        at: SystemTime,
        speaker: &str,
    ) -> Result<Option<RecordId>> {
        let settings = self.settings.borrow().clone();
        if !settings.switches.record() {
            return Ok(None);
        }
        let (text, audio) = settings.retention.of(turn.outcome);
        let born = self.born(at);
        let words_stamp = text.span().map(|span| born.stamp(span));
        let clip = turn.clip.as_ref().filter(|clip| !clip.is_empty());
        let sound_stamp = clip.and(audio.span()).map(|span| born.stamp(span));
        if words_stamp.is_none() && sound_stamp.is_none() {
            return Ok(None);
        }
        // What nobody can seal is not kept, as the page says.
        if self.is_locked() {
            return Ok(None);
        }
        let mut vault = match self.vault().await {
            Err(Error::Locked) => return Ok(None),
            vault => vault?,
        };
        if self.cleared().is_some_and(|cleared| turn.started <= cleared) {
            return Ok(None);
        }
        // Everything may have to go first, and the clip would go with it.
        vault.settle().await?;
        let id = new_record_id()?;
        let empty = |stamp| written(turn, id, at, speaker, stamp);
        let mut parts = Vec::with_capacity(2);
        if let Some(stamp) = words_stamp {
            let words = Some(Record::of(turn));
            parts.push((new_id()?, Written { words, ..empty(stamp) }));
        }
        if let (Some(stamp), Some(clip)) = (sound_stamp, clip) {
            let part = new_id()?;
            let sound = Some(self.write_clip(&part, clip).await?);
            parts.push((part, Written { sound, ..empty(stamp) }));
        }
        let new = parts
            .iter()
            .map(|(id, written)| Ok(NewPart { id: *id, plain: written.to_bytes()? }))
            .collect::<Result<Vec<_>>>()?;
        if let Err(error) = vault.add(&new).await {
            for (part, _) in parts.iter().filter(|(_, written)| written.sound.is_some()) {
                // The next start removes it if this cannot.
                let _ = std::fs::remove_file(self.clip_path(part));
            }
            return Err(error);
        }
        for (part, written) in parts {
            self.show(part, written, id, turn.outcome);
        }
        Ok(Some(id))
    }

    pub(crate) async fn write_clip(&self, part: &PartId, clip: &Pcm) -> Result<Sound> {
        let key = Key::random().map_err(Error::Random)?;
        let sound = Sound {
            seconds: clip.seconds(),
            peaks: clip.peaks(PEAKS),
            bytes: 0,
            key: key.bytes().to_vec(),
        };
        let (path, part, clip) = (self.clip_path(part), *part, clip.clone());
        let writing = path.clone();
        let written =
            tokio::task::spawn_blocking(move || clips::write(&writing, &key, &part, &clip));
        let written = finished("write a clip", written).await?;
        blur_at(self.folder.clips());
        if written.is_err() {
            // Half a file is of no use to anyone.
            let _ = std::fs::remove_file(&path);
        }
        Ok(Sound { bytes: written.doing("write", &path)?, ..sound })
    }

    /// Adds a decrypted part to the index.
    pub(crate) fn show(&self, part: PartId, written: Written, id: RecordId, outcome: Outcome) {
        let mut index = self.write_index();
        let stamp = written.stamp();
        let Written { at_ms, speaker, satellite, words, sound, .. } = written;
        let satellite = satellite.map_or_else(SatelliteId::local, |name| SatelliteId::new(&name));
        let new = Kept { speaker, satellite, outcome, words: None, sound: None };
        let kept = index.turn(id, at_ms, new);
        if let Some(record) = words {
            kept.words = Some(Part { id: part, stamp, content: Words::new(record) });
        }
        if let Some(sound) = sound {
            kept.sound = Some(Part { id: part, stamp, content: sound });
        }
    }

    /// A page of at most `limit` turns, newest first; `after` is [`Page::next`] of the page before.
    /// What is due at `now` is not shown, even before the sweep has taken it.
    ///
    /// # Errors
    /// [`Error::Invalid`] when `after` is not from a page, [`Error::Locked`] until the passphrase is
    /// given.
    pub fn list(
        &self,
        filter: &Filter,
        after: Option<&str>,
        limit: u32,
        now: SystemTime,
    ) -> Result<Page> {
        let after = after.map(cursor_parts).transpose()?;
        if self.is_locked() {
            return Err(Error::Locked);
        }
        let index = self.read_index();
        let (entries, more, total) = index.page(filter, after, limit as usize, &self.at(now));
        let next = entries.last().filter(|_| more);
        let next = next.map(|entry| format!("{}-{}", time::to_ms(entry.at), entry.id));
        Ok(Page { entries, next, total })
    }

    /// How many turns the filter finds.
    pub fn count(&self, filter: &Filter, now: SystemTime) -> u64 {
        self.read_index().find(filter, &self.at(now)).count() as u64
    }

    /// Of how many turns since then the sound is kept.
    pub fn count_clips(&self, since: SystemTime, now: SystemTime) -> u64 {
        let filter = Filter { since: Some(since), ..Filter::default() };
        let now = self.at(now);
        let index = self.read_index();
        index.find(&filter, &now).filter(|(_, kept)| kept.sound(&now).is_some()).count() as u64
    }

    /// The turn with that id, if it is there and not due.
    pub fn get(&self, id: RecordId, now: SystemTime) -> Option<Entry> {
        self.read_index().entry(id, &self.at(now))
    }
}

/// A part of a turn, with neither words nor sound yet.
pub(crate) fn written(
    turn: &Turn,
    id: RecordId,
    at: SystemTime,
    speaker: &str,
    stamp: Stamp,
) -> Written {
    let ms = |span: Duration| u64::try_from(span.as_millis()).unwrap_or(u64::MAX);
    Written {
        turn: id.to_string(),
        at_ms: time::to_ms(at),
        due_ms: time::to_ms(stamp.until),
        born_ms: ms(stamp.born),
        keep_ms: ms(stamp.keep),
        speaker: speaker.to_owned(),
        satellite: (!turn.satellite.is_local()).then(|| turn.satellite.as_str().to_owned()),
        outcome: turn.outcome.as_str().to_owned(),
        words: None,
        sound: None,
    }
}

/// A random id for a turn.
pub(crate) fn new_record_id() -> Result<RecordId> {
    Ok(RecordId(u128::from_be_bytes(random_id().map_err(Error::Random)?)))
}

/// A random id for a part.
pub(crate) fn new_id() -> Result<PartId> {
    random_id().map_err(Error::Random)
}

fn cursor_parts(cursor: &str) -> Result<(i64, RecordId)> {
    let wrong = || Error::Invalid("find that page; start again from the first".to_owned());
    let (ms, id) = cursor.rsplit_once('-').ok_or_else(wrong)?;
    Ok((ms.parse().map_err(|_| wrong())?, id.parse().map_err(|_| wrong())?))
}
