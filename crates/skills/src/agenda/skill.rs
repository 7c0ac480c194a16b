//! Handles the intents of alarms, reminders and scheduled actions.

use std::time::Duration;

use jiff::Zoned;
use voice::{Answering, Context, Handles, Intent, Outcome, Reply, Result, Risk, Skill, Speech};

use super::add::{awaits, ordered, unclear};
use super::cancel::{is_meant, none};
use super::entry::{Entry, Kind};
use super::rule::Rule;
use super::when::{self, Bias, Unclear};
use super::{Agenda, is_set};
use crate::time::{duration, local};

/// How long an alarm is silent after "snooze".
const SNOOZE: Duration = Duration::from_secs(9 * 60);
/// The same for a timer, which is for something that happens now.
const SNOOZE_TIMER: Duration = Duration::from_secs(5 * 60);

impl Agenda {
    async fn answer(&self, intent: &Intent, context: &Context) -> Result<Reply> {
        let _act = self.acts.lock().await;
        let now = local(context, &self.home.zone)?;
        match intent.name.as_str() {
            "HarkSetAlarm" | "HarkAddReminder" | "HarkSchedule" => {
                if !is_set(context.now) && !is_after(intent) {
                    return Ok(Reply::with(Speech::of("hark.agenda.no_clock"), Outcome::Failed));
                }
                self.add_each(intent, context, &now).await
            }
            "HarkChange" => self.change(intent, context, &now).await,
            "HassStartTimer" => self.start_timer(intent, context, &now).await,
            "HarkListAlarms" => Ok(self.list(intent, Kind::Alarm, &now)),
            "HarkListReminders" => Ok(self.list(intent, Kind::Reminder, &now)),
            "HarkListJobs" => Ok(self.list(intent, Kind::Job, &now)),
            "HarkCancelAllAlarms" => self.cancel_all(intent, context, Kind::Alarm).await,
            "HarkCancelAllReminders" => self.cancel_all(intent, context, Kind::Reminder).await,
            "HarkCancelAllJobs" => self.cancel_all(intent, context, Kind::Job).await,
            "HarkCancelAlarm" => self.cancel_one(intent, Kind::Alarm, &now).await,
            "HarkCancelReminder" => self.cancel_one(intent, Kind::Reminder, &now).await,
            "HarkCancelJob" => self.cancel_one(intent, Kind::Job, &now).await,
            "HarkSkipAlarm" => self.skip(intent, &now).await,
            "HassCancelTimer" | "HassCancelAllTimers" => self.cancel_timer(intent, context).await,
            _ => self.snooze(intent, context, &now).await,
        }
    }

    /// Has something done at the time of the intent's slots, and says when that is, or why not.
    pub(crate) async fn later(
        &self,
        intent: &Intent,
        steps: Vec<Intent>,
        context: &Context,
    ) -> Result<std::result::Result<Speech, Reply>> {
        let _act = self.acts.lock().await;
        let now = local(context, &self.home.zone)?;
        let failed = |why| Ok(Err(Reply::with(unclear(why), Outcome::Failed)));
        let rule = match when::rule(intent, &now, &self.home, Bias::Day) {
            Ok(rule) => rule,
            Err(why) => return failed(why),
        };
        let entry = Entry { steps, ..ordered(Kind::Job, rule, context) };
        match self.add(entry, &now).await? {
            Some(entry) => Ok(Ok(when::spoken(&entry.rule, entry.next, &now))),
            None => failed(Unclear::Past),
        }
    }

    /// Leaves the next alarm out, once; that of the day that was said, if one was.
    async fn skip(&self, intent: &Intent, now: &Zoned) -> Result<Reply> {
        let entries = self.entries(Kind::Alarm).into_iter().filter(|entry| entry.next.is_some());
        let entries: Vec<_> = entries.collect();
        if entries.is_empty() {
            return Ok(none(Kind::Alarm));
        }
        match entries.into_iter().find(|entry| is_meant(entry, intent, now, "")) {
            Some(entry) => self.skip_once(entry, "HarkSkipAlarm.done", now).await,
            None => Ok(Reply::with(Speech::of("HarkCancelAlarm.no_such"), Outcome::Failed)),
        }
    }

