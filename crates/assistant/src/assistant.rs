//! From words to a reply: the recogniser, and whoever answers its intents.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Instant, SystemTime};

use intent::{AreaRef, Meaning, Recogniser, Sentences, Tolerance, Verdict};
use skills::Target;

use crate::{Dialogue, Routine, Rules, SecondOpinion, Surety};
use voice::session::Acted;
use voice::{
    Engine, Intent, ListValue, Lists, Outcome, PrivateText, Question, Reply, Skill, Stage,
    Transcript, TurnId, WordGraph,
};



/// Confidence, of the whole and of each word, from which one engine is enough for what must not
/// happen by mistake.
const CERTAIN: f32 = 0.8;

/// The recogniser with the house's names, and the skills by intent.
pub struct Understanding {
    pub(crate) recogniser: Recogniser,
    tolerance: Tolerance,
    /// The devices by their ids.
    pub(crate) targets: HashMap<String, Target>,
    pub(crate) area: Option<AreaRef>,
    pub(crate) rest: Rest,
}

/// What stays when names change.
#[derive(Clone)]
pub(crate) struct Rest {
    pub(crate) skills: Arc<HashMap<&'static str, Arc<dyn Skill>>>,
    pub(crate) dialogue: Arc<Mutex<Dialogue>>,
    pub(crate) rules: Arc<Mutex<Rules>>,
    /// What was said last.
    pub(crate) heard: Arc<Mutex<PrivateText>>,
    pub(crate) routines: Arc<[Routine]>,
}

/// What was said, for whoever has to know how surely.
pub(crate) struct Said<'a> {
    pub(crate) turn: TurnId,
    pub(crate) transcript: &'a Transcript,
    pub(crate) meaning: Option<&'a Meaning<'a>>,
    pub(crate) second: Option<&'a dyn SecondOpinion>,
    pub(crate) now: SystemTime,
}

impl Understanding {
    /// Joins sentences, names and skills; `area` is the room the speaker stands in.
    ///
    /// # Errors
    /// When a sentence cannot be used.
    pub fn new(
        sentences: Sentences,
        lists: Lists,
        skills: Vec<Arc<dyn Skill>>,
        area: Option<AreaRef>,
        routines: Vec<Routine>,
    ) -> Result<Self, intent::Error> {
        let lists = with_routines(lists, &routines);
        let targets = targets(&lists);
        let recogniser = Recogniser::new(Arc::new(sentences), lists)?;
        let tolerance = recogniser.tolerance(&intent::Context::in_area(area.clone()));
        let mut by_intent = HashMap::new();
        for skill in skills {
            for intent in skill.intents() {
                by_intent.insert(*intent, Arc::clone(&skill));
            }
        }
        let skills = Arc::new(by_intent);
        let rest = Rest {
            skills,
            dialogue: Arc::default(),
            rules: Arc::default(),
            heard: Arc::default(),
            routines: routines.into(),
        };
        Ok(Self { recogniser, tolerance, targets, area, rest })
    }

    /// The same skills with other names, and with other sentences if there are any.
    ///
    /// # Errors
    /// When a sentence cannot be used.
    pub fn with_lists(
        &self,
        lists: Lists,
        sentences: Option<Arc<Sentences>>,
    ) -> Result<Self, intent::Error> {
        let lists = with_routines(lists, &self.rest.routines);
        let area = self.area.clone().map(|area| {
            let named = lists.get("area").iter().find(|value| value.out == area.out);
            named.map_or(area, |value| AreaRef {
                out: value.out.clone(),
                spoken: value.spoken.clone(),
            })
        });
        let targets = targets(&lists);
        let recogniser = match sentences {
            Some(sentences) => Recogniser::new(sentences, lists)?,
            None => self.recogniser.with_lists(lists)?,
        };
        let here = intent::Context::in_area(area.clone());
        let tolerance = self.tolerance.renewed(&recogniser, &here);
        Ok(Self { recogniser, tolerance, targets, area, rest: self.rest.clone() })
    }

