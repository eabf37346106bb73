//! Mixtures of logistics over the 256 levels of a pixel (Salimans et al., PixelCNN++, arXiv 1701.05517).

use burn::tensor::activation::{sigmoid, softmax};
use burn::tensor::{Bool, Int, Tensor};

use kernels::logistics::Temperature;

use super::normal::Tails;

/// Levels of a pixel.
pub const LEVELS: usize = 256;

/// A mixture of logistics for each pixel, and a little of the uniform distribution.
#[derive(Debug, Clone)]
pub struct Mixture {
    /// Weights as logits, means and log-scales, `[pixels, 3 x mixtures]`.
    parameters: Tensor<2>,
    /// Probability that goes to all levels alike, so that none is impossible.
    uniform: f64,
}

/// [`Mixture::uniform`] at temperature 1.
const UNIFORM: f64 = 1e-5;

/// What [`Mixture::at_temperature`] does, for a mixture that is drawn from on the CPU.
pub fn temperature(temperature: f64) -> Temperature {
    Temperature {
        value: temperature as f32,
        logarithm: temperature.ln() as f32,
        uniform: UNIFORM.powf(1.0 / temperature) as f32,
    }
}

/// Levels of which [`Mixture::pick`] looks at the last only, before it looks at each.
const STRIDE: usize = 16;

impl Mixture {
    /// The mixture of parameters `[pixels, 3 x mixtures]`: weights as logits, means and log-scales.
    pub fn new(parameters: Tensor<2>) -> Self {
        Self { parameters, uniform: UNIFORM }
    }

    /// Weights `[pixels, 1, mixtures]`, and each logistic's mass below (sign 1) or above (sign -1) edges between levels
    /// `[pixels, edges, 1]`, `[pixels, edges, mixtures]`.
    fn below(&self) -> (Tensor<3>, impl Fn(Tensor<3>, f64) -> Tensor<3>) {
        let [weights, means, log_scales]: [Tensor<2>; 3] =
            self.parameters.clone().chunk(3, 1).try_into().expect("three parameters a logistic");
        let means: Tensor<3> = means.unsqueeze_dim(1);
        let inverse_scales: Tensor<3> = log_scales.clamp(-6.0, 3.0).neg().exp().unsqueeze_dim(1);
        let below = move |edges: Tensor<3>, sign: f64| {
            sigmoid((edges / 127.5 - 1.0 - means.clone()) * inverse_scales.clone() * sign)
        };
        (softmax(weights, 1).unsqueeze_dim(1), below)
    }

    /// Probabilities of levels `[pixels, levels]`, each in 0 to 255 (arXiv 1701.05517, equation 2):
    /// the logistic's mass between half a level below and half a level above, and beyond at either end.
    pub fn probabilities(&self, levels: Tensor<2>) -> Tensor<2> {
        let (weights, below) = self.below();
        let levels: Tensor<3> = levels.unsqueeze_dim(2);
        let upper =
            below(levels.clone() + 0.5, 1.0).mask_fill(levels.clone().greater_equal_elem(LEVELS as f64 - 1.5), 1.0);
        let lower = below(levels.clone() - 0.5, 1.0).mask_fill(levels.lower_elem(0.5), 0.0);
        let mass: Tensor<2> = ((upper - lower) * weights).sum_dim(2).squeeze_dim(2);
        mass * (1.0 - self.uniform) + self.uniform / LEVELS as f64
    }

