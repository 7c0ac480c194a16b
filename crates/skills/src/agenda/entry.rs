//! One alarm, reminder or later command.

use jiff::{Timestamp, Zoned};
use voice::{Intent, Principal, PrivateText, Reply, Request, SatelliteId, Speech};

use super::rule::Rule;
use super::{Due, when};

/// What happens when it is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// It rings until somebody stops it.
    Alarm,
    /// Something is said.
    Reminder,
    /// Something is done.
    Job,
}

impl Kind {
    /// The word by which it is kept.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Alarm => "alarm",
            Self::Reminder => "reminder",
            Self::Job => "job",
        }
    }

    /// The kind with that word.
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Alarm, Self::Reminder, Self::Job].into_iter().find(|kind| kind.as_str() == word)
    }
}

/// An entry of the agenda, as it is kept.
#[derive(Clone, PartialEq)]
pub struct Entry {
    /// Its number; 0 until it is kept.
    pub id: i64,
    /// What happens.
    pub kind: Kind,
    /// On which satellite: where it was ordered.
    pub satellite: SatelliteId,
    /// Who ordered it: what lets somebody in asks for that again when it is due.
    pub principal: Principal,
    /// When.
    pub rule: Rule,
    /// What an alarm is called, what a reminder says, the words of a command.
    pub label: Option<PrivateText>,
    /// What a later command does.
    pub steps: Vec<Intent>,
    /// When it is due next; `None` if never again.
    pub next: Option<Timestamp>,
    /// When it rings again after it was snoozed.
    pub snoozed: Option<Timestamp>,
    /// When it was due for which it rings now.
    pub ringing: Option<Timestamp>,
    /// When it was due without anybody hearing of it yet.
    pub missed: Option<Timestamp>,
}

impl Entry {
    pub(super) fn new(kind: Kind, rule: Rule) -> Self {
        Self {
            id: 0,
            kind,
            satellite: SatelliteId::local(),
            principal: Principal::Anyone,
            rule,
            label: None,
            steps: Vec::new(),
            next: None,
            snoozed: None,
            ringing: None,
            missed: None,
        }
    }

    /// Whether nothing will ever happen with it.
    pub(super) fn is_over(&self) -> bool {
        [self.next, self.snoozed, self.ringing, self.missed].iter().all(Option::is_none)
    }

    /// What happens with it when it is due.
    pub(super) fn happens(&self, at: &Zoned) -> Due {
        match self.kind {
            Kind::Alarm => {
                self.says(self.about("hark.agenda.alarm").with("time", when::clock(at.time())))
            }
            Kind::Reminder => self.says(self.about("hark.agenda.reminder")),
            Kind::Job => {
                let label = self.label.clone().unwrap_or_default();
                let (satellite, steps) = (self.satellite.clone(), self.steps.clone());
                let request = Request::scheduled(satellite, label, steps);
                Due::Act(Request { principal: self.principal, ..request })
            }
        }
    }

    /// Something about it, with its label if it has one.
    pub(super) fn about(&self, key: &'static str) -> Speech {
        match &self.label {
            Some(label) => Speech::of(key).with("label", label),
            // What has no words of its own ends a mute.
            None if self.kind == Kind::Job => {
                Speech::of(key).with("label", Speech::of("hark.agenda.listen_again"))
            }
            None => Speech::of(key),
        }
    }

    fn says(&self, speech: Speech) -> Due {
        Due::Announce(self.satellite.clone(), Reply::done(speech))
    }

    /// What is said of it when the timer that it waits for was cancelled.
    pub(super) fn is_dropped(&self) -> Speech {
        match self.kind {
            Kind::Job => self.about("hark.agenda.not_done"),
            Kind::Alarm | Kind::Reminder => self.about("hark.agenda.not_reminded"),
        }
    }

    /// The same where nobody spoke of that timer.
    pub(super) fn was_orphaned(&self) -> Due {
        let cancelled = Speech::of("hark.agenda.timer_cancelled");
        self.says(cancelled.with("dropped", self.is_dropped()))
    }

    /// What is said of it when it was missed.
    pub(super) fn was_missed(&self, at: &Zoned, now: &Zoned) -> Due {
        let speech = self.about(match self.kind {
            Kind::Alarm => "hark.agenda.missed_alarm",
            Kind::Reminder => "hark.agenda.missed_reminder",
            Kind::Job => "hark.agenda.missed_action",
        });
        let mut speech = speech.with("time", when::clock(at.time()));
        if at.date() != now.date() {
            speech = speech.with("day", when::on_day(at.date(), now.date()));
        }
        self.says(speech)
    }
}
