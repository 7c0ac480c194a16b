//! Changes what is set: a timer, an alarm, a reminder, a scheduled action.

use std::time::Duration;

use jiff::Zoned;
use voice::{Context, Intent, Outcome, Question, Reply, Result, Skill as _, Speech};

use super::Agenda;
use super::add::unclear;
use super::cancel::{is_meant, none};
use super::entry::{Entry, Kind};
use super::is_set;
use super::recent::Newest;
use super::rule::Rule;
use super::when::{self, Bias};
use crate::time::duration;
use crate::timers::{Timer, TimerMatch};

impl Agenda {
    /// Starts a timer, for a length of time or until a time of day.
    pub(super) async fn start_timer(
        &self,
        intent: &Intent,
        context: &Context,
        now: &Zoned,
    ) -> Result<Reply> {
        let until = intent.text("when") == Some("until");
        let rule = match until.then(|| when::rule(intent, now, &self.home, Bias::Day)) {
            Some(_) if !is_set(context.now) => {
                return Ok(Reply::with(Speech::of("hark.agenda.no_clock"), Outcome::Failed));
            }
            Some(Err(why)) => return Ok(Reply::with(unclear(why), Outcome::Failed)),
            Some(Ok(rule)) => Some(rule),
            None => None,
        };
        let end = rule.as_ref().and_then(|rule| rule.next(now.timestamp(), &self.home));
        let mut started = intent.clone();
        if let Some(end) = end {
            started.slots.retain(|slot| slot.name == "name");
            let left = end.duration_since(now.timestamp());
            started = started.with_number("seconds", left.as_secs_f64());
        }
        let mut reply = self.timers.handle(&started, context).await?;
        if reply.outcome == Outcome::Done
            && let Some(id) = reply.undo.first().and_then(|undo| undo.number("id"))
        {
            self.newest.note(context, Newest::Timer(id as i64));
            if let (Some(rule), Some(end)) = (rule, end) {
                let mut speech = Speech::of("HassStartTimer.until");
                if let Some(name) = intent.text("name") {
                    speech = speech.with("name", name);
                }
                reply.speech = vec![speech.with("when", when::spoken(&rule, Some(end), now))];
            }
        }
        Ok(reply)
    }

    /// Changes what the intent names in the slot `what`, or what was set last. The new time is in the
    /// slots of [`when::rule`]; that of an alarm to change in the same ones behind `from_`.
    pub(super) async fn change(
        &self,
        intent: &Intent,
        context: &Context,
        now: &Zoned,
    ) -> Result<Reply> {
        let newest = self.newest.get(context);
        let kind = match intent.text("what") {
            Some("timer") => return self.change_timer(intent, newest, context).await,
            Some("alarm") => Kind::Alarm,
            Some("reminder") => Kind::Reminder,
            _ => match newest {
                Some(Newest::Timer(_)) => return self.change_timer(intent, newest, context).await,
                Some(Newest::Entry(id)) => match self.entry(id) {
                    Some(entry) => return self.move_entry(entry, intent, context, now).await,
                    None => return Ok(nothing_to_change()),
                },
                None => return Ok(nothing_to_change()),
            },
        };
        let found = self.live(kind);
        if found.is_empty() {
            return Ok(Reply { outcome: Outcome::Failed, ..none(kind) });
        }
        let meant = found.into_iter().filter(|entry| is_meant(entry, intent, now, "from_"));
        let mut meant: Vec<_> = meant.collect();
        let last = meant.iter().position(|entry| newest == Some(Newest::Entry(entry.id)));
        match (meant.len(), last) {
            (0, _) => Ok(nothing_to_change()),
            (_, Some(last)) => self.move_entry(meant.swap_remove(last), intent, context, now).await,
            (1, None) => self.move_entry(meant.remove(0), intent, context, now).await,
            _ => {
                Ok(self
                    .which(&meant, now, |entry| intent.clone().with_number("id", entry.id as f64)))
            }
        }
    }

    fn entry(&self, id: i64) -> Option<Entry> {
        self.lock().iter().find(|entry| entry.id == id).cloned()
    }

