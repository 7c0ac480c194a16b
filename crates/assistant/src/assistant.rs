//! What is understood and who does it: sentences, names, tolerance and skills together.

use std::collections::HashMap;
use std::sync::Arc;

use intent::{AreaRef, Meaning, Recogniser, Tolerance};
use language::Language;
use voice::{
    Handles, Intent, ListValue, Lists, Risk, Role, Skill, Slot, SlotValue, Target, Transcript,
    WordGraph,
};

use crate::clauses::{self, Grammar};
use crate::{Dialogue, Error, Routine, Texts};

/// What is known while a text may be the answer to a question: only then a bare name means something,
/// because a thing may be called "Stop".
const ASKED: &str = "asked";

/// What an assistant is made of.
pub struct Parts {
    /// What people may say, and what is answered.
    pub texts: Texts,
    /// What the household calls its things.
    pub lists: Lists,
    /// Who answers.
    pub skills: Vec<Arc<dyn Skill>>,
    /// Named sequences of commands; those of the language if there are none.
    pub routines: Vec<Routine>,
    /// Id of the area for which the sentences are prepared: that of the satellite.
    pub area: Option<String>,
}

/// The recogniser with the household's names, and the skills by intent. It does not change; other
/// names make another one ([`Assistant::with_lists`]).
pub struct Assistant {
    pub(crate) recogniser: Recogniser,
    pub(crate) tolerance: Tolerance,
    language: Arc<Language>,
    /// The devices by their ids.
    pub(crate) targets: HashMap<String, Target>,
    areas: HashMap<String, AreaRef>,
    area: Option<String>,
    shared: Arc<Shared>,
}

/// What stays when names change.
struct Shared {
    skills: HashMap<&'static str, (Handles, Arc<dyn Skill>)>,
    routines: Vec<Routine>,
}

impl Assistant {
    /// Joins sentences, names and skills.
    ///
    /// # Errors
    /// When a sentence cannot be used, or two skills claim the same intent.
    pub fn new(parts: Parts) -> Result<Self, Error> {
        let Parts { texts, lists, skills, routines, area } = parts;
        let Texts { sentences, language } = texts;
        let mut by_intent: HashMap<&'static str, (Handles, Arc<dyn Skill>)> = HashMap::new();
        for skill in skills {
            for handles in skill.intents() {
                let claimed = by_intent.insert(handles.name, (*handles, Arc::clone(&skill)));
                if let Some((_, other)) = claimed {
                    let skills = [other.name(), skill.name()];
                    return Err(Error::ClaimedTwice { intent: handles.name, skills });
                }
            }
        }
        let usual = || Routine::usual(language.words());
        let routines = if routines.is_empty() { usual() } else { routines };
        let lists = with_routines(lists, &routines);
        let (targets, areas) = (targets(&lists), areas(&lists));
        let here = in_area(area.as_deref(), &areas);
        let recogniser = Recogniser::new(sentences, lists)?;
        let tolerance = recogniser.tolerance(&here);
        let shared = Arc::new(Shared { skills: by_intent, routines });
        Ok(Self { recogniser, tolerance, language, targets, areas, area, shared })
    }

    /// The same skills with other names, and with other sentences and responses if there are any.
    ///
    /// # Errors
    /// When a sentence cannot be used.
    pub fn with_lists(&self, lists: Lists, texts: Option<Texts>) -> Result<Self, Error> {
        let lists = with_routines(lists, &self.shared.routines);
        let (targets, areas) = (targets(&lists), areas(&lists));
        let here = in_area(self.area.as_deref(), &areas);
        let (recogniser, language) = match texts {
            Some(Texts { sentences, language }) => (Recogniser::new(sentences, lists)?, language),
            None => (self.recogniser.with_lists(lists)?, Arc::clone(&self.language)),
        };
        let tolerance = self.tolerance.renewed(&recogniser, &here);
        let (area, shared) = (self.area.clone(), Arc::clone(&self.shared));
        Ok(Self { recogniser, tolerance, language, targets, areas, area, shared })
    }

    /// The language in which is answered.
    pub fn language(&self) -> &Arc<Language> {
        &self.language
    }

    /// Every sentence that can be understood, for a grammar recogniser.
    pub fn graph(&self) -> &WordGraph {
        self.tolerance.graph()
    }

    /// What a text means word for word, said in the area for which the sentences are prepared.
    pub fn recognise(&self, text: &str) -> Option<Intent> {
        self.recognise_in(self.area.as_deref(), text)
    }

