//! Four numbers at once: WebAssembly's vectors where there are any, and elsewhere an array that the compiler makes
//! one of.
//!
//! The one file with `unsafe`, where it was measured to pay: the innermost loop of products ([`add_products`]), the addresses of a
//! tile, checked once together instead of each of its 16 or 36 ([`Grid`], [`GridMut`]), and WebAssembly's loads and
//! stores, which take pointers.

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

    pub use wasm::{
        f32x4_abs as abs, f32x4_add as add, f32x4_div as div, f32x4_mul as mul, f32x4_neg as neg,
        f32x4_pmax as at_least, f32x4_pmin as at_most, f32x4_splat as splat, f32x4_sqrt as sqrt, f32x4_sub as sub,
    };

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

    /// Functions of each number, or of each two.
    macro_rules! functions {
        ($($name:ident($($of:ident),+) $result:expr;)+) => {
            $(#[inline(always)]
            pub fn $name($($of: Lanes),+) -> Lanes {

                std::array::from_fn(|i| { $(let $of = $of[i];)+ $result })
            })+
        };
    }

    functions! {
        add(a, b) a + b;
        sub(a, b) a - b;
        mul(a, b) a * b;
        div(a, b) a / b;
        neg(a) -a;
        abs(a) a.abs();
        sqrt(a) a.sqrt();
        // As WebAssembly's pseudo-maximum and pseudo-minimum, also of what is no number.
        at_least(a, b) if a < b { b } else { a };
        at_most(a, b) if b < a { b } else { a };
        shifted_to_exponent(a) f32::from_bits(a.to_bits() << 23);
        with_sign_of(a, b) a.copysign(b);
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

/// An operator of the standard library's on vectors.
macro_rules! operator {
    ($trait:ident, $method:ident) => {
        impl $trait for F32x4 {
            type Output = Self;
            #[inline(always)]
            fn $method(self, other: Self) -> Self {
                Self(lanes::$method(self.0, other.0))
            }
        }
    };
}

operator!(Add, add);
operator!(Sub, sub);
operator!(Mul, mul);
operator!(Div, div);

impl AddAssign for F32x4 {
    #[inline(always)]
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl Mul<F32x4> for f32 {
    type Output = F32x4;
    #[inline(always)]
    fn mul(self, other: F32x4) -> F32x4 {
        F32x4::splat(self) * other
    }
}

impl Neg for F32x4 {
    type Output = Self;
    #[inline(always)]
    fn neg(self) -> Self {
        Self(lanes::neg(self.0))
    }
}

/// Columns of a packed matrix that lie side by side.
pub const COLUMNS: usize = 2 * LANES;

/// The sums of eight columns.
pub type Sums = [F32x4; 2];

/// Eight numbers as two vectors.
#[inline(always)]
pub fn halves(eight: &[f32; COLUMNS]) -> [F32x4; 2] {
    let (halves, _) = eight.as_chunks();
    [F32x4::load(&halves[0]), F32x4::load(&halves[1])]
}

/// Adds products of `R` rows and `B` blocks of weights `[length][8]` to sums, one number of the rows after the other.
/// Panics if a row or a block is shorter than the first block.
///
/// Where each index was checked, or known by the compiler to need no check, a convolution took 1.15 to 1.2 times as long in
/// WebAssembly.
#[inline(always)]
#[allow(unsafe_code)]
pub fn add_products<const R: usize, const B: usize>(
    rows: [&[f32]; R],
    blocks: [&[[f32; COLUMNS]]; B],
    sums: &mut [[Sums; B]; R],
) {
    let length = blocks[0].len();
    let rows = rows.map(|row| row[..length].as_ptr());
    let blocks = blocks.map(|block| block[..length].as_ptr());
    for i in 0..length {
        // SAFETY: each row and each block has been found to be at least `length` long.
        let weights = blocks.map(|block| halves(unsafe { &*block.add(i) }));
        for (row, sums) in rows.iter().zip(sums.iter_mut()) {
            // SAFETY: as above.
            let x = F32x4::splat(unsafe { *row.add(i) });
            for (sums, weights) in sums.iter_mut().zip(&weights) {
                sums[0] += x * weights[0];
                sums[1] += x * weights[1];
            }
        }
    }
}

/// `I` times `J` vectors of a slice.
#[derive(Clone, Copy, Debug)]
pub struct Grid<'a, const I: usize, const J: usize> {
    /// At least as long as the last vector reaches.
    numbers: &'a [f32],
    strides: [usize; 2],
}

impl<'a, const I: usize, const J: usize> Grid<'a, I, J> {
    /// The vectors that begin at `start`, as many numbers apart as `strides` say of each direction. Panics if the last one
    /// reaches beyond the slice.
    #[inline(always)]
    #[track_caller]
    pub fn new(numbers: &'a [f32], start: usize, strides: [usize; 2]) -> Self {
        let numbers = &numbers[start..];
        expect_reach([I, J], strides, numbers.len());
        Self { numbers, strides }
    }

    /// A vector; `i` is less than `I`, and `j` less than `J`.
    #[inline(always)]
    #[allow(unsafe_code)]
    pub fn load(&self, i: usize, j: usize) -> F32x4 {
        assert!(i < I && j < J);
        let index = i * self.strides[0] + j * self.strides[1];
        // SAFETY: `new` has checked that the vector with the largest numbers lies within the slice.
        F32x4::load(unsafe { &*self.numbers.as_ptr().add(index).cast::<[f32; LANES]>() })
    }
}

/// [`Grid`] to write to.
#[derive(Debug)]
pub struct GridMut<'a, const I: usize, const J: usize> {
    /// At least as long as the last vector reaches.
    numbers: &'a mut [f32],
    strides: [usize; 2],
}

impl<'a, const I: usize, const J: usize> GridMut<'a, I, J> {
    /// As [`Grid::new`].
    #[inline(always)]
    #[track_caller]
    pub fn new(numbers: &'a mut [f32], start: usize, strides: [usize; 2]) -> Self {
        let numbers = &mut numbers[start..];
        expect_reach([I, J], strides, numbers.len());
        Self { numbers, strides }
    }

    /// Writes a vector; `i` is less than `I`, and `j` less than `J`.
    #[inline(always)]
    #[allow(unsafe_code)]
    pub fn store(&mut self, i: usize, j: usize, vector: F32x4) {
        assert!(i < I && j < J);
        let index = i * self.strides[0] + j * self.strides[1];
        // SAFETY: `new` has checked that the vector with the largest numbers lies within the slice.
        vector.store(unsafe { &mut *self.numbers.as_mut_ptr().add(index).cast::<[f32; LANES]>() });
    }
}

/// Panics unless the last of some vectors ends within a length.
#[inline(always)]
#[track_caller]
fn expect_reach([i, j]: [usize; 2], strides: [usize; 2], length: usize) {
    let last = |count: usize, stride: usize| (count - 1).checked_mul(stride);
    let reach = last(i, strides[0]).zip(last(j, strides[1])).and_then(|(i, j)| i.checked_add(j)?.checked_add(LANES));
    assert!(
        reach.is_some_and(|reach| reach <= length),
        "{i} x {j} vectors, {strides:?} numbers apart: expected them within {length}"
    );
}