    async fn move_entry(
        &self,
        mut entry: Entry,
        intent: &Intent,
        context: &Context,
        now: &Zoned,
    ) -> Result<Reply> {
        let bias = if entry.kind == Kind::Alarm { Bias::Morning } else { Bias::Day };
        let before = String::from(entry.rule.clone());
        let rule = match intent.text("rule") {
            // That is how it is taken back.
            Some(rule) => Rule::try_from(rule.to_owned()).map_err(|_| when::Unclear::NoTime),
            None => when::moved(
                (&entry.rule, entry.next.or(entry.snoozed)),
                intent,
                now,
                &self.home,
                bias,
            ),
        };
        entry.rule = match rule {
            Ok(rule) => rule,
            Err(when::Unclear::NoTime) => {
                let speech = Speech::of("hark.agenda.what_time");
                return Ok(Reply::ask(speech, Question::Missing(intent.clone())));
            }
            Err(why) => return Ok(Reply::with(unclear(why), Outcome::Failed)),
        };
        entry.next = entry.rule.next(now.timestamp(), &self.home);
        if entry.next.is_none() && !matches!(entry.rule, Rule::Timer(_)) {
            return Ok(Reply::with(unclear(when::Unclear::Past), Outcome::Failed));
        }
        (entry.snoozed, entry.ringing) = (None, None);
        self.newest.note(context, Newest::Entry(entry.id));
        self.save(entry.clone()).await?;
        let what = match entry.kind {
            Kind::Alarm => "HarkChange.alarm",
            Kind::Reminder => "HarkChange.reminder",
            Kind::Job => "HarkChange.action",
        };
        let when = match self.awaits(&entry) {
            Some(when) => when,
            None => when::spoken(&entry.rule, entry.next, now),
        };
        let undo = Intent::named("HarkChange").with_number("id", entry.id as f64);
        let undo = undo.with_text("what", entry.kind.as_str()).with_text("rule", before);
        Ok(Reply::done(entry.about(what).with("when", when)).undone_by(vec![undo]))
    }

    async fn change_timer(
        &self,
        intent: &Intent,
        newest: Option<Newest>,
        context: &Context,
    ) -> Result<Reply> {
        let said = ["name", "id", "start_hours", "start_minutes", "start_seconds"];
        let mut meant = intent.clone();
        if let (Some(Newest::Timer(id)), false) =
            (newest, said.iter().any(|slot| intent.slot(slot).is_some()))
            && self.timers.spoken(id).is_some()
        {
            meant = meant.with_number("id", id as f64);
        }
        let timer = match self.timers.meant(&meant, context.now) {
            TimerMatch::One(timer) => timer,
            TimerMatch::Reply(reply) => return Ok(reply),
        };
        let Some(length) = duration::of_slots(intent, "").or_else(|| in_its_unit(intent, &timer))
        else {
            let speech = Speech::of("hark.timer.how_long");
            let asked = intent.clone().with_text("what", "timer");
            return Ok(Reply::ask(speech, Question::Missing(asked)));
        };
        let (id, left, total) = (timer.id, timer.left(context.now), timer.total);
        // That is how it is taken back.
        let whole = duration::of_slots(intent, "total_").unwrap_or(length);
        let changed = self.timers.set_length(id, (length, whole), context.now).await?;
        self.newest.note(context, Newest::Timer(id));
        let undo = Intent::named("HarkChange").with_text("what", "timer");
        let undo = undo.with_number("id", id as f64).with_number("seconds", left.as_secs_f64());
        let undo = undo.with_number("total_seconds", total.as_secs_f64());
        Ok(Reply::done(is_changed(changed.as_ref(), length)).undone_by(vec![undo]))
    }
}

/// "Make it 8" of a timer that was set for minutes.
fn in_its_unit(intent: &Intent, timer: &Timer) -> Option<Duration> {
    let is_bare = ["minute", "half_day", "day"].iter().all(|slot| intent.slot(slot).is_none());
    let number = intent.number("hour").filter(|number| is_bare && *number > 0.0)?;
    let unit = match timer.total.as_secs() {
        total if total % 3600 == 0 => 3600,
        total if total % 60 == 0 => 60,
        _ => 1,
    };
    Some(Duration::from_secs(number as u64 * unit))
}

/// `Pasta timer changed to 12 minutes.`
fn is_changed(timer: Option<&Timer>, length: Duration) -> Speech {
    let speech = Speech::of("HarkChange.timer").with("length", duration::spoken(length));
    match timer.and_then(|timer| timer.name.as_deref()) {
        Some(name) => speech.with("name", name),
        None => speech,
    }
}

fn nothing_to_change() -> Reply {
    Reply::with(Speech::of("HarkChange.nothing"), Outcome::Failed)
}
