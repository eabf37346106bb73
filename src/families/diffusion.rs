//! Diffusion: a denoiser carries the Gaussian to pictures in as many steps as one likes
//! (Ho et al., arXiv 2006.11239), trained as a rectified flow (Liu et al., arXiv 2209.03003).

use burn::config::Config;
use burn::module::Module;
use burn::nn::{Embedding, EmbeddingConfig, GroupNorm};
use burn::tensor::activation::silu;
use burn::tensor::{Device, Int, Tensor};
use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use std::f64::consts::LN_2;

use super::family::{Family, Traits};
use crate::cards::{Controls, ImageShape, Range};
use crate::generator::{
    BitsPerDim, Condition, Course, Inversion, Likelihood, Sampler, Settings, Trajectory, Way, fold, noise,
};
use crate::layers::noising::{FREQUENCIES, mix, waves};
use crate::layers::{
    Affine, Convolution, Modulated, ModulatedConfig, PixelAttention, PixelAttentionConfig, Pointwise,
    StridedConvolution, beside, depth_to_space, embed, group_norm, normalized, sum_each,
};
use crate::losses;
use crate::losses::Loss;
use crate::losses::recognizer::Recognizer;
use crate::passes;
use crate::samplers::guidance::Guidance;
use crate::samplers::rectified_flow::{self, Denoising};
use crate::training::Objective;

/// Steps where nobody chooses their number.
const STEPS: usize = 25;

/// Config of [`Diffusion`].
#[derive(Config, Debug)]
pub struct DiffusionConfig {
    /// Number of classes; "any" is one condition more.
    #[config(default = 10)]
    pub classes: usize,
    /// Pixels on a side; a multiple of 4.
    #[config(default = 28)]
    pub side: usize,
    /// Channels of a picture: 1 for grey, 3 for colour.
    #[config(default = 1)]
    pub colours: usize,
    /// Channels where a picture is whole, and two and four times smaller. Multiples of 8.
    #[config(default = "[32, 56, 96]")]
    pub channels: [usize; 3],
    /// Length of the embedding of time and condition.
    #[config(default = 128)]
    pub embedding: usize,
    /// Weight of a nat of the class's information in the loss. 0 trains the flow alone.
    #[config(default = 0.0)]
    pub class_information: f64,
}

/// A U-Net (arXiv 1505.04597) that predicts the velocity e - x of a noisy picture.
#[derive(Module, Debug)]
pub struct Diffusion {
    time_1: Affine,
    time_2: Affine,
    condition: Embedding,
    stem: Convolution,
    levels: Vec<Level>,
    middle: Vec<Modulated>,
    attention: PixelAttention,
    norm: GroupNorm,
    paint: Convolution,
    recognizer: Option<Recognizer>,
    #[module(skip)]
    classes: usize,
    /// Shape of a picture.
    #[module(skip)]
    picture: [usize; 3],
}

/// One resolution of the U-Net, and the ways to the next coarser one and back.
#[derive(Module, Debug)]
struct Level {
    down: Vec<Modulated>,
    shrink: StridedConvolution,
    grow: Pointwise,
    merge: Pointwise,
    up: Vec<Modulated>,
}

/// Residual blocks where a picture is whole and two times smaller, on either way, and where it is four times smaller.
const BLOCKS: [usize; 3] = [1, 2, 2];

impl DiffusionConfig {
    /// Initializes the module on `device`.
    pub fn init(&self, device: &Device) -> Diffusion {
        let Self { classes, side, colours, channels, embedding, class_information } = *self;
        let [finest, .., coarsest] = channels;
        let blocks = |level: usize| -> Vec<Modulated> {
            (0..BLOCKS[level]).map(|_| ModulatedConfig::new(channels[level], embedding).init(device)).collect()
        };
        let level = |level: usize| {
            let [fine, coarse] = [channels[level], channels[level + 1]];
            Level {
                down: blocks(level),
                shrink: StridedConvolution::new(fine, coarse, device),
                grow: Pointwise::new(coarse, 4 * fine, device),
                merge: Pointwise::new(2 * fine, fine, device),
                up: blocks(level),
            }
        };
        Diffusion {
            time_1: Affine::new(2 * FREQUENCIES, embedding, device),
            time_2: Affine::new(embedding, embedding, device),
            condition: EmbeddingConfig::new(classes + 1, embedding).init(device),
            stem: Convolution::new(colours, finest, device),
            levels: (0..channels.len() - 1).map(level).collect(),
            middle: blocks(channels.len() - 1),
            attention: PixelAttentionConfig::new(coarsest).init(device),
            norm: group_norm(finest).init(device),
            paint: Convolution::zeros(finest, colours, device),
            recognizer: Recognizer::paying(class_information, [colours, side], classes, device),
            classes,
            picture: [colours, side, side],
        }
    }
}

