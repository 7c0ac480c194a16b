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
        let announced = entry.missed.map(|missed| self.waking(missed));
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
            if age(at, now) < LATE {
                if entry.kind == Kind::Alarm {
                    entry.ringing = Some(at);
                }
                due.push(entry.happens(&at.to_zoned(self.home.zone.clone())));
            } else {
                entry.missed = Some(at);
            }
        }
        if let Some(at) = entry.missed
            && self.waking(at.max(now)) <= now
        {
            entry.missed = None;
            due.push(entry.was_missed(&at.to_zoned(self.home.zone.clone()), &today));
        }
        due
    }
}
