//! What the velocity of a rectified flow is learned from (Liu et al., arXiv 2209.03003).

use burn::tensor::Tensor;
use rand_chacha::ChaCha8Rng;

use crate::latent::normals;
use crate::layers::noise;
use crate::layers::noising::mix;

/// |velocity(x_t, t) - (e - x)|^2 a coordinate of data `[batch, channels, height, width]` (arXiv 2209.03003,
/// equation 1), with t logit-normal (arXiv 2403.03206, section 3.1); and the clean data that is predicted, x_hat.
pub fn loss(
    data: Tensor<4>,
    rng: &mut ChaCha8Rng,
    velocity: impl FnOnce(Tensor<4>, Tensor<1>) -> Tensor<4>,
) -> (Tensor<1>, Tensor<4>) {
    let (shape, device) = (data.dims(), data.device());
    let times: Vec<f32> = normals(rng, shape[0]).iter().map(|n| 1.0 / (1.0 + (-n).exp())).collect();
    let t = Tensor::<1>::from_floats(times.as_slice(), &device);
    let e = noise(shape, rng, &device);
    let x = mix(data.clone(), e.clone(), &t);
    let velocity = velocity(x.clone(), t.clone());
    let clean = x - velocity.clone() * t.reshape([-1, 1, 1, 1]);
    ((velocity - (e - data)).square().mean(), clean)
}
