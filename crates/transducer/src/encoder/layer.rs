//! One zipformer2 layer: three feed-forward modules, two attentions and a gated one that share their
//! weights, two convolutions, and two bypasses.

use super::{
    WIDTH,
    attention::{GATED, Gated, QUERY, Reach, Scores, Values},
    convolution::Convolution,
    embed::{LINE, LINES},
    kernels::{Activation, Kernels},
    quant::{Linear, Pair, Quantised},
};

/// Two products with Swoosh-L between.
pub(super) struct FeedForward {
    pub in_proj: Linear,
    pub out_proj: Linear,
}

impl FeedForward {
    /// Adds the module's result to `x`.
    fn step(&self, kernels: Kernels, x: &mut [f32], frames: usize, scratch: &mut Scratch) {
        kernels.quantise(x, frames, self.in_proj.steps, &mut scratch.quantised);
        self.step_quantised(kernels, x, frames, scratch);
    }

    /// The same, where `x` lies quantised in `scratch` already.
    fn step_quantised(
        &self,
        kernels: Kernels,
        x: &mut [f32],
        frames: usize,
        scratch: &mut Scratch,
    ) {
        let Scratch { quantised, hidden, .. } = scratch;
        let hidden = &mut hidden[..frames * self.in_proj.outputs];
        kernels.product(quantised, &self.in_proj, hidden);
        kernels.swoosh(hidden, Activation::SWOOSH_L);
        kernels.quantise(hidden, frames, self.out_proj.steps, quantised);
        kernels.product_add(quantised, &self.out_proj, x);
    }
}

/// Weights of a layer.
pub(super) struct Layer {
    pub scores: Scores,
    pub feed_forward: [FeedForward; 3],
    pub gated: Gated,
    pub values: [Values; 2],
    pub convolution: [Convolution; 2],
    /// How much of what the modules made replaces the layer's input, half way and at the end.
    pub bypass_middle: Vec<f32>,
    pub bypass: Vec<f32>,
    pub norm_bias: Vec<f32>,
    pub norm_scale: f32,
}

/// What a layer remembers.
#[derive(Clone)]
pub(super) struct LayerState {
    keys: Vec<f32>,
    gated: Vec<f32>,
    values: [Vec<f32>; 2],
    lines: [Vec<f32>; 2],
}

impl LayerState {
    pub fn new(layer: &Layer, reach: Reach) -> Self {
        Self {
            keys: vec![0.0; layer.scores.heads * QUERY * reach.stride()],
            gated: vec![0.0; reach.total() * GATED],
            values: layer.values.each_ref().map(|v| vec![0.0; reach.total() * v.in_proj.outputs]),
            lines: layer.convolution.each_ref().map(|c| c.state(reach.frames)),
        }
    }

    pub fn reset(&mut self) {
        let Self { keys, gated, values: [v1, v2], lines: [l1, l2] } = self;
        for past in [keys, gated, v1, v2, l1, l2] {
            past.fill(0.0);
        }
    }
}

/// Widest projection of a layer: queries, keys and position queries of eight heads for two frames, or
/// the gated attention's three for sixteen.
const WIDEST: usize = LINES * 3 * GATED;
/// Widest feed-forward module.
pub(super) const MAX_HIDDEN: usize = 256;
/// Scores of the longest attention: four heads, 16 frames, 80 frames back.
pub(super) const MAX_SCORES: usize = 4 * 16 * 80;

/// Room to work in, for one module after the other.
#[derive(Clone)]
pub(super) struct Scratch {
    pub quantised: Quantised,
    pub wide: Vec<f32>,
    pub hidden: Vec<f32>,
    pub narrow: Vec<f32>,
    pub attention: Vec<f32>,
    /// The layer's input.
    pub original: Vec<f32>,
    /// The stack's frames at its own rate.
    pub slow: Vec<f32>,
}

impl Scratch {
    pub fn new() -> Self {
        Self {
            quantised: Quantised::with_capacity(LINES, LINE),
            wide: vec![0.0; WIDEST],
            hidden: vec![0.0; LINES * MAX_HIDDEN],
            narrow: vec![0.0; LINES * WIDTH],
            attention: vec![0.0; MAX_SCORES],
            original: vec![0.0; LINES * WIDTH],
            slow: vec![0.0; LINES * WIDTH],
        }
    }

    pub fn reset(&mut self) {
        let Self { quantised, wide, hidden, narrow, attention, original, slow } = self;
        quantised.pairs.fill(Pair::default());
        for values in [wide, hidden, narrow, attention, original, slow] {
            values.fill(0.0);
        }
    }
}

impl Layer {
    /// Runs the layer over `x` in place; `first` is the first frame of the past that exists.
    pub fn step(
        &self,
        kernels: Kernels,
        reach: Reach,
        first: usize,
        x: &mut [f32],
        state: &mut LayerState,
        scratch: &mut Scratch,
    ) {
        let frames = reach.frames;
        let [before, between, after] = &self.feed_forward;
        scratch.original[..x.len()].copy_from_slice(x);

        let steps = self.scores.in_proj.steps.min(before.in_proj.steps);
        kernels.quantise(x, frames, steps, &mut scratch.quantised);
        let projected = &mut scratch.wide[..frames * self.scores.in_proj.outputs];
        kernels.product(&scratch.quantised, &self.scores.in_proj, projected);
        self.scores.step(kernels, reach, first, &mut state.keys, scratch);
        before.step_quantised(kernels, x, frames, scratch);

        self.gated.step(kernels, reach, x, &mut state.gated, scratch);
        self.values[0].step(kernels, reach, x, &mut state.values[0], scratch);
        self.convolution[0].step(kernels, x, frames, &mut state.lines[0], scratch);
        between.step(kernels, x, frames, scratch);
        mix(x, &scratch.original, &self.bypass_middle);
        self.values[1].step(kernels, reach, x, &mut state.values[1], scratch);
        self.convolution[1].step(kernels, x, frames, &mut state.lines[1], scratch);
        after.step(kernels, x, frames, scratch);
        kernels.normalise(x, &self.norm_bias, self.norm_scale);
        mix(x, &scratch.original, &self.bypass);
    }
}

/// `x` = `original` + (`x` − `original`) · `share`, channel by channel.
fn mix(x: &mut [f32], original: &[f32], share: &[f32]) {
    for (x, original) in x.chunks_exact_mut(WIDTH).zip(original.chunks_exact(WIDTH)) {
        for ((x, &original), &share) in x.iter_mut().zip(original).zip(share) {
            *x = original + (*x - original) * share;
        }
    }
}
