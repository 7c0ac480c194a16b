//! Handles the intents of timers.

use std::time::{Duration, SystemTime};

use voice::{
    Answering, Context, Handles, Intent, Outcome, Question, Reply, Result, Risk, Skill, Speech,
};

use super::meant::{TimerMatch, done_already, none};
use super::{Timer, Timers};
use crate::time::duration::{self, spoken};

/// More timers at once are a mistake, of an engine rather than of a person.
const MAX_TIMERS: usize = 50;

impl Timers {
    async fn answer(&self, intent: &Intent, context: &Context) -> Result<Reply> {
        let _act = self.acts.lock().await;
        let now = context.now;
        match intent.name.as_str() {
            "HassStartTimer" => return self.start(intent, context).await,
            "HassCancelAllTimers" => return self.cancel_all(intent, context.confirmed).await,
            "HassTimerStatus" => return Ok(self.status(intent, now)),
            _ => {}
        }
        let timer = match self.meant(intent, now) {
            TimerMatch::One(timer) => timer,
            TimerMatch::Reply(reply) => return Ok(reply),
        };
        match intent.name.as_str() {
            "HassCancelTimer" => {
                self.remove(timer.id).await?;
                let key = if timer.ringing { "stopped" } else { "cancelled" };
                let mut again = Intent::named("HassStartTimer")
                    .with_number("seconds", timer.left(now).as_secs_f64());
                if let Some(name) = &timer.name {
                    again = again.with_text("name", name.as_str());
                }
                let undo = if timer.ringing { Vec::new() } else { vec![again] };
                let speech = Speech::keyed(format!("HassCancelTimer.{key}"));
                Ok(Reply::done(speech.with("timer", timer.spoken())).undone_by(undo))
            }
            "HarkRestartTimer" => {
                let length = timer.total;
                let speech = Speech::of("HarkRestartTimer.done").with("timer", timer.spoken());
                let due = now + length;
                let timer = Timer { due, paused_left: None, ringing: false, ..timer };
                self.save(timer).await?;
                Ok(Reply::done(speech))
            }
            "HassPauseTimer" => self.pause(timer, now).await,
            "HassUnpauseTimer" => self.resume(timer, now).await,
            name => {
                let Some(length) = duration::of_slots(intent, "") else {
                    let speech = Speech::of("hark.timer.how_long");
                    return Ok(Reply::ask(speech, Question::Missing(intent.clone())));
                };
                self.change(timer, length, name == "HassDecreaseTimer", now).await
            }
        }
    }

    async fn start(&self, intent: &Intent, context: &Context) -> Result<Reply> {
        let Some(length) = duration::of_slots(intent, "") else {
            let speech = Speech::of("HassStartTimer.how_long");
            return Ok(Reply::ask(speech, Question::Missing(intent.clone())));
        };
        if self.lock().len() >= MAX_TIMERS {
            return Ok(Reply::with(Speech::of("HassStartTimer.too_many"), Outcome::Refused));
        }
        let name = intent.text("name").map(|name| name.trim().to_lowercase());
        let name = name.filter(|name| !name.is_empty());
        let mut speech = Speech::of("HassStartTimer.set").with("length", spoken(length));
        if let Some(name) = &name {
            speech = speech.with("name", name);
        }
        let timer = Timer {
            locked: false,
            id: 0,
            satellite: context.satellite.clone(),
            name,
            due: context.now + length,
            total: length,
            paused_left: None,
            ringing: false,
        };
        let id = self.save(timer).await?;
        let undo = vec![Intent::named("HassCancelTimer").with_number("id", id as f64)];
        Ok(Reply::done(speech).undone_by(undo))
    }

    /// More than one is gone for good, so that somebody must have meant it.
    async fn cancel_all(&self, intent: &Intent, confirmed: bool) -> Result<Reply> {
        let ids: Vec<_> = self.lock().iter().map(|timer| timer.id).collect();
        if ids.len() > 1 && !confirmed {
            let speech = Speech::of("HassCancelAllTimers.sure").with("count", ids.len());
            return Ok(Reply::ask(speech, Question::Confirm(intent.clone())));
        }
        for &id in &ids {
            self.remove(id).await?;
        }
        Ok(match ids.len() {
            0 => none(),
            count => Reply::done(Speech::of("HassCancelAllTimers.done").with("count", count)),
        })
    }

