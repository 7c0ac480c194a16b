//! 8-bit quantisation: products of activations with weights, in whole numbers.
//!
//! The file's weights stay as they are: 8 bits, one scale for a matrix. Its `DynamicQuantizeLinear`
//! nodes cut activations to 8 bits too, which makes the encoder chaotic: noise of 10⁻⁷ on the
//! features flips roundings, and one flip the next, until the output is off by 0.09 (its standard
//! deviation is 0.44). ONNX Runtime differs by as much between its own optimisation levels, and two
//! processors hear different words at times. The multipliers take 16 bits at no extra cost, so
//! activations get as many steps as the sums leave room for. Then the output follows the same graph
//! without any cutting of activations to 10⁻³, on every processor.

use super::LoadError;

/// Rows of activations that a product takes together.
pub(super) const ROWS: usize = 4;
/// The longest row of activations.
const MAX_INPUTS: usize = 1 << 16;
/// Columns of weights that a product takes together.
pub(super) const COLUMNS: usize = 16;

/// Activations beyond these are held, or count as zero, so that scales stay normal numbers.
const LARGEST: f32 = 1e30;
const SMALLEST: f32 = 1e-30;

/// One pair of neighbouring activations of [`ROWS`] rows.
pub(super) type Pair = [[i16; 2]; ROWS];

/// A matrix of weights with its bias, packed for the kernels.
pub(super) struct Linear {
    /// Inputs and outputs.
    pub inputs: usize,
    pub outputs: usize,
    /// Panels of [`COLUMNS`] columns; in each, pairs of inputs, and within a pair column by column.
    pub panels: Vec<[[i8; 2]; COLUMNS]>,
    pub bias: Vec<f32>,
    /// What one step of a weight is worth.
    pub scale: f32,
    /// The most steps of an activation with which no sum can leave 32 bits.
    pub steps: f32,
}

impl Linear {
    /// Packs a row-major matrix of `inputs` × `outputs`.
    pub fn pack(
        name: &str,
        weights: &[i8],
        inputs: usize,
        scale: f32,
        bias: Vec<f32>,
    ) -> Result<Self, LoadError> {
        let outputs = bias.len();
        let fits = inputs > 0
            && inputs.is_multiple_of(8)
            && outputs > 0
            && outputs.is_multiple_of(COLUMNS)
            && Some(weights.len()) == inputs.checked_mul(outputs)
            // More would let the sums of magnitudes below leave 32 bits.
            && inputs <= MAX_INPUTS;
        if !fits {
            return Err(LoadError::Shape(name.to_owned()));
        }
        let mut panels = vec![[[0; 2]; COLUMNS]; inputs / 2 * (outputs / COLUMNS)];
        let mut sums = vec![1; outputs];
        for (input, row) in weights.chunks_exact(outputs).enumerate() {
            for (output, &weight) in row.iter().enumerate() {
                let pair = output / COLUMNS * (inputs / 2) + input / 2;
                panels[pair][output % COLUMNS][input % 2] = weight;
                sums[output] += i32::from(weight.unsigned_abs());
            }
        }
        let largest = sums.into_iter().max().unwrap_or(1);
        let steps = (i32::MAX / largest).min(i16::MAX.into()) as f32;
        Ok(Self { inputs, outputs, panels, bias, scale, steps })
    }
}

/// Activations in whole steps, packed for the kernels. The buffer is made once for the largest tensor.
#[derive(Clone)]
pub(super) struct Quantised {
    /// Blocks of [`ROWS`] rows; in each, pairs of columns.
    pub pairs: Vec<Pair>,
    pub rows: usize,
    pub columns: usize,
    /// What one step is worth.
    pub scale: f32,
    /// The most steps that a value may have.
    pub steps: f32,
}

impl Quantised {
    /// Room for `rows` × `columns`, or any other shape of as many elements in blocks.
    pub fn with_capacity(rows: usize, columns: usize) -> Self {
        let pairs = rows.div_ceil(ROWS) * columns / 2;
        Self { pairs: vec![Pair::default(); pairs], rows: 0, columns: 0, scale: 1.0, steps: 1.0 }
    }

    /// Takes on a shape, and up to `steps` steps for values between `low` and `high`.
    pub fn set(&mut self, [rows, columns]: [usize; 2], steps: f32, low: f32, high: f32) {
        (self.rows, self.columns, self.steps) = (rows, columns, steps);
        let largest = high.max(-low).min(LARGEST);
        self.scale = if largest > SMALLEST { largest / steps } else { 1.0 };
    }
}
