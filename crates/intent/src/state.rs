//! How far a match has come, and what it has found.

use voice::SlotValue;

use crate::template::{ListRef, Target};

/// A filled place.
#[derive(Clone)]
pub(crate) struct Entity<'a> {
    pub target: &'a Target,
    pub value: EntityValue<'a>,
    /// Where its words stand, in bytes of the input.
    pub start: usize,
    pub end: usize,
    pub wildcard: bool,
}

/// What fills it.
#[derive(Clone)]
pub(crate) enum EntityValue<'a> {
    Fixed(&'a SlotValue),
    /// The words themselves.
    Words,
    Number(f64),
}

/// How far a match has come.
#[derive(Clone)]
pub(crate) struct State<'a> {
    pub at: usize,
    /// Hyphens are read as spaces from here on.
    pub spaced: bool,
    pub word_start: bool,
    /// The value of a list ends here, and nothing of the template was compared since.
    pub behind_value: bool,
    /// Literal characters matched; the more of them, the surer the match.
    pub literal: usize,
    pub entities: Vec<Entity<'a>>,
    /// What is known about the names that were said.
    pub context: Vec<(&'a str, &'a str)>,
    /// The last entity is a wildcard that is still growing; `at` is where it starts.
    pub open: Option<bool>,
}

impl State<'_> {
    pub fn start() -> Self {
        Self {
            at: 0,
            spaced: false,
            word_start: true,
            behind_value: false,
            literal: 0,
            entities: Vec::new(),
            context: Vec::new(),
            open: None,
        }
    }
}

/// A complete match.
pub(crate) struct Match<'a> {
    pub state: State<'a>,
    /// Values that the context contributes, as slot and value.
    pub from_context: Vec<(&'a str, String)>,
}

/// Whether one slot would hold two numbers, of which the last would count.
pub(crate) fn drops_number(entities: &[Entity<'_>]) -> bool {
    let number = |entity: &Entity<'_>| match entity.value {
        _ if *entity.target == Target::Capture => None,
        EntityValue::Number(number) => Some(number),
        EntityValue::Fixed(SlotValue::Number(number)) => Some(*number),
        _ => None,
    };
    entities.iter().enumerate().any(|(at, one)| {
        let others = entities[at + 1..].iter().filter(|other| other.target == one.target);
        number(one).is_some() && others.filter_map(number).any(|other| Some(other) != number(one))
    })
}

pub(crate) fn entity<'a>(
    list: &'a ListRef,
    value: EntityValue<'a>,
    start: usize,
    end: usize,
) -> Entity<'a> {
    Entity { target: &list.target, value, start, end, wildcard: false }
}

/// Ends the growing wildcard `length` bytes after its start, in front of a new word.
pub(crate) fn close<'a>(state: &State<'a>, length: usize) -> State<'a> {
    let mut next = state.clone();
    next.at += length;
    next.open = None;
    next.word_start = true;
    next.behind_value = false;
    if let Some(wildcard) = next.entities.last_mut() {
        wildcard.end = next.at;
    }
    next
}
