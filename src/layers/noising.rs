//! Data on its way to noise: how much of either there is at a time, and the time as a network is told it.

use burn::tensor::Tensor;

/// Frequencies of the embedding of time.
pub const FREQUENCIES: usize = 32;

/// Sines and cosines of times `[batch]` at frequencies from 1 to 1000, `[batch, 2 x FREQUENCIES]`
/// (arXiv 1706.03762, section 3.5).
pub fn waves(t: Tensor<1>) -> Tensor<2> {
    let frequencies: Vec<f32> = (0..FREQUENCIES).map(|i| 1000f32.powf(i as f32 / (FREQUENCIES - 1) as f32)).collect();
    let frequencies = Tensor::<1>::from_floats(frequencies.as_slice(), &t.device());
    let phases: Tensor<2> = t.unsqueeze_dim(1) * frequencies.unsqueeze_dim(0);
    Tensor::cat(vec![phases.clone().sin(), phases.cos()], 1)
}

/// (1 - t) x + t e for times `[batch]`.
pub fn mix(x: Tensor<4>, e: Tensor<4>, t: &Tensor<1>) -> Tensor<4> {
    let t: Tensor<4> = t.clone().reshape([-1, 1, 1, 1]);
    x * (t.clone().neg() + 1.0) + e * t
}
