//! The kernels agree with plain Rust, and a stream is what its features make of it.

use std::sync::Arc;

use super::{
    Encoder, FEATURES, LoadError, OUT_FRAMES, OUT_WIDTH, STEP_ADVANCE, STEP_FRAMES, WIDTH, Weights,
    kernels::{Activation, Dense, Kernels, Rows, Weighing, tiles},
    quant::{Linear, Quantised},
};

/// A xorshift generator: the same numbers every run.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, limit: u64) -> usize {
        (self.next() % limit) as usize
    }

    fn floats(&mut self, count: usize, width: f32) -> Vec<f32> {
        (0..count).map(|_| ((self.next() >> 40) as f32 / 8_388_608.0 - 1.0) * width).collect()
    }
}

#[test]
fn integer_products_are_the_same_bits_on_every_processor() {
    let mut random = Random(1);
    for round in 0..60 {
        let (rows, inputs) = (1 + random.below(17), 8 * (1 + random.below(300)));
        let outputs = 16 * (1 + random.below(6));
        let mut weights: Vec<i8> = (0..inputs * outputs)
            .map(|_| random.below(255) as i32 - 127)
            .map(|w| w as i8)
            .collect();
        let mut x = random.floats(rows * inputs, 3.0);
        if round % 7 == 0 {
            // All at the ends, and weights too: the largest sums there are.
            x = vec![3.0; rows * inputs];
            weights.fill(127);
        }
        let bias = random.floats(outputs, 1.0);
        let linear = Linear::pack("test", &weights, inputs, 0.01, bias.clone()).unwrap();
        let results = [Kernels::Plain, Kernels::detect()].map(|kernels| {
            let mut q = Quantised::with_capacity(20, 2400);
            let mut out = vec![0.5; rows * outputs];
            kernels.quantise(&x, rows, linear.steps, &mut q);
            kernels.product(&q, &linear, &mut out);
            kernels.product_add(&q, &linear, &mut out);
            (q.scale, out)
        });
        assert_eq!(results[0], results[1], "{rows} × {inputs} × {outputs}");

        // And the plain one is the definition: whole steps, exact sums, scale, bias; twice.
        let (scale, out) = &results[0];
        let (row, column) = (random.below(rows as u64), random.below(outputs as u64));
        let steps = |x: f32| (x * (1.0 / scale)).round_ties_even() as i64;
        let sum: i64 = (0..inputs)
            .map(|i| steps(x[row * inputs + i]) * i64::from(weights[i * outputs + column]))
            .sum();
        let once = sum as f32 * (scale * 0.01) + bias[column];
        assert_eq!(out[row * outputs + column].to_bits(), (once + once).to_bits());
    }
}

fn close(a: &[f32], b: &[f32], error: f32) {
    assert_eq!(a.len(), b.len());
    for (a, b) in a.iter().zip(b) {
        assert!((a - b).abs() <= error * (1.0 + b.abs()), "{a} against {b}");
    }
}

#[test]
fn float_kernels_agree_with_plain_ones() {
    let mut random = Random(2);
    for _ in 0..20 {
        let (count, inputs) = (1 + random.below(60), 1 + random.below(100));
        let outputs = 16 * (1 + random.below(4));
        let weights = random.floats(inputs * outputs, 0.2);
        let bias = random.floats(outputs, 1.0);
        let dense = Dense::pack("test", inputs, bias, |i, o| weights[i * outputs + o]).unwrap();
        let x = random.floats(count * inputs, 2.0);
        let (rows, columns) = (1 + random.below(9), 8 * (1 + random.below(5)));
        let gates = random.floats(2 * WIDTH * rows, 12.0);
        let results = [Kernels::Plain, Kernels::detect()].map(|kernels| {
            let mut product = vec![0.0; count * outputs];
            let grid = Rows::contiguous(count, inputs);
            kernels.dense(&x, grid, &dense, Activation::SWOOSH_R, &mut tiles(), &mut product);
            let mut gated = vec![0.0; WIDTH * rows];
            kernels.sigmoid_gate(&gates, WIDTH, &mut gated);
            kernels.tanh_gate(&gates[..WIDTH * rows], &mut gated);
            kernels.swoosh(&mut gated, Activation::SWOOSH_L);
            kernels.softmax(&mut gated, 64);
            let job = Weighing {
                a: &x,
                a_stride: 1,
                b: &gates,
                b_stride: columns,
                inner: inputs
                    .min(2 * WIDTH * rows / columns)
                    .min(count * inputs - rows.min(inputs)),
                rows: rows.min(inputs),
                columns,
                out_stride: columns,
                factor: 0.5,
                add: false,
            };
            let mut weighed = vec![0.0; rows * columns];
            kernels.weigh(job, &mut weighed);
            (product, gated, weighed)
        });
        let [(p0, g0, w0), (p1, g1, w1)] = results;
        close(&p1, &p0, 1e-5);
        close(&g1, &g0, 1e-6);
        close(&w1, &w0, 1e-4);
    }
}

#[test]
fn activations_are_what_their_formulas_say() {
    let x: Vec<f32> = (-3000..3000).map(|i| i as f32 / 100.0).collect();
    for kernels in [Kernels::Plain, Kernels::detect()] {
        let mut swoosh = x.clone();
        kernels.swoosh(&mut swoosh, Activation::SWOOSH_L);
        let mut tanh = vec![1.0; x.len()];
        kernels.tanh_gate(&x, &mut tanh);
        let gates = [vec![1.0; x.len()], x.clone()].concat();
        let mut sigmoid = vec![0.0; x.len()];
        kernels.sigmoid_gate(&gates, x.len(), &mut sigmoid);
        for (index, &x) in x.iter().enumerate() {
            let x = f64::from(x);
            let exact = (x - 4.0).exp().ln_1p() - 0.08 * x - 0.035;
            assert!((f64::from(swoosh[index]) - exact).abs() < 4e-7 * (1.0 + exact.abs()), "{x}");
            assert!((f64::from(tanh[index]) - x.tanh()).abs() < 2e-7, "{x}");
            let exact = 1.0 / (1.0 + (-x).exp());
            assert!((f64::from(sigmoid[index]) - exact).abs() < 2e-7, "{x}");
        }
    }
}

