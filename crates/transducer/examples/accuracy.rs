//! How much is heard right: home commands against each other as a grammar, and a wake word against
//! other speech.
//!
//! `cargo run --release -p transducer --example accuracy` for the commands, with wake words as
//! arguments for those; recordings and weights are found as in the tests.

#[path = "../tests/common/mod.rs"]
mod common;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use transducer::{Config, Keyword, Model, Search, Spotter, SpotterConfig, Stream};
use voice::Pcm;

/// Scores below this are of no interest.
const LOWEST: f32 = -20.0;
/// Detections nearer to each other than this are one, in frames of 40 ms.
const APART: u32 = 25;

fn main() {
    let model = common::model();
    let noise = Noise::new();
    let words: Vec<String> = std::env::args().skip(1).collect();
    if words.is_empty() {
        commands(&model, &noise);
    }
    for word in words {
        wake(&model, &noise, &word);
    }
}

fn commands(model: &Arc<Model>, noise: &Noise) {
    let all = common::commands();
    let known: Vec<&str> =
        all.iter().filter(|(f, _)| !f.starts_with("oov")).map(|(_, text)| text.as_str()).collect();
    let grammar = common::grammar(model, known.iter().copied());
    println!("{} sentences, {} states", known.len(), grammar.states());
    let mut search = Search::new(model.clone(), grammar, Config::default());
    let mut stream = Stream::new(model);
    for snr in [None, Some(10.0), Some(5.0)] {
        let (mut right, mut scores, mut pairs, mut wrong) = (0, Vec::new(), Vec::new(), Vec::new());
        let mut foreign = Vec::new();
        for (number, (file, text)) in all.iter().enumerate() {
            let sound = noise.over(&common::sound(&format!("commands/{file}")), number, snr);
            stream.reset();
            search.reset();
            stream.feed(&sound, |frame| search.accept_frame(frame));
            stream.finish(|frame| search.accept_frame(frame));
            let heard = search.result();
            let Some(best) = heard.sentences.first() else { continue };
            if known.contains(&text.as_str()) {
                if &best.text() == text {
                    right += 1;
                    scores.push(best.per_token);
                    pairs.push(best.worst_pair);
                } else {
                    wrong.push(format!("{text} → {} ({:.1})", best.text(), best.per_token));
                }
            } else {
                foreign.push((best.per_token, best.worst_pair));
            }
        }
        scores.sort_by(f32::total_cmp);
        pairs.sort_by(f32::total_cmp);
        println!("commands, noise {snr:?} dB: {right} of {} right", known.len());
        println!("  wrong: {wrong:?}");
        println!("  per token of the right ones: {:.2?} …", &scores[..6.min(scores.len())]);
        println!("  worst pairs of the right ones: {:.2?} …", &pairs[..6.min(pairs.len())]);
        println!("  of foreign ones: {foreign:.2?}");
    }
    // Each command against the others only: nothing should be understood.
    let mut foreign = Vec::new();
    for (file, text) in all.iter().filter(|(_, text)| known.contains(&text.as_str())) {
        let others = known.iter().copied().filter(|other| other != text);
        search.set_grammar(common::grammar(model, others));
        stream.reset();
        stream
            .feed(common::sound(&format!("commands/{file}")).samples(), |f| search.accept_frame(f));
        stream.finish(|frame| search.accept_frame(frame));
        let heard = search.result();
        foreign.extend(heard.sentences.first().map(|s| (s.per_token, s.worst_pair)));
    }
    foreign.sort_by(|a, b| b.0.total_cmp(&a.0));
    println!("each command without itself in the grammar (per token, worst pair): {foreign:.2?}");
}

