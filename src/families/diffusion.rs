//! Diffusion: a denoiser carries the Gaussian to pictures in as many steps as one likes
//! (Ho et al., arXiv 2006.11239), trained as a rectified flow (Liu et al., arXiv 2209.03003).
//!
//! The picture x and noise e are mixed as x_t = (1 - t) x + t e, so the latent z is x_1 itself. The
//! network predicts the velocity e - x, from which the clean picture x_hat and the noise at any t
//! follow, and with them every sampler: DDIM, which on this schedule is Euler's method, the methods of
//! Adams and Bashforth and of Heun, and the ancestral sampler of DDPM.

use burn::config::Config;
use burn::module::Module;
use burn::nn::conv::{Conv2d, Conv2dConfig};
use burn::nn::{Embedding, EmbeddingConfig, GroupNorm, GroupNormConfig, Initializer, Linear, LinearConfig};
use burn::tensor::activation::silu;
use burn::tensor::{Device, Int, Tensor};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::f64::consts::LN_2;

use super::{Family, Traits};
use crate::catalogue::{Controls, Range};
use crate::generator::{BitsPerDim, Condition, Loss, Objective, Sampler, Settings, Trajectory, noise};
use crate::latent::normals;
use crate::layers::guidance::Guidance;
use crate::layers::{
    Modulated, ModulatedConfig, PixelAttention, PixelAttentionConfig, conv3x3, depth_to_space, embed, sum_each,
};

/// Pixels on a side.
const SIDE: usize = 28;

/// Frequencies of the embedding of time.
const FREQUENCIES: usize = 32;

/// Steps where nobody chooses their number.
const STEPS: usize = 25;

/// Config of [`Diffusion`].
#[derive(Config, Debug)]
pub struct DiffusionConfig {
    /// Number of classes; "any" is one condition more.
    #[config(default = 10)]
    pub classes: usize,
    /// Channels at 28x28, 14x14 and 7x7. Multiples of 8.
    #[config(default = "[32, 56, 96]")]
    pub channels: [usize; 3],
    /// Length of the embedding of time and condition.
    #[config(default = 128)]
    pub embedding: usize,
}

/// A U-Net (arXiv 1505.04597) that predicts the velocity e - x of a noisy picture.
#[derive(Module, Debug)]
pub struct Diffusion {
    time_1: Linear,
    time_2: Linear,
    condition: Embedding,
    stem: Conv2d,
    levels: Vec<Level>,
    middle: Vec<Modulated>,
    attention: PixelAttention,
    norm: GroupNorm,
    paint: Conv2d,
    #[module(skip)]
    classes: usize,
}

/// One resolution of the U-Net, and the ways to the next coarser one and back.
#[derive(Module, Debug)]
struct Level {
    down: Vec<Modulated>,
    shrink: Conv2d,
    grow: Conv2d,
    merge: Conv2d,
    up: Vec<Modulated>,
}

/// Residual blocks at 28x28 and at 14x14, on either way, and at 7x7.
const BLOCKS: [usize; 3] = [1, 2, 2];

impl DiffusionConfig {
    /// Initializes the module on `device`.
    pub fn init(&self, device: &Device) -> Diffusion {
        let Self { classes, channels, embedding } = *self;
        let [finest, .., coarsest] = channels;
        let blocks = |level: usize| -> Vec<Modulated> {
            (0..BLOCKS[level]).map(|_| ModulatedConfig::new(channels[level], embedding).init(device)).collect()
        };
        let pointwise = |from, to| Conv2dConfig::new([from, to], [1, 1]).init(device);
        let level = |level: usize| {
            let [fine, coarse] = [channels[level], channels[level + 1]];
            Level {
                down: blocks(level),
                shrink: conv3x3(fine, coarse, 2).init(device),
                grow: pointwise(coarse, 4 * fine),
                merge: pointwise(2 * fine, fine),
                up: blocks(level),
            }
        };
        Diffusion {
            time_1: LinearConfig::new(2 * FREQUENCIES, embedding).init(device),
            time_2: LinearConfig::new(embedding, embedding).init(device),
            condition: EmbeddingConfig::new(classes + 1, embedding).init(device),
            stem: conv3x3(1, finest, 1).init(device),
            levels: (0..channels.len() - 1).map(level).collect(),
            middle: blocks(channels.len() - 1),
            attention: PixelAttentionConfig::new(coarsest).init(device),
            norm: GroupNormConfig::new(finest / 8, finest).init(device),
            paint: conv3x3(finest, 1, 1).with_initializer(Initializer::Zeros).init(device),
            classes,
        }
    }
}

