//! Blocks that more than one family uses.

use burn::config::Config;
use burn::module::Module;
use burn::nn::conv::{Conv2d, Conv2dConfig};
use burn::nn::{GroupNorm, GroupNormConfig, PaddingConfig2d};
use burn::tensor::activation::silu;
use burn::tensor::{Device, Tensor};

/// Channels of one normalization group.
const GROUP: usize = 8;

/// A 3x3 convolution that keeps height and width (`stride` 1) or halves them (`stride` 2).
pub fn conv3x3(channels_in: usize, channels_out: usize, stride: usize) -> Conv2dConfig {
    Conv2dConfig::new([channels_in, channels_out], [3, 3])
        .with_stride([stride, stride])
        .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
}

/// Config of [`Residual`].
#[derive(Config, Debug)]
pub struct ResidualConfig {
    /// Channels in and out; a multiple of 8.
    pub channels: usize,
}

/// Two normalized 3x3 convolutions added to their input (arXiv 1603.05027, pre-activation):
/// x + conv(silu(norm(conv(silu(norm(x)))))).
#[derive(Module, Debug)]
pub struct Residual {
    norm_1: GroupNorm,
    conv_1: Conv2d,
    norm_2: GroupNorm,
    conv_2: Conv2d,
}

impl ResidualConfig {
    /// Initializes the block on `device`.
    pub fn init(&self, device: &Device) -> Residual {
        let norm = GroupNormConfig::new(self.channels / GROUP, self.channels);
        let conv = conv3x3(self.channels, self.channels, 1);
        Residual {
            norm_1: norm.init(device),
            conv_1: conv.init(device),
            norm_2: norm.init(device),
            conv_2: conv.init(device),
        }
    }
}

impl Residual {
    /// `[batch, channels, height, width]` to the same shape.
    pub fn forward(&self, x: Tensor<4>) -> Tensor<4> {
        let h = self.conv_1.forward(silu(self.norm_1.forward(x.clone())));
        x + self.conv_2.forward(silu(self.norm_2.forward(h)))
    }
}

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