    /// Leaves an alarm or a reminder out, once, and says so.
    pub(super) async fn skip_once(
        &self,
        mut entry: Entry,
        done: &'static str,
        now: &Zoned,
    ) -> Result<Reply> {
        let what = when::spoken(&Rule::After(now.timestamp()), entry.next, now);
        let after = entry.next.unwrap_or(now.timestamp());
        entry.next = entry.rule.next(after, &self.home);
        if entry.is_over() {
            self.remove(entry.id).await?;
        } else {
            self.save(entry).await?;
        }
        Ok(Reply::done(Speech::of(done).with("when", what)))
    }

    async fn snooze(&self, intent: &Intent, context: &Context, now: &Zoned) -> Result<Reply> {
        let said = duration::of_slots(intent, "");
        let ringing = self.entries(Kind::Alarm).into_iter().find(|entry| entry.ringing.is_some());
        let Some(mut entry) = ringing else {
            let length = said.unwrap_or(SNOOZE_TIMER);
            let snoozed = self.timers.snooze(length, context.now).await?;
            let silence = || Reply::with(Speech::of("HarkSnooze.nothing_rings"), Outcome::Failed);
            return Ok(snoozed.unwrap_or_else(silence));
        };
        let length = said.unwrap_or(SNOOZE);
        entry.ringing = None;
        entry.snoozed = now.timestamp().checked_add(length).ok();
        self.save(entry).await?;
        let length = duration::spoken(length);
        Ok(Reply::done(Speech::of("HarkSnooze.done").with("length", length)))
    }
}

/// Whether it is for after a length of time or a timer, for which nobody needs a clock.
fn is_after(intent: &Intent) -> bool {
    let length = intent.slot("hour").is_none() && duration::of_slots(intent, "").is_some();
    length || awaits(intent)
}

impl Skill for Agenda {
    fn name(&self) -> &'static str {
        "agenda"
    }

    fn intents(&self) -> &'static [Handles] {
        const {
            &[
                Handles::new("HarkSetAlarm", Risk::Comfort).owning_time(),
                Handles::new("HarkListAlarms", Risk::Private),
                Handles::new("HarkCancelAlarm", Risk::Comfort).owning_time().asked_if_guessed(),
                Handles::new("HarkCancelAllAlarms", Risk::Comfort).owning_time().asked_if_guessed(),
                Handles::new("HarkSkipAlarm", Risk::Comfort).owning_time().asked_if_guessed(),
                Handles::new("HarkSnooze", Risk::Comfort),
                Handles::new("HarkAddReminder", Risk::Comfort).owning_time(),
                Handles::new("HarkListReminders", Risk::Private),
                Handles::new("HarkCancelReminder", Risk::Comfort).owning_time().asked_if_guessed(),
                Handles::new("HarkCancelAllReminders", Risk::Comfort)
                    .owning_time()
                    .asked_if_guessed(),
                Handles::new("HarkSchedule", Risk::Comfort),
                Handles::new("HarkListJobs", Risk::Private),
                Handles::new("HarkCancelJob", Risk::Comfort).owning_time().asked_if_guessed(),
                Handles::new("HarkCancelAllJobs", Risk::Comfort).owning_time().asked_if_guessed(),
                Handles::new("HarkChange", Risk::Comfort).owning_time(),
                Handles::new("HassStartTimer", Risk::Comfort).owning_time(),
                Handles::new("HassCancelTimer", Risk::Comfort).owning_time().asked_if_guessed(),
                Handles::new("HassCancelAllTimers", Risk::Comfort).owning_time().asked_if_guessed(),
            ]
        }
    }

    fn handle<'a>(&'a self, intent: &'a Intent, context: &'a Context) -> Answering<'a> {
        Box::pin(self.answer(intent, context))
    }
}
