//! Self-attention over the pixels of a feature map (Vaswani et al., arXiv 1706.03762; in pictures as in arXiv 2006.11239).

use burn::config::Config;
use burn::module::Module;
use burn::nn::GroupNorm;
use burn::nn::attention::{MhaInput, MultiHeadAttention, MultiHeadAttentionConfig};
use burn::tensor::{Device, Tensor};

use super::{cpu, group_norm};

/// Attention over the pixels of a normalized feature map, added to the map.
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
        if let Some(output) = cpu::pixel_attention(&self.norm, &self.attention, &x) {
            return output;
        }
        let shape = x.dims();
        let pixels: Tensor<3> = self.norm.forward(x.clone()).flatten(2, 3).swap_dims(1, 2);
        let seen = self.attention.forward(MhaInput::self_attn(pixels)).context;
        x + seen.swap_dims(1, 2).reshape(shape)
    }
}
