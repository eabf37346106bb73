//! Blocks that more than one family uses.

pub mod autoencoder;
pub mod causal;
pub mod codebook;
pub mod coupling;
pub mod gated;
pub mod logistics;
pub mod monotone;
pub mod noising;
pub mod normal;
pub mod prior;
pub mod text;
pub mod triangular;

use burn::config::Config;
use burn::module::Module;
use burn::nn::attention::{MhaInput, MultiHeadAttention, MultiHeadAttentionConfig};
use burn::nn::conv::{Conv2d, Conv2dConfig};
use burn::nn::{Embedding, GroupNorm, GroupNormConfig, Initializer, Linear, LinearConfig, PaddingConfig2d};
use burn::tensor::activation::silu;
use burn::tensor::{Device, Int, Tensor, TensorData};
use rand_chacha::ChaCha8Rng;

use crate::latent::normals;

/// Channels of one normalization group.
const GROUP: usize = 8;

/// A 3x3 convolution that keeps height and width (`stride` 1) or halves them (`stride` 2).
pub fn conv3x3(channels_in: usize, channels_out: usize, stride: usize) -> Conv2dConfig {
    Conv2dConfig::new([channels_in, channels_out], [3, 3])
        .with_stride([stride, stride])
        .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
}

/// A norm of groups of 8 channels, whose number is a multiple of 8.
pub fn group_norm(channels: usize) -> GroupNormConfig {
    GroupNormConfig::new(channels / GROUP, channels)
}

/// Standard normal noise, the same on every device.
pub fn noise<const D: usize>(shape: [usize; D], rng: &mut ChaCha8Rng, device: &Device) -> Tensor<D> {
    Tensor::from_data(TensorData::new(normals(rng, shape.iter().product()), shape), device)
}

/// The two halves of a dimension of even length.
pub fn halves<const D: usize>(x: Tensor<D>, dimension: usize) -> [Tensor<D>; 2] {
    x.chunk(2, dimension).try_into().expect("two halves of an even length")
}

/// A tensor's numbers, in order.
pub fn numbers<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
    tensor.into_data().iter::<f32>().collect()
}

/// The sum over everything but the batch, `[batch]`.
pub fn sum_each(x: Tensor<4>) -> Tensor<1> {
    x.flatten::<2>(1, 3).sum_dim(1).squeeze_dim(1)
}

/// The vectors of numbers `[batch]` in an embedding's table, `[batch, length]`.
pub fn embed(table: &Embedding, numbers: Tensor<1, Int>) -> Tensor<2> {
    table.forward(numbers.unsqueeze_dim(1)).squeeze_dim(1)
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
        let norm = group_norm(self.channels);
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

/// Moves blocks of 2x2 pixels into channels: `[b, c, 2h, 2w]` to `[b, 4c, h, w]`.
pub fn space_to_depth(x: Tensor<4>) -> Tensor<4> {
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
    let [batch, channels, height, width] = x.dims();
    let channels = channels / 4;
    x.reshape([batch, channels, 2, 2, height, width]).permute([0, 1, 4, 2, 5, 3]).reshape([
        batch,
        channels,
        2 * height,
        2 * width,
    ])
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
    conv_1: Conv2d,
    modulation: Linear,
    norm_2: GroupNorm,
    conv_2: Conv2d,
}

impl ModulatedConfig {
    /// Initializes the block on `device`.
    pub fn init(&self, device: &Device) -> Modulated {
        let Self { channels, embedding } = *self;
        let norm = group_norm(channels);
        Modulated {
            norm_1: norm.init(device),
            conv_1: conv3x3(channels, channels, 1).init(device),
            modulation: LinearConfig::new(embedding, 2 * channels).init(device),
            norm_2: norm.init(device),
            conv_2: conv3x3(channels, channels, 1).with_initializer(Initializer::Zeros).init(device),
        }
    }
}

impl Modulated {
    /// `[batch, channels, height, width]` to the same shape, under embeddings `[batch, embedding]`.
    pub fn forward(&self, x: Tensor<4>, embedding: Tensor<2>) -> Tensor<4> {
        let h = self.norm_2.forward(self.conv_1.forward(silu(self.norm_1.forward(x.clone()))));
        let modulation: Tensor<4> = self.modulation.forward(embedding).unsqueeze_dims(&[2, 3]);
        let [scale, shift] = halves(modulation, 1);
        x + self.conv_2.forward(silu(h * (scale + 1.0) + shift))
    }
}

/// Self-attention over the pixels of a feature map, added to it (arXiv 1706.03762; in pictures as in
/// arXiv 2006.11239).
#[derive(Module, Debug)]
pub struct PixelAttention {
    norm: GroupNorm,
    attention: MultiHeadAttention,
}

/// Config of [`PixelAttention`].
#[derive(Config, Debug)]
pub struct PixelAttentionConfig {
    /// Channels in and out; a multiple of 8 and of `heads`.
    pub channels: usize,
    /// Number of heads.
    #[config(default = 4)]
    pub heads: usize,
}

impl PixelAttentionConfig {
    /// Initializes the block on `device`.
    pub fn init(&self, device: &Device) -> PixelAttention {
        PixelAttention {
            norm: group_norm(self.channels).init(device),
            attention: MultiHeadAttentionConfig::new(self.channels, self.heads).with_dropout(0.0).init(device),
        }
    }
}

impl PixelAttention {
    /// `[batch, channels, height, width]` to the same shape.
    pub fn forward(&self, x: Tensor<4>) -> Tensor<4> {
        let shape = x.dims();
        let pixels: Tensor<3> = self.norm.forward(x.clone()).flatten(2, 3).swap_dims(1, 2);
        let seen = self.attention.forward(MhaInput::self_attn(pixels)).context;
        x + seen.swap_dims(1, 2).reshape(shape)
    }
}
