//! A household that recorded the wake word: what it gains, and what it costs.

use std::sync::Arc;

use anyhow::{Context as _, Result};
use e2e::recordings;
use e2e::scenes::{self, Behind, Material};
use transducer::Model;
use voice::{FRAME_SAMPLES, SAMPLE_RATE, WakeDetector};
use wake::{Config, Enrolment, FusionDetector, KeywordDetector, Templates};

/// Clips of one household, several people, devices and distances.
const HOUSEHOLD: &str = "speech/precise_community/computer";
/// Clips that are recorded on purpose, and how often others are drawn.
const RECORDED: usize = 5;
const DRAWS: u64 = 8;
/// How many of these households listen to other speech, and to which part of it, to keep the time
/// short.
const LISTENING: usize = 2;
const PART: usize = 3;

const CONDITIONS: [Behind; 4] =
    [Behind::Nothing, Behind::Noise(10.0), Behind::Babble(10.0), Behind::Babble(5.0)];

pub fn household(material: &Material) -> Result<()> {
    let model = crate::model()?;
    let config = Config::default();
    let clips = scenes::all(&recordings::place().join(HOUSEHOLD))?;
    let mut draws = Vec::new();
    for seed in 0..DRAWS {
        draws.push(enrol(&model, &config, &clips, seed)?);
    }
    println!("\n| behind | clips | missed % | enrolled, missed % |\n|---|---|---|---|");
    for behind in CONDITIONS {
        let (mut tried, mut missed, mut missed_enrolled) = (0, 0, 0);
        for (index, clip) in clips.iter().enumerate() {
            let mut pcm: Vec<f32> = recordings::quiet(500).collect();
            pcm.extend_from_slice(clip);
            pcm.extend(recordings::quiet(1_000));
            let (from, to) = scenes::span(clip);
            material.sounds.mix(&mut pcm, &clip[from..to], behind, index)?;
            let alone = wakes(&mut KeywordDetector::new(&model, &config)?, &pcm)? > 0;
            for (recorded, bytes) in &draws {
                if recorded.contains(&index) {
                    continue;
                }
                let templates = vec![Templates::from_bytes(bytes)?];
                let mut detector = FusionDetector::new(&model, &config, templates)?;
                tried += 1;
                missed += usize::from(!alone);
                missed_enrolled += usize::from(wakes(&mut detector, &pcm)? == 0);
            }
        }
        let percent = |count: usize| 100.0 * count as f64 / f64::from(tried.max(1));
        let (alone, enrolled) = (percent(missed), percent(missed_enrolled));
        println!("| {} | {tried} | {alone:.1} | {enrolled:.1} |", behind.name());
    }
    others(&model, &config, &draws[..LISTENING])
}

/// Draws the clips that are recorded, and makes references of them.
fn enrol(
    model: &Arc<Model>,
    config: &Config,
    clips: &[Vec<f32>],
    seed: u64,
) -> Result<(Vec<usize>, Vec<u8>)> {
    let mut enrolment = Enrolment::new(config, Some(model));
    let mut recorded = Vec::new();
    let mut state = seed;
    while enrolment.takes() < RECORDED {
        // The generator of Knuth's MMIX.
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let index = (state >> 33) as usize % clips.len();
        if recorded.contains(&index) {
            continue;
        }
        match enrolment.add(&clips[index])? {
            Ok(()) => recorded.push(index),
            Err(flaw) => println!("clip {index}: {flaw}"),
        }
    }
    let enrolled = enrolment.finish()?;
    println!("household {seed}: {} of {} heard", enrolled.count(), enrolled.heard.len());
    Ok((recorded, enrolled.bytes))
}

/// What other speech is taken for the word, without and with recordings of the household.
fn others(model: &Arc<Model>, config: &Config, draws: &[(Vec<usize>, Vec<u8>)]) -> Result<()> {
    let mut detectors: Vec<Box<dyn WakeDetector>> =
        vec![Box::new(KeywordDetector::new(model, config)?)];
    for (_, bytes) in draws {
        let templates = vec![Templates::from_bytes(bytes)?];
        detectors.push(Box::new(FusionDetector::new(model, config, templates)?));
    }
    let mut wrong = vec![0; detectors.len()];
    let mut work = vec![0.0; detectors.len()];
    let mut seconds = 0.0;
    for file in crate::spotting::others("computer")?.into_iter().step_by(PART) {
        let pcm = scenes::with_tail(&scenes::read(&file)?);
        seconds += pcm.len() as f64 / f64::from(SAMPLE_RATE);
        for (index, detector) in detectors.iter_mut().enumerate() {
            detector.reset();
            let before = cpu_seconds()?;
            wrong[index] += usize::from(wakes(detector.as_mut(), &pcm)? > 0);
            work[index] += cpu_seconds()? - before;
        }
    }
    let share: Vec<String> =
        work.iter().map(|work| format!("{:.2}", 100.0 * work / seconds)).collect();
    println!(
        "\nof {:.2} h of other sound taken for the word: {} recordings without enrolment, {:?} with; % of a core: {}",
        seconds / 3_600.0,
        wrong[0],
        &wrong[1..],
        share.join(", ")
    );
    Ok(())
}

fn wakes(detector: &mut dyn WakeDetector, pcm: &[f32]) -> Result<usize> {
    let mut wakes = 0;
    for piece in pcm.chunks(FRAME_SAMPLES) {
        wakes += usize::from(detector.feed(piece)?.is_some());
    }
    Ok(wakes)
}

/// What this thread has worked so far; the kernel tells it in nanoseconds.
fn cpu_seconds() -> Result<f64> {
    let stat = std::fs::read_to_string("/proc/thread-self/schedstat")?;
    let nanoseconds = stat.split_whitespace().next().context("the kernel tells no CPU time")?;
    Ok(nanoseconds.parse::<u64>()? as f64 / 1e9)
}
