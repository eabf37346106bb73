//! What a module learns from.

use burn::tensor::{Device, Int, Tensor};
use rand_chacha::ChaCha8Rng;

/// What a module learns from.
pub trait Examples {
    /// How many examples there are.
    fn len(&self) -> usize;

    /// The pictures of the given numbers `[batch, channels, height, width]` in [-1, 1], and under what they are
    /// learned: a row of numbers each, as the module's loss reads it.
    fn batch(&self, indices: &[usize], rng: &mut ChaCha8Rng, device: &Device) -> (Tensor<4>, Tensor<2, Int>);
}
