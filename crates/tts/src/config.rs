//! Which voice, and how fast.

use serde::{Deserialize, Serialize};

/// Settings of the voice.
#[derive(Deserialize, Serialize, Clone, Debug, PartialEq)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// A voice of `espeak-ng --voices`; when it is left out, that of the language.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub voice: Option<String>,
    /// Words a minute.
    pub rate_wpm: u32,
}

impl Default for Config {
    fn default() -> Self {
        Self { voice: None, rate_wpm: 165 }
    }
}
