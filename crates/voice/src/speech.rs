//! Speech as data: keys of the response tables and what fills their places. No word of
//! any language stands here; a [`Wording`] renders it.

use std::borrow::Cow;

use crate::PrivateText;

/// One thing to say: a key of the response tables and the values of its slots. It may hold what the
/// household calls its things, so there is no `Debug`.
#[derive(Clone, PartialEq)]
pub struct Speech {
    key: Cow<'static, str>,
    slots: Vec<(&'static str, Value)>,
}

/// What fills a slot of a [`Speech`].
#[derive(Clone, PartialEq)]
pub enum Value {
    /// A name, or words that somebody said.
    Text(PrivateText),
    /// A number; the key says of what.
    Number(f64),
    /// Yes or no.
    Flag(bool),
    /// Several, in the order in which they are said.
    List(Vec<Value>),
    /// Something that is worded by itself and then stands in the other: "at 7 AM tomorrow".
    Speech(Box<Speech>),
}

/// Puts a [`Speech`] into the words of a language.
pub trait Wording: Send + Sync {
    /// The sentences as one text, in their order, with a space between them.
    fn text(&self, speech: &[Speech]) -> PrivateText;
}

impl Speech {
    /// The key of a text that is said as it stands, in its slot [`Speech::TEXT`].
    pub const VERBATIM: &str = "hark.verbatim";
    /// The slot of [`Speech::VERBATIM`].
    pub const TEXT: &str = "text";

    /// What stands under this key: `hark.…`, or the name of an intent, a dot and the key of a
    /// response.
    pub const fn of(key: &'static str) -> Self {
        Self { key: Cow::Borrowed(key), slots: Vec::new() }
    }

    /// The same, where the key is made of an id.
    pub fn keyed(key: String) -> Self {
        Self { key: Cow::Owned(key), slots: Vec::new() }
    }

    /// These words and no others: they are the household's own.
    pub fn verbatim(text: impl Into<PrivateText>) -> Self {
        Self::of(Self::VERBATIM).with(Self::TEXT, text.into())
    }

    /// The same with a value in a slot.
    #[must_use]
    pub fn with(mut self, slot: &'static str, value: impl Into<Value>) -> Self {
        self.slots.push((slot, value.into()));
        self
    }

    /// Under which key the words stand.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// The slots in the order in which they were filled.
    pub fn slots(&self) -> &[(&'static str, Value)] {
        &self.slots
    }

    /// The words, where they are said as they stand.
    pub fn as_verbatim(&self) -> Option<&PrivateText> {
        match (self.key(), &self.slots[..]) {
            (Self::VERBATIM, [(_, Value::Text(text))]) => Some(text),
            _ => None,
        }
    }
}

impl From<PrivateText> for Value {
    fn from(text: PrivateText) -> Self {
        Self::Text(text)
    }
}

impl From<&PrivateText> for Value {
    fn from(text: &PrivateText) -> Self {
        Self::Text(text.clone())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text.into())
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.into())
    }
}

impl From<&String> for Value {
    fn from(text: &String) -> Self {
        Self::Text(text.as_str().into())
    }
}

impl From<bool> for Value {
    fn from(flag: bool) -> Self {
        Self::Flag(flag)
    }
}

impl From<Speech> for Value {
    fn from(speech: Speech) -> Self {
        Self::Speech(Box::new(speech))
    }
}

impl<T: Into<Value>> From<Vec<T>> for Value {
    fn from(values: Vec<T>) -> Self {
        Self::List(values.into_iter().map(Into::into).collect())
    }
}

impl From<f64> for Value {
    fn from(number: f64) -> Self {
        Self::Number(number)
    }
}

/// Numbers that fit, and those of which very large ones lose their last digits.
macro_rules! numbers {
    (exact: $($exact:ty),*; rounded: $($rounded:ty),*) => {
        $(impl From<$exact> for Value {
            fn from(number: $exact) -> Self {
                Self::Number(f64::from(number))
            }
        })*
        $(impl From<$rounded> for Value {
            fn from(number: $rounded) -> Self {
                Self::Number(number as f64)
            }
        })*
    };
}

numbers!(exact: f32, i8, i16, i32, u8, u16, u32; rounded: i64, u64, usize);
