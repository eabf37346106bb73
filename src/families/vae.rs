//! The variational autoencoder: one pass of a decoder carries z to a picture
//! (Kingma and Welling, arXiv 1312.6114).
//!
//! p(x | z, c) = N(x; decoder(z, c), sigma^2 I) with one sigma for all pixels, learned with the rest
//! (arXiv 2006.13202), which balances reconstruction against the prior without a weight to tune.

use burn::config::Config;
use burn::module::{Module, Param};
use burn::nn::conv::{Conv2d, Conv2dConfig};
use burn::nn::{GroupNorm, GroupNormConfig, Linear, LinearConfig};
use burn::tensor::activation::{silu, tanh};
use burn::tensor::{Device, Int, Tensor};
use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use std::f64::consts::{LN_2, TAU};

use crate::catalogue::ModelCard;
use crate::generator::{Condition, Generator, Loss, Objective, Options, Trajectory, noise};
use crate::layers::{Residual, ResidualConfig, conv3x3, upsample};
use crate::weights::WeightsError;

/// Pixels on a side, and on a side of the coarsest feature map.
const SIDE: usize = 28;
const COARSE: usize = SIDE / 4;

/// Channels that the encoder keeps of its last feature map for the posterior.
const HEAD: usize = 32;

/// Config of [`Vae`].
#[derive(Config, Debug)]
pub struct VaeConfig {
    /// Dimension of the latent.
    #[config(default = 16)]
    pub latent: usize,
    /// Number of classes; "any" is one condition more.
    #[config(default = 10)]
    pub classes: usize,
    /// Channels at 7x7; half of them at 14x14, a quarter at 28x28. A multiple of 32.
    #[config(default = 64)]
    pub channels: usize,
}

impl VaeConfig {
    /// The config on a card.
    ///
    /// # Errors
    /// When the card's config has not the fields of this one.
    pub fn of(card: &ModelCard) -> Result<Self, WeightsError> {
        serde_json::from_value(card.config.clone())
            .map_err(|error| WeightsError::field(&card.id, "config", "the fields of a VAE", &error.to_string()))
    }

    /// Initializes encoder and decoder on `device`.
    pub fn init(&self, device: &Device) -> Vae {
        let Self { latent, classes, channels } = *self;
        let (half, quarter, conditions) = (channels / 2, channels / 4, classes + 1);
        let residual = |channels| ResidualConfig::new(channels).init(device);
        let norm = |channels: usize| GroupNormConfig::new(channels / 8, channels).init(device);
        Vae {
            encoder: Encoder {
                stem: conv3x3(1, half, 2).init(device),
                fine: residual(half),
                down: conv3x3(half, channels, 2).init(device),
                coarse: residual(channels),
                norm: norm(channels),
                squeeze: Conv2dConfig::new([channels, HEAD], [1, 1]).init(device),
                posterior: LinearConfig::new(HEAD * COARSE * COARSE + conditions, 2 * latent).init(device),
            },
            decoder: Decoder {
                stem: LinearConfig::new(latent + conditions, channels * COARSE * COARSE).init(device),
                coarse_1: residual(channels),
                coarse_2: residual(channels),
                widen_1: conv3x3(channels, half, 1).init(device),
                fine: residual(half),
                widen_2: conv3x3(half, quarter, 1).init(device),
                norm: norm(quarter),
                paint: conv3x3(quarter, 1, 1).init(device),
            },
            log_sigma: Param::from_tensor(Tensor::full([1], -1.5, device)),
            latent,
            classes,
        }
    }
}

/// Encoder, decoder, and the decoder's one standard deviation.
#[derive(Module, Debug)]
pub struct Vae {
    encoder: Encoder,
    decoder: Decoder,
    /// ln sigma of the decoder's Gaussian, `[1]`.
    log_sigma: Param<Tensor<1>>,
    #[module(skip)]
    latent: usize,
    #[module(skip)]
    classes: usize,
}

