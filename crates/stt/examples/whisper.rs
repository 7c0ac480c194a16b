//! How long whisper takes, with a model of full shape and random weights (`models/make-random`), or
//! with the model whose path is given.
//!
//! `cargo run --release -p stt --example whisper`
//!
//! A command of 3 s with the encoder fitted to it and with the encoder of half a minute, in turns;
//! then how long a stop takes.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::mpsc::sync_channel;
use std::time::{Duration, Instant};

use stt::{SpeculativeTranscriber, Stop, Whisper};
use voice::{SAMPLE_RATE, Transcriber as _};

/// Length of the command.
const SECONDS: usize = 3;
/// How often each of the two is measured.
const ROUNDS: usize = 7;
/// Share of the whole context's time that a fitted one may take: it has half of the steps, since with fewer a
/// short command is not heard.
const GOAL: f64 = 0.6;

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

fn main() -> Result<()> {
    let path = match std::env::args_os().nth(1) {
        Some(path) => PathBuf::from(path),
        None => random_model()?,
    };
    let clip = noise();
    let mut whisper = Whisper::open(&path, &stt::Language::default())?;
    let mut measure = |fitted| -> Result<Duration> {
        whisper.fit_context(fitted);
        let begun = Instant::now();
        whisper.transcribe(&clip, &Stop::never())?;
        Ok(begun.elapsed())
    };
    // The first run of each allocates.
    let (mut fitted, mut whole) = (Vec::new(), Vec::new());
    for round in 0..=ROUNDS {
        let (short, long) = (measure(true)?, measure(false)?);
        if round > 0 {
            fitted.push(short);
            whole.push(long);
        }
    }
    let (fitted, whole) = (median(fitted), median(whole));
    let ratio = fitted.as_secs_f64() / whole.as_secs_f64();
    println!(
        "a command of {SECONDS} s, medians of {ROUNDS}: fitted {fitted:.0?}, whole {whole:.0?}"
    );
    println!("ratio {ratio:.3}, goal {GOAL}");

    // Stopped at moments spread over the work, from another thread.
    let mut transcriber =
        SpeculativeTranscriber::new("whisper", move |pcm, stop| whisper.transcribe(pcm, stop))?;
    let mut stops = Vec::new();
    for round in 1..=ROUNDS {
        transcriber.feed(&clip)?;
        let canceller = transcriber.canceller();
        let (never, silence) = sync_channel::<()>(0);
        let wait = whole.mul_f64(round as f64 / (ROUNDS + 1) as f64);
        let stopper = std::thread::spawn(move || {
            // Only lets time pass; nothing is ever sent.
            let _ = silence.recv_timeout(wait);
            canceller.cancel();
            Instant::now()
        });
        let ended = transcriber.finish();
        let returned = Instant::now();
        let stopped = stopper.join().map_err(|_| "the stopper panicked")?;
        drop(never);
        if ended.is_err() {
            stops.push(returned.saturating_duration_since(stopped));
        }
        transcriber.reset();
    }
    let most = stops.iter().max().copied().unwrap_or_default();
    let count = stops.len();
    println!(
        "from a stop to the end: {:.0?} at most, median {:.0?} of {count}",
        most,
        median(stops)
    );
    Ok(())
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times.get(times.len() / 2).copied().unwrap_or_default()
}

/// Noise as loud as speech.
fn noise() -> Vec<f32> {
    let mut state = 1_u32;
    let samples = 0..SECONDS * SAMPLE_RATE as usize;
    let samples = samples.map(|_| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as f32 / (1 << 24) as f32 * 0.2 - 0.1
    });
    samples.collect()
}

/// A model that is made once a machine.
fn random_model() -> Result<PathBuf> {
    let path = std::env::temp_dir().join("hark-random-tiny.en-q5_1.bin");
    if !path.exists() {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../models/make-random");
        let status = Command::new("python3").arg(script).arg(&path).status()?;
        if !status.success() {
            return Err("models/make-random failed".into());
        }
    }
    Ok(path)
}
