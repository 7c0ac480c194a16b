//! The small network for "computer": alone, and in front of the large one. Each recording meets the
//! network that was trained without it, from the folder that `models/train/run` leaves.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use e2e::recordings;
use e2e::scenes::{self, Behind, Material};
use transducer::Stream;
use voice::{FRAME_SAMPLES, SAMPLE_RATE, Wake, WakeDetector};
use wake::{Config, DetectorCascade, KeywordDetector, SmallDetector};

use crate::spotting;

/// Thresholds of the small network alone.
const THRESHOLDS: [f32; 5] = [0.2, 0.35, 0.5, 0.65, 0.8];
/// Log-odds from which the large network is let in; `None` is what the program takes.
const LOOSE: [Option<f32>; 5] = [None, Some(-2.0), Some(-1.0), Some(1.0), Some(2.0)];
const CONDITIONS: [Behind; 3] = [Behind::Nothing, Behind::Noise(10.0), Behind::Babble(10.0)];
/// Folders of which the share is told in which the large network runs.
const SHARES: [&str; 4] = ["speech/common_voice", "speech", "wake", "noise"];

/// Networks by the recordings that they do not know.
struct Folds {
    of: HashMap<PathBuf, usize>,
    weights: Vec<Vec<u8>>,
}

impl Folds {
    /// From `HARK_FOLDS` or `models/train/work`.
    fn load() -> Result<Self> {
        let folder = std::env::var_os("HARK_FOLDS")
            .map_or_else(|| recordings::root().join("models/train/work"), PathBuf::from);
        let table = std::fs::read_to_string(folder.join("folds.tsv"))
            .context("the networks of the folds are missing: run models/train/run")?;
        let mut of = HashMap::new();
        for line in table.lines() {
            let (path, fold) = line.split_once('\t').context("a line without a fold")?;
            of.insert(recordings::place().join(path), fold.parse()?);
        }
        let count = of.values().max().map_or(0, |last| last + 1);
        let read = |fold| std::fs::read(folder.join(format!("{fold}.cnn")));
        Ok(Self { of, weights: (0..count).map(read).collect::<Result<_, _>>()? })
    }

    fn of(&self, file: &Path) -> Result<&[u8]> {
        let fold = self.of.get(file).with_context(|| format!("no fold has {}", file.display()))?;
        Ok(&self.weights[*fold])
    }
}

/// Stands for the large network where only its work is counted.
struct Nobody;

impl WakeDetector for Nobody {
    fn feed(&mut self, _: &[f32]) -> voice::Result<Option<Wake>> {
        Ok(None)
    }

    fn reset(&mut self) {}
}

pub fn network(material: &Material) -> Result<()> {
    let folds = Folds::load()?;
    others(&folds)?;
    words(&folds, material)?;
    cost(material)
}

/// False hits, and how much the large network would have to listen.
fn others(folds: &Folds) -> Result<()> {
    let mut samples = 0;
    let mut false_hits = [0; THRESHOLDS.len()];
    let mut shares = [[(0_u64, 0_u64); LOOSE.len()]; SHARES.len()];
    for file in spotting::others("computer")? {
        let pcm = scenes::with_tail(&scenes::read(&file)?);
        samples += pcm.len();
        let weights = folds.of(&file)?;
        for (threshold, count) in THRESHOLDS.into_iter().zip(&mut false_hits) {
            *count +=
                spotting::hits(&mut SmallDetector::from_bytes(weights, Some(threshold))?, &pcm)?;
        }
        let passed: Vec<u64> =
            LOOSE.iter().map(|loose| shown(weights, *loose, &pcm)).collect::<Result<_>>()?;
        for (folder, shares) in SHARES.into_iter().zip(&mut shares) {
            if file.starts_with(recordings::place().join(folder)) {
                for (share, shown) in shares.iter_mut().zip(&passed) {
                    *share = (share.0 + shown, share.1 + pcm.len() as u64);
                }
            }
        }
    }
    let hours = samples as f64 / f64::from(SAMPLE_RATE) / 3_600.0;
    println!("\nsmall network, {hours:.2} h of other sound, at {THRESHOLDS:?}: {false_hits:?}");
    println!("\n| the large one runs, % of | {} |", LOOSE.map(name).join(" | "));
    println!("|---|{}", "---|".repeat(LOOSE.len()));
    for (folder, shares) in SHARES.into_iter().zip(shares) {
        let shares = shares.map(|(shown, all)| format!("{:.1}", 100.0 * shown as f64 / all as f64));
        println!("| {folder} | {} |", shares.join(" | "));
    }
    Ok(())
}

