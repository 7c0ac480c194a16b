//! Our encoder against ONNX Runtime, in turns in one run, each on one thread.
//!
//! `cargo run --release -p transducer --example peer -- PYTHON`, where PYTHON has the packages onnx,
//! onnxruntime and numpy; the weights are found as in the tests.

#[path = "../tests/common/mod.rs"]
mod common;

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Command, Stdio};
use std::time::Instant;

use transducer::Stream;

const ROUNDS: usize = 15;
/// Steps of a round, and samples of a step: 320 ms.
const STEPS: usize = 40;
const STEP_SAMPLES: usize = 5_120;

fn main() {
    let python = std::env::args().nth(1).expect("name a Python with onnx, onnxruntime and numpy");
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/peer.py");
    let mut peer = Command::new(python)
        .arg(script)
        .arg(common::weights())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("Python starts");
    let mut ask = peer.stdin.take().expect("it is piped");
    let mut answers = BufReader::new(peer.stdout.take().expect("it is piped")).lines();
    let mut theirs = || -> f64 {
        writeln!(ask, "again").expect("the peer runs");
        let line = answers.next().expect("the peer answers").expect("in text");
        line.trim().parse().expect("with a number")
    };

    let mut stream = Stream::new(&common::model());
    let mut seed = 1_u32;
    let mut noise = || {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (seed >> 8) as f32 / 8_388_608.0 - 1.0
    };
    let sound: Vec<f32> = (0..STEPS * STEP_SAMPLES).map(|_| noise() * 0.1).collect();
    let mut ours = || -> f64 {
        let (begun, mut frames) = (Instant::now(), 0);
        stream.feed(&sound, |_| frames += 1);
        assert!(frames >= (STEPS - 2) * 8, "{frames} frames");
        begun.elapsed().as_secs_f64() * 1000.0 / STEPS as f64
    };

    // Once for the caches.
    let (_, _) = (ours(), theirs());
    let (mut our_times, mut their_times) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        our_times.push(ours());
        their_times.push(theirs());
    }
    drop(ask);
    assert!(peer.wait().expect("the peer ends").success());
    let (ours, theirs) = (median(our_times), median(their_times));
    println!("| 320 ms of sound, median of {ROUNDS} rounds | ms | share of a core |");
    println!("|---|---|---|");
    println!("| ours, features included | {ours:.2} | {:.2} % |", ours / 3.2);
    println!("| ONNX Runtime, the encoder alone | {theirs:.2} | {:.2} % |", theirs / 3.2);
    println!("\nratio {:.2}", ours / theirs);
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
