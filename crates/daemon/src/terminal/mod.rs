//! Terminals: what they ask is answered by the running speaker through a socket in the data folder, or
//! by the command itself while no speaker runs. One process has the keys at a time.

mod answer;
mod ask;
mod export;
mod page;
mod proof;
mod slots;
mod socket;
#[cfg(test)]
mod tests;
mod text;

use std::path::PathBuf;
use std::time::SystemTime;

use serde::{Deserialize, Serialize};
use store::{Filter, Keep};
use voice::{Outcome, RecordId};

pub use answer::answer;
pub(crate) use socket::{Answerer, is_answered, serve};
pub use socket::{ask_speaker, read_answer};

/// Answers come in pieces of this many at the most before they are taken.
pub(crate) const PIECES: usize = 8;

/// How turns are written.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Style {
    /// An object a line.
    Json,
    /// For a person.
    Plain,
    /// For a person whose terminal can dim.
    Dimmed,
}

/// Which turns.
#[derive(Clone, Default, Serialize, Deserialize)]
pub struct Find {
    /// With these words.
    pub text: Option<String>,
    /// Not before.
    pub since: Option<SystemTime>,
    /// Before.
    pub until: Option<SystemTime>,
    /// That ended so.
    pub outcome: Option<String>,
}

impl Find {
    fn filter(&self) -> Filter {
        Filter {
            text: self.text.clone(),
            since: self.since,
            until: self.until,
            outcome: self.outcome.as_deref().and_then(Outcome::parse),
        }
    }
}

/// Which turns to delete.
#[derive(Clone, Serialize, Deserialize)]
pub enum Deletion {
    /// These.
    Ids(Vec<String>),
    /// What is found.
    Find(Find),
    /// All.
    All,
}

/// What is asked.
#[derive(Clone, Serialize, Deserialize)]
pub enum Request {
    /// Does what these words ask, as if they had been spoken.
    Ask {
        /// The words.
        text: String,
        /// As an object.
        json: bool,
    },
    /// The turns, newest first.
    List(Find, Style),
    /// One turn.
    Show(String, Style),
    /// The sound of a turn, as FLAC.
    Sound(String),
    /// Deletes, and says how many went.
    Delete(Deletion),
    /// Sets how long a class is kept, if one is named, and says what holds.
    Retention(Option<String>, Option<Keep>),
    /// Confirms that the clock of this machine is right.
    ConfirmTime,
    /// Opens a history that is locked with this passphrase.
    Unlock(String),
    /// Sets, changes or takes away the passphrase.
    Passphrase {
        /// The one that holds now.
        current: Option<String>,
        /// The one that holds from now on.
        new: Option<String>,
    },
    /// The whole history as a tar archive: what was said as JSON, the sounds as FLAC.
    Export,
    /// What is the household's own, as JSON.
    Backup,
    /// The enrolled voices, as JSON: pairs of a name and templates.
    Voices,
    /// Keeps a voice under a name.
    Enrol {
        /// The name that its word has.
        name: String,
        /// What was made of the recordings.
        templates: Vec<u8>,
    },
    /// Forgets the voice of that name.
    ForgetVoice(String),
    /// A link to the page, which is good once and for a minute.
    Page,
    /// Proves that what is deleted is gone.
    Prove {
        /// A raw device to look on, too.
        raw: Option<PathBuf>,
        /// As an object.
        json: bool,
    },
}

impl Request {
    /// Whether the answer reveals what was said.
    fn reveals_history(&self) -> bool {
        match self {
            Self::List(..) | Self::Show(..) | Self::Sound(..) | Self::Export => true,
            Self::Ask { .. }
            | Self::Delete(..)
            | Self::ConfirmTime
            | Self::Unlock(..)
            | Self::Passphrase { .. }
            | Self::Retention(..)
            | Self::Backup
            | Self::Voices
            | Self::Enrol { .. }
            | Self::ForgetVoice(..)
            | Self::Page
            | Self::Prove { .. } => false,
        }
    }
}

fn record_id(text: &str) -> anyhow::Result<RecordId> {
    text.parse().map_err(|_| {
        anyhow::anyhow!("failed to read the id '{text}': `hark history list --json` shows ids")
    })
}
