//! The normalizing flow: an invertible map between the Gaussian and pictures, whose likelihood is exact
//! (Rezende and Mohamed, arXiv 1505.05770).
//!
//! Couplings at several scales (RealNVP, arXiv 1605.08803), each by mixtures of logistics (Flow++, arXiv
//! 1902.00275), with activation normalization and invertible mixing of channels (Glow, arXiv 1807.03039). The latent
//! is shaped like the picture: at every scale half the channels leave, and what leaves and what stays go back to the
//! places they came from.

use burn::config::Config;
use burn::module::Module;
use burn::nn::{Embedding, EmbeddingConfig};
use burn::tensor::activation::sigmoid;
use burn::tensor::{Device, Int, Tensor};
use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use std::f64::consts::{LN_2, TAU};

use super::family::{Family, Traits};
use crate::cards::{Controls, ImageShape, Range};
use crate::generator::{BitsPerDim, Condition, Inversion, Likelihood, Settings, Stepwise, Trajectory, fold};
use crate::layers::coupling::{Net, Step, StepConfig};
use crate::layers::{beside, depth_to_space, embed, halves, space_to_depth, sum_each};
use crate::losses::Loss;
use crate::training::Objective;

/// Config of [`Flow`].
#[derive(Config, Debug)]
pub struct FlowConfig {
    /// Number of classes; "any" is one condition more.
    #[config(default = 10)]
    pub classes: usize,
    /// Pixels on a side; a multiple of 4.
    #[config(default = 28)]
    pub side: usize,
    /// Steps at each of the three scales.
    #[config(default = "[6, 6, 4]")]
    pub steps: [usize; 3],
    /// Channels of the couplings' nets at each scale. Multiples of 8.
    #[config(default = "[32, 48, 48]")]
    pub channels: [usize; 3],
    /// Logistics in a coupling's mixture.
    #[config(default = 4)]
    pub mixtures: usize,
    /// Length of the embedding of the condition.
    #[config(default = 64)]
    pub embedding: usize,
}

/// The scales: whether blocks of 2x2 pixels become channels first, and how many channels there are then.
/// Half of them leave, except at the last.
pub const SCALES: [(bool, usize); 3] = [(true, 4), (true, 8), (false, 4)];

impl FlowConfig {
    /// Initializes the module on `device`.
    pub fn init(&self, device: &Device) -> Flow {
        let Self { classes, side, steps, channels: hidden, mixtures, embedding } = *self;
        let scale = |i: usize| {
            let (squeezes, channels) = SCALES[i];
            let step = StepConfig::new(channels, hidden[i], mixtures, embedding);
            let last = i + 1 == SCALES.len();
            Scale {
                steps: (0..steps[i]).map(|_| step.init(device)).collect(),
                leaving: (!last).then(|| step.init_net(device)),
                squeezes,
            }
        };
        Flow {
            condition: EmbeddingConfig::new(classes + 1, embedding).init(device),
            scales: (0..SCALES.len()).map(scale).collect(),
            classes,
            side,
        }
    }
}

/// The flow, a map in both directions.
#[derive(Module, Debug)]
pub struct Flow {
    condition: Embedding,
    scales: Vec<Scale>,
    #[module(skip)]
    classes: usize,
    #[module(skip)]
    side: usize,
}

#[derive(Module, Debug)]
struct Scale {
    steps: Vec<Step>,
    /// The map of the channels that leave to the Gaussian, given those that stay.
    leaving: Option<Net>,
    #[module(skip)]
    squeezes: bool,
}

impl Scale {
    /// Towards the latent: what stays, what leaves and is latent already, and the logarithm of the determinant `[batch]`.
    fn forward(&self, x: Tensor<4>, embedding: &Tensor<2>) -> (Tensor<4>, Option<Tensor<4>>, Tensor<1>) {
        let mut x = if self.squeezes { space_to_depth(x) } else { x };
        let mut determinant = sum_each(x.clone() * 0.0);
        for step in &self.steps {
            let (next, more) = step.forward(x, embedding.clone());
            (x, determinant) = (next, determinant + more);
        }
        let Some(leaving) = &self.leaving else { return (x, None, determinant) };
        let [stay, leave] = halves(x, 1);
        let (leave, more) = leaving.forward(stay.clone(), embedding.clone()).forward(leave);
        (stay, Some(leave), determinant + more)
    }

