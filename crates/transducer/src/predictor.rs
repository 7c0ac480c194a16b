//! The predictor: what the network expects next from the last two pieces. It is stateless.

use crate::encoder::onnx::Tensor;
use crate::tokens::{BLANK, Token, VOCABULARY};

/// Length of the vectors that encoder, predictor and joiner exchange.
pub const WIDTH: usize = 320;
/// Channels of the convolution that see only each other.
const GROUP: usize = 4;
/// Pieces of left context.
const CONTEXT: usize = 2;
/// A piece from before the start.
const NOTHING: Token = Token::MAX;

/// The last two pieces.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Context([Token; CONTEXT]);

impl Context {
    /// Nothing was said yet.
    pub const START: Self = Self([NOTHING, BLANK]);

    /// The context after `token`.
    #[must_use]
    pub fn then(self, token: Token) -> Self {
        Self([self.0[1], token])
    }

    /// As one number.
    pub(crate) fn key(self) -> u32 {
        u32::from(self.0[0]) << 16 | u32::from(self.0[1])
    }
}

/// The predictor's weights.
pub struct Predictor {
    /// A row for each piece.
    embedding: Vec<f32>,
    /// Output, input within the group, which of the two pieces.
    convolution: Vec<f32>,
    /// Input, output.
    projection: Vec<f32>,
    bias: Vec<f32>,
}

impl Predictor {
    /// Takes its weights from the tensors of `decoder.onnx`; says what does not fit.
    pub(crate) fn new(tensors: &[Tensor<'_>]) -> Result<Self, String> {
        Ok(Self {
            embedding: take(tensors, "decoder.embedding.weight", &[VOCABULARY, WIDTH])?,
            convolution: take(tensors, "decoder.conv.weight", &[WIDTH, GROUP, CONTEXT])?,
            projection: transpose(&take(tensors, "decoder_proj.weight", &[WIDTH, WIDTH])?, WIDTH),
            bias: take(tensors, "decoder_proj.bias", &[WIDTH])?,
        })
    }

    /// The prediction for a context.
    pub fn predict(&self, context: Context, out: &mut [f32; WIDTH]) {
        let embedded = context.0.map(|token| {
            let at = usize::from(token) * WIDTH;
            // What lies before the start is a vector of zeros.
            self.embedding.get(at..at + WIDTH).unwrap_or(&[0.0; WIDTH])
        });
        out.copy_from_slice(&self.bias);
        let kernels = self.convolution.chunks_exact(GROUP * CONTEXT);
        for (channel, (kernel, row)) in kernels.zip(self.projection.chunks_exact(WIDTH)).enumerate()
        {
            let group = channel / GROUP * GROUP;
            let mut sum = 0.0;
            for (input, taps) in kernel.chunks_exact(CONTEXT).enumerate() {
                sum += taps[0] * embedded[0][group + input] + taps[1] * embedded[1][group + input];
            }
            if sum > 0.0 {
                for (out, weight) in out.iter_mut().zip(row) {
                    *out += sum * weight;
                }
            }
        }
    }
}

/// The tensor of that name and shape.
pub(crate) fn take(tensors: &[Tensor<'_>], name: &str, dims: &[usize]) -> Result<Vec<f32>, String> {
    let tensor =
        tensors.iter().find(|t| t.name == name).ok_or_else(|| format!("it has no {name}"))?;
    if tensor.dims != dims {
        return Err(format!("{name} has the shape {:?} instead of {dims:?}", tensor.dims));
    }
    let values = tensor.floats().ok_or_else(|| format!("{name} is not of numbers"))?;
    let fits = values.len() == dims.iter().product::<usize>();
    if !fits || values.iter().any(|v| !v.is_finite()) {
        return Err(format!("{name} is damaged"));
    }
    Ok(values)
}

/// Rows to columns.
pub(crate) fn transpose(matrix: &[f32], columns: usize) -> Vec<f32> {
    let rows = matrix.len() / columns;
    (0..matrix.len()).map(|at| matrix[at % rows * columns + at / rows]).collect()
}
