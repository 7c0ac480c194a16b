//! Whose sentences are listened for, and what is made of what was heard.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context as _, Result};
use e2e::fresh_house::FreshHouse;
use e2e::recordings;
use intent::{Context, Recogniser, Sentences, Tolerance, Verdict};
use voice::{Intent, Outcome, Stage, Transcript, WordGraph};

/// Where the speaker stands.
const ROOM: &str = "kitchen";

/// What becomes of words.
pub enum Mind {
    /// Home Assistant's English sentences, and what the recogniser alone makes of them: more sentences
    /// than ours, and no skill that could answer.
    HomeAssistant(Box<Alone>),
    /// The built-in sentences, and what the whole assistant does with them.
    BuiltIn(Box<FreshHouse>),
}

/// A recogniser without anybody who does something.
pub struct Alone {
    recogniser: Recogniser,
    tolerance: Tolerance,
    context: Context,
    graph: WordGraph,
}

/// What the speaker does with something heard, against what was said.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Doing {
    /// What was wanted; also where a gate refused it, because then it was heard as well.
    Right,
    /// Something else.
    Wrong,
    /// It asks whether this was meant, and it was.
    AskedRight,
    /// It asks about something else.
    AskedOther,
    Nothing,
}

/// What was made of something heard.
pub struct Judged {
    pub doing: Doing,
    /// The intent that it was taken for, for whoever reads the details.
    pub taken_for: String,
}

impl Mind {
    /// Home Assistant's sentences, or those that `HARK_SENTENCES` names, in the house of the recordings.
    pub fn home_assistant() -> Result<Self> {
        let house = home::House::new(&home::Config::from_yaml(&house()?)?)?;
        let sentences = std::env::var_os("HARK_SENTENCES").map_or_else(
            || recordings::place().join("../ha_intents/merged/new_en.json"),
            PathBuf::from,
        );
        let text = std::fs::read_to_string(&sentences)
            .with_context(|| format!("failed to read {}", sentences.display()))?;
        // Others' sentences do not say which words are fillers, and which must not be guessed.
        let words = recordings::root().join("crates/language/en/sentences/tolerance.yaml");
        let words = std::fs::read_to_string(words)?;
        let files = [(&*sentences.display().to_string(), &*text), ("tolerance.yaml", &*words)];
        let recogniser = Recogniser::new(Arc::new(Sentences::parse(&files)?), house.lists())?;
        let context = Context::in_area(house.area_name(ROOM).map(|_| ROOM.to_owned()));
        let (graph, tolerance) = (recogniser.graph(&context), recogniser.tolerance(&context));
        Ok(Self::HomeAssistant(Box::new(Alone { recogniser, tolerance, context, graph })))
    }

    /// The built-in sentences in the same house.
    pub fn built_in() -> Result<Self> {
        Ok(Self::BuiltIn(Box::new(FreshHouse::new(&house()?, ROOM))))
    }

    /// Stands over its tables, and before its rows in the guard.
    pub fn name(&self) -> &'static str {
        match self {
            Self::HomeAssistant(_) => "Home Assistant's",
            Self::BuiltIn(_) => "built-in",
        }
    }

    pub fn graph(&self) -> &WordGraph {
        match self {
            Self::HomeAssistant(alone) => &alone.graph,
            Self::BuiltIn(house) => house.graph(),
        }
    }

    /// Whether a text is a sentence when it is typed: what is none cannot be heard rightly. "Play jazz" is
    /// one of the assistant's though it cannot; what it is in doubt about is none.
    pub fn knows(&self, text: &str) -> bool {
        match self {
            Self::HomeAssistant(alone) => alone.recognise(text).is_some(),
            Self::BuiltIn(house) => {
                let intent = house.read(text).intent;
                intent.is_some_and(|intent| intent.stage == Stage::Exact)
            }
        }
    }

    /// What is done with something heard when this was said; an empty text is no command.
    pub fn judge(&self, text: &str, transcript: &Transcript) -> Judged {
        match self {
            Self::HomeAssistant(alone) => alone.judge(text, transcript),
            Self::BuiltIn(house) => with_assistant(house, text, transcript),
        }
    }
}

/// The house has the names that the recordings use.
fn house() -> Result<String> {
    Ok(std::fs::read_to_string(recordings::root().join("tests/clips-house.yaml"))?)
}

impl Alone {
    fn recognise(&self, text: &str) -> Option<Intent> {
        self.recogniser.recognise(text, &self.context)
    }

    /// What the speaker would do if nothing were risky.
    fn judge(&self, text: &str, transcript: &Transcript) -> Judged {
        let meanings =
            self.recogniser.meanings(transcript, &self.tolerance, &self.context, |_| None);
        let (intent, asks) = match Verdict::of(&meanings, |_| true) {
            Verdict::Said(meaning) | Verdict::Instead(meaning) => (&meaning.intent, false),
            Verdict::Perhaps(meaning) => (&meaning.intent, true),
            Verdict::Nothing => return Judged::nothing(),
        };
        let is_right = self.recognise(text).is_some_and(|expected| same(intent, &expected));
        let doing = match (asks, is_right) {
            (false, true) => Doing::Right,
            (false, false) => Doing::Wrong,
            (true, true) => Doing::AskedRight,
            (true, false) => Doing::AskedOther,
        };
        Judged { doing, taken_for: intent.name.clone() }
    }
}

/// What the assistant does, against what it does with the typed text in a house that is as new.
fn with_assistant(house: &FreshHouse, text: &str, transcript: &Transcript) -> Judged {
    let came = house.hear(transcript);
    let Some(intent) = &came.intent else { return Judged::nothing() };
    let typed = (!text.is_empty()).then(|| house.read(text));
    let is_right = typed.as_ref().is_some_and(|typed| came.asks_the_same(typed));
    // What is asked about when it is typed as well is no doubt about what was heard.
    let asks_anyway = typed.is_some_and(|typed| typed.outcome == Outcome::Asked);
    let doing = match came.outcome {
        Outcome::Asked if is_right && !asks_anyway => Doing::AskedRight,
        Outcome::Asked if !is_right => Doing::AskedOther,
        _ if is_right => Doing::Right,
        // What fails because nothing plays in a house that is as new would be done in another one.
        Outcome::Failed => Doing::Wrong,
        _ if came.is_act() => Doing::Wrong,
        _ => Doing::Nothing,
    };
    Judged { doing, taken_for: format!("{} ({:?})", intent.name, came.outcome) }
}

impl Judged {
    fn nothing() -> Self {
        Self { doing: Doing::Nothing, taken_for: "-".to_owned() }
    }
}

/// Whether two intents ask for the same. Home Assistant's sentences give names in any case, and Whisper ends
/// what it writes with a full stop.
fn same(a: &Intent, b: &Intent) -> bool {
    let slots = |intent: &Intent| {
        let slots = intent.slots.iter().map(|slot| (slot.name.clone(), text_of(&slot.value)));
        let mut slots: Vec<_> = slots.collect();
        slots.sort();
        slots
    };
    a.name == b.name && slots(a) == slots(b)
}

fn text_of(value: &voice::SlotValue) -> String {
    match value {
        voice::SlotValue::Text(text) => {
            text.expose().trim_end_matches(['.', '!', '?']).to_lowercase()
        }
        voice::SlotValue::Number(number) => number.to_string(),
    }
}
