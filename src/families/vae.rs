//! The variational autoencoder: one pass of a decoder carries a latent to a picture
//! (Kingma and Welling, arXiv 1312.6114).
//!
//! A condition narrows the Gaussian before the decoder sees it: z ~ N(0, I) is carried to the code
//! h = mean_c + root_c z, so each class, and "any", has a Gaussian of its own in one space of codes
//! that all share. The conditional prior p(h | c) is learned with the rest, and so is the one sigma of
//! p(x | h) = N(x; decoder(h), sigma^2 I) (arXiv 2006.13202), which balances reconstruction against
//! the prior without a weight to tune.

use burn::config::Config;
use burn::module::{Module, Param};
use burn::nn::{GroupNorm, Linear, LinearConfig};
use burn::tensor::{Device, Int, Tensor};
use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use std::f64::consts::{LN_2, TAU};

use super::family::{Family, Traits};
use crate::cards::{Controls, ImageShape};
use crate::generator::{
    BitsPerDim, Condition, Course, Inversion, Likelihood, OneShot, Settings, Trajectory, at_once, noise,
};
use crate::layers::triangular::{inverse, mask};
use crate::layers::{
    Convolution, Pointwise, Residual, ResidualConfig, StridedConvolution, activated, group_norm, halves, normalized,
    silu, sum_each, tanh,
};
use crate::losses::Loss;
use crate::losses::recognizer::Recognizer;
use crate::passes;
use crate::training::Objective;

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
    /// Pixels on a side; a multiple of 4.
    #[config(default = 28)]
    pub side: usize,
    /// Channels of a picture: 1 for grey, 3 for colour.
    #[config(default = 1)]
    pub colours: usize,
    /// Channels where a picture is four times smaller; half of them where it is twice, a quarter where it is whole. A
    /// multiple of 32.
    #[config(default = 64)]
    pub channels: usize,
    /// Weight of the class's information in the loss, in nats a nat: how much a picture may lose in
    /// its bound for its class to be told from it. 0 trains the bound alone.
    #[config(default = 0.0)]
    pub class_information: f64,
}

impl VaeConfig {
    /// Initializes the module on `device`.
    pub fn init(&self, device: &Device) -> Vae {
        let Self { latent, classes, side, colours, channels, class_information } = *self;
        let coarse = (side / 4).pow(2);
        let (half, quarter) = (channels / 2, channels / 4);
        let residual = |channels| ResidualConfig::new(channels).init(device);
        let norm = |channels: usize| group_norm(channels).init(device);
        // The config weighs it against the bound of a whole picture; the loss is of one of its dimensions.
        let weight = class_information / (colours * side * side) as f64;
        Vae {
            encoder: Encoder {
                stem: StridedConvolution::new(colours, half, device),
                down: StridedConvolution::new(half, channels, device),
                coarse: residual(channels),
                norm: norm(channels),
                squeeze: Pointwise::new(channels, HEAD, device),
                posterior: LinearConfig::new(HEAD * coarse, 2 * latent).init(device),
            },
            prior: Prior {
                mean: Param::from_tensor(Tensor::zeros([classes + 1, latent], device)),
                root: Param::from_tensor(Tensor::zeros([classes + 1, latent, latent], device)),
            },
            decoder: Decoder {
                stem: LinearConfig::new(latent, channels * coarse).init(device),
                coarse: residual(channels),
                widen_1: Convolution::new(channels, half, device),
                fine: residual(half),
                widen_2: Convolution::new(half, quarter, device),
                norm: norm(quarter),
                paint: Convolution::new(quarter, colours, device),
                side: side / 4,
            },
            log_sigma: Param::from_tensor(Tensor::full([1], -1.5, device)),
            recognizer: Recognizer::paying(weight, [colours, side], classes, device),
            classes,
        }
    }
}

/// Encoder, conditional prior, decoder, and the decoder's one standard deviation.
#[derive(Module, Debug)]
pub struct Vae {
    encoder: Encoder,
    /// How each condition carries the Gaussian to codes.
    pub prior: Prior,
    decoder: Decoder,
    /// ln sigma of the decoder's Gaussian, `[1]`.
    log_sigma: Param<Tensor<1>>,
    recognizer: Option<Recognizer>,
    #[module(skip)]
    classes: usize,
}