    /// Back from the latent, given what stayed as the coarser scales have it, and what left as latent.
    fn inverse(&self, stay: Tensor<4>, leave: Option<Tensor<4>>, embedding: &Tensor<2>) -> Tensor<4> {
        let x = match (&self.leaving, leave) {
            (Some(leaving), Some(leave)) => {
                let leave = leaving.forward(stay.clone(), embedding.clone()).inverse(leave);
                beside(stay, leave)
            }
            _ => stay,
        };
        let x = self.steps.iter().rev().fold(x, |x, step| step.inverse(x, embedding.clone()));
        if self.squeezes { depth_to_space(x) } else { x }
    }
}

/// A latent in its parts: what leaves at each scale, from the finest on, and what stays to the last.
#[derive(Clone)]
struct Parts {
    left: Vec<Option<Tensor<4>>>,
    stay: Tensor<4>,
}

impl Parts {
    /// Those of a latent in the picture's shape.
    fn of(z: Tensor<4>, scales: &[Scale]) -> Self {
        let mut parts = Self { left: Vec::new(), stay: z };
        for scale in scales {
            let x = if scale.squeezes { space_to_depth(parts.stay) } else { parts.stay };
            let leave = if scale.leaving.is_some() {
                let [stay, leave] = halves(x, 1);
                parts.stay = stay;
                Some(leave)
            } else {
                parts.stay = x;
                None
            };
            parts.left.push(leave);
        }
        parts
    }

    /// The latent that they are parts of.
    fn whole(self, scales: &[Scale]) -> Tensor<4> {
        scales.iter().zip(self.left).rev().fold(self.stay, |stay, (scale, leave)| {
            let x = match leave {
                Some(leave) => beside(stay, leave),
                None => stay,
            };
            if scale.squeezes { depth_to_space(x) } else { x }
        })
    }
}

/// The way of logits to their latent, from the finest scale on.
struct Folding {
    embedding: Tensor<2>,
    /// What left so far, and what stays.
    parts: Parts,
    /// The logarithm of each scale's determinant `[batch]`.
    determinants: Vec<Tensor<1>>,
}

impl Folding {
    fn of(logits: Tensor<4>, embedding: Tensor<2>) -> Self {
        Self { embedding, parts: Parts { left: Vec::new(), stay: logits }, determinants: Vec::new() }
    }

    /// On through the next scale.
    fn through(mut self, scale: &Scale) -> Self {
        let (stay, leave, determinant) = scale.forward(self.parts.stay, &self.embedding);
        self.parts.stay = stay;
        self.parts.left.push(leave);
        self.determinants.push(determinant);
        self
    }

    /// The latent after the last scale, and the logarithm of the determinant of the whole.
    fn arrived(&self, scales: &[Scale]) -> (Tensor<4>, Tensor<1>) {
        let sum = self.determinants.iter().rev().cloned().reduce(|coarser, finer| finer + coarser);
        (self.parts.clone().whole(scales), sum.expect("at least one scale"))
    }
}

/// How far the ends of the scale of levels are kept from infinity (arXiv 1605.08803, section 4.1).
pub const MARGIN: f64 = 0.05;

/// Levels of a pixel.
pub const LEVELS: f64 = 256.0;

/// Pictures in [-1, 1], `within` [0, 1) of each level's interval, as logits, and the logarithm of the
/// determinant of the way from the unit interval `[batch]`.
fn to_logits(images: Tensor<4>, within: Tensor<4>) -> (Tensor<4>, Tensor<1>) {
    let unit = ((images + 1.0) * 127.5 + within) / LEVELS;
    let inside = unit * (1.0 - 2.0 * MARGIN) + MARGIN;
    let (log, log_rest) = (inside.clone().log(), (inside.neg() + 1.0).log());
    let determinant = sum_each((log.clone() + log_rest.clone()).neg() + (1.0 - 2.0 * MARGIN).ln());
    (log - log_rest, determinant)
}

