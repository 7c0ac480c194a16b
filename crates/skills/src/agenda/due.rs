//! What of the agenda is due, and when.

use std::time::SystemTime;

use jiff::Timestamp;
use voice::Result;

use super::{Agenda, Due, EVERY_DAY, Entry, Kind, LATE, Rule, WAKING_HOURS, age, timestamp};
use crate::RING_FOR;
use crate::time::step::is_set;

impl Agenda {
    /// When [`Agenda::due`] has something to do next. Ask again after each command and each stop.
    pub fn next_due(&self) -> Option<SystemTime> {
        let entries = self.lock();
        let next = entries.iter().filter_map(|entry| self.next_of(entry)).min()?;
        Some(next.into())
    }

    fn next_of(&self, entry: &Entry) -> Option<Timestamp> {
        // What nobody may know yet is told when it is unlocked.
        let announced = entry.missed.filter(|_| !entry.is_told_later());
        let announced = announced.map(|missed| self.waking(missed));
        let ended = self.ended(entry).or(self.is_orphan(entry).then_some(Timestamp::UNIX_EPOCH));
        let silent = entry.ringing.and_then(|since| since.checked_add(RING_FOR).ok());
        let next = entry.next.map(|next| self.again(entry, next));
        [next, entry.snoozed, announced, silent, ended].into_iter().flatten().min()
    }

    /// When to look at what was due at `next`: at once, unless a clock that was set has passed over it. Then it
    /// waits, or happens the next time that it should.
    fn again(&self, entry: &Entry, next: Timestamp) -> Timestamp {
        let Some(passed) = self.held.passed(next) else { return next };
        let again = entry.rule.next(passed.to, &self.home);
        again.map_or(passed.until, |again| again.min(passed.until))
    }

    /// The first moment from `at` on in which people hear what they missed.
    fn waking(&self, at: Timestamp) -> Timestamp {
        let local = at.to_zoned(self.home.zone.clone());
        if WAKING_HOURS.contains(&local.hour()) {
            return at;
        }
        let morning = Rule::Weekly {
            days: EVERY_DAY,
            time: jiff::civil::Time::constant(WAKING_HOURS.start, 0, 0, 0),
        };
        morning.next(at, &self.home).unwrap_or(at)
    }

    /// What is due at `now`: alarms begin to ring, reminders are announced, scheduled
    /// actions are carried out.
    /// What was missed while the speaker was off is announced once, by day. As long as the clock was
    /// never set, nothing is due but what waits for a timer.
    ///
    /// # Errors
    /// When the book cannot be written; nothing is due then, and all of it again at the next call.
    pub async fn due(&self, now: SystemTime) -> Result<Vec<Due>> {
        let _act = self.acts.lock().await;
        let is_set = is_set(now);
        let now = timestamp(now);
        let mut found: Vec<_> = {
            let entries = self.lock();
            let is_due = |entry: &&Entry| {
                let knows = is_set || matches!(entry.rule, Rule::Timer(_));
                knows && self.next_of(entry).is_some_and(|next| next <= now)
            };
            entries.iter().filter(is_due).cloned().collect()
        };
        found.sort_by_key(|entry| self.next_of(entry));
        let mut due = Vec::new();
        for mut entry in found {
            if self.is_orphan(&entry) {
                self.remove(entry.id).await?;
                due.push(entry.was_orphaned());
                continue;
            }
            let happens = self.happen(&mut entry, now);
            // First it is written down, then it happens: a power cut must not double it.
            if entry.is_over() {
                self.remove(entry.id).await?;
            } else {
                self.save(entry).await?;
            }
            due.extend(happens);
        }
        Ok(due)
    }

    /// The passphrase was given: takes up the words that waited for it, and returns what is to be told of what was
    /// due meanwhile.
    ///
    /// # Errors
    /// When the book cannot be read or written.
    pub async fn unlocked(&self, now: SystemTime) -> Result<Vec<Due>> {
        let _act = self.acts.lock().await;
        let now = timestamp(now);
        let today = now.to_zoned(self.home.zone.clone());
        let kept = self.book.load().await?;
        let locked: Vec<_> = self.lock().iter().filter(|entry| entry.locked).cloned().collect();
        let mut due = Vec::new();
        for mut entry in locked {
            let Some(kept) = kept.iter().find(|kept| kept.id == entry.id && !kept.locked) else {
                continue;
            };
            let is_told = entry.is_told_later();
            entry.label.clone_from(&kept.label);
            entry.steps.clone_from(&kept.steps);
            entry.locked = false;
            if let Some(at) = entry.missed.take_if(|_| is_told) {
                due.push(entry.was_locked(&at.to_zoned(self.home.zone.clone()), &today));
            }
            if entry.is_over() {
                self.remove(entry.id).await?;
            } else {
                self.save(entry).await?;
            }
        }
        Ok(due)
    }

    /// What happens with an entry that is due.
    fn happen(&self, entry: &mut Entry, now: Timestamp) -> Vec<Due> {
        let mut due = Vec::new();
        let today = now.to_zoned(self.home.zone.clone());
        if entry.ringing.is_some_and(|since| age(since, now) >= RING_FOR) {
            entry.ringing = None;
        }
        let regular = entry.next.filter(|next| *next <= now).map(|next| {
            let passed = self.held.passed(next).filter(|passed| now < passed.until);
            passed.and_then(|passed| entry.rule.next(passed.to, &self.home)).unwrap_or(next)
        });
        let snoozed = entry.snoozed.take_if(|snoozed| *snoozed <= now);
        if regular.is_some() {
            entry.next = entry.rule.next(now, &self.home);
        }
        let ended = self.ended(entry);
        if let Some(at) = [regular, snoozed, ended].into_iter().flatten().max() {
            let is_late = age(at, now) >= LATE;
            if is_late || entry.is_told_later() {
                entry.missed = Some(at);
            }
            if !(is_late || entry.locked && entry.kind == Kind::Job) {
                if entry.kind == Kind::Alarm {
                    entry.ringing = Some(at);
                }
                due.push(entry.happens(&at.to_zoned(self.home.zone.clone())));
            }
        }
        if let Some(at) = entry.missed
            && !entry.is_told_later()
            && self.waking(at.max(now)) <= now
        {
            entry.missed = None;
            due.push(entry.was_missed(&at.to_zoned(self.home.zone.clone()), &today));
        }
        due
    }
}
