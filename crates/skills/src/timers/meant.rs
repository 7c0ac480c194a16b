//! Resolves which timer an intent means.

use std::time::{Duration, SystemTime};

use voice::{Intent, Outcome, Question, Reply, Speech};

use super::{Timer, Timers};
use crate::time::duration;

/// Which timer was meant.
pub(crate) enum TimerMatch {
    /// That one.
    One(Timer),
    /// Nothing of that kind, or several; the reply says so.
    Reply(Reply),
}

impl Timers {
    /// The timers with the name and the id in these slots and the length, as far as they were said.
    fn matching(&self, intent: &Intent, name: &str, id: &str) -> Vec<Timer> {
        let name = intent.text(name).map(str::to_lowercase);
        let length = duration::of_slots(intent, "start_");
        let id = intent.number(id).map(|id| id as i64);
        let timers = self.lock();
        let exactly = timers.iter().any(|timer| timer.name == name);
        // "The egg timer" is the one for eggs, unless another is called just so.
        let is_called = |timer: &Timer, name: &str| {
            let own = timer.name.as_deref().unwrap_or_default();
            if exactly { own == name } else { singular(own) == singular(name) }
        };
        let matches = |timer: &&Timer| {
            name.as_ref().is_none_or(|name| is_called(timer, name))
                && length.is_none_or(|length| timer.total == length)
                && id.is_none_or(|id| timer.id == id)
        };
        timers.iter().filter(matches).cloned().collect()
    }

    /// The timer with the name or the length that was said, or the only one.
    pub(crate) fn meant(&self, intent: &Intent, now: SystemTime) -> TimerMatch {
        if self.lock().is_empty() {
            return TimerMatch::Reply(none());
        }
        let found = self.matching(intent, "name", "id");
        // What rings is what people talk about.
        let ringing = found.iter().find(|timer| timer.ringing);
        match (&found[..], ringing) {
            ([one], _) => TimerMatch::One(one.clone()),
            (_, Some(ringing)) => TimerMatch::One(ringing.clone()),
            ([], _) => TimerMatch::Reply(no_such_timer()),
            (several, _) => which(several, intent, "id", now),
        }
    }

    /// The timer that something is to wait for: the one with the name in the slot `timer` or the
    /// length that was said, or the only one that runs. Otherwise the reply says why not, or asks.
    pub(crate) fn awaited(&self, intent: &Intent, now: SystemTime) -> TimerMatch {
        if self.lock().is_empty() {
            return TimerMatch::Reply(Reply { outcome: Outcome::Failed, ..none() });
        }
        let found = self.matching(intent, "timer", "timer_id");
        let (ringing, mut running): (Vec<_>, Vec<_>) =
            found.into_iter().partition(|timer| timer.ringing);
        match running.len() {
            1 => TimerMatch::One(running.remove(0)),
            0 if ringing.is_empty() => TimerMatch::Reply(no_such_timer()),
            0 => TimerMatch::Reply(done_already()),
            _ => which(&running, intent, "timer_id", now),
        }
    }
}

fn singular(name: &str) -> &str {
    let name = name.strip_prefix("the ").unwrap_or(name);
    name.strip_suffix('s').unwrap_or(name)
}

pub(super) fn none() -> Reply {
    Reply::done(Speech::of("hark.timer.none"))
}

fn no_such_timer() -> Reply {
    Reply::with(Speech::of("hark.timer.no_such"), Outcome::Failed)
}

pub(super) fn done_already() -> Reply {
    Reply::with(Speech::of("hark.timer.done_already"), Outcome::Failed)
}

/// Asks which of several timers is meant; the answer fills the slot. Those of one name are told apart
/// by what is left of them, and where that is the same, too, either will do.
fn which(several: &[Timer], intent: &Intent, slot: &str, now: SystemTime) -> TimerMatch {
    let called = |timer: &Timer| (timer.name.clone(), timer.name.is_none().then_some(timer.total));
    // Whole minutes, where they are enough: nobody repeats the seconds.
    let minutes = |timer: &Timer| timer.left(now).as_secs().div_ceil(60);
    let label = |timer: &Timer| {
        let namesakes = several.iter().filter(|other| called(other) == called(timer));
        let namesakes: Vec<_> = namesakes.map(minutes).collect();
        let same = namesakes.iter().filter(|other| **other == minutes(timer)).count();
        match (namesakes.len(), same) {
            (1, _) => timer.spoken(),
            (_, 1) if minutes(timer) > 1 => {
                timer.spoken_with_left(Duration::from_secs(60 * minutes(timer)))
            }
            _ => timer.spoken_with_left(timer.left(now)),
        }
    };
    let mut choices: Vec<(Speech, Intent)> = Vec::new();
    for timer in several {
        let label = label(timer);
        if choices.iter().all(|(known, _)| *known != label) {
            choices.push((label, intent.clone().with_number(slot, timer.id as f64)));
        }
    }
    if let ([_], Some(one)) = (&choices[..], several.first()) {
        return TimerMatch::One(one.clone());
    }
    let labels: Vec<_> = choices.iter().map(|(label, _)| label.clone()).collect();
    let speech = Speech::of("hark.timer.which").with("timers", labels);
    TimerMatch::Reply(Reply::ask(speech, Question::Which(choices)))
}
