//! Kernels in plain Rust, for processors without the others and to test those against.

use super::{
    Activation, Dense, Rows, Tile, Weighing, dense, elementwise,
    product::{self, Panel},
    sliding,
    wide::{LANES, MAGIC, Wide},
};
use crate::encoder::{
    convolution::Depthwise,
    quant::{COLUMNS, Linear, Pair, Quantised},
};

/// Eight floats in an array; the compiler makes of them what the processor has.
#[derive(Clone, Copy)]
pub(super) struct Array([f32; LANES]);

impl Array {
    #[inline(always)]
    fn zip(self, other: Self, f: impl Fn(f32, f32) -> f32) -> Self {
        Self(std::array::from_fn(|lane| f(self.0[lane], other.0[lane])))
    }
}

impl Wide for Array {
    #[inline(always)]
    fn splat(value: f32) -> Self {
        Self([value; LANES])
    }
    #[inline(always)]
    fn load(values: &[f32; LANES]) -> Self {
        Self(*values)
    }
    #[inline(always)]
    fn store(self, out: &mut [f32; LANES]) {
        *out = self.0;
    }
    #[inline(always)]
    fn add(self, other: Self) -> Self {
        self.zip(other, |a, b| a + b)
    }
    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        self.zip(other, |a, b| a - b)
    }
    #[inline(always)]
    fn mul(self, other: Self) -> Self {
        self.zip(other, |a, b| a * b)
    }
    #[inline(always)]
    fn div(self, other: Self) -> Self {
        self.zip(other, |a, b| a / b)
    }
    #[inline(always)]
    fn mul_add(self, factor: Self, summand: Self) -> Self {
        // Two roundings: f32::mul_add is a function call where the processor lacks the instruction.
        self.mul(factor).add(summand)
    }
    #[inline(always)]
    fn max(self, other: Self) -> Self {
        self.zip(other, |a, b| if a > b { a } else { b })
    }
    #[inline(always)]
    fn min(self, other: Self) -> Self {
        self.zip(other, |a, b| if a < b { a } else { b })
    }
    #[inline(always)]
    fn scale_by_power(self, magic: Self) -> Self {
        debug_assert!(magic.0.iter().all(|m| (m - MAGIC).abs() < 128.0));
        self.zip(magic, |a, m| f32::from_bits(a.to_bits().wrapping_add(m.to_bits() << 23)))
    }
}

/// Sums in plain integers.
struct PlainPanel;

impl Panel for PlainPanel {
    #[inline(always)]
    fn sums<const R: usize>(pairs: &[Pair], panel: &[[[i8; 2]; COLUMNS]]) -> [[i32; COLUMNS]; R] {
        let mut sums = [[0; COLUMNS]; R];
        for (pair, weights) in pairs.iter().zip(panel) {
            for (row, sums) in sums.iter_mut().enumerate() {
                let [first, second] = pair[row].map(i32::from);
                for (sum, weight) in sums.iter_mut().zip(weights) {
                    *sum += first * i32::from(weight[0]) + second * i32::from(weight[1]);
                }
            }
        }
        sums
    }
}

kernels_over!(Array, PlainPanel);