/// The model's file.
fn model() -> Vec<u8> {
    let default = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/models");
    let folder = std::env::var("HARK_MODELS").unwrap_or_else(|_| default.to_owned());
    let path = format!("{folder}/zipformer-en-3.3M/encoder.int8.onnx");
    let missing = |error| panic!("{path}: {error} (HARK_MODELS names another place)");
    std::fs::read(&path).unwrap_or_else(missing)
}

/// Features like those of speech: slow bands around −6.
fn chunk(random: &mut Random) -> Vec<f32> {
    random.floats(STEP_FRAMES * FEATURES, 4.0).iter().map(|v| v - 6.0).collect()
}

fn run(encoder: &mut Encoder, chunks: &[Vec<f32>]) -> Vec<f32> {
    let mut all = Vec::new();
    for chunk in chunks {
        let mut out = vec![0.0; OUT_FRAMES * OUT_WIDTH];
        encoder.step(chunk, &mut out);
        all.extend(out);
    }
    all
}

/// Frames `step` · 32 and on of features that any program can make exactly.
fn even_features(step: usize) -> Vec<f32> {
    let frames = step * STEP_ADVANCE..step * STEP_ADVANCE + STEP_FRAMES;
    let value = |t: usize, b: usize| ((t * 7 + b * 13 + t * b % 11 * 5) % 64) as f32 / 8.0 - 10.0;
    frames.flat_map(|t| (0..FEATURES).map(move |b| value(t, b))).collect()
}

#[needs::test(network)]
fn the_output_is_that_of_the_graph_with_float_activations() {
    /// From ONNX Runtime with every quantised product of the file replaced by a float one: step,
    /// and the channels 0, 64, 128 … of frame (3 · step) mod 8.
    const EXPECTED: [(usize, [f32; 5]); 4] = [
        (0, [0.00165, 0.19553, -0.24910, 0.21723, -0.03550]),
        (1, [0.32580, 0.15605, -0.46713, 0.36106, -0.08503]),
        (3, [0.17277, 0.22505, -0.76597, 0.32573, 0.04989]),
        (6, [0.12976, 0.27192, -0.88603, 0.36028, 0.16108]),
    ];
    let bytes = model();
    let weights = Arc::new(Weights::from_onnx(&bytes).unwrap());
    for kernels in [Kernels::Plain, Kernels::detect()] {
        let mut encoder = Encoder::with_kernels(Arc::clone(&weights), kernels);
        let chunks: Vec<_> = (0..7).map(even_features).collect();
        let out = run(&mut encoder, &chunks);
        for (step, values) in EXPECTED {
            let frame = &out[(step * OUT_FRAMES + step * 3 % 8) * OUT_WIDTH..];
            for (index, value) in values.into_iter().enumerate() {
                let difference = (frame[index * 64] - value).abs();
                assert!(difference < 1e-3, "{kernels:?}, step {step}: {difference}");
            }
        }
    }
}

#[needs::test(network)]
fn a_reset_stream_is_a_new_one_and_two_streams_do_not_meet() {
    let bytes = model();
    let weights = Arc::new(Weights::from_onnx(&bytes).unwrap());
    let mut random = Random(3);
    let chunks: Vec<_> = (0..8).map(|_| chunk(&mut random)).collect();
    let mut encoder = Encoder::new(Arc::clone(&weights));
    let first = run(&mut encoder, &chunks);
    assert_ne!(first, run(&mut encoder, &chunks), "the past counts");
    let mut other = Encoder::new(weights);
    encoder.reset();
    for (index, chunk) in chunks.iter().enumerate() {
        let again = run(&mut encoder, std::slice::from_ref(chunk));
        assert_eq!(again, first[index * OUT_FRAMES * OUT_WIDTH..][..OUT_FRAMES * OUT_WIDTH]);
        run(&mut other, &[chunk.iter().map(|v| v + 1.0).collect()]);
    }
}

#[needs::test(network)]
fn a_feature_that_is_no_number_spoils_nothing_after_a_reset_and_little_before() {
    let bytes = model();
    let mut encoder = Encoder::new(Arc::new(Weights::from_onnx(&bytes).unwrap()));
    let mut random = Random(4);
    let mut bad = chunk(&mut random);
    bad[100] = f32::NAN;
    bad[200] = f32::INFINITY;
    bad[300] = f32::MAX;
    bad[400] = f32::MIN;
    run(&mut encoder, &[bad]);
    let after = run(&mut encoder, &[chunk(&mut random)]);
    assert!(after.iter().all(|v| v.is_finite()));
}

#[needs::test(network)]
fn a_foreign_or_damaged_model_is_refused() {
    assert_eq!(Weights::from_onnx(b"").err(), Some(LoadError::Malformed));
    let mut bytes = model();
    for end in (0..bytes.len()).step_by(bytes.len() / 40) {
        assert_eq!(Weights::from_onnx(&bytes[..end]).err(), Some(LoadError::Malformed));
    }
    let mut random = Random(5);
    for _ in 0..20 {
        // Most of the file is numbers, which may be anything; its names and shapes lie at both ends.
        let at = random.below(300_000);
        bytes[at] ^= 1 << random.below(8);
        let _ = Weights::from_onnx(&bytes);
    }
}
