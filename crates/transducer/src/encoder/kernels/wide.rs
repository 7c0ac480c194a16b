//! Eight floats at once, and the transcendental functions the encoder needs over them.

/// Lanes of a [`Wide`].
pub(super) const LANES: usize = 8;

/// Adding this rounds a float below 2²² half to even and leaves the integer in its low bits.
pub(super) const MAGIC: f32 = 12_582_912.0;

/// Eight floats. Where one operand is NaN, `max` and `min` give the other one, the argument.
pub(super) trait Wide: Copy {
    fn splat(value: f32) -> Self;
    fn load(values: &[f32; LANES]) -> Self;
    fn store(self, out: &mut [f32; LANES]);
    fn add(self, other: Self) -> Self;
    fn sub(self, other: Self) -> Self;
    fn mul(self, other: Self) -> Self;
    fn div(self, other: Self) -> Self;
    /// `self × factor + summand`, in one rounding where the processor has that.
    fn mul_add(self, factor: Self, summand: Self) -> Self;
    fn max(self, other: Self) -> Self;
    fn min(self, other: Self) -> Self;
    /// Multiplies by 2ⁿ, n given as n + [`MAGIC`]. The result must be a normal number.
    fn scale_by_power(self, magic: Self) -> Self;

    /// All lanes, summed in pairs.
    #[inline(always)]
    fn sum(self) -> f32 {
        let mut v = [0.0; LANES];
        self.store(&mut v);
        ((v[0] + v[4]) + (v[2] + v[6])) + ((v[1] + v[5]) + (v[3] + v[7]))
    }
}

/// A polynomial by Horner's rule, highest power first.
#[inline(always)]
fn polynomial<W: Wide, const N: usize>(x: W, coefficients: [f32; N]) -> W {
    let mut y = W::splat(coefficients[0]);
    for &coefficient in &coefficients[1..] {
        y = y.mul_add(x, W::splat(coefficient));
    }
    y
}

/// Eˣ between −87 and 88, held at the ends beyond. Its error is 2·10⁻⁷ of its value, and 4·10⁻⁹ more
/// for each 1 that `x` is away from zero.
#[inline(always)]
pub(super) fn exp<W: Wide>(x: W) -> W {
    /// Minimax for eʳ on |r| ≤ ln 2 / 2, to 2·10⁻⁹ of its value.
    const POWERS: [f32; 7] =
        [1.383_683_5e-3, 8.374_824e-3, 4.166_822_5e-2, 0.166_664_2, 0.499_999_9, 1.0, 1.0];
    let x = x.max(W::splat(-87.0)).min(W::splat(88.0));
    let magic = x.mul_add(W::splat(std::f32::consts::LOG2_E), W::splat(MAGIC));
    let n = magic.sub(W::splat(MAGIC));
    let r = n.mul_add(W::splat(-std::f32::consts::LN_2), x);
    polynomial(r, POWERS).scale_by_power(magic)
}

/// ln(1 + e^(x − shift)) − 0.08·x − offset, the activation of zipformer, to 4·10⁻⁷ near zero and
/// 2·10⁻⁷ of its value elsewhere.
#[inline(always)]
pub(super) fn swoosh<W: Wide>(x: W, shift: f32, offset: f32) -> W {
    const SLOPE: f32 = -0.08;
    /// Minimax for ln(1 + u) / u on 0 ≤ u ≤ 1, to 4·10⁻⁸.
    const LOGARITHM: [f32; 8] = [
        -0.006_452_606_5,
        0.036_084_495,
        -0.095_322_45,
        0.167_647_82,
        -0.240_730_73,
        0.331_798_26,
        -0.499_874_06,
        0.999_996_4,
    ];
    let y = x.sub(W::splat(shift));
    let u = exp(y.min(W::splat(0.0).sub(y)));
    let softplus = polynomial(u, LOGARITHM).mul_add(u, y.max(W::splat(0.0)));
    x.mul_add(W::splat(SLOPE), softplus).sub(W::splat(offset))
}

/// 1 / (1 + e⁻ˣ), to 2·10⁻⁷.
#[inline(always)]
pub(super) fn sigmoid<W: Wide>(x: W) -> W {
    let e = exp(W::splat(0.0).sub(x));
    W::splat(1.0).div(e.add(W::splat(1.0)))
}

/// Hyperbolic tangent, to 2·10⁻⁷.
#[inline(always)]
pub(super) fn tanh<W: Wide>(x: W) -> W {
    // 1 − 2 / (e²ˣ + 1); e²ˣ is held at e⁸⁸, where the quotient has vanished.
    let e = exp(x.add(x));
    W::splat(1.0).sub(W::splat(2.0).div(e.add(W::splat(1.0))))
}

/// The `n`th eight values of a slice.
#[inline(always)]
pub(super) fn eight(x: &[f32]) -> &[f32; LANES] {
    x.first_chunk().expect("eight values: the callers cut slices to whole lanes")
}

/// As [`eight`], to write to.
#[inline(always)]
pub(super) fn eight_mut(x: &mut [f32]) -> &mut [f32; LANES] {
    x.first_chunk_mut().expect("eight values: the callers cut slices to whole lanes")
}
