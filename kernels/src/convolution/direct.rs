//! Convolution by its definition: for each output pixel the sum over three rows of three pixels.

use super::padding::Padded;
use crate::scratch::Scratch;
use crate::shape::Shape;
use crate::simd::{COLUMNS, F32x4};
use crate::tile::{Output, multiply, start};

/// Pixels between two readings of all weights.
const PIXELS_AT_ONCE: usize = 48;

/// The most outputs that are sums over vectors of inputs, rather than vectors themselves.
const FEW: usize = 4;

/// Whether outputs are so few that weights are packed without any for outputs that are none.
pub fn is_narrow(inputs: usize, outputs: usize) -> bool {
    outputs <= FEW && inputs.is_multiple_of(4)
}

/// Weights `[outputs, inputs, 9]` as `[ceil(outputs / 8)][9][inputs][8]` or `[outputs][9][inputs]`.
pub fn pack(weights: &[f32], outputs: usize, inputs: usize) -> Vec<f32> {
    let at = |output: usize, tap: usize, input: usize| weights[(output * inputs + input) * 9 + tap];
    // A tap's inputs after another's: the same as a matrix of that many rows.
    if is_narrow(inputs, outputs) {
        let taps = (0..outputs).flat_map(|output| (0..9).map(move |tap| (output, tap)));
        taps.flat_map(|(output, tap)| (0..inputs).map(move |input| at(output, tap, input))).collect()
    } else {
        crate::product::packed(9 * inputs, outputs, |row, output| at(output, row / inputs, row % inputs))
    }
}

/// Convolves `scratch.padded`, whose pixels lie without gaps: three of a row are one part of a sum.
pub fn convolve(
    padded: Padded,
    output: Shape,
    stride: usize,
    packed: &[f32],
    bias: Option<&[f32]>,
    out: &mut Output,
    scratch: &mut Scratch,
) {
    let Shape { batch, height, width, channels: outputs } = output;
    let inputs = padded.channels;
    let row = padded.width * inputs;
    let offsets = &mut scratch.offsets;
    offsets.clear();
    for (picture, y) in (0..batch).flat_map(|picture| (0..height).map(move |y| (picture, y))) {
        let first = picture * padded.numbers() + stride * y * row;
        offsets.extend((0..width).map(|x| first + stride * x * inputs));
    }
    let input = &scratch.padded[..batch * padded.numbers()];
    let part = |offset: usize, tap_row: usize| &input[offset + tap_row * row..][..3 * inputs];
    if is_narrow(inputs, outputs) {
        return match outputs {
            1 => few::<1>(offsets, part, packed, bias, out),
            2 => few::<2>(offsets, part, packed, bias, out),
            3 => few::<3>(offsets, part, packed, bias, out),
            _ => few::<4>(offsets, part, packed, bias, out),
        };
    }
    let (packed, _) = packed.as_chunks::<COLUMNS>();
    for (chunk, offsets) in offsets.chunks(PIXELS_AT_ONCE).enumerate() {
        for (block, weights) in packed.chunks(9 * inputs).enumerate() {
            let column = block * COLUMNS;
            let part = |pixel: usize, tap_row| part(offsets[pixel], tap_row);
            multiply::<3>(offsets.len(), part, weights, start(bias, column), |pixel, sums| {
                out.put_sums(chunk * PIXELS_AT_ONCE + pixel, column, sums);
            });
        }
    }
}

/// `N` outputs, whose sums are over vectors of inputs.
#[inline(always)]
fn few<'a, const N: usize>(
    offsets: &[usize],
    part: impl Fn(usize, usize) -> &'a [f32],
    packed: &[f32],
    bias: Option<&[f32]>,
    out: &mut Output,
) {
    let bias: [f32; N] = std::array::from_fn(|n| bias.map_or(0.0, |bias| bias[n]));
    let (threes, rest) = offsets.as_chunks::<3>();
    for (i, three) in threes.iter().enumerate() {
        few_pixels::<3, N>(*three, 3 * i, &part, packed, bias, out);
    }
    for (i, one) in rest.iter().enumerate() {
        few_pixels::<1, N>([*one], 3 * threes.len() + i, &part, packed, bias, out);
    }
}

/// `R` pixels from `first` on.
#[inline(always)]
fn few_pixels<'a, const R: usize, const N: usize>(
    offsets: [usize; R],
    first: usize,
    part: &impl Fn(usize, usize) -> &'a [f32],
    packed: &[f32],
    bias: [f32; N],
    out: &mut Output,
) {
    let mut sums = [[F32x4::zero(); N]; R];
    let each = packed.len() / N;
    let length = each / 3;
    for tap_row in 0..3 {
        let rows: [&[[f32; 4]]; R] = offsets.map(|offset| &part(offset, tap_row).as_chunks().0[..length / 4]);
        let weights: [&[[f32; 4]]; N] =
            std::array::from_fn(|n| &packed[n * each + tap_row * length..].as_chunks().0[..length / 4]);
        for i in 0..length / 4 {
            let weights = weights.map(|weights| F32x4::load(&weights[i]));
            for (row, sums) in rows.iter().zip(&mut sums) {
                let x = F32x4::load(&row[i]);
                for (sum, weight) in sums.iter_mut().zip(weights) {
                    *sum += x * weight;
                }
            }
        }
    }
    for (r, sums) in sums.into_iter().enumerate() {
        let mut values = [0.0; FEW];
        for n in 0..N {
            values[n] = sums[n].sum() + bias[n];
        }
        out.put(first + r, 0, F32x4::load(&values));
    }
}
