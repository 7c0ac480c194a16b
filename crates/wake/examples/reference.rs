//! Makes the built-in references of a wake word from recordings of several speakers, and measures
//! them: `cargo run --release -p wake --example reference -- DATA OUT.rpw`
//!
//! `DATA` is the folder with `wake/computer/*.flac` (one speaker a file) and the other recordings.
//! The files are shuffled with a fixed seed; the first half is to choose from, the second half is
//! only measured. Chosen is greedily: each time the recording that, as a reference, hears most of
//! the first half that is not heard yet without a false hit in other words.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use rustpotter::{WakewordRef, WakewordRefBuildFromBuffers as _, WakewordSave as _};
use voice::{SAMPLE_RATE, WakeDetector as _, samples_to_millis};
use wake::{BLOCK_SAMPLES, RustpotterDetector, TAIL_MS, Vad};

/// Seed of the shuffle.
const SEED: u64 = 20_261_122;
/// How many references are kept; together they cost 2 to 3 percent of a core.
const REFERENCES: usize = 8;
/// Length of a feature vector.
const MFCC_SIZE: u16 = 16;
/// Silence that is left around the word.
const MARGIN: usize = 800;
/// Score at which the choice is made.
const CHOICE_THRESHOLD: f32 = 0.5;

struct Clip {
    name: String,
    pcm: Vec<f32>,
    /// Where the speech is.
    span: std::ops::Range<usize>,
}

fn main() -> Result<()> {
    let mut args = std::env::args_os().skip(1).map(PathBuf::from);
    let (Some(data), Some(out)) = (args.next(), args.next()) else {
        bail!("usage: reference DATA OUT.rpw");
    };
    let mut clips = load(&data.join("wake/computer"), usize::MAX)?;
    shuffle(&mut clips);
    let held_out = clips.split_off(clips.len() / 2);
    println!("{} clips to choose from, {} held out", clips.len(), held_out.len());
    let mut negatives = Vec::new();
    for word in ["alexa", "jarvis", "smart_mirror", "snowboy", "view_glass"] {
        negatives.extend(load(&data.join("wake").join(word), 6)?);
    }
    let chosen = choose(&clips, &negatives)?;
    let names: Vec<&str> = chosen.iter().map(|&index| clips[index].name.as_str()).collect();
    println!("chosen: {}", names.join(" "));
    let bytes = references(chosen.iter().map(|&index| &clips[index]))?
        .save_to_buffer()
        .map_err(anyhow::Error::msg)?;
    std::fs::write(&out, &bytes).with_context(|| format!("write {}", out.display()))?;
    println!("{} bytes", bytes.len());

    let speech = [
        load(&data.join("speech/common_voice/data"), usize::MAX)?,
        load(&data.join("speech/precise_community/not-wake-words/en"), usize::MAX)?,
    ]
    .concat_clips();
    let mut other = Vec::new();
    for word in ["alexa", "jarvis", "smart_mirror", "snowboy", "view_glass"] {
        other.extend(load(&data.join("wake").join(word), 24)?.split_off(6));
    }
    println!(
        "threshold  missed  false in speech  false in other words  end of word (mean, worst ms)"
    );
    for threshold in [0.46, 0.48, 0.50, 0.52, 0.54] {
        let load = || {
            let references = rustpotter::WakewordLoad::load_from_buffer(&bytes);
            references.map_err(anyhow::Error::msg).and_then(|references: WakewordRef| {
                Ok(RustpotterDetector::from_references(references, "computer", threshold)?)
            })
        };
        let mut detector = load()?;
        let mut missed = 0;
        let mut errors = Vec::new();
        for clip in &held_out {
            match hits(&mut detector, &clip.pcm).first() {
                Some(&(at, _)) => {
                    errors.push(at as f64 / 16.0 - clip.span.end as f64 / 16.0);
                }
                None => missed += 1,
            }
        }
        let count = |detector: &mut RustpotterDetector, clips: &[Clip]| {
            let hit: usize = clips.iter().map(|clip| hits(detector, &clip.pcm).len()).sum();
            let seconds: usize = clips.iter().map(|clip| clip.pcm.len()).sum();
            (hit, seconds as f64 / f64::from(SAMPLE_RATE) / 60.0)
        };
        let (in_speech, speech_minutes) = count(&mut detector, &speech);
        let (in_words, word_minutes) = count(&mut detector, &other);
        let mean = errors.iter().sum::<f64>() / errors.len().max(1) as f64;
        let worst =
            errors.iter().fold(0.0_f64, |worst, e| if e.abs() > worst.abs() { *e } else { worst });
        println!(
            "{threshold:.2}       {missed}/{}   {in_speech} in {speech_minutes:.1} min    {in_words} in {word_minutes:.1} min    {mean:.0}, {worst:.0}",
            held_out.len()
        );
    }
    Ok(())
}

trait ConcatClips {
    fn concat_clips(self) -> Vec<Clip>;
}

