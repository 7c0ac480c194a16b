//! `hark wake`: the wake word in recordings.

use std::path::PathBuf;

use anyhow::Context as _;
use clap::Subcommand;
use serde::Serialize;
use voice::SAMPLE_RATE;

use super::{Common, enrol, json, line};

#[derive(clap::Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Option<Command>,
    /// Recordings: WAV, FLAC or OGG; - is stdin
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Score from which the word counts as heard, 0 to 1
    #[arg(long, value_name = "X")]
    threshold: Option<f32>,
    /// Tell how much work it was: CPU seconds per second of sound
    #[arg(long)]
    cpu: bool,
}

#[derive(Subcommand)]
enum Command {
    /// Teach the speaker a voice, from the microphone or from recordings of the word
    Enrol(enrol::Args),
}

#[derive(Serialize)]
struct Line {
    file: String,
    seconds: f64,
    best: f32,
    threshold: f32,
    detections: Vec<Detection>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cpu: Option<f64>,
}

#[derive(Serialize)]
struct Detection {
    word: String,
    score: f32,
    /// What this score had to reach.
    threshold: f32,
    at_s: f64,
    /// `sure`, or `known_voice` when it counts only because a household's recording resembles it.
    verdict: &'static str,
}

pub(super) fn run(args: Args, common: &Common) -> anyhow::Result<()> {
    let whole = common.config()?;
    let model = daemon::network(&whole)?;
    daemon::warn_of_passed_over(&whole.stt);
    let mut config = whole.wake;
    if let Some(Command::Enrol(args)) = args.command {
        return enrol::run(&args, common, config, &whole.audio, model.as_ref());
    }
    config.voices = common.voices();
    if let Some(threshold) = args.threshold {
        anyhow::ensure!(
            (0.0..=1.0).contains(&threshold),
            "failed to use {threshold}: a threshold lies between 0 and 1"
        );
        config.threshold = Some(threshold);
    }
    for advice in wake::advice(&config, model.as_ref()) {
        tracing::warn!("{advice}");
    }
    for file in &args.files {
        let pcm = super::read_audio(file)?;
        let before = cpu_seconds();
        let evaluation = wake::evaluate(&config, model.as_ref(), pcm.samples())
            .context("failed to load the wake word")?;
        let spent = cpu_seconds().zip(before).map(|(after, before)| after - before);
        let cpu = spent.filter(|_| args.cpu).map(|spent| spent / pcm.seconds().max(1e-3));
        let wake::Evaluation { best, threshold, wakes } = evaluation;
        let detections = wakes.into_iter().map(|wake| Detection {
            verdict: if wake.threshold < threshold { "known_voice" } else { "sure" },
            at_s: wake.at as f64 / f64::from(SAMPLE_RATE),
            word: wake.word,
            score: wake.score,
            threshold: wake.threshold,
        });
        let file = file.display().to_string();
        let found = Line {
            file,
            seconds: pcm.seconds(),
            best,
            threshold,
            detections: detections.collect(),
            cpu,
        };
        if common.json { json(&found)? } else { show(&found)? }
    }
    Ok(())
}

fn show(found: &Line) -> anyhow::Result<()> {
    let Line { file, best, threshold, detections, .. } = found;
    if detections.is_empty() {
        line(&format!("{file}: nothing; best score {best:.2} of {threshold:.2}"))?;
    }
    for Detection { word, score, threshold, at_s, verdict } in detections {
        let known = if *verdict == "known_voice" { ", a known voice" } else { "" };
        line(&format!("{file}: {word} at {at_s:.2} s, score {score:.2} of {threshold:.2}{known}"))?;
    }
    match found.cpu {
        Some(cpu) => line(&format!("{file}: {cpu:.4} CPU seconds per second")),
        None => Ok(()),
    }
}

/// What this thread has worked so far. The kernel tells it in nanoseconds.
fn cpu_seconds() -> Option<f64> {
    let stat = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    let nanoseconds: u64 = stat.split_whitespace().next()?.parse().ok()?;
    Some(nanoseconds as f64 / 1e9)
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use crate::cli::Cli;

    #[test]
    fn files_and_enrolment_stand_beside_each_other() {
        for (line, fine) in [
            ("hark wake a.wav b.wav", true),
            ("hark wake --json --threshold 0.4 a.wav", true),
            ("hark wake enrol", true),
            ("hark wake enrol a.wav b.wav c.wav --word jarvis --keep clips", true),
            ("hark --data here wake enrol --forget", true),
            ("hark wake", false),
            ("hark wake enrol --forget a.wav", false),
        ] {
            assert_eq!(Cli::try_parse_from(line.split(' ')).is_ok(), fine, "{line}");
        }
    }
}