    /// Whether guests are here, from now on.
    pub fn set_guests(&self, guests: bool) {
        self.rest.rules.lock().unwrap_or_else(PoisonError::into_inner).guest = guests;
    }

    /// Forgets what was heard last: it has been erased.
    pub fn forget_heard(&self) {
        let mut heard = self.rest.heard.lock().unwrap_or_else(PoisonError::into_inner);
        *heard = PrivateText::default();
    }

    /// What the household allows, from now on.
    pub fn set_rules(&self, rules: Rules) {
        *self.rest.rules.lock().unwrap_or_else(PoisonError::into_inner) = rules;
    }

    /// What a text means word for word.
    pub fn recognise(&self, text: &str) -> Option<Intent> {
        self.recogniser.recognise(text, &self.context()).or_else(|| self.several(text))
    }

    /// What a text means that is several commands, or one with a time.
    fn several(&self, text: &str) -> Option<Intent> {
        let context = self.context();
        if self.recogniser.recognise(text, &context).is_some() {
            return None;
        }
        let nearly = |part: &str| {
            let guess = self.recogniser.guess(&self.tolerance, part, &context);
            guess.filter(|guess| guess.rival.is_none()).map(|guess| guess.intent)
        };
        crate::steps(text, |part| self.recogniser.recognise(part, &context), nearly)
    }

    /// What a text means, or what it was most likely meant as if it fits no sentence; nothing if
    /// one would have to ask.
    pub fn likely(&self, text: &str) -> Option<Intent> {
        if let Some(several) = self.several(text) {
            return Some(several);
        }
        let guess = self.recogniser.understand(&self.tolerance, text, &self.context());
        guess.filter(|guess| guess.rival.is_none()).map(|guess| guess.intent)
    }

    fn context(&self) -> intent::Context {
        intent::Context::in_area(self.area.clone())
    }

    /// Every sentence that can be understood, for the grammar engine.
    pub fn graph(&self) -> &WordGraph {
        self.tolerance.graph()
    }

    /// Understands the words and does what they ask, or asks back. `second` can be asked what
    /// another engine heard.
    pub async fn act(
        &self,
        turn: TurnId,
        transcript: &Transcript,
        second: Option<&dyn SecondOpinion>,
        now: SystemTime,
    ) -> Acted {
        let begun = Instant::now();
        let chosen = self.chosen(transcript, now).or_else(|| self.worded(transcript, now));
        let meanings = if chosen.is_some() { Vec::new() } else { self.meanings(transcript) };
        let verdict = Verdict::of(&meanings, |intent| !self.needs_care(intent));
        let intent_ms = begun.elapsed().as_secs_f32() * 1000.0;
        let begun = Instant::now();
        let said = |meaning| Said { turn, transcript, meaning, second, now };
        let (intent, reply) = match (chosen, verdict) {
            (Some(intent), _) => self.perform(intent, &said(None)).await,
            (None, Verdict::Said(meaning) | Verdict::Instead(meaning)) => {
                self.perform(meaning.intent.clone(), &said(Some(meaning))).await
            }
            (None, Verdict::Perhaps(meaning)) => self.doubt(meaning, now),
            (None, Verdict::Nothing) => {
                // No command, and no answer to a question either.
                self.dialogue().drop_question();
                let heard = !transcript.text.is_empty();
                let speech = if heard {
                    "Sorry, I can't help with that."
                } else {
                    "Sorry, I didn't catch that."
                };
                (None, Reply::with(speech, Outcome::NotUnderstood))
            }
        };
        if !transcript.text.is_empty() {
            let mut heard = self.rest.heard.lock().unwrap_or_else(PoisonError::into_inner);
            // "Delete what I said" is not to be said again either.
            let forget = reply.effects.contains(&voice::Effect::ForgetTurn);
            *heard = if forget { PrivateText::default() } else { transcript.text.clone() };
        }
        let act_ms = begun.elapsed().as_secs_f32() * 1000.0;
        Acted { intent, reply, intent_ms, act_ms }
    }

