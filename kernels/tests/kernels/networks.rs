//! The networks that write a row and a code at a time, against the same with everything at once.

use std::sync::Arc;

use kernels::causal::{Linear, Norm, Prior, PriorWeights, Sequence};
use kernels::gated::{LayerWeights, Network, NetworkWeights, Picture, Weights};
use kernels::logistics::{Mixture, Temperature};
use kernels::normal::tails;
use proptest::prelude::*;

use crate::cases::networks;
use crate::reference::{assert_close, numbers, sigmoid, wide};

const TEMPERATURE: Temperature = Temperature { value: 1.0, logarithm: 0.0, uniform: 1e-5 };

/// Numbers of each pixel, zeros outside of the picture.
struct Map<'a> {
    side: usize,
    channels: usize,
    numbers: &'a [f64],
}

impl Map<'_> {
    fn at(&self, row: isize, column: isize, channel: usize) -> f64 {
        let inside = |i: isize| (0..self.side as isize).contains(&i);
        match inside(row) && inside(column) {
            true => self.numbers[(row as usize * self.side + column as usize) * self.channels + channel],
            false => 0.0,
        }
    }
}

/// A convolution that sees, at each pixel, those that lie `taps` (rows, columns) from it.
fn convolution(Weights { weights, bias }: &Weights, x: &[f64], side: usize, taps: &[(isize, isize)]) -> Vec<f64> {
    let channels = weights.len() / bias.len() / taps.len();
    let map = Map { side, channels, numbers: x };
    let mut out = Vec::new();
    for (row, column) in (0..side as isize).flat_map(|row| (0..side as isize).map(move |column| (row, column))) {
        for (output, bias) in bias.iter().enumerate() {
            let mut sum = f64::from(*bias);
            for channel in 0..channels {
                for (i, (down, right)) in taps.iter().enumerate() {
                    let weight = weights[(output * channels + channel) * taps.len() + i];
                    sum += f64::from(weight) * map.at(row + down, column + right, channel);
                }
            }
            out.push(sum);
        }
    }
    out
}

/// Adds to x tanh(a) sigmoid(b) of halves of `gates`, to which `adds` belongs at each pixel.
fn gated(x: &[f64], gates: &[f64], adds: &[f32]) -> Vec<f64> {
    let channels = adds.len() / 2;
    let at = |i: usize, half: usize| {
        let gate = half * channels + i % channels;
        gates[i / channels * 2 * channels + gate] + f64::from(adds[gate])
    };
    x.iter().enumerate().map(|(i, x)| x + at(i, 0).tanh() * sigmoid(at(i, 1))).collect()
}

/// The parameters of every pixel of a picture under a condition (arXiv 1606.05328).
fn parameters(weights: &NetworkWeights, picture: &[f64], condition: usize) -> Vec<f64> {
    let NetworkWeights { side, above, left, place, layers, widen, mixture } = weights;
    let (side, channels) = (*side, left.bias.len());
    let plus = |x: &[f64], y: &[f64]| -> Vec<f64> { x.iter().zip(y).map(|(x, y)| x + y).collect() };
    let above_taps: Vec<_> = (-3..0).flat_map(|row| (-2..=2).map(move |column| (row, column))).collect();
    let places: Vec<f64> =
        (0..side * side * channels).map(|i| f64::from(place[i % channels * side * side + i / channels])).collect();
    let mut vertical = plus(&convolution(above, picture, side, &above_taps), &places);
    let mut horizontal = plus(&convolution(left, picture, side, &[(0, -3), (0, -2), (0, -1)]), &vertical);
    for LayerWeights { vertical: down, across, horizontal: right, out, conditions, dilation } in layers {
        let far = *dilation as isize;
        let [adds_down, adds_right] =
            [0, 1].map(|half| &conditions[(2 * condition + half) * 2 * channels..][..2 * channels]);
        let taps: Vec<_> = [-far, 0].into_iter().flat_map(|row| [-far, 0, far].map(|column| (row, column))).collect();
        vertical = gated(&vertical, &convolution(down, &vertical, side, &taps), adds_down);
        let gates = plus(
            &convolution(right, &horizontal, side, &[(0, -2 * far), (0, -far), (0, 0)]),
            &convolution(across, &vertical, side, &[(0, 0)]),
        );
        let through = gated(&vec![0.0; horizontal.len()], &gates, adds_right);
        horizontal = plus(&horizontal, &convolution(out, &through, side, &[(0, 0)]));
    }
    let silu = |x: &[f64]| -> Vec<f64> { x.iter().map(|x| x * sigmoid(*x)).collect() };
    convolution(mixture, &silu(&convolution(widen, &silu(&horizontal), side, &[(0, 0)])), side, &[(0, 0)])
}

