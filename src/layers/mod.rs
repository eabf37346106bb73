//! Blocks that more than one family uses.

mod affine;
mod attention;
pub mod autoencoder;
mod blocks;
pub mod causal;
pub mod codebook;
pub mod convolution;
pub mod coupling;
mod cpu;
mod elementwise;
pub mod gated;
mod input;
pub mod logistics;
mod maps;
pub mod monotone;
pub mod noising;
pub mod normal;
mod packing;
pub mod prior;
mod rearrange;
pub mod recording;
pub mod table;
#[cfg(test)]
mod tests;
pub mod text;
pub mod triangular;

use burn::nn::{Embedding, GroupNormConfig};
use burn::tensor::{Device, Int, Tensor, TensorData};
use rand_chacha::ChaCha8Rng;

use crate::latent::normals;

pub use affine::Affine;
pub use attention::{PixelAttention, PixelAttentionConfig};
pub use blocks::{Modulated, ModulatedConfig, Residual, ResidualConfig};
pub use convolution::{Convolution, Pointwise, StridedConvolution};
pub use elementwise::{silu, tanh};
pub use input::{Input, activated, normalized};
pub use packing::{Nibbles, Packer, Settling, emptied};
pub use rearrange::{beside, depth_to_space, space_to_depth, upsample};

/// Channels of one normalization group.
const GROUP: usize = 8;

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
