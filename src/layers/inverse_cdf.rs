//! Draws from a categorical distribution as a function of a Gaussian coordinate: with u = Phi(z) uniform,
//! the first category whose cumulative probability exceeds u (inverse transform sampling).

use burn::tensor::activation::softmax;
use burn::tensor::{Int, Tensor};
use std::f64::consts::SQRT_2;

/// Phi, the cumulative distribution of N(0, 1).
pub fn normal_cdf<const D: usize>(z: Tensor<D>) -> Tensor<D> {
    ((z / SQRT_2).erf() + 1.0) * 0.5
}

/// The category that each z `[batch]` picks of logits `[batch, categories]`, `[batch]`.
pub fn pick(logits: Tensor<2>, z: Tensor<1>, temperature: f64) -> Tensor<1, Int> {
    let [_, categories] = logits.dims();
    let cumulative = softmax(logits / temperature, 1).cumsum(1);
    let passed: Tensor<2, Int> = cumulative.lower_equal(normal_cdf(z).unsqueeze_dim(1)).int();
    // Rounded, the last cumulative probability can be less than 1.
    let picked: Tensor<1, Int> = passed.sum_dim(1).squeeze_dim(1);
    picked.clamp(0, categories as i64 - 1)
}

/// Halvings of the interval in which [`normal_quantile`] looks.
const HALVINGS: usize = 30;

/// The z in -8 to 8 with Phi(z) = u, for u in [0, 1].
pub fn normal_quantile<const D: usize>(u: Tensor<D>) -> Tensor<D> {
    let mut z = u.zeros_like();
    // Phi rises: from 0 by ever smaller steps towards where it is u.
    for halving in 1..=HALVINGS {
        let step = 8.0 / 2f64.powi(halving as i32);
        z = z.clone() + (u.clone() - normal_cdf(z)).sign() * step;
    }
    z
}

/// The z `[batch]` in the middle, by probability, of those that [`pick`] the given categories at temperature 1.
pub fn latent_of(logits: Tensor<2>, picked: Tensor<1, Int>) -> Tensor<1> {
    let probabilities = softmax(logits, 1);
    let picked: Tensor<2, Int> = picked.unsqueeze_dim(1);
    let upper = probabilities.clone().cumsum(1).gather(1, picked.clone());
    normal_quantile((upper - probabilities.gather(1, picked) * 0.5).squeeze_dim(1))
}
