//! Residual blocks of two convolutions, each after a normalization and an activation (pre-activation, arXiv 1603.05027).

use burn::config::Config;
use burn::module::Module;
use burn::nn::GroupNorm;
use burn::tensor::{Device, Tensor};

use super::affine::Affine;
use super::convolution::Convolution;
use super::input::{modulated, normalized};
use super::{group_norm, halves};

/// Config of [`Residual`].
#[derive(Config, Debug)]
pub struct ResidualConfig {
    /// Channels in and out; a multiple of 8.
    pub channels: usize,
}

/// x + conv(silu(norm(conv(silu(norm(x)))))).
#[derive(Module, Debug)]
pub struct Residual {
    norm_1: GroupNorm,
    conv_1: Convolution,
    norm_2: GroupNorm,
    conv_2: Convolution,
}

impl ResidualConfig {
    /// Initializes the block on `device`.
    pub fn init(&self, device: &Device) -> Residual {
        let Self { channels } = *self;
        let norm = group_norm(channels);
        Residual {
            norm_1: norm.init(device),
            conv_1: Convolution::new(channels, channels, device),
            norm_2: norm.init(device),
            conv_2: Convolution::new(channels, channels, device),
        }
    }
}

impl Residual {
    /// `[batch, channels, height, width]` to the same shape.
    pub fn forward(&self, x: Tensor<4>) -> Tensor<4> {
        let h = self.conv_1.forward(normalized(&self.norm_1, x.clone()));
        self.conv_2.forward(normalized(&self.norm_2, h).plus(x))
    }
}

/// Config of [`Modulated`].
#[derive(Config, Debug)]
pub struct ModulatedConfig {
    /// Channels in and out; a multiple of 8.
    pub channels: usize,
    /// Length of the embedding that modulates.
    pub embedding: usize,
}

/// A residual block whose second norm is scaled and shifted by an embedding (FiLM, arXiv 1709.07871;
/// adaptive group normalization, arXiv 2105.05233). Starts as the identity.
#[derive(Module, Debug)]
pub struct Modulated {
    norm_1: GroupNorm,
    conv_1: Convolution,
    modulation: Affine,
    norm_2: GroupNorm,
    conv_2: Convolution,
}

impl ModulatedConfig {
    /// Initializes the block on `device`.
    pub fn init(&self, device: &Device) -> Modulated {
        let Self { channels, embedding } = *self;
        let norm = group_norm(channels);
        Modulated {
            norm_1: norm.init(device),
            conv_1: Convolution::new(channels, channels, device),
            modulation: Affine::new(embedding, 2 * channels, device),
            norm_2: norm.init(device),
            conv_2: Convolution::zeros(channels, channels, device),
        }
    }
}

impl Modulated {
    /// `[batch, channels, height, width]` to the same shape, under embeddings `[batch, embedding]`.
    pub fn forward(&self, x: Tensor<4>, embedding: Tensor<2>) -> Tensor<4> {
        let h = self.conv_1.forward(normalized(&self.norm_1, x.clone()));
        let scale_and_shift = halves(self.modulation.forward(embedding), 1);
        self.conv_2.forward(modulated(&self.norm_2, h, scale_and_shift).plus(x))
    }
}
