//! What the integer kernels share: quantising into packed pairs, and turning sums back to floats.

use super::wide::{LANES, MAGIC, Wide, eight};
use crate::encoder::quant::{COLUMNS, Linear, Pair, Quantised, ROWS, Steps};

/// The sums of one panel of weights.
pub(super) trait Panel {
    /// For each of `R` rows and each column, the sum over all pairs.
    fn sums<const R: usize>(
        pairs: &[Pair<i16>],
        panel: &[[[i8; 2]; COLUMNS]],
    ) -> [[i32; COLUMNS]; R];
}

/// Multiplies all rows with all panels.
#[inline(always)]
pub(super) fn multiply<P: Panel, const ADD: bool>(
    q: &Quantised,
    weights: &Linear,
    out: &mut [f32],
) {
    debug_assert_eq!((q.columns, q.rows * weights.outputs), (weights.inputs, out.len()));
    let scale = q.steps.scale * weights.scale;
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

/// Turns sums into floats: first the scale, then the bias, each rounded, as the file's nodes do.
#[inline(always)]
pub(super) fn finish<const R: usize, const ADD: bool>(
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

/// Finds the range, rounds, and packs for [`multiply`].
#[inline(always)]
pub(super) fn quantise<W: Wide>(x: &[f32], rows: usize, out: &mut Quantised) {
    pack::<W, i16>(x, rows, out, |out| &mut out.pairs, |bits, _| bits as i16);
}

/// Finds the range, rounds, and packs what `narrow` makes of the low bits and the zero point.
#[inline(always)]
pub(super) fn pack<W: Wide, T: Copy>(
    x: &[f32],
    rows: usize,
    out: &mut Quantised,
    buffer: impl Fn(&mut Quantised) -> &mut [Pair<T>],
    narrow: impl Fn(u32, i32) -> T,
) {
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
    let steps = Steps::between(low, high);
    out.set(rows, columns, steps);

    let zero_point = steps.zero_point;
    let scale = W::splat(steps.scale);
    let least = W::splat(-zero_point as f32);
    let most = W::splat((255 - zero_point) as f32);
    let pairs = &mut buffer(out)[..rows.div_ceil(ROWS) * columns / 2];
    for (block, rows) in pairs.chunks_exact_mut(columns / 2).zip(x.chunks(ROWS * columns)) {
        for (index, row) in rows.chunks_exact(columns).enumerate() {
            let eights = row.chunks_exact(LANES);
            for (pairs, values) in block.chunks_exact_mut(LANES / 2).zip(eights) {
                let steps = W::load(eight(values)).div(scale).max(least).min(most);
                let mut rounded = [0.0; LANES];
                steps.add(W::splat(MAGIC)).store(&mut rounded);
                let integers = rounded.map(|value| narrow(value.to_bits(), zero_point));
                for (pair, integers) in pairs.iter_mut().zip(integers.as_chunks().0) {
                    pair[index] = *integers;
                }
            }
        }
    }
}
