//! How well and how soon Hark hears: commands behind a wake word, with noise and with other people
//! behind; wake words against hours of other speech; the end of speech. Prints tables of Markdown:
//! `cargo run --release -p e2e --example hearing [-- commands|wake|small|words|pause|foreign …]`.
//!
//! Commands are heard twice, in a house that has the names of the recordings: with all of Home
//! Assistant's English sentences (`HARK_SENTENCES` names others) by the recogniser, and with the built-in
//! ones by the assistant, as people have it; `home-assistant` or `built-in` asks for one of them only.
//! `HARK_ENGINE=auto` lets Whisper take part, `HARK_DETAILS=1` prints each scene.
//!
//! `guard` compares the tables of commands with `guard.tsv` and fails where one has become worse.

mod commands;
mod ears;
mod enrolled;
mod guard;
mod mind;
mod small;
mod spotting;
mod tally;

use std::process::ExitCode;
use std::sync::{Arc, OnceLock};

use anyhow::{Context as _, Result, bail, ensure};
use e2e::recordings;
use e2e::scenes::Material;
use stt::Engines;

use self::ears::Ears;
use self::guard::Cell;
use self::mind::Mind;

type Part = fn(&mut Ears, &Material) -> Result<Vec<Cell>>;

/// Parts that are heard with sentences.
const HEARD: [(&str, Part); 4] = [
    ("alone", commands::alone),
    ("commands", commands::commands),
    ("foreign", commands::foreign),
    ("pause", commands::pauses),
];
const OTHERS: [&str; 4] = ["wake", "small", "words", "enrolled"];
/// What does not name a part.
const MINDS: [&str; 2] = ["home-assistant", "built-in"];
const GUARD: &str = "guard";

fn main() -> Result<ExitCode> {
    let asked: Vec<String> = std::env::args().skip(1).collect();
    let known = || HEARD.iter().map(|(part, _)| *part).chain(OTHERS).chain(MINDS).chain([GUARD]);
    if let Some(unknown) = asked.iter().find(|asked| !known().any(|known| known == *asked)) {
        bail!("there is no {unknown}; there are {}", known().collect::<Vec<_>>().join(", "));
    }
    let is_named = |name: &str| asked.iter().any(|asked| asked == name);
    let is_part = |name: &String| !MINDS.contains(&name.as_str()) && name != GUARD;
    let all = !asked.iter().any(is_part);
    let wanted = |part: &str| all || is_named(part);
    let material = Material::load()?;
    let config = config()?;
    let guarded = is_named(GUARD);
    ensure!(
        !guarded || config.engine == Engines::Grammar,
        "the guard is of what is heard without Whisper: leave HARK_ENGINE out"
    );
    let parts: Vec<_> = HEARD.into_iter().filter(|(part, _)| wanted(part)).collect();
    let mut cells = Vec::new();
    for (name, mind) in MINDS.into_iter().zip([Mind::home_assistant, Mind::built_in]) {
        if parts.is_empty() || (is_named(MINDS[0]) || is_named(MINDS[1])) && !is_named(name) {
            continue;
        }
        cells.extend(heard(&parts, mind()?, &config, &material)?);
    }
    if guarded {
        return guard::compare(&cells);
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
    Ok(ExitCode::SUCCESS)
}

/// These parts with the sentences of one mind.
fn heard(
    parts: &[(&str, Part)],
    mind: Mind,
    config: &stt::Config,
    material: &Material,
) -> Result<Vec<Cell>> {
    println!("\n## {} sentences, engines: {:?}\n", mind.name(), config.engine);
    let mut ears = Ears::new(model()?, mind, config)?;
    commands::unknown(&ears, material);
    let mut cells = Vec::new();
    for (_, part) in parts {
        cells.extend(part(&mut ears, material)?);
    }
    let sentences = ears.mind.name();
    Ok(cells.into_iter().map(|cell| cell.of(sentences)).collect())
}

/// The recognisers that `HARK_ENGINE` names, and their models from where the network is.
fn config() -> Result<stt::Config> {
    let named = std::env::var("HARK_ENGINE").unwrap_or_else(|_| "grammar".to_owned());
    let engine = Engines::ALL.into_iter().find(|(_, name, _)| *name == named);
    let (engine, ..) = engine.with_context(|| format!("there is no engine {named}"))?;
    let models_dir = recordings::model().and_then(|folder| Some(folder.parent()?.to_owned()));
    let whisper = || recordings::whisper().context("Whisper's model is missing: set HARK_MODELS");
    let whisper = (engine != Engines::Grammar).then(whisper).transpose()?;
    let whisper_model = whisper.map(|file| file.display().to_string());
    Ok(stt::Config { engine, models_dir, whisper_model, ..stt::Config::default() })
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
