//! Which voice, and how fast.

use serde::{Deserialize, Serialize};

/// Settings of the voice.
#[derive(Deserialize, Serialize, Clone, Debug, PartialEq)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// A voice of `espeak-ng --voices`.
    pub voice: String,
    /// Words a minute.
    pub rate_wpm: u32,
}

impl Default for Config {
    fn default() -> Self {
        Self { voice: "en-gb".to_owned(), rate_wpm: 165 }
    }
}