/// q(h | x).
#[derive(Module, Debug)]
struct Encoder {
    stem: StridedConvolution,
    down: StridedConvolution,
    coarse: Residual,
    norm: GroupNorm,
    squeeze: Pointwise,
    posterior: Linear,
}

/// p(h | c) = N(mean_c, root_c root_c^T), a Gaussian for each condition.
#[derive(Module, Debug)]
pub struct Prior {
    /// Means `[conditions, latent]` over [`PRIOR_RATE`].
    mean: Param<Tensor<2>>,
    /// Lower triangular roots of the covariances `[conditions, latent, latent]` over [`PRIOR_RATE`],
    /// their diagonals as logarithms; what is above the diagonal is not used.
    root: Param<Tensor<3>>,
}

/// Adam moves every parameter by about the learning rate a step, and the prior has farther to go than
/// weights have: this many times as far.
const PRIOR_RATE: f64 = 10.0;

impl Prior {
    /// Means `[conditions, latent]`.
    pub fn means(&self) -> Tensor<2> {
        self.mean.val() * PRIOR_RATE
    }

    /// Lower triangular roots of the covariances `[conditions, latent, latent]`.
    pub fn roots(&self) -> Tensor<3> {
        let raw = self.root.val() * PRIOR_RATE;
        let [_, latent, _] = raw.dims();
        let below = mask(latent, |row, column| row > column, &raw.device());
        let diagonal = mask(latent, |row, column| row == column, &raw.device());
        (raw.clone() * diagonal.clone()).exp() * diagonal + raw * below
    }

    /// Carries latents z `[batch, latent]` to codes `[batch, latent]` under conditions `[batch]`.
    pub fn carry(&self, z: Tensor<2>, conditions: Tensor<1, Int>) -> Tensor<2> {
        let roots = self.roots().select(0, conditions.clone());
        roots.matmul(z.unsqueeze_dim(2)).squeeze_dim(2) + self.means().select(0, conditions)
    }

    /// Goes back from codes `[batch, latent]` to latents: the inverse of [`Prior::carry`].
    pub fn whiten(&self, codes: Tensor<2>, conditions: Tensor<1, Int>) -> Tensor<2> {
        self.whiten_by(inverse(self.roots()), codes, conditions)
    }

    /// [`Prior::whiten`], given the inverses of the roots.
    fn whiten_by(&self, inverses: Tensor<3>, codes: Tensor<2>, conditions: Tensor<1, Int>) -> Tensor<2> {
        let centred = codes - self.means().select(0, conditions.clone());
        inverses.select(0, conditions).matmul(centred.unsqueeze_dim(2)).squeeze_dim(2)
    }

    /// KL(q || p(h | c)) in nats, one number a picture `[batch]`: with A = root_c^-1 it is
    /// 1/2 (|A (mean - mean_c)|^2 + sum_ij A_ij^2 variance_j - sum ln variance - n) + ln det root_c,
    /// which for the standard normal is equation 10's closed form.
    pub fn divergence(&self, posterior: &Posterior, conditions: Tensor<1, Int>) -> Tensor<1> {
        let Posterior { mean, log_variance } = posterior;
        let roots = self.roots();
        let [_, latent, _] = roots.dims();
        let diagonal = mask(latent, |row, column| row == column, &roots.device());
        // The logarithm of the diagonal is what is stored.
        let log_determinants = (self.root.val() * PRIOR_RATE * diagonal).sum_dims(&[1, 2]).flatten::<1>(0, 2);
        let inverses = inverse(roots);
        let spread = inverses.clone().square().select(0, conditions.clone());
        let spread: Tensor<2> = spread.matmul(log_variance.clone().exp().unsqueeze_dim(2)).squeeze_dim(2);
        let distance = self.whiten_by(inverses, mean.clone(), conditions.clone()).square();
        let terms: Tensor<1> = (distance + spread - log_variance.clone() - 1.0).sum_dim(1).squeeze_dim(1);
        terms * 0.5 + log_determinants.select(0, conditions)
    }
}