/// q(z | x, c).
#[derive(Module, Debug)]
struct Encoder {
    stem: Conv2d,
    fine: Residual,
    down: Conv2d,
    coarse: Residual,
    norm: GroupNorm,
    squeeze: Conv2d,
    posterior: Linear,
}

/// The mean of p(x | z, c).
#[derive(Module, Debug)]
struct Decoder {
    stem: Linear,
    coarse_1: Residual,
    coarse_2: Residual,
    widen_1: Conv2d,
    fine: Residual,
    widen_2: Conv2d,
    norm: GroupNorm,
    paint: Conv2d,
}

/// A diagonal Gaussian q(z | x, c): mean and log-variance, each `[batch, latent]`.
#[derive(Debug, Clone)]
pub struct Posterior {
    /// The mean.
    pub mean: Tensor<2>,
    /// The logarithm of the variance.
    pub log_variance: Tensor<2>,
}

impl Posterior {
    /// z = mean + sigma epsilon, epsilon ~ N(0, I): the reparameterization of section 2.4.
    pub fn sample(&self, epsilon: Tensor<2>) -> Tensor<2> {
        self.mean.clone() + (self.log_variance.clone() * 0.5).exp() * epsilon
    }

    /// KL(q || N(0, I)) in nats, one number a picture `[batch]`: equation 10's closed form,
    /// 1/2 sum(mean^2 + variance - log variance - 1).
    pub fn divergence(&self) -> Tensor<1> {
        let Self { mean, log_variance } = self;
        let terms = mean.clone().square() + log_variance.clone().exp() - log_variance.clone() - 1.0;
        (terms * 0.5).sum_dim(1).squeeze_dim(1)
    }
}

/// -ln N(x; mean, sigma^2 I) in nats, one number a picture `[batch]`:
/// |x - mean|^2 / (2 sigma^2) + D (ln sigma + 1/2 ln 2 pi).
pub fn gaussian_cost(x: Tensor<4>, mean: Tensor<4>, log_sigma: Tensor<1>) -> Tensor<1> {
    let [batch, channels, height, width] = x.dims();
    let dimensions = channels * height * width;
    let error: Tensor<1> = (x - mean).square().reshape([batch, dimensions]).sum_dim(1).squeeze_dim(1);
    error * (log_sigma.clone() * -2.0).exp() * 0.5 + (log_sigma + TAU.ln() / 2.0) * dimensions as f64
}

impl Vae {
    /// Pictures `[batch, 1, 28, 28]` under conditions `[batch]` to their posterior.
    pub fn encode(&self, images: Tensor<4>, conditions: Tensor<1, Int>) -> Posterior {
        let encoder = &self.encoder;
        let x = encoder.fine.forward(encoder.stem.forward(images));
        let x = encoder.coarse.forward(encoder.down.forward(silu(x)));
        let x: Tensor<2> = encoder.squeeze.forward(silu(encoder.norm.forward(x))).flatten(1, 3);
        let parameters = encoder.posterior.forward(Tensor::cat(vec![x, self.one_hot(conditions)], 1));
        let [mean, log_variance] = parameters.chunk(2, 1).try_into().expect("two halves of an even number of columns");
        // Variances from e^-10 to e^4 are all a posterior needs; the bounds keep exp() finite.
        Posterior { mean, log_variance: log_variance.clamp(-10.0, 4.0) }
    }

    /// Latents `[batch, latent]` under conditions `[batch]` to the mean pictures
    /// `[batch, 1, 28, 28]` in [-1, 1].
    pub fn decode(&self, z: Tensor<2>, conditions: Tensor<1, Int>) -> Tensor<4> {
        let decoder = &self.decoder;
        let [batch, _] = z.dims();
        let x = decoder.stem.forward(Tensor::cat(vec![z, self.one_hot(conditions)], 1));
        let x = x.reshape([batch as i32, -1, COARSE as i32, COARSE as i32]);
        let x = decoder.coarse_2.forward(decoder.coarse_1.forward(x));
        let x = decoder.fine.forward(decoder.widen_1.forward(upsample(silu(x))));
        let x = decoder.widen_2.forward(upsample(silu(x)));
        tanh(decoder.paint.forward(silu(decoder.norm.forward(x))))
    }

