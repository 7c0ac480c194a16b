//! Text to intent, by sentence templates.
//!
//! [`Sentences`] are read from YAML files in the template language of Home Assistant's sentences;
//! a [`Recogniser`] joins them with the names of a household, understands texts, and gives out
//! every sentence as a [`voice::WordGraph`] for a speech engine.
//!
//! Everything here is pure: no files, no clock, no threads. It knows neither what an intent does
//! nor where a text comes from.
#![cfg_attr(not(test), deny(clippy::print_stdout, clippy::print_stderr))]

mod alignment;
mod candidate;
mod context;
mod edges;
mod error;
mod filter;
mod graph;
mod household;
mod input;
mod lexicon;
mod matcher;
mod normalise;
mod numbers;
mod parse;
mod readings;
mod recogniser;
mod rewritten;
mod same;
mod scatter;
mod scope;
mod sentences;
mod size;
mod skip;
mod spell;
mod state;
mod steps;
mod template;
#[cfg(test)]
mod tests;
mod text_list;
mod tolerant;
mod vocabulary;
mod yaml;

pub use candidate::{Recognised, Ties};
pub use context::Context;
pub use error::Error;
pub use readings::{Doubt, Meaning, Verdict};
pub use recogniser::Recogniser;
pub use same::asks_the_same;
pub use sentences::Sentences;
pub use spell::{is_number_word, number_goes_on, number_words};
pub use steps::Steps;
pub use tolerant::{Guess, Near, Tolerance};
