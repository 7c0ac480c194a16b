//! What the integer kernels share: cutting floats into steps, in packed pairs, and turning sums back
//! to floats.

use super::wide::{LANES, MAGIC, Wide};
use crate::encoder::quant::{COLUMNS, Linear, Pair, Quantised, ROWS};

/// The sums of one panel of weights.
pub(super) trait Panel {
    /// For each of `R` rows and each column, the sum over all pairs.
    fn sums<const R: usize>(pairs: &[Pair], panel: &[[[i8; 2]; COLUMNS]]) -> [[i32; COLUMNS]; R];
}

/// Multiplies all rows with all panels.
#[inline(always)]
pub(super) fn multiply<P: Panel, const ADD: bool>(
    q: &Quantised,
    weights: &Linear,
    out: &mut [f32],
) {
    debug_assert_eq!((q.columns, q.rows * weights.outputs), (weights.inputs, out.len()));
    debug_assert!(q.steps <= weights.steps);
    let scale = q.scale * weights.scale;
    let blocks = q.pairs.chunks_exact(q.columns / 2);
    for (block, rows) in blocks.zip(out.chunks_mut(ROWS * weights.outputs)) {
        for (index, panel) in weights.panels.chunks_exact(weights.inputs / 2).enumerate() {
            if rows.len() > 2 * weights.outputs {
                finish::<4, ADD>(&P::sums(block, panel), weights, scale, index, rows);
            } else {
                finish::<2, ADD>(&P::sums(block, panel), weights, scale, index, rows);
            }
        }
    }
}

/// Turns sums into floats: first the scale, then the bias, each rounded.
#[inline(always)]
fn finish<const R: usize, const ADD: bool>(
    sums: &[[i32; COLUMNS]; R],
    weights: &Linear,
    scale: f32,
    panel: usize,
    rows: &mut [f32],
) {
    let bias = &weights.bias[panel * COLUMNS..][..COLUMNS];
    for (row, sums) in rows.chunks_exact_mut(weights.outputs).zip(sums) {
        let row = &mut row[panel * COLUMNS..][..COLUMNS];
        for ((out, &sum), &bias) in row.iter_mut().zip(sums).zip(bias) {
            let value = sum as f32 * scale + bias;
            *out = if ADD { *out + value } else { value };
        }
    }
}

/// Finds the range, rounds half to even, and packs for [`multiply`].
#[inline(always)]
pub(super) fn quantise<W: Wide>(x: &[f32], rows: usize, steps: f32, out: &mut Quantised) {
    let (mut low, mut high) = (W::splat(0.0), W::splat(0.0));
    for values in x.as_chunks::<LANES>().0 {
        let values = W::load(values);
        low = values.min(low);
        high = values.max(high);
    }
    let (mut lows, mut highs) = ([0.0; LANES], [0.0; LANES]);
    low.store(&mut lows);
    high.store(&mut highs);
    let low = lows.into_iter().fold(0.0, f32::min);
    let high = highs.into_iter().fold(0.0, f32::max);
    let columns = x.len() / rows;
    out.set([rows, columns], steps, low, high);

    let inverse = W::splat(1.0 / out.scale);
    let most = W::splat(steps);
    let least = W::splat(0.0).sub(most);
    let pairs = &mut out.pairs[..rows.div_ceil(ROWS) * columns / 2];
    for (block, rows) in pairs.chunks_exact_mut(columns / 2).zip(x.chunks(ROWS * columns)) {
        for (index, row) in rows.chunks_exact(columns).enumerate() {
            let eights = row.as_chunks::<LANES>().0;
            for (pairs, values) in block.as_chunks_mut::<{ LANES / 2 }>().0.iter_mut().zip(eights) {
                let steps = W::load(values).mul(inverse).max(least).min(most);
                let mut rounded = [0.0; LANES];
                steps.add(W::splat(MAGIC)).store(&mut rounded);
                // The low bits of the sum are the steps.
                let steps = rounded.map(|value| value.to_bits() as i16);
                for (pair, steps) in pairs.iter_mut().zip(steps.as_chunks().0) {
                    pair[index] = *steps;
                }
            }
        }
    }
}
