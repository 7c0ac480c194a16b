//! Intents and replies: what a person wants, and what is answered.

use std::time::SystemTime;

use crate::{Principal, PrivateText, SatelliteId, Speech, TurnId};

/// How a text was understood.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Word for word.
    Exact,
    /// With errors forgiven.
    Tolerant,
}

impl Stage {
    /// The lower-case word used in output and on the page.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::Tolerant => "tolerant",
        }
    }
}

/// What a slot holds.
#[derive(Clone, PartialEq)]
pub enum SlotValue {
    /// A word, a name, an id such as `light.kitchen`.
    Text(PrivateText),
    /// A number, in the unit of the slot's name.
    Number(f64),
}

impl SlotValue {
    /// The text, if it is one.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text.expose()),
            Self::Number(_) => None,
        }
    }

    /// The number, if it is one.
    pub fn as_number(&self) -> Option<f64> {
        match self {
            Self::Text(_) => None,
            Self::Number(number) => Some(*number),
        }
    }
}

/// One filled place of an intent.
#[derive(Clone, PartialEq)]
pub struct Slot {
    /// Name of the place, such as `name`, `area`, `minutes`.
    pub name: String,
    /// What fills it.
    pub value: SlotValue,
    /// The words it came from; empty when a template fixed it.
    pub text: PrivateText,
}

impl Slot {
    /// Whether it holds the very words that were said: those of a place where any may stand.
    pub fn is_free(&self) -> bool {
        matches!(&self.value, SlotValue::Text(value) if *value == self.text)
    }
}

/// What a person wants done. Names of intents and slots are Home Assistant's where it has one.
#[derive(Clone, PartialEq)]
pub struct Intent {
    /// For example `HassTurnOn`.
    pub name: String,
    /// The filled places.
    pub slots: Vec<Slot>,
    /// How it was understood.
    pub stage: Stage,
    /// What the errors cost that were forgiven; 0 is word for word.
    pub cost: f32,
    /// Key of the reply that the sentence asks for.
    pub response: String,
    /// What else was said in the same breath ("… and lock the door"); for a command that is to
    /// happen later, that command.
    pub then: Vec<Intent>,
}

impl Intent {
    /// The intent of that name as if it had been said word for word, without slots.
    pub fn named(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            slots: Vec::new(),
            stage: Stage::Exact,
            cost: 0.0,
            response: "default".to_owned(),
            then: Vec::new(),
        }
    }

    /// The same with a text in a slot.
    #[must_use]
    pub fn with_text(self, slot: &str, text: impl Into<PrivateText>) -> Self {
        self.with(slot, SlotValue::Text(text.into()))
    }

    /// The same with a number in a slot.
    #[must_use]
    pub fn with_number(self, slot: &str, number: f64) -> Self {
        self.with(slot, SlotValue::Number(number))
    }

    fn with(mut self, name: &str, value: SlotValue) -> Self {
        self.slots.push(Slot { name: name.to_owned(), value, text: PrivateText::default() });
        self
    }

    /// The slot called `name`.
    pub fn slot(&self, name: &str) -> Option<&SlotValue> {
        self.slots.iter().find(|slot| slot.name == name).map(|slot| &slot.value)
    }

    /// The text in the slot called `name`.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.slot(name)?.as_text()
    }

    /// The number in the slot called `name`.
    pub fn number(&self, name: &str) -> Option<f64> {
        self.slot(name)?.as_number()
    }
}

/// What a skill may know about the moment.
#[derive(Clone)]
pub struct Context {
    /// The turn it answers.
    pub turn: TurnId,
    /// Wall-clock time of the request.
    pub now: SystemTime,
    /// Who asks.
    pub principal: Principal,
    /// Where it was asked.
    pub satellite: SatelliteId,
    /// Id of the area in which that satellite stands.
    pub area: Option<String>,
    /// How loud that satellite is, 0…100.
    pub volume: u8,
    /// Whether the person was asked if they want this very intent, and said yes.
    pub confirmed: bool,
    /// What was said to this satellite before; kept in memory only.
    pub heard: PrivateText,
    /// What this satellite said last; kept in memory only.
    pub last: Vec<Speech>,
}

