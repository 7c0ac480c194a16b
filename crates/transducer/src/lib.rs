//! Speech to pieces of words with one small streaming transducer, for three jobs: a wake word that
//! was typed, the sentences of the house, and free text.
//!
//! [`Model::load`] reads the weights, [`Stream`] turns 16 kHz mono `f32` into frames of 40 ms, and
//! each frame goes to a [`Search`] (sentences, with the free text beside it), a [`Spotter`] (wake
//! words) or a [`Greedy`] pass (free text). It knows no microphone, thread, clock or sentence
//! template, and it decides nothing: scores and thresholds go to the caller.

pub mod encoder;
mod error;
mod features;
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
pub use search::{Completeness, Config, FreeWord, Heard, Search, Sentence, Word};
pub use stream::{FRAME_SAMPLES, Stream, frames_to_samples};
pub use tokens::{BLANK, Token, Tokens, TokensError};