impl Diffusion {
    /// Latents `[batch, dimension]` in the shape of pictures.
    fn shaped(&self, z: Tensor<2>) -> Tensor<4> {
        let ([batch, _], [colours, height, width]) = (z.dims(), self.picture);
        z.reshape([batch, colours, height, width])
    }

    /// The velocity at noisy pictures x `[batch, colours, side, side]`, times t `[batch]` in [0, 1] and
    /// conditions `[batch]`.
    pub fn velocity(&self, x: Tensor<4>, t: Tensor<1>, conditions: Tensor<1, Int>) -> Tensor<4> {
        passes::count("denoiser");
        let time = self.time_2.forward(silu(self.time_1.forward(waves(t))));
        let embedding = silu(time + embed(&self.condition, conditions));

        let x = self.through(&self.levels, self.stem.forward(x), &embedding);
        self.paint.forward(normalized(&self.norm, x))
    }

    /// Through the U-Net from the finest of some levels on.
    fn through(&self, levels: &[Level], x: Tensor<4>, embedding: &Tensor<2>) -> Tensor<4> {
        let [level, coarser @ ..] = levels else {
            return through(&self.middle, self.attention.forward(x), embedding);
        };
        let fine = through(&level.down, x, embedding);
        let coarse = self.through(coarser, level.shrink.forward(fine.clone()), embedding);
        let grown = depth_to_space(level.grow.forward(coarse));
        through(&level.up, level.merge.forward(beside(grown, fine)), embedding)
    }

    /// The velocity under a condition, for a way that outlives what it was asked for with.
    fn towards(&self, condition: &Condition, settings: Settings) -> impl Fn(&Tensor<4>, f64) -> Tensor<4> + 'static {
        let (denoiser, condition) = (self.clone(), condition.clone());
        move |x, t| {
            let guidance = Guidance::new(&condition, settings.guidance, denoiser.classes, x.dims()[0], &x.device());
            guidance.combine(denoiser.asked(x.clone().repeat_dim(0, guidance.times()), t, &guidance))
        }
    }

    /// [`Diffusion::velocity`] at one time and x `[times x batch, ...]`, for all questions of the guidance.
    fn asked(&self, x: Tensor<4>, t: f64, guidance: &Guidance) -> Tensor<4> {
        let times = Tensor::full([x.dims()[0]], t, &x.device());
        self.velocity(x, times, guidance.conditions())
    }
}

fn through(blocks: &[Modulated], x: Tensor<4>, embedding: &Tensor<2>) -> Tensor<4> {
    blocks.iter().fold(x, |x, block| block.forward(x, embedding.clone()))
}

impl Objective for Diffusion {
    /// That of the rectified flow; and the information that the clean pictures it predicts hold of their class, bounded
    /// by a classifier that sees real pictures only (arXiv 1606.03657, equation 5): a squared error weighs what tells
    /// a shirt from a coat no more than any other few pixels.
    fn loss(&self, images: Tensor<4>, conditions: Tensor<2, Int>, rng: &mut ChaCha8Rng) -> Loss {
        let conditions: Tensor<1, Int> = conditions.squeeze_dim(1);
        let velocity = |x, t| self.velocity(x, t, conditions.clone());
        let (flow, clean) = losses::rectified_flow::loss(images.clone(), rng, velocity);
        let loss = Loss { total: flow.clone(), terms: vec![("flow", flow)] };
        match &self.recognizer {
            Some(recognizer) => loss.and(recognizer.loss((images, conditions.clone()), (clean, conditions))),
            None => loss,
        }
    }
}

impl Family for Diffusion {
    const NAME: &'static str = "diffusion";
    const PLANNED: bool = true;
    type Config = DiffusionConfig;

    fn init(config: &DiffusionConfig, device: &Device) -> Self {
        config.init(device)
    }

    fn shipped(self) -> Self {
        Self { recognizer: None, ..self }
    }

    fn going_on_from(self, shipped: Self) -> Self {
        Self { recognizer: self.recognizer, ..shipped }
    }

    fn traits(config: &DiffusionConfig) -> Traits {
        Traits {
            latent: vec![config.colours, config.side, config.side],
            image: ImageShape { width: config.side, height: config.side, channels: config.colours },
            forward_passes: "T".into(),
            steps: STEPS,
            invertible: true,
            alternatives: None,
            controls: Controls {
                steps: Some(Range { min: 1.0, max: 100.0, default: STEPS as f64 }),
                guidance: Some(Range { min: 0.0, max: 8.0, default: 1.0 }),
                strength: Some(rectified_flow::STRENGTH),
                samplers: vec![Sampler::Multistep, Sampler::Ddim, Sampler::Heun, Sampler::Ancestral],
                ..Controls::default()
            },
        }
    }

    fn start(&self, z: Tensor<2>, condition: &Condition, settings: Settings) -> Box<dyn Trajectory> {
        let noise = self.shaped(z);
        Box::new(Denoising::new(noise, settings, self.towards(condition, settings)))
    }