impl Diffusion {
    /// The velocity at noisy pictures x `[batch, 1, 28, 28]`, times t `[batch]` in [0, 1] and
    /// conditions `[batch]`.
    pub fn velocity(&self, x: Tensor<4>, t: Tensor<1>, conditions: Tensor<1, Int>) -> Tensor<4> {
        let time = self.time_2.forward(silu(self.time_1.forward(waves(t))));
        let embedding = silu(time + embed(&self.condition, conditions));

        let x = self.through(&self.levels, self.stem.forward(x), &embedding);
        self.paint.forward(silu(self.norm.forward(x)))
    }

    /// Through the U-Net from the finest of some levels on.
    fn through(&self, levels: &[Level], x: Tensor<4>, embedding: &Tensor<2>) -> Tensor<4> {
        let [level, coarser @ ..] = levels else {
            return walk(&self.middle, self.attention.forward(x), embedding);
        };
        let fine = walk(&level.down, x, embedding);
        let coarse = self.through(coarser, level.shrink.forward(fine.clone()), embedding);
        let grown = depth_to_space(level.grow.forward(coarse));
        walk(&level.up, level.merge.forward(Tensor::cat(vec![grown, fine], 1)), embedding)
    }

    /// [`Diffusion::velocity`] at one time under one condition, guided.
    fn guided(&self, x: &Tensor<4>, t: f64, condition: Condition, scale: f64) -> Tensor<4> {
        let guidance = Guidance::new(condition, scale, self.classes, x.dims()[0], &x.device());
        let x = x.clone().repeat_dim(0, guidance.times());
        let times = Tensor::full([x.dims()[0]], t, &x.device());
        guidance.combine(self.velocity(x, times, guidance.conditions()))
    }
}

fn walk(blocks: &[Modulated], x: Tensor<4>, embedding: &Tensor<2>) -> Tensor<4> {
    blocks.iter().fold(x, |x, block| block.forward(x, embedding.clone()))
}

/// Sines and cosines of times `[batch]` at frequencies from 1 to 1000, `[batch, 2 x FREQUENCIES]`
/// (arXiv 1706.03762, section 3.5).
fn waves(t: Tensor<1>) -> Tensor<2> {
    let frequencies: Vec<f32> = (0..FREQUENCIES).map(|i| 1000f32.powf(i as f32 / (FREQUENCIES - 1) as f32)).collect();
    let frequencies = Tensor::<1>::from_floats(frequencies.as_slice(), &t.device());
    let phases: Tensor<2> = t.unsqueeze_dim(1) * frequencies.unsqueeze_dim(0);
    Tensor::cat(vec![phases.clone().sin(), phases.cos()], 1)
}

/// (1 - t) x + t e for times `[batch]`.
fn mix(x: Tensor<4>, e: Tensor<4>, t: &Tensor<1>) -> Tensor<4> {
    let t: Tensor<4> = t.clone().reshape([-1, 1, 1, 1]);
    x * (t.clone().neg() + 1.0) + e * t
}

impl Objective for Diffusion {
    /// |velocity(x_t, t, c) - (e - x)|^2 a pixel (arXiv 2209.03003, equation 1), with t logit-normal
    /// (arXiv 2403.03206, section 3.1).
    fn loss(&self, images: Tensor<4>, conditions: Tensor<1, Int>, rng: &mut ChaCha8Rng) -> Loss {
        let (shape, device) = (images.dims(), images.device());
        let times: Vec<f32> = normals(rng, shape[0]).iter().map(|n| 1.0 / (1.0 + (-n).exp())).collect();
        let t = Tensor::<1>::from_floats(times.as_slice(), &device);
        let e = noise(shape, rng, &device);
        let velocity = self.velocity(mix(images.clone(), e.clone(), &t), t, conditions);
        Loss { total: (velocity - (e - images)).square().mean(), terms: Vec::new() }
    }
}

impl Family for Diffusion {
    const NAME: &'static str = "diffusion";
    type Config = DiffusionConfig;

    fn init(config: &DiffusionConfig, device: &Device) -> Self {
        config.init(device)
    }

