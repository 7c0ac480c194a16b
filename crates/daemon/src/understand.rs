//! From words to a reply: the recogniser, and whoever answers its intents.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use intent::{AreaRef, Meaning, Recogniser, Sentences, Tolerance, Verdict};
use skills::Target;
use voice::session::Acted;
use voice::{
    Context, Engine, Intent, Lists, Outcome, Reply, Skill, Stage, Transcript, TurnId, WordGraph,
};

use crate::second::SecondOpinion;

/// How long a skill may take.
const SKILL_TIMEOUT: Duration = Duration::from_secs(2);
/// Confidence, of the whole and of each word, from which one engine is enough for what must not
/// happen by mistake.
const CERTAIN: f32 = 0.8;
/// A "yes" later than this after a question is no answer to it.
const ANSWER_WITHIN: Duration = Duration::from_secs(60);

/// The recogniser with the house's names, and the skills by intent.
pub struct Understanding {
    recogniser: Recogniser,
    tolerance: Tolerance,
    skills: Arc<HashMap<&'static str, Arc<dyn Skill>>>,
    area: Option<AreaRef>,
    /// The devices by their ids.
    targets: HashMap<String, Target>,
    /// What was asked back and not answered yet.
    question: Arc<Mutex<Option<Question>>>,
}

/// Whether this was meant.
struct Question {
    intent: Intent,
    asked: SystemTime,
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
    ) -> Result<Self, intent::Error> {
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
        Ok(Self { recogniser, tolerance, skills, area, targets, question: Arc::default() })
    }

    /// The same sentences and skills with other names.
    ///
    /// # Errors
    /// When a sentence cannot be used.
    pub fn with_lists(&self, lists: Lists) -> Result<Self, intent::Error> {
        let area = self.area.clone().map(|area| {
            let named = lists.get("area").iter().find(|value| value.out == area.out);
            named.map_or(area, |value| AreaRef {
                out: value.out.clone(),
                spoken: value.spoken.clone(),
            })
        });
        let targets = targets(&lists);
        let recogniser = self.recogniser.with_lists(lists)?;
        let tolerance = recogniser.tolerance(&intent::Context::in_area(area.clone()));
        let (skills, question) = (Arc::clone(&self.skills), Arc::clone(&self.question));
        Ok(Self { recogniser, tolerance, skills, area, targets, question })
    }

    /// What a text means word for word.
    pub fn recognise(&self, text: &str) -> Option<Intent> {
        self.recogniser.recognise(text, &self.context())
    }

    /// What a text means, or what it was most likely meant as if it fits no sentence; nothing if
    /// one would have to ask.
    pub fn likely(&self, text: &str) -> Option<Intent> {
        let guess = self.recogniser.understand(&self.tolerance, text, &self.context());
        guess.filter(|guess| guess.rival.is_none()).map(|guess| guess.intent)
    }

    fn context(&self) -> intent::Context {
        intent::Context::in_area(self.area.clone())
    }

    /// Every sentence that can be understood, for the grammar engine.
    pub fn graph(&self) -> WordGraph {
        self.recogniser.graph(&self.context())
    }

    /// Understands the words and does what they ask, or asks back. `second` can be asked what
    /// another engine heard.
    pub(crate) async fn act(
        &self,
        turn: TurnId,
        transcript: &Transcript,
        second: Option<&SecondOpinion>,
        now: SystemTime,
    ) -> Acted {
        let begun = Instant::now();
        let meant = self.meant(turn, transcript, second, now).await;
        let intent_ms = begun.elapsed().as_secs_f32() * 1000.0;
        let begun = Instant::now();
        let (intent, reply) = match meant {
            Meant::Do(intent) => {
                let reply = self.answer(turn, &intent, now).await;
                (Some(intent), reply)
            }
            Meant::Say(intent, reply) => (intent, reply),
        };
        let act_ms = begun.elapsed().as_secs_f32() * 1000.0;
        Acted { intent, reply, intent_ms, act_ms }
    }

    async fn meant(
        &self,
        turn: TurnId,
        transcript: &Transcript,
        second: Option<&SecondOpinion>,
        now: SystemTime,
    ) -> Meant {
        // Any other command is no answer to the question, and the end of it.
        let question = self.question().take().filter(|question| {
            now.duration_since(question.asked).is_ok_and(|since| since <= ANSWER_WITHIN)
        });
        let meanings = self.recogniser.meanings(transcript, &self.tolerance, &self.context());
        let meaning = match Verdict::of(&meanings, |intent| !self.is_risky(intent)) {
            Verdict::Said(meaning) => meaning,
            Verdict::Instead(meaning) => return Meant::Do(meaning.intent.clone()),
            Verdict::Perhaps(meaning) => {
                let text = self.recogniser.plain(&meaning.text);
                return self.ask(&format!("Did you mean {text}?"), meaning.intent.clone(), now);
            }
            Verdict::Nothing if transcript.text.is_empty() => {
                return nothing("Sorry, I didn't catch that.");
            }
            Verdict::Nothing => return nothing("Sorry, I can't help with that."),
        };
        let intent = meaning.intent.clone();
        match (question, intent.name.as_str()) {
            // What was only nearly a yes opens no door.
            (Some(question), "HarkYes")
                if intent.stage == Stage::Exact || !self.is_risky(&question.intent) =>
            {
                return Meant::Do(question.intent);
            }
            (Some(_), "HarkNo") => return Meant::Say(Some(intent), Reply::done("All right.")),
            _ => {}
        }
        if self.is_risky(&intent) && !self.is_certain(turn, transcript, meaning, second).await {
            tracing::info!(intent = intent.name, "asking back before something risky");
            let text = self.recogniser.plain(&meaning.text);
            return self.ask(&format!("Did you want to {text}?"), intent, now);
        }
        Meant::Do(intent)
    }

    /// Asks whether this was meant; "yes" then does it.
    fn ask(&self, speech: &str, intent: Intent, now: SystemTime) -> Meant {
        *self.question() = Some(Question { intent: intent.clone(), asked: now });
        Meant::Say(Some(intent), Reply::ask(speech))
    }

    fn question(&self) -> std::sync::MutexGuard<'_, Option<Question>> {
        self.question.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether it must not happen by mistake. So is what nobody has thought about.
    fn is_risky(&self, intent: &Intent) -> bool {
        let target = intent.text("name").and_then(|id| self.targets.get(id));
        skills::risk(intent, target).is_none_or(skills::Risk::needs_care)
    }

    /// Whether this was said beyond doubt: typed, heard by two engines, or heard by the only one
    /// without any hesitation.
    async fn is_certain(
        &self,
        turn: TurnId,
        transcript: &Transcript,
        meaning: &Meaning<'_>,
        second: Option<&SecondOpinion>,
    ) -> bool {
        if meaning.intent.stage == Stage::Tolerant {
            return false;
        }
        match (transcript.engine, second) {
            (Engine::Typed, _) => true,
            // It was asked already, for free words; but what the grammar did not believe is no
            // opinion.
            (Engine::Grammar, _) if meaning.engines.contains(&Engine::Whisper) => true,
            (_, None) => transcript.weakest() >= CERTAIN,
            // What only the open engine heard is what the other one did not believe.
            (Engine::Whisper | Engine::Free, Some(_)) => false,
            (Engine::Grammar, Some(second)) => match second.of(turn).await {
                Some(other) => self
                    .recognise(other.text.expose())
                    .is_some_and(|other| intent::asks_the_same(&other, &meaning.intent)),
                None => false,
            },
        }
    }

    async fn answer(&self, turn: TurnId, intent: &Intent, now: SystemTime) -> Reply {
        let Some(skill) = self.skills.get(intent.name.as_str()) else {
            return Reply::with("Sorry, I can't do that yet.", Outcome::Refused);
        };
        let area = self.area.as_ref().map(|area| area.out.clone());
        let context = Context { turn, now, area, confirmed: false };
        let work = skill.handle(intent, &context);
        match tokio::time::timeout(SKILL_TIMEOUT, work).await {
            Ok(Ok(reply)) => reply,
            Ok(Err(error)) => {
                let error = &error as &dyn std::error::Error;
                tracing::warn!(skill = skill.name(), intent = intent.name, error, "a skill failed");
                Reply::with("Sorry, that did not work.", Outcome::Failed)
            }
            Err(_) => {
                tracing::warn!(skill = skill.name(), intent = intent.name, "a skill took too long");
                Reply::with("Sorry, that took too long.", Outcome::Failed)
            }
        }
    }
}

/// What came of the words.
enum Meant {
    /// Do this.
    Do(Intent),
    /// Say this, and do nothing.
    Say(Option<Intent>, Reply),
}

/// Nothing was understood.
fn nothing(speech: &str) -> Meant {
    Meant::Say(None, Reply::with(speech, Outcome::NotUnderstood))
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

#[cfg(test)]
mod tests;
