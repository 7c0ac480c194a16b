//! Resolves which timer an intent means.

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
    pub(super) fn find(&self, intent: &Intent) -> TimerMatch {
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
            (several, _) => TimerMatch::Reply(which(several, intent, "id")),
        }
    }

    /// The timer that something is to wait for: the one with the name in the slot `timer` or the
    /// length that was said, or the only one that runs. Otherwise the reply says why not, or asks.
    pub(crate) fn awaited(&self, intent: &Intent) -> TimerMatch {
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
            _ => TimerMatch::Reply(which(&running, intent, "timer_id")),
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

/// Asks which of several timers is meant; the answer fills the slot.
fn which(several: &[Timer], intent: &Intent, slot: &str) -> Reply {
    let names: Vec<_> = several.iter().map(Timer::spoken).collect();
    let choices = several.iter().map(|timer| {
        let chosen = intent.clone().with_number(slot, timer.id as f64);
        (timer.spoken(), chosen)
    });
    let speech = Speech::of("hark.timer.which").with("timers", names);
    Reply::ask(speech, Question::Which(choices.collect()))
}