/// What is said under both conditions of guidance, as one.
fn guided(narrowed: &[f64], any: &[f64], scale: f32) -> Vec<f64> {
    narrowed.iter().zip(any).map(|(narrowed, any)| any + (narrowed - any) * f64::from(scale)).collect()
}

fn check_rows(side: usize, channels: usize, mixtures: usize, dilations: &[usize]) {
    let weights = networks::gated(side, channels, mixtures, dilations);
    let network = Arc::new(Network::new(weights.clone()));
    let each = side * network.parameters();
    let tails: Vec<[f32; 2]> = numbers(side * side, 70).iter().map(|z| tails(3.0 * z)).collect();
    for (conditions, guidance) in [(vec![1], 1.0), (vec![2, 0], 1.5)] {
        let mut picture = Picture::new(&network, &conditions, guidance);
        let (mut levels, mut came) = (vec![0.0; side * side], vec![0.0; side * each]);
        for ((levels, came), tails) in
            levels.chunks_exact_mut(side).zip(came.chunks_exact_mut(each)).zip(tails.chunks_exact(side))
        {
            picture.write(TEMPERATURE, tails, levels, came);
        }
        let drawn: Vec<f32> = levels.iter().map(|level| level / 127.5 - 1.0).collect();
        let said: Vec<Vec<f64>> =
            conditions.iter().map(|condition| parameters(&weights, &wide(&drawn), *condition)).collect();
        let expected = if let [narrowed, any] = &said[..] { guided(narrowed, any, guidance) } else { said[0].clone() };
        assert_close(&came, &expected, 2e-5);
        // The levels are what these parameters pick, and who reads the picture says the same of it to the bit.
        let mut mixture = Mixture::new(mixtures);
        let picked = came.chunks_exact(network.parameters()).zip(&tails).map(|(parameters, tails)| {
            mixture.set(parameters, TEMPERATURE);
            mixture.pick(*tails)
        });
        assert_eq!(picked.collect::<Vec<_>>(), levels);
        let mut reading = Picture::new(&network, &conditions, guidance);
        let mut read = vec![0.0; came.len()];
        let rows = drawn.chunks_exact(side).zip(read.chunks_exact_mut(each));
        rows.for_each(|(pixels, read)| reading.read(pixels, read));
        assert_eq!(read, came);
    }
}

#[test]
fn rows_of_the_model_that_ships_are_as_defined() {
    check_rows(28, 64, 8, &[1, 2, 4, 8, 1, 2, 4]);
}

fn normed(Norm { gamma, beta, epsilon }: &Norm, x: &[f64]) -> Vec<f64> {
    let mean = x.iter().sum::<f64>() / x.len() as f64;
    let variance = x.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / x.len() as f64;
    let scaled = x.iter().map(|x| (x - mean) / (variance + f64::from(*epsilon)).sqrt());
    scaled.zip(gamma.iter().zip(beta)).map(|(x, (gamma, beta))| x * f64::from(*gamma) + f64::from(*beta)).collect()
}

fn linear(Linear { weights, bias }: &Linear, x: &[f64]) -> Vec<f64> {
    let weight = |input: usize, output: usize| f64::from(weights[input * bias.len() + output]);
    let sum = |output| x.iter().enumerate().map(|(input, x)| x * weight(input, output)).sum::<f64>();
    bias.iter().enumerate().map(|(output, bias)| sum(output) + f64::from(*bias)).collect()
}

