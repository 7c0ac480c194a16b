//! Wake words: how often they are missed, against how often other speech is taken for them.

use std::path::PathBuf;

use anyhow::Result;
use e2e::recordings;
use voice::{FRAME_SAMPLES, SAMPLE_RATE, WakeDetector as _};
use wake::{Config, KeywordDetector};

use crate::scenes::{self, Behind, Material};

/// Threshold at which every candidate is told.
const LOWEST: f32 = 0.02;
/// False acceptances an hour at which misses are told.
const FALSE_PER_HOUR: f64 = 0.5;
/// One clip in so many is listened to in noise of one kind, to keep the time short.
const CONDITIONS: [Behind; 7] = [
    Behind::Nothing,
    Behind::Noise(10.0),
    Behind::Noise(5.0),
    Behind::Noise(0.0),
    Behind::Babble(10.0),
    Behind::Babble(5.0),
    Behind::Babble(0.0),
];

/// The scores of all candidates in a recording, each with the sample of its end.
fn candidates(word: &str, pcm: &[f32]) -> Result<Vec<f32>> {
    let config =
        Config { word: word.to_owned(), threshold: Some(LOWEST), ..Config::default() };
    let mut detector = KeywordDetector::new(&crate::model()?, &config)?;
    let mut scores = Vec::new();
    for piece in pcm.chunks(FRAME_SAMPLES) {
        scores.extend(detector.feed(piece)?.map(|wake| wake.score));
    }
    Ok(scores)
}

/// Everything that is not the word.
pub fn others(word: &str) -> Result<Vec<PathBuf>> {
    let place = recordings::place();
    let mut files = Vec::new();
    for folder in ["wake", "speech", "commands", "noise"] {
        files.extend(scenes::files(&place.join(folder))?);
    }
    let key = word.replace(' ', "_");
    files.retain(|file| {
        let path = file.to_string_lossy();
        !path.contains(&format!("/{key}/")) && !path.contains(&format!("/hey{key}/"))
    });
    Ok(files)
}

pub fn curves(material: &Material) -> Result<()> {
    let mut false_scores = Vec::new();
    let mut samples = 0;
    for file in others("computer")? {
        let pcm = scenes::with_tail(&scenes::read(&file)?);
        samples += pcm.len();
        let scores = candidates("computer", &pcm)?;
        if std::env::var_os("HARK_DETAILS").is_some() && scores.iter().any(|s| *s > 0.3) {
            println!("{}: {scores:.2?}", file.display());
        }
        false_scores.extend(scores);
    }
    let hours = samples as f64 / f64::from(SAMPLE_RATE) / 3_600.0;
    false_scores.sort_by(|a, b| b.total_cmp(a));
    let allowed = (hours * FALSE_PER_HOUR) as usize;
    let at_rate = false_scores.get(allowed).copied().unwrap_or(0.0);
    println!(
        "\n\"computer\" against {hours:.2} h of other sound; {} false at 0.50; 0.5 an hour at {at_rate:.3}",
        false_scores.iter().filter(|score| **score >= 0.5).count(),
    );
    println!("\n| behind | clips | missed at 0.5 false/h % | at 0.70 | at 0.60 | at 0.50 | at 0.40 | at 0.30 |\n|---|---|---|---|---|---|---|---|");
    for behind in CONDITIONS {
        let mut best = Vec::new();
        for (index, wake) in material.wakes.iter().enumerate() {
            let mut pcm: Vec<f32> = recordings::quiet(500).collect();
            pcm.extend_from_slice(wake);
            pcm.extend(recordings::quiet(1_000));
            material.mix(&mut pcm, wake, behind, index);
            best.push(candidates("computer", &pcm)?.into_iter().fold(0.0, f32::max));
        }
        let missed = |threshold: f32| {
            let count = best.iter().filter(|score| **score < threshold).count();
            100.0 * count as f64 / best.len() as f64
        };
        println!(
            "| {} | {} | {:.1} | {:.1} | {:.1} | {:.1} | {:.1} | {:.1} |",
            behind.name(),
            best.len(),
            missed(at_rate.next_up()),
            missed(0.7),
            missed(0.6),
            missed(0.5),
            missed(0.4),
            missed(0.3)
        );
    }
    Ok(())
}

/// Words that nobody trained.
pub fn words() -> Result<()> {
    println!("\n| word | clips | missed at 0.50 % |\n|---|---|---|");
    for word in ["jarvis", "alexa", "snowboy", "view glass", "smart mirror"] {
        let folder = recordings::place().join("wake").join(word.replace(' ', "_"));
        let clips = scenes::all(&folder)?;
        let mut missed = 0;
        for clip in &clips {
            let best = candidates(word, &scenes::with_tail(clip))?.into_iter().fold(0.0, f32::max);
            missed += usize::from(best < 0.5);
        }
        println!("| {word} | {} | {:.1} |", clips.len(), 100.0 * missed as f64 / clips.len() as f64);
    }
    Ok(())
}
