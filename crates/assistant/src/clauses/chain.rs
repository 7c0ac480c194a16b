//! Chains of commands: each by itself, or sharing words with the one before.

use voice::Intent;

use super::reader::{Reader, free_words};

/// Slots of a time that say on which day it is, or on which days.
const DAY: [&str; 18] = [
    "after_days",
    "after_months",
    "after_weeks",
    "day",
    "except",
    "except_2",
    "month",
    "month_day",
    "monthly",
    "next_month",
    "odd_day",
    "repeated",
    "repeated_2",
    "repeated_3",
    "repeated_4",
    "repeated_5",
    "repeated_until",
    "yearly",
];

impl Reader<'_> {
    /// Two clauses or more, each of which is one by itself. A time at the end or in front belongs to all
    /// of them, and is left to [`Reader::later`], unless that clause takes it itself or another one has
    /// a time of its own.
    pub(super) fn independent(&self, words: &[&str], most: usize) -> Option<Vec<Intent>> {
        if most < 2 {
            return None;
        }
        self.joints(words).find_map(|(at, length)| {
            let (one, rest) = (&words[..at], &words[at + length..]);
            let first = self.clause(one)?;
            let mut steps = match self.clause(rest) {
                Some(last) => vec![last],
                None => self.independent(rest, most - 1)?,
            };
            let plain = |step: &Intent| is_plain(step) && !(self.grammar.owns_time)(&step.name);
            let at_the_end = steps.len() == 1
                && is_plain(&first)
                && steps.iter().all(|last| is_scheduled(last) && !is_about_it(last));
            let in_front = is_scheduled(&first) && steps.iter().all(plain) && self.is_timed(one);
            if at_the_end || in_front {
                return None;
            }
            if let Some(next) = steps.first_mut() {
                take_day(next, &first);
            }
            steps.insert(0, first);
            Some(steps)
        })
    }

    /// A command and another one that borrows its beginning and begins with free words of its own.
    pub(super) fn apart(&self, words: &[&str], slot: &str) -> Option<Vec<Intent>> {
        self.joints(words).find_map(|(at, length)| {
            let (one, rest) = (&words[..at], &words[at + length..]);
            let first = self.command(one)?;
            let begins = rest.join(" ");
            (1..one.len()).find_map(|until| {
                let next = self.command(&[&one[..until], rest].concat())?;
                let said = free_words(&next, slot)?;
                begins.starts_with(&said).then(|| vec![first.clone(), next])
            })
        })
    }

    /// Whether a time stands in front of something.
    fn is_timed(&self, words: &[&str]) -> bool {
        (1..words.len()).any(|length| self.when(&words[..length]).is_some())
    }

    /// A command and others of its kind that begin with a time of their own, and borrow what stands in front
    /// of it.
    pub(super) fn again(&self, words: &[&str]) -> Option<Vec<Intent>> {
        self.joints(words).find_map(|(at, length)| {
            let (one, rest) = (&words[..at], &words[at + length..]);
            let first = self.command(one)?;
            if !self.is_timed(rest) {
                return None;
            }
            let before = (1..one.len()).map(|until| [&one[..until], rest].concat());
            let mut steps = before.into_iter().find_map(|whole| {
                let step = self.command(&whole).filter(|step| step.name == first.name)?;
                Some(self.again(&whole).unwrap_or_else(|| vec![step]))
            })?;
            steps.insert(0, first);
            Some(steps)
        })
    }

    /// Commands, one behind the other, of which a later one may leave out the words it shares with the
    /// one before ("turn off the lamp and the fan").
    pub(super) fn chain(&self, words: &[&str], most: usize) -> Option<Vec<Intent>> {
        self.forward(words, most).or_else(|| self.backward(words, most))
    }

    /// The same where each may borrow from the one before it.
    fn forward(&self, words: &[&str], most: usize) -> Option<Vec<Intent>> {
        if let Some(command) = self.plain(words) {
            return Some(vec![command]);
        }
        if most < 2 {
            return None;
        }
        self.joints(words).find_map(|(at, length)| {
            let (one, rest) = (&words[..at], &words[at + length..]);
            let first = self.plain(one)?;
            let mut steps = self.behind(&first, one, rest, most - 1)?;
            steps.insert(0, first);
            // "Fifty and five percent" is no number.
            (!contradict(&steps)).then_some(steps)
        })
    }

    /// "The kitchen and the bedroom light": the first borrows the end of the second.
    fn backward(&self, words: &[&str], most: usize) -> Option<Vec<Intent>> {
        if most < 2 {
            return None;
        }
        self.joints(words).find_map(|(at, length)| {
            let (one, rest) = (&words[..at], &words[at + length..]);
            // What is a command already needs no end.
            if self.plain(one).is_some() {
                return None;
            }
            (1..rest.len()).find_map(|from| {
                if joins_numbers(one, &rest[from..]) {
                    return None;
                }
                let whole = [one, &rest[from..]].concat();
                let first = self.command(&whole)?;
                let mut steps = self.with_words_before(&first, &whole, rest, most - 1)?;
                steps.insert(0, first);
                Some(steps)
            })
        })
    }

    /// What is meant if the rest borrows the beginning of the command before it, as much of it as
    /// makes sense.
    fn with_words_before(
        &self,
        before: &Intent,
        words: &[&str],
        rest: &[&str],
        most: usize,
    ) -> Option<Vec<Intent>> {
        // "One hundred nine and twenty squared": no number is made of two.
        let joins = |until: usize| joins_numbers(&words[..until], rest);
        let untils = || (1..words.len()).rev().filter(|until| !joins(*until));
        // The next clause ends at a joint, or with the breath.
        let ends: Vec<_> = self.joints(rest).chain([(rest.len(), 0)]).collect();
        // "Set the living room to 40 percent and the kitchen to 60": its last word, too.
        let last = &words[words.len() - 1..];
        // "The desk lamp and the office lamp" are not the desk lamp, in the office: what needs no room
        // next to the name comes first.
        let ways = [(&last[1..], false), (last, false), (&last[1..], true), (last, true)];
        ways.into_iter().find_map(|(last, placed)| {
            untils().find_map(|until| {
                ends.iter().find_map(|(at, length)| {
                    let whole = [&words[..until], &rest[..*at], last].concat();
                    let step = if placed { self.plain(&whole) } else { self.unplaced(&whole) };
                    let step = step.filter(|step| is_another(step, before))?;
                    let behind = &rest[at + length..];
                    let mut steps = match behind {
                        [] => Vec::new(),
                        behind => self.behind(&step, &whole, behind, most - 1)?,
                    };
                    steps.insert(0, step);
                    Some(steps)
                })
            })
        })
    }

    /// What follows a command: others by themselves, or such that share words with it.
    fn behind(
        &self,
        before: &Intent,
        words: &[&str],
        rest: &[&str],
        most: usize,
    ) -> Option<Vec<Intent>> {
        if most == 0 {
            return None;
        }
        self.forward(rest, most)
            .or_else(|| self.with_words_before(before, words, rest, most))
            .or_else(|| self.backward(rest, most))
    }
}