    /// What a text means, or what it was most likely meant as if it fits no sentence; nothing if
    /// one would have to ask.
    pub fn likely(&self, text: &str) -> Option<Intent> {
        let context = self.context(self.area.as_deref());
        if let Some(several) = self.clauses(&context, text) {
            return Some(several);
        }
        let guess = self.recogniser.understand(&self.tolerance, text, &context);
        guess.filter(|guess| guess.rival.is_none()).map(|guess| guess.intent)
    }

    pub(crate) fn recognise_in(&self, area: Option<&str>, text: &str) -> Option<Intent> {
        let context = self.context(area);
        self.clauses(&context, text).or_else(|| self.sentence(&context, text))
    }

    /// What is known of a sentence that is said in that area.
    fn context(&self, area: Option<&str>) -> intent::Context {
        in_area(area, &self.areas)
    }

    /// What a sentence means word for word. A thing may be called "Stop" or "Lights": a command that is
    /// no other one's name comes first, and so do the lights of this room before those called so in
    /// another one.
    fn sentence(&self, context: &intent::Context, text: &str) -> Option<Intent> {
        let best = self.recogniser.recognise(text, context)?;
        Some(self.rather_unnamed(context, text, &best).unwrap_or(best))
    }

    /// What is rather meant than the thing that is called so.
    fn rather_unnamed(
        &self,
        context: &intent::Context,
        text: &str,
        named: &Intent,
    ) -> Option<Intent> {
        let room = |id: &str| self.targets.get(id).and_then(|target| target.room.as_deref());
        let name = named.text("name").filter(|id| self.targets.contains_key(*id))?;
        let other = self.recogniser.recognise_unnamed(text, context)?;
        let lower = text.to_lowercase().replace('’', "'");
        let says_a_place = other.slots.iter().any(|slot| {
            // The room of the speaker has words, too, which were not said.
            let words = slot.text.expose().to_lowercase();
            matches!(&*slot.name, "area" | "floor") && !words.is_empty() && lower.contains(&words)
        });
        let free = |slot: &Slot| matches!(&slot.value, SlotValue::Text(text) if *text == slot.text);
        if says_a_place || other.slots.iter().any(free) {
            return None;
        }
        if other.name != named.name {
            let is_command = !Dialogue::INTENTS.contains(&other.name.as_str());
            return is_command.then_some(other);
        }
        let here = context.area.as_ref().map(|area| area.out.as_str());
        let is_here = |target: &Target| {
            target.room.as_deref() == here && Some(target.domain.as_str()) == other.text("domain")
        };
        if other.slot("area").is_none() {
            // "All lights" is a switch, perhaps; "the garage door" is the one that is called so.
            let kind = self.targets.get(name).map(|target| target.domain.as_str());
            return (kind != other.text("domain")).then_some(other);
        }
        let elsewhere = here.is_some() && room(name) != here;
        (elsewhere && self.targets.values().any(is_here)).then_some(other)
    }

    /// What a text means that is more or less than one sentence: several clauses, or nothing but a
    /// name, which is the answer to a question.
    fn clauses(&self, context: &intent::Context, text: &str) -> Option<Intent> {
        let nearly = |part: &str| {
            let guess = self.recogniser.guess(&self.tolerance, part, context);
            guess.filter(|guess| guess.rival.is_none()).map(|guess| guess.intent)
        };
        let mut asked = context.clone();
        asked.known.push((ASKED.to_owned(), "yes".to_owned()));
        let names = |part: &str| {
            let named = self.recogniser.recognise(part, &asked);
            named.filter(|named| named.name == Dialogue::ANSWER)
        };
        let grammar = Grammar {
            words: &self.language.words().clauses,
            understand: &|part| {
                let best = self.recogniser.recognise_part(part, context)?;
                Some(self.rather_unnamed(context, part, &best).unwrap_or(best))
            },
            names: &names,
            nearly: &nearly,
            owns_time: &|name| {
                self.shared.skills.get(name).is_some_and(|(handles, _)| handles.owns_time)
            },
        };
        match self.sentence(context, text) {
            Some(whole) if self.swallows(&whole) => clauses::independent(text, &grammar),
            Some(_) => None,
            None => {
                let whole = clauses::clauses(text, &grammar).or_else(|| names(text));
                // "I" and "you" mean nothing in front, but "I don't want you to" does.
                let shorter = self.recogniser.from_first_word(text);
                let is_shorter = shorter.len() < text.len();
                whole.or_else(|| is_shorter.then(|| clauses::clauses(shorter, &grammar)).flatten())
            }
        }
    }