    fn one_hot(&self, conditions: Tensor<1, Int>) -> Tensor<2> {
        conditions.float().one_hot(self.classes + 1)
    }

    /// -ELBO in nats, one number a picture `[batch]`, in its two parts: the cost of the picture
    /// given z, and the divergence (equation 3, one sample of z).
    fn negative_elbo(&self, images: Tensor<4>, conditions: Tensor<1, Int>, rng: &mut ChaCha8Rng) -> [Tensor<1>; 2] {
        let posterior = self.encode(images.clone(), conditions.clone());
        let epsilon = noise(posterior.mean.dims(), rng, &images.device());
        let mean = self.decode(posterior.sample(epsilon), conditions);
        [gaussian_cost(images, mean, self.log_sigma.val()), posterior.divergence()]
    }
}

impl Objective for Vae {
    fn loss(&self, images: Tensor<4>, conditions: Tensor<1, Int>, rng: &mut ChaCha8Rng) -> Loss {
        let dimensions = images.dims()[1..].iter().product::<usize>() as f64;
        let [cost, divergence] = self.negative_elbo(images, conditions, rng).map(Tensor::mean);
        Loss {
            total: (cost.clone() + divergence.clone()) / dimensions,
            terms: vec![("cost", cost), ("divergence", divergence), ("log_sigma", self.log_sigma.val())],
        }
    }
}

/// A VAE with its card.
#[derive(Debug, Clone)]
pub struct VaeGenerator {
    card: ModelCard,
    vae: Vae,
}

impl VaeGenerator {
    /// A trained module and what is known of it.
    pub fn new(card: ModelCard, vae: Vae) -> Self {
        Self { card, vae }
    }
}

impl Generator for VaeGenerator {
    fn card(&self) -> &ModelCard {
        &self.card
    }

    fn start(&self, z: Tensor<2>, condition: Condition, _options: &Options) -> Box<dyn Trajectory> {
        Box::new(OneStep { vae: self.vae.clone(), start: Some((z, condition)) })
    }

    /// The posterior mean.
    fn invert(&self, images: Tensor<4>, condition: Condition) -> Option<Tensor<2>> {
        let conditions = condition.indices(self.vae.classes, images.dims()[0], &images.device());
        Some(self.vae.encode(images, conditions).mean)
    }

    /// An upper bound: the -ELBO of pictures dequantized uniformly, in bits of the 0..255 scale.
    fn bits_per_dim(&self, images: Tensor<4>, classes: Tensor<1, Int>, rng: &mut ChaCha8Rng) -> Option<Tensor<1>> {
        let [batch, channels, height, width] = images.dims();
        let dimensions = channels * height * width;
        // A level is 2/255 wide; u - 1/2 of a level is added, so each byte owns an interval of its own.
        let level = 2.0_f32 / 255.0;
        let dither: Vec<f32> = (0..batch * dimensions).map(|_| (rng.random::<f32>() - 0.5) * level).collect();
        let dither = Tensor::<1>::from_floats(dither.as_slice(), &images.device()).reshape(images.dims());
        let [cost, divergence] = self.vae.negative_elbo(images + dither, classes, rng);
        Some((cost + divergence) / (dimensions as f64 * LN_2) - f64::from(level.log2()))
    }
}

/// The one-shot trajectory: a single step from z to the picture.
struct OneStep {
    vae: Vae,
    start: Option<(Tensor<2>, Condition)>,
}

impl Trajectory for OneStep {
    fn step(&mut self) -> Option<Tensor<4>> {
        let (z, condition) = self.start.take()?;
        let conditions = condition.indices(self.vae.classes, z.dims()[0], &z.device());
        Some(self.vae.decode(z, conditions))
    }

    fn steps(&self) -> usize {
        1
    }
}
