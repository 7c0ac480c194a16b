//! Traces of what was deleted, and the places that are searched for them.

/// Where something deleted is searched for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// The files of the history.
    Files,
    /// The memory of this program.
    Memory,
    /// The raw card.
    Card,
}

/// What must not be found after a deletion.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Trace {
    /// The words of the turn.
    Words,
    /// The root that was erased.
    Root,
    /// The key of its bucket.
    Bucket,
    /// Its own key.
    Part,
}

impl Place {
    /// In words.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Files => "the files of the history",
            Self::Memory => "the memory of this program",
            Self::Card => "the raw card",
        }
    }
}

impl Trace {
    /// In words.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Words => "the words",
            Self::Root => "the old root",
            Self::Bucket => "the key of its bucket",
            Self::Part => "its own key",
        }
    }
}
