//! Is someone speaking to us, and until when.
//!
//! [`Listener`] takes the stream of the microphone in pieces and gives out wake words and
//! commands; [`RustpotterDetector`] hears the word, [`Vad`] and [`Endpointer`] find speech and its
//! end. Everything is counted in samples. This crate knows no words but the wake word, no device,
//! no thread and no clock, and keeps a second and a half of sound in memory, never on a disk.

mod config;
mod endpoint;
mod error;
mod listen;
mod preroll;
mod rustpotter;
mod vad;

pub use config::{Config, Engine};
pub use endpoint::{Endpointer, Found};
pub use error::Error;
pub use listen::{Heard, Listener, TAIL_MS};
pub use preroll::PREROLL_MS;
pub use rustpotter::{RustpotterDetector, best_score};
pub use vad::{BLOCK_SAMPLES, Vad};

/// The detector that the configuration asks for.
///
/// # Errors
/// [`Error`] when it cannot be had.
pub fn detector(config: &Config) -> Result<Box<dyn voice::WakeDetector>, Error> {
    match config.engine {
        Engine::Rustpotter => Ok(Box::new(RustpotterDetector::new(config)?)),
    }
}
