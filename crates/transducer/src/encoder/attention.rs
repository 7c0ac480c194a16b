//! Attention with relative positions: the weights are computed once for a layer and used by three
//! modules.

use super::{
    WIDTH,
    kernels::{Kernels, Weighing},
    layer::Scratch,
    quant::Linear,
};

/// Length of a head's queries and keys.
pub(super) const QUERY: usize = 32;
/// Length of a head's position query.
pub(super) const POSITION: usize = 4;
/// Length of a head's values in memory. The model has 12, filled up with zeros.
pub(super) const VALUE: usize = 16;
/// Width of the values of the attention that is gated by a hyperbolic tangent.
pub(super) const GATED: usize = 96;
/// Frames of the past the attention reaches, counted before downsampling.
pub(super) const LEFT: usize = 64;
/// What the file puts in place of a score that must not count.
const MASKED: f32 = -1000.0;

/// Weights of what computes the attention.
pub(super) struct Scores {
    pub heads: usize,
    /// Queries, keys and position queries of all heads, in that order.
    pub in_proj: Linear,
    /// For each head and each of [`POSITION`] values, one value for each distance from the newest
    /// frame's furthest past on. In steps of `position_scale`.
    pub positions: Vec<f32>,
    pub position_stride: usize,
    pub position_scale: f32,
}

/// How long the attention of one stack is.
#[derive(Clone, Copy)]
pub(super) struct Reach {
    /// Frames of a step.
    pub frames: usize,
    /// Frames of the past.
    pub left: usize,
}

impl Reach {
    pub fn total(self) -> usize {
        self.left + self.frames
    }

    /// Length of a row of scores: whole lanes.
    pub fn stride(self) -> usize {
        self.total().next_multiple_of(8)
    }

    /// The sums of the values in `past`, weighted by the attention of a head: `columns` of rows of
    /// `width`.
    fn values<'a>(
        self,
        attention: &'a [f32],
        past: &'a [f32],
        columns: usize,
        width: usize,
    ) -> Weighing<'a> {
        Weighing {
            a: attention,
            a_stride: self.stride(),
            b: past,
            b_stride: width,
            inner: self.total(),
            rows: self.frames,
            columns,
            out_stride: width,
            factor: 1.0,
            add: false,
        }
    }
}

impl Scores {
    /// Fills `scratch.attention` from the projection in `scratch.wide`; `first` is the first frame of
    /// the past that exists. `keys` holds a row of [`Reach::stride`] frames for each value of a key.
    pub fn step(
        &self,
        kernels: Kernels,
        reach: Reach,
        first: usize,
        keys: &mut [f32],
        scratch: &mut Scratch,
    ) {
        let Reach { frames, left } = reach;
        let (heads, stride) = (self.heads, reach.stride());
        let width = self.in_proj.outputs;
        let projected = &scratch.wide[..frames * width];

        for (index, row) in keys.chunks_exact_mut(stride).enumerate() {
            row.copy_within(frames..reach.total(), 0);
            for (frame, slot) in row[left..][..frames].iter_mut().enumerate() {
                *slot = projected[frame * width + heads * QUERY + index];
            }
        }

        let scores = &mut scratch.attention[..heads * frames * stride];
        for (head, scores) in scores.chunks_exact_mut(frames * stride).enumerate() {
            let table = &self.positions[head * POSITION * self.position_stride..];
            for (frame, scores) in scores.chunks_exact_mut(stride).enumerate() {
                // Frame 0 lies furthest from the newest: its distances start last in the table.
                let job = Weighing {
                    a: &projected[frame * width + 2 * heads * QUERY + head * POSITION..],
                    a_stride: 0,
                    b: &table[frames - 1 - frame..],
                    b_stride: self.position_stride,
                    inner: POSITION,
                    rows: 1,
                    columns: stride,
                    out_stride: 0,
                    factor: self.position_scale,
                    add: false,
                };
                kernels.weigh(job, scores);
            }
            let job = Weighing {
                a: &projected[head * QUERY..],
                a_stride: width,
                b: &keys[head * QUERY * stride..],
                b_stride: stride,
                inner: QUERY,
                rows: frames,
                columns: stride,
                out_stride: stride,
                factor: 1.0,
                add: true,
            };
            kernels.weigh(job, scores);
            for scores in scores.chunks_exact_mut(stride) {
                scores[..first].fill(MASKED);
                scores[reach.total()..].fill(MASKED);
            }
        }
        kernels.softmax(scores, stride);
    }
}

/// Weights of an attention module with a value for each head.
pub(super) struct Values {
    pub in_proj: Linear,
    pub out_proj: Linear,
}

impl Values {
    /// Adds the module's result to `x`. `past` holds the values of [`Reach::total`] frames.
    pub fn step(
        &self,
        kernels: Kernels,
        reach: Reach,
        x: &mut [f32],
        past: &mut [f32],
        scratch: &mut Scratch,
    ) {
        let Scratch { quantised, narrow, attention, .. } = scratch;
        let (frames, stride) = (reach.frames, reach.stride());
        let width = self.in_proj.outputs;
        past.copy_within(frames * width.., 0);
        kernels.quantise(x, frames, self.in_proj.steps, quantised);
        kernels.product(quantised, &self.in_proj, &mut past[reach.left * width..]);
        let narrow = &mut narrow[..frames * width];
        for head in 0..width / VALUE {
            let attention = &attention[head * frames * stride..];
            let job = reach.values(attention, &past[head * VALUE..], VALUE, width);
            kernels.weigh(job, &mut narrow[head * VALUE..]);
        }
        kernels.quantise(narrow, frames, self.out_proj.steps, quantised);
        kernels.product_add(quantised, &self.out_proj, x);
    }
}

/// Weights of the attention module that uses the first head only, between two gates.
pub(super) struct Gated {
    pub in_proj: Linear,
    pub out_proj: Linear,
}

impl Gated {
    /// Adds the module's result to `x`. `past` holds the values of [`Reach::total`] frames.
    pub fn step(
        &self,
        kernels: Kernels,
        reach: Reach,
        x: &mut [f32],
        past: &mut [f32],
        scratch: &mut Scratch,
    ) {
        let Scratch { quantised, wide, narrow, attention, .. } = scratch;
        let frames = reach.frames;
        let wide = &mut wide[..frames * 3 * GATED];
        kernels.quantise(x, frames, self.in_proj.steps, quantised);
        kernels.product(quantised, &self.in_proj, wide);
        past.copy_within(frames * GATED.., 0);
        let new = past[reach.left * GATED..].chunks_exact_mut(GATED);
        for (new, row) in new.zip(wide.chunks_exact(3 * GATED)) {
            new.copy_from_slice(&row[GATED..2 * GATED]);
            kernels.tanh_gate(&row[..GATED], new);
        }
        let narrow = &mut narrow[..frames * GATED];
        kernels.weigh(reach.values(attention, past, GATED, GATED), narrow);
        for (out, row) in narrow.chunks_exact_mut(GATED).zip(wide.chunks_exact(3 * GATED)) {
            for (out, &gate) in out.iter_mut().zip(&row[2 * GATED..]) {
                *out *= gate;
            }
        }
        kernels.quantise(narrow, frames, self.out_proj.steps, quantised);
        kernels.product_add(quantised, &self.out_proj, x);
    }
}

/// Width of a row of values of `heads` heads.
pub(super) fn value_width(heads: usize) -> usize {
    debug_assert!(heads * VALUE <= WIDTH);
    heads * VALUE
}
