//! Mixtures of logistics over the 256 levels of a pixel (Salimans et al., PixelCNN++, arXiv 1701.05517).

use burn::tensor::activation::{sigmoid, softmax};
use burn::tensor::{Int, Tensor};

use super::inverse_cdf::{normal_cdf, normal_quantile};

/// Levels of a pixel.
const LEVELS: usize = 256;

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

/// Levels of which [`Mixture::pick`] looks at the last only, before it looks at each.
const STRIDE: usize = 16;

impl Mixture {
    /// The mixture of parameters `[pixels, 3 x mixtures]`: weights as logits, means and log-scales.
    pub fn new(parameters: Tensor<2>) -> Self {
        Self { parameters, uniform: UNIFORM }
    }

    /// Weights `[pixels, 1, mixtures]`, and each logistic's mass below edges between levels `[pixels, edges, 1]`,
    /// `[pixels, edges, mixtures]`.
    fn below(&self) -> (Tensor<3>, impl Fn(Tensor<3>) -> Tensor<3>) {
        let [weights, means, log_scales]: [Tensor<2>; 3] =
            self.parameters.clone().chunk(3, 1).try_into().expect("three parameters a logistic");
        let means: Tensor<3> = means.unsqueeze_dim(1);
        let inverse_scales: Tensor<3> = log_scales.clamp(-6.0, 3.0).neg().exp().unsqueeze_dim(1);
        let below = move |edges: Tensor<3>| sigmoid((edges / 127.5 - 1.0 - means.clone()) * inverse_scales.clone());
        (softmax(weights, 1).unsqueeze_dim(1), below)
    }

    /// Probabilities of levels `[pixels, levels]`, each in 0 to 255 (arXiv 1701.05517, equation 2):
    /// the logistic's mass between half a level below and half a level above, and beyond at either end.
    pub fn probabilities(&self, levels: Tensor<2>) -> Tensor<2> {
        let (weights, below) = self.below();
        let levels: Tensor<3> = levels.unsqueeze_dim(2);
        let upper = below(levels.clone() + 0.5).mask_fill(levels.clone().greater_equal_elem(LEVELS as f64 - 1.5), 1.0);
        let lower = below(levels.clone() - 0.5).mask_fill(levels.lower_elem(0.5), 0.0);
        let mass: Tensor<2> = ((upper - lower) * weights).sum_dim(2).squeeze_dim(2);
        mass * (1.0 - self.uniform) + self.uniform / LEVELS as f64
    }

    /// Probabilities that a pixel is no lighter than levels `[pixels, levels]`, each in -1 to 255.
    fn cumulative(&self, levels: Tensor<2>) -> Tensor<2> {
        let (weights, below) = self.below();
        let mass: Tensor<2> = (below(levels.clone().unsqueeze_dim(2) + 0.5) * weights).sum_dim(2).squeeze_dim(2);
        let mass = mass.mask_fill(levels.clone().greater_equal_elem(LEVELS as f64 - 1.5), 1.0);
        let mass = mass.mask_fill(levels.clone().lower_elem(-0.5), 0.0);
        mass * (1.0 - self.uniform) + (levels + 1.0) * (self.uniform / LEVELS as f64)
    }

    /// The same mixture with the odds of its logistics raised to 1 / temperature and their scales times it.
    pub fn at_temperature(self, temperature: f64) -> Self {
        let [pixels, parameters] = self.parameters.dims();
        let mixtures = parameters / 3;
        let part = |i| self.parameters.clone().slice([0..pixels, i * mixtures..(i + 1) * mixtures]);
        let scaled = vec![part(0) / temperature, part(1), part(2) + temperature.ln()];
        Self { parameters: Tensor::cat(scaled, 1), uniform: self.uniform.powf(1.0 / temperature) }
    }

    /// The level `[pixels]` that each z `[pixels]` picks: the first whose cumulative probability exceeds Phi(z).
    pub fn pick(&self, z: Tensor<1>) -> Tensor<1> {
        let (count, device) = (LEVELS / STRIDE, z.device());
        let u: Tensor<2> = normal_cdf(z).unsqueeze_dim(1);
        // How many of the levels have too little below them.
        let passed = |levels: Tensor<2>| self.cumulative(levels).lower_equal(u.clone()).float().sum_dim(1);
        let steps = |count| Tensor::<1, Int>::arange(0..count as i64, &device).float().unsqueeze_dim::<2>(0);
        let pixels = u.dims()[0];
        let strides = passed((steps(count) * STRIDE as f64 + (STRIDE - 1) as f64).repeat_dim(0, pixels));
        let first = strides.clamp(0.0, (count - 1) as f64) * STRIDE as f64;
        let level = passed(first.clone() + steps(STRIDE)) + first;
        level.clamp(0.0, (LEVELS - 1) as f64).squeeze_dim(1)
    }

    /// The z `[pixels]` in the middle, by probability, of those that pick the given levels `[pixels]`.
    pub fn latent_of(&self, levels: Tensor<1>) -> Tensor<1> {
        let levels: Tensor<2> = levels.unsqueeze_dim(1);
        let u = (self.cumulative(levels.clone()) + self.cumulative(levels - 1.0)) * 0.5;
        normal_quantile(u.squeeze_dim(1))
    }
}
