//! Numbers moved from one place to another.

use crate::shape::{Shape, expect_length};

/// The channels of several maps of as many pixels side by side: each is its numbers `[pixels, channels]` and its channels.
pub fn cat(maps: &[(&[f32], usize)], out: &mut [f32]) {
    let channels: usize = maps.iter().map(|(_, channels)| channels).sum();
    assert!(channels > 0, "cat: expected a channel, came {} maps", maps.len());
    let pixels = out.len() / channels;
    expect_length("a map of all channels", out.len(), pixels * channels);
    let mut begin = 0;
    for (map, of_map) in maps {
        expect_length("a map whose channels are put beside others", map.len(), pixels * of_map);
        for (pixel, out) in map.chunks_exact(*of_map).zip(out.chunks_exact_mut(channels)) {
            out[begin..begin + of_map].copy_from_slice(pixel);
        }
        begin += of_map;
    }
}

/// Moves blocks of 2x2 pixels into channels: `shape` `[b, 2h, 2w, c]` to `[b, h, w, 4c]`. A channel's four are side by side, in
/// the order of rows.
pub fn space_to_depth(x: &[f32], shape: Shape, out: &mut [f32]) {
    let Shape { height, width, channels, .. } = shape;
    assert!(height % 2 == 0 && width % 2 == 0, "space to depth: expected even sides, came {height} x {width}");
    expect_length("a map", x.len(), shape.numbers());
    expect_length("a map of half the sides", out.len(), x.len());
    for_blocks(shape, |space, depth| {
        for channel in 0..channels {
            out[depth + 4 * channel] = x[space + channel];
        }
    });
}

/// Moves channels into blocks of 2x2 pixels, the inverse of [`space_to_depth`]: `shape` `[b, h, w, 4c]` to
/// `[b, 2h, 2w, c]`.
pub fn depth_to_space(x: &[f32], shape: Shape, out: &mut [f32]) {
    let Shape { batch, height, width, channels } = shape;
    assert!(channels % 4 == 0, "depth to space: expected a multiple of 4 channels, came {channels}");
    expect_length("a map", x.len(), shape.numbers());
    expect_length("a map of double the sides", out.len(), x.len());
    let shape = Shape { batch, height: 2 * height, width: 2 * width, channels: channels / 4 };
    for_blocks(shape, |space, depth| {
        for channel in 0..channels / 4 {
            out[space + channel] = x[depth + 4 * channel];
        }
    });
}

/// Each pixel of a map: where its numbers begin, and where they begin among the channels of 2x2 pixels.
#[inline(always)]
fn for_blocks(Shape { batch, height, width, channels }: Shape, mut f: impl FnMut(usize, usize)) {
    for row in 0..batch * height {
        for x in 0..width {
            let block = (row / 2) * (width / 2) + x / 2;
            f((row * width + x) * channels, block * 4 * channels + 2 * (row % 2) + x % 2);
        }
    }
}

/// `[batch, channels, height, width]` to `[batch, height, width, channels]`, which is `shape`.
pub fn to_channels_last(x: &[f32], shape: Shape, out: &mut [f32]) {
    transposed(x, shape, out, |pixels, channel, pixel| [channel * pixels + pixel, pixel * shape.channels + channel]);
}

/// `[batch, height, width, channels]`, which is `shape`, to `[batch, channels, height, width]`.
pub fn to_channels_first(x: &[f32], shape: Shape, out: &mut [f32]) {
    transposed(x, shape, out, |pixels, channel, pixel| [pixel * shape.channels + channel, channel * pixels + pixel]);
}

/// Pixels all of whose channels are moved before others': as many as stay in the nearest cache, from which a channel takes a
/// number of each.
const PIXELS_AT_ONCE: usize = 16;

/// Moves each number of each picture from the first place to the second.
#[inline(always)]
fn transposed(x: &[f32], shape: Shape, out: &mut [f32], places: impl Fn(usize, usize, usize) -> [usize; 2]) {
    expect_length("a map", x.len(), shape.numbers());
    expect_length("the same map in another order", out.len(), x.len());
    let pixels = shape.height * shape.width;
    let picture = (pixels * shape.channels).max(1);
    for (x, out) in x.chunks_exact(picture).zip(out.chunks_exact_mut(picture)) {
        for first in (0..pixels).step_by(PIXELS_AT_ONCE) {
            for channel in 0..shape.channels {
                for pixel in first..pixels.min(first + PIXELS_AT_ONCE) {
                    let [from, to] = places(pixels, channel, pixel);
                    out[to] = x[from];
                }
            }
        }
    }
}
