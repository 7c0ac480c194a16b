//! Wake word detection, voice activity detection and endpointing: is someone speaking to us, and
//! until when.
//!
//! [`Listener`] takes the stream of the microphone in pieces and gives out wake words and
//! commands; [`KeywordDetector`], [`SmallDetector`], [`RustpotterDetector`] and [`FusionDetector`]
//! hear the word, a [`DetectorCascade`] spares them work, [`Vad`] and [`Endpointer`] find speech and
//! its end.
//! Everything is counted in samples. This crate knows no words but the wake word, no device,
//! no thread and no clock, and keeps a second and a half of sound in memory, never on a disk.
#![cfg_attr(not(test), deny(clippy::print_stdout, clippy::print_stderr))]

mod advice;
mod cascade;
mod cnn;
mod config;
mod endpoint;
mod enrol;
mod error;
mod evaluate;
mod fusion;
mod keyword;
mod listen;
mod preroll;
mod rustpotter;
mod templates;
mod vad;
mod voices;

use std::sync::Arc;

use transducer::Model;

pub use advice::advice;
pub use cascade::DetectorCascade;
pub use cnn::SmallDetector;
pub use config::{Config, Engine};
pub use endpoint::{EndpointEvent, Endpointer};
pub use enrol::{Enrolled, Enrolment, FEWEST_TAKES, Flaw, MOST_TAKES};
pub use error::Error;
pub use evaluate::{Evaluation, evaluate};
pub use fusion::FusionDetector;
pub use keyword::KeywordDetector;
pub use listen::{Listener, ListenerEvent, TAIL_MS};
pub use preroll::PREROLL_MS;
pub use rustpotter::{RustpotterDetector, best_score};
pub use templates::Templates;
pub use vad::{BLOCK_SAMPLES, Vad};
pub use voices::Voices;

/// What the configuration comes to on this machine.
enum Choice<'a> {
    /// The network, and the templates of enrolled voices.
    Network(&'a Arc<Model>, Vec<Templates>),
    /// The small network of the program.
    Small,
    /// Comparison with recordings alone.
    Recordings,
}

fn choose<'a>(config: &Config, model: Option<&'a Arc<Model>>) -> Result<Choice<'a>, Error> {
    match (config.engine, model) {
        // References that someone named are there to be used.
        (Engine::Auto, Some(model)) if config.references.is_none() => {
            Ok(Choice::Network(model, templates(config)))
        }
        (Engine::Keyword, Some(model)) => Ok(Choice::Network(model, templates(config))),
        (Engine::Keyword, None) => Err(Error::NoNetwork),
        (Engine::Small, _) => Ok(Choice::Small),
        // Recordings of the people who live here hear them better than what knows nobody.
        (Engine::Auto, None) if is_built_in(config) && !has_recordings(config) => Ok(Choice::Small),
        (Engine::Auto | Engine::Rustpotter, _) => Ok(Choice::Recordings),
    }
}

/// Whether the word is the one that the small network knows, and no other is asked for.
fn is_built_in(config: &Config) -> bool {
    config.word == cnn::WORD && config.other_words.is_empty()
}

/// Whether the small network is the first stage in front of the large one. A known voice is heard at
/// scores at which the small one was not measured.
fn has_first_stage(config: &Config, templates: &[Templates]) -> bool {
    config.first_stage && is_built_in(config) && templates.is_empty()
}

/// Whether there are recordings to compare with besides the built-in ones.
fn has_recordings(config: &Config) -> bool {
    config.references.is_some()
        || config.voices.of(&config.word).is_some()
        || config.enrolled_file(&config.word).is_some_and(|file| file.exists())
}

/// The templates that were enrolled for the words of the configuration. A file that is broken is
/// logged and left out: the network hears the word without it.
fn templates(config: &Config) -> Vec<Templates> {
    let words = std::iter::once(&config.word).chain(&config.other_words);
    words
        .filter_map(|word| {
            if let Some(bytes) = config.voices.of(word) {
                return Some(Templates::from_bytes(bytes));
            }
            let file = config.enrolled_file(word).filter(|file| file.exists());
            file.map(|file| Templates::read(&file))
        })
        .filter_map(|read| match read {
            Ok(templates) => Some(templates),
            Err(error) => {
                let error = &error as &dyn std::error::Error;
                tracing::warn!(
                    error,
                    "failed to load an enrolled voice; enrol again with `hark wake enrol`"
                );
                None
            }
        })
        .collect()
}

/// The detector that the configuration asks for, with the network if it is there.
///
/// # Errors
/// [`Error`] when it cannot be had.
pub fn detector(
    config: &Config,
    model: Option<&Arc<Model>>,
) -> Result<Box<dyn voice::WakeDetector>, Error> {
    Ok(match choose(config, model)? {
        Choice::Network(model, templates) if templates.is_empty() => {
            let detector = KeywordDetector::new(model, config)?;
            if has_first_stage(config, &[]) {
                Box::new(DetectorCascade::new(detector)?)
            } else {
                Box::new(detector)
            }
        }
        Choice::Network(model, templates) => {
            Box::new(FusionDetector::new(model, config, templates)?)
        }
        Choice::Small => Box::new(SmallDetector::new(config)?),
        Choice::Recordings => Box::new(RustpotterDetector::new(config)?),
    })
}
