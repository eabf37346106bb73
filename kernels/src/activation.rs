//! Functions of single numbers, four at once, and softmax.
//!
//! They are within a few units in the last place of what they are to be, from minus infinity to infinity, and the same
//! everywhere; what is no number stays so.

use std::f32::consts::{FRAC_1_SQRT_2, LOG2_E};

use crate::simd::{F32x4, LANES};

/// Added to a number smaller than 2^22, it rounds to a whole one, which then stands in the last bits.
const WHOLE: f32 = 1.5 * (1 << 23) as f32;

impl F32x4 {
    /// e to the power of each, within 2 units in the last place; what would be smaller than 2^-125.5 is 0.
    ///
    /// A power of two, times e to the power of what is left (Cephes' `expf`).
    #[inline(always)]
    pub fn exp(self) -> Self {
        // As far as the exponent of the power of two reaches, 0 and infinity at the ends.
        let x = self.at_least(Self::splat(-87.5)).at_most(Self::splat(89.2));
        let shifted = x * Self::splat(LOG2_E) + Self::splat(WHOLE);
        let whole = shifted - Self::splat(WHOLE);
        // The logarithm of 2 in two parts, of which the first times a whole number is exact.
        let rest = x - whole * Self::splat(0.693_359_4) + whole * Self::splat(2.121_944_4e-4);
        let mut p = Self::splat(1.987_569_1e-4);
        for coefficient in [1.398_199_9e-3, 8.333_452e-3, 4.166_579_6e-2, 1.666_666_5e-1, 0.5] {
            p = p * rest + Self::splat(coefficient);
        }
        let p = p * rest * rest + rest + Self::splat(1.0);
        // Twice of half of the power: the largest power itself is too large.
        let power = (shifted + Self::splat(126.0)).shifted_to_exponent();
        (p + p) * power
    }

    /// 1 / (1 + exp(-x)), within 2e-7.
    #[inline(always)]
    pub fn sigmoid(self) -> Self {
        let one = Self::splat(1.0);
        one / (one + (-self).exp())
    }

    /// x / (1 + exp(-x)), arXiv 1702.03118.
    #[inline(always)]
    pub fn silu(self) -> Self {
        self / (Self::splat(1.0) + (-self).exp())
    }

    /// The hyperbolic tangent, within 2e-7.
    #[inline(always)]
    pub fn tanh(self) -> Self {
        let one = Self::splat(1.0);
        let e = (Self::splat(-2.0) * self.abs()).exp();
        ((one - e) / (one + e)).with_sign_of(self)
    }

    /// Natural logarithms of positive numbers that are not subnormal, within 2e-7 of their sizes or of 1, whichever is more.
    ///
    /// The polynomial of Cephes' `logf`.
    #[inline(always)]
    pub fn ln(self) -> Self {
        // x = 2^exponent m with m from sqrt(1/2) to sqrt(2).
        const HALF_ROOT: u32 = 0x3f35_04f3;
        let bits = self.array().map(|x| x.to_bits().wrapping_sub(HALF_ROOT));
        let exponent = F32x4::load(&bits.map(|bits| ((bits as i32) >> 23) as f32));
        let m = F32x4::load(&bits.map(|bits| f32::from_bits((bits & 0x007f_ffff) + HALF_ROOT)));
        let r = m - F32x4::splat(1.0);
        let mut p = F32x4::splat(7.037_683_6e-2);
        for coefficient in [
            -1.151_461e-1,
            1.167_699_9e-1,
            -1.242_014_1e-1,
            1.424_932_3e-1,
            -1.666_805_8e-1,
            2.000_071_5e-1,
            -2.499_999_4e-1,
            0.333_333_3,
        ] {
            p = p * r + F32x4::splat(coefficient);
        }
        let square = r * r;
        let small = r * square * p + -2.121_944_4e-4 * exponent - 0.5 * square;
        r + small + 0.693_359_4 * exponent
    }

    /// x times the probability that a standard normal number is less, arXiv 1606.08415; within 1e-6.
    ///
    /// The error function is that of Abramowitz and Stegun, 7.1.26.
    #[inline(always)]
    pub fn gelu(self) -> Self {
        let one = Self::splat(1.0);
        let size = self.abs() * Self::splat(FRAC_1_SQRT_2);
        let t = one / (one + Self::splat(0.327_591_1) * size);
        let mut p = Self::splat(1.061_405_4);
        for coefficient in [-1.453_152, 1.421_413_7, -0.284_496_74, 0.254_829_6] {
            p = p * t + Self::splat(coefficient);
        }
        // Twice the probability of the farther tail.
        let tail = p * t * (-(size * size)).exp();
        self.at_least(Self::zero()) - Self::splat(0.5) * self.abs() * tail
    }
}

/// Applies a function to each number.
#[inline(always)]
pub(crate) fn each(numbers: &mut [f32], f: impl Fn(F32x4) -> F32x4) {
    let (vectors, rest) = numbers.as_chunks_mut();
    for vector in vectors {
        f(F32x4::load(vector)).store(vector);
    }
    f(F32x4::load_part(rest)).store_part(rest);
}

/// Puts e to its power in the place of each number.
pub fn exp(numbers: &mut [f32]) {
    each(numbers, F32x4::exp);
}

/// Puts [`F32x4::sigmoid`] of it in the place of each number.
pub fn sigmoid(numbers: &mut [f32]) {
    each(numbers, F32x4::sigmoid);
}

/// Puts [`F32x4::silu`] of it in the place of each number.
pub fn silu(numbers: &mut [f32]) {
    each(numbers, F32x4::silu);
}

/// Puts [`F32x4::tanh`] of it in the place of each number.
pub fn tanh(numbers: &mut [f32]) {
    each(numbers, F32x4::tanh);
}

/// Puts [`F32x4::gelu`] of it in the place of each number.
pub fn gelu(numbers: &mut [f32]) {
    each(numbers, F32x4::gelu);
}

/// Makes odds of the logarithms of odds in each row of `length` numbers: they are positive and sum up to 1.
pub fn softmax(rows: &mut [f32], length: usize) {
    assert!(length > 0 && rows.len().is_multiple_of(length), "softmax: rows of {length} numbers in {}", rows.len());
    for row in rows.chunks_exact_mut(length) {
        let sum = exponentials(row);
        let factor = F32x4::splat(1.0 / sum);
        each(row, |x| x * factor);
    }
}

/// Puts e to the power of what it is less than the largest number in the place of each, and returns the sum of them.
#[inline(always)]
pub(crate) fn exponentials(row: &mut [f32]) -> f32 {
    let (vectors, rest) = row.as_chunks();
    let mut most = F32x4::splat(f32::NEG_INFINITY);
    for vector in vectors {
        most = most.at_least(F32x4::load(vector));
    }
    let most = F32x4::splat(rest.iter().fold(most.largest(), |most, x| most.max(*x)));
    let (vectors, rest) = row.as_chunks_mut();
    let mut sum = F32x4::zero();
    for vector in vectors {
        let e = (F32x4::load(vector) - most).exp();
        sum += e;
        e.store(vector);
    }
    let mut last = [0.0; LANES];
    (F32x4::load_part(rest) - most).exp().store(&mut last);
    rest.copy_from_slice(&last[..rest.len()]);
    last[..rest.len()].iter().fold(sum.sum(), |sum, x| sum + x)
}
