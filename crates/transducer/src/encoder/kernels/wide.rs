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

/// Eˣ to 2·10⁻⁷ of its value between −87 and 88; held at the ends beyond.
///
/// The polynomial is that of Cephes, `expf.c`.
#[inline(always)]
pub(super) fn exp<W: Wide>(x: W) -> W {
    /// ln 2 in two parts, the first with few bits so that its multiples are exact.
    const LN_2: [f32; 2] = [0.693_359_4, -2.121_944_4e-4];
    const POLYNOMIAL: [f32; 6] =
        [1.987_569_2e-4, 1.398_2e-3, 8.333_452e-3, 4.166_579_6e-2, 1.666_666_5e-1, 0.5];
    let x = x.max(W::splat(-87.0)).min(W::splat(88.0));
    let magic = x.mul_add(W::splat(std::f32::consts::LOG2_E), W::splat(MAGIC));
    let n = magic.sub(W::splat(MAGIC));
    let r = n.mul_add(W::splat(-LN_2[0]), x);
    let r = n.mul_add(W::splat(-LN_2[1]), r);
    let mut y = W::splat(POLYNOMIAL[0]);
    for &coefficient in &POLYNOMIAL[1..] {
        y = y.mul_add(r, W::splat(coefficient));
    }
    let y = y.mul_add(r.mul(r), r.add(W::splat(1.0)));
    y.scale_by_power(magic)
}

/// ln(1 + e^(x − shift)) − 0.08·x − offset, the activation of zipformer, to 3·10⁻⁷ near zero and
/// 2·10⁻⁷ of its value elsewhere.
///
/// ln(1 + u) for u in 0..=1 is 2·artanh(u / (2 + u)); its series has an error below 10⁻⁸ after
/// seven terms.
#[inline(always)]
pub(super) fn swoosh<W: Wide>(x: W, shift: f32, offset: f32) -> W {
    const SLOPE: f32 = -0.08;
    const SERIES: [f32; 7] =
        [2.0 / 13.0, 2.0 / 11.0, 2.0 / 9.0, 2.0 / 7.0, 2.0 / 5.0, 2.0 / 3.0, 2.0];
    let y = x.sub(W::splat(shift));
    let u = exp(y.min(W::splat(0.0).sub(y)));
    let s = u.div(u.add(W::splat(2.0)));
    let square = s.mul(s);
    let mut logarithm = W::splat(SERIES[0]);
    for &coefficient in &SERIES[1..] {
        logarithm = logarithm.mul_add(square, W::splat(coefficient));
    }
    let softplus = logarithm.mul_add(s, y.max(W::splat(0.0)));
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
