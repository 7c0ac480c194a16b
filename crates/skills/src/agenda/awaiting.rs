//! Entries that wait for the end of a timer: due then, and removed when the timer is cancelled.

use jiff::Timestamp;
use voice::{Context, Intent, Reply, Result, Skill as _, Speech};

use super::entry::{Entry, Kind};
use super::rule::Rule;
use super::{Agenda, timestamp};
use crate::timers::Progress;

impl Agenda {
    /// When the timer ended that it waits for, unless that was missed and is only reported.
    pub(super) fn ended(&self, entry: &Entry) -> Option<Timestamp> {
        match self.progress(entry)? {
            Progress::Ended(at) => Some(timestamp(at)),
            Progress::Running | Progress::Gone => None,
        }
    }

    /// Whether it waits for a timer that was cancelled.
    pub(super) fn is_orphan(&self, entry: &Entry) -> bool {
        self.progress(entry) == Some(Progress::Gone)
    }

    fn progress(&self, entry: &Entry) -> Option<Progress> {
        match entry.rule {
            Rule::Timer(id) if entry.missed.is_none() => Some(self.timers.progress(id)),
            _ => None,
        }
    }

    /// `when the pasta timer ends`, for what waits for one.
    pub(super) fn awaits(&self, entry: &Entry) -> Option<Speech> {
        let Rule::Timer(id) = entry.rule else { return None };
        let when = Speech::of("hark.when.timer_ends");
        Some(match self.timers.spoken(id) {
            Some(timer) => when.with("timer", timer),
            None => when,
        })
    }

    /// Cancels timers, and with them what waits for their end.
    pub(super) async fn cancel_timer(&self, intent: &Intent, context: &Context) -> Result<Reply> {
        let mut reply = self.timers.handle(intent, context).await?;
        let orphans: Vec<_> = {
            let entries = self.lock();
            entries.iter().filter(|entry| self.is_orphan(entry)).cloned().collect()
        };
        for orphan in orphans {
            self.remove(orphan.id).await?;
            reply.speech.push(orphan.is_dropped());
            if let Some(start) = reply.undo.first() {
                let again = awaiting_again(orphan, start);
                reply.undo.push(again);
            }
        }
        Ok(reply)
    }
}

/// What lets it wait for the timer that `start` sets again.
fn awaiting_again(entry: Entry, start: &Intent) -> Intent {
    let name = if entry.kind == Kind::Job { "HarkSchedule" } else { "HarkAddReminder" };
    let mut again = Intent { then: entry.steps, ..Intent::named(name) }
        .with_text("when", "timer")
        .with_text("label", entry.label.unwrap_or_default())
        .with_number("start_seconds", start.number("seconds").unwrap_or_default());
    if let Some(timer) = start.text("name") {
        again = again.with_text("timer", timer);
    }
    again
}
