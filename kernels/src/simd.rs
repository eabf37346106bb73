//! Four numbers at once: WebAssembly's vectors where there are any, and elsewhere an array that the compiler makes
//! one of.
//!
//! The one file with `unsafe`: [`Planes`] and [`PlanesMut`] check a whole pattern of addresses once where a slice would
//! check each of its 16 or 36, and WebAssembly's loads and stores take pointers.

use std::ops::{Add, AddAssign, Div, Mul, Neg, Sub};

#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
use std::arch::wasm32 as wasm;

#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
type Lanes = wasm::v128;
#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
type Lanes = [f32; 4];

/// Four numbers of 32 bits. Every operation is rounded by itself, to the nearest, ties to even.
#[derive(Clone, Copy, Debug)]
pub struct F32x4(Lanes);

/// Numbers of a vector.
pub const LANES: usize = 4;

#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
mod lanes {
    use super::{Lanes, wasm};

    #[inline(always)]
    #[allow(unsafe_code)]
    pub fn load(from: &[f32; 4]) -> Lanes {
        // SAFETY: 16 bytes that are borrowed; the load needs no alignment.
        unsafe { wasm::v128_load(from.as_ptr().cast()) }
    }

    #[inline(always)]
    #[allow(unsafe_code)]
    pub fn store(lanes: Lanes, to: &mut [f32; 4]) {
        // SAFETY: 16 bytes that are borrowed for writing; the store needs no alignment.
        unsafe { wasm::v128_store(to.as_mut_ptr().cast(), lanes) }
    }

    #[inline(always)]
    pub fn splat(x: f32) -> Lanes {
        wasm::f32x4_splat(x)
    }

    pub use wasm::{
        f32x4_abs as abs, f32x4_add as add, f32x4_div as div, f32x4_mul as mul, f32x4_neg as neg, f32x4_sub as sub,
    };

    #[inline(always)]
    pub fn sqrt(a: Lanes) -> Lanes {
        wasm::f32x4_sqrt(a)
    }

    #[inline(always)]
    pub fn at_least(a: Lanes, b: Lanes) -> Lanes {
        wasm::f32x4_pmax(a, b)
    }

    #[inline(always)]
    pub fn at_most(a: Lanes, b: Lanes) -> Lanes {
        wasm::f32x4_pmin(a, b)
    }

    #[inline(always)]
    pub fn shifted_to_exponent(a: Lanes) -> Lanes {
        wasm::i32x4_shl(a, 23)
    }

    #[inline(always)]
    pub fn with_sign_of(a: Lanes, b: Lanes) -> Lanes {
        let sign = wasm::i32x4_splat(i32::MIN);
        wasm::v128_bitselect(b, a, sign)
    }

    #[inline(always)]
    pub fn array(a: Lanes) -> [f32; 4] {
        let mut array = [0.0; 4];
        store(a, &mut array);
        array
    }
}

#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
mod lanes {
    use super::Lanes;

    #[inline(always)]
    fn each(a: Lanes, f: impl Fn(f32) -> f32) -> Lanes {
        [f(a[0]), f(a[1]), f(a[2]), f(a[3])]
    }

    #[inline(always)]
    fn both(a: Lanes, b: Lanes, f: impl Fn(f32, f32) -> f32) -> Lanes {
        [f(a[0], b[0]), f(a[1], b[1]), f(a[2], b[2]), f(a[3], b[3])]
    }

    #[inline(always)]
    pub fn load(from: &[f32; 4]) -> Lanes {
        *from
    }

    #[inline(always)]
    pub fn store(lanes: Lanes, to: &mut [f32; 4]) {
        *to = lanes;
    }

    #[inline(always)]
    pub fn splat(x: f32) -> Lanes {
        [x; 4]
    }

    #[inline(always)]
    pub fn add(a: Lanes, b: Lanes) -> Lanes {
        both(a, b, |a, b| a + b)
    }

    #[inline(always)]
    pub fn sub(a: Lanes, b: Lanes) -> Lanes {
        both(a, b, |a, b| a - b)
    }

    #[inline(always)]
    pub fn mul(a: Lanes, b: Lanes) -> Lanes {
        both(a, b, |a, b| a * b)
    }

