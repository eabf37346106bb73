//! Numbers in few bits: blocks of them as integers and a scale each.

use half::f16;

use crate::cards::Precision;

use crate::layers::table::BLOCK;

/// The most values of a parameter that is not worth quantizing.
pub(crate) const FEW: usize = 2048;

/// Blocks of values as integers and one scale each.
#[derive(Debug, Clone, PartialEq)]
pub struct Quantized {
    /// The integers, as many as there were values.
    pub integers: Vec<i8>,
    /// One scale a block of 32, the last block possibly short.
    pub scales: Vec<f16>,
}

/// Quantizes values symmetrically, block by block. The error of each is at most 0.51 of its block's
/// scale in 8 bits (half a step, and a little for the scale's own rounding); in 4 bits a block's largest
/// values may be cut short where its mean squared error is less for it.
pub fn quantize(values: &[f32], precision: Precision) -> Quantized {
    let mut quantized = Quantized { integers: Vec::with_capacity(values.len()), scales: Vec::new() };
    for block in values.chunks(BLOCK) {
        let grid = Grid::of(block, precision);
        quantized.integers.extend(block.iter().map(|x| grid.nearest(*x) as i8));
        quantized.scales.push(f16::from_f32(grid.step));
    }
    quantized
}

/// Scales that are tried, in units of the one that fits a block's largest value, for each precision.
const CUTS: [&[f32]; 2] = [&[1.0], &[1.0, 0.95, 0.9, 0.85, 0.8, 0.75, 0.7, 0.65]];

/// Added to this number, a small one loses its fraction: much faster than `round`, and training does it at every step.
pub(crate) const WHOLE: f32 = 1.5 * (1 << 23) as f32;

/// The scales that are tried for a precision, see [`CUTS`].
pub(crate) fn cuts(precision: Precision) -> &'static [f32] {
    CUTS[precision as usize]
}

/// What a block's values are rounded to: the multiples of a step up to the largest integer's.
struct Grid {
    step: f32,
    inverse: f32,
    largest: f32,
}

impl Grid {
    /// Of those that are tried the one whose squared error is least.
    fn of(block: &[f32], precision: Precision) -> Self {
        let largest = block.iter().fold(0.0f32, |largest, x| largest.max(x.abs()));
        let tried = cuts(precision).iter().map(|cut| {
            let step = f16::from_f32(cut * largest / precision.largest()).to_f32();
            // A block too small for half precision is zero.
            let inverse = if step > 0.0 { 1.0 / step } else { 0.0 };
            Self { step, inverse, largest: precision.largest() }
        });
        let error = |grid: &Self| block.iter().map(|x| (x - grid.nearest(*x) * grid.step).powi(2)).sum::<f32>();
        let tried = tried.map(|grid| (error(&grid), grid));
        tried.min_by(|(one, _), (other, _)| one.total_cmp(other)).expect("there is at least one cut").1
    }

    /// The integer nearest to a value.
    fn nearest(&self, x: f32) -> f32 {
        (x * self.inverse).clamp(-self.largest, self.largest) + WHOLE - WHOLE
    }
}

/// The values that integers and scales stand for.
pub fn dequantize(integers: &[i8], scales: &[f16]) -> Vec<f32> {
    let blocks = integers.chunks(BLOCK).zip(scales);
    blocks.flat_map(|(block, scale)| block.iter().map(|i| f32::from(*i) * f32::from(*scale))).collect()
}

/// Rounds values to those that are left of them in a precision.
pub(crate) fn round(values: &mut [f32], precision: Precision) {
    for block in values.chunks_mut(BLOCK) {
        let grid = Grid::of(block, precision);
        block.iter_mut().for_each(|x| *x = grid.nearest(*x) * grid.step);
    }
}