/// The mean of p(x | h).
#[derive(Module, Debug)]
struct Decoder {
    stem: Linear,
    coarse: Residual,
    widen_1: Convolution,
    fine: Residual,
    widen_2: Convolution,
    norm: GroupNorm,
    paint: Convolution,
    /// Pixels on a side of the coarsest feature map.
    #[module(skip)]
    side: usize,
}

/// A diagonal Gaussian q(h | x): mean and log-variance, each `[batch, latent]`.
#[derive(Debug, Clone)]
pub struct Posterior {
    /// The mean.
    pub mean: Tensor<2>,
    /// The logarithm of the variance.
    pub log_variance: Tensor<2>,
}

impl Posterior {
    /// h = mean + sigma epsilon, epsilon ~ N(0, I): the reparameterization of section 2.4.
    pub fn sample(&self, epsilon: Tensor<2>) -> Tensor<2> {
        self.mean.clone() + (self.log_variance.clone() * 0.5).exp() * epsilon
    }
}

/// -ln N(x; mean, sigma^2 I) in nats, one number a picture `[batch]`:
/// |x - mean|^2 / (2 sigma^2) + D (ln sigma + 1/2 ln 2 pi).
pub fn gaussian_cost(x: Tensor<4>, mean: Tensor<4>, log_sigma: Tensor<1>) -> Tensor<1> {
    let [_, channels, height, width] = x.dims();
    let dimensions = channels * height * width;
    sum_each((x - mean).square()) * (log_sigma.clone() * -2.0).exp() * 0.5
        + (log_sigma + TAU.ln() / 2.0) * dimensions as f64
}

impl Vae {
    /// Pictures `[batch, colours, side, side]` to the posterior of their codes.
    pub fn encode(&self, images: Tensor<4>) -> Posterior {
        passes::count("encoder");
        let encoder = &self.encoder;
        let x = encoder.down.forward(activated(encoder.stem.forward(images)));
        let x = encoder.coarse.forward(x);
        let x: Tensor<2> = silu(encoder.squeeze.forward(normalized(&encoder.norm, x))).flatten(1, 3);
        let [mean, log_variance] = halves(encoder.posterior.forward(x), 1);
        // Variances from e^-10 to e^4 are all a posterior needs; the bounds keep exp() finite.
        Posterior { mean, log_variance: log_variance.clamp(-10.0, 4.0) }
    }

    /// Codes `[batch, latent]` to the mean pictures `[batch, colours, side, side]` in [-1, 1].
    pub fn decode(&self, codes: Tensor<2>) -> Tensor<4> {
        passes::count("decoder");
        let decoder = &self.decoder;
        let (batch, side) = (codes.dims()[0], decoder.side as i32);
        let x = decoder.stem.forward(codes).reshape([batch as i32, -1, side, side]);
        let x = decoder.coarse.forward(x);
        let x = decoder.fine.forward(decoder.widen_1.forward(activated(x).upsampled()));
        let x = decoder.widen_2.forward(activated(x).upsampled());
        tanh(decoder.paint.forward(normalized(&decoder.norm, x)))
    }

    /// Latents z `[batch, latent]` under conditions `[batch]` to pictures `[batch, colours, side, side]`.
    pub fn draw(&self, z: Tensor<2>, conditions: Tensor<1, Int>) -> Tensor<4> {
        self.decode(self.prior.carry(z, conditions))
    }

    /// [`Vae::draw`] under one condition, to be done when somebody looks.
    fn drawing(&self, z: Tensor<2>, condition: &Condition) -> impl Fn() -> Tensor<4> + 'static {
        let vae = self.clone();
        let conditions = condition.indices(vae.classes, z.dims()[0], &z.device());
        move || vae.draw(z.clone(), conditions.clone())
    }

    /// -ELBO in nats, one number a picture `[batch]`, in its two parts: the cost of the picture
    /// given its code, and the divergence (equation 3, one sample of the code, by noise epsilon `[batch, latent]`).
    fn negative_elbo(&self, images: Tensor<4>, conditions: Tensor<1, Int>, epsilon: Tensor<2>) -> [Tensor<1>; 2] {
        let posterior = self.encode(images.clone());
        let mean = self.decode(posterior.sample(epsilon));
        [gaussian_cost(images, mean, self.log_sigma.val()), self.prior.divergence(&posterior, conditions)]
    }
}

