//! A small streaming neural transducer with its decoders, for three jobs: keyword spotting, the
//! sentences of a grammar, and free text.
//!
//! [`Model::load`] reads the weights, [`Stream`] turns 16 kHz mono `f32` into encoder frames of
//! 40 ms, and each frame advances a [`Search`] (beam search in a grammar), a [`Spotter`] (keywords)
//! or a [`Greedy`] decoder (free text). It knows no microphone, thread, clock or sentence
//! template, and it decides nothing: scores and thresholds go to the caller.
#![cfg_attr(not(test), deny(clippy::print_stdout, clippy::print_stderr))]

pub mod encoder;
mod error;
mod features;
#[doc(hidden)]
pub mod fuzz;
mod graph;
mod greedy;
mod joiner;
mod keyword;
mod model;
mod predictor;
mod scorer;
mod search;
mod stream;
mod tokens;

pub use error::{Error, Result};
pub use features::{BINS, Fbank, HOP};
pub use graph::{Grammar, Part};
pub use greedy::{Free, Greedy, Piece};
pub use keyword::{Detection, Keyword, Quality, Spotter, SpotterConfig};
pub use model::Model;
pub use predictor::{Context, Predictor, WIDTH};
pub use search::{Completeness, Config, FreeWord, Search, SearchResult, Sentence, Word};
pub use stream::{FRAME_SAMPLES, Stream, frames_to_samples};
pub use tokens::{BLANK, Token, Tokens, TokensError};