impl<const N: usize> ConcatClips for [Vec<Clip>; N] {
    fn concat_clips(self) -> Vec<Clip> {
        self.into_iter().flatten().collect()
    }
}

fn load(folder: &Path, at_most: usize) -> Result<Vec<Clip>> {
    let mut paths: Vec<PathBuf> = std::fs::read_dir(folder)
        .with_context(|| format!("read {}", folder.display()))?
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .filter(|path| path.extension().is_some_and(|end| end == "flac"))
        .collect();
    paths.sort();
    paths.truncate(at_most);
    let mut clips = Vec::new();
    for path in paths {
        let pcm = audio::read_file(&path)?.samples().to_vec();
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let span = speech_span(&pcm);
        clips.push(Clip { name, pcm, span });
    }
    Ok(clips)
}

/// From the first to the last block of speech.
fn speech_span(pcm: &[f32]) -> std::ops::Range<usize> {
    let mut vad = Vad::default();
    let mut blocks = Vec::new();
    vad.feed(pcm, &mut |probability| blocks.push(probability >= 0.5));
    let first = blocks.iter().position(|&voiced| voiced).unwrap_or(0);
    let last = blocks.iter().rposition(|&voiced| voiced).map_or(blocks.len(), |last| last + 1);
    first * BLOCK_SAMPLES..last * BLOCK_SAMPLES
}

fn shuffle(clips: &mut [Clip]) {
    let mut state = SEED;
    for index in (1..clips.len()).rev() {
        // Knuth's linear congruential generator (MMIX).
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        clips.swap(index, (state >> 33) as usize % (index + 1));
    }
}

fn references<'a>(clips: impl Iterator<Item = &'a Clip>) -> Result<WakewordRef> {
    let mut samples = HashMap::new();
    for (index, clip) in clips.enumerate() {
        let from = clip.span.start.saturating_sub(MARGIN);
        let to = (clip.span.end + MARGIN).min(clip.pcm.len());
        samples.insert(format!("{index:02}"), wav(&clip.pcm[from..to])?);
    }
    let references =
        WakewordRef::new_from_sample_buffers("computer".into(), None, None, samples, MFCC_SIZE);
    let mut references = references.map_err(anyhow::Error::msg)?;
    references.avg_features = None;
    Ok(references)
}

fn wav(pcm: &[f32]) -> Result<Vec<u8>> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    let spec = hound::WavSpec {
        channels: 1,
        sample_rate: SAMPLE_RATE,
        bits_per_sample: 16,
        sample_format: hound::SampleFormat::Int,
    };
    let mut writer = hound::WavWriter::new(&mut bytes, spec)?;
    for sample in pcm {
        writer.write_sample((sample * 32767.0) as i16)?;
    }
    writer.finalize()?;
    Ok(bytes.into_inner())
}

/// End and score of every hit in a clip.
fn hits(detector: &mut RustpotterDetector, pcm: &[f32]) -> Vec<(u64, f32)> {
    detector.reset();
    let tail = vec![0.0; voice::millis_to_samples(TAIL_MS) as usize];
    let mut found = Vec::new();
    for frame in pcm.chunks(320).chain(tail.chunks(320)) {
        if let Ok(Some(wake)) = detector.feed(frame) {
            found.push((wake.at, wake.score));
        }
    }
    found
}

fn choose(clips: &[Clip], negatives: &[Clip]) -> Result<Vec<usize>> {
    // Every second is plenty to choose from; only a word of ordinary length can stand for others.
    let usable: Vec<usize> = (0..clips.len())
        .step_by(2)
        .filter(|&index| (400..1100).contains(&samples_to_millis(clips[index].span.len() as u64)))
        .collect();
    println!("{} of them of ordinary length", usable.len());
    let mut heard: HashMap<usize, Vec<usize>> = HashMap::new();
    for &candidate in &usable {
        let one = references(std::iter::once(&clips[candidate]))?;
        let mut detector = RustpotterDetector::from_references(one, "computer", CHOICE_THRESHOLD)?;
        if negatives.iter().any(|clip| !hits(&mut detector, &clip.pcm).is_empty()) {
            continue;
        }
        let hears = (0..clips.len()).filter(|&i| !hits(&mut detector, &clips[i].pcm).is_empty());
        heard.insert(candidate, hears.collect());
    }
    println!("{} of them without a false hit", heard.len());
    let mut covered = vec![false; clips.len()];
    let mut chosen = Vec::new();
    while chosen.len() < REFERENCES {
        let gain = |index: &usize| heard[index].iter().filter(|&&clip| !covered[clip]).count();
        let Some(best) = usable
            .iter()
            .filter(|index| heard.contains_key(index) && !chosen.contains(*index))
            .max_by_key(|index| gain(index))
            .copied()
        else {
            break;
        };
        chosen.push(best);
        heard[&best].iter().for_each(|&clip| covered[clip] = true);
    }
    let share = covered.iter().filter(|&&covered| covered).count();
    println!("the choice hears {share} of {} it was made from", clips.len());
    Ok(chosen)
}
