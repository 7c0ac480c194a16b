//! Kernels for aarch64, with nothing that ARMv8.0 lacks.
#![expect(unsafe_code, reason = "vector loads and stores go through pointers")]

use std::arch::aarch64::{
    float32x4_t, int32x4_t, vaddq_f32, vaddq_s32, vdivq_f32, vdupq_n_f32, vdupq_n_s32, vfmaq_f32,
    vget_low_s8, vget_low_s16, vld1q_f32, vld1q_s8, vmaxnmq_f32, vminnmq_f32, vmlal_high_s16,
    vmlal_s16, vmovl_high_s8, vmovl_s8, vmulq_f32, vpaddq_s32, vreinterpretq_f32_s32,
    vreinterpretq_s16_s32, vreinterpretq_s32_f32, vshlq_n_s32, vst1q_f32, vst1q_s32, vsubq_f32,
};

use super::{
    Activation, Dense, Rows, Tile, Weighing, dense, elementwise,
    product::{self, Panel},
    sliding,
    wide::{LANES, Wide},
};
use crate::encoder::{
    convolution::Depthwise,
    quant::{COLUMNS, Linear, Pair, Quantised},
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

/// Sums with `smlal`: weights widened to 16 bits, products added in 32, neighbours at the end. (Half
/// the speed of 8-bit products, which need activations of 8 bits.)
struct NeonPanel;

impl Panel for NeonPanel {
    #[inline(always)]
    fn sums<const R: usize>(pairs: &[Pair], panel: &[[[i8; 2]; COLUMNS]]) -> [[i32; COLUMNS]; R] {
        let mut out = [[0; COLUMNS]; R];
        // Half a panel at a time: 16 registers of sums for four rows.
        for half in 0..2 {
            // SAFETY: every aarch64 processor that this is compiled for has NEON; the loads and
            // stores stay inside slices of 16 bytes and of four integers.
            unsafe {
                let mut sums: [[int32x4_t; 4]; R] = [[vdupq_n_s32(0); 4]; R];
                for (pair, weights) in pairs.iter().zip(panel) {
                    let weights = weights[half * 8..][..8].as_flattened();
                    let weights = vld1q_s8(weights.as_ptr());
                    let low = vmovl_s8(vget_low_s8(weights));
                    let high = vmovl_high_s8(weights);
                    for (sums, pair) in sums.iter_mut().zip(pair) {
                        let pair = i32::from(pair[0].cast_unsigned()) | i32::from(pair[1]) << 16;
                        let pair = vreinterpretq_s16_s32(vdupq_n_s32(pair));
                        sums[0] = vmlal_s16(sums[0], vget_low_s16(low), vget_low_s16(pair));
                        sums[1] = vmlal_high_s16(sums[1], low, pair);
                        sums[2] = vmlal_s16(sums[2], vget_low_s16(high), vget_low_s16(pair));
                        sums[3] = vmlal_high_s16(sums[3], high, pair);
                    }
                }
                for (out, sums) in out.iter_mut().zip(sums) {
                    let out = &mut out[half * 8..][..8];
                    vst1q_s32(out[..4].as_mut_ptr(), vpaddq_s32(sums[0], sums[1]));
                    vst1q_s32(out[4..].as_mut_ptr(), vpaddq_s32(sums[2], sums[3]));
                }
            }
        }
        out
    }
}

kernels_over!(Vector, NeonPanel);
