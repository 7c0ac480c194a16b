//! Lists what is set, and cancels it.

use jiff::Zoned;
use jiff::civil::Time;
use voice::{Context, Intent, Outcome, Question, Reply, Result, Speech};

use super::Agenda;
use super::entry::{Entry, Kind};
use super::rule::Rule;
use super::when;

impl Agenda {
    pub(super) fn list(&self, intent: &Intent, kind: Kind, now: &Zoned) -> Reply {
        let entries = self.live(kind);
        let lines: Vec<_> = entries.iter().map(|entry| self.described(entry, now)).collect();
        Reply::done(said(intent, "all").with("count", lines.len()).with("entries", lines))
    }

    pub(super) async fn cancel_all(
        &self,
        intent: &Intent,
        context: &Context,
        kind: Kind,
    ) -> Result<Reply> {
        let entries = self.entries(kind);
        if entries.is_empty() {
            return Ok(none(kind));
        }
        if entries.len() > 1 && !context.confirmed {
            let speech = said(intent, "sure").with("count", entries.len());
            return Ok(Reply::ask(speech, Question::Confirm(intent.clone())));
        }
        for entry in &entries {
            self.remove(entry.id).await?;
        }
        Ok(Reply::done(said(intent, "done").with("count", entries.len())))
    }

    pub(super) async fn cancel_one(
        &self,
        intent: &Intent,
        kind: Kind,
        now: &Zoned,
    ) -> Result<Reply> {
        let said_which = WHICH.iter().any(|slot| intent.slot(slot).is_some());
        if !said_which && kind == Kind::Alarm && (self.is_ringing() || self.timers.is_ringing()) {
            // What rings is what people talk about, and the alarm of the next day stays.
            self.silence().await?;
            self.timers.stop_ringing().await?;
            return Ok(Reply::silent());
        }
        let entries = self.live(kind);
        if entries.is_empty() {
            return Ok(none(kind));
        }
        let found = entries.into_iter().filter(|entry| is_meant(entry, intent, now, ""));
        let found: Vec<_> = found.collect();
        let Some(first) = found.first() else {
            return Ok(Reply::with(said(intent, "no_such"), Outcome::Failed));
        };
        let what = self.described(first, now);
        // Of two that are the same, either will do.
        if found.iter().any(|entry| self.described(entry, now) != what) {
            return Ok(self.which(&found, now, |entry| cancel(kind, entry.id)));
        }
        // "Tomorrow's alarm" of one that rings every day is one of many.
        let skipped = match kind {
            Kind::Alarm => Some("HarkSkipAlarm.done"),
            Kind::Reminder => Some("HarkCancelReminder.skipped"),
            Kind::Job => None,
        };
        if let Some(done) = skipped.filter(|_| when::is_one_of_many(&first.rule, intent, now)) {
            return self.skip_once(first.clone(), done, now).await;
        }
        self.remove(first.id).await?;
        Ok(Reply::done(said(intent, "done").with("entry", what)))
    }

    /// The entries of a kind that still happen: what was missed is only told.
    pub(super) fn live(&self, kind: Kind) -> Vec<Entry> {
        let mut entries = self.entries(kind);
        entries.retain(|entry| {
            let happens = [entry.next, entry.snoozed, entry.ringing].iter().any(Option::is_some);
            happens || (matches!(entry.rule, Rule::Timer(_)) && entry.missed.is_none())
        });
        entries
    }

    /// Asks which of several is meant; each is chosen by an intent of its own.
    pub(super) fn which(
        &self,
        several: &[Entry],
        now: &Zoned,
        intent: impl Fn(&Entry) -> Intent,
    ) -> Reply {
        let lines: Vec<_> = several.iter().map(|entry| self.described(entry, now)).collect();
        let options = several.iter().zip(&lines);
        let options = options.map(|(entry, line)| (line.clone(), intent(entry))).collect();
        let speech = Speech::of("hark.agenda.which").with("entries", lines);
        Reply::ask(speech, Question::Which(options))
    }

    /// `7 AM tomorrow`, `call mom at 5 PM today`, `turn the fish when the pasta timer ends`.
    fn described(&self, entry: &Entry, now: &Zoned) -> Speech {
        if let Some(when) = self.awaits(entry) {
            return entry.about("hark.agenda.entry_at_timer").with("when", when);
        }
        let next = entry.next.or(entry.snoozed);
        let when = match entry.ringing {
            Some(_) => Speech::of("hark.when.ringing_now"),
            None => when::spoken(&entry.rule, next, now),
        };
        entry.about("hark.agenda.entry").with("when", when)
    }
}

/// One of the responses of an intent.
fn said(intent: &Intent, response: &str) -> Speech {
    Speech::keyed(format!("{}.{response}", intent.name))
}

/// What cancels an entry.
pub(super) fn cancel(kind: Kind, id: i64) -> Intent {
    let name = match kind {
        Kind::Alarm => "HarkCancelAlarm",
        Kind::Reminder => "HarkCancelReminder",
        Kind::Job => "HarkCancelJob",
    };
    Intent::named(name).with_number("id", id as f64)
}

pub(super) fn none(kind: Kind) -> Reply {
    Reply::done(Speech::of(match kind {
        Kind::Alarm => "hark.agenda.no_alarms",
        Kind::Reminder => "hark.agenda.no_reminders",
        Kind::Job => "hark.agenda.no_actions",
    }))
}

/// Slots that say which entry is meant.
const WHICH: [&str; 8] = ["task", "id", "hour", "hhmm", "day", "month_day", "repeated", "monthly"];

/// Whether the entry is the one with the words, the number and the time that were said, as far as they
/// were. The slots of the time stand behind `prefix`.
pub(super) fn is_meant(entry: &Entry, intent: &Intent, now: &Zoned, prefix: &str) -> bool {
    let label = intent.text("task").map(str::to_lowercase);
    let own = entry.label.as_ref().map_or("", |label| label.expose());
    intent.number("id").is_none_or(|id| entry.id == id as i64)
        && label.is_none_or(|label| own.to_lowercase().contains(label.as_str()))
        && is_at(entry, intent, now, prefix)
        && (!prefix.is_empty()
            || when::is_on(&entry.rule, entry.next.or(entry.snoozed), intent, now))
}

/// Whether the entry is at the time that was said, if one was.
fn is_at(entry: &Entry, intent: &Intent, now: &Zoned, prefix: &str) -> bool {
    let Some((hour, minute)) = when::said(intent, prefix) else { return true };
    let at: Option<Time> = match &entry.rule {
        Rule::Weekly { time, .. } | Rule::Monthly { time, .. } | Rule::Yearly { time, .. } => {
            Some(*time)
        }
        _ => entry.next.map(|next| next.to_zoned(now.time_zone().clone()).time()),
    };
    let Some(at) = at else { return false };
    let minutes = hour * 60 + minute;
    let own = i32::from(at.hour()) * 60 + i32::from(at.minute());
    let half_fits = match intent.text(&format!("{prefix}half_day")) {
        Some("am") => at.hour() < 12,
        Some("night") | None => true,
        Some(_) => at.hour() >= 12,
    };
    half_fits && (own - minutes).rem_euclid(12 * 60) == 0
}
