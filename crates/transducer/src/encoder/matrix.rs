//! A matrix of floats for the rest of the crate, multiplied as fast as the processor can.

use super::LoadError;
use super::kernels::{Activation, Dense, Kernels, Rows, Tile, tiles};

/// Outputs are counted in these.
pub(crate) const MATRIX_COLUMNS: usize = 16;

/// A matrix with a bias.
pub(crate) struct Matrix {
    weights: Dense,
    inputs: usize,
    kernels: Kernels,
}

/// Where a product is worked out; made once.
#[derive(Clone)]
pub(crate) struct Workspace(Vec<Tile>);

impl Workspace {
    pub(crate) fn new() -> Self {
        Self(tiles())
    }
}

impl Matrix {
    /// The matrix whose weight from `input` to `output` is `weight(input, output)`; as many outputs
    /// as `bias` has, a multiple of [`MATRIX_COLUMNS`].
    pub(crate) fn pack(
        name: &str,
        inputs: usize,
        bias: Vec<f32>,
        weight: impl Fn(usize, usize) -> f32,
    ) -> Result<Self, LoadError> {
        let weights = Dense::pack(name, inputs, bias, weight)?;
        Ok(Self { weights, inputs, kernels: Kernels::detect() })
    }

    /// Multiplies each row of `x`. Does not allocate.
    pub(crate) fn product(&self, x: &[f32], workspace: &mut Workspace, out: &mut [f32]) {
        let rows = Rows::contiguous(x.len() / self.inputs, self.inputs);
        self.kernels.dense(x, rows, &self.weights, Activation::Linear, &mut workspace.0, out);
    }
}
