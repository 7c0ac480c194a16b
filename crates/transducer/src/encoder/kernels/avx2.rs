//! Kernels for x86-64 processors with AVX2 and FMA.
#![expect(unsafe_code, reason = "vector instructions that not every x86-64 processor has")]

use std::{
    arch::x86_64::{
        __m256, __m256i, _mm_loadu_si128, _mm256_add_epi32, _mm256_add_ps, _mm256_castps_si256,
        _mm256_castsi256_ps, _mm256_cvtepi8_epi16, _mm256_div_ps, _mm256_fmadd_ps, _mm256_loadu_ps,
        _mm256_madd_epi16, _mm256_max_ps, _mm256_min_ps, _mm256_mul_ps, _mm256_set1_epi32,
        _mm256_set1_ps, _mm256_setzero_si256, _mm256_slli_epi32, _mm256_storeu_ps, _mm256_sub_ps,
    },
    mem::transmute,
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

/// Proof that this processor has AVX2 and FMA.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::encoder) struct Avx2(());

impl Avx2 {
    /// Asks the processor.
    pub fn detect() -> Option<Self> {
        let present = is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma");
        present.then_some(Self(()))
    }
}

/// Eight floats in one register. Private, and named only by functions that an [`Avx2`] lets in.
#[derive(Clone, Copy)]
struct Vector(__m256);

impl Wide for Vector {
    #[inline(always)]
    fn splat(value: f32) -> Self {
        // SAFETY: the processor has AVX2, see `Vector`.
        Self(unsafe { _mm256_set1_ps(value) })
    }
    #[inline(always)]
    fn load(values: &[f32; LANES]) -> Self {
        // SAFETY: the processor has AVX2, see `Vector`; the array has the eight floats that are read.
        Self(unsafe { _mm256_loadu_ps(values.as_ptr()) })
    }
    #[inline(always)]
    fn store(self, out: &mut [f32; LANES]) {
        // SAFETY: the processor has AVX2, see `Vector`; the array has room for eight floats.
        unsafe { _mm256_storeu_ps(out.as_mut_ptr(), self.0) }
    }
    #[inline(always)]
    fn add(self, other: Self) -> Self {
        // SAFETY: the processor has AVX2, see `Vector`.
        Self(unsafe { _mm256_add_ps(self.0, other.0) })
    }
    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        // SAFETY: the processor has AVX2, see `Vector`.
        Self(unsafe { _mm256_sub_ps(self.0, other.0) })
    }
    #[inline(always)]
    fn mul(self, other: Self) -> Self {
        // SAFETY: the processor has AVX2, see `Vector`.
        Self(unsafe { _mm256_mul_ps(self.0, other.0) })
    }
    #[inline(always)]
    fn div(self, other: Self) -> Self {
        // SAFETY: the processor has AVX2, see `Vector`.
        Self(unsafe { _mm256_div_ps(self.0, other.0) })
    }
    #[inline(always)]
    fn mul_add(self, factor: Self, summand: Self) -> Self {
        // SAFETY: the processor has FMA, see `Vector`.
        Self(unsafe { _mm256_fmadd_ps(self.0, factor.0, summand.0) })
    }
    #[inline(always)]
    fn max(self, other: Self) -> Self {
        // SAFETY: the processor has AVX2, see `Vector`.
        Self(unsafe { _mm256_max_ps(self.0, other.0) })
    }
    #[inline(always)]
    fn min(self, other: Self) -> Self {
        // SAFETY: the processor has AVX2, see `Vector`.
        Self(unsafe { _mm256_min_ps(self.0, other.0) })
    }
    #[inline(always)]
    fn scale_by_power(self, magic: Self) -> Self {
        // The low bits of `magic` are n; in the exponent's place they multiply by 2ⁿ.
        // SAFETY: the processor has AVX2, see `Vector`.
        Self(unsafe {
            let power = _mm256_slli_epi32::<23>(_mm256_castps_si256(magic.0));
            _mm256_castsi256_ps(_mm256_add_epi32(_mm256_castps_si256(self.0), power))
        })
    }
}