    fn course(&self, z: Tensor<2>, condition: &Condition, settings: Settings) -> Option<Course> {
        let guidance = Guidance::new(condition, settings.guidance, self.classes, z.dims()[0], &z.device());
        let denoiser = self.clone();
        Some(Course::Flow(Box::new(Way {
            start: self.shaped(z),
            settings,
            guidance: guidance.scale(),
            velocity: Box::new(move |x, t| denoiser.asked(x, t, &guidance)),
            decoder: None,
        })))
    }

    fn image_to_image(
        &self,
        images: Tensor<4>,
        z: Tensor<2>,
        condition: &Condition,
        settings: Settings,
    ) -> Option<Box<dyn Trajectory>> {
        let noise = self.shaped(z);
        Some(Box::new(Denoising::of_data(images, noise, settings, self.towards(condition, settings))))
    }

    /// DDIM inversion.
    fn invert(&self, images: Tensor<4>, condition: &Condition, settings: Settings) -> Option<Inversion> {
        Some(rectified_flow::invert(|| images, self.towards(condition, settings)))
    }

    /// An upper bound, the variational bound of arXiv 2107.00630 in continuous time: the divergence
    /// at the noisy end (closed form), one half of the integral of |x - x_hat|^2 over the
    /// signal-to-noise ratio (equation 15, by one draw from each of [`BOUND_STRATA`] strata), and the
    /// cost of the 8-bit levels at the clean end (equation 8).
    fn bits_per_dim(&self, images: Tensor<4>, classes: Tensor<1, Int>, rng: &mut ChaCha8Rng) -> Option<Likelihood> {
        let (shape, device) = (images.dims(), images.device());
        let dimensions = shape[1..].iter().product::<usize>();
        // With l the logarithm of the signal-to-noise ratio ((1 - t) / t)^2, t = 1 / (1 + e^(l / 2)).
        let time = |l: f64| 1.0 / (1.0 + (l / 2.0).exp());
        let [noisy, clean] = BOUND_ENDS;
        let width = (clean - noisy) / BOUND_STRATA as f64;
        let draws = (0..BOUND_STRATA).map(|stratum| {
            let ratios: Vec<f64> =
                (0..shape[0]).map(|_| noisy + width * (stratum as f64 + rng.random::<f64>())).collect();
            (ratios, noise(shape, rng, &device))
        });
        let draws: Vec<(Vec<f64>, Tensor<4>)> = draws.collect();
        let level_noise = noise(shape, rng, &device);

        let (denoiser, pictures) = (self.clone(), images.clone());
        let stratum = move |integral: Tensor<1>, stratum: usize| {
            let (ratios, noise) = &draws[stratum];
            let of = |f: &dyn Fn(f64) -> f64| {
                let values: Vec<f32> = ratios.iter().map(|l| f(*l) as f32).collect();
                Tensor::<1>::from_floats(values.as_slice(), &pictures.device())
            };
            let t = of(&time);
            let x = mix(pictures.clone(), noise.clone(), &t);
            let velocity = denoiser.velocity(x.clone(), t.clone(), classes.clone());
            let predicted = x - velocity * t.reshape([-1, 1, 1, 1]);
            integral + sum_each((pictures.clone() - predicted).square()) * of(&|l| l.exp()) * (width / 2.0)
        };
        let whole = move |integral: &Tensor<1>| {
            let (signal, spread) = (1.0 - time(noisy), time(noisy).powi(2));
            let prior = sum_each(images.clone().square() * signal.powi(2) + (spread - 1.0 - spread.ln())) * 0.5;
            let levels = level_cost(level_noise.clone(), (-clean / 2.0).exp());
            BitsPerDim::Bound((prior + integral.clone() + levels) / (dimensions as f64 * LN_2))
        };
        Some(fold(BOUND_STRATA, Tensor::zeros([shape[0]], &device), stratum, whole))
    }
}

/// The logarithms of the signal-to-noise ratio between which the bound integrates: at the last the
/// noise is a fifth of half a level of the 8-bit scale.
const BOUND_ENDS: [f64; 2] = [-10.0, 14.0];

/// Strata of the bound's integral.
const BOUND_STRATA: usize = 8;

/// -ln p(x | y) in nats a picture `[batch]`, where y is x with `noise` of standard deviation `sigma` (that of `noise` is
/// 1) and p is N(y, sigma^2) on the 256 levels, normalized. Beyond two levels nothing of it is left.
fn level_cost(noise: Tensor<4>, sigma: f64) -> Tensor<1> {
    const NEAR: i32 = 2;
    let level = 2.0 / 255.0;
    let noise = noise * sigma;
    let weight = |steps: i32| ((noise.clone() - f64::from(steps) * level).square() * (-0.5 / sigma.powi(2))).exp();
    let total = (-NEAR..=NEAR).map(weight).reduce(|sum, term| sum + term).expect("at least one level");
    let cost = total.log() + noise.clone().square() * (0.5 / sigma.powi(2));
    sum_each(cost)
}
