//! A convolution's input: activated, upsampled, and with zeros around.

use crate::normalization::group_statistics;
use crate::scratch::{Scratch, first};
use crate::shape::Shape;
use crate::simd::{F32x4, LANES};

/// What is done to the input of a convolution.
#[derive(Debug, Clone, Copy)]
pub enum Before<'a> {
    /// Nothing.
    Nothing,
    /// SiLU.
    Silu,
    /// A norm of groups of 8 channels, and SiLU.
    Norm {
        /// What the normalized channels are multiplied by, `[channels]`.
        gamma: &'a [f32],
        /// What is added to them, `[channels]`.
        beta: &'a [f32],
    },
    /// A norm of groups of 8 channels h, h * (scale + 1) + shift (FiLM, arXiv 1709.07871), and SiLU.
    Film {
        /// What the normalized channels are multiplied by, `[channels]`.
        gamma: &'a [f32],
        /// What is added to them, `[channels]`.
        beta: &'a [f32],
        /// What each picture's channels are then multiplied by, less 1, `[batch, channels]`.
        scale: &'a [f32],
        /// What is added to them, `[batch, channels]`.
        shift: &'a [f32],
    },
}

/// The sides of a padded picture, in which the first pixel is at (1, 1), and what of a pixel there is.
#[derive(Debug, Clone, Copy)]
pub struct Padded {
    pub height: usize,
    pub width: usize,
    /// Numbers of a pixel that are used.
    pub channels: usize,
    /// Numbers from one pixel to the next.
    pub stride: usize,
}

impl Padded {
    /// Of pictures of a shape whose pixels are repeated `times` in both directions: their sides are filled up to whole tiles
    /// of pixels, and their pixels to whole vectors.
    pub fn of(shape: Shape, times: usize, tile: usize, vector: usize) -> Self {
        let side = |length: usize| (times * length).next_multiple_of(tile) + 2;
        Self {
            height: side(shape.height),
            width: side(shape.width),
            channels: shape.channels,
            stride: shape.channels.next_multiple_of(vector),
        }
    }

    /// Numbers of a picture.
    pub fn numbers(self) -> usize {
        self.height * self.width * self.stride
    }
}

/// Writes each picture into `scratch.padded`.
pub fn pad(x: &[f32], shape: Shape, before: Before, times: usize, padded: Padded, scratch: &mut Scratch) {
    let Shape { batch, height, width, channels } = shape;
    let out = first(&mut scratch.padded, batch * padded.numbers());
    let kept = first(&mut scratch.channels, 3 * channels);
    let pictures = x.chunks_exact(height * width * channels).zip(out.chunks_exact_mut(padded.numbers()));
    for (picture, (x, out)) in pictures.enumerate() {
        zero_border(out, padded, times * height, times * width);
        let (affine, film) = match before {
            Before::Nothing => {
                write(x, width, out, padded, times, |_, x| x);
                continue;
            }
            Before::Silu => {
                write(x, width, out, padded, times, |_, x| x.silu());
                continue;
            }
            Before::Norm { gamma, beta } => ([gamma, beta], None),
            Before::Film { gamma, beta, scale, shift } => {
                ([gamma, beta], Some([scale, shift].map(|all| &all[picture * channels..][..channels])))
            }
        };
        let statistics = group_statistics(x, affine, film, kept);
        write(x, width, out, padded, times, |channel, x| statistics.apply(channel, x).silu());
    }
}

/// Zeros all around a picture of `height` times `width` pixels.
fn zero_border(out: &mut [f32], padded: Padded, height: usize, width: usize) {
    let row = padded.width * padded.stride;
    for (y, row) in out.chunks_exact_mut(row).enumerate() {
        if y == 0 || y > height {
            row.fill(0.0);
        } else {
            row[..padded.stride].fill(0.0);
            row[(width + 1) * padded.stride..].fill(0.0);
        }
    }
}

/// Writes a picture with a function of the first of four channels and their numbers applied, each pixel `times` x `times`.
#[inline(always)]
fn write(x: &[f32], width: usize, out: &mut [f32], padded: Padded, times: usize, f: impl Fn(usize, F32x4) -> F32x4) {
    let Padded { channels, stride, .. } = padded;
    let row = padded.width * stride;
    let whole = channels / LANES * LANES;
    for (y, x) in x.chunks_exact(width * channels).enumerate() {
        let start = (times * y + 1) * row;
        let to = &mut out[start..start + row];
        for (column, pixel) in x.chunks_exact(channels).enumerate() {
            let to = &mut to[(times * column + 1) * stride..][..times * stride];
            let (to, again) = to.split_at_mut(stride);
            let (vectors, rest) = pixel.as_chunks();
            let (to_vectors, _) = to.as_chunks_mut();
            for (i, (vector, to)) in vectors.iter().zip(to_vectors).enumerate() {
                f(i * LANES, F32x4::load(vector)).store(to);
            }
            if whole < channels {
                // The last channels, and zeros in the place of those that are none.
                let last = f(whole, F32x4::load_part(rest)).array();
                to[whole..].fill(0.0);
                to[whole..channels].copy_from_slice(&last[..rest.len()]);
            }
            if times == 2 {
                again.copy_from_slice(to);
            }
        }
        if times == 2 {
            out.copy_within(start..start + row, start + row);
        }
    }
}
