//! Speech to text.
//!
//! [`GrammarTranscriber`] hears the sentences of a word graph while they are spoken (PocketSphinx
//! from Debian's packages, bound at run time); [`WhisperTranscriber`] hears anything (whisper.cpp,
//! any ggml model) on a thread of its own; [`Chain`] asks the first and then the second.
//! [`Preparer`] makes new sentences ready on any thread. [`Manifest`] knows which models
//! can be had. This crate knows no intent and no house: the sentences come as a
//! [`voice::WordGraph`]. Words that were heard never appear in a log or an error.

mod ahead;
mod compact;
mod config;
mod error;
mod ffi;
mod gate;
mod ggml;
mod manifest;
mod near;
mod pocketsphinx;
mod prepare;
mod prompt;
mod pronounce;
mod reading;
mod select;
mod snap;
mod spelling;
mod transducer;
mod view;
mod whisper;

pub use ahead::{Canceller, ClipTranscriber, Stop};
pub use config::{Config, Engines, GrammarKind, TRANSDUCER};
pub use error::{Error, Result};
pub use ggml::check_model;
pub use manifest::{Check, Kind, Manifest, Member, Model};
pub use pocketsphinx::{GrammarTranscriber, MODEL_FOLDER};
pub use prepare::{Prepared, Preparer};
pub use select::{Chain, GrammarEngine};
pub use transducer::TransducerTranscriber;
pub use whisper::{Whisper, WhisperTranscriber};
