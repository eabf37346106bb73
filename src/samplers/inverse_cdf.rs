//! Draws from a categorical distribution as a function of a Gaussian coordinate: with u = Phi(z) uniform,
//! the first category whose cumulative probability exceeds u (inverse transform sampling).

use burn::tensor::activation::softmax;
use burn::tensor::{Int, Tensor};

use crate::generator::Choices;
use crate::layers::normal::{normal_cdf, normal_quantile};

/// The category that each z `[batch]` picks of logits `[batch, categories]`, `[batch]`.
pub fn pick(logits: Tensor<2>, z: Tensor<1>) -> Tensor<1, Int> {
    let [_, categories] = logits.dims();
    let cumulative = softmax(logits, 1).cumsum(1);
    let passed: Tensor<2, Int> = cumulative.lower_equal(normal_cdf(z).unsqueeze_dim(1)).int();
    // Rounded, the last cumulative probability can be less than 1.
    let picked: Tensor<1, Int> = passed.sum_dim(1).squeeze_dim(1);
    picked.clamp(0, categories as i64 - 1)
}

/// What was [`pick`]ed from some logits `[batch, categories]` by z `[batch, choices]`.
pub fn choices(logits: Vec<Tensor<2>>, z: Tensor<2>, picked: Tensor<2, Int>) -> Choices {
    let logits: Tensor<3> = Tensor::stack(logits, 1);
    Choices { cumulative: softmax(logits, 2).cumsum(2), u: normal_cdf(z), chosen: picked.float() }
}

/// The z `[batch]` in the middle, by probability, of those that [`pick`] the given categories at temperature 1.
pub fn latent_of(logits: Tensor<2>, picked: Tensor<1, Int>) -> Tensor<1> {
    let probabilities = softmax(logits, 1);
    let picked: Tensor<2, Int> = picked.unsqueeze_dim(1);
    let upper = probabilities.clone().cumsum(1).gather(1, picked.clone());
    normal_quantile((upper - probabilities.gather(1, picked) * 0.5).squeeze_dim(1))
}
