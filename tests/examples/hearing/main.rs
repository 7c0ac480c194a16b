//! How well and how soon Hark hears: commands behind a wake word, with noise and with other people
//! behind; wake words against hours of other speech; the end of speech. Prints tables of Markdown:
//! `cargo run --release -p e2e --example hearing [-- commands|wake|small|words|pause|foreign …]`.
//!
//! Sentences are all of Home Assistant's English ones, the house has the names that the recordings
//! use. `HARK_SENTENCES` names other sentences.

mod ears;
mod enrolled;
mod scenes;
mod small;
mod spotting;

use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use anyhow::{Context as _, Result};
use e2e::recordings;
use intent::{AreaRef, Recogniser, Sentences};
use voice::Intent;

use self::ears::{Ears, Turn};
use self::scenes::{Behind, Material, scene};

const ALL: [&str; 8] =
    ["alone", "commands", "enrolled", "foreign", "pause", "small", "wake", "words"];

const CONDITIONS: [Behind; 5] = [
    Behind::Nothing,
    Behind::Noise(10.0),
    Behind::Babble(10.0),
    Behind::Talker(15.0),
    Behind::Talker(10.0),
];

fn main() -> Result<()> {
    let asked: Vec<String> = std::env::args().skip(1).collect();
    let wanted = |part: &str| asked.is_empty() || asked.iter().any(|asked| asked == part);
    if let Some(unknown) = asked.iter().find(|part| !ALL.contains(&part.as_str())) {
        anyhow::bail!("there is no part {unknown}; there are {}", ALL.join(", "));
    }
    let material = Material::load()?;
    let mut ears = ears()?;
    if wanted("alone") {
        alone(&mut ears, &material)?;
    }
    if wanted("commands") {
        commands(&mut ears, &material)?;
    }
    if wanted("foreign") {
        foreign(&mut ears, &material)?;
    }
    if wanted("pause") {
        pauses(&mut ears, &material)?;
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
    let sentences = Sentences::parse(&[(&sentences.display().to_string(), &text)])?;
    let recogniser = Recogniser::new(Arc::new(sentences), house.lists())?;
    let area = house
        .area_name("kitchen")
        .map(|spoken| AreaRef { out: "kitchen".to_owned(), spoken: spoken.to_owned() });
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

/// Whether two texts ask for the same.
fn same(a: Option<&Intent>, b: Option<&Intent>) -> bool {
    let (Some(a), Some(b)) = (a, b) else { return false };
    let slots = |intent: &Intent| {
        let slots = intent.slots.iter().map(|slot| (slot.name.clone(), slot.value.clone()));
        let mut slots: Vec<_> = slots.map(|(name, value)| (name, text_of(&value))).collect();
        slots.sort();
        slots
    };
    a.name == b.name && slots(a) == slots(b)
}

fn text_of(value: &voice::SlotValue) -> String {
    match value {
        voice::SlotValue::Text(text) => text.expose().to_lowercase(),
        voice::SlotValue::Number(number) => number.to_string(),
    }
}

/// Words as the engine writes them.
fn as_said(text: &str) -> String {
    let digits = [("3", "three"), ("5", "five"), ("10", "ten"), ("30", "thirty"), ("50", "fifty")];
    let words = text.split_whitespace().map(|word| {
        let known = digits.iter().find(|(digit, _)| *digit == word).map(|(_, said)| *said);
        known.map_or_else(|| word.to_lowercase(), str::to_owned)
    });
    words.collect::<Vec<_>>().join(" ")
}

fn commands(ears: &mut Ears, material: &Material) -> Result<()> {
    let detailed = std::env::var_os("HARK_DETAILS").is_some();
    println!(
        "\n| behind | woken of 42 | words right of 39 | intent right of 39 | wrong act | foreign rejected of 3 | cut off | sentence ends p50 / p95 ms | anything else p95 ms | finish p95 ms |"
    );
    println!("|---|---|---|---|---|---|---|---|---|---|");
    for behind in CONDITIONS {
        let (mut woken, mut words, mut intents, mut wrong) = (0, 0, 0, 0);
        let (mut rejected, mut cut_off) = (0, 0);
        let (mut delays, mut others, mut finishing) = (Vec::new(), Vec::new(), Vec::new());
        for (index, (name, text, command)) in material.commands.iter().enumerate() {
            let mut scene = scene(material.wake(index), command, 300, false);
            material.mix(&mut scene.pcm, command, behind, index);
            let turns = ears.hear(&scene.pcm)?;
            woken += usize::from(!turns.is_empty());
            let turn = turns.first();
            let heard = turn.map_or("", |turn| turn.transcript.text.expose());
            let expected = ears.recognise(text);
            let intent = turn.and_then(|turn| turn.intent.as_ref());
            if let Some(turn) = turn
                && let Some(speech) = turn.speech
            {
                if speech.decided < scene.speech_end {
                    cut_off += 1;
                } else {
                    let delay = (speech.decided - scene.speech_end) as f32 / 16.0;
                    if heard.is_empty() { others.push(delay) } else { delays.push(delay) }
                }
                finishing.push(turn.finishing.as_secs_f32() * 1000.0);
            }
            if text.is_empty() {
                rejected += usize::from(intent.is_none());
            } else {
                words += usize::from(heard == as_said(text));
                let right = same(intent, expected.as_ref());
                intents += usize::from(right);
                wrong += usize::from(!right && intent.is_some());
            }
            if detailed {
                details(name, text, turns.first(), scene.speech_end);
            }
        }
        println!(
            "| {} | {woken} | {words} | {intents} | {wrong} | {rejected} | {cut_off} | {:.0} / {:.0} | {:.0} | {:.0} |",
            behind.name(),
            percentile(&mut delays, 50),
            percentile(&mut delays, 95),
            percentile(&mut others, 95),
            percentile(&mut finishing, 95),
        );
    }
    Ok(())
}

/// The commands without a wake word before them and without a decision when they end.
fn alone(ears: &mut Ears, material: &Material) -> Result<()> {
    println!(
        "\n| behind | words right of 39 | intent right of 39 | wrong act | foreign rejected of 3 |"
    );
    println!("|---|---|---|---|---|");
    for behind in CONDITIONS {
        let (mut words, mut intents, mut wrong, mut rejected) = (0, 0, 0, 0);
        for (index, (name, text, command)) in material.commands.iter().enumerate() {
            let mut pcm = scenes::with_tail(command);
            material.mix(&mut pcm, command, behind, index);
            let (transcript, intent) = ears.command(&pcm)?;
            let heard = transcript.text.expose();
            if text.is_empty() {
                rejected += usize::from(intent.is_none());
            } else {
                words += usize::from(heard == as_said(text));
                let right = same(intent.as_ref(), ears.recognise(text).as_ref());
                intents += usize::from(right);
                wrong += usize::from(!right && intent.is_some());
            }
            if std::env::var_os("HARK_DETAILS").is_some() {
                println!("{name}: \"{text}\" → \"{heard}\" ({:.2})", transcript.confidence);
            }
        }
        println!("| {} | {words} | {intents} | {wrong} | {rejected} |", behind.name());
    }
    Ok(())
}

fn details(name: &str, text: &str, turn: Option<&Turn>, speech_end: u64) {
    let Some(turn) = turn else {
        println!("{name}: \"{text}\" not woken");
        return;
    };
    println!(
        "{name}: \"{text}\" → \"{}\" {} ({:.2}), wake {:.2}, {:?}, end {} ms after the last sound",
        turn.transcript.text.expose(),
        turn.intent.as_ref().map_or("-", |intent| &intent.name),
        turn.transcript.confidence,
        turn.wake.score,
        turn.reason,
        turn.speech.map_or(-1, |s| (s.decided as i64 - speech_end as i64) / 16),
    );
}

/// People who read aloud must not command anything.
fn foreign(ears: &mut Ears, material: &Material) -> Result<()> {
    let mut accepted = 0;
    for (index, sentence) in material.sentences.iter().enumerate() {
        let (transcript, intent) = ears.command(&scenes::with_tail(sentence))?;
        if std::env::var_os("HARK_DETAILS").is_some() {
            println!("sentence_{index}: {:.2}", transcript.confidence);
        }
        if intent.is_some() {
            accepted += 1;
            println!(
                "read sentence {index} taken for \"{}\" ({:.2})",
                transcript.text.expose(),
                transcript.confidence
            );
        }
    }
    println!("\nread sentences taken for a command: {accepted} of {}", material.sentences.len());
    Ok(())
}

/// The command right behind the wake word, and after a pause.
fn pauses(ears: &mut Ears, material: &Material) -> Result<()> {
    println!("\n| pause | intent right of 39 |\n|---|---|");
    for pause_ms in [0, 50, 150, 500] {
        let mut right = 0;
        for (index, (name, text, command)) in material.commands.iter().enumerate() {
            if text.is_empty() {
                continue;
            }
            let scene = scene(material.wake(index), command, pause_ms, true);
            let turns = ears.hear(&scene.pcm)?;
            let expected = ears.recognise(text);
            let intent = turns.first().and_then(|turn| turn.intent.as_ref());
            right += usize::from(same(intent, expected.as_ref()));
            if std::env::var_os("HARK_DETAILS").is_some() {
                details(name, text, turns.first(), scene.speech_end);
            }
        }
        println!("| {pause_ms} ms | {right} |");
    }
    Ok(())
}

pub fn percentile(values: &mut [f32], percent: usize) -> f32 {
    values.sort_by(f32::total_cmp);
    let last = values.len().saturating_sub(1);
    values.get((last * percent).div_ceil(100)).copied().unwrap_or(f32::NAN)
}
