//! What Gaussian coordinates pick: levels of mixtures of logistics, and categories.

use kernels::causal;
use kernels::logistics::{Mixture, Temperature};
use kernels::normal::tails;
use proptest::prelude::*;

use crate::reference::{numbers, sigmoid};

#[test]
fn the_tails_of_the_gaussian_are_known_however_small() {
    // Phi(-z) to eight digits.
    let known = [(0.0, 0.5), (1.0, 0.158_655_25), (2.5, 6.209_665_3e-3), (5.0, 2.866_515_7e-7), (8.0, 6.220_960_6e-16)];
    for (z, expected) in known {
        for ([small, large], what) in [(tails(-z), -z), ([tails(z)[1], tails(z)[0]], z)] {
            assert!((f64::from(small) / expected - 1.0).abs() < 1e-5, "{what}: came {small}, expected {expected}");
            assert!((f64::from(large) + expected - 1.0).abs() < 1e-6, "{what}: came {large}");
        }
    }
}

/// The probability of a level and all below it, as defined (arXiv 1701.05517, equation 2).
fn cumulative(parameters: &[f32], temperature: f64, uniform: f64, level: usize) -> f64 {
    let count = parameters.len() / 3;
    let at = |part: usize, i: usize| f64::from(parameters[part * count + i]);
    let odds = |i: usize| (at(0, i) / temperature).exp();
    let below = |i: usize| {
        let log_scale = (at(2, i) + temperature.ln()).clamp(-6.0, 3.0);
        sigmoid(((level as f64 + 0.5) / 127.5 - 1.0 - at(1, i)) / log_scale.exp())
    };
    let sum: f64 = (0..count).map(odds).sum();
    let mass = if level == 255 { 1.0 } else { (0..count).map(|i| odds(i) * below(i)).sum::<f64>() / sum };
    mass * (1.0 - uniform) + (level + 1) as f64 * uniform / 256.0
}

proptest! {
    #[test]
    fn a_level_is_the_first_whose_cumulative_probability_exceeds_phi(
        count in 1usize..10, seed in 1u32..1000, spread in 0.5f32..3.0, z in -6.0f32..6.0, temperature in 0.3f32..2.0,
    ) {
        let parameters: Vec<f32> = numbers(3 * count, seed).iter().map(|x| x * spread).collect();
        let (wide, uniform) = (f64::from(temperature), 1e-5);
        let mut mixture = Mixture::new(count);
        mixture.set(&parameters, Temperature { value: temperature, logarithm: temperature.ln(), uniform: 1e-5 });
        let [below, above] = tails(z);
        let level = mixture.pick([below, above]) as usize;
        // The smaller tail is known the better.
        let [u, v] = [below, above].map(f64::from);
        let passed = |level: usize| {
            let below = cumulative(&parameters, wide, uniform, level);
            if v < u { 1.0 - below - v } else { u - below }
        };
        let near = 2e-6;
        prop_assert!(level == 255 || passed(level) < near, "{level}: {}", passed(level));
        prop_assert!(level == 0 || passed(level - 1) > -near, "{level}: {}", passed(level - 1));
    }

    #[test]
    fn a_category_is_the_first_whose_cumulative_probability_exceeds_u(
        count in 1usize..40, seed in 1u32..1000, spread in 0.1f32..5.0, u in 0.0f32..1.0,
    ) {
        let logits: Vec<f32> = numbers(count, seed).iter().map(|x| x * spread).collect();
        let odds: Vec<f64> = logits.iter().map(|x| f64::from(*x).exp()).collect();
        let sum: f64 = odds.iter().sum();
        let picked = causal::pick(&mut logits.clone(), u);
        let below = odds[..picked].iter().sum::<f64>() / sum;
        let with = below + odds[picked] / sum;
        prop_assert!((below - 1e-6..with + 1e-6).contains(&f64::from(u)), "{picked}: {below} {u} {with}");
    }
}

#[test]
fn rounding_leaves_a_category_and_a_level() {
    assert_eq!(causal::pick(&mut [0.0; 3], 1.0), 2);
    let mut mixture = Mixture::new(1);
    mixture.set(&[0.0, 9.0, -6.0], Temperature { value: 1.0, logarithm: 0.0, uniform: 0.0 });
    assert_eq!(mixture.pick([0.3, 0.7]), 255.0);
    mixture.set(&[0.0, -9.0, -6.0], Temperature { value: 1.0, logarithm: 0.0, uniform: 0.0 });
    assert_eq!(mixture.pick([0.3, 0.7]), 0.0);
}
