//! Is someone speaking to us, and until when.
//!
//! [`Listener`] takes the stream of the microphone in pieces and gives out wake words and
//! commands; [`KeywordDetector`] and [`RustpotterDetector`] hear the word, [`Vad`] and [`Endpointer`] find speech and its
//! end. Everything is counted in samples. This crate knows no words but the wake word, no device,
//! no thread and no clock, and keeps a second and a half of sound in memory, never on a disk.

mod config;
mod endpoint;
mod error;
mod keyword;
mod listen;
mod preroll;
mod rustpotter;
mod vad;

use std::sync::Arc;

use transducer::Model;

pub use config::{Config, Engine};
pub use endpoint::{Endpointer, Found};
pub use error::Error;
pub use keyword::KeywordDetector;
pub use listen::{Heard, Listener, TAIL_MS};
pub use preroll::PREROLL_MS;
pub use rustpotter::{RustpotterDetector, best_score};
pub use vad::{BLOCK_SAMPLES, Vad};

/// The detector that the configuration asks for, with the network if it is there.
///
/// # Errors
/// [`Error`] when it cannot be had.
pub fn detector(
    config: &Config,
    model: Option<&Arc<Model>>,
) -> Result<Box<dyn voice::WakeDetector>, Error> {
    match (config.engine, model) {
        // Recordings of a household are there to be used.
        (Engine::Auto, Some(model)) if config.references.is_none() => {
            Ok(Box::new(KeywordDetector::new(model, config)?))
        }
        (Engine::Keyword, Some(model)) => Ok(Box::new(KeywordDetector::new(model, config)?)),
        (Engine::Keyword, None) => Err(Error::NoNetwork),
        (Engine::Auto | Engine::Rustpotter, _) => Ok(Box::new(RustpotterDetector::new(config)?)),
    }
}
