//! Settings of wake word and endpointing.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::voices::Voices;

/// What hears the wake word.
#[derive(Deserialize, Serialize, Clone, Copy, Debug, Default, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub enum Engine {
    /// The network if its weights are there; else the small one for `computer`, and comparison with
    /// recordings for another word or where there are some.
    #[default]
    Auto,
    /// The network of `models/fetch zipformer-en-3.3M`: any word that is typed.
    Keyword,
    /// The small network of the program, for `computer` alone.
    Small,
    /// Comparison with recordings of the word.
    Rustpotter,
}

/// Settings of wake word and listening.
#[derive(Deserialize, Serialize, Clone, Debug, PartialEq)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// What hears the wake word.
    pub engine: Engine,
    /// The word or phrase. Without the network another one than `computer` needs references.
    pub word: String,
    /// More words that wake it; only the network hears them.
    pub other_words: Vec<String>,
    /// Whether the small network is the first stage of a cascade in front of the large one. It spares work where people talk
    /// and does so for `computer` without other words, as long as nobody enrolled.
    pub first_stage: bool,
    /// Score from which it counts as heard, 0…1: lower hears more, and more that was not said. When
    /// it is left out, what suits the engine.
    #[serde(serialize_with = "as_written", skip_serializing_if = "Option::is_none")]
    pub threshold: Option<f32>,
    /// A `.rpw` file made from recordings of the word in place of the built-in one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub references: Option<PathBuf>,
    /// A folder for the voices of `hark wake enrol`, as files that nothing seals; they are kept with the lists when it
    /// is left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enrolled: Option<PathBuf>,
    /// The voices that are kept with the lists.
    #[serde(skip)]
    pub voices: Voices,
    /// How long to wait for speech after the wake word, in milliseconds.
    pub no_speech_ms: u32,
    /// Silence that ends a command of which nothing is known, in milliseconds.
    pub end_silence_ms: u32,
    /// Silence that ends a whole sentence of the house, in milliseconds.
    pub complete_silence_ms: u32,
    /// Silence that ends what only begins such a sentence ("turn on the"), in milliseconds.
    pub incomplete_silence_ms: u32,
    /// Longest command, in milliseconds.
    pub max_speech_ms: u32,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            engine: Engine::Auto,
            word: "computer".to_owned(),
            other_words: Vec::new(),
            first_stage: true,
            threshold: None,
            references: None,
            enrolled: None,
            voices: Voices::default(),
            no_speech_ms: 5_000,
            end_silence_ms: 700,
            complete_silence_ms: 250,
            incomplete_silence_ms: 1_200,
            max_speech_ms: 15_000,
        }
    }
}

impl Config {
    /// Where the enrolled voices for a word are in the folder that is named, if one is.
    pub fn enrolled_file(&self, word: &str) -> Option<PathBuf> {
        let name = Voices::name_of(word);
        self.enrolled.as_ref().map(|folder| folder.join(name).with_extension("rpw"))
    }
}

/// Writes 0.52 as 0.52, not as the nearest `f32` in the digits of an `f64`.
#[expect(
    clippy::ref_option,
    clippy::trivially_copy_pass_by_ref,
    reason = "serde asks for a reference"
)]
fn as_written<S: serde::Serializer>(value: &Option<f32>, serializer: S) -> Result<S::Ok, S::Error> {
    let written = |value: f32| value.to_string().parse().unwrap_or_else(|_| f64::from(value));
    value.map(written).serialize(serializer)
}
