//! What was talked about: questions and their answers, "it", "the bedroom too", "undo that".

use std::collections::HashMap;
use std::time::{Duration, SystemTime};

use language::{Choice, Language};
use voice::{Intent, Outcome, PrivateText, Question, Reply, Slot, Speech, Target, Wording};

/// An answer later than this after a question is none.
const ANSWER_WITHIN: Duration = Duration::from_secs(60);
/// What "it" means is forgotten after this.
const REMEMBER: Duration = Duration::from_secs(5 * 60);
/// How long something can be taken back by "undo".
const UNDO_WITHIN: Duration = Duration::from_secs(30);
/// Slots that say what a command is for.
pub(crate) const TARGET: [&str; 5] = ["name", "area", "floor", "domain", "device_class"];

/// What a command means in the course of a conversation.
pub enum Next {
    /// Do this; `confirmed` if the person was asked about this very command and said yes.
    Do {
        /// What is to be done.
        intent: Intent,
        /// Whether it was asked about.
        confirmed: bool,
    },
    /// Do each of these: what was said was for several things.
    Each(Vec<Intent>),
    /// Take the last command back, and then perhaps do this in its place.
    Undo {
        /// What takes it back.
        undo: Vec<Intent>,
        /// What was meant.
        instead: Option<Intent>,
    },
    /// Nothing is done; this is the answer.
    Say(Reply),
}

/// Remembers the last command, in memory only and for minutes.
#[derive(Default)]
pub struct Dialogue {
    question: Option<(Question, SystemTime)>,
    last: Option<Last>,
    /// What was done before in the same breath, for "turn on the fan and set it to 50 percent".
    pub(crate) breath: Vec<Vec<Slot>>,
    /// What the command before was for: "the other one".
    pub(crate) before: Vec<Vec<Slot>>,
}

pub(crate) struct Last {
    pub(crate) intent: Intent,
    undo: Vec<Intent>,
    at: SystemTime,
}

fn is_within(since: SystemTime, now: SystemTime, span: Duration) -> bool {
    now.duration_since(since).is_ok_and(|passed| passed <= span)
}

impl Dialogue {
    /// The intents that it answers itself: they mean nothing without what was said before.
    pub const INTENTS: [&str; 9] = [
        "HarkAlso",
        "HarkAnswer",
        "HarkInstead",
        "HarkNo",
        "HarkUndo",
        "HarkWhen",
        "HarkYes",
        Self::NOT,
        Self::UNCLEAR,
    ];

    /// The intent of a command that is not to be done.
    pub const NOT: &str = "HarkNot";
    /// The intent of what is a sentence only if the words of another command are a part of its own.
    pub const UNCLEAR: &str = "HarkUnclear";
    /// The intent of "yes".
    pub const YES: &str = "HarkYes";
    /// The intent of words that answer a question and ask for nothing.
    pub const ANSWER: &str = "HarkAnswer";

    /// Whether a question waits for its answer.
    pub fn question(&self, now: SystemTime) -> Option<&Question> {
        let (question, asked) = self.question.as_ref()?;
        is_within(*asked, now, ANSWER_WITHIN).then_some(question)
    }

    /// Ends the question, answered or not: what comes next is no answer to it.
    pub fn drop_question(&mut self) {
        self.question = None;
    }

