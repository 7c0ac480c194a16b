//! Which whisper model: that of the configuration, or the best that is there.

use std::path::{Path, PathBuf};

use super::{NAME, WhisperTranscriber};
use crate::config::Config;
use crate::engine::OpenEngine;
use crate::error::{Error, Result};
use crate::language::Language;
use crate::manifest::{Check, Manifest, Model};

/// The model that is fetched where the configuration names a file that is not there.
const USUAL: &str = "tiny.en-q5_1";

/// Whisper with the model of the configuration.
///
/// # Errors
/// [`Error::NoModel`], [`Error::BrokenModel`] and [`Error::Unreadable`].
pub(in crate::engines) fn open(
    config: &Config,
    language: &Language,
) -> Result<Box<dyn OpenEngine>> {
    let path = whisper_path(config)?;
    let manifest = Manifest::built_in()?;
    // A file under a known name must be that file; any other is only checked for its form.
    let dir = path.parent().unwrap_or(Path::new(""));
    if let Some(model) = manifest.model.iter().find(|model| model.path(dir) == path)
        && model.check(dir, &mut |_| {})? == Check::Wrong
    {
        let reason = "it is not the file that was published under this name".to_owned();
        return Err(Error::BrokenModel { kind: NAME, path, reason, source: None });
    }
    Ok(Box::new(WhisperTranscriber::open(&path, language)?))
}

/// The file of the configured model, or of the best that is there.
fn whisper_path(config: &Config) -> Result<PathBuf> {
    let manifest = Manifest::built_in()?;
    let path_of = |model: &Model| model.path(&config.dir_with(&model.file));
    let models = || manifest.model.iter().filter(|model| model.kind == NAME);
    let (path, name) = match &config.whisper_model {
        Some(wanted) => match models().find(|model| model.name == *wanted) {
            Some(model) => (path_of(model), model.name.clone()),
            None => (PathBuf::from(wanted), USUAL.to_owned()),
        },
        // The manifest goes from the smallest to the best.
        None => match models().rfind(|model| path_of(model).exists()).or(models().next()) {
            Some(model) => (path_of(model), model.name.clone()),
            None => (PathBuf::new(), String::new()),
        },
    };
    if path.exists() { Ok(path) } else { Err(Error::NoModel { kind: NAME, path, name }) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_model_that_is_there_is_taken() {
        let folder = tempfile::tempdir().expect("a folder");
        let config = Config { models_dir: Some(folder.path().to_owned()), ..Config::default() };
        assert!(matches!(whisper_path(&config), Err(Error::NoModel { name, .. }) if name == USUAL));
        for file in ["ggml-tiny.en-q5_1.bin", "ggml-base-q5_1.bin"] {
            std::fs::write(folder.path().join(file), "weights").expect("written");
            let path = whisper_path(&config).ok();
            assert_eq!(path, Some(folder.path().join(file)), "it is better than those before");
        }
        let named = Config { whisper_model: Some(USUAL.to_owned()), ..config };
        assert!(whisper_path(&named).is_ok_and(|path| path.ends_with("ggml-tiny.en-q5_1.bin")));
    }
}
