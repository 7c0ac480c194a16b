//! Kernels for aarch64, with nothing that ARMv8.0 lacks.
#![expect(unsafe_code, reason = "vector loads and stores go through pointers")]

use std::arch::aarch64::{
    float32x4_t, int16x8_t, vaddq_f32, vaddq_s32, vdivq_f32, vdupq_n_f32, vdupq_n_s32, vfmaq_f32,
    vld1_s8, vld1q_f32, vmaxnmq_f32, vminnmq_f32, vmlal_s8, vmull_s8, vmulq_f32, vpadalq_s16,
    vreinterpret_s8_s16, vreinterpretq_f32_s32, vreinterpretq_s32_f32, vshlq_n_s32, vst1q_f32,
    vst1q_s32, vsubq_f32,
};
use std::arch::aarch64::{int32x4_t, vdup_n_s16};

use super::{
    Activation, Dense, Rows, Tile, Weighing, dense, elementwise, product, sliding,
    wide::{LANES, Wide},
};
use crate::encoder::{
    convolution::Depthwise,
    quant::{COLUMNS, Linear, Pair, Quantised, ROWS},
};

/// Eight floats in two registers.
#[derive(Clone, Copy)]
struct Vector([float32x4_t; 2]);

/// Applies an instruction to both halves.
macro_rules! halves {
    ($instruction:ident($($argument:expr),*)) => {
        // SAFETY: every aarch64 processor that this is compiled for has NEON.
        unsafe { Vector([$instruction($($argument.0[0]),*), $instruction($($argument.0[1]),*)]) }
    };
}

impl Wide for Vector {
    #[inline(always)]
    fn splat(value: f32) -> Self {
        // SAFETY: every aarch64 processor that this is compiled for has NEON.
        Self([unsafe { vdupq_n_f32(value) }; 2])
    }
    #[inline(always)]
    fn load(values: &[f32; LANES]) -> Self {
        // SAFETY: the array has the two times four floats that are read.
        unsafe { Self([vld1q_f32(values.as_ptr()), vld1q_f32(values[4..].as_ptr())]) }
    }
    #[inline(always)]
    fn store(self, out: &mut [f32; LANES]) {
        // SAFETY: the array has room for two times four floats.
        unsafe {
            vst1q_f32(out.as_mut_ptr(), self.0[0]);
            vst1q_f32(out[4..].as_mut_ptr(), self.0[1]);
        }
    }
    #[inline(always)]
    fn add(self, other: Self) -> Self {
        halves!(vaddq_f32(self, other))
    }
    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        halves!(vsubq_f32(self, other))
    }
    #[inline(always)]
    fn mul(self, other: Self) -> Self {
        halves!(vmulq_f32(self, other))
    }
    #[inline(always)]
    fn div(self, other: Self) -> Self {
        halves!(vdivq_f32(self, other))
    }
    #[inline(always)]
    fn mul_add(self, factor: Self, summand: Self) -> Self {
        halves!(vfmaq_f32(summand, self, factor))
    }
    #[inline(always)]
    fn max(self, other: Self) -> Self {
        halves!(vmaxnmq_f32(self, other))
    }
    #[inline(always)]
    fn min(self, other: Self) -> Self {
        halves!(vminnmq_f32(self, other))
    }
    #[inline(always)]
    fn scale_by_power(self, magic: Self) -> Self {
        // The low bits of `magic` are n; in the exponent's place they multiply by 2ⁿ.
        let half = |value: float32x4_t, magic: float32x4_t| {
            // SAFETY: every aarch64 processor that this is compiled for has NEON.
            unsafe {
                let power = vshlq_n_s32::<23>(vreinterpretq_s32_f32(magic));
                vreinterpretq_f32_s32(vaddq_s32(vreinterpretq_s32_f32(value), power))
            }
        };
        Self([half(self.0[0], magic.0[0]), half(self.0[1], magic.0[1])])
    }
}

/// The 8-bit value less 128 fits `i8`, so that eight products come from one instruction.
const SHIFT: i32 = 128;

pub(super) fn quantise(x: &[f32], rows: usize, out: &mut Quantised) {
    product::pack::<Vector, i8>(
        x,
        rows,
        out,
        |out| &mut out.shifted,
        |bits, zero_point| (bits.cast_signed().wrapping_add(zero_point - SHIFT)) as i8,
    );
}

pub(super) fn product(q: &Quantised, weights: &Linear, out: &mut [f32]) {
    multiply::<false>(q, weights, out);
}