    /// Which of the things that were offered is named by one of these texts: "the pasta one", "the
    /// first one". It ends the question.
    pub fn choose<'t>(
        &mut self,
        mut texts: impl Iterator<Item = &'t str>,
        language: &Language,
        now: SystemTime,
    ) -> Option<Intent> {
        let Some(Question::Which(options)) = self.question(now) else { return None };
        let labels = options.iter().map(|(label, _)| language.text(std::slice::from_ref(label)));
        let labels: Vec<_> = labels.collect();
        let chosen = texts.find_map(|text| chosen(text, &labels, &language.words().choice))?;
        let intent = options.get(chosen).map(|(_, intent)| intent.clone());
        self.question = None;
        intent
    }

    /// The command whose missing words these are, if that is what was asked for. It ends the
    /// question.
    pub fn worded(&mut self, text: &str, now: SystemTime) -> Option<Intent> {
        let Some(Question::Words(asked, slot)) = self.question(now) else { return None };
        let words = text.trim().trim_end_matches(['.', '!', '?']);
        let intent = (!words.is_empty()).then(|| asked.clone().with_text(slot, words))?;
        self.question = None;
        Some(intent)
    }

    /// What a command means now. Any command ends an open question. `targets` are the devices by
    /// their ids.
    pub fn next(
        &mut self,
        intent: Intent,
        targets: &HashMap<String, Target>,
        now: SystemTime,
    ) -> Next {
        let question = self.question(now).cloned();
        self.question = None;
        match (intent.name.as_str(), question) {
            ("HarkYes", Some(Question::Confirm(intent))) => Next::Do { intent, confirmed: true },
            ("HarkNo" | "HarkUndo", Some(_)) => {
                Next::Say(Reply::done(Speech::of("hark.all_right")))
            }
            ("HarkYes" | "HarkNo", None) => refuse("hark.nothing_asked"),
            ("HarkYes", Some(question)) => {
                Next::Say(Reply::ask(Speech::of("hark.which_one"), question))
            }
            // What is missing is a time, a length or a number: a thing answers nothing, and is no name either.
            ("HarkAnswer", Some(Question::Missing(_))) if !target(&intent).is_empty() => {
                refuse("hark.about_what")
            }
            ("HarkAnswer" | "HarkWhen", Some(Question::Missing(asked))) => {
                Next::Do { intent: filled(asked, intent), confirmed: false }
            }
            ("HarkAnswer" | "HarkWhen", Some(Question::Which(options))) => {
                let named = |option: &Intent| {
                    let mut slots = intent.slots.iter();
                    slots.any(|slot| option.slot(&slot.name) == Some(&slot.value))
                };
                let chosen = options.into_iter().find(|(_, option)| named(option));
                match chosen {
                    Some((_, intent)) => Next::Do { intent, confirmed: false },
                    None => refuse("hark.none_of_them"),
                }
            }
            ("HarkAnswer" | "HarkWhen", _) => refuse("hark.about_what"),
            ("HarkUndo", _) => self.undo(None, now),
            ("HarkAlso", _) => match self.again(&intent, targets, now) {
                Some(intent) => Next::Do { intent, confirmed: false },
                None => refuse("hark.do_what"),
            },
            ("HarkInstead", _) => match self.again(&intent, targets, now) {
                Some(instead) => self.undo(Some(instead), now),
                None => refuse("hark.do_what"),
            },
            (Self::NOT, _) => Next::Say(Reply::done(Speech::of("hark.will_not"))),
            (Self::UNCLEAR, _) => {
                let speech = Speech::of("hark.cannot_help");
                Next::Say(Reply::with(speech, Outcome::NotUnderstood))
            }
            _ if intent.slot("target").is_some() => self.for_targets(&intent, targets, now),
            _ => Next::Do { intent, confirmed: false },
        }
    }

    /// Remembers what was done and what was asked.
    pub fn answered(&mut self, intent: &Intent, reply: &Reply, now: SystemTime) {
        self.question = reply.question.clone().map(|question| (question, now));
        self.breath.clear();
        if reply.outcome != Outcome::Done {
            return;
        }
        let target = all_targets(intent);
        if target.is_empty() && reply.undo.is_empty() {
            return;
        }
        if let Some(last) = self.last.take() {
            let known = all_targets(&last.intent);
            if !known.is_empty() && known != target {
                self.before = known;
            }
        }
        self.last = Some(Last { intent: intent.clone(), undo: reply.undo.clone(), at: now });
    }

    fn undo(&mut self, instead: Option<Intent>, now: SystemTime) -> Next {
        let Some(last) = &mut self.last else { return refuse("HarkUndo.nothing") };
        // Taking the wrong thing back is part of a correction, whatever else it can.
        let undo = std::mem::take(&mut last.undo);
        if instead.is_some() {
            return Next::Undo { undo, instead };
        }
        if undo.is_empty() {
            return refuse("HarkUndo.cannot");
        }
        if !is_within(last.at, now, UNDO_WITHIN) {
            return refuse("HarkUndo.too_late");
        }
        Next::Undo { undo, instead: None }
    }

    pub(crate) fn last(&self, now: SystemTime) -> Option<&Last> {
        self.last.as_ref().filter(|last| is_within(last.at, now, REMEMBER))
    }

    /// The last command for another thing or room.
    fn again(
        &self,
        other: &Intent,
        targets: &HashMap<String, Target>,
        now: SystemTime,
    ) -> Option<Intent> {
        let last = self.last(now)?;
        // A timer has a name, too, and is for no thing of the house.
        if !is_for_things(&last.intent, targets) {
            return None;
        }
        let mut intent = last.intent.clone();
        let domain = domain(&intent, targets);
        intent.slots.retain(|slot| !matches!(&*slot.name, "name" | "area" | "floor"));
        let new = other.slots.iter().filter(|slot| TARGET.contains(&&*slot.name)).cloned();
        intent.slots.extend(new);
        if other.slot("name").is_some() {
            intent.slots.retain(|slot| !matches!(&*slot.name, "domain" | "device_class"));
        } else if intent.slot("domain").is_none() {
            intent = intent.with_text("domain", domain?);
        }
        Some(Intent { then: Vec::new(), ..intent })
    }

    /// What was done in this breath before the breath ends.
    pub fn done(&mut self, intent: &Intent) {
        self.breath.extend(all_targets(intent));
    }
}

