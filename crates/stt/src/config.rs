//! Settings of speech recognition: which recognisers are used, and where their models are.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// Where a package puts models.
const SYSTEM_MODELS: &str = "/usr/share/hark/models";

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

impl Engines {
    /// All of them, with their names in the configuration and what they are.
    pub const ALL: [(Self, &str, &str); 3] = [
        (Self::Auto, "auto", "The sentences of the house, else open vocabulary"),
        (Self::Grammar, "grammar", "The sentences of the house only"),
        (Self::Whisper, "whisper", "Open vocabulary only; needs a model"),
    ];

    /// Whether a grammar recogniser is one of them.
    pub(crate) fn has_grammar(self) -> bool {
        matches!(self, Self::Auto | Self::Grammar)
    }

    /// Whether an open-vocabulary recogniser is one of them.
    pub(crate) fn has_open(self) -> bool {
        self != Self::Grammar
    }
}

/// What hears the sentences of the house.
#[derive(Deserialize, Serialize, Clone, Copy, Debug, Default, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub enum GrammarKind {
    /// The network if its weights are there, else `PocketSphinx`.
    #[default]
    Auto,
    /// The network; `models/fetch` gets its weights.
    Transducer,
    /// `PocketSphinx` of Debian's packages.
    Pocketsphinx,
}

/// The folder of the network's weights, within a folder of models.
pub const TRANSDUCER: &str = "zipformer-en-3.3M";

/// Settings of speech recognition.
#[derive(Deserialize, Serialize, Clone, Debug, Default, PartialEq)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Which engines hear commands.
    pub engine: Engines,
    /// What hears the sentences of the house.
    pub grammar: GrammarKind,
    /// A name from `hark models list` or the path of a ggml file; when it is left out, the first
    /// model that is there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub whisper_model: Option<String>,
    /// The folder with the models; when it is left out, those of [`Config::models_dirs`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub models_dir: Option<PathBuf>,
}

impl Config {
    /// The folders that are searched for models, in this order: that of the configuration; or
    /// those that `HARK_MODELS` names (with colons between them) and the system's. Never one that merely
    /// lies in the current folder, since whoever wrote that would choose what the speaker hears.
    pub fn models_dirs(&self) -> Vec<PathBuf> {
        if let Some(dir) = &self.models_dir {
            return vec![dir.clone()];
        }
        let named = std::env::var_os("HARK_MODELS").unwrap_or_default();
        let named = std::env::split_paths(&named).filter(|dir| !dir.as_os_str().is_empty());
        named.chain([PathBuf::from(SYSTEM_MODELS)]).collect()
    }

    /// The first of the folders with the file or folder `name` in it, or else the first of all, which is
    /// where it should be put.
    pub fn dir_with(&self, name: &str) -> PathBuf {
        let dirs = self.models_dirs();
        let found = dirs.iter().find(|dir| dir.join(name).exists());
        found.or(dirs.first()).cloned().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn engines_are_called_as_in_the_configuration() {
        for (engine, name, _) in Engines::ALL {
            let written = toml::Value::try_from(engine);
            assert_eq!(written, Ok(toml::Value::from(name)), "{name}");
        }
    }
}