impl Objective for Vae {
    /// The bound, and the information that a drawn picture holds of the class it was drawn in, bounded
    /// by a classifier that sees real pictures only (arXiv 1606.03657, equation 5): the blur that a
    /// Gaussian of pixels does not mind would otherwise hide the class.
    fn loss(&self, images: Tensor<4>, conditions: Tensor<2, Int>, rng: &mut ChaCha8Rng) -> Loss {
        let conditions: Tensor<1, Int> = conditions.squeeze_dim(1);
        let [batch, channels, height, width] = images.dims();
        let dimensions = (channels * height * width) as f64;
        let [latent, _] = self.decoder.stem.weight.dims();
        let epsilon = noise([batch, latent], rng, &images.device());
        let [cost, divergence] = self.negative_elbo(images.clone(), conditions.clone(), epsilon).map(Tensor::mean);
        let total = (cost.clone() + divergence.clone()) / dimensions;
        let terms = vec![("cost", cost), ("divergence", divergence), ("log_sigma", self.log_sigma.val())];
        let loss = Loss { total, terms };
        let Some(recognizer) = &self.recognizer else { return loss };
        let drawn = (batch / DRAWN_FRACTION).max(1);
        let narrowed = conditions.clone().narrow(0, 0, drawn);
        let pictures = self.draw(noise([drawn, latent], rng, &images.device()), narrowed.clone());
        loss.and(recognizer.loss((images, conditions), (pictures, narrowed)))
    }
}

/// One in so many pictures of a batch is drawn for the class's information.
const DRAWN_FRACTION: usize = 2;

impl Family for Vae {
    const NAME: &'static str = "vae";
    const PLANNED: bool = true;
    type Config = VaeConfig;

    fn init(config: &VaeConfig, device: &Device) -> Self {
        config.init(device)
    }

    fn shipped(self) -> Self {
        Self { recognizer: None, ..self }
    }

    fn going_on_from(self, shipped: Self) -> Self {
        Self { recognizer: self.recognizer, ..shipped }
    }

    fn traits(config: &VaeConfig) -> Traits {
        Traits {
            latent: vec![config.latent],
            image: ImageShape { width: config.side, height: config.side, channels: config.colours },
            forward_passes: "1".into(),
            steps: 1,
            invertible: true,
            alternatives: None,
            controls: Controls::default(),
        }
    }

    fn start(&self, z: Tensor<2>, condition: &Condition, _settings: Settings) -> Box<dyn Trajectory> {
        Box::new(OneShot::new(self.drawing(z, condition)))
    }

    fn course(&self, z: Tensor<2>, condition: &Condition, _settings: Settings) -> Option<Course> {
        Some(Course::Once(Box::new(self.drawing(z, condition))))
    }

    /// The latent of the posterior mean.
    fn invert(&self, images: Tensor<4>, condition: &Condition, _settings: Settings) -> Option<Inversion> {
        let conditions = condition.indices(self.classes, images.dims()[0], &images.device());
        let vae = self.clone();
        Some(at_once(move || vae.prior.whiten(vae.encode(images).mean, conditions)))
    }

    /// An upper bound: the -ELBO of pictures dequantized uniformly, in bits of the 0..255 scale.
    fn bits_per_dim(&self, images: Tensor<4>, classes: Tensor<1, Int>, rng: &mut ChaCha8Rng) -> Option<Likelihood> {
        let [batch, channels, height, width] = images.dims();
        let dimensions = channels * height * width;
        // A level is 2/255 wide; u - 1/2 of a level is added, so each byte owns an interval of its own.
        let level = 2.0_f32 / 255.0;
        let dither: Vec<f32> = (0..batch * dimensions).map(|_| (rng.random::<f32>() - 0.5) * level).collect();
        let dither = Tensor::<1>::from_floats(dither.as_slice(), &images.device()).reshape(images.dims());
        let [latent, _] = self.decoder.stem.weight.dims();
        let (vae, epsilon) = (self.clone(), noise([batch, latent], rng, &images.device()));
        Some(at_once(move || {
            let [cost, divergence] = vae.negative_elbo(images + dither, classes, epsilon);
            BitsPerDim::Bound((cost + divergence) / (dimensions as f64 * LN_2) - f64::from(level.log2()))
        }))
    }
}
