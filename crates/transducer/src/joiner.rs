//! The joiner: log-probabilities of all pieces in a frame after a context. By hand and for several
//! contexts at once, because reading its weights is what costs.

use crate::encoder::onnx::Tensor;
use crate::encoder::{MATRIX_COLUMNS, Matrix, Workspace};
use crate::predictor::{WIDTH, take};
use crate::tokens::VOCABULARY;

/// Outputs with those that only fill the last panel of the kernel.
pub(crate) const PADDED: usize = VOCABULARY.next_multiple_of(MATRIX_COLUMNS);

/// The joiner's weights.
pub struct Joiner {
    weights: Matrix,
}

impl Joiner {
    /// Takes its weights from the tensors of `joiner.onnx`; says what does not fit.
    pub(crate) fn new(tensors: &[Tensor<'_>]) -> Result<Self, String> {
        let matrix = take(tensors, "output_linear.weight", &[VOCABULARY, WIDTH])?;
        Self::pack(tensors, |input, output| matrix.get(output * WIDTH + input).copied())
    }

    /// The same from `joiner.int8.onnx`, which has the matrix the other way round in 8 bits.
    pub(crate) fn from_int8(tensors: &[Tensor<'_>]) -> Result<Self, String> {
        let name = "output_linear.weight_quantized";
        let scale = take(tensors, "output_linear.weight_scale", &[])?[0];
        let matrix = tensors.iter().find(|t| t.name == name && t.dims == [WIDTH, VOCABULARY]);
        let matrix = matrix.and_then(Tensor::bytes).ok_or_else(|| format!("it has no {name}"))?;
        Self::pack(tensors, |input, output| {
            let step = matrix.get(input * VOCABULARY + output)?.cast_signed();
            Some(f32::from(step) * scale)
        })
    }

    fn pack(
        tensors: &[Tensor<'_>],
        weight: impl Fn(usize, usize) -> Option<f32>,
    ) -> Result<Self, String> {
        let mut bias = take(tensors, "output_linear.bias", &[VOCABULARY])?;
        // Outputs that do not exist never count.
        bias.resize(PADDED, f32::NEG_INFINITY);
        let weight = |input, output| weight(input, output).unwrap_or(0.0);
        let weights = Matrix::pack("output_linear", WIDTH, bias, weight)
            .map_err(|error| error.to_string())?;
        Ok(Self { weights })
    }

    /// Adds `frame` (all zero for the internal language model) to each prediction and gives the
    /// natural logarithms of the probabilities, [`PADDED`] for each. With `blank = false` they are
    /// those of the pieces alone, as if there always were one.
    ///
    /// The predictions in `hidden` are lost.
    pub(crate) fn log_probs(
        &self,
        frame: &[f32; WIDTH],
        hidden: &mut [[f32; WIDTH]],
        out: &mut [[f32; PADDED]],
        workspace: &mut Workspace,
        blank: bool,
    ) {
        for vector in &mut *hidden {
            for (value, frame) in vector.iter_mut().zip(frame) {
                *value = tanh(*value + frame);
            }
        }
        self.weights.product(hidden.as_flattened(), workspace, out.as_flattened_mut());
        for row in out {
            if !blank {
                row[0] = f32::NEG_INFINITY;
            }
            let loudest = row.iter().copied().fold(f32::NEG_INFINITY, f32::max);
            let sum: f32 = row.iter().map(|&logit| exp(logit - loudest)).sum();
            let shift = loudest + sum.ln();
            for logit in row {
                *logit -= shift;
            }
        }
    }
}

/// Hyperbolic tangent to about 1e-7: the quotient of polynomials that Eigen uses. Unlike the one of
/// the C library it is computed for several values at once.
#[expect(clippy::excessive_precision, reason = "the published constants")]
pub(crate) fn tanh(x: f32) -> f32 {
    const ODD: [f32; 7] = [
        4.893_524_558_917_86e-3,
        6.372_619_288_754_36e-4,
        1.485_722_357_179_79e-5,
        5.122_297_090_371_14e-8,
        -8.604_671_522_137_35e-11,
        2.000_187_904_824_77e-13,
        -2.760_768_477_423_55e-16,
    ];
    const EVEN: [f32; 4] = [
        4.893_525_185_543_85e-3,
        2.268_434_632_439_00e-3,
        1.185_347_056_866_54e-4,
        1.198_258_394_667_02e-6,
    ];
    // Beyond this it is 1 in single precision.
    let x = x.clamp(-7.905_311, 7.905_311);
    let square = x * x;
    let odd = ODD.iter().rev().fold(0.0, |sum, c| sum * square + c);
    let even = EVEN.iter().rev().fold(0.0, |sum, c| sum * square + c);
    x * odd / even
}

/// Exponential function for values up to 0, to about 1e-6; below −87 it is nearly 0.
pub(crate) fn exp(x: f32) -> f32 {
    /// Adding it rounds a small number to a whole one in the lowest bits.
    const ROUND: f32 = 12_582_912.0;
    /// Taylor's series of 2^x.
    const SERIES: [f32; 7] = [
        1.0,
        std::f32::consts::LN_2,
        0.240_226_5,
        0.055_504_11,
        0.009_618_129,
        0.001_333_355_8,
        0.000_154_035_3,
    ];
    let power = x.max(-87.0) * std::f32::consts::LOG2_E;
    let rounded = power + ROUND;
    let rest = power - (rounded - ROUND);
    let part = SERIES.iter().rev().fold(0.0, |sum, c| sum * rest + c);
    // Adds the whole part of the power to the exponent of the number.
    f32::from_bits(part.to_bits().wrapping_add(rounded.to_bits() << 23))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fast_functions_are_the_functions() {
        for step in -20_000..=20_000 {
            let x = step as f32 / 1000.0;
            assert!((tanh(x) - x.tanh()).abs() < 1e-6, "tanh {x}");
        }
        for step in 0..=87_000 {
            let x = -step as f32 / 1000.0;
            assert!((exp(x) - x.exp()).abs() <= 1e-5 * x.exp() + 1e-37, "exp {x}");
        }
        assert!(exp(f32::NEG_INFINITY) < 1e-37);
    }
}
