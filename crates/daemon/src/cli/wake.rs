//! `hark wake`: the wake word in recordings.

use std::path::PathBuf;

use anyhow::Context as _;
use serde::Serialize;
use voice::{FRAME_SAMPLES, SAMPLE_RATE, millis_to_samples};

use super::{Common, json, line};

#[derive(clap::Args)]
pub(crate) struct Args {
    /// Recordings: WAV, FLAC or OGG; - is stdin
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Score from which the word counts as heard, 0 to 1
    #[arg(long, value_name = "X")]
    threshold: Option<f32>,
}

#[derive(Serialize)]
struct Line {
    file: String,
    seconds: f64,
    best: f32,
    detections: Vec<Detection>,
}

#[derive(Serialize)]
struct Detection {
    word: String,
    score: f32,
    at_s: f64,
}

pub(super) fn run(args: &Args, common: &Common) -> anyhow::Result<()> {
    let whole = common.config()?;
    let model = daemon::network(&whole)?;
    let mut config = whole.wake;
    if let Some(threshold) = args.threshold {
        anyhow::ensure!(
            (0.0..=1.0).contains(&threshold),
            "failed to use {threshold}: a threshold lies between 0 and 1"
        );
        config.threshold = Some(threshold);
    }
    for file in &args.files {
        let pcm = super::read_audio(file)?;
        let mut detector =
            wake::detector(&config, model.as_ref()).context("failed to load the wake word")?;
        let mut samples = pcm.samples().to_vec();
        samples.resize(samples.len() + millis_to_samples(wake::TAIL_MS) as usize, 0.0);
        let mut detections = Vec::new();
        for piece in samples.chunks(FRAME_SAMPLES) {
            if let Some(wake) = detector.feed(piece)? {
                let at_s = wake.at as f64 / f64::from(SAMPLE_RATE);
                detections.push(Detection { word: wake.word, score: wake.score, at_s });
            }
        }
        let best = detections.iter().map(|found| found.score).fold(0.0, f32::max);
        let file = file.display().to_string();
        if common.json {
            json(&Line { file, seconds: pcm.seconds(), best, detections })?;
        } else if detections.is_empty() {
            line(&format!("{file}: nothing"))?;
        } else {
            for found in detections {
                let Detection { word, score, at_s } = found;
                line(&format!("{file}: {word} at {at_s:.2} s, score {score:.2}"))?;
            }
        }
    }
    Ok(())
}