    #[inline(always)]
    pub fn div(a: Lanes, b: Lanes) -> Lanes {
        both(a, b, |a, b| a / b)
    }

    #[inline(always)]
    pub fn neg(a: Lanes) -> Lanes {
        each(a, |a| -a)
    }

    #[inline(always)]
    pub fn abs(a: Lanes) -> Lanes {
        each(a, f32::abs)
    }

    #[inline(always)]
    pub fn sqrt(a: Lanes) -> Lanes {
        each(a, f32::sqrt)
    }

    // As WebAssembly's pseudo-maximum and pseudo-minimum, also of numbers that are none.
    #[inline(always)]
    pub fn at_least(a: Lanes, b: Lanes) -> Lanes {
        both(a, b, |a, b| if a < b { b } else { a })
    }

    #[inline(always)]
    pub fn at_most(a: Lanes, b: Lanes) -> Lanes {
        both(a, b, |a, b| if b < a { b } else { a })
    }

    #[inline(always)]
    pub fn shifted_to_exponent(a: Lanes) -> Lanes {
        each(a, |a| f32::from_bits(a.to_bits() << 23))
    }

    #[inline(always)]
    pub fn with_sign_of(a: Lanes, b: Lanes) -> Lanes {
        both(a, b, f32::copysign)
    }

    #[inline(always)]
    pub fn array(a: Lanes) -> [f32; 4] {
        a
    }
}

impl F32x4 {
    /// Four zeros.
    #[inline(always)]
    pub fn zero() -> Self {
        Self::splat(0.0)
    }

    /// The same number four times.
    #[inline(always)]
    pub fn splat(x: f32) -> Self {
        Self(lanes::splat(x))
    }

    /// Four numbers.
    #[inline(always)]
    pub fn load(from: &[f32; LANES]) -> Self {
        Self(lanes::load(from))
    }

    /// The four numbers from `index` on.
    #[inline(always)]
    #[track_caller]
    pub fn load_at(from: &[f32], index: usize) -> Self {
        Self::load(from[index..].first_chunk().expect("four numbers"))
    }

    /// The first four numbers, with zeros for those that are missing.
    #[inline(always)]
    pub fn load_part(from: &[f32]) -> Self {
        match from.first_chunk() {
            Some(four) => Self::load(four),
            None => {
                let mut four = [0.0; LANES];
                four[..from.len()].copy_from_slice(from);
                Self::load(&four)
            }
        }
    }

    /// Writes the four numbers.
    #[inline(always)]
    pub fn store(self, to: &mut [f32; LANES]) {
        lanes::store(self.0, to);
    }

    /// Writes the four numbers from `index` on.
    #[inline(always)]
    #[track_caller]
    pub fn store_at(self, to: &mut [f32], index: usize) {
        self.store(to[index..].first_chunk_mut().expect("room for four numbers"));
    }

    /// Writes as many of the four numbers as there is room for.
    #[inline(always)]
    pub fn store_part(self, to: &mut [f32]) {
        match to.first_chunk_mut() {
            Some(four) => self.store(four),
            None => {
                let few = to.len();
                to.copy_from_slice(&self.array()[..few]);
            }
        }
    }

    /// The four numbers.
    #[inline(always)]
    pub fn array(self) -> [f32; LANES] {
        lanes::array(self.0)
    }

    /// Their sum, in pairs.
    #[inline(always)]
    pub fn sum(self) -> f32 {
        let [a, b, c, d] = self.array();
        (a + b) + (c + d)
    }

    /// The largest of them.
    #[inline(always)]
    pub fn largest(self) -> f32 {
        let [a, b, c, d] = self.array();
        a.max(b).max(c.max(d))
    }

    /// Square roots.
    #[inline(always)]
    pub fn sqrt(self) -> Self {
        Self(lanes::sqrt(self.0))
    }

    /// Without signs.
    #[inline(always)]
    pub fn abs(self) -> Self {
        Self(lanes::abs(self.0))
    }

    /// The larger of each two; what is no number stays so.
    #[inline(always)]
    pub fn at_least(self, other: Self) -> Self {
        Self(lanes::at_least(self.0, other.0))
    }

    /// The smaller of each two; what is no number stays so.
    #[inline(always)]
    pub fn at_most(self, other: Self) -> Self {
        Self(lanes::at_most(self.0, other.0))
    }