    /// Probabilities that a pixel is no lighter than levels `[pixels, levels]`, each in -1 to 255, and that it is lighter.
    fn tails(&self, levels: Tensor<2>) -> Tails<2> {
        let (weights, below) = self.below();
        let edges: Tensor<3> = levels.clone().unsqueeze_dim(2) + 0.5;
        let (first, last) = (levels.clone().lower_elem(-0.5), levels.clone().greater_equal_elem(LEVELS as f64 - 1.5));
        let tail = |mass: Tensor<3>, count: Tensor<2>, none: &Tensor<2, Bool>, all: &Tensor<2, Bool>| {
            let mass: Tensor<2> = (mass * weights.clone()).sum_dim(2).squeeze_dim(2);
            let mass = mass.mask_fill(none.clone(), 0.0).mask_fill(all.clone(), 1.0);
            mass * (1.0 - self.uniform) + count * (self.uniform / LEVELS as f64)
        };
        let [under, over] = [1.0, -1.0].map(|sign| below(edges.clone(), sign));
        Tails {
            below: tail(under, levels.clone() + 1.0, &first, &last),
            above: tail(over, levels.neg() + (LEVELS - 1) as f64, &last, &first),
        }
    }

    /// The probability of each level and all below it, `[pixels, 256]`.
    pub fn cumulative(&self) -> Tensor<2> {
        let levels = Tensor::<1, Int>::arange(0..LEVELS as i64, &self.parameters.device()).float();
        self.tails(levels.unsqueeze_dim::<2>(0).repeat_dim(0, self.parameters.dims()[0])).below
    }

    /// The mixture of other parameters, made of its own.
    pub fn map(self, change: impl FnOnce(Tensor<2>) -> Tensor<2>) -> Self {
        Self { parameters: change(self.parameters), ..self }
    }

    /// The same mixture with the odds of its logistics raised to 1 / temperature and their scales times it.
    pub fn at_temperature(self, temperature: f64) -> Self {
        let [pixels, parameters] = self.parameters.dims();
        let mixtures = parameters / 3;
        let part = |i| self.parameters.clone().slice([0..pixels, i * mixtures..(i + 1) * mixtures]);
        let scaled = vec![part(0) / temperature, part(1), part(2) + temperature.ln()];
        Self { parameters: Tensor::cat(scaled, 1), uniform: self.uniform.powf(1.0 / temperature) }
    }

    /// The level `[pixels]` that each z `[pixels]`, given by its tails, picks: the first whose cumulative probability
    /// exceeds Phi(z).
    pub fn pick(&self, z: &Tails<1>) -> Tensor<1> {
        let (count, device) = (LEVELS / STRIDE, z.below.device());
        let [below, above]: [Tensor<2>; 2] = [&z.below, &z.above].map(|tail| tail.clone().unsqueeze_dim(1));
        let is_above = above.clone().lower(below.clone()).float();
        // How many of the levels have too little below them, as the smaller tail says.
        let passed = |levels: Tensor<2>| {
            let here = self.tails(levels);
            let (by_below, by_above) = (here.below.lower_equal(below.clone()), here.above.greater_equal(above.clone()));
            let (by_below, by_above) = (by_below.float(), by_above.float());
            (by_below.clone() + (by_above - by_below) * is_above.clone()).sum_dim(1)
        };
        let steps = |count| Tensor::<1, Int>::arange(0..count as i64, &device).float().unsqueeze_dim::<2>(0);
        let [pixels, _] = below.dims();
        let strides = passed((steps(count) * STRIDE as f64 + (STRIDE - 1) as f64).repeat_dim(0, pixels));
        let first = strides.clamp(0.0, (count - 1) as f64) * STRIDE as f64;
        let level = passed(first.clone() + steps(STRIDE)) + first;
        level.clamp(0.0, (LEVELS - 1) as f64).squeeze_dim(1)
    }

    /// The z `[pixels]` in the middle, by probability, of those that pick the given levels `[pixels]`.
    pub fn latent_of(&self, levels: Tensor<1>) -> Tensor<1> {
        let levels: Tensor<2> = levels.unsqueeze_dim(1);
        let (here, before) = (self.tails(levels.clone()), self.tails(levels - 1.0));
        let middle = |a: Tensor<2>, b: Tensor<2>| -> Tensor<1> { ((a + b) * 0.5).squeeze_dim(1) };
        Tails { below: middle(here.below, before.below), above: middle(here.above, before.above) }.quantile()
    }
}
