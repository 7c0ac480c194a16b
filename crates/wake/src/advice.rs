//! Advice on a wake word that someone typed: whether it will do, and what would be better.

use std::sync::Arc;

use transducer::{Model, Quality};

use crate::{Config, Engine};

/// A word that works.
const GOOD: &str = "computer";
/// Put before a word, this makes it longer and rarer.
const CALL: &str = "hey";

/// One line for each word of the configuration that will not do well: what is wrong, and what would
/// be better. Nothing without the network, which then hears no typed words.
pub fn advice(config: &Config, model: Option<&Arc<Model>>) -> Vec<String> {
    let Some(model) = model else { return Vec::new() };
    if matches!(config.engine, Engine::Small | Engine::Rustpotter) {
        return Vec::new();
    }
    let words = std::iter::once(&config.word).chain(&config.other_words);
    words.filter_map(|word| about(model, word)).collect()
}

fn about(model: &Arc<Model>, word: &str) -> Option<String> {
    let why = match Quality::of(model, word).ok()? {
        Quality::Fine => return None,
        Quality::TooShort => "is so short that other words will be taken for it",
        Quality::TooCommon => "is said so often that the speaker will wake when nobody means it",
    };
    let longer = format!("{CALL} {word}");
    let better = match Quality::of(model, &longer) {
        Ok(Quality::Fine) if !word.starts_with(CALL) => longer,
        _ => GOOD.to_owned(),
    };
    Some(format!("the wake word \"{word}\" {why}; \"{better}\" works better"))
}
