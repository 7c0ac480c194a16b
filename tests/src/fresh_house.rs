//! A house in which nothing has happened yet, however often somebody asks it for something.
//!
//! Tables compare what is heard with what is typed. A timer that one scene started would be cancelled, or
//! asked about, in the next one; and to join the sentences with the names takes too long to do it for each.
//! So the assistant is made once, and what stands behind its skills is made anew for every request.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use assistant::{Assistant, Conversation, Moment, Parts, Rules, Texts};
use home::House;
use skills::{Books, Household, NoHistory};
use voice::{
    Answering, Context, Handles, Intent, Outcome, Reply, Request, SatelliteId, Skill, SlotValue,
    Transcript, TurnId, WordGraph, Wording as _,
};

/// A house, and the built-in sentences with its names.
pub struct FreshHouse {
    assistant: Assistant,
    config: home::Config,
    skills: Arc<Skills>,
    runtime: tokio::runtime::Runtime,
    area: String,
    language: Arc<language::Language>,
}

/// What came of a sentence.
#[derive(Clone)]
pub struct Came {
    /// What was understood.
    pub text: String,
    /// What it was taken for.
    pub intent: Option<Intent>,
    /// What came of it.
    pub outcome: Outcome,
    /// What was answered.
    pub answer: String,
}

impl Came {
    /// Whether something was done that a household would notice, and no question answered or refused.
    pub fn is_act(&self) -> bool {
        let harmless = ["HarkNot", "HarkNo", "HarkYes"];
        self.outcome == Outcome::Done
            && self.intent.as_ref().is_some_and(|intent| !harmless.contains(&&*intent.name))
    }

    /// Whether the same was done as in the other case.
    pub fn is_same(&self, other: &Self) -> bool {
        self.outcome == other.outcome && (self.asks_the_same(other) || self.neither_means(other))
    }

    /// Whether it was taken for the same, whatever came of it.
    pub fn asks_the_same(&self, other: &Self) -> bool {
        let both = self.intent.as_ref().zip(other.intent.as_ref());
        both.is_some_and(|(one, other)| intent::asks_the_same(&comparable(one), &comparable(other)))
    }

    fn neither_means(&self, other: &Self) -> bool {
        self.intent.is_none() && other.intent.is_none()
    }
}

/// An intent without that in which two of the same differ: capitals and full stops, which one recogniser writes
/// in free words and the other does not; and the words of what is for later, which are there to be said
/// again ("my kitchen light" in place of "the kitchen light").
fn comparable(intent: &Intent) -> Intent {
    let mut intent = intent.clone();
    if intent.name == "HarkSchedule" {
        intent.slots.retain(|slot| slot.name != "label");
    }
    for slot in &mut intent.slots {
        if let SlotValue::Text(text) = &slot.value {
            let plain = text.expose().trim_end_matches(['.', '!', '?']).to_lowercase();
            slot.value = SlotValue::Text(plain.into());
        }
    }
    intent.then = intent.then.iter().map(comparable).collect();
    intent
}

impl FreshHouse {
    /// The house, given as YAML, seen from the room of that id.
    pub fn new(house: &str, area: &str) -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build();
        let runtime = runtime.expect("a runtime");
        let config = home::Config::from_yaml(house).expect("a house");
        let (lists, first) = runtime.block_on(skills_of(&config));
        let skills = Arc::new(Skills(Mutex::new(first)));
        let texts: Texts = daemon::texts("en").expect("the built-in sentences");
        let language = Arc::clone(&texts.language);
        let places = 0..skills.lock().len();
        let renewed = places.map(|place| Arc::new(Renewed::new(&skills, place)) as Arc<dyn Skill>);
        let (skills_in_place, routines) = (renewed.collect(), Vec::new());
        let area = area.to_owned();
        let parts =
            Parts { texts, lists, skills: skills_in_place, routines, area: Some(area.clone()) };
        let assistant = Assistant::new(parts).expect("an assistant");
        Self { assistant, config, skills, runtime, area, language }
    }

    /// Every sentence that can be said.
    pub fn graph(&self) -> &WordGraph {
        self.assistant.graph()
    }

    /// What comes of a text.
    pub fn read(&self, text: &str) -> Came {
        self.act(&Request::typed(text), text)
    }

    /// What comes of what a recogniser heard.
    pub fn hear(&self, transcript: &Transcript) -> Came {
        let request = Request::spoken(SatelliteId::local(), transcript.clone());
        self.act(&request, transcript.text.expose())
    }

    fn act(&self, request: &Request, text: &str) -> Came {
        let (_, anew) = self.runtime.block_on(skills_of(&self.config));
        *self.skills.lock() = anew;
        // Nobody has said anything before.
        let conversation = Conversation::new(SatelliteId::local(), Some(self.area.clone()));
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(3_600 * 500_000);
        // Another recogniser is only asked at a door that may be opened by voice, and here none may.
        let moment = Moment { now, rules: Rules::default(), volume: 100, second: None };
        let acting = conversation.act(&self.assistant, TurnId(1), request, moment);
        let acted = self.runtime.block_on(acting);
        Came {
            text: text.to_owned(),
            intent: acted.intent,
            outcome: acted.reply.outcome,
            answer: self.language.text(&acted.reply.speech).into_exposed(),
        }
    }
}

/// The skills of a household that has just moved in, and the names in its house.
async fn skills_of(config: &home::Config) -> (voice::Lists, Vec<Arc<dyn Skill>>) {
    let zone = jiff::tz::TimeZone::get("Europe/Berlin").expect("a zone");
    let place = Some(skills::Place { latitude: 52.52, longitude: 13.405 });
    let household = Household::open(Books::in_memory(), skills::Home { zone, place }).await;
    let household = household.expect("memory can be read");
    let house = Arc::new(House::new(config).expect("a house"));
    let lists = house.lists();
    let mut skills = skills::all(&household, Arc::new(NoHistory));
    skills.push(house);
    (lists, skills)
}

/// The skills of this request, in an order that never changes.
struct Skills(Mutex<Vec<Arc<dyn Skill>>>);

impl Skills {
    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<Arc<dyn Skill>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The skill in one place, whichever it is at the moment.
struct Renewed {
    skills: Arc<Skills>,
    place: usize,
}

impl Renewed {
    fn new(skills: &Arc<Skills>, place: usize) -> Self {
        Self { skills: Arc::clone(skills), place }
    }

    fn now(&self) -> Arc<dyn Skill> {
        Arc::clone(&self.skills.lock()[self.place])
    }
}

impl Skill for Renewed {
    fn name(&self) -> &'static str {
        self.now().name()
    }

    fn intents(&self) -> &'static [Handles] {
        self.now().intents()
    }

    fn handle<'a>(&'a self, intent: &'a Intent, context: &'a Context) -> Answering<'a> {
        let skill = self.now();
        Box::pin(async move { skill.handle(intent, context).await })
    }

    fn objection(&self, intent: &Intent, context: &Context) -> Option<Reply> {
        self.now().objection(intent, context)
    }
}
