//! The syntax tree of a sentence template.

/// A sentence template, or a part of one.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Node {
    /// Literal text: lower case, one word with the spaces around it.
    Text(String),
    /// All parts, in order.
    Sequence(Vec<Node>),
    /// Any one part; an optional part is an alternative to an empty sequence.
    Alternative(Vec<Node>),
    /// All parts, in any order.
    Permutation(Vec<Node>),
    /// A value of a list.
    List(ListRef),
    /// The template of that rule.
    Rule(String),
}

/// A place that is filled from a list.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ListRef {
    /// The list.
    pub list: String,
    /// Where its value goes.
    pub target: Target,
    /// Whether the template has a space behind it; a wildcard then ends at the end of a word.
    pub end_of_word: bool,
}

/// Where the value of a list goes.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Target {
    /// Into the slot of that name.
    Slot(String),
    /// Nowhere but into the reply; it is no slot.
    Capture,
}

/// A range of whole numbers written into the template itself: `{1..60:minutes}`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct InlineRange {
    pub from: i64,
    pub to: i64,
    pub step: i64,
}

impl InlineRange {
    /// Reads `1..60` and `0..100,5`.
    pub fn parse(text: &str) -> Option<Self> {
        let (from, rest) = text.split_once("..")?;
        let (to, step) = rest.split_once(',').unwrap_or((rest, "1"));
        let number = |text: &str| {
            let text = text.trim();
            text.bytes().all(|b| b.is_ascii_digit()).then(|| text.parse().ok())?
        };
        Some(Self { from: number(from)?, to: number(to)?, step: number(step)? })
    }
}

impl Node {
    /// What matches without any words.
    pub fn nothing() -> Self {
        Self::Sequence(Vec::new())
    }

    /// Literal text without any template syntax.
    pub fn literal(text: &str) -> Self {
        Self::Sequence(text.split_inclusive(' ').map(|word| Self::Text(lower(word))).collect())
    }

    /// The text, if this is nothing but text.
    pub fn as_literal(&self) -> Option<String> {
        match self {
            Self::Text(text) => Some(text.clone()),
            Self::Sequence(items) => items.iter().map(Self::as_literal).collect(),
            _ => None,
        }
    }

    /// The parts of this node.
    pub fn children(&self) -> &[Self] {
        match self {
            Self::Sequence(items) | Self::Alternative(items) | Self::Permutation(items) => items,
            Self::Text(_) | Self::List(_) | Self::Rule(_) => &[],
        }
    }

    /// The character every match starts with, when there is only one and it is known.
    pub fn first_char(&self) -> Option<char> {
        match self {
            Self::Text(text) => text.chars().next().filter(|c| !c.is_whitespace()),
            Self::Sequence(items) => items.first()?.first_char(),
            _ => None,
        }
    }

    /// Every text that the template stands for. Lists and rules stand for none.
    pub fn literals(&self) -> Vec<String> {
        match self {
            Self::Text(text) => vec![text.clone()],
            Self::Sequence(items) => items.iter().fold(vec![String::new()], |heads, item| {
                let tails = item.literals();
                heads
                    .iter()
                    .flat_map(|head| tails.iter().map(move |t| format!("{head}{t}")))
                    .collect()
            }),
            Self::Alternative(items) => items.iter().flat_map(Self::literals).collect(),
            Self::Permutation(_) | Self::List(_) | Self::Rule(_) => Vec::new(),
        }
    }
}

/// Whether the text is made of words as people say them, without digits and signs: a hyphen parts
/// words, and by itself is a sign.
pub(crate) fn is_speakable(text: &str) -> bool {
    text.trim() != "-" && text.chars().all(|c| c.is_alphabetic() || matches!(c, '\'' | '-' | ' '))
}

/// Lower case, the form in which literals are kept and compared.
pub(crate) fn lower(text: &str) -> String {
    text.chars().flat_map(char::to_lowercase).collect()
}