    /// Which of the things that were offered was chosen.
    fn chosen(&self, transcript: &Transcript, now: SystemTime) -> Option<Intent> {
        let others = transcript.alternatives.iter().map(|other| &other.text);
        let texts = std::iter::once(&transcript.text).chain(others);
        self.dialogue().choose(texts.map(voice::PrivateText::expose), now)
    }

    /// The command that asked for words, with these, unless they are a command of their own.
    fn worded(&self, transcript: &Transcript, now: SystemTime) -> Option<Intent> {
        let text = transcript.text.expose();
        let fits = self.recognise(text);
        let is_command = fits.is_some_and(|intent| intent.name != "HarkAnswer");
        if is_command { None } else { self.dialogue().worded(text, now) }
    }

    fn meanings<'t>(&self, transcript: &'t Transcript) -> Vec<Meaning<'t>> {
        let several = |text: &str| self.several(text);
        self.recogniser.meanings(transcript, &self.tolerance, &self.context(), several)
    }

    /// Asks whether this was meant, or which of two.
    fn doubt(&self, meaning: &Meaning<'_>, now: SystemTime) -> (Option<Intent>, Reply) {
        let intent = meaning.intent.clone();
        let text = self.recogniser.plain(&meaning.text);
        let rival = meaning.rival.as_ref().and_then(|rival| {
            let text = self.recogniser.plain(rival);
            Some((text.clone(), self.recogniser.recognise(&text, &self.context())?))
        });
        let reply = match rival {
            Some((other, instead)) => {
                let speech = format!("Did you mean {text}, or {other}?");
                let options = vec![(text.into(), intent.clone()), (other.into(), instead)];
                Reply::ask(speech, Question::Which(options))
            }
            None => Reply::ask(format!("Did you mean {text}?"), Question::Confirm(intent.clone())),
        };
        self.dialogue().answered(&intent, &reply, now);
        (Some(intent), reply)
    }

    pub(crate) fn dialogue(&self) -> MutexGuard<'_, Dialogue> {
        self.rest.dialogue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn risk(&self, intent: &Intent) -> Option<skills::Risk> {
        let target = intent.text("name").and_then(|id| self.targets.get(id));
        let own = skills::risk(intent, target)?;
        intent.then.iter().try_fold(own, |most, step| Some(most.max(self.risk(step)?)))
    }

    /// Whether it must not happen by mistake. So is what nobody has thought about.
    fn needs_care(&self, intent: &Intent) -> bool {
        self.risk(intent).is_none_or(skills::Risk::needs_care)
    }

    /// How surely this was said: typed, heard by two engines, or heard by the only one without any
    /// hesitation.
    pub(crate) async fn surety(&self, said: &Said<'_>, confirmed: bool) -> Surety {
        let typed = said.transcript.engine == Engine::Typed;
        let certain = !confirmed && self.is_certain(said).await;
        Surety { certain, confirmed, typed }
    }

    async fn is_certain(&self, said: &Said<'_>) -> bool {
        let Some(meaning) = said.meaning else { return false };
        if meaning.intent.stage == Stage::Tolerant {
            return false;
        }
        match (said.transcript.engine, said.second) {
            (Engine::Typed, _) => true,
            // It was asked already, for free words; but what the grammar did not believe is no
            // opinion.
            (Engine::Grammar, _) if meaning.engines.contains(&Engine::Whisper) => true,
            (_, None) => said.transcript.weakest() >= CERTAIN,
            // What only the open engine heard is what the other one did not believe.
            (Engine::Whisper | Engine::Free, Some(_)) => false,
            (Engine::Grammar, Some(second)) => match second.of(said.turn).await {
                Some(other) => self
                    .recognise(other.text.expose())
                    .is_some_and(|other| intent::asks_the_same(&other, &meaning.intent)),
                None => false,
            },
        }
    }
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
        let of = |key: &str| value.context.iter().find(|(k, _)| k == key).map(|(_, v)| v.clone());
        targets.entry(value.out.clone()).or_insert_with(|| Target {
            domain: of("domain").unwrap_or_default(),
            class: of("device_class"),
            name: value.spoken.clone(),
        });
    }
    targets
}

