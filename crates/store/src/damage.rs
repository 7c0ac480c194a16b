//! Damage: what the history has lost.

use std::fmt;

/// What happened to the history before it was opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Damage {
    /// All of it is lost: its root or its file was gone.
    Lost,
    /// Its newest part may be missing: the log was damaged.
    Log,
    /// So many parts were damaged, and have been deleted.
    Parts(u64),
}

impl fmt::Display for Damage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Lost => f.write_str(
                "the history was lost, because its root or its file was gone; nothing of it can be \
                 read by anyone",
            ),
            Self::Log => f.write_str(
                "the newest part of the history may be missing, because its log was damaged",
            ),
            Self::Parts(damaged) => {
                write!(f, "{damaged} damaged parts of the history have been deleted")
            }
        }
    }
}