/// Whether it is the same kind of command, and not for the same thing in another room.
fn is_another(step: &Intent, before: &Intent) -> bool {
    let same_thing = is_placed(step) && step.text("name") == before.text("name");
    step.name == before.name && !same_thing
}

/// Whether a room is said of a thing that is named.
fn is_placed(step: &Intent) -> bool {
    let room = step.slots.iter().any(|slot| slot.name == "area" && !slot.text.is_empty());
    room && step.slot("name").is_some()
}

/// Whether two numbers in words would stand side by side.
fn joins_numbers(one: &[&str], rest: &[&str]) -> bool {
    let last = one.last().and_then(|word| word.split('-').next_back());
    let first = rest.first().and_then(|word| word.split('-').next());
    let in_digits = |word: &str| word.starts_with(|sign: char| sign.is_ascii_digit());
    let is_number = |word: Option<&str>| {
        word.is_some_and(|word| intent::is_number_word(word) || in_digits(word))
    };
    is_number(last) && is_number(first)
}

/// What is about a thing that was named before, and has a time and no day, has the day of what is before:
/// "every day at 7 turn on the lamp and at 8 turn it off".
fn take_day(next: &mut Intent, before: &Intent) {
    let has_time = ["hour", "hhmm"].iter().any(|slot| next.slot(slot).is_some());
    let has_day = DAY.iter().any(|slot| next.slot(slot).is_some());
    if is_scheduled(before) && is_scheduled(next) && is_about_it(next) && has_time && !has_day {
        let day = before.slots.iter().filter(|slot| DAY.contains(&slot.name.as_str()));
        next.slots.extend(day.cloned());
    }
}

/// Whether it is about what was named before in the breath: it then has its time alone.
fn is_about_it(scheduled: &Intent) -> bool {
    scheduled.then.iter().any(|step| step.slot("target").is_some())
}

/// Whether two of the commands want the same thing to be different at once.
fn contradict(steps: &[Intent]) -> bool {
    let is_target =
        |name: &str| ["name", "area", "floor", "domain", "device_class"].contains(&name);
    let named = |step: &Intent, targets: bool| {
        let slots = step.slots.iter().filter(|slot| is_target(&slot.name) == targets);
        slots.map(|slot| (slot.name.clone(), slot.value.clone())).collect::<Vec<_>>()
    };
    steps.iter().enumerate().any(|(index, one)| {
        steps[index + 1..].iter().any(|other| {
            let (what, instead) = (named(one, false), named(other, false));
            one.name == other.name
                && !named(one, true).is_empty()
                && named(one, true) == named(other, true)
                && what != instead
                && what.len() == instead.len()
                && what.iter().zip(&instead).all(|(a, b)| a.0 == b.0)
        })
    })
}

fn is_scheduled(intent: &Intent) -> bool {
    intent.name == super::SCHEDULE
}

/// Whether a time could be its own and is not there.
fn is_plain(intent: &Intent) -> bool {
    !is_scheduled(intent) && intent.name != crate::Dialogue::NOT
}