/// What each of the commands of a breath is for.
pub(crate) fn all_targets(intent: &Intent) -> Vec<Vec<Slot>> {
    let all = std::iter::once(intent).chain(&intent.then);
    all.map(target).filter(|slots| !slots.is_empty()).collect()
}

pub(crate) fn refuse(key: &'static str) -> Next {
    Next::Say(Reply::with(Speech::of(key), Outcome::Refused))
}

/// The slots that say what a command is for.
fn target(intent: &Intent) -> Vec<Slot> {
    let slots = intent.slots.iter().filter(|slot| TARGET.contains(&&*slot.name));
    slots.cloned().collect()
}

pub(crate) fn domain(intent: &Intent, targets: &HashMap<String, Target>) -> Option<String> {
    let of_name = intent.text("name").and_then(|id| targets.get(id));
    of_name.map(|target| target.domain.clone()).or(intent.text("domain").map(str::to_owned))
}

/// Whether a command is for devices or rooms.
fn is_for_things(intent: &Intent, targets: &HashMap<String, Target>) -> bool {
    let is_thing = |slot: &Slot| match &*slot.name {
        "name" => slot.value.as_text().is_some_and(|id| targets.contains_key(id)),
        _ => true,
    };
    target(intent).iter().any(is_thing)
}

/// The command with what was missing.
fn filled(mut asked: Intent, answer: Intent) -> Intent {
    asked.slots.retain(|slot| answer.slots.iter().all(|other| other.name != slot.name));
    asked.slots.extend(answer.slots);
    asked
}

/// Which of the labels the text names: all its words, apart from those that name nothing, stand in
/// that one only.
fn chosen(text: &str, labels: &[PrivateText], by: &Choice) -> Option<usize> {
    let text = text.to_lowercase();
    let words: Vec<_> = text
        .split(|c: char| !c.is_alphanumeric() && c != '\'')
        .filter(|word| !word.is_empty() && !by.idle.iter().any(|idle| idle == word))
        .collect();
    if let [word] = words[..] {
        let is_one = |names: &Vec<String>| names.iter().any(|name| name == word);
        let place = by.order.iter().position(is_one);
        let last = is_one(&by.last).then(|| labels.len().saturating_sub(1));
        if let Some(place) = place.or(last).filter(|place| *place < labels.len()) {
            return Some(place);
        }
    }
    let named = |label: &PrivateText| {
        let label = label.expose().to_lowercase();
        words.iter().all(|word| label.split_whitespace().any(|of_label| of_label == *word))
    };
    let mut found = (0..labels.len()).filter(|&index| !words.is_empty() && named(&labels[index]));
    let one = found.next();
    if found.next().is_some() { None } else { one }
}
