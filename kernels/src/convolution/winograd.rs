//! Winograd's minimal filtering (Lavin and Gray, arXiv 1509.09308): tiles of `T` x `T` pixels and the weights are
//! transformed, multiplied channel by channel, and transformed back to `O` x `O` pixels, `O` = `T` - 2.

use super::padding::Padded;
use crate::scratch::{Scratch, first};
use crate::shape::Shape;
use crate::simd::{COLUMNS, F32x4, Grid, GridMut, LANES};
use crate::tile::{Output, multiply, part_from};

/// The transforms along one axis: equations 7 and 8 there are F(2, 3).
pub trait Winograd<const T: usize, const O: usize> {
    /// Of a filter: G g.
    fn filter(taps: [f64; 3]) -> [f64; T];
    /// Of an input tile: B^T d.
    fn input(tile: [F32x4; T]) -> [F32x4; T];
    /// Back to pixels: A^T m.
    fn output(products: [F32x4; T]) -> [F32x4; O];

    /// Convolves `scratch.padded`, whose sides are whole tiles and whose pixels are whole vectors.
    fn convolve(
        padded: Padded,
        output: Shape,
        packed: &[f32],
        bias: Option<&[f32]>,
        out: &mut Output,
        scratch: &mut Scratch,
    ) {
        let tiles = Tiles { down: output.height.div_ceil(O), across: output.width.div_ceil(O) };
        let count = output.batch * tiles.down * tiles.across;
        let at_once = count.min(TILES_AT_ONCE);
        let columns = output.channels.next_multiple_of(COLUMNS);
        let input = &scratch.padded[..output.batch * padded.numbers()];
        let rows = first(&mut scratch.rows, T * T * plane(at_once, padded.stride));
        let products = first(&mut scratch.products, T * T * plane(at_once, columns));
        for begin in (0..count).step_by(at_once) {
            let end = count.min(begin + at_once);
            let chunk = Chunk { first: begin, count: end - begin, tiles };
            into_rows::<T, O, Self>(input, padded, chunk, rows);
            multiply_rows(rows, padded, chunk.count, packed, columns, products);
            out_of_products::<T, O, Self>(products, columns, chunk, output, bias, out);
        }
    }
}

/// Tiles between two readings of all weights. Twice and four times as many are no faster.
const TILES_AT_ONCE: usize = 64;

/// Numbers of all tiles at one place of a tile. A line of the cache more than there are, so that no power of two is the distance
/// of one place to the next: all of them would have to share a few lines of the nearest cache.
fn plane(tiles: usize, stride: usize) -> usize {
    tiles * stride + 16
}

/// F(2, 3).
pub struct F2;

/// F(4, 3), at the points 0, 1, -1, 2, -2 and infinity.
pub struct F4;

impl Winograd<4, 2> for F2 {
    fn filter([a, b, c]: [f64; 3]) -> [f64; 4] {
        [a, (a + b + c) / 2.0, (a - b + c) / 2.0, c]
    }

    #[inline(always)]
    fn input([a, b, c, d]: [F32x4; 4]) -> [F32x4; 4] {
        [a - c, b + c, c - b, b - d]
    }

    #[inline(always)]
    fn output([a, b, c, d]: [F32x4; 4]) -> [F32x4; 2] {
        [a + (b + c), (b - c) - d]
    }
}

impl Winograd<6, 4> for F4 {
    fn filter([a, b, c]: [f64; 3]) -> [f64; 6] {
        let (even, odd) = (a / 24.0 + c / 6.0, b / 12.0);
        [a / 4.0, -(a + b + c) / 6.0, -(a - b + c) / 6.0, even + odd, even - odd, c]
    }

    #[inline(always)]
    fn input([a, b, c, d, e, f]: [F32x4; 6]) -> [F32x4; 6] {
        let (even, odd) = (e - 4.0 * c, d - 4.0 * b);
        let (even_2, odd_2) = (e - c, 2.0 * (d - b));
        [4.0 * a + (e - 5.0 * c), even + odd, even - odd, even_2 + odd_2, even_2 - odd_2, 4.0 * b + (f - 5.0 * d)]
    }

    #[inline(always)]
    fn output([a, b, c, d, e, f]: [F32x4; 6]) -> [F32x4; 4] {
        let (even, odd, even_2, odd_2) = (b + c, b - c, d + e, d - e);
        [a + (even + even_2), odd + 2.0 * odd_2, even + 4.0 * even_2, f + (odd + 8.0 * odd_2)]
    }
}

/// Weights `[outputs, inputs, 9]` as `[T x T][ceil(outputs / 8)][inputs][8]`.
pub fn pack<const T: usize, const O: usize, W: Winograd<T, O>>(
    weights: &[f32],
    outputs: usize,
    inputs: usize,
) -> Vec<f32> {
    let blocks = outputs.div_ceil(COLUMNS);
    let mut packed = vec![0.0; T * T * blocks * inputs * COLUMNS];
    for (i, taps) in weights.chunks_exact(9).enumerate() {
        let (output, input) = (i / inputs, i % inputs);
        let columns: [[f64; T]; 3] = std::array::from_fn(|x| W::filter([0, 3, 6].map(|y| f64::from(taps[y + x]))));
        for y in 0..T {
            for (x, value) in W::filter(columns.map(|column| column[y])).into_iter().enumerate() {
                let block = (y * T + x) * blocks + output / COLUMNS;
                packed[(block * inputs + input) * COLUMNS + output % COLUMNS] = value as f32;
            }
        }
    }
    packed
}

