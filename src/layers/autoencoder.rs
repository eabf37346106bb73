//! A convolutional autoencoder: colour pictures of 32x32 as Gaussians of codes of 8x8, and codes drawn at once
//! (Rombach et al., arXiv 2112.10752, section 3.1).

use burn::config::Config;
use burn::module::Module;
use burn::nn::GroupNorm;
use burn::tensor::{Device, Tensor};

use super::{
    Convolution, Input, Residual, ResidualConfig, StridedConvolution, depth_to_space, group_norm, halves, normalized,
    space_to_depth,
};
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
    stem: Convolution,
    fine: Residual,
    down: StridedConvolution,
    coarse: Residual,
    norm: GroupNorm,
    squeeze: Convolution,
}

/// Codes to pictures.
#[derive(Module, Debug)]
pub struct Decoder {
    stem: Convolution,
    coarse: Residual,
    up: Convolution,
    middle: Residual,
    unfold: Convolution,
    fine: Residual,
    norm: GroupNorm,
    paint: Convolution,
}

impl EncoderConfig {
    /// Initializes the module on `device`.
    pub fn init(&self, device: &Device) -> Encoder {
        let Self { channels: [fine, coarse], code } = *self;
        Encoder {
            stem: Convolution::new(4 * COLOURS, fine, device),
            fine: ResidualConfig::new(fine).init(device),
            down: StridedConvolution::new(fine, coarse, device),
            coarse: ResidualConfig::new(coarse).init(device),
            norm: group_norm(coarse).init(device),
            squeeze: Convolution::new(coarse, 2 * code, device),
        }
    }
}

impl DecoderConfig {
    /// Initializes the module on `device`.
    pub fn init(&self, device: &Device) -> Decoder {
        let Self { channels: [fine, middle, coarse], code } = *self;
        Decoder {
            stem: Convolution::new(code, coarse, device),
            coarse: ResidualConfig::new(coarse).init(device),
            up: Convolution::new(coarse, middle, device),
            middle: ResidualConfig::new(middle).init(device),
            unfold: Convolution::new(middle, 4 * fine, device),
            fine: ResidualConfig::new(fine).init(device),
            norm: group_norm(fine).init(device),
            paint: Convolution::new(fine, COLOURS, device),
        }
    }
}

impl Encoder {
    /// Pictures `[batch, 3, 32, 32]` to mean and logarithm of the variance of their codes, `[batch, code, 8, 8]` each.
    pub fn forward(&self, images: Tensor<4>) -> [Tensor<4>; 2] {
        passes::count("encoder");
        let x = self.fine.forward(self.stem.forward(space_to_depth(images)));
        let x = self.coarse.forward(self.down.forward(x));
        let [mean, log_variance] = halves(self.squeeze.forward(normalized(&self.norm, x)), 1);
        [mean, log_variance.clamp(-12.0, 4.0)]
    }
}

impl Decoder {
    /// Codes `[batch, code, 8, 8]` to pictures `[batch, 3, 32, 32]`.
    pub fn forward(&self, codes: Tensor<4>) -> Tensor<4> {
        passes::count("decoder");
        let x = self.coarse.forward(self.stem.forward(codes));
        let x = self.middle.forward(self.up.forward(Input::from(x).upsampled()));
        let x = self.fine.forward(depth_to_space(self.unfold.forward(x)));
        self.paint.forward(normalized(&self.norm, x))
    }
}
