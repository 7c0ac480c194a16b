//! An entry of the agenda: an alarm, a reminder or a scheduled action.

use jiff::fmt::serde::timestamp::millisecond;
use jiff::{Timestamp, Zoned};
use serde::{Deserialize, Serialize};
use voice::{Intent, Principal, PrivateText, Reply, Request, SatelliteId, Speech};

use super::rule::Rule;
use super::{Due, when};
use crate::Numbered;
use crate::storage::fields;

/// What happens when it is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// It rings until somebody stops it.
    Alarm,
    /// Something is said.
    Reminder,
    /// A scheduled action is carried out.
    Job,
}

impl Kind {
    /// Its word, as it is kept and shown.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Alarm => "alarm",
            Self::Reminder => "reminder",
            Self::Job => "job",
        }
    }
}

/// An entry of the agenda, as it is kept.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// Its number; 0 until it is kept.
    #[serde(skip)]
    pub id: i64,
    /// On which satellite: where it was ordered.
    #[serde(with = "fields::satellite", default, skip_serializing_if = "SatelliteId::is_local")]
    pub satellite: SatelliteId,
    /// Who ordered it: what lets somebody in asks for that again when it is due.
    #[serde(rename = "known", with = "fields::known", default)]
    pub principal: Principal,
    /// What happens.
    pub kind: Kind,
    /// When.
    pub rule: Rule,
    /// What an alarm is called, what a reminder says, the words of a scheduled action.
    #[serde(with = "fields::optional_words", default)]
    pub label: Option<PrivateText>,
    /// What a scheduled action does.
    #[serde(with = "fields::steps", default)]
    pub steps: Vec<Intent>,
    /// When it is due next; `None` if never again.
    #[serde(rename = "next_ms", with = "millisecond::optional", default)]
    pub next: Option<Timestamp>,
    /// When it rings again after it was snoozed.
    #[serde(rename = "snoozed_ms", with = "millisecond::optional", default)]
    pub snoozed: Option<Timestamp>,
    /// When it was due for which it rings now.
    #[serde(rename = "ringing_ms", with = "millisecond::optional", default)]
    pub ringing: Option<Timestamp>,
    /// When it was due without anybody hearing of it yet.
    #[serde(rename = "missed_ms", with = "millisecond::optional", default)]
    pub missed: Option<Timestamp>,
    /// Whether its label and its steps wait for a passphrase.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub locked: bool,
}

impl Numbered for Entry {
    fn id(&self) -> i64 {
        self.id
    }

    fn numbered(self, id: i64) -> Self {
        Self { id, ..self }
    }
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
            locked: false,
        }
    }

    /// Whether nothing will ever happen with it.
    pub(super) fn is_over(&self) -> bool {
        [self.next, self.snoozed, self.ringing, self.missed].iter().all(Option::is_none)
    }

    /// Whether what it says is told when it is unlocked: what a reminder says, and what was not done.
    pub(super) fn is_told_later(&self) -> bool {
        self.locked && self.kind != Kind::Alarm
    }

    /// What happens with it when it is due.
    pub(super) fn happens(&self, at: &Zoned) -> Due {
        match self.kind {
            Kind::Alarm => {
                self.says(self.about("hark.agenda.alarm").with("time", when::clock(at.time())))
            }
            Kind::Reminder if self.locked => self.says(Speech::of("hark.agenda.locked_reminder")),
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
            None if self.is_told_later() => {
                Speech::of(key).with("label", Speech::of("hark.agenda.locked"))
            }
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
        let key = match self.kind {
            Kind::Alarm => "hark.agenda.missed_alarm",
            Kind::Reminder => "hark.agenda.missed_reminder",
            Kind::Job => "hark.agenda.missed_action",
        };
        self.says_of_then(key, at, now)
    }

    /// What is said of it, now that its words are known, if it was due while they were not.
    pub(super) fn was_locked(&self, at: &Zoned, now: &Zoned) -> Due {
        let key = match self.kind {
            Kind::Alarm | Kind::Reminder => "hark.agenda.was_locked_reminder",
            Kind::Job => "hark.agenda.was_locked_action",
        };
        self.says_of_then(key, at, now)
    }

    fn says_of_then(&self, key: &'static str, at: &Zoned, now: &Zoned) -> Due {
        let speech = self.about(key);
        let mut speech = speech.with("time", when::clock(at.time()));
        if at.date() != now.date() {
            speech = speech.with("day", when::on_day(at.date(), now.date()));
        }
        self.says(speech)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_of_versions_before_are_read_and_written_as_they_stand() {
        let steps = r#"[{\"intent\":\"HassLightSet\",\"slots\":[[\"name\",\"light.hall\"],[\"brightness\",40.5]]}]"#;
        let job = format!(
            r#"{{"satellite":"bedroom","known":true,"kind":"job","rule":"weekly 31 07:00:00","label":"hall","steps":"{steps}","next_ms":1795000000000,"snoozed_ms":null,"ringing_ms":null,"missed_ms":1794000000000}}"#
        );
        let alarm = r#"{"known":false,"kind":"alarm","rule":"once 2026-11-22T07:00:00","label":null,"steps":"[]","next_ms":null,"snoozed_ms":1795000000000,"ringing_ms":null,"missed_ms":null}"#;
        let [job, alarm] = [&*job, alarm].map(|row| {
            let entry: Entry = serde_json::from_str(row).expect("it can be read");
            assert_eq!(serde_json::to_string(&entry).expect("it can be written"), row);
            entry
        });
        assert!(alarm.satellite.is_local() && alarm.principal == Principal::Anyone);
        assert!(!job.satellite.is_local() && job.principal == Principal::Household);
        assert_eq!(job.next.map(Timestamp::as_second), Some(1_795_000_000));
        let step = &job.steps[0];
        assert_eq!(
            (step.text("name"), step.number("brightness")),
            (Some("light.hall"), Some(40.5))
        );
        // Before they knew of satellites, rows had neither of the first two fields.
        let oldest = r#"{"kind":"alarm","rule":"timer 3","label":"tea","steps":"[]","next_ms":1,"snoozed_ms":null,"ringing_ms":null,"missed_ms":null}"#;
        let oldest: Entry = serde_json::from_str(oldest).expect("it can be read");
        assert!(oldest.satellite.is_local() && oldest.rule == Rule::Timer(3));
        for field in ["steps", "rule", "kind"] {
            let mut row = serde_json::to_value(&alarm).expect("it can be written");
            row[field] = "nonsense".into();
            assert!(serde_json::from_value::<Entry>(row).is_err(), "{field}");
        }
    }
}
