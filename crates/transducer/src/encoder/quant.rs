//! Products of activations in 8 bits with weights in 8 bits, as the file's `DynamicQuantizeLinear`
//! and `MatMulInteger` nodes define them: one scale and one zero point for a whole tensor of
//! activations, rounding half to even, one scale for a matrix of weights, sums exact in 32 bits.

use super::LoadError;

/// Rows of activations that a product takes together.
pub(super) const ROWS: usize = 4;
/// Columns of weights that a product takes together.
pub(super) const COLUMNS: usize = 16;

/// One pair of neighbouring activations of [`ROWS`] rows.
pub(super) type Pair<T> = [[T; 2]; ROWS];

/// A matrix of weights with its bias, packed for the kernels.
pub(super) struct Linear {
    /// Inputs and outputs.
    pub inputs: usize,
    pub outputs: usize,
    /// Panels of [`COLUMNS`] columns; in each, pairs of inputs, and within a pair column by column.
    pub panels: Vec<[[i8; 2]; COLUMNS]>,
    /// The sum of each column, which corrects a shifted zero point.
    #[cfg_attr(
        not(target_arch = "aarch64"),
        expect(dead_code, reason = "only the NEON kernels shift the zero point")
    )]
    pub sums: Vec<i32>,
    pub bias: Vec<f32>,
    /// What one step of a weight is worth.
    pub scale: f32,
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
        let fits = inputs.is_multiple_of(4)
            && outputs.is_multiple_of(COLUMNS)
            && Some(weights.len()) == inputs.checked_mul(outputs)
            // The NEON kernel adds two products in 16 bits, which holds for −127..=127 only.
            && !weights.contains(&i8::MIN);
        if !fits {
            return Err(LoadError::Shape(name.to_owned()));
        }
        let mut panels = vec![[[0; 2]; COLUMNS]; inputs / 2 * (outputs / COLUMNS)];
        let mut sums = vec![0; outputs];
        for (input, row) in weights.chunks_exact(outputs).enumerate() {
            for (output, &weight) in row.iter().enumerate() {
                let pair = output / COLUMNS * (inputs / 2) + input / 2;
                panels[pair][output % COLUMNS][input % 2] = weight;
                sums[output] += i32::from(weight);
            }
        }
        Ok(Self { inputs, outputs, panels, sums, bias, scale })
    }
}

/// Activations in 8 bits, packed for the kernels. The buffer is made once for the largest tensor.
pub(super) struct Quantised {
    /// Blocks of [`ROWS`] rows; in each, pairs of columns. The zero point is already taken off, so a
    /// value lies in −255..=255. Filled by the plain and the AVX2 kernels.
    pub pairs: Vec<Pair<i16>>,
    /// The same with 128 taken off the 8-bit value instead. Filled by the NEON kernels.
    #[cfg_attr(
        not(target_arch = "aarch64"),
        expect(dead_code, reason = "only the NEON kernels shift the zero point")
    )]
    pub shifted: Vec<Pair<i8>>,
    pub rows: usize,
    pub columns: usize,
    pub steps: Steps,
}

impl Quantised {
    /// Room for `rows` × `columns`, or any other shape of as many elements in blocks.
    pub fn with_capacity(rows: usize, columns: usize) -> Self {
        let pairs = rows.div_ceil(ROWS) * columns / 2;
        Self {
            pairs: vec![Pair::default(); pairs],
            shifted: vec![Pair::default(); pairs],
            rows: 0,
            columns: 0,
            steps: Steps { scale: 1.0, zero_point: 0 },
        }
    }

    /// Takes on a shape and the steps for its values.
    pub fn set(&mut self, rows: usize, columns: usize, steps: Steps) {
        (self.rows, self.columns, self.steps) = (rows, columns, steps);
    }
}

/// How floats map to 0..=255: one scale and one zero point for a tensor.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Steps {
    /// What one step is worth.
    pub scale: f32,
    /// The step that means zero.
    pub zero_point: i32,
}

impl Steps {
    const LAST: f32 = 255.0;

    /// The steps for values between `low` and `high`, which include zero.
    pub fn between(low: f32, high: f32) -> Self {
        let scale = if high > low { (high - low) / Self::LAST } else { 1.0 };
        let zero_point = (0.0 - low / scale).clamp(0.0, Self::LAST).round_ties_even();
        // A range that overflowed has no zero point; the cast makes it 0.
        Self { scale, zero_point: zero_point as i32 }
    }

    /// The steps for these values.
    pub fn over(values: impl Iterator<Item = f32>) -> Self {
        let (low, high) =
            values.fold((0.0_f32, 0.0_f32), |(low, high), v| (low.min(v), high.max(v)));
        Self::between(low, high)
    }

    /// The steps from zero to `value`, a whole number.
    pub fn round(self, value: f32) -> f32 {
        let zero_point = self.zero_point as f32;
        (value / self.scale).clamp(-zero_point, Self::LAST - zero_point).round_ties_even()
    }
}
