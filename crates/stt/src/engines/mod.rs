//! The engines that the configuration asks for, opened.

pub(crate) mod pocketsphinx;
pub(crate) mod transducer;
pub(crate) mod whisper;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use ::transducer::Model;

use self::pocketsphinx::PocketSphinxTranscriber;
use self::transducer::TransducerTranscriber;
use self::whisper::WhisperTranscriber;
use crate::config::{Config, GrammarKind, TRANSDUCER};
use crate::engine::GrammarEngine;
use crate::error::{Error, Result};
use crate::manifest::{self, Check, Kind, Manifest};

/// The grammar recogniser that the configuration asks for, or the best that there is: the network,
/// or else PocketSphinx.
pub(crate) fn grammar_engine(
    config: &Config,
    model: Option<&Arc<Model>>,
) -> Result<Box<dyn GrammarEngine>> {
    Ok(match (config.grammar, model) {
        (GrammarKind::Auto | GrammarKind::Transducer, Some(model)) => {
            Box::new(TransducerTranscriber::new(Arc::clone(model)))
        }
        (GrammarKind::Transducer, None) => {
            return Err(no_network(config));
        }
        (GrammarKind::Auto | GrammarKind::Pocketsphinx, _) => {
            Box::new(PocketSphinxTranscriber::new()?)
        }
    })
}

pub(crate) fn no_network(config: &Config) -> Error {
    Error::NoTransducer { path: config.dir_with(TRANSDUCER) }
}

/// Whisper with the model of the configuration.
pub(crate) fn open_whisper(config: &Config) -> Result<WhisperTranscriber> {
    let path = whisper_path(config)?;
    let manifest = Manifest::built_in()?;
    // A file under a known name must be that file; any other is only checked for its form.
    let dir = path.parent().unwrap_or(Path::new(""));
    if let Some(model) = manifest.model.iter().find(|model| model.path(dir) == path)
        && model.check(dir, &mut |_| {})? == Check::Wrong
    {
        let reason = "it is not the file that was published under this name".to_owned();
        return Err(Error::BrokenModel { path, reason, source: None });
    }
    WhisperTranscriber::open(&path)
}

/// The file of the configured model, or of the first that is there.
fn whisper_path(config: &Config) -> Result<PathBuf> {
    let manifest = Manifest::built_in()?;
    let path_of = |model: &manifest::Model| model.path(&config.dir_with(&model.file));
    let models = || manifest.model.iter().filter(|model| model.kind == Kind::Whisper);
    let (path, name) = match &config.whisper_model {
        Some(wanted) => match models().find(|model| model.name == *wanted) {
            Some(model) => (path_of(model), model.name.clone()),
            None => (PathBuf::from(wanted), "tiny.en-q5_1".to_owned()),
        },
        None => match models().find(|model| path_of(model).exists()).or(models().next()) {
            Some(model) => (path_of(model), model.name.clone()),
            None => (PathBuf::new(), String::new()),
        },
    };
    if path.exists() { Ok(path) } else { Err(Error::NoModel { path, name }) }
}
