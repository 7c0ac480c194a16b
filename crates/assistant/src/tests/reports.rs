//! What people report of other assistants, typed to this one: the tables in `tests/reports`.
//!
//! A row is a kind, a house, the room of the speaker, the clock, the turns before, the input and what
//! is expected: facts joined by "; ", or several of those joined by " | ". A fact is a change of the
//! home (`light.desk=on`), of the agenda (`+alarm 07:00 mon`, `-timer 300 s`), of a list
//! (`list shopping=milk`) or an effect (`effect Mute`); nothing else may change. Without any: `no` is
//! a refusal or nothing understood, `done` an answer, `says 25` one with that number in it, `asked` a
//! question. Turns that begin with "!" are what happens: `!on` switches on, opens and unlocks what can
//! be, `!wait 5` lets minutes pass, `!due` whatever comes next.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use jiff::civil::DateTime;
use skills::{Kind, Rule};
use voice::Outcome;

use super::day::{Day, TURN};

/// Tests of one table, which run side by side.
const PARTS: usize = 2;
/// Sunday in Berlin.
const CLOCK: &str = "2026-11-29 15:10";
/// By bit of [`Rule::Weekly`].
const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

struct Row<'t> {
    kind: &'t str,
    house: &'t str,
    room: &'t str,
    clock: &'t str,
    before: &'t str,
    input: &'t str,
    expected: &'t str,
}

/// What came of a turn.
struct Found {
    outcome: Outcome,
    facts: Vec<String>,
    answer: String,
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/reports")
}

fn rows(table: &str) -> Vec<Row<'_>> {
    let lines = table.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines
        .map(|line| {
            let columns: Vec<_> = line.split('\t').collect();
            // Of what is still open, the last column says why.
            let [kind, house, room, clock, before, input, expected, ..] = columns[..] else {
                panic!("a row has seven columns: {line}");
            };
            Row { kind, house, room, clock, before, input, expected }
        })
        .collect()
}

fn day(row: &Row<'_>) -> Day {
    let house = std::fs::read_to_string(folder().join(format!("{}.yaml", row.house)));
    let house = house.unwrap_or_else(|error| panic!("failed to read {}: {error}", row.house));
    let clock = if row.clock.is_empty() { CLOCK } else { row.clock };
    let clock: DateTime = clock.parse().expect("a clock");
    let room = (!row.room.is_empty()).then(|| row.room.to_owned());
    let mut day = Day::alone(&house, room, clock);
    for turn in row.before.split(" / ").filter(|turn| !turn.is_empty()) {
        match turn.strip_prefix('!') {
            Some("due") => day.until_due(),
            Some("on") => day.switch_all_on(),
            Some(other) => {
                let minutes = other.strip_prefix("wait ").and_then(|minutes| minutes.parse().ok());
                day.wait(minutes.unwrap_or_else(|| panic!("nobody knows `{turn}`")));
            }
            None => {
                day.answer(turn);
            }
        }
    }
    day
}

fn found(row: &Row<'_>) -> Found {
    let mut day = day(row);
    // The answer takes two seconds, in which timers go on.
    let before = facts(&day, day.now + TURN);
    let (outcome, answer, effects) = day.answer(&row.input.replace("\\x00", "\0"));
    let after = facts(&day, day.now);
    let mut facts = Vec::new();
    for (fact, count) in &after {
        let known = before.get(fact).copied().unwrap_or(0);
        facts.extend((known..*count).map(|_| plus(fact)));
    }
    for (fact, count) in &before {
        // A device and a list are what they are now.
        if !is_thing(fact) {
            continue;
        }
        let left = after.get(fact).copied().unwrap_or(0);
        facts.extend((left..*count).map(|_| format!("-{fact}")));
    }
    facts.extend(effects.iter().map(|effect| format!("effect {effect}")));
    facts.sort();
    Found { outcome, facts, answer }
}

/// Whether it is one of several that come and go, and no state.
fn is_thing(fact: &str) -> bool {
    let kinds = ["timer", "alarm", "reminder", "job"];
    fact.split_once(' ').is_some_and(|(kind, _)| kinds.contains(&kind))
}

fn plus(fact: &str) -> String {
    if is_thing(fact) { format!("+{fact}") } else { fact.to_owned() }
}

/// What is so, and how often.
fn facts(day: &Day, now: SystemTime) -> BTreeMap<String, usize> {
    let mut facts = BTreeMap::new();
    let mut add = |fact: String| *facts.entry(fact).or_insert(0) += 1;
    for (id, state) in day.details() {
        add(format!("{id}={state}"));
    }
    let household = day.household();
    for timer in household.timers.views() {
        let name = timer.name.map(|name| format!(" {name}")).unwrap_or_default();
        let left = timer.due.duration_since(now).unwrap_or_default();
        add(format!("timer {} s{name}", left.as_secs()));
    }
    for kind in [Kind::Alarm, Kind::Reminder, Kind::Job] {
        for entry in household.agenda.entries(kind) {
            let label = entry.label.as_ref().map(|label| format!(": {}", label.expose()));
            let steps: Vec<_> = entry.steps.iter().map(super::day::shown).collect();
            let what = if kind == Kind::Job {
                format!(": {}", steps.join(" + "))
            } else {
                label.unwrap_or_default()
            };
            add(format!("{} {}{what}", kind.as_str(), when(&entry.rule, now)));
        }
    }
    for list in household.lists.views() {
        add(format!("list {}={}", list.name, list.items.join(", ")));
    }
    facts
}