    /// Whether free words contain what may be another command: those of a name, or all that there is of
    /// a command that takes a time and has none.
    fn swallows(&self, intent: &Intent) -> bool {
        let name = intent.name.as_str();
        let owns_time = self.shared.skills.get(name).is_some_and(|(handles, _)| handles.owns_time);
        let is_all = owns_time && intent.slots.len() == 1;
        let between = &self.language.words().clauses.between;
        let free = |slot: &Slot| {
            matches!(&slot.value, SlotValue::Text(text) if *text == slot.text)
                && (slot.name == "name" || is_all)
        };
        let joined = |slot: &Slot| {
            let text = slot.text.expose().to_lowercase();
            text.split([' ', ',']).any(|word| between.iter().any(|joint| joint == word))
        };
        intent.slots.iter().any(|slot| free(slot) && joined(slot))
    }

    pub(crate) fn meanings<'t>(
        &self,
        area: Option<&str>,
        transcript: &'t Transcript,
    ) -> Vec<Meaning<'t>> {
        let context = self.context(area);
        let several = |text: &str| self.clauses(&context, text);
        let mut meanings = self.recogniser.meanings(transcript, &self.tolerance, &context, several);
        for meaning in &mut meanings {
            let rather = self.rather_unnamed(&context, &meaning.text, &meaning.intent);
            meaning.intent = rather.unwrap_or_else(|| meaning.intent.clone());
        }
        meanings
    }

    pub(crate) fn skill(&self, intent: &Intent) -> Option<&Arc<dyn Skill>> {
        self.shared.skills.get(intent.name.as_str()).map(|(_, skill)| skill)
    }

    pub(crate) fn routine(&self, name: &str) -> Option<&Routine> {
        let mut routines = self.shared.routines.iter();
        routines.find(|routine| routine.say.first().is_some_and(|say| say == name))
    }

    /// The risk of a command with all that it brings along; `None` where nobody has said what it is.
    pub(crate) fn risk(&self, intent: &Intent) -> Option<Risk> {
        let target = intent.text("name").and_then(|id| self.targets.get(id));
        let name = intent.name.as_str();
        let own = match self.shared.skills.get(name) {
            Some((handles, _)) => handles.risk(intent, target),
            // They stand for other commands, each of which has a risk of its own.
            None if name == Routine::INTENT || Dialogue::INTENTS.contains(&name) => Risk::Comfort,
            None => return None,
        };
        intent.then.iter().try_fold(own, |most, step| Some(most.max(self.risk(step)?)))
    }

    /// Whether it must not happen by mistake. So is what nobody has thought about.
    pub(crate) fn needs_care(&self, intent: &Intent) -> bool {
        self.risk(intent).is_none_or(Risk::needs_care)
    }
}

/// The context of what is said in the area with that id, if the household has such a one.
fn in_area(area: Option<&str>, areas: &HashMap<String, AreaRef>) -> intent::Context {
    intent::Context::in_area(area.and_then(|id| areas.get(id)).cloned())
}

/// The areas by their ids, each by the first of its names.
fn areas(lists: &Lists) -> HashMap<String, AreaRef> {
    let mut areas = HashMap::new();
    for value in lists.get("area") {
        let area = || AreaRef { out: value.out.clone(), spoken: value.spoken.clone() };
        areas.entry(value.out.clone()).or_insert_with(area);
    }
    areas
}

/// The names together with the words that start routines.
fn with_routines(mut lists: Lists, routines: &[Routine]) -> Lists {
    for routine in routines {
        let Some(first) = routine.say.first() else { continue };
        for spoken in &routine.say {
            let (spoken, out) = (spoken.clone(), first.clone());
            lists.push("routine", ListValue { spoken, out, context: Vec::new() });
        }
    }
    lists
}

/// What the list of names says about each device.
fn targets(lists: &Lists) -> HashMap<String, Target> {
    let mut targets: HashMap<String, Target> = HashMap::new();
    for value in lists.get("name") {
        let of = |key: &str| value.context.iter().find(|(k, _)| k == key).map(|(_, v)| v.as_str());
        targets.entry(value.out.clone()).or_insert_with(|| {
            let domain = of("domain").unwrap_or_default();
            let by_class = || Role::of(domain, of("device_class"));
            let role = of("role").and_then(Role::parse).or_else(by_class);
            Target { domain: domain.to_owned(), role, room: of("room").map(str::to_owned) }
        });
    }
    targets
}
