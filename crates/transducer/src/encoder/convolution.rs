//! The convolution module: a gated projection, a convolution of each channel with itself along time,
//! and a projection back.

use super::{WIDTH, kernels::Kernels, layer::Scratch, quant::Linear};

/// A convolution along time in two parts: one over the past, and one over the chunk alone that sees
/// both ways and is scaled by the place in the chunk.
pub(super) struct Depthwise {
    /// Frames of the past it reaches; half of the chunk's own kernel.
    pub past: usize,
    /// 128 channels for each of `past` + 1 taps.
    pub causal: Vec<f32>,
    pub causal_bias: Vec<f32>,
    /// 128 channels for each of 2 `past` + 1 taps.
    pub chunk: Vec<f32>,
    pub chunk_bias: Vec<f32>,
    /// 128 channels for each frame of the chunk.
    pub chunk_scale: Vec<f32>,
}

/// Weights of one convolution module.
pub(super) struct Convolution {
    pub in_proj: Linear,
    pub depthwise: Depthwise,
    pub out_proj: Linear,
}

impl Convolution {
    /// Room for the past and `frames` new frames.
    pub fn state(&self, frames: usize) -> Vec<f32> {
        vec![0.0; (self.depthwise.past + frames) * WIDTH]
    }

    /// Adds the module's result to `x`, `frames` rows.
    pub fn step(
        &self,
        kernels: Kernels,
        x: &mut [f32],
        frames: usize,
        line: &mut [f32],
        scratch: &mut Scratch,
    ) {
        let Scratch { quantised, wide, narrow, .. } = scratch;
        let wide = &mut wide[..frames * 2 * WIDTH];
        kernels.quantise(x, frames, self.in_proj.steps, quantised);
        kernels.product(quantised, &self.in_proj, wide);
        line.copy_within(frames * WIDTH.., 0);
        kernels.sigmoid_gate(wide, WIDTH, &mut line[self.depthwise.past * WIDTH..]);
        let narrow = &mut narrow[..frames * WIDTH];
        kernels.line_convolution(line, &self.depthwise, narrow);
        kernels.quantise(narrow, frames, self.out_proj.steps, quantised);
        kernels.product_add(quantised, &self.out_proj, x);
    }
}
