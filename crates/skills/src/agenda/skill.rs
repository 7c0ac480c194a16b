//! Handles the intents of alarms, reminders and scheduled actions.

use std::time::Duration;

use jiff::Zoned;
use voice::{
    Answering, Context, Handles, Intent, Outcome, PrivateText, Question, Reply, Result, Risk,
    Skill, Speech,
};

use super::cancel::{cancel, none};
use super::entry::{Entry, Kind};
use super::rule::Rule;
use super::when::{self, Bias, Unclear};
use super::{Agenda, is_set};
use crate::time::{duration, local};
use crate::timers::TimerMatch;

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
                self.add_what_was_said(intent, context, &now).await
            }
            "HarkListAlarms" => Ok(self.list(intent, Kind::Alarm, &now)),
            "HarkListReminders" => Ok(self.list(intent, Kind::Reminder, &now)),
            "HarkListJobs" => Ok(self.list(intent, Kind::Job, &now)),
            "HarkCancelAllAlarms" => self.cancel_all(intent, context, Kind::Alarm).await,
            "HarkCancelAllReminders" => self.cancel_all(intent, context, Kind::Reminder).await,
            "HarkCancelAllJobs" => self.cancel_all(intent, context, Kind::Job).await,
            "HarkCancelAlarm" => self.cancel_one(intent, Kind::Alarm, &now).await,
            "HarkCancelReminder" => self.cancel_one(intent, Kind::Reminder, &now).await,
            "HarkCancelJob" => self.cancel_one(intent, Kind::Job, &now).await,
            "HarkSkipAlarm" => self.skip(&now).await,
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

    async fn add_what_was_said(
        &self,
        intent: &Intent,
        context: &Context,
        now: &Zoned,
    ) -> Result<Reply> {
        let (kind, bias) = match intent.name.as_str() {
            "HarkSetAlarm" => (Kind::Alarm, Bias::Morning),
            "HarkAddReminder" => (Kind::Reminder, Bias::Day),
            _ => (Kind::Job, Bias::Day),
        };
        let label = intent.text("task").or(intent.text("label")).map(PrivateText::from);
        if kind == Kind::Reminder && label.is_none() {
            let question = Question::Words(intent.clone(), "task");
            return Ok(Reply::ask(Speech::of("HarkAddReminder.of_what"), question));
        }
        let awaited = awaits(intent).then(|| self.timers.awaited(intent));
        let rule = match awaited {
            Some(TimerMatch::One(timer)) => Ok(Rule::Timer(timer.id)),
            Some(TimerMatch::Reply(reply)) => return Ok(reply),
            None => when::rule(intent, now, &self.home, bias),
        };
        let rule = match rule {
            Ok(rule) => rule,
            Err(Unclear::NoTime) if kind == Kind::Reminder && intent.text("day").is_none() => {
                let speech = Speech::of("HarkAddReminder.when");
                return Ok(Reply::ask(speech, Question::Missing(intent.clone())));
            }
            Err(Unclear::NoTime) => {
                let speech = Speech::of("hark.agenda.what_time");
                return Ok(Reply::ask(speech, Question::Missing(intent.clone())));
            }
            Err(why) => return Ok(Reply::with(unclear(why), Outcome::Failed)),
        };
        let steps = intent.then.clone();
        let entry = Entry { label, steps, ..ordered(kind, rule, context) };
        let Some(entry) = self.add(entry, now).await? else {
            return Ok(Reply::with(unclear(Unclear::Past), Outcome::Failed));
        };
        let undo = vec![cancel(kind, entry.id)];
        Ok(Reply::done(self.added(&entry, intent, now)).undone_by(undo))
    }

    /// What is answered when an entry was added.
    fn added(&self, entry: &Entry, intent: &Intent, now: &Zoned) -> Speech {
        if let Some(when) = self.awaits(entry) {
            let key = match entry.kind {
                Kind::Job => "HarkSchedule.at_timer",
                Kind::Alarm | Kind::Reminder => "HarkAddReminder.at_timer",
            };
            return entry.about(key).with("when", when);
        }
        let is_after = matches!(entry.rule, Rule::After(_));
        let speech = entry.about(match entry.kind {
            Kind::Alarm => "HarkSetAlarm.set",
            Kind::Reminder if is_after => "HarkAddReminder.after",
            Kind::Reminder => "HarkAddReminder.at",
            Kind::Job if intent.text("when") == Some("for") => "HarkSchedule.for_a_while",
            Kind::Job if is_after => "HarkSchedule.after",
            Kind::Job => "HarkSchedule.at",
        });
        let length = duration::of_slots(intent, "").unwrap_or_default();
        speech
            .with("when", when::spoken(&entry.rule, entry.next, now))
            .with("length", duration::spoken(length))
    }

    /// Leaves the next alarm out, once.
    async fn skip(&self, now: &Zoned) -> Result<Reply> {
        let Some(mut entry) = self.entries(Kind::Alarm).into_iter().find(|e| e.next.is_some())
        else {
            return Ok(none(Kind::Alarm));
        };
        let what = when::spoken(&Rule::After(now.timestamp()), entry.next, now);
        let after = entry.next.unwrap_or(now.timestamp());
        entry.next = entry.rule.next(after, &self.home);
        if entry.is_over() {
            self.remove(entry.id).await?;
        } else {
            self.save(entry).await?;
        }
        Ok(Reply::done(Speech::of("HarkSkipAlarm.done").with("when", what)))
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

/// An entry for whoever asks, where they ask.
fn ordered(kind: Kind, rule: Rule, context: &Context) -> Entry {
    let (satellite, principal) = (context.satellite.clone(), context.principal);
    Entry { satellite, principal, ..Entry::new(kind, rule) }
}

fn unclear(why: Unclear) -> Speech {
    Speech::of(match why {
        Unclear::NoTime => "hark.agenda.no_time",
        Unclear::Past => "hark.agenda.past",
        Unclear::NoSuchDay => "hark.agenda.no_such_day",
        Unclear::NoSun => "hark.agenda.no_sun",
    })
}

/// Whether it waits for a timer.
fn awaits(intent: &Intent) -> bool {
    intent.text("when") == Some("timer")
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
                Handles::new("HarkCancelAlarm", Risk::Comfort).owning_time(),
                Handles::new("HarkCancelAllAlarms", Risk::Comfort),
                Handles::new("HarkSkipAlarm", Risk::Comfort),
                Handles::new("HarkSnooze", Risk::Comfort),
                Handles::new("HarkAddReminder", Risk::Comfort).owning_time(),
                Handles::new("HarkListReminders", Risk::Private),
                Handles::new("HarkCancelReminder", Risk::Comfort),
                Handles::new("HarkCancelAllReminders", Risk::Comfort),
                Handles::new("HarkSchedule", Risk::Comfort),
                Handles::new("HarkListJobs", Risk::Private),
                Handles::new("HarkCancelJob", Risk::Comfort),
                Handles::new("HarkCancelAllJobs", Risk::Comfort),
                Handles::new("HassCancelTimer", Risk::Comfort),
                Handles::new("HassCancelAllTimers", Risk::Comfort),
            ]
        }
    }

    fn handle<'a>(&'a self, intent: &'a Intent, context: &'a Context) -> Answering<'a> {
        Box::pin(self.answer(intent, context))
    }
}
