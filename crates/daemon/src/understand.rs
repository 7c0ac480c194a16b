//! From words to a reply: the recogniser, and whoever answers its intents.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use intent::{AreaRef, Recogniser, Sentences};
use voice::session::Acted;
use voice::{Context, Intent, Lists, Outcome, Reply, Skill, Transcript, TurnId, WordGraph};

/// How long a skill may take.
const SKILL_TIMEOUT: Duration = Duration::from_secs(2);

/// The recogniser with the house's names, and the skills by intent.
pub struct Understanding {
    recogniser: Recogniser,
    skills: HashMap<&'static str, Arc<dyn Skill>>,
    area: Option<AreaRef>,
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
        let recogniser = Recogniser::new(Arc::new(sentences), lists)?;
        let mut by_intent = HashMap::new();
        for skill in skills {
            for intent in skill.intents() {
                by_intent.insert(*intent, Arc::clone(&skill));
            }
        }
        Ok(Self { recogniser, skills: by_intent, area })
    }

    /// What a text means.
    pub fn recognise(&self, text: &str) -> Option<Intent> {
        let context = intent::Context { area: self.area.clone() };
        self.recogniser.recognise(text, &context)
    }

    /// Every sentence that can be understood, for the grammar engine.
    pub fn graph(&self) -> WordGraph {
        self.recogniser.graph(&intent::Context { area: self.area.clone() })
    }

    /// Understands the words and does what they ask.
    pub(crate) async fn act(&self, turn: TurnId, transcript: &Transcript) -> Acted {
        let begun = Instant::now();
        let intent = self.recognise(transcript.text.expose());
        let intent_ms = begun.elapsed().as_secs_f32() * 1000.0;
        let begun = Instant::now();
        let reply = match &intent {
            None => Reply::with("Sorry, I can't help with that.", Outcome::NotUnderstood),
            Some(intent) => self.answer(turn, intent).await,
        };
        let act_ms = begun.elapsed().as_secs_f32() * 1000.0;
        Acted { intent, reply, intent_ms, act_ms }
    }

    async fn answer(&self, turn: TurnId, intent: &Intent) -> Reply {
        let Some(skill) = self.skills.get(intent.name.as_str()) else {
            return Reply::with("Sorry, I can't do that yet.", Outcome::Refused);
        };
        let area = self.area.as_ref().map(|area| area.out.clone());
        let context = Context { turn, now: SystemTime::now(), area };
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
