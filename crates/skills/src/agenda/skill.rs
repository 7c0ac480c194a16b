//! What people say to their alarms, reminders and later commands.

use std::time::Duration;

use jiff::Zoned;
use jiff::civil::Time;
use voice::{
    BoxFuture, Context, Handles, Intent, Outcome, PrivateText, Question, Reply, Result, Risk,
    Skill, Speech,
};

use super::entry::{Entry, Kind};
use super::rule::Rule;
use super::when::{self, Bias, Unclear};
use super::{Agenda, is_set};
use crate::time::clock::local;
use crate::time::duration;
use crate::timers::Found;

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
            "HarkListAlarms" => Ok(self.list(Kind::Alarm, &now)),
            "HarkListReminders" => Ok(self.list(Kind::Reminder, &now)),
            "HarkListJobs" => Ok(self.list(Kind::Job, &now)),
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
            Some(Found::One(timer)) => Ok(Rule::Timer(timer.id)),
            Some(Found::Reply(reply)) => return Ok(reply),
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

    fn list(&self, kind: Kind, now: &Zoned) -> Reply {
        let entries = self.entries(kind);
        let lines: Vec<_> = entries.iter().map(|entry| self.described(entry, now)).collect();
        Reply::done(
            of_kind(kind, ["HarkListAlarms.all", "HarkListReminders.all", "HarkListJobs.all"])
                .with("count", lines.len())
                .with("entries", lines),
        )
    }

    async fn cancel_all(&self, intent: &Intent, context: &Context, kind: Kind) -> Result<Reply> {
        let entries = self.entries(kind);
        if entries.is_empty() {
            return Ok(none(kind));
        }
        if entries.len() > 1 && !context.confirmed {
            let speech = of_kind(kind, CANCEL_ALL).with("count", entries.len());
            return Ok(Reply::ask(speech, Question::Confirm(intent.clone())));
        }
        for entry in &entries {
            self.remove(entry.id).await?;
        }
        Ok(Reply::done(of_kind(kind, CANCELLED_ALL).with("count", entries.len())))
    }

    async fn cancel_one(&self, intent: &Intent, kind: Kind, now: &Zoned) -> Result<Reply> {
        let said_which = ["task", "id", "hour"].iter().any(|slot| intent.slot(slot).is_some());
        if !said_which && kind == Kind::Alarm && (self.is_ringing() || self.timers.is_ringing()) {
            // What rings is what people talk about, and the alarm of the next day stays.
            self.silence().await?;
            self.timers.stop_ringing().await?;
            return Ok(Reply::silent());
        }
        let entries = self.entries(kind);
        if entries.is_empty() {
            return Ok(none(kind));
        }
        let label = intent.text("task").map(str::to_lowercase);
        let id = intent.number("id").map(|id| id as i64);
        let found: Vec<_> = entries
            .iter()
            .filter(|entry| id.is_none_or(|id| entry.id == id))
            .filter(|entry| is_at(entry, intent, now))
            .filter(|entry| {
                let own = entry.label.as_ref().map_or("", |label| label.expose());
                label.as_ref().is_none_or(|label| own.to_lowercase().contains(label.as_str()))
            })
            .collect();
        match &found[..] {
            [] => Ok(Reply::with(of_kind(kind, NO_SUCH), Outcome::Failed)),
            [entry] => {
                self.remove(entry.id).await?;
                let what = self.described(entry, now);
                Ok(Reply::done(of_kind(kind, CANCELLED).with("entry", what)))
            }
            many => {
                let lines: Vec<_> = many.iter().map(|entry| self.described(entry, now)).collect();
                let options = many.iter().zip(&lines);
                let options = options.map(|(entry, line)| (line.clone(), cancel(kind, entry.id)));
                let options: Vec<_> = options.collect();
                let speech = Speech::of("hark.agenda.which").with("entries", lines);
                Ok(Reply::ask(speech, Question::Which(options)))
            }
        }
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

fn cancel(kind: Kind, id: i64) -> Intent {
    let name = match kind {
        Kind::Alarm => "HarkCancelAlarm",
        Kind::Reminder => "HarkCancelReminder",
        Kind::Job => "HarkCancelJob",
    };
    Intent::named(name).with_number("id", id as f64)
}

/// What is said of alarms, reminders and scheduled actions, in this order.
type OfKind = [&'static str; 3];

const CANCEL_ALL: OfKind =
    ["HarkCancelAllAlarms.sure", "HarkCancelAllReminders.sure", "HarkCancelAllJobs.sure"];
const CANCELLED_ALL: OfKind =
    ["HarkCancelAllAlarms.done", "HarkCancelAllReminders.done", "HarkCancelAllJobs.done"];
const CANCELLED: OfKind = ["HarkCancelAlarm.done", "HarkCancelReminder.done", "HarkCancelJob.done"];
const NO_SUCH: OfKind =
    ["HarkCancelAlarm.no_such", "HarkCancelReminder.no_such", "HarkCancelJob.no_such"];
const NONE: OfKind =
    ["hark.agenda.no_alarms", "hark.agenda.no_reminders", "hark.agenda.no_actions"];

fn of_kind(kind: Kind, keys: OfKind) -> Speech {
    let [alarm, reminder, job] = keys;
    Speech::of(match kind {
        Kind::Alarm => alarm,
        Kind::Reminder => reminder,
        Kind::Job => job,
    })
}

fn none(kind: Kind) -> Reply {
    Reply::done(of_kind(kind, NONE))
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

/// Whether the entry is at the time that was said, if one was.
fn is_at(entry: &Entry, intent: &Intent, now: &Zoned) -> bool {
    let Some(hour) = intent.number("hour") else { return true };
    let at: Option<Time> = match &entry.rule {
        Rule::Weekly { time, .. } | Rule::Yearly { time, .. } => Some(*time),
        _ => entry.next.map(|next| next.to_zoned(now.time_zone().clone()).time()),
    };
    let Some(at) = at else { return false };
    let minutes = hour as i32 * 60 + intent.number("minute").unwrap_or(0.0) as i32;
    let own = i32::from(at.hour()) * 60 + i32::from(at.minute());
    let half_fits = match intent.text("half_day") {
        Some("am") => at.hour() < 12,
        Some(_) => at.hour() >= 12,
        None => true,
    };
    half_fits && (own - minutes).rem_euclid(12 * 60) == 0
}

impl Skill for Agenda {
    fn name(&self) -> &'static str {
        "agenda"
    }

    fn intents(&self) -> &'static [Handles] {
        const {
            &[
                Handles::new("HarkSetAlarm", Risk::Comfort),
                Handles::new("HarkListAlarms", Risk::Private),
                Handles::new("HarkCancelAlarm", Risk::Comfort),
                Handles::new("HarkCancelAllAlarms", Risk::Comfort),
                Handles::new("HarkSkipAlarm", Risk::Comfort),
                Handles::new("HarkSnooze", Risk::Comfort),
                Handles::new("HarkAddReminder", Risk::Comfort),
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

    fn handle<'a>(
        &'a self,
        intent: &'a Intent,
        context: &'a Context,
    ) -> BoxFuture<'a, Result<Reply>> {
        Box::pin(self.answer(intent, context))
    }
}
