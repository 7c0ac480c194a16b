//! The streaming zipformer2 encoder in 8 bits, by hand: 45 frames of features in, 8 frames of 320
//! values out, and the past kept in between.
//!
//! The architecture is that of icefall's `zipformer2` recipe in its streaming form. The weights are
//! those of the int8 ONNX file, as they are; `quant` says where the arithmetic is finer than the
//! file's and why, `kernels` what makes it fast. Nothing here allocates once an [`Encoder`] stands.

mod attention;
mod convolution;
mod embed;
mod graph;
mod kernels;
mod layer;
mod matrix;
pub mod onnx;
mod quant;
mod stack;
#[cfg(test)]
mod tests;
mod weights;

use std::sync::Arc;

pub(crate) use self::matrix::{MATRIX_COLUMNS, Matrix, Workspace};

use self::{
    embed::{Embed, LINES},
    graph::Graph,
    kernels::Kernels,
    layer::Scratch,
    quant::Linear,
    stack::{Stack, StackState, downsample},
};

/// Features of one frame.
pub const FEATURES: usize = 80;
/// Frames of features that one step reads; the last 13 are look-ahead.
pub const STEP_FRAMES: usize = 45;
/// Frames by which the next step's features start later.
pub const STEP_ADVANCE: usize = 32;
/// Values of one encoder frame.
pub const OUT_WIDTH: usize = 320;
/// Encoder frames of one step, 40 ms each.
pub const OUT_FRAMES: usize = 8;

/// Width of the rows between the layers.
const WIDTH: usize = 128;

/// Why weights could not be taken from a file.
#[derive(Clone, Debug, PartialEq)]
pub enum LoadError {
    /// The bytes are cut short or no ONNX file: fetch it again.
    Malformed,
    /// The file is an ONNX file, but of another model: this is not in it.
    Missing(String),
    /// The file is of a related model whose size does not fit: this has another shape or type.
    Shape(String),
}

impl std::fmt::Display for LoadError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Malformed => f.write_str("read the model: it is cut short or no ONNX file"),
            Self::Missing(name) => write!(f, "find {name} in the model: it is of another kind"),
            Self::Shape(name) => write!(f, "use {name} of the model: it is of another size"),
        }
    }
}

impl std::error::Error for LoadError {}

/// The weights of the encoder, packed for the kernels: 3.6 MB, shared by all streams.
pub struct Weights {
    embed: Embed,
    stacks: Vec<Stack>,
    /// Weights of the two frames that make one in the end.
    halving: Vec<f32>,
    projection: Linear,
}

impl Weights {
    /// Takes the weights from the bytes of `encoder.int8.onnx` (streaming zipformer2, six stacks of
    /// one layer, width 128).
    ///
    /// # Errors
    /// [`LoadError`] where the bytes are no such file. Any bytes are safe to try.
    pub fn from_onnx(bytes: &[u8]) -> Result<Self, LoadError> {
        weights::encoder(&Graph::read(bytes)?)
    }
}

/// One stream: what the encoder remembers of it, and room to work in.
#[derive(Clone)]
pub struct Encoder {
    weights: Arc<Weights>,
    kernels: Kernels,
    embed: embed::EmbedState,
    stacks: Vec<StackState>,
    scratch: Scratch,
    /// The frames between the stacks.
    frames: Vec<f32>,
    /// Frames that went before, as far as the attention looks back.
    processed: usize,
}

impl Encoder {
    /// A stream at its start.
    pub fn new(weights: Arc<Weights>) -> Self {
        Self::with_kernels(weights, Kernels::detect())
    }

    fn with_kernels(weights: Arc<Weights>, kernels: Kernels) -> Self {
        Self {
            embed: embed::EmbedState::new(),
            stacks: weights.stacks.iter().map(StackState::new).collect(),
            scratch: Scratch::new(),
            frames: vec![0.0; LINES * WIDTH],
            processed: 0,
            kernels,
            weights,
        }
    }

    /// Puts the stream back to its start; nothing of it is left here. Does not allocate.
    pub fn reset(&mut self) {
        self.embed.reset();
        self.stacks.iter_mut().for_each(StackState::reset);
        self.scratch.reset();
        self.frames.fill(0.0);
        self.processed = 0;
    }

    /// Encodes one chunk. `features` are [`STEP_FRAMES`] rows of [`FEATURES`] (natural log of mel
    /// power), [`STEP_ADVANCE`] frames on from the step before; a value that is no number counts as
    /// 0. `out` gets [`OUT_FRAMES`] rows of [`OUT_WIDTH`]. Does not allocate.
    ///
    /// # Panics
    /// Where `features` or `out` is of another length.
    pub fn step(&mut self, features: &[f32], out: &mut [f32]) {
        assert_eq!(features.len(), STEP_FRAMES * FEATURES, "45 frames of 80 features");
        assert_eq!(out.len(), OUT_FRAMES * OUT_WIDTH, "8 frames of 320 values");
        let Self { weights, kernels, embed, stacks, scratch, frames, processed } = self;
        weights.embed.step(*kernels, features, embed, &mut scratch.quantised, frames);
        for (stack, state) in weights.stacks.iter().zip(stacks) {
            stack.step(*kernels, frames, *processed, state, scratch);
        }
        let half = &mut scratch.original[..OUT_FRAMES * WIDTH];
        downsample(frames, &weights.halving, half);
        kernels.quantise(half, OUT_FRAMES, weights.projection.steps, &mut scratch.quantised);
        kernels.product(&scratch.quantised, &weights.projection, out);
        *processed = processed.saturating_add(LINES);
    }
}
