//! The context of a text: what is known apart from its words, and what templates require of it.

/// What is known about the moment apart from the words.
#[derive(Clone, Default, PartialEq)]
pub struct Context {
    /// The room the speaker stands in, usually by its id; templates such as `turn on the lights` ask
    /// for it. In the slot that it fills no words stand: nobody said it.
    pub area: Option<String>,
    /// Whatever else is known, as key and value; the room above counts before an `area` here.
    pub known: Vec<(String, String)>,
}

impl Context {
    /// What is known in a room; `None` where the speaker stands nowhere in particular.
    pub fn in_area(area: Option<String>) -> Self {
        Self { area, known: Vec::new() }
    }

    /// All that is known.
    pub(crate) fn all(&self) -> impl Iterator<Item = (&str, &str)> {
        let known = self.known.iter().map(|(key, value)| (key.as_str(), value.as_str()));
        known.chain(self.area.iter().map(|area| ("area", area.as_str())))
    }

    /// The value known under that key.
    pub(crate) fn get(&self, key: &str) -> Option<&str> {
        let area = self.area.as_deref().filter(|_| key == "area");
        let known = || self.known.iter().find(|(name, _)| name == key);
        area.or_else(|| known().map(|(_, value)| value.as_str()))
    }
}

/// What a block of sentences asks of one key of the context.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Requirement {
    pub key: String,
    /// One of these; none means that any value will do.
    pub values: Vec<String>,
    /// The slot that the value is copied into.
    pub slot: Option<String>,
}

impl Requirement {
    fn allows(&self, value: &str) -> bool {
        self.values.is_empty() || self.values.iter().any(|allowed| allowed == value)
    }
}

/// All that a block asks of the context.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Rules {
    pub requires: Vec<Requirement>,
    pub excludes: Vec<Requirement>,
}

impl Rules {
    /// Whether these values of the context conflict with the rules. Keys that are missing may
    /// still come.
    pub fn conflicts<'a>(&self, mut known: impl FnMut(&str) -> Option<&'a str>) -> bool {
        self.requires.iter().any(|rule| known(&rule.key).is_some_and(|value| !rule.allows(value)))
            || self.excludes.iter().any(|rule| known(&rule.key).is_some_and(|v| rule.allows(v)))
    }

    /// Whether what is known with a list value conflicts with the rules.
    pub fn conflict_with(&self, values: &[(String, String)]) -> bool {
        self.conflicts(|key| values.iter().find(|(k, _)| k == key).map(|(_, v)| v.as_str()))
    }
}
