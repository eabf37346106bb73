//! What a variational autoencoder of small codes learns from (Rombach et al., arXiv 2112.10752, section 3.1).

use burn::tensor::Tensor;
use rand_chacha::ChaCha8Rng;

use super::Loss;
use crate::layers::autoencoder::{Decoder, Encoder};
use crate::layers::{noise, sum_each};

/// Weight of a nat of the code's divergence from the Gaussian against a pixel's error.
const DIVERGENCE: f64 = 0.02;

/// The error |x - x_hat| of pictures `[batch, 3, 32, 32]` drawn of their own codes, and the codes' divergence from N(0, I)
/// (arXiv 1312.6114, equation 10).
pub fn loss(encoder: &Encoder, decoder: &Decoder, images: Tensor<4>, rng: &mut ChaCha8Rng) -> Loss {
    let dimensions: usize = images.dims()[1..].iter().product();
    let [mean, log_variance] = encoder.forward(images.clone());
    let deviation = (log_variance.clone() * 0.5).exp();
    let codes = mean.clone() + deviation * noise(mean.dims(), rng, &mean.device());
    let error = (decoder.forward(codes) - images).abs().mean();
    let spread = mean.clone().square().mean();
    let divergence = sum_each(mean.square() + log_variance.clone().exp() - log_variance - 1.0) * 0.5;
    let divergence = divergence.mean() / dimensions as f64;
    Loss {
        total: error.clone() + divergence.clone() * DIVERGENCE,
        terms: vec![("error", error), ("divergence", divergence), ("spread", spread)],
    }
}
