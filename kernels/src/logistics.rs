//! Mixtures of logistics over the 256 levels of a pixel (Salimans et al., PixelCNN++, arXiv 1701.05517), and the level that a
//! Gaussian coordinate picks.

use crate::simd::{F32x4, LANES};

/// Levels of a pixel.
const LEVELS: usize = 256;

/// How a mixture is tempered: the odds of its logistics raised to 1 / temperature, their scales times it.
#[derive(Debug, Clone, Copy)]
pub struct Temperature {
    /// The temperature.
    pub value: f32,
    /// Its natural logarithm.
    pub logarithm: f32,
    /// Probability that goes to all levels alike, so that none is impossible.
    pub uniform: f32,
}

/// A tempered mixture, in buffers that are made once.
#[derive(Debug, Clone)]
pub struct Mixture {
    logistics: Vec<Logistics>,
    uniform: f32,
}

/// Four logistics.
#[derive(Debug, Clone, Copy)]
struct Logistics {
    weight: F32x4,
    mean: F32x4,
    inverse_scale: F32x4,
}

/// A weight as a logit that has no probability.
const NONE: f32 = -1e9;

impl Mixture {
    /// One of so many logistics.
    pub fn new(count: usize) -> Self {
        let zero = F32x4::zero();
        let none = Logistics { weight: zero, mean: zero, inverse_scale: zero };
        Self { logistics: vec![none; count.div_ceil(LANES)], uniform: 0.0 }
    }

    /// Takes other parameters: weights as logits, means and log-scales.
    pub fn set(&mut self, parameters: &[f32], temperature: Temperature) {
        let count = parameters.len() / 3;
        let part = |i: usize, from: usize, beyond: f32| {
            F32x4::load(&std::array::from_fn(
                |lane| if i + lane < count { parameters[from + i + lane] } else { beyond },
            ))
        };
        let logit = |i: usize| part(i, 0, NONE) / F32x4::splat(temperature.value);
        let largest = parameters[..count].iter().fold(NONE, |largest, x| largest.max(*x)) / temperature.value;
        let mut sum = 0.0;
        for (i, four) in self.logistics.iter_mut().enumerate() {
            let i = i * LANES;
            four.weight = (logit(i) - F32x4::splat(largest)).exp();
            four.mean = part(i, count, 0.0);
            let log_scale = part(i, 2 * count, 0.0) + F32x4::splat(temperature.logarithm);
            four.inverse_scale = (-log_scale.at_least(F32x4::splat(-6.0)).at_most(F32x4::splat(3.0))).exp();
            sum += four.weight.sum();
        }
        self.logistics.iter_mut().for_each(|four| four.weight = four.weight / F32x4::splat(sum));
        self.uniform = temperature.uniform;
    }

    /// The level that a coordinate picks whose tails are given, Phi(z) and 1 - Phi(z): the first whose cumulative probability
    /// exceeds Phi(z), as the smaller tail says.
    pub fn pick(&self, [below, above]: [f32; 2]) -> f32 {
        let passed = |level: usize| {
            if above < below { self.tail(level, -1.0) >= above } else { self.tail(level, 1.0) <= below }
        };
        // Among the levels that are left, the first that is not passed.
        let (mut first, mut last) = (0, LEVELS - 1);
        while first < last {
            let middle = (first + last) / 2;
            if passed(middle) { first = middle + 1 } else { last = middle }
        }
        first as f32
    }

    /// The probability of a level but the last and of all below it (`sign` 1), or of all above it (-1).
    #[inline(always)]
    fn tail(&self, level: usize, sign: f32) -> f32 {
        let edge = F32x4::splat((level as f32 + 0.5) / 127.5 - 1.0);
        let masses = self
            .logistics
            .iter()
            .map(|four| ((edge - four.mean) * four.inverse_scale * F32x4::splat(sign)).sigmoid() * four.weight);
        let mass = masses.fold(F32x4::zero(), |sum, four| sum + four).sum();
        let count = if sign > 0.0 { level + 1 } else { LEVELS - 1 - level };
        mass * (1.0 - self.uniform) + count as f32 * (self.uniform / LEVELS as f32)
    }
}
