//! Writing turns and reading them.

use std::time::SystemTime;

use voice::{Outcome, RecordId, Turn};

use crate::record::Record;
use crate::{ClipInfo, Entry, Error, Filter, Page, Result, Store, time};

/// Peaks stored with a clip; as many as a phone's width can show.
const PEAKS: usize = 100;

type Row = (
    Vec<u8>,
    i64,
    String,
    String,
    Option<String>,
    Option<i64>,
    Option<f64>,
    Option<Vec<u8>>,
    Option<i64>,
);

impl Store {
    /// Writes a turn that began at `at`, as far as the settings allow; `None` if they allow
    /// nothing. The clip is on the disk before the row that names it.
    ///
    /// # Errors
    /// [`Error::Full`] when there is no room: then nothing of the turn is stored.
    pub async fn record(
        &self,
        turn: &Turn,
        at: SystemTime,
        speaker: &str,
    ) -> Result<Option<RecordId>> {
        let settings = *self.settings.borrow();
        if !settings.switches.record() {
            return Ok(None);
        }
        let (text, audio) = settings.retention.of(turn.outcome);
        let text_due = text.due_ms(at);
        let clip = turn.clip.as_ref().filter(|clip| !clip.is_empty());
        let clip_due = clip.and(audio.due_ms(at));
        if text_due.is_none() && clip_due.is_none() {
            return Ok(None);
        }
        let record = text_due.map(|_| Record::of(turn));
        let haystack = record.as_ref().map(Record::haystack);
        let json = record.map(|record| serde_json::to_string(&record)).transpose();
        let json = json.map_err(|error| Error::Database(sqlx::Error::Encode(error.into())))?;
        let name = match clip.filter(|_| clip_due.is_some()) {
            Some(clip) => Some(self.write_clip(clip).await?),
            None => None,
        };
        let kept = clip.filter(|_| name.is_some());
        // All rows, although there is one: a full disk is noticed behind it, when it is committed.
        let inserted: Result<Vec<(Vec<u8>,)>, sqlx::Error> = sqlx::query_as(
            "INSERT INTO turn (id, at_ms, speaker, outcome, record, haystack, text_due_ms,
                               clip, clip_seconds, clip_peaks, clip_due_ms)
             VALUES (randomblob(16), ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
             RETURNING id",
        )
        .bind(time::to_ms(at))
        .bind(speaker)
        .bind(turn.outcome.as_str())
        .bind(json)
        .bind(haystack)
        .bind(text_due)
        .bind(&name)
        .bind(kept.map(voice::Pcm::seconds))
        .bind(kept.map(|clip| clip.peaks(PEAKS)))
        .bind(clip_due)
        .fetch_all(&self.history)
        .await;
        let inserted = inserted.and_then(|mut ids| ids.pop().ok_or(sqlx::Error::RowNotFound));
        match inserted {
            Ok((id,)) => Ok(Some(record_id(&id)?)),
            Err(error) => {
                if let Some(name) = name {
                    self.remove_clip(&name).await?;
                }
                Err(error.into())
            }
        }
    }

    /// A page of at most `limit` turns, newest first; `after` is [`Page::next`] of the page before.
    /// What is due at `now` is not shown, even before the sweep has taken it.
    ///
    /// # Errors
    /// [`Error::Invalid`] when `after` is not from a page.
    pub async fn list(
        &self,
        filter: &Filter,
        after: Option<&str>,
        limit: u32,
        now: SystemTime,
    ) -> Result<Page> {
        let (after_ms, after_id) = match after {
            Some(cursor) => cursor_parts(cursor)?,
            None => (i64::MAX, vec![0xff; 17]),
        };
        let bound = filter.bound();
        let rows: Vec<Row> = sqlx::query_as(
            "SELECT id, at_ms, speaker, outcome, CASE WHEN text_due_ms > ?7 THEN record END,
                    text_due_ms, clip_seconds, clip_peaks, clip_due_ms
             FROM turn
             WHERE (?1 IS NULL OR (haystack LIKE ?1 ESCAPE '\\' AND text_due_ms > ?7))
               AND (?2 IS NULL OR at_ms >= ?2) AND (?3 IS NULL OR at_ms < ?3)
               AND (?4 IS NULL OR outcome = ?4)
               AND (at_ms, id) < (?5, ?6)
               AND (text_due_ms > ?7 OR clip_due_ms > ?7)
             ORDER BY at_ms DESC, id DESC LIMIT ?8",
        )
        .bind(&bound.like)
        .bind(bound.since_ms)
        .bind(bound.until_ms)
        .bind(bound.outcome)
        .bind(after_ms)
        .bind(after_id)
        .bind(time::to_ms(now))
        .bind(i64::from(limit) + 1)
        .fetch_all(&self.history)
        .await?;
        let more = rows.len() > limit as usize;
        let mut entries = Vec::with_capacity(rows.len());
        for row in rows.into_iter().take(limit as usize) {
            entries.push(entry(row, now)?);
        }
        let next = entries.last().filter(|_| more);
        let next = next.map(|entry| format!("{}-{}", time::to_ms(entry.at), entry.id));
        Ok(Page { entries, next, total: self.count(filter, now).await? })
    }