    /// These numbers' sizes with other ones' signs.
    #[inline(always)]
    pub fn with_sign_of(self, other: Self) -> Self {
        Self(lanes::with_sign_of(self.0, other.0))
    }

    /// The last 9 bits of each as sign and exponent of a power of two.
    #[inline(always)]
    pub fn shifted_to_exponent(self) -> Self {
        Self(lanes::shifted_to_exponent(self.0))
    }
}

impl Add for F32x4 {
    type Output = Self;
    #[inline(always)]
    fn add(self, other: Self) -> Self {
        Self(lanes::add(self.0, other.0))
    }
}

impl AddAssign for F32x4 {
    #[inline(always)]
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl Sub for F32x4 {
    type Output = Self;
    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        Self(lanes::sub(self.0, other.0))
    }
}

impl Mul for F32x4 {
    type Output = Self;
    #[inline(always)]
    fn mul(self, other: Self) -> Self {
        Self(lanes::mul(self.0, other.0))
    }
}

impl Mul<F32x4> for f32 {
    type Output = F32x4;
    #[inline(always)]
    fn mul(self, other: F32x4) -> F32x4 {
        F32x4::splat(self) * other
    }
}

impl Div for F32x4 {
    type Output = Self;
    #[inline(always)]
    fn div(self, other: Self) -> Self {
        Self(lanes::div(self.0, other.0))
    }
}

impl Neg for F32x4 {
    type Output = Self;
    #[inline(always)]
    fn neg(self) -> Self {
        Self(lanes::neg(self.0))
    }
}

/// `COUNT` vectors of a slice, `stride` numbers apart.
#[derive(Clone, Copy, Debug)]
pub struct Planes<'a, const COUNT: usize> {
    /// At least as long as the last vector reaches.
    numbers: &'a [f32],
    stride: usize,
}

impl<'a, const COUNT: usize> Planes<'a, COUNT> {
    /// The vectors that begin at `start`, `start + stride`, and so on. Panics if the last one reaches beyond the slice.
    #[inline(always)]
    #[track_caller]
    pub fn new(numbers: &'a [f32], start: usize, stride: usize) -> Self {
        let numbers = &numbers[start..];
        assert!(reaches(COUNT, stride) <= numbers.len(), "{COUNT} vectors, {stride} apart, in {}", numbers.len());
        Self { numbers, stride }
    }

    /// The vector of a number less than `COUNT`.
    #[inline(always)]
    #[allow(unsafe_code)]
    pub fn load(&self, number: usize) -> F32x4 {
        assert!(number < COUNT);
        // SAFETY: `new` has checked that the vector with the largest number lies within the slice.
        F32x4::load(unsafe { &*self.numbers.as_ptr().add(number * self.stride).cast::<[f32; LANES]>() })
    }
}

/// [`Planes`] to write to.
#[derive(Debug)]
pub struct PlanesMut<'a, const COUNT: usize> {
    /// At least as long as the last vector reaches.
    numbers: &'a mut [f32],
    stride: usize,
}

impl<'a, const COUNT: usize> PlanesMut<'a, COUNT> {
    /// As [`Planes::new`].
    #[inline(always)]
    #[track_caller]
    pub fn new(numbers: &'a mut [f32], start: usize, stride: usize) -> Self {
        let numbers = &mut numbers[start..];
        assert!(reaches(COUNT, stride) <= numbers.len(), "{COUNT} vectors, {stride} apart, in {}", numbers.len());
        Self { numbers, stride }
    }

    /// Writes the vector of a number less than `COUNT`.
    #[inline(always)]
    #[allow(unsafe_code)]
    pub fn store(&mut self, number: usize, vector: F32x4) {
        assert!(number < COUNT);
        // SAFETY: `new` has checked that the vector with the largest number lies within the slice.
        vector.store(unsafe { &mut *self.numbers.as_mut_ptr().add(number * self.stride).cast::<[f32; LANES]>() });
    }
}

/// Where the last of some vectors ends.
#[inline(always)]
fn reaches(count: usize, stride: usize) -> usize {
    let last = (count - 1).checked_mul(stride).and_then(|last| last.checked_add(LANES));
    last.expect("a stride that fits into memory")
}
