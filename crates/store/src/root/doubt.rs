//! Reasons for which what was overwritten may still be read.

use std::fmt;

/// A reason for which what was overwritten may still be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Doubt {
    /// It stands on a file system that does not, or is not known to, overwrite in place.
    FileSystem {
        /// Its name: `btrfs`.
        name: String,
    },
    /// The file system keeps what is written in its journal, too.
    Journal,
    /// Other files, or a snapshot, have the same blocks.
    Shared,
    /// What was overwritten was written elsewhere: seen after an erasure.
    Moved,
    /// The device below writes elsewhere what is overwritten.
    Device {
        /// Its name, and what it is: `dm-3 (a thin volume)`.
        name: String,
    },
    /// It could not be looked at.
    Unseen {
        /// What could not, and why.
        what: String,
    },
}

impl fmt::Display for Doubt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::FileSystem { name } | Self::Device { name } => {
                write!(f, "it is on {name}, which may write elsewhere what is overwritten")
            }
            Self::Journal => write!(f, "its file system keeps what is written in a journal, too"),
            Self::Shared => write!(f, "other files or a snapshot have the same blocks"),
            Self::Moved => write!(f, "what was overwritten was written elsewhere"),
            Self::Unseen { what } => write!(f, "{what} cannot be looked at"),
        }
    }
}

/// Says that deletion is not certain, why, and what would help; nothing where it is.
pub fn uncertain(doubts: &[Doubt]) -> Option<String> {
    let doubts: Vec<_> = doubts.iter().map(ToString::to_string).collect();
    (!doubts.is_empty()).then(|| {
        format!(
            "Deletion is not certain here: {}. What was deleted may still be read from the card. Set \
             store.root = \"chip\" (a clock chip with memory) or \"memory\", or store.root_at to a raw \
             partition; `hark doctor` shows what there is.",
            doubts.join("; ")
        )
    })
}

pub(crate) fn once_each(doubts: Vec<Doubt>) -> Vec<Doubt> {
    doubts.into_iter().fold(Vec::new(), |mut seen, doubt| {
        if !seen.contains(&doubt) {
            seen.push(doubt);
        }
        seen
    })
}