    fn traits(_config: &DiffusionConfig) -> Traits {
        Traits {
            latent: vec![1, SIDE, SIDE],
            forward_passes: "T".into(),
            steps: STEPS,
            controls: Controls {
                steps: Some(Range { min: 1.0, max: 100.0, default: STEPS as f64 }),
                guidance: Some(Range { min: 0.0, max: 8.0, default: 1.0 }),
                samplers: vec![Sampler::Multistep, Sampler::Ddim, Sampler::Heun, Sampler::Ancestral],
                ..Controls::default()
            },
        }
    }

    fn start(&self, z: Tensor<2>, condition: Condition, settings: Settings) -> Box<dyn Trajectory> {
        Box::new(Denoising {
            denoiser: self.clone(),
            condition,
            guidance: settings.guidance,
            sampler: settings.sampler,
            steps: settings.steps,
            done: 0,
            x: z.reshape([-1, 1, SIDE as i32, SIDE as i32]),
            before: None,
            clean: None,
            rng: ChaCha8Rng::seed_from_u64(settings.noise_seed),
        })
    }

    /// DDIM inversion (arXiv 2010.02502, section 4.3), by Heun's method from t = 0 to 1.
    fn invert(&self, images: Tensor<4>, condition: Condition, settings: Settings) -> Option<Tensor<2>> {
        let time = |step: usize| step as f64 / INVERSION_STEPS as f64;
        let velocity = |x: &Tensor<4>, t: f64| self.guided(x, t, condition, settings.guidance);
        let latent = (0..INVERSION_STEPS).fold(images, |x, step| {
            let v = velocity(&x, time(step));
            heun(x, v, time(step), time(step + 1), velocity)
        });
        Some(latent.flatten(1, 3))
    }

    /// An upper bound, the variational bound of arXiv 2107.00630 in continuous time: the divergence
    /// at the noisy end (closed form), one half of the integral of |x - x_hat|^2 over the
    /// signal-to-noise ratio (equation 15, by one draw from each of [`BOUND_STRATA`] strata), and the
    /// cost of the 8-bit levels at the clean end (equation 8).
    fn bits_per_dim(&self, images: Tensor<4>, classes: Tensor<1, Int>, rng: &mut ChaCha8Rng) -> Option<BitsPerDim> {
        let (shape, device) = (images.dims(), images.device());
        let dimensions = shape[1..].iter().product::<usize>();
        // With l the logarithm of the signal-to-noise ratio ((1 - t) / t)^2, t = 1 / (1 + e^(l / 2)).
        let time = |l: f64| 1.0 / (1.0 + (l / 2.0).exp());
        let [noisy, clean] = BOUND_ENDS;

        let (signal, spread) = (1.0 - time(noisy), time(noisy).powi(2));
        let prior = sum_each(images.clone().square() * signal.powi(2) + (spread - 1.0 - spread.ln())) * 0.5;

        let width = (clean - noisy) / BOUND_STRATA as f64;
        let mut integral = Tensor::zeros([shape[0]], &device);
        for stratum in 0..BOUND_STRATA {
            let ratios: Vec<f64> =
                (0..shape[0]).map(|_| noisy + width * (stratum as f64 + rng.random::<f64>())).collect();
            let of = |f: &dyn Fn(f64) -> f64| {
                let values: Vec<f32> = ratios.iter().map(|l| f(*l) as f32).collect();
                Tensor::<1>::from_floats(values.as_slice(), &device)
            };
            let t = of(&time);
            let x = mix(images.clone(), noise(shape, rng, &device), &t);
            let velocity = self.velocity(x.clone(), t.clone(), classes.clone());
            let predicted = x - velocity * t.reshape([-1, 1, 1, 1]);
            integral = integral + sum_each((images.clone() - predicted).square()) * of(&|l| l.exp()) * (width / 2.0);
        }

        let levels = level_cost(images, (-clean / 2.0).exp(), rng);
        Some(BitsPerDim::Bound((prior + integral + levels) / (dimensions as f64 * LN_2)))
    }
}

/// Steps back from a picture to its latent.
const INVERSION_STEPS: usize = 25;

/// The logarithms of the signal-to-noise ratio between which the bound integrates: at the last the
/// noise is a fifth of half a level of the 8-bit scale.
const BOUND_ENDS: [f64; 2] = [-10.0, 14.0];

/// Strata of the bound's integral.
const BOUND_STRATA: usize = 8;