    /// How many turns the filter finds.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn count(&self, filter: &Filter, now: SystemTime) -> Result<u64> {
        let bound = filter.bound();
        let (count,): (i64,) = sqlx::query_as(
            "SELECT count(*) FROM turn
             WHERE (?1 IS NULL OR (haystack LIKE ?1 ESCAPE '\\' AND text_due_ms > ?5))
               AND (?2 IS NULL OR at_ms >= ?2) AND (?3 IS NULL OR at_ms < ?3)
               AND (?4 IS NULL OR outcome = ?4)
               AND (text_due_ms > ?5 OR clip_due_ms > ?5)",
        )
        .bind(&bound.like)
        .bind(bound.since_ms)
        .bind(bound.until_ms)
        .bind(bound.outcome)
        .bind(time::to_ms(now))
        .fetch_one(&self.history)
        .await?;
        Ok(count.unsigned_abs())
    }

    /// Of how many turns since then the sound is kept.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn count_clips(&self, since: SystemTime, now: SystemTime) -> Result<u64> {
        let (count,): (i64,) = sqlx::query_as(
            "SELECT count(*) FROM turn WHERE at_ms >= ?1 AND clip IS NOT NULL AND clip_due_ms > ?2",
        )
        .bind(time::to_ms(since))
        .bind(time::to_ms(now))
        .fetch_one(&self.history)
        .await?;
        Ok(count.unsigned_abs())
    }

    /// The turn with that id, if it is there and not due.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn get(&self, id: RecordId, now: SystemTime) -> Result<Option<Entry>> {
        let row: Option<Row> = sqlx::query_as(
            "SELECT id, at_ms, speaker, outcome, CASE WHEN text_due_ms > ?2 THEN record END,
                    text_due_ms, clip_seconds, clip_peaks, clip_due_ms
             FROM turn WHERE id = ?1 AND (text_due_ms > ?2 OR clip_due_ms > ?2)",
        )
        .bind(id.0.to_be_bytes().to_vec())
        .bind(time::to_ms(now))
        .fetch_optional(&self.history)
        .await?;
        row.map(|row| entry(row, now)).transpose()
    }
}

fn entry(row: Row, now: SystemTime) -> Result<Entry> {
    let (id, at_ms, speaker, outcome, record, text_due, seconds, peaks, clip_due) = row;
    let clip_due = clip_due.filter(|&due| due > time::to_ms(now));
    let clip = match (seconds, peaks, clip_due) {
        (Some(seconds), Some(peaks), Some(due)) => {
            Some(ClipInfo { seconds, peaks, expires: time::from_ms(due) })
        }
        _ => None,
    };
    let due = text_due.max(clip_due).unwrap_or(at_ms);
    let mut entry = Entry {
        id: record_id(&id)?,
        at: time::from_ms(at_ms),
        speaker,
        outcome: Outcome::parse(&outcome).ok_or_else(|| strange("outcome"))?,
        text: "".into(),
        reply: "".into(),
        intent: None,
        engine: None,
        confidence: None,
        wake: None,
        latency_ms: None,
        clip,
        expires: time::from_ms(due),
    };
    if let Some(json) = record {
        // The parser's message could quote private words, so it is not passed on.
        let record: Record = serde_json::from_str(&json).map_err(|_| strange("record"))?;
        record.fill(&mut entry);
    }
    Ok(entry)
}

fn strange(what: &str) -> Error {
    Error::Invalid(format!("read a turn: its {what} was not written by this version of hark"))
}

pub(crate) fn record_id(bytes: &[u8]) -> Result<RecordId> {
    let bytes: [u8; 16] = bytes.try_into().map_err(|_| strange("id"))?;
    Ok(RecordId(u128::from_be_bytes(bytes)))
}

fn cursor_parts(cursor: &str) -> Result<(i64, Vec<u8>)> {
    let wrong = || Error::Invalid("find that page; start again from the first".to_owned());
    let (ms, id) = cursor.rsplit_once('-').ok_or_else(wrong)?;
    let id: RecordId = id.parse().map_err(|_| wrong())?;
    Ok((ms.parse().map_err(|_| wrong())?, id.0.to_be_bytes().to_vec()))
}
