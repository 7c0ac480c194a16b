//! Weighted sums over a stretch of time: attention, and the convolutions of a channel with itself.

use super::{
    Activation,
    wide::{self, LANES, Wide, eight, eight_mut},
};
use crate::encoder::{
    convolution::Depthwise,
    embed::{BANDS, FIRST_BANDS, FIRST_CHANNELS, FIRST_LINES, LINES, PADDED, PADDED_BANDS, SQUARE},
};

const WIDTH: usize = crate::encoder::WIDTH;

/// `out[i][c] (+)= factor · Σ_j a[i][j] · b[j][c]` for small matrices that lie inside larger ones.
#[derive(Clone, Copy)]
pub(in crate::encoder) struct Weighing<'a> {
    pub a: &'a [f32],
    pub a_stride: usize,
    pub b: &'a [f32],
    pub b_stride: usize,
    /// Length of the sums.
    pub inner: usize,
    pub rows: usize,
    /// A multiple of eight.
    pub columns: usize,
    pub out_stride: usize,
    pub factor: f32,
    /// Whether to add to what is in `out`.
    pub add: bool,
}

#[inline(always)]
pub(super) fn weigh<W: Wide>(job: Weighing<'_>, out: &mut [f32]) {
    let mut row = 0;
    while row < job.rows {
        let a = &job.a[row * job.a_stride..];
        let out = &mut out[row * job.out_stride..];
        row += match job.rows - row {
            1 => weigh_rows::<W, 1>(job, a, out),
            2 | 3 => weigh_rows::<W, 2>(job, a, out),
            _ => weigh_rows::<W, 4>(job, a, out),
        };
    }
}

#[inline(always)]
fn weigh_rows<W: Wide, const R: usize>(job: Weighing<'_>, a: &[f32], out: &mut [f32]) -> usize {
    let a: [&[f32]; R] = std::array::from_fn(|row| &a[row * job.a_stride..][..job.inner]);
    let mut column = 0;
    while column + 2 * LANES <= job.columns {
        weigh_columns::<W, R, 2>(job, a, column, out);
        column += 2 * LANES;
    }
    if column < job.columns {
        weigh_columns::<W, R, 1>(job, a, column, out);
    }
    R
}

#[inline(always)]
fn weigh_columns<W: Wide, const R: usize, const C: usize>(
    job: Weighing<'_>,
    a: [&[f32]; R],
    column: usize,
    out: &mut [f32],
) {
    let mut sums = [[W::splat(0.0); C]; R];
    for (j, b) in job.b[column..].chunks(job.b_stride).take(job.inner).enumerate() {
        let b: [W; C] = std::array::from_fn(|c| W::load(eight(&b[c * LANES..])));
        for (sums, a) in sums.iter_mut().zip(a) {
            let a = W::splat(a[j]);
            for (sum, b) in sums.iter_mut().zip(b) {
                *sum = a.mul_add(b, *sum);
            }
        }
    }
    for (row, sums) in sums.into_iter().enumerate() {
        for (c, sum) in sums.into_iter().enumerate() {
            let out = eight_mut(&mut out[row * job.out_stride + column + c * LANES..]);
            let sum = sum.mul(W::splat(job.factor));
            if job.add { sum.add(W::load(out)) } else { sum }.store(out);
        }
    }
}

/// `x` has [`PADDED`] values a line, `weights` eight for each of nine taps, `out` eight channels for
/// each of [`FIRST_LINES`] × [`FIRST_BANDS`] places.
#[inline(always)]
pub(super) fn first_convolution<W: Wide>(
    x: &[f32],
    weights: &[f32],
    bias: &[f32],
    out: &mut [f32],
) {
    const TAPS: usize = 3;
    let weights: [W; TAPS * TAPS] =
        std::array::from_fn(|tap| W::load(eight(&weights[tap * FIRST_CHANNELS..])));
    let bias = W::load(eight(bias));
    let Activation::Swoosh { shift, offset } = Activation::SWOOSH_R else { return };
    for (line, out) in out.chunks_exact_mut(FIRST_BANDS * FIRST_CHANNELS).enumerate() {
        debug_assert!(line < FIRST_LINES);
        let lines: [&[f32]; TAPS] = std::array::from_fn(|i| &x[(line + i) * PADDED..][..PADDED]);
        for (band, out) in out.as_chunks_mut::<FIRST_CHANNELS>().0.iter_mut().enumerate() {
            let mut sum = bias;
            for (tap, &weight) in weights.iter().enumerate() {
                let value = W::splat(lines[tap / TAPS][band + tap % TAPS]);
                sum = value.mul_add(weight, sum);
            }
            wide::swoosh(sum, shift, offset).store(out);
        }
    }
}

