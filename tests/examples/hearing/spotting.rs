//! Wake words: how often they are missed, against how often other speech is taken for them.

use std::path::PathBuf;

use anyhow::Result;
use e2e::recordings;
use e2e::scenes::{self, Behind, Material};
use voice::{FRAME_SAMPLES, SAMPLE_RATE, WakeDetector};
use wake::{Config, KeywordDetector};

/// Thresholds that are tried. Each needs a run of its own: after a hit the detector is deaf for a
/// moment.
const THRESHOLDS: [f32; 3] = [0.6, 0.5, 0.4];
/// What is heard beside the word.
const CONDITIONS: [Behind; 7] = [
    Behind::Nothing,
    Behind::Noise(10.0),
    Behind::Noise(5.0),
    Behind::Noise(0.0),
    Behind::Babble(10.0),
    Behind::Babble(5.0),
    Behind::Babble(0.0),
];

/// How often the network hears a word in a recording.
fn heard(word: &str, threshold: Option<f32>, pcm: &[f32]) -> Result<usize> {
    let config = Config { word: word.to_owned(), threshold, ..Config::default() };
    hits(&mut KeywordDetector::new(&crate::model()?, &config)?, pcm)
}

/// How often a detector wakes in a recording.
pub fn hits(detector: &mut dyn WakeDetector, pcm: &[f32]) -> Result<usize> {
    let mut count = 0;
    for piece in pcm.chunks(FRAME_SAMPLES) {
        if detector.feed(piece)?.is_some() {
            count += 1;
            detector.reset();
        }
    }
    Ok(count)
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
    let mut samples = 0;
    let mut false_hits = [0; THRESHOLDS.len()];
    for file in others("computer")? {
        let pcm = scenes::with_tail(&scenes::read(&file)?);
        samples += pcm.len();
        for (threshold, count) in THRESHOLDS.into_iter().zip(&mut false_hits) {
            *count += heard("computer", Some(threshold), &pcm)?;
        }
    }
    let hours = samples as f64 / f64::from(SAMPLE_RATE) / 3_600.0;
    println!("\n\"computer\" in {hours:.2} h of other sound, at {THRESHOLDS:?}: {false_hits:?}");
    let mut late = Vec::new();
    for wake in &material.wakes {
        let pcm = scenes::with_tail(wake);
        let config = Config::default();
        let mut detector = KeywordDetector::new(&crate::model()?, &config)?;
        let Some(until) = scenes::spoken_until(wake) else { continue };
        for piece in pcm.chunks(FRAME_SAMPLES) {
            if let Some(hit) = detector.feed(piece)? {
                late.push((hit.at as f32 - until as f32) / 16.0);
                break;
            }
        }
    }
    println!(
        "the end of the word is told {:.0} / {:.0} / {:.0} ms after it (p10, p50, p90)",
        crate::percentile(&mut late, 10),
        crate::percentile(&mut late, 50),
        crate::percentile(&mut late, 90)
    );
    println!("\n| behind | clips | missed at 0.6 % | at 0.5 | at 0.4 |\n|---|---|---|---|---|");
    for behind in CONDITIONS {
        let mut missed = [0; THRESHOLDS.len()];
        for (index, wake) in material.wakes.iter().enumerate() {
            let mut pcm: Vec<f32> = recordings::quiet(500).collect();
            pcm.extend_from_slice(wake);
            pcm.extend(recordings::quiet(1_000));
            material.sounds.mix(&mut pcm, wake, behind, index)?;
            for (threshold, missed) in THRESHOLDS.into_iter().zip(&mut missed) {
                *missed += usize::from(heard("computer", Some(threshold), &pcm)? == 0);
            }
        }
        let share = missed.map(|missed| 100.0 * missed as f64 / material.wakes.len() as f64);
        let [a, b, c] = share;
        println!("| {} | {} | {a:.1} | {b:.1} | {c:.1} |", behind.name(), material.wakes.len());
    }
    Ok(())
}

/// Words that nobody trained.
pub fn words() -> Result<()> {
    println!("\n| word | clips | missed at its threshold % | heard in other sound | hours of it |");
    println!("|---|---|---|---|---|");
    for word in ["jarvis", "alexa", "snowboy", "view glass", "smart mirror"] {
        let folder = recordings::place().join("wake").join(word.replace(' ', "_"));
        let clips = scenes::all(&folder)?;
        let mut missed = 0;
        for clip in &clips {
            missed += usize::from(heard(word, None, &scenes::with_tail(clip))? == 0);
        }
        let (mut taken, mut samples) = (0, 0);
        for file in others(word)? {
            let pcm = scenes::with_tail(&scenes::read(&file)?);
            samples += pcm.len();
            taken += heard(word, None, &pcm)?;
        }
        println!(
            "| {word} | {} | {:.1} | {taken} | {:.2} |",
            clips.len(),
            100.0 * missed as f64 / clips.len() as f64,
            samples as f64 / f64::from(SAMPLE_RATE) / 3_600.0,
        );
    }
    Ok(())
}