/// -ln p(x | y) in nats a picture `[batch]`, where y is x with noise of standard deviation `sigma`
/// and p is N(y, sigma^2) on the 256 levels, normalized. Beyond two levels nothing of it is left.
fn level_cost(images: Tensor<4>, sigma: f64, rng: &mut ChaCha8Rng) -> Tensor<1> {
    const NEAR: i32 = 2;
    let level = 2.0 / 255.0;
    let noise = noise(images.dims(), rng, &images.device()) * sigma;
    let weight = |steps: i32| ((noise.clone() - f64::from(steps) * level).square() * (-0.5 / sigma.powi(2))).exp();
    let total = (-NEAR..=NEAR).map(weight).reduce(|sum, term| sum + term).expect("at least one level");
    let cost = total.log() + noise.clone().square() * (0.5 / sigma.powi(2));
    sum_each(cost)
}

/// One step of Heun's method from x at time t, where the velocity is v, to time s (arXiv 2206.00364, algorithm 1).
fn heun(x: Tensor<4>, v: Tensor<4>, t: f64, s: f64, velocity: impl Fn(&Tensor<4>, f64) -> Tensor<4>) -> Tensor<4> {
    let euler = x.clone() + v.clone() * (s - t);
    x + (v + velocity(&euler, s)) * ((s - t) / 2.0)
}

/// Mean and variance of q(x_s | x_t, x) for s < t, as factors of x_t and of x, and the variance: the
/// posterior of the forward process (arXiv 2006.11239, equations 6 and 7) for any schedule
/// x_t = a_t x + b_t e (arXiv 2107.00630, appendix A), here with a_t = 1 - t and b_t = t.
pub fn posterior(t: f64, s: f64) -> [f64; 3] {
    let ([a_t, b_t], [a_s, b_s]) = ([1.0 - t, t], [1.0 - s, s]);
    // x_t given x_s: a x_s + sqrt(b) e.
    let a = a_t / a_s;
    let b = b_t.powi(2) - (a * b_s).powi(2);
    let variance = b * b_s.powi(2) / b_t.powi(2);
    [a * b_s.powi(2) / b_t.powi(2), a_s * b / b_t.powi(2), variance]
}

/// The way from noise (t = 1) to the picture (t = 0) in equal steps of time.
struct Denoising {
    denoiser: Diffusion,
    condition: Condition,
    guidance: f64,
    sampler: Sampler,
    steps: usize,
    done: usize,
    x: Tensor<4>,
    /// The velocity of the step before.
    before: Option<Tensor<4>>,
    clean: Option<Tensor<4>>,
    rng: ChaCha8Rng,
}

impl Trajectory for Denoising {
    fn step(&mut self) -> Option<Tensor<4>> {
        if self.done == self.steps {
            return None;
        }
        let time = |done: usize| 1.0 - done as f64 / self.steps as f64;
        let (t, s) = (time(self.done), time(self.done + 1));
        let velocity = |x: &Tensor<4>, t: f64| self.denoiser.guided(x, t, self.condition, self.guidance);
        let x = self.x.clone();
        let v = velocity(&x, t);
        let clean = x.clone() - v.clone() * t;
        self.x = match self.sampler {
            // Adams-Bashforth of second order (arXiv 2202.09778, section 3.3); the first step is Euler's.
            Sampler::Multistep => match self.before.replace(v.clone()) {
                Some(before) => x + (v * 1.5 - before * 0.5) * (s - t),
                None => x + v * (s - t),
            },
            // (1 - s) x_hat + s e_hat, with e_hat = x_t + (1 - t) v (arXiv 2010.02502, equation 12).
            Sampler::Ddim => x + v * (s - t),
            // The last step ends where nothing is left to correct.
            Sampler::Heun if s > 0.0 => heun(x, v, t, s, velocity),
            Sampler::Heun => x + v * (s - t),
            // Algorithm 2 of arXiv 2006.11239.
            Sampler::Ancestral => {
                let [of_x, of_clean, variance] = posterior(t, s);
                let e = noise(x.dims(), &mut self.rng, &x.device());
                x * of_x + clean.clone() * of_clean + e * variance.sqrt()
            }
        };
        self.clean = Some(clean);
        self.done += 1;
        Some(self.x.clone())
    }

    fn steps(&self) -> usize {
        self.steps
    }

    fn predicted(&self) -> Option<Tensor<4>> {
        self.clean.clone()
    }
}