impl Context {
    /// The local satellite at that time, where nothing was said before.
    pub fn at(now: SystemTime) -> Self {
        Self {
            turn: TurnId::default(),
            now,
            principal: Principal::Anyone,
            satellite: SatelliteId::local(),
            area: None,
            volume: 100,
            confirmed: false,
            heard: PrivateText::default(),
            last: Vec::new(),
        }
    }
}

/// How a turn ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// What was wanted was done.
    Done,
    /// The reply asks something back.
    Asked,
    /// The words, if there were any, mean nothing to us.
    NotUnderstood,
    /// Understood, and not done on purpose.
    Refused,
    /// Understood, and it did not work.
    Failed,
    /// Nobody spoke after the wake word.
    FalseWake,
}

impl Outcome {
    /// All outcomes, in the order in which a person meets them.
    pub const ALL: [Self; 6] = [
        Self::Done,
        Self::Asked,
        Self::NotUnderstood,
        Self::Refused,
        Self::Failed,
        Self::FalseWake,
    ];

    /// The word used in output, in the store and in the page's address.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Asked => "asked",
            Self::NotUnderstood => "not_understood",
            Self::Refused => "refused",
            Self::Failed => "failed",
            Self::FalseWake => "false_wake",
        }
    }

    /// The outcome with that word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|outcome| outcome.as_str() == word)
    }
}

/// Something that a skill wants the speaker itself to do.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// Set the loudness, 0…100.
    SetVolume(u8),
    /// Change the loudness by so many points of 100.
    ChangeVolume(i8),
    /// Close the microphone after the reply.
    Mute,
    /// Open it again.
    Unmute,
    /// Guests are here, or have gone.
    Guests(bool),
    /// Say nothing that can wait, or do again.
    Quiet(bool),
    /// Forget this very turn: it is not recorded.
    ForgetTurn,
}

/// What is asked back, and what an answer to it does.
#[derive(Clone, PartialEq)]
pub enum Question {
    /// Whether to do this; it is then called with [`Context::confirmed`].
    Confirm(Intent),
    /// What is missing of this: the slots of the answer are added to its own.
    Missing(Intent),
    /// What is missing of this in the person's own words, and the slot that these go to: "milk and
    /// eggs". What is a command by itself is no answer.
    Words(Intent, &'static str),
    /// Which of these, each with what it is called, by which it can be chosen.
    Which(Vec<(Speech, Intent)>),
}

/// The answer to a turn.
#[derive(Clone, PartialEq)]
pub struct Reply {
    /// What to say, one behind the other; empty says nothing.
    pub speech: Vec<Speech>,
    /// How the turn ended. [`Outcome::Asked`] makes the speaker listen again after the reply.
    pub outcome: Outcome,
    /// What the speaker itself must do.
    pub effects: Vec<Effect>,
    /// What takes back what was done, in this order; empty if nothing can.
    pub undo: Vec<Intent>,
    /// What was asked, where an answer other than a whole command is expected.
    pub question: Option<Question>,
}

impl Reply {
    /// A reply after doing what was asked.
    pub fn done(speech: Speech) -> Self {
        Self::with(speech, Outcome::Done)
    }

    /// What was asked was done, and nothing is said.
    pub fn silent() -> Self {
        Self {
            speech: Vec::new(),
            outcome: Outcome::Done,
            effects: Vec::new(),
            undo: Vec::new(),
            question: None,
        }
    }

    /// A question back.
    pub fn ask(speech: Speech, question: Question) -> Self {
        Self { question: Some(question), ..Self::with(speech, Outcome::Asked) }
    }

    /// A reply with the given outcome.
    pub fn with(speech: Speech, outcome: Outcome) -> Self {
        Self { speech: vec![speech], outcome, ..Self::silent() }
    }

    /// The same reply, and what takes it back.
    #[must_use]
    pub fn undone_by(mut self, undo: Vec<Intent>) -> Self {
        self.undo = undo;
        self
    }

    /// The same reply with something for the speaker to do.
    #[must_use]
    pub fn and(mut self, effect: Effect) -> Self {
        self.effects.push(effect);
        self
    }
}
