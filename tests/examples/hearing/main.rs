//! How well and how soon Hark hears: commands behind a wake word, with noise and with other people
//! behind; wake words against hours of other speech; the end of speech. Prints tables of Markdown:
//! `cargo run --release -p e2e --example hearing [-- commands|wake|small|words|pause|foreign …]`.
//!
//! Sentences are all of Home Assistant's English ones, the house has the names that the recordings
//! use. `HARK_SENTENCES` names other sentences.

mod commands;
mod ears;
mod enrolled;
mod scenes;
mod small;
mod spotting;

use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use anyhow::{Context as _, Result};
use e2e::recordings;
use intent::{Recogniser, Sentences};

use self::ears::Ears;
use self::scenes::Material;

const ALL: [&str; 8] =
    ["alone", "commands", "enrolled", "foreign", "pause", "small", "wake", "words"];

fn main() -> Result<()> {
    let asked: Vec<String> = std::env::args().skip(1).collect();
    let wanted = |part: &str| asked.is_empty() || asked.iter().any(|asked| asked == part);
    if let Some(unknown) = asked.iter().find(|part| !ALL.contains(&part.as_str())) {
        anyhow::bail!("there is no part {unknown}; there are {}", ALL.join(", "));
    }
    let material = Material::load()?;
    let mut ears = ears()?;
    if wanted("alone") {
        commands::alone(&mut ears, &material)?;
    }
    if wanted("commands") {
        commands::commands(&mut ears, &material)?;
    }
    if wanted("foreign") {
        commands::foreign(&mut ears, &material)?;
    }
    if wanted("pause") {
        commands::pauses(&mut ears, &material)?;
    }
    if wanted("wake") {
        spotting::curves(&material)?;
    }
    if wanted("small") {
        small::network(&material)?;
    }
    if wanted("words") {
        spotting::words()?;
    }
    if wanted("enrolled") {
        enrolled::household(&material)?;
    }
    Ok(())
}

fn ears() -> Result<Ears> {
    let text = std::fs::read_to_string(recordings::root().join("tests/clips-house.yaml"))?;
    let house = home::House::new(&home::Config::from_yaml(&text)?)?;
    let sentences = std::env::var_os("HARK_SENTENCES").map_or_else(
        || recordings::place().join("../ha_intents/merged/new_en.json"),
        PathBuf::from,
    );
    let text = std::fs::read_to_string(&sentences)
        .with_context(|| format!("failed to read {}", sentences.display()))?;
    // Others' sentences do not say which words are fillers, and which must not be guessed.
    let words = recordings::root().join("crates/language/en/sentences/tolerance.yaml");
    let words = std::fs::read_to_string(words)?;
    let files = [(&*sentences.display().to_string(), &*text), ("tolerance.yaml", &*words)];
    let sentences = Sentences::parse(&files)?;
    let recogniser = Recogniser::new(Arc::new(sentences), house.lists())?;
    let area = house.area_name("kitchen").map(|_| "kitchen".to_owned());
    Ears::new(model()?, recogniser, area, &stt::Config::default())
}

/// The network, from where models are or from beside the recordings.
///
/// # Errors
/// When it is in neither place.
pub fn model() -> Result<Arc<transducer::Model>> {
    static MODEL: OnceLock<Arc<transducer::Model>> = OnceLock::new();
    if let Some(model) = MODEL.get() {
        return Ok(Arc::clone(model));
    }
    let folder = recordings::model().context("the network is missing: set HARK_MODELS")?;
    let model = transducer::Model::load(folder)?;
    Ok(Arc::clone(MODEL.get_or_init(|| model)))
}

pub fn percentile(values: &mut [f32], percent: usize) -> f32 {
    values.sort_by(f32::total_cmp);
    let last = values.len().saturating_sub(1);
    values.get((last * percent).div_ceil(100)).copied().unwrap_or(f32::NAN)
}