pub(super) fn product_add(q: &Quantised, weights: &Linear, out: &mut [f32]) {
    multiply::<true>(q, weights, out);
}

/// As [`product::multiply`], over the shifted values; the sums of the columns put the shift right.
fn multiply<const ADD: bool>(q: &Quantised, weights: &Linear, out: &mut [f32]) {
    debug_assert_eq!((q.columns, q.rows * weights.outputs), (weights.inputs, out.len()));
    let scale = q.steps.scale * weights.scale;
    let blocks = q.shifted.chunks_exact(q.columns / 2);
    for (block, rows) in blocks.zip(out.chunks_mut(ROWS * weights.outputs)) {
        let panels = weights.panels.chunks_exact(weights.inputs / 2);
        let corrections = weights.sums.as_chunks::<COLUMNS>().0;
        for (index, (panel, correction)) in panels.zip(corrections).enumerate() {
            let correction = correction.map(|sum| sum * (SHIFT - q.steps.zero_point));
            if rows.len() > 2 * weights.outputs {
                let sums = sums::<4>(block, panel, &correction);
                product::finish::<4, ADD>(&sums, weights, scale, index, rows);
            } else {
                let sums = sums::<2>(block, panel, &correction);
                product::finish::<2, ADD>(&sums, weights, scale, index, rows);
            }
        }
    }
}

/// The sums of `R` rows with one panel: two products added in 16 bits, which |i8| · 127 · 2 fits,
/// then neighbours added into 32.
#[inline(always)]
fn sums<const R: usize>(
    pairs: &[Pair<i8>],
    panel: &[[[i8; 2]; COLUMNS]],
    start: &[i32; COLUMNS],
) -> [[i32; COLUMNS]; R] {
    const QUADS: usize = COLUMNS / 4;
    // SAFETY: every aarch64 processor that this is compiled for has NEON; the loads and stores stay
    // inside arrays of 32 bytes and of 16 integers.
    unsafe {
        let mut sums: [[int32x4_t; QUADS]; R] = [[vdupq_n_s32(0); QUADS]; R];
        let (pairs, panel) = (pairs.as_chunks::<2>().0, panel.as_chunks::<2>().0);
        for ([first, second], [even, odd]) in pairs.iter().zip(panel) {
            let (even, odd) = (even.as_flattened(), odd.as_flattened());
            for quad in 0..QUADS {
                let even = vld1_s8(even[quad * 8..][..8].as_ptr());
                let odd = vld1_s8(odd[quad * 8..][..8].as_ptr());
                for (row, sums) in sums.iter_mut().enumerate() {
                    let pair = |pair: [i8; 2]| {
                        let bytes = pair.map(i8::cast_unsigned);
                        vreinterpret_s8_s16(vdup_n_s16(i16::from_le_bytes(bytes)))
                    };
                    let two: int16x8_t = vmull_s8(even, pair(first[row]));
                    let four = vmlal_s8(two, odd, pair(second[row]));
                    sums[quad] = vpadalq_s16(sums[quad], four);
                }
            }
        }
        sums.map(|sums| {
            let mut out = [0; COLUMNS];
            for (quad, sum) in sums.into_iter().enumerate() {
                vst1q_s32(out[quad * 4..][..4].as_mut_ptr(), sum);
            }
            std::array::from_fn(|column| out[column] + start[column])
        })
    }
}

/// Names the generic kernels for these lanes.
macro_rules! over_lanes {
    ($($module:ident::$name:ident($($argument:ident: $kind:ty),*);)*) => {
        $(pub(super) fn $name($($argument: $kind),*) {
            $module::$name::<Vector>($($argument),*);
        })*
    };
}

over_lanes! {
    dense::dense(x: &[f32], rows: Rows, weights: &Dense, activation: Activation, tiles: &mut [Tile], out: &mut [f32]);
    elementwise::swoosh(x: &mut [f32], activation: Activation);
    elementwise::sigmoid_gate(x: &[f32], width: usize, out: &mut [f32]);
    elementwise::tanh_gate(x: &[f32], out: &mut [f32]);
    elementwise::softmax(x: &mut [f32], width: usize);
    elementwise::normalise(x: &mut [f32], bias: &[f32], scale: f32);
    sliding::weigh(job: Weighing<'_>, out: &mut [f32]);
    sliding::first_convolution(x: &[f32], weights: &[f32], bias: &[f32], out: &mut [f32]);
    sliding::square_convolution(x: &[f32], weights: &[f32], bias: &[f32], out: &mut [f32]);
    sliding::line_convolution(x: &[f32], weights: &Depthwise, out: &mut [f32]);
}
