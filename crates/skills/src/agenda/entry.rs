//! One alarm, reminder or later command.

use jiff::{Timestamp, Zoned};
use voice::{Intent, Principal, PrivateText, Reply, Request, SatelliteId};

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

    pub(super) fn label(&self) -> &str {
        self.label.as_ref().map_or("", |label| label.expose())
    }

    /// What happens with it when it is due.
    pub(super) fn happens(&self, at: &Zoned) -> Due {
        match self.kind {
            Kind::Alarm => {
                let time = when::clock(at.time());
                let what = if self.label.is_some() {
                    format!(" Your {} alarm.", self.label())
                } else {
                    String::new()
                };
                self.says(format!("It's {time}.{what}"))
            }
            Kind::Reminder => self.says(format!("Reminder: {}.", self.label())),
            Kind::Job => {
                let label = self.label.clone().unwrap_or_default();
                let (satellite, steps) = (self.satellite.clone(), self.steps.clone());
                let request = Request::scheduled(satellite, label, steps);
                Due::Act(Request { principal: self.principal, ..request })
            }
        }
    }

    fn says(&self, speech: String) -> Due {
        Due::Announce(self.satellite.clone(), Reply::done(speech))
    }

    /// What is said of it when the timer that it waits for was cancelled.
    pub(super) fn is_dropped(&self) -> String {
        match self.kind {
            Kind::Job => format!("I won't do this: {}.", self.label()),
            Kind::Alarm | Kind::Reminder => format!("I won't remind you: {}.", self.label()),
        }
    }

    /// The same where nobody spoke of that timer.
    pub(super) fn was_orphaned(&self) -> Due {
        self.says(format!("A timer was cancelled. {}", self.is_dropped()))
    }

    /// What is told of it when it was missed.
    pub(super) fn was_missed(&self, at: &Zoned, now: &Zoned) -> Due {
        let day = match when::on_day(at.date(), now.date()) {
            day if day == "today" => String::new(),
            day => format!(" {day}"),
        };
        let time = format!("{}{day}", when::clock(at.time()));
        self.says(match self.kind {
            Kind::Alarm => format!("I was off and missed your alarm at {time}."),
            Kind::Reminder => format!("I was off at {time}. Reminder: {}.", self.label()),
            Kind::Job => format!("I was off at {time}, so this was not done: {}.", self.label()),
        })
    }
}
