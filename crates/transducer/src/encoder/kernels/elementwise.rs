//! Loops over values one by one or row by row.

use super::{
    Activation,
    wide::{self, LANES, Wide},
};

/// Width of the encoder's rows.
const WIDTH: usize = crate::encoder::WIDTH;

#[inline(always)]
pub(super) fn swoosh<W: Wide>(x: &mut [f32], activation: Activation) {
    let Activation::Swoosh { shift, offset } = activation else { return };
    for values in x.as_chunks_mut::<LANES>().0 {
        wide::swoosh(W::load(values), shift, offset).store(values);
    }
}

#[inline(always)]
pub(super) fn sigmoid_gate<W: Wide>(x: &[f32], width: usize, out: &mut [f32]) {
    for (x, out) in x.chunks_exact(2 * width).zip(out.chunks_exact_mut(width)) {
        let (values, gates) = x.split_at(width);
        let gated = values.as_chunks().0.iter().zip(gates.as_chunks().0);
        for (out, (value, gate)) in out.as_chunks_mut().0.iter_mut().zip(gated) {
            W::load(value).mul(wide::sigmoid(W::load(gate))).store(out);
        }
    }
}

#[inline(always)]
pub(super) fn tanh_gate<W: Wide>(x: &[f32], out: &mut [f32]) {
    for (out, gate) in out.as_chunks_mut().0.iter_mut().zip(x.as_chunks().0) {
        W::load(out).mul(wide::tanh(W::load(gate))).store(out);
    }
}

#[inline(always)]
pub(super) fn softmax<W: Wide>(x: &mut [f32], width: usize) {
    for row in x.chunks_exact_mut(width) {
        let row = row.as_chunks_mut::<LANES>().0;
        let mut top = W::splat(f32::NEG_INFINITY);
        for values in row.iter() {
            top = W::load(values).max(top);
        }
        let mut tops = [0.0; LANES];
        top.store(&mut tops);
        let top = W::splat(tops.into_iter().fold(f32::NEG_INFINITY, f32::max));
        let mut total = W::splat(0.0);
        for values in row.iter_mut() {
            let e = wide::exp(W::load(values).sub(top));
            total = total.add(e);
            e.store(values);
        }
        let total = W::splat(total.sum());
        for values in row {
            W::load(values).div(total).store(values);
        }
    }
}

#[inline(always)]
pub(super) fn normalise<W: Wide>(x: &mut [f32], bias: &[f32], scale: f32) {
    for row in x.chunks_exact_mut(WIDTH) {
        let row = row.as_chunks_mut::<LANES>().0;
        let mut squares = W::splat(0.0);
        for (values, bias) in row.iter().zip(bias.as_chunks().0) {
            let distance = W::load(values).sub(W::load(bias));
            squares = distance.mul_add(distance, squares);
        }
        let mean = (squares.sum() / WIDTH as f32).max(f32::MIN_POSITIVE);
        let factor = scale / mean.sqrt();
        let factor = W::splat(factor);
        for values in row {
            W::load(values).mul(factor).store(values);
        }
    }
}
