//! Which engines hear commands.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// Which engines hear commands.
#[derive(Deserialize, Serialize, Clone, Copy, Debug, Default, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub enum Engines {
    /// The sentences of the house, and whisper for everything else if there is a model.
    #[default]
    Auto,
    /// The sentences of the house only.
    Grammar,
    /// Whisper only.
    Whisper,
}

/// Settings of speech recognition.
#[derive(Deserialize, Serialize, Clone, Debug, Default, PartialEq)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Which engines hear commands.
    pub engine: Engines,
    /// A name from `hark models list` or the path of a ggml file; when it is left out, the first
    /// model that is there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub whisper_model: Option<String>,
    /// Where `models/fetch` put them; when it is left out, `models` in the current folder.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub models_dir: Option<PathBuf>,
}

impl Config {
    /// The folder with the models.
    pub fn models_dir(&self) -> PathBuf {
        self.models_dir.clone().unwrap_or_else(|| PathBuf::from("models"))
    }
}