/// x Phi(x), Phi by Simpson's rule.
fn gelu(x: f64) -> f64 {
    let density = |t: f64| (-t * t / 2.0).exp() / (2.0 * std::f64::consts::PI).sqrt();
    let step = x / 400.0;
    let weight = |i: usize| if i == 0 || i == 400 { 1.0 } else { f64::from(2 << (i % 2)) };
    x * (0.5 + (0..=400).map(|i| weight(i) * density(i as f64 * step)).sum::<f64>() * step / 3.0)
}

/// The logits at every place under a condition, given codes (arXiv 1706.03762, 2002.04745).
fn logits(weights: &PriorWeights, codes: &[usize], condition: usize) -> Vec<f64> {
    let width = weights.transformer.norm.gamma.len();
    let row = |table: &[f32], i: usize| wide(&table[i * width..][..width]);
    let plus = |x: &[f64], y: &[f64]| -> Vec<f64> { x.iter().zip(y).map(|(x, y)| x + y).collect() };
    let mut tokens: Vec<Vec<f64>> = (0..codes.len())
        .map(|place| {
            let token = plus(&row(&weights.place, place), &row(&weights.condition, condition));
            if place == 0 { token } else { plus(&token, &row(&weights.code, codes[place - 1])) }
        })
        .collect();
    for layer in &weights.transformer.layers {
        let size = width / layer.heads;
        let projected: Vec<_> =
            tokens.iter().map(|token| linear(&layer.projections, &normed(&layer.norm_1, token))).collect();
        for (place, token) in tokens.iter_mut().enumerate() {
            let mut seen = vec![0.0; width];
            for head in (0..width).step_by(size) {
                let score = |other: &Vec<f64>| {
                    let dot = (head..head + size).map(|i| projected[place][i] * other[width + i]).sum::<f64>();
                    (dot / (size as f64).sqrt()).exp()
                };
                let odds: Vec<f64> = projected[..=place].iter().map(score).collect();
                let sum: f64 = odds.iter().sum();
                for (odds, other) in odds.iter().zip(&projected) {
                    (head..head + size).for_each(|i| seen[i] += odds / sum * other[2 * width + i]);
                }
            }
            *token = plus(token, &linear(&layer.out, &seen));
            let inside: Vec<f64> = linear(&layer.widen, &normed(&layer.norm_2, token)).into_iter().map(gelu).collect();
            *token = plus(token, &linear(&layer.narrow, &inside));
        }
    }
    tokens.iter().flat_map(|token| linear(&weights.logits, &normed(&weights.transformer.norm, token))).collect()
}

fn check_codes(places: usize, codes: usize, width: usize, heads: usize, layers: u32) {
    let weights = networks::prior(places, codes, width, heads, layers);
    let prior = Arc::new(Prior::new(weights.clone()));
    let chosen: Vec<usize> = (0..places).map(|i| i * 7 % codes).collect();
    for (conditions, guidance) in [(vec![1], 1.0), (vec![2, 0], 1.5)] {
        let mut sequence = Sequence::new(&prior, &conditions, guidance);
        let mut came = Vec::new();
        for place in 0..places {
            came.extend_from_slice(sequence.next(place.checked_sub(1).map(|before| chosen[before])));
        }
        let said: Vec<Vec<f64>> = conditions.iter().map(|condition| logits(&weights, &chosen, *condition)).collect();
        let expected = if let [narrowed, any] = &said[..] { guided(narrowed, any, guidance) } else { said[0].clone() };
        assert_close(&came, &expected, 2e-5);
    }
}

#[test]
fn codes_of_the_model_that_ships_are_as_defined() {
    check_codes(49, 256, 96, 4, 4);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn any_rows_are_as_defined(
        side in 1usize..12, channels in 1usize..12, mixtures in 1usize..7, dilations in prop::collection::vec(1usize..9, 0..4),
    ) {
        check_rows(side, channels, mixtures, &dilations);
    }

    // Norms of a few numbers that happen to lie close together magnify any rounding without end: at least eight are normed.
    #[test]
    fn any_codes_are_as_defined(
        places in 1usize..12, codes in 1usize..20,
        (size, heads) in (1usize..9, 1usize..9).prop_filter("narrow", |(size, heads)| (8..=32).contains(&(size * heads))),
        layers in 0u32..4,
    ) {
        check_codes(places, codes, size * heads, heads, layers);
    }
}