/// `x` holds [`LINES`] + 6 lines of [`PADDED_BANDS`] places, three of them zero at both ends; `out`
/// gets [`LINES`] lines of [`BANDS`]. `weights` has a row of 128 for each of 49 taps.
#[inline(always)]
pub(super) fn square_convolution<W: Wide>(
    x: &[f32],
    weights: &[f32],
    bias: &[f32],
    out: &mut [f32],
) {
    for line in 0..LINES {
        let x = &x[line * PADDED_BANDS * WIDTH..];
        for at in (0..WIDTH).step_by(2 * LANES) {
            let mut band = 0;
            while band + 4 <= BANDS {
                square_places::<W, 4>(x, weights, bias, [line, band, at], out);
                band += 4;
            }
            square_places::<W, { BANDS % 4 }>(x, weights, bias, [line, band, at], out);
        }
    }
}

/// `B` bands of one line, 16 channels from `at` on.
#[inline(always)]
fn square_places<W: Wide, const B: usize>(
    x: &[f32],
    weights: &[f32],
    bias: &[f32],
    [line, band, at]: [usize; 3],
    out: &mut [f32],
) {
    let bias = &bias[at..];
    let mut sums = [[W::load(eight(bias)), W::load(eight(&bias[LANES..]))]; B];
    for i in 0..SQUARE {
        let x = &x[(i * PADDED_BANDS + band) * WIDTH + at..];
        let weights = &weights[i * SQUARE * WIDTH + at..];
        for j in 0..SQUARE {
            let weights = &weights[j * WIDTH..][..2 * LANES];
            let weights = [W::load(eight(weights)), W::load(eight(&weights[LANES..]))];
            for (b, sums) in sums.iter_mut().enumerate() {
                let x = &x[(b + j) * WIDTH..][..2 * LANES];
                sums[0] = W::load(eight(x)).mul_add(weights[0], sums[0]);
                sums[1] = W::load(eight(&x[LANES..])).mul_add(weights[1], sums[1]);
            }
        }
    }
    for (b, sums) in sums.into_iter().enumerate() {
        let out = &mut out[(line * BANDS + band + b) * WIDTH + at..][..2 * LANES];
        for (out, sum) in out.as_chunks_mut().0.iter_mut().zip(sums) {
            sum.store(out);
        }
    }
}

/// Channels that a convolution along time takes together.
const BLOCK: usize = 4 * LANES;

/// `x` holds the past and then the frames of `out`, 128 channels each: a causal convolution over
/// both, plus one over the frames of this chunk alone, scaled by the place in it; then Swoosh-R.
#[inline(always)]
pub(super) fn line_convolution<W: Wide>(x: &[f32], weights: &Depthwise, out: &mut [f32]) {
    let Activation::Swoosh { shift, offset } = Activation::SWOOSH_R else { return };
    let past = weights.past;
    let frames = out.len() / WIDTH;
    for (frame, out) in out.chunks_exact_mut(WIDTH).enumerate() {
        // The chunk's own convolution reaches `past` frames both ways, but not beyond the chunk.
        let first = past.saturating_sub(frame);
        let chunk_x = &x[(frame + first) * WIDTH..];
        let taps = &weights.chunk[first * WIDTH..];
        let causal_x = &x[frame * WIDTH..][..(past + 1) * WIDTH];
        let scales = &weights.chunk_scale[frame * WIDTH..][..WIDTH];
        for (block, out) in out.as_chunks_mut::<BLOCK>().0.iter_mut().enumerate() {
            let at = block * BLOCK;
            let causal = line_block::<W>(causal_x, &weights.causal, &weights.causal_bias, at);
            let chunk = line_block::<W>(chunk_x, taps, &weights.chunk_bias, at);
            let scales = &scales[at..][..BLOCK];
            for (c, out) in out.as_chunks_mut().0.iter_mut().enumerate() {
                let sum = chunk[c].mul(W::load(eight(&scales[c * LANES..]))).add(causal[c]);
                wide::swoosh(sum, shift, offset).store(out);
            }
        }
    }
    debug_assert_eq!(x.len(), (past + frames) * WIDTH);
}

/// Sums [`BLOCK`] channels from `at` on over as many frames as both `x` and `taps` have.
#[inline(always)]
fn line_block<W: Wide>(x: &[f32], taps: &[f32], bias: &[f32], at: usize) -> [W; 4] {
    let bias = &bias[at..][..BLOCK];
    let mut sums: [W; 4] = std::array::from_fn(|c| W::load(eight(&bias[c * LANES..])));
    for (values, taps) in x.chunks_exact(WIDTH).zip(taps.chunks_exact(WIDTH)) {
        let (values, taps) = (&values[at..][..BLOCK], &taps[at..][..BLOCK]);
        for (c, sum) in sums.iter_mut().enumerate() {
            let value = W::load(eight(&values[c * LANES..]));
            *sum = value.mul_add(W::load(eight(&taps[c * LANES..])), *sum);
        }
    }
    sums
}
