//! The plaintext of a sealed part, as it is serialised.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use voice::{Outcome, RecordId};
use zeroize::Zeroizing;

use crate::clock::Stamp;
use crate::record::Record;
use crate::{Error, Result, time};

/// The words of a turn.
pub(crate) struct Words {
    pub record: Record,
    /// What is searched: words and reply, lower case.
    pub haystack: String,
}

impl Words {
    pub fn new(record: Record) -> Self {
        Self { haystack: record.haystack(), record }
    }
}

/// What is known of the sound of a turn; the sound itself is in a file.
#[derive(Serialize, Deserialize)]
pub(crate) struct Sound {
    pub seconds: f64,
    pub peaks: Vec<u8>,
    /// Bytes of the sound, without what pads its file.
    pub bytes: u64,
    /// The key of that file.
    pub key: Vec<u8>,
}

/// A part as it is written.
#[derive(Serialize, Deserialize)]
pub(crate) struct Written {
    /// The turn, 32 digits: a part does not have its id, so that nothing outside shows which parts
    /// are of one turn.
    pub turn: String,
    pub at_ms: i64,
    /// When it is due, when it was made in time with power, and for how long it is kept: see
    /// [`Stamp`].
    pub due_ms: i64,
    pub born_ms: u64,
    pub keep_ms: u64,
    pub speaker: String,
    /// On which satellite; none noted is the local one.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub satellite: Option<String>,
    pub outcome: String,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub words: Option<Record>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub sound: Option<Sound>,
}

impl Written {
    pub fn stamp(&self) -> Stamp {
        Stamp {
            until: time::from_ms(self.due_ms),
            born: Duration::from_millis(self.born_ms),
            keep: Duration::from_millis(self.keep_ms),
        }
    }

    pub fn to_bytes(&self) -> Result<Zeroizing<Vec<u8>>> {
        serde_json::to_vec(self).map(Zeroizing::new).map_err(|_| strange("a turn"))
    }

    /// The part in these bytes; its turn and how that ended.
    pub fn from_bytes(bytes: &[u8]) -> Result<(Self, RecordId, Outcome)> {
        // The parser's message could quote private words, so it is not passed on.
        let written: Self = serde_json::from_slice(bytes).map_err(|_| strange("a turn"))?;
        let turn = written.turn.parse().map_err(|_| strange("the id of a turn"))?;
        let outcome = Outcome::parse(&written.outcome).ok_or_else(|| strange("an outcome"))?;
        Ok((written, turn, outcome))
    }
}

fn strange(what: &str) -> Error {
    Error::Invalid(format!("read {what}: it was not written by this version of hark"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_without_a_satellite_is_read_as_before() {
        let before = format!(
            r#"{{"turn":"{}","at_ms":1,"due_ms":2,"born_ms":3,"keep_ms":4,"speaker":"kitchen","outcome":"done"}}"#,
            RecordId(7)
        );
        let (written, ..) = Written::from_bytes(before.as_bytes()).expect("it can be read");
        assert!(written.satellite.is_none());
        let again = written.to_bytes().expect("it can be written");
        assert_eq!(std::str::from_utf8(&again).expect("text"), before, "and so it stays");
    }
}
