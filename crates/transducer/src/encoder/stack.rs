//! A stack: one layer at a rate of its own, between downsampling and upsampling.

use super::{
    WIDTH,
    attention::{LEFT, Reach},
    embed::LINES,
    kernels::Kernels,
    layer::{Layer, LayerState, Scratch},
};

/// Weights of a stack.
pub(super) struct Stack {
    pub layer: Layer,
    pub reach: Reach,
    /// What each of the frames that become one counts; empty for a stack at the full rate.
    pub downsample: Vec<f32>,
    /// How much of the layer's result replaces the stack's input; empty for a stack at the full rate.
    pub combine: Vec<f32>,
}

/// What a stack remembers.
#[derive(Clone)]
pub(super) struct StackState(LayerState);

impl StackState {
    pub fn new(stack: &Stack) -> Self {
        Self(LayerState::new(&stack.layer, stack.reach))
    }

    pub fn reset(&mut self) {
        self.0.reset();
    }
}

impl Stack {
    /// Runs the stack over `x` in place, [`LINES`] frames; `processed` frames went before.
    pub fn step(
        &self,
        kernels: Kernels,
        x: &mut [f32],
        processed: usize,
        state: &mut StackState,
        scratch: &mut Scratch,
    ) {
        let Reach { frames, left } = self.reach;
        let factor = LINES / frames;
        debug_assert_eq!(left * factor, LEFT);
        let first = LEFT.saturating_sub(processed).div_ceil(factor);
        if factor == 1 {
            self.layer.step(kernels, self.reach, first, x, &mut state.0, scratch);
            return;
        }
        let mut slow = std::mem::take(&mut scratch.slow);
        let rows = &mut slow[..frames * WIDTH];
        downsample(x, &self.downsample, rows);
        self.layer.step(kernels, self.reach, first, rows, &mut state.0, scratch);
        for (group, row) in x.chunks_exact_mut(factor * WIDTH).zip(rows.chunks_exact(WIDTH)) {
            for x in group.chunks_exact_mut(WIDTH) {
                for ((x, &new), &share) in x.iter_mut().zip(row).zip(&self.combine) {
                    *x += (new - *x) * share;
                }
            }
        }
        scratch.slow = slow;
    }
}

/// Each row of `out` is the weighted sum of as many rows of `x` as there are `weights`.
pub(super) fn downsample(x: &[f32], weights: &[f32], out: &mut [f32]) {
    out.fill(0.0);
    for (out, group) in out.chunks_exact_mut(WIDTH).zip(x.chunks_exact(weights.len() * WIDTH)) {
        for (row, &weight) in group.chunks_exact(WIDTH).zip(weights) {
            for (out, &value) in out.iter_mut().zip(row) {
                *out += value * weight;
            }
        }
    }
}
