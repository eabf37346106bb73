//! A convolutional autoencoder: colour pictures of 32x32 as Gaussians of codes of 8x8, and codes drawn at once
//! (Rombach et al., arXiv 2112.10752, section 3.1).

use burn::config::Config;
use burn::module::Module;
use burn::nn::GroupNorm;
use burn::nn::conv::Conv2d;
use burn::tensor::activation::silu;
use burn::tensor::{Device, Tensor};

use super::{Residual, ResidualConfig, conv3x3, depth_to_space, group_norm, halves, space_to_depth, upsample};
use crate::passes;

/// Codes on a side.
pub const CODES: usize = 8;

/// Pixels on a side.
pub const SIDE: usize = 4 * CODES;

/// Channels of a picture.
pub const COLOURS: usize = 3;

/// Config of [`Encoder`].
#[derive(Config, Debug)]
pub struct EncoderConfig {
    /// Channels at 16x16 and 8x8. Multiples of 8.
    pub channels: [usize; 2],
    /// Channels of a code.
    pub code: usize,
}

/// Config of [`Decoder`].
#[derive(Config, Debug)]
pub struct DecoderConfig {
    /// Channels at 32x32, 16x16 and 8x8. Multiples of 8.
    pub channels: [usize; 3],
    /// Channels of a code.
    pub code: usize,
}

/// Pictures to Gaussians of codes.
#[derive(Module, Debug)]
pub struct Encoder {
    stem: Conv2d,
    fine: Residual,
    down: Conv2d,
    coarse: Residual,
    norm: GroupNorm,
    squeeze: Conv2d,
}

/// Codes to pictures.
#[derive(Module, Debug)]
pub struct Decoder {
    stem: Conv2d,
    coarse: Residual,
    up: Conv2d,
    middle: Residual,
    unfold: Conv2d,
    fine: Residual,
    norm: GroupNorm,
    paint: Conv2d,
}

impl EncoderConfig {
    /// Initializes the module on `device`.
    pub fn init(&self, device: &Device) -> Encoder {
        let Self { channels: [fine, coarse], code } = *self;
        Encoder {
            stem: conv3x3(4 * COLOURS, fine, 1).init(device),
            fine: ResidualConfig::new(fine).init(device),
            down: conv3x3(fine, coarse, 2).init(device),
            coarse: ResidualConfig::new(coarse).init(device),
            norm: group_norm(coarse).init(device),
            squeeze: conv3x3(coarse, 2 * code, 1).init(device),
        }
    }
}

impl DecoderConfig {
    /// Initializes the module on `device`.
    pub fn init(&self, device: &Device) -> Decoder {
        let Self { channels: [fine, middle, coarse], code } = *self;
        Decoder {
            stem: conv3x3(code, coarse, 1).init(device),
            coarse: ResidualConfig::new(coarse).init(device),
            up: conv3x3(coarse, middle, 1).init(device),
            middle: ResidualConfig::new(middle).init(device),
            unfold: conv3x3(middle, 4 * fine, 1).init(device),
            fine: ResidualConfig::new(fine).init(device),
            norm: group_norm(fine).init(device),
            paint: conv3x3(fine, COLOURS, 1).init(device),
        }
    }
}

impl Encoder {
    /// Pictures `[batch, 3, 32, 32]` to mean and logarithm of the variance of their codes, `[batch, code, 8, 8]` each.
    pub fn forward(&self, images: Tensor<4>) -> [Tensor<4>; 2] {
        passes::count("encoder");
        let x = self.fine.forward(self.stem.forward(space_to_depth(images)));
        let x = self.coarse.forward(self.down.forward(x));
        let [mean, log_variance] = halves(self.squeeze.forward(silu(self.norm.forward(x))), 1);
        [mean, log_variance.clamp(-12.0, 4.0)]
    }
}

impl Decoder {
    /// Codes `[batch, code, 8, 8]` to pictures `[batch, 3, 32, 32]`.
    pub fn forward(&self, codes: Tensor<4>) -> Tensor<4> {
        passes::count("decoder");
        let x = self.coarse.forward(self.stem.forward(codes));
        let x = self.middle.forward(self.up.forward(upsample(x)));
        let x = self.fine.forward(depth_to_space(self.unfold.forward(x)));
        self.paint.forward(silu(self.norm.forward(x)))
    }
}
