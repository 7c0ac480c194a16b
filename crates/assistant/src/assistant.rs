//! What is understood and who does it: sentences, names, tolerance and skills together.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use intent::{Doubt, Meaning, Recogniser, Tolerance};
use language::Language;
use voice::{
    Handles, Intent, ListValue, Lists, Risk, Role, Skill, SlotValue, Stage, Target, WordGraph,
};

use crate::{Dialogue, Error, Routine, Texts, clauses};

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
    pub(crate) language: Arc<Language>,
    /// The devices by their ids.
    pub(crate) targets: HashMap<String, Target>,
    /// One name of each kind of device.
    pub(crate) examples: Vec<String>,
    /// The ids of the rooms.
    pub(crate) areas: HashSet<String>,
    pub(crate) area: Option<String>,
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
        let examples = examples(&lists, &targets);
        let here = in_area(area.as_deref(), &areas);
        let recogniser = Recogniser::new(sentences, lists)?;
        let tolerance = recogniser.tolerance(&here);
        let shared = Arc::new(Shared { skills: by_intent, routines });
        Ok(Self { recogniser, tolerance, language, targets, examples, areas, area, shared })
    }

    /// The same skills with other names, and with other sentences and responses if there are any.
    ///
    /// # Errors
    /// When a sentence cannot be used.
    pub fn with_lists(&self, lists: Lists, texts: Option<Texts>) -> Result<Self, Error> {
        let lists = with_routines(lists, &self.shared.routines);
        let (targets, areas) = (targets(&lists), areas(&lists));
        let examples = examples(&lists, &targets);
        let here = in_area(self.area.as_deref(), &areas);
        let (recogniser, language) = match texts {
            Some(Texts { sentences, language }) => (Recogniser::new(sentences, lists)?, language),
            None => (self.recogniser.with_lists(lists)?, Arc::clone(&self.language)),
        };
        let tolerance = self.tolerance.renewed(&recogniser, &here);
        let (area, shared) = (self.area.clone(), Arc::clone(&self.shared));
        Ok(Self { recogniser, tolerance, language, targets, examples, areas, area, shared })
    }

    /// The language in which is answered.
    pub fn language(&self) -> &Arc<Language> {
        &self.language
    }

    /// Every sentence that can be understood, for a grammar recogniser.
    pub fn graph(&self) -> &WordGraph {
        self.tolerance.graph()
    }

    /// What a skill has said of an intent.
    pub(crate) fn handles(&self, name: &str) -> Option<&Handles> {
        self.shared.skills.get(name).map(|(handles, _)| handles)
    }

    pub(crate) fn skill(&self, intent: &Intent) -> Option<&Arc<dyn Skill>> {
        self.shared.skills.get(intent.name.as_str()).map(|(_, skill)| skill)
    }

    pub(crate) fn routines(&self) -> &[Routine] {
        &self.shared.routines
    }

    pub(crate) fn routine(&self, name: &str) -> Option<&Routine> {
        let mut routines = self.routines().iter();
        routines.find(|routine| routine.say.first().is_some_and(|say| say == name))
    }

    /// The risk of a command with all that it brings along; `None` where nobody has said what it is.
    pub(crate) fn risk(&self, intent: &Intent) -> Option<Risk> {
        let target = intent.text("name").and_then(|id| self.targets.get(id));
        let name = intent.name.as_str();
        let own = match self.shared.skills.get(name) {
            Some((handles, _)) => handles.risk(intent, target),
            // They stand for other commands, each of which has a risk of its own.
            None if [Routine::INTENT, clauses::CHAIN].contains(&name)
                || Dialogue::INTENTS.contains(&name) =>
            {
                Risk::Comfort
            }
            None => return None,
        };
        intent.then.iter().try_fold(own, |most, step| Some(most.max(self.risk(step)?)))
    }

    /// Whether it is asked about because it was only nearly said, or something else perhaps: it takes away
    /// what was wanted, or is for all things of the house at once. What is for all things of a kind, in any
    /// room, is what is heard in place of a thing that is not there. Words of one's own that begin with a
    /// negation turn a command round whose verb was misheard ("I don't milk to my list").
    pub(crate) fn asks_if_guessed(&self, intent: &Intent, meaning: &Meaning<'_>) -> bool {
        let has = |slot: &&str| intent.slot(slot).is_some();
        let kind = has(&"domain") && !["name", "target"].iter().any(has);
        let everywhere = kind && !["area", "floor"].iter().any(has);
        let acts = !matches!(self.risk(intent), Some(Risk::Public | Risk::Private));
        let marked = self.handles(&intent.name).is_some_and(|handles| handles.asks_if_guessed);
        let guessed = meaning.doubt.is_some() || intent.stage == Stage::Tolerant;
        let costly = marked || (everywhere && acts);
        let unclear = meaning.doubt == Some(Doubt::Unclear);
        let negated = || self.begins_with_negation(intent);
        let own = guessed && (costly || negated()) || unclear && kind && acts;
        own || intent.then.iter().any(|step| self.asks_if_guessed(step, meaning))
    }

    /// Whether words of one's own in it begin with a negation.
    fn begins_with_negation(&self, intent: &Intent) -> bool {
        let negations = &self.language.words().clauses.negations;
        intent.slots.iter().any(|slot| {
            let SlotValue::Text(text) = &slot.value else { return false };
            let text = text.expose().to_lowercase();
            let words: Vec<_> = text.split_whitespace().collect();
            negations.iter().any(|negation| clauses::begins(&words, negation).is_some())
        })
    }

    /// Whether it must not happen by mistake. So is what nobody has thought about.
    pub(crate) fn needs_care(&self, intent: &Intent) -> bool {
        self.risk(intent).is_none_or(Risk::needs_care)
    }
}

/// The context of what is said in the area with that id, if the household has such a one.
pub(crate) fn in_area(area: Option<&str>, areas: &HashSet<String>) -> intent::Context {
    intent::Context::in_area(area.and_then(|id| areas.get(id)).cloned())
}

/// The ids of the rooms.
fn areas(lists: &Lists) -> HashSet<String> {
    lists.get("area").iter().map(|value| value.out.clone()).collect()
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

/// A name of each domain that the household has.
fn examples(lists: &Lists, targets: &HashMap<String, Target>) -> Vec<String> {
    let mut names: BTreeMap<&str, &str> = BTreeMap::new();
    for value in lists.get("name") {
        if let Some(target) = targets.get(&value.out) {
            names.entry(&target.domain).or_insert(&value.spoken);
        }
    }
    names.into_values().map(str::to_owned).collect()
}
