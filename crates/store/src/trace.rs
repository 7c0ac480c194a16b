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
    /// The root that was erased, as the key that follows from it.
    Root,
    /// The slot that the root stood in.
    Slot,
    /// The key of its bucket.
    Bucket,
    /// Its own key.
    Part,
    /// The slot of the household's root that was erased.
    HouseholdSlot,
    /// A key of the household that hung from it.
    HouseholdKey,
    /// The clip as it is sealed, which says nothing: whoever does not see it while it is there sees nothing else.
    Clip,
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
    /// Whether it is seen in some place while it is there, rather than sealed everywhere.
    pub(crate) fn is_seen_before(self) -> bool {
        matches!(self, Self::Words | Self::Slot | Self::HouseholdSlot | Self::Clip)
    }

    /// In words.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Words => "the words",
            Self::Root => "the old root",
            Self::Bucket => "the key of its bucket",
            Self::Part => "its own key",
            Self::Slot => "the slot of the old root",
            Self::HouseholdSlot => "the slot of the household's old root",
            Self::HouseholdKey => "an old key of the household",
            Self::Clip => "the sealed clip",
        }
    }
}
