//! The hot loops, chosen for the processor at run time: AVX2 with FMA on x86-64, NEON on aarch64,
//! plain Rust elsewhere.
//!
//! Integer products give the same bits everywhere. Floating-point loops are written once over
//! [`Wide`](wide::Wide), eight lanes, and differ between processors only by fused multiply-add.
//! `unsafe` stands in `avx2` and `neon` alone.
#![expect(
    clippy::inline_always,
    reason = "a generic loop gets the processor's instructions only where it is compiled into the \
              function that enables them"
)]

/// Names the generic kernels for one kind of lanes and of integer sums, whose instructions every
/// processor of the target has.
macro_rules! kernels_over {
    ($lanes:ty, $panel:ty) => {
        pub(super) fn product(q: &Quantised, weights: &Linear, out: &mut [f32]) {
            product::multiply::<$panel, false>(q, weights, out);
        }

        pub(super) fn product_add(q: &Quantised, weights: &Linear, out: &mut [f32]) {
            product::multiply::<$panel, true>(q, weights, out);
        }

        kernels_over! { $lanes:
            product::quantise(x: &[f32], rows: usize, steps: f32, out: &mut Quantised);
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
    };
    ($lanes:ty: $($module:ident::$name:ident($($argument:ident: $kind:ty),*);)*) => {
        $(pub(super) fn $name($($argument: $kind),*) {
            $module::$name::<$lanes>($($argument),*);
        })*
    };
}

#[cfg(target_arch = "x86_64")]
mod avx2;
mod dense;
mod elementwise;
#[cfg(target_arch = "aarch64")]
mod neon;
mod plain;
mod product;
mod sliding;
mod wide;

pub(super) use dense::{Activation, Dense, Rows, Tile, tiles};
pub(super) use sliding::Weighing;

use super::quant::{Linear, Quantised};

/// What the processor can do.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Kernels {
    /// Plain Rust; the only choice where there is no other, and what tests compare with.
    #[cfg_attr(
        all(target_arch = "aarch64", not(test)),
        expect(dead_code, reason = "NEON is always there")
    )]
    Plain,
    #[cfg(target_arch = "x86_64")]
    Avx2(avx2::Avx2),
    #[cfg(target_arch = "aarch64")]
    Neon,
}

impl Kernels {
    /// The fastest this processor has.
    pub fn detect() -> Self {
        #[cfg(target_arch = "x86_64")]
        return avx2::Avx2::detect().map_or(Self::Plain, Self::Avx2);
        #[cfg(target_arch = "aarch64")]
        return Self::Neon;
        #[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
        return Self::Plain;
    }
}

/// Gives [`Kernels`] one method for each kernel, which calls the one for the processor.
macro_rules! kernels {
    ($($(#[$doc:meta])* fn $name:ident($($argument:ident: $kind:ty),* $(,)?);)*) => {
        impl Kernels {
            $($(#[$doc])*
            pub fn $name(self, $($argument: $kind),*) {
                match self {
                    Self::Plain => plain::$name($($argument),*),
                    #[cfg(target_arch = "x86_64")]
                    Self::Avx2(present) => present.$name($($argument),*),
                    #[cfg(target_arch = "aarch64")]
                    Self::Neon => neon::$name($($argument),*),
                }
            })*
        }
    };
}

kernels! {
    /// Cuts `rows` rows of `x` into up to `steps` steps from zero.
    fn quantise(x: &[f32], rows: usize, steps: f32, out: &mut Quantised);
    /// Multiplies: `out` = `q` × `weights` + bias, one row of `out` per row of `q`.
    fn product(q: &Quantised, weights: &Linear, out: &mut [f32]);
    /// Multiplies and adds to what is in `out`.
    fn product_add(q: &Quantised, weights: &Linear, out: &mut [f32]);
    /// Multiplies floats, the rows of `x` chosen by `rows`, and bends the result by `activation`.
    fn dense(x: &[f32], rows: Rows, weights: &Dense, activation: Activation, tiles: &mut [Tile], out: &mut [f32]);
    /// Swoosh of every value, in place.
    fn swoosh(x: &mut [f32], activation: Activation);
    /// Gates the first half of each row by the sigmoid of the second.
    fn sigmoid_gate(x: &[f32], width: usize, out: &mut [f32]);
    /// Multiplies `out` by the hyperbolic tangent of `x`.
    fn tanh_gate(x: &[f32], out: &mut [f32]);
    /// Softmax of each row of `width` values.
    fn softmax(x: &mut [f32], width: usize);
    /// Scales each row of 128 by its distance from `bias`, then mixes it with `original`.
    fn normalise(x: &mut [f32], bias: &[f32], scale: f32);
    /// Weighted sums of columns; see [`Weighing`].
    fn weigh(job: Weighing<'_>, out: &mut [f32]);
    /// The first convolution, 3 × 3 from one channel to eight, with its activation.
    fn first_convolution(x: &[f32], weights: &[f32], bias: &[f32], out: &mut [f32]);
    /// The 7 × 7 convolution of each of 128 channels with itself.
    fn square_convolution(x: &[f32], weights: &[f32], bias: &[f32], out: &mut [f32]);
    /// The convolution of each of 128 channels along time; see `convolution.rs`.
    fn line_convolution(x: &[f32], weights: &super::convolution::Depthwise, out: &mut [f32]);
}