fn when(rule: &Rule, now: SystemTime) -> String {
    let days = |days: u8| match days {
        0b111_1111 => "daily".to_owned(),
        0b001_1111 => "weekdays".to_owned(),
        0b110_0000 => "weekends".to_owned(),
        days => {
            let on = DAYS.iter().enumerate().filter(|(bit, _)| days & (1 << bit) != 0);
            on.map(|(_, name)| *name).collect::<Vec<_>>().join(",")
        }
    };
    match rule {
        Rule::After(moment) => {
            let now = jiff::Timestamp::try_from(now).expect("a time");
            format!("in {} s", moment.duration_since(now).as_secs())
        }
        Rule::Once(local) => local.strftime("%F %R").to_string(),
        Rule::Weekly { days: on, time } => format!("{} {}", time.strftime("%R"), days(*on)),
        Rule::Monthly { day, time } => format!("{} day {day} monthly", time.strftime("%R")),
        Rule::Yearly { month, day, time } => {
            format!("{month:02}-{day:02} {} yearly", time.strftime("%R"))
        }
        Rule::Sun { days: on, rising } => {
            format!("{} {}", if *rising { "sunrise" } else { "sunset" }, days(*on))
        }
        Rule::Timer(_) => "timer".to_owned(),
    }
}

impl Found {
    fn is(&self, expected: &str) -> bool {
        expected.split(" | ").any(|expected| self.is_one(expected))
    }

    fn is_one(&self, expected: &str) -> bool {
        use Outcome::{Asked, Done, Failed, NotUnderstood, Refused};
        let refused = matches!(self.outcome, Refused | Failed | NotUnderstood);
        match expected {
            "no" => self.facts.is_empty() && refused,
            "done" => self.facts.is_empty() && self.outcome == Done,
            "asked" => self.facts.is_empty() && self.outcome == Asked,
            _ if expected.starts_with("says ") => {
                let number = expected.trim_start_matches("says ");
                let answer = self.answer.replace(',', "");
                let mut numbers = answer.split(|c: char| !c.is_ascii_digit() && c != '.');
                self.facts.is_empty()
                    && self.outcome == Done
                    && numbers.any(|found| found.trim_end_matches('.') == number)
            }
            facts => {
                let mut facts: Vec<_> = facts.split("; ").filter(|fact| *fact != "asked").collect();
                facts.sort_unstable();
                let asked = expected.split("; ").any(|fact| fact == "asked");
                // What stands behind a state, such as the colour of a light, is only expected if it is said.
                let is = |(found, fact): (&String, &&str)| {
                    found
                        .strip_prefix(fact)
                        .is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
                };
                self.facts.len() == facts.len()
                    && self.facts.iter().zip(&facts).all(is)
                    && asked == (self.outcome == Asked)
            }
        }
    }

    fn told(&self) -> String {
        let kind = match self.outcome {
            Outcome::Done if self.facts.is_empty() => "done",
            Outcome::Done => "",
            Outcome::Asked => "asked",
            _ if self.facts.is_empty() => "no",
            _ => "",
        };
        let facts = self.facts.iter().map(String::as_str);
        let all: Vec<_> = facts.chain([kind]).filter(|fact| !fact.is_empty()).collect();
        all.join("; ")
    }
}

/// Tries rows and returns what is wrong.
fn wrong(rows: &[Row<'_>]) -> Vec<String> {
    let mut wrong = Vec::new();
    for row in rows {
        let found = found(row);
        if !found.is(row.expected) {
            wrong.push(format!(
                "{} {} {}: {}{}\n  expected {}\n  found    {} ({})",
                row.kind,
                row.house,
                row.room,
                if row.before.is_empty() { String::new() } else { format!("{} / ", row.before) },
                row.input,
                row.expected,
                found.told(),
                found.answer,
            ));
        }
    }
    wrong
}

/// Tries a part of a table: they are many.
fn check(table: &str, part: usize) {
    let table = std::fs::read_to_string(folder().join(table)).expect("a table");
    let rows: Vec<_> = rows(&table).into_iter().skip(part).step_by(PARTS).collect();
    let wrong = wrong(&rows);
    assert!(wrong.is_empty(), "{} of {} rows:\n{}", wrong.len(), rows.len(), wrong.join("\n"));
}

#[test]
fn handed_1() {
    check("handed.tsv", 0);
}

#[test]
fn handed_2() {
    check("handed.tsv", 1);
}

#[test]
fn own_1() {
    check("own.tsv", 0);
}

#[test]
fn own_2() {
    check("own.tsv", 1);
}

/// A row that is right now belongs to the others.
#[test]
fn what_is_open_is_not_right_yet() {
    let table = std::fs::read_to_string(folder().join("open.tsv")).expect("a table");
    for row in rows(&table) {
        assert!(!found(&row).is(row.expected), "{} is right", row.input);
    }
}
