//! Draws from a categorical distribution as a function of a Gaussian coordinate: with u = Phi(z) uniform,
//! the first category whose cumulative probability exceeds u (inverse transform sampling).

use burn::tensor::activation::softmax;
use burn::tensor::{Int, Tensor};
use std::f64::consts::SQRT_2;

use crate::generator::Choices;

/// Phi, the cumulative distribution of N(0, 1).
pub fn normal_cdf<const D: usize>(z: Tensor<D>) -> Tensor<D> {
    ((z / SQRT_2).erf() + 1.0) * 0.5
}

/// Phi(z) and 1 - Phi(z), each with a relative error below 1e-5 as far as |z| = 8, however small it is.
#[derive(Debug, Clone)]
pub struct Tails<const D: usize> {
    /// Phi(z).
    pub below: Tensor<D>,
    /// 1 - Phi(z).
    pub above: Tensor<D>,
}

/// Coefficients of a Chebyshev fit to erfc (Press et al., Numerical Recipes, section 6.2), from the highest power on.
const ERFC: [f64; 10] = [
    0.17087277,
    -0.82215223,
    1.48851587,
    -1.13520398,
    0.27886807,
    -0.18628806,
    0.09678418,
    0.37409196,
    1.00002368,
    -1.26551223,
];

impl<const D: usize> Tails<D> {
    /// Those of z.
    pub fn of(z: Tensor<D>) -> Self {
        let x = z.clone().abs() / SQRT_2;
        let t = (x.clone() * 0.5 + 1.0).recip();
        let fit = ERFC[1..].iter().fold(t.full_like(ERFC[0]), |sum, coefficient| sum * t.clone() + *coefficient);
        let small = t * (fit - x.square()).exp() * 0.5;
        let large = small.clone().neg() + 1.0;
        let is_above = z.greater_elem(0.0);
        Self {
            below: small.clone().mask_where(is_above.clone(), large.clone()),
            above: large.mask_where(is_above, small),
        }
    }

    /// The z in -16 to 16 that has these tails.
    pub fn quantile(&self) -> Tensor<D> {
        let mut z = self.below.zeros_like();
        // Phi rises: from 0 by ever smaller steps towards where it is `below`. The smaller tail knows better.
        let is_above = self.above.clone().lower(self.below.clone());
        for halving in 1..=HALVINGS {
            let step = 16.0 / 2f64.powi(halving as i32);
            let here = Self::of(z.clone());
            let lacking =
                (self.below.clone() - here.below).mask_where(is_above.clone(), here.above - self.above.clone());
            z = z + lacking.sign() * step;
        }
        z
    }
}

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

/// Halvings of the interval in which a quantile is looked for.
const HALVINGS: usize = 30;

/// The z in -8 to 8 with Phi(z) = u, for u in [0, 1].
pub fn normal_quantile<const D: usize>(u: Tensor<D>) -> Tensor<D> {
    let mut z = u.zeros_like();
    // Phi rises: from 0 by ever smaller steps towards where it is u.
    for halving in 1..=HALVINGS {
        let step = 8.0 / 2f64.powi(halving as i32);
        z = z.clone() + (u.clone() - normal_cdf(z)).sign() * step;
    }
    z
}

/// The z `[batch]` in the middle, by probability, of those that [`pick`] the given categories at temperature 1.
pub fn latent_of(logits: Tensor<2>, picked: Tensor<1, Int>) -> Tensor<1> {
    let probabilities = softmax(logits, 1);
    let picked: Tensor<2, Int> = picked.unsqueeze_dim(1);
    let upper = probabilities.clone().cumsum(1).gather(1, picked.clone());
    normal_quantile((upper - probabilities.gather(1, picked) * 0.5).squeeze_dim(1))
}
