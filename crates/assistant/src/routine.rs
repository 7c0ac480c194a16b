//! Named sequences of commands: "good night".

use language::{UsualRoutine, Words};

/// A sequence of commands with the words that start it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Routine {
    /// What people say.
    pub say: Vec<String>,
    /// The commands, as people would say them.
    pub commands: Vec<String>,
    /// What is answered when all of it was done; the answers of the commands if it is empty.
    pub reply: String,
}

impl Routine {
    /// The intent that starts one.
    pub const INTENT: &str = "HarkRoutine";

    /// Those of a household that has not thought of its own.
    pub(crate) fn usual(words: &Words) -> Vec<Self> {
        let routines = words.routines.iter().cloned();
        routines
            .map(|UsualRoutine { say, commands, reply }| Self { say, commands, reply })
            .collect()
    }
}