/// Sums with `vpmaddwd`: weights widened to 16 bits, two products added exactly in 32.
struct Avx2Panel;

impl Panel for Avx2Panel {
    #[inline(always)]
    fn sums<const R: usize>(pairs: &[Pair], panel: &[[[i8; 2]; COLUMNS]]) -> [[i32; COLUMNS]; R] {
        // SAFETY: `Avx2Panel` is private, and named only by functions that an `Avx2` lets in; the
        // loads stay inside 32 bytes of weights; two registers are 16 integers, any bits of which
        // are valid.
        unsafe {
            let mut sums = [[_mm256_setzero_si256(); 2]; R];
            for (pair, weights) in pairs.iter().zip(panel) {
                let weights = weights.as_flattened();
                let low = _mm256_cvtepi8_epi16(_mm_loadu_si128(weights.as_ptr().cast()));
                let high = _mm256_cvtepi8_epi16(_mm_loadu_si128(weights[16..].as_ptr().cast()));
                for (sums, pair) in sums.iter_mut().zip(pair) {
                    let pair = i32::from(pair[0].cast_unsigned()) | i32::from(pair[1]) << 16;
                    let pair = _mm256_set1_epi32(pair);
                    sums[0] = _mm256_add_epi32(sums[0], _mm256_madd_epi16(pair, low));
                    sums[1] = _mm256_add_epi32(sums[1], _mm256_madd_epi16(pair, high));
                }
            }
            sums.map(|sums| transmute::<[__m256i; 2], [i32; COLUMNS]>(sums))
        }
    }
}

/// Gives [`Avx2`] the generic kernels, compiled with its instructions.
macro_rules! with_avx2 {
    ($(fn $name:ident($($argument:ident: $kind:ty),*) = $kernel:expr;)*) => {
        impl Avx2 {
            $(pub(super) fn $name(self, $($argument: $kind),*) {
                #[target_feature(enable = "avx2,fma")]
                fn inner($($argument: $kind),*) {
                    $kernel($($argument),*);
                }
                // SAFETY: an `Avx2` exists only after the processor said that it has both features.
                unsafe { inner($($argument),*) }
            })*
        }
    };
}

with_avx2! {
    fn quantise(x: &[f32], rows: usize, steps: f32, out: &mut Quantised) = product::quantise::<Vector>;
    fn product(q: &Quantised, weights: &Linear, out: &mut [f32]) = product::multiply::<Avx2Panel, false>;
    fn product_add(q: &Quantised, weights: &Linear, out: &mut [f32]) = product::multiply::<Avx2Panel, true>;
    fn dense(x: &[f32], rows: Rows, weights: &Dense, activation: Activation, tiles: &mut [Tile], out: &mut [f32]) = dense::dense::<Vector>;
    fn swoosh(x: &mut [f32], activation: Activation) = elementwise::swoosh::<Vector>;
    fn sigmoid_gate(x: &[f32], width: usize, out: &mut [f32]) = elementwise::sigmoid_gate::<Vector>;
    fn tanh_gate(x: &[f32], out: &mut [f32]) = elementwise::tanh_gate::<Vector>;
    fn softmax(x: &mut [f32], width: usize) = elementwise::softmax::<Vector>;
    fn normalise(x: &mut [f32], bias: &[f32], scale: f32) = elementwise::normalise::<Vector>;
    fn weigh(job: Weighing<'_>, out: &mut [f32]) = sliding::weigh::<Vector>;
    fn first_convolution(x: &[f32], weights: &[f32], bias: &[f32], out: &mut [f32]) = sliding::first_convolution::<Vector>;
    fn square_convolution(x: &[f32], weights: &[f32], bias: &[f32], out: &mut [f32]) = sliding::square_convolution::<Vector>;
    fn line_convolution(x: &[f32], weights: &Depthwise, out: &mut [f32]) = sliding::line_convolution::<Vector>;
}
