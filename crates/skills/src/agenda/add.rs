//! Adds alarms, reminders and scheduled actions.

use jiff::Zoned;
use voice::{Context, Intent, Outcome, PrivateText, Question, Reply, Result, Speech};

use super::Agenda;
use super::cancel::cancel;
use super::entry::{Entry, Kind};
use super::recent::Newest;
use super::rule::Rule;
use super::when::{self, Bias, Unclear};
use crate::time::duration;
use crate::timers::TimerMatch;

impl Agenda {
    /// Adds an entry for each of the times that were said.
    pub(super) async fn add_each(
        &self,
        intent: &Intent,
        context: &Context,
        now: &Zoned,
    ) -> Result<Reply> {
        let mut all = Reply::silent();
        for one in when::each_time(intent) {
            let mut reply = self.add_what_was_said(&one, context, now).await?;
            all.speech.append(&mut reply.speech);
            all.undo.append(&mut reply.undo);
            (all.outcome, all.question) = (reply.outcome, reply.question);
            if all.outcome != Outcome::Done {
                break;
            }
        }
        Ok(all)
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
        let awaited = awaits(intent).then(|| self.timers.awaited(intent, context.now));
        let rule = match awaited {
            Some(TimerMatch::One(timer)) => Ok(Rule::Timer(timer.id)),
            Some(TimerMatch::Reply(reply)) => return Ok(reply),
            None => when::rule(intent, now, &self.home, bias),
        };
        let rule = match rule {
            Ok(rule) => rule,
            Err(Unclear::NoTime) if kind == Kind::Reminder && !has_day(intent) => {
                let speech = Speech::of("HarkAddReminder.when");
                return Ok(Reply::ask(speech, Question::Missing(intent.clone())));
            }
            Err(Unclear::NoTime) => {
                let speech = Speech::of("hark.agenda.what_time");
                return Ok(Reply::ask(speech, Question::Missing(intent.clone())));
            }
            Err(Unclear::Past) => return Ok(self.past(intent, now, bias)),
            Err(why) => return Ok(Reply::with(unclear(why), Outcome::Failed)),
        };
        let steps = intent.then.clone();
        let entry = Entry { label, steps, ..ordered(kind, rule, context) };
        let Some(entry) = self.add(entry, now).await? else {
            return Ok(Reply::with(unclear(Unclear::Past), Outcome::Failed));
        };
        self.newest.note(context, Newest::Entry(entry.id));
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
            Kind::Job if intent.text("when") == Some("until") => "HarkSchedule.until",
            Kind::Job if is_after => "HarkSchedule.after",
            Kind::Job => "HarkSchedule.at",
        });
        let length = duration::of_slots(intent, "").unwrap_or_default();
        speech
            .with("when", when::spoken(&entry.rule, entry.next, now))
            .with("length", duration::spoken(length))
    }

    /// What is over today can still be had tomorrow: that is asked.
    fn past(&self, intent: &Intent, now: &Zoned, bias: Bias) -> Reply {
        let mut tomorrow = intent.clone();
        tomorrow.slots.retain(|slot| slot.name != "day");
        let tomorrow = tomorrow.with_text("day", "tomorrow");
        let again = when::rule(&tomorrow, now, &self.home, bias).ok();
        let next = again.as_ref().and_then(|rule| rule.next(now.timestamp(), &self.home));
        match (intent.text("day"), again, next) {
            (Some("today"), Some(rule), Some(next)) => {
                let when = when::spoken(&rule, Some(next), now);
                let speech = Speech::of("hark.agenda.past_but").with("when", when);
                Reply::ask(speech, Question::Confirm(tomorrow))
            }
            _ => Reply::with(unclear(Unclear::Past), Outcome::Failed),
        }
    }
}

/// An entry for whoever asks, where they ask.
pub(super) fn ordered(kind: Kind, rule: Rule, context: &Context) -> Entry {
    let (satellite, principal) = (context.satellite.clone(), context.principal);
    Entry { satellite, principal, ..Entry::new(kind, rule) }
}

pub(super) fn unclear(why: Unclear) -> Speech {
    Speech::of(match why {
        Unclear::NoTime => "hark.agenda.no_time",
        Unclear::Past => "hark.agenda.past",
        Unclear::NoSuchDay => "hark.agenda.no_such_day",
        Unclear::NoSuchRepeat => "hark.agenda.no_such_repeat",
        Unclear::NoSun => "hark.agenda.no_sun",
    })
}

/// Whether a day was said.
fn has_day(intent: &Intent) -> bool {
    ["day", "month_day"].iter().any(|slot| intent.slot(slot).is_some())
}

/// Whether it waits for a timer.
pub(super) fn awaits(intent: &Intent) -> bool {
    intent.text("when") == Some("timer")
}