fn wake(model: &Arc<Model>, noise: &Noise, word: &str) {
    let folder = word.replace(' ', "_");
    let clips = files(&format!("wake/{folder}"));
    let keyword = Keyword { phrase: word.to_owned(), threshold: LOWEST };
    let mut spotter =
        Spotter::new(model.clone(), &[keyword], SpotterConfig::default()).expect("letters only");
    let mut stream = Stream::new(model);
    let mut other = Vec::new();
    for place in ["wake", "speech", "commands"] {
        let of_word = |file: &PathBuf| {
            let path = file.to_string_lossy().replace('_', "");
            path.contains(&folder.replace('_', ""))
        };
        other.extend(files(place).into_iter().filter(|file| !of_word(file)));
    }
    let mut false_scores = Vec::new();
    let mut seconds = 0.0;
    for file in &other {
        let Ok(sound) = audio::read_file(file) else { continue };
        seconds += sound.seconds();
        stream.reset();
        spotter.reset();
        let peaks = peaks(&mut spotter, &mut stream, sound.samples());
        if peaks.iter().any(|&peak| peak > Keyword::THRESHOLD) {
            println!("  false: {} {peaks:.1?}", file.display());
        }
        false_scores.extend(peaks);
    }
    false_scores.sort_by(|a, b| b.total_cmp(a));
    println!("{word:?} in {:.2} h of other speech: {:.2?}", seconds / 3600.0, top(&false_scores));
    for snr in [None, Some(10.0), Some(5.0)] {
        let mut scores: Vec<f32> = clips
            .iter()
            .enumerate()
            .map(|(number, file)| {
                let sound = noise.over(&audio::read_file(file).expect("a recording"), number, snr);
                stream.reset();
                spotter.reset();
                let peaks = peaks(&mut spotter, &mut stream, &sound);
                peaks.into_iter().fold(f32::NEG_INFINITY, f32::max)
            })
            .collect();
        scores.sort_by(f32::total_cmp);
        print!("{} clips, noise {snr:?} dB, missed:", scores.len());
        let zero = false_scores.first().copied().unwrap_or(LOWEST) + 0.01;
        let one = false_scores.get(1).copied().unwrap_or(LOWEST) + 0.01;
        for (name, threshold) in
            [("at 0 false", zero), ("at 1 false", one), ("at", -6.0), ("at", -8.0), ("at", -10.0)]
        {
            let missed = scores.partition_point(|&score| score < threshold);
            let percent = missed as f32 * 100.0 / scores.len() as f32;
            print!(" {name} ({threshold:.1}) {percent:.1} %,");
        }
        println!("\n  lowest: {:.1?}", &scores[..12.min(scores.len())]);
    }
}

fn top(scores: &[f32]) -> &[f32] {
    &scores[..10.min(scores.len())]
}

/// The best score of each group of detections.
fn peaks(spotter: &mut Spotter, stream: &mut Stream, sound: &[f32]) -> Vec<f32> {
    let mut peaks: Vec<(u32, f32)> = Vec::new();
    let mut now = 0;
    let mut take = |frame: &[f32; transducer::WIDTH]| {
        now += 1;
        let Some(found) = spotter.accept_frame(frame) else { return };
        match peaks.last_mut() {
            Some((last, score)) if now - *last < APART => {
                *last = now;
                *score = score.max(found.score);
            }
            _ => peaks.push((now, found.score)),
        }
    };
    stream.feed(sound, &mut take);
    stream.finish(&mut take);
    peaks.into_iter().map(|peak| peak.1).collect()
}

/// Recordings of noise, one after the other.
struct Noise(Vec<Pcm>);

impl Noise {
    fn new() -> Self {
        let files = files("noise/esc10");
        Self(files.iter().filter_map(|file| audio::read_file(file).ok()).collect())
    }

    /// The sound with the noise of that number, `snr` dB below it.
    fn over(&self, sound: &Pcm, number: usize, snr: Option<f32>) -> Vec<f32> {
        let mut mixed = sound.samples().to_vec();
        let Some(snr) = snr else { return mixed };
        // Neighbouring files are of the same kind.
        let noise = self.0[number * 37 % self.0.len()].samples();
        let power = |s: &[f32]| s.iter().map(|s| s * s).sum::<f32>() / s.len().max(1) as f32;
        let part = &noise[..noise.len().min(mixed.len()).max(1)];
        let gain = (power(&mixed) / power(part).max(1e-9) / 10_f32.powf(snr / 10.0)).sqrt();
        for (sample, noise) in mixed.iter_mut().zip(noise.iter().cycle()) {
            *sample += gain * noise;
        }
        mixed
    }
}

/// All recordings below a folder, sorted.
fn files(folder: &str) -> Vec<PathBuf> {
    fn collect(folder: &Path, into: &mut Vec<PathBuf>) {
        let Ok(entries) = std::fs::read_dir(folder) else { return };
        for path in entries.filter_map(|entry| Some(entry.ok()?.path())) {
            if path.is_dir() {
                collect(&path, into);
            } else if path.extension().is_some_and(|e| e == "flac") {
                into.push(path);
            }
        }
    }
    let mut all = Vec::new();
    collect(&common::data().join(folder), &mut all);
    all.sort();
    all
}
