//! Phi, the cumulative distribution of the standard normal, and the way back from it.

use burn::tensor::Tensor;
use std::f64::consts::SQRT_2;

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