/// Logits to pictures in [-1, 1].
fn from_logits(logits: Tensor<4>) -> Tensor<4> {
    let unit = (sigmoid(logits) - MARGIN) / (1.0 - 2.0 * MARGIN);
    ((unit * LEVELS - 0.5) / 127.5 - 1.0).clamp(-1.0, 1.0)
}

impl Flow {
    fn embedding(&self, conditions: Tensor<1, Int>) -> Tensor<2> {
        embed(&self.condition, conditions)
    }

    /// Logits of pictures `[batch, 1, side, side]` under conditions `[batch]` to latents of the same shape, and the
    /// logarithm of the determinant of the Jacobian `[batch]`.
    pub fn forward(&self, x: Tensor<4>, conditions: Tensor<1, Int>) -> (Tensor<4>, Tensor<1>) {
        let way = Folding::of(x, self.embedding(conditions));
        self.scales.iter().fold(way, Folding::through).arrived(&self.scales)
    }

    /// Latents to logits, the inverse of [`Flow::forward`].
    pub fn inverse(&self, z: Tensor<4>, conditions: Tensor<1, Int>) -> Tensor<4> {
        let (embedding, Parts { stay, left }) = (self.embedding(conditions), Parts::of(z, &self.scales));
        let scales = self.scales.iter().zip(left).rev();
        scales.fold(stay, |stay, (scale, leave)| scale.inverse(stay, leave, &embedding))
    }

    /// [`Flow::forward`] scale by scale, of which `result` reads the latent and the logarithm of the determinant.
    fn folding<T>(
        &self,
        logits: Tensor<4>,
        conditions: Tensor<1, Int>,
        result: impl Fn(Tensor<4>, Tensor<1>) -> T + 'static,
    ) -> Box<dyn Stepwise<T>> {
        let ([steps, result_of], way) =
            ([self.scales.clone(), self.scales.clone()], Folding::of(logits, self.embedding(conditions)));
        fold(
            steps.len(),
            way,
            move |way, i| way.through(&steps[i]),
            move |way| {
                let (z, determinant) = way.arrived(&result_of);
                result(z, determinant)
            },
        )
    }
}

/// Bits a dimension of pictures with so many dimensions `[batch]`: -log2 of the density on levels (arXiv 1605.08803,
/// equation 3), of their latent and the logarithms of the determinants of the way there.
fn bits(dimensions: usize, z: Tensor<4>, determinant: Tensor<1>, to_logits: Tensor<1>) -> Tensor<1> {
    let prior = sum_each(z.square() + TAU.ln()) * -0.5;
    (prior + determinant + to_logits) / (-(dimensions as f64) * LN_2) + LEVELS.log2()
}

fn uniform(shape: [usize; 4], rng: &mut ChaCha8Rng, device: &Device) -> Tensor<4> {
    let values: Vec<f32> = (0..shape.iter().product()).map(|_| rng.random()).collect();
    Tensor::<1>::from_floats(values.as_slice(), device).reshape(shape)
}

impl Objective for Flow {
    /// Bits a dimension, of pictures dequantized uniformly.
    fn loss(&self, images: Tensor<4>, conditions: Tensor<2, Int>, rng: &mut ChaCha8Rng) -> Loss {
        let (conditions, dimensions): (Tensor<1, Int>, _) = (conditions.squeeze_dim(1), self.side * self.side);
        let within = uniform(images.dims(), rng, &images.device());
        let (logits, to_logits) = to_logits(images, within);
        let (z, determinant) = self.forward(logits, conditions);
        Loss { total: bits(dimensions, z, determinant, to_logits).mean(), terms: Vec::new() }
    }

