//! Feature maps with their numbers moved: between pixels and channels, repeated, and side by side.

use burn::tensor::Tensor;

use super::cpu;

/// Doubles height and width by repeating pixels: `[b, c, h, w]` to `[b, c, 2h, 2w]`.
pub fn upsample(x: Tensor<4>) -> Tensor<4> {
    let [batch, channels, height, width] = x.dims();
    x.reshape([batch * channels, height, 1, width, 1]).repeat(&[1, 1, 2, 1, 2]).reshape([
        batch,
        channels,
        2 * height,
        2 * width,
    ])
}

/// Moves blocks of 2x2 pixels into channels: `[b, c, 2h, 2w]` to `[b, 4c, h, w]`.
pub fn space_to_depth(x: Tensor<4>) -> Tensor<4> {
    if let Some(moved) = cpu::space_to_depth(&x) {
        return moved;
    }
    let [batch, channels, height, width] = x.dims();
    let (height, width) = (height / 2, width / 2);
    x.reshape([batch, channels, height, 2, width, 2]).permute([0, 1, 3, 5, 2, 4]).reshape([
        batch,
        4 * channels,
        height,
        width,
    ])
}

/// Moves channels into blocks of 2x2 pixels, the inverse of [`space_to_depth`].
pub fn depth_to_space(x: Tensor<4>) -> Tensor<4> {
    if let Some(moved) = cpu::depth_to_space(&x) {
        return moved;
    }
    let [batch, channels, height, width] = x.dims();
    let channels = channels / 4;
    x.reshape([batch, channels, 2, 2, height, width]).permute([0, 1, 4, 2, 5, 3]).reshape([
        batch,
        channels,
        2 * height,
        2 * width,
    ])
}

/// The channels of two maps, one after the other.
pub fn beside(a: Tensor<4>, b: Tensor<4>) -> Tensor<4> {
    if let Some(both) = cpu::beside(&a, &b) {
        return both;
    }
    Tensor::cat(vec![a, b], 1)
}
