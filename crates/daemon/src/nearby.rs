//! A folder of models that lies in the current folder and that nobody named.

use std::path::Path;

use stt::{Engines, Manifest, Model, TRANSDUCER};

/// What `models/fetch` calls its folder, and so what many expect to be used.
const NEARBY: &str = "models";

/// One line that says what to do where a model is missing that lies in `models` in the current folder. It
/// is not used unasked: weights decide what is heard, and anybody may have put them there.
pub fn passed_over(config: &stt::Config) -> Option<String> {
    let manifest = Manifest::built_in().ok()?;
    let wanted: Vec<_> = manifest.model.iter().filter(|model| is_wanted(model, config)).collect();
    let is_there = |model: &Model| model.path(&config.dir_with(&model.file)).exists();
    let has = |kind: &str| wanted.iter().any(|model| model.kind == kind && is_there(model));
    let lies_nearby = |model: &Model| model.path(Path::new(NEARBY)).exists();
    let model = wanted.iter().find(|model| lies_nearby(model) && !has(&model.kind))?;
    Some(format!(
        "{NEARBY}/{} in the current folder is used only if that folder is named: set \
         HARK_MODELS={NEARBY} or stt.models_dir",
        model.file
    ))
}

/// Whether the configuration would use it: the network hears the wake word with every engine.
fn is_wanted(model: &Model, config: &stt::Config) -> bool {
    let is_named = config.whisper_model.as_ref().is_none_or(|name| *name == model.name);
    model.file == TRANSDUCER || config.engine != Engines::Grammar && is_named
}

/// Warns with that line where something else hears instead.
pub fn warn_of_passed_over(config: &stt::Config) {
    if let Some(advice) = passed_over(config) {
        tracing::warn!("{advice}");
    }
}

/// Adds that line to an error about what is missing.
pub(crate) fn advised(error: anyhow::Error, config: &stt::Config) -> anyhow::Error {
    match passed_over(config) {
        Some(advice) => anyhow::anyhow!("{}; {advice}", crate::one_line(&error)),
        None => error,
    }
}