fn name(loose: Option<f32>) -> String {
    loose.map_or_else(|| "usual".to_owned(), |loose| format!("{loose}"))
}

fn shown(weights: &[u8], loose: Option<f32>, pcm: &[f32]) -> Result<u64> {
    let mut stage = DetectorCascade::from_bytes(weights, loose, Nobody)?;
    for piece in pcm.chunks(FRAME_SAMPLES) {
        stage.feed(piece)?;
    }
    Ok(stage.verified())
}

/// The word: missed by the small network, and by the large one behind it.
fn words(folds: &Folds, material: &Material) -> Result<()> {
    let files = scenes::files(&recordings::place().join("wake/computer"))?;
    println!(
        "\n| behind | clips | missed by the small one at {THRESHOLDS:?} % | by the large one | by both stages | heard by the large one and not let in, at {} |",
        LOOSE.map(name).join(" / ")
    );
    println!("|---|---|---|---|---|---|");
    for behind in CONDITIONS {
        let mut small = [0; THRESHOLDS.len()];
        let (mut large, mut both, mut shut) = (0, 0, [0; LOOSE.len()]);
        for (index, (file, wake)) in files.iter().zip(&material.wakes).enumerate() {
            let mut pcm: Vec<f32> = recordings::quiet(500).collect();
            pcm.extend_from_slice(wake);
            pcm.extend(recordings::quiet(1_000));
            material.sounds.mix(&mut pcm, wake, behind, index)?;
            let weights = folds.of(file)?;
            for (threshold, missed) in THRESHOLDS.into_iter().zip(&mut small) {
                let mut detector = SmallDetector::from_bytes(weights, Some(threshold))?;
                *missed += usize::from(spotting::hits(&mut detector, &pcm)? == 0);
            }
            if spotting::hits(&mut keyword()?, &pcm)? == 0 {
                large += 1;
                both += 1;
                continue;
            }
            for (loose, shut) in LOOSE.into_iter().zip(&mut shut) {
                *shut += usize::from(shown(weights, loose, &pcm)? == 0);
            }
            let mut staged = DetectorCascade::from_bytes(weights, None, keyword()?)?;
            both += usize::from(spotting::hits(&mut staged, &pcm)? == 0);
        }
        let share = |missed: usize| format!("{:.1}", 100.0 * missed as f64 / files.len() as f64);
        println!(
            "| {} | {} | {} | {} | {} | {} |",
            behind.name(),
            files.len(),
            small.map(share).join(" / "),
            share(large),
            share(both),
            shut.map(share).join(" / ")
        );
    }
    Ok(())
}

fn keyword() -> Result<KeywordDetector> {
    Ok(KeywordDetector::new(&crate::model()?, &Config::default())?)
}

/// Time for the read sentences, one after the other.
fn cost(material: &Material) -> Result<()> {
    let pcm: Vec<f32> = material.sounds.sentences.concat();
    let seconds = pcm.len() as f64 / f64::from(SAMPLE_RATE);
    let mut small = SmallDetector::new(&Config::default())?;
    let small = timed(&pcm, |piece| small.feed(piece).map(|_| ()))?;
    let mut stream = Stream::new(&*crate::model()?);
    let encoder = timed(&pcm, |piece| {
        stream.feed(piece, |_| ());
        Ok(())
    })?;
    let mut large = keyword()?;
    let large = timed(&pcm, |piece| large.feed(piece).map(|_| ()))?;
    let mut staged = DetectorCascade::new(keyword()?)?;
    let both = timed(&pcm, |piece| staged.feed(piece).map(|_| ()))?;
    let share = |time: Duration| 100.0 * time.as_secs_f64() / seconds;
    println!(
        "\n{seconds:.0} s of read sentences, % of a core: small network {:.2}, encoder {:.2}, encoder and keywords {:.2}, both stages {:.2}",
        share(small),
        share(encoder),
        share(large),
        share(both)
    );
    Ok(())
}

fn timed(pcm: &[f32], mut feed: impl FnMut(&[f32]) -> voice::Result<()>) -> Result<Duration> {
    let begun = Instant::now();
    for piece in pcm.chunks(FRAME_SAMPLES) {
        feed(piece)?;
    }
    Ok(begun.elapsed())
}
