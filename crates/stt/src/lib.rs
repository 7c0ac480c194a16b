//! Speech to text: grammar recognisers, open-vocabulary recognisers, and the cascade of both.
//!
//! A grammar recogniser hears the sentences of a word graph while they are spoken:
//! [`TransducerTranscriber`] (our streaming network) or [`PocketSphinxTranscriber`] (from Debian's
//! packages, bound at run time). An open-vocabulary recogniser hears anything:
//! [`WhisperTranscriber`] (whisper.cpp, any ggml model), which decodes speculatively in pauses.
//! [`Cascade`] asks the first and then the second. [`Preparer`] compiles new sentences on any
//! thread. [`Manifest`] knows which models can be fetched. This crate knows no intent and no house:
//! the sentences come as a [`voice::WordGraph`]. Words that were heard never appear in a log or an
//! error.
#![cfg_attr(not(test), deny(clippy::print_stdout, clippy::print_stderr))]

mod cascade;
mod config;
mod engine;
mod engines;
mod error;
mod language;
mod manifest;
mod prepare;
mod speculative;
#[cfg(test)]
mod testing;

pub use cascade::Cascade;
pub use config::{Config, Engines, GrammarKind, TRANSDUCER};
pub use engine::{GrammarEngine, OpenEngine};
pub use engines::pocketsphinx::{MODEL_FOLDER, PocketSphinxTranscriber};
pub use engines::transducer::TransducerTranscriber;
pub use engines::whisper::{Whisper, WhisperTranscriber, check_model};
pub use error::{Error, Result};
pub use language::Language;
pub use manifest::{Check, Manifest, Member, Model};
pub use prepare::{Prepared, Preparer};
pub use speculative::{Canceller, SpeculativeTranscriber, Stop};