    /// Normalizes the activations of the first batch.
    fn prepared(mut self, images: Tensor<4>, conditions: Tensor<2, Int>, rng: &mut ChaCha8Rng) -> Self {
        let conditions: Tensor<1, Int> = conditions.squeeze_dim(1);
        let within = uniform(images.dims(), rng, &images.device());
        let (mut x, _) = to_logits(images, within);
        let embedding = self.embedding(conditions);
        for scale in &mut self.scales {
            x = if scale.squeezes { space_to_depth(x) } else { x };
            for step in &mut scale.steps {
                *step = step.clone().normalizing(&x);
                x = step.forward(x, embedding.clone()).0;
            }
            if scale.leaving.is_some() {
                [x, _] = halves(x, 1);
            }
        }
        self
    }
}

impl Family for Flow {
    const NAME: &'static str = "flow";
    type Config = FlowConfig;

    fn init(config: &FlowConfig, device: &Device) -> Self {
        config.init(device)
    }

    fn traits(config: &FlowConfig) -> Traits {
        Traits {
            latent: vec![1, config.side, config.side],
            image: ImageShape { width: config.side, height: config.side, channels: 1 },
            forward_passes: "1".into(),
            steps: SCALES.len(),
            invertible: true,
            alternatives: None,
            controls: Controls { temperature: Some(Range { min: 0.0, max: 2.0, default: 1.0 }), ..Controls::default() },
        }
    }

    fn start(&self, z: Tensor<2>, condition: &Condition, settings: Settings) -> Box<dyn Trajectory> {
        let (side, batch) = (self.side as i32, z.dims()[0]);
        let z = z.reshape([-1, 1, side, side]) * settings.temperature;
        Box::new(Unfolding {
            embedding: self.embedding(condition.indices(self.classes, batch, &z.device())),
            parts: Parts::of(z, &self.scales),
            scales: self.scales.clone(),
        })
    }

    /// The latent of the middle of every pixel's level; at temperature 0, where all latents draw one picture, zero.
    fn invert(&self, images: Tensor<4>, condition: &Condition, settings: Settings) -> Option<Inversion> {
        let conditions = condition.indices(self.classes, images.dims()[0], &images.device());
        let within = images.full_like(0.5);
        let temperature = settings.temperature;
        Some(self.folding(to_logits(images, within).0, conditions, move |z, _| {
            let z = z.flatten(1, 3);
            if temperature > 0.0 { z / temperature } else { z.zeros_like() }
        }))
    }

    /// Of pictures dequantized uniformly.
    fn bits_per_dim(&self, images: Tensor<4>, classes: Tensor<1, Int>, rng: &mut ChaCha8Rng) -> Option<Likelihood> {
        let within = uniform(images.dims(), rng, &images.device());
        let dimensions = self.side * self.side;
        let (logits, to_logits) = to_logits(images, within);
        Some(self.folding(logits, classes, move |z, determinant| {
            BitsPerDim::Exact(bits(dimensions, z, determinant, to_logits.clone()))
        }))
    }
}

/// The way of a latent to its picture, from the coarsest scale on. Finer ones are at their median until they come in.
struct Unfolding {
    /// What is left to go through.
    scales: Vec<Scale>,
    embedding: Tensor<2>,
    /// What stayed, as the scales so far have it, and what left at those to come, as latent.
    parts: Parts,
}

impl Trajectory for Unfolding {
    fn advance(&mut self) -> bool {
        let (Some(scale), Some(leave)) = (self.scales.pop(), self.parts.left.pop()) else { return false };
        self.parts.stay = scale.inverse(self.parts.stay.clone(), leave, &self.embedding);
        true
    }

    fn steps(&self) -> usize {
        SCALES.len()
    }

    fn picture(&self) -> Tensor<4> {
        let Parts { left, stay } = self.parts.clone();
        let stay = if left.len() < SCALES.len() { stay } else { stay.zeros_like() };
        let finer = self.scales.iter().zip(left).rev();
        from_logits(finer.fold(stay, |stay, (scale, leave)| {
            scale.inverse(stay, leave.map(|leave| leave.zeros_like()), &self.embedding)
        }))
    }
}
