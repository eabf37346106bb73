//! Monotone maps by mixtures of logistics, undone.

use kernels::{Mixtures, invert_mixtures};
use proptest::prelude::*;

use crate::reference::{numbers, sigmoid};

const LIMITS: [f32; 2] = [2.0, 5.0];

fn bounded(x: f32, limit: f32) -> f64 {
    f64::from(limit) * (f64::from(x) / f64::from(limit)).tanh()
}

/// y of x and its derivative, of a channel of a pixel whose parameters are given.
fn forward(x: f64, affine: &[f32], mixture: &[f32], channel: usize, of: Mixtures) -> [f64; 2] {
    let Mixtures { channels, mixtures, .. } = of;
    let part = |i: usize, k: usize| mixture[(i * mixtures + k) * channels + channel];
    let total: f64 = (0..mixtures).map(|k| f64::from(part(0, k)).exp()).sum();
    let [mut below, mut above, mut density] = [0.0; 3];
    for k in 0..mixtures {
        let (weight, inverse_scale) = (f64::from(part(0, k)).exp() / total, (-bounded(part(2, k), LIMITS[1])).exp());
        let t = (x - f64::from(part(1, k))) * inverse_scale;
        below += weight * sigmoid(t);
        above += weight * sigmoid(-t);
        density += weight * inverse_scale * sigmoid(t) * sigmoid(-t);
    }
    let scale = bounded(affine[channels + channel], LIMITS[0]).exp();
    [(below.ln() - above.ln()) * scale + f64::from(affine[channel]), density / (below * above) * scale]
}

/// Inverts random maps of numbers as large as `spread` with parameters as large as given, and goes forward again.
fn undone(pixels: usize, channels: usize, mixtures: usize, [spread, parameters]: [f32; 2], seed: u32) {
    let of = Mixtures { channels, mixtures, limits: LIMITS };
    let scaled =
        |count: usize, by: f32, seed: u32| -> Vec<f32> { numbers(count, seed).iter().map(|x| x * by).collect() };
    let y = scaled(pixels * channels, spread, seed);
    let affine = scaled(2 * y.len(), parameters, seed + 1);
    let mixture = scaled(3 * mixtures * y.len(), parameters, seed + 2);
    let mut x = vec![f32::NAN; y.len()];
    invert_mixtures(&y, &affine, &mixture, of, &mut x);
    for (i, (x, y)) in x.iter().zip(&y).enumerate() {
        let pixel = i / channels;
        let (affine, mixture) = (&affine[2 * pixel * channels..], &mixture[3 * pixel * mixtures * channels..]);
        let [again, slope] = forward(f64::from(*x), affine, mixture, i % channels, of);
        // As near as single precision comes. The logarithm of a scale is exact to 1e-6, which moves x by as much of what it
        // is apart from a mean; the rest is rounded on the way to y.
        let apart = f64::from(x.abs() + parameters);
        let bound = slope * 2e-6 * apart + 1e-6 * f64::from(y.abs().max(10.0));
        let error = (again - f64::from(*y)).abs();
        assert!(error < bound, "number {i}: of y {y} came x {x}, of which y is {again}; {error:e}, at most {bound:e}");
    }
}

#[test]
fn the_flows_mixtures() {
    for (pixels, channels) in [(196, 2), (49, 8), (49, 4), (16, 16), (1, 1), (3, 3)] {
        undone(pixels, channels, 4, [4.0, 2.0], 1);
    }
}

#[test]
fn far_out_and_with_hard_edges() {
    undone(100, 2, 4, [40.0, 2.0], 4);
    undone(100, 2, 4, [4.0, 12.0], 5);
}

#[test]
#[should_panic(expected = "mixtures: expected 24 numbers, came 23")]
fn parameters_of_another_shape_are_refused() {
    let of = Mixtures { channels: 2, mixtures: 2, limits: LIMITS };
    invert_mixtures(&[0.0; 4], &[0.0; 8], &[0.0; 23], of, &mut [0.0; 4]);
}

proptest! {
    #[test]
    fn mixtures_of_any_shape(pixels in 1..40usize, channels in 1..9usize, mixtures in 1..9usize, seed in 0..9999u32) {
        undone(pixels, channels, mixtures, [5.0, 3.0], seed);
    }
}
