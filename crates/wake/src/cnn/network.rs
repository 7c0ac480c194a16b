//! The network on a running stream: one frame in, one score out.

use std::sync::Arc;

use super::weights::{CHANNELS, INPUTS, Layer, TAPS, Weights};

/// State of a layer: the frames that its convolution will need again, `N` values each.
#[derive(Clone)]
struct Past<const N: usize> {
    /// Two gaps' worth; the slot of the newest frame held the oldest one before.
    frames: Vec<[f32; N]>,
    next: usize,
}

impl<const N: usize> Past<N> {
    fn new(dilation: usize) -> Self {
        Self { frames: vec![[0.0; N]; (TAPS - 1) * dilation], next: 0 }
    }

    /// Takes the newest frame and gives the layer's output for it.
    fn step(&mut self, layer: &Layer, newest: &[f32; N]) -> [f32; CHANNELS] {
        let oldest = self.frames[self.next];
        let middle = self.frames[(self.next + layer.dilation) % self.frames.len()];
        self.frames[self.next] = *newest;
        self.next = (self.next + 1) % self.frames.len();
        let mut out = layer.bias;
        let inputs = oldest.iter().chain(&middle).chain(newest);
        for (&input, weights) in inputs.zip(&layer.weights) {
            // Behind a rectifier about half of them are zero.
            if input != 0.0 {
                for (out, weight) in out.iter_mut().zip(weights) {
                    *out += input * weight;
                }
            }
        }
        out
    }

    fn reset(&mut self) {
        self.frames.fill([0.0; N]);
        self.next = 0;
    }
}

/// Causal convolutions, the later ones adding to what goes through. Does not allocate after `new`.
#[derive(Clone)]
pub(super) struct Network {
    weights: Arc<Weights>,
    front: Past<INPUTS>,
    blocks: Vec<Past<CHANNELS>>,
}

impl Network {
    pub(super) fn new(weights: Arc<Weights>) -> Self {
        let blocks = weights.blocks.iter().map(|layer| Past::new(layer.dilation)).collect();
        Self { front: Past::new(weights.front.dilation), blocks, weights }
    }

    /// The logarithm of the odds that the word has just been said.
    pub(super) fn step(&mut self, frame: &[f32; INPUTS]) -> f32 {
        let mut x = self.front.step(&self.weights.front, frame);
        for (past, layer) in self.blocks.iter_mut().zip(&self.weights.blocks) {
            let added = past.step(layer, &x.map(rectified));
            x.iter_mut().zip(added).for_each(|(x, added)| *x += added);
        }
        let sum: f32 = x.iter().zip(&self.weights.head).map(|(&x, w)| rectified(x) * w).sum();
        sum + self.weights.head_bias
    }

    pub(super) fn reset(&mut self) {
        self.front.reset();
        self.blocks.iter_mut().for_each(Past::reset);
    }
}

fn rectified(x: f32) -> f32 {
    x.max(0.0)
}