    async fn pause(&self, mut timer: Timer, now: SystemTime) -> Result<Reply> {
        if timer.ringing {
            return Ok(done_already());
        }
        let left = timer.left(now);
        let speech = left_on("HassPauseTimer.done", &timer, left);
        timer.paused_left = Some(left);
        self.save(timer).await?;
        Ok(Reply::done(speech))
    }

    async fn resume(&self, mut timer: Timer, now: SystemTime) -> Result<Reply> {
        let Some(left) = timer.paused_left.take() else {
            return Ok(Reply::with(Speech::of("HassUnpauseTimer.not_paused"), Outcome::Failed));
        };
        timer.due = now + left;
        let speech = left_on("HassUnpauseTimer.done", &timer, left);
        self.save(timer).await?;
        Ok(Reply::done(speech))
    }

    async fn change(
        &self,
        mut timer: Timer,
        length: Duration,
        shorter: bool,
        now: SystemTime,
    ) -> Result<Reply> {
        let left = timer.left(now);
        if shorter && left <= length {
            let speech = Speech::of("HassDecreaseTimer.too_short").with("left", spoken(left));
            return Ok(Reply::with(speech, Outcome::Failed));
        }
        let left = if shorter { left.saturating_sub(length) } else { left + length };
        timer.total =
            if shorter { timer.total.saturating_sub(length) } else { timer.total + length };
        timer.due = now + left;
        timer.ringing = false;
        timer.paused_left = timer.paused_left.map(|_| left);
        self.save(timer).await?;
        let key = if shorter { "HassDecreaseTimer.done" } else { "HassIncreaseTimer.done" };
        let speech = Speech::of(key).with("length", spoken(length));
        Ok(Reply::done(speech.with("left", spoken(left))))
    }

    fn status(&self, intent: &Intent, now: SystemTime) -> Reply {
        let named = intent.slot("name").is_some() || duration::of_slots(intent, "start_").is_some();
        let mut timers = self.lock().clone();
        if named || timers.len() == 1 {
            match self.meant(intent, now) {
                TimerMatch::One(timer) => timers = vec![timer],
                TimerMatch::Reply(reply) => return reply,
            }
        }
        timers.sort_by_key(|timer| timer.left(now));
        if timers.is_empty() {
            return none();
        }
        let parts = timers.iter().map(|timer| {
            let left = timer.left(now);
            if timer.ringing {
                Speech::of("hark.timer.done").with("timer", timer.spoken())
            } else if timer.paused_left.is_some() {
                left_on("HassTimerStatus.paused", timer, left)
            } else {
                left_on("HassTimerStatus.left", timer, left)
            }
        });
        Reply { speech: parts.collect(), ..Reply::silent() }
    }
}

/// Something about a timer and what is left of it.
fn left_on(key: &'static str, timer: &Timer, left: Duration) -> Speech {
    Speech::of(key).with("timer", timer.spoken()).with("left", spoken(left))
}

/// What starts, changes or cancels a timer goes through [`crate::Agenda`]: it knows the time of day, and
/// something may wait for the end of a timer.
impl Skill for Timers {
    fn name(&self) -> &'static str {
        "timers"
    }

    fn intents(&self) -> &'static [Handles] {
        const {
            &[
                Handles::new("HassIncreaseTimer", Risk::Comfort),
                Handles::new("HassDecreaseTimer", Risk::Comfort),
                Handles::new("HassPauseTimer", Risk::Comfort),
                Handles::new("HassUnpauseTimer", Risk::Comfort),
                Handles::new("HassTimerStatus", Risk::Private),
                Handles::new("HarkRestartTimer", Risk::Comfort),
            ]
        }
    }

    fn handle<'a>(&'a self, intent: &'a Intent, context: &'a Context) -> Answering<'a> {
        Box::pin(self.answer(intent, context))
    }
}