/// The tiles of a picture.
#[derive(Clone, Copy)]
struct Tiles {
    down: usize,
    across: usize,
}

/// Some tiles of all pictures.
#[derive(Clone, Copy)]
struct Chunk {
    first: usize,
    count: usize,
    tiles: Tiles,
}

impl Chunk {
    /// Each tile's number in the chunk, its picture, and its place in it.
    fn each(self) -> impl Iterator<Item = (usize, usize, [usize; 2])> {
        let Tiles { down, across } = self.tiles;
        (0..self.count).map(move |tile| {
            let (row, x) = ((self.first + tile) / across, (self.first + tile) % across);
            (tile, row / down, [row % down, x])
        })
    }
}

/// Transforms tiles to `rows` `[T x T][tiles][stride]`.
#[inline(never)]
fn into_rows<const T: usize, const O: usize, W: Winograd<T, O> + ?Sized>(
    input: &[f32],
    padded: Padded,
    chunk: Chunk,
    rows: &mut [f32],
) {
    let Padded { width, stride, .. } = padded;
    let plane = plane(chunk.count, stride);
    for (tile, picture, [y, x]) in chunk.each() {
        let corner = picture * padded.numbers() + (y * O * width + x * O) * stride;
        for channel in (0..stride).step_by(LANES) {
            let from = Grid::<T, T>::new(input, corner + channel, [width * stride, stride]);
            let mut half = [[F32x4::zero(); T]; T];
            for j in 0..T {
                let column = W::input(std::array::from_fn(|i| from.load(i, j)));
                half.iter_mut().zip(&column).for_each(|(row, value)| row[j] = *value);
            }
            let mut to = GridMut::<T, T>::new(rows, tile * stride + channel, [T * plane, plane]);
            for (i, row) in half.iter().enumerate() {
                let row = W::input(*row);
                row.iter().enumerate().for_each(|(j, value)| to.store(i, j, *value));
            }
        }
    }
}

/// Multiplies `rows` `[taps][tiles][stride]` with `packed`, to `products` `[taps][tiles][columns]`.
fn multiply_rows(rows: &[f32], padded: Padded, tiles: usize, packed: &[f32], columns: usize, products: &mut [f32]) {
    let Padded { channels: inputs, stride, .. } = padded;
    let taps = packed.chunks_exact(columns * inputs);
    let planes = rows.chunks_exact(plane(tiles, stride)).zip(products.chunks_exact_mut(plane(tiles, columns)));
    for (weights, (rows, products)) in taps.zip(planes) {
        let (weights, _) = weights.as_chunks::<COLUMNS>();
        for (block, weights) in weights.chunks_exact(inputs).enumerate() {
            let row = |tile: usize, _| &rows[tile * stride..][..inputs];
            multiply::<1>(tiles, row, weights, [F32x4::zero(); 2], |tile, sums| {
                let to = &mut products[tile * columns + block * COLUMNS..][..COLUMNS];
                sums[0].store_at(to, 0);
                sums[1].store_at(to, LANES);
            });
        }
    }
}

/// Transforms `products` `[T x T][tiles][columns]` back to pixels.
#[inline(never)]
fn out_of_products<const T: usize, const O: usize, W: Winograd<T, O> + ?Sized>(
    products: &[f32],
    columns: usize,
    chunk: Chunk,
    output: Shape,
    bias: Option<&[f32]>,
    out: &mut Output,
) {
    let Shape { height, width, channels: outputs, .. } = output;
    let plane = plane(chunk.count, columns);
    for (tile, picture, [tile_y, tile_x]) in chunk.each() {
        // The last tiles reach beyond the picture.
        let (rows, pixels) = (height - tile_y * O, width - tile_x * O);
        for channel in (0..outputs).step_by(LANES) {
            let bias = bias.map_or(F32x4::zero(), |bias| part_from(bias, channel));
            let from = Grid::<T, T>::new(products, tile * columns + channel, [T * plane, plane]);
            let mut half = [[F32x4::zero(); T]; O];
            for j in 0..T {
                let column = W::output(std::array::from_fn(|i| from.load(i, j)));
                half.iter_mut().zip(&column).for_each(|(row, value)| row[j] = *value);
            }
            for (i, row) in half.iter().enumerate() {
                if i < rows {
                    let first = (picture * height + tile_y * O + i) * width + tile_x * O;
                    for (j, value) in W::output(*row).iter().enumerate() {
                        if j < pixels {
                            out.put(first + j, channel, *value + bias);
                        }
                    }
                }
            }
        }
    }
}
