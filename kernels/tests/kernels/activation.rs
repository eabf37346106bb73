//! Functions of single numbers, over all their range and at its ends.

use kernels::activation::{exp, gelu, sigmoid, silu, softmax, tanh};
use kernels::simd::{F32x4, LANES};
use proptest::prelude::*;

use crate::reference::{self, assert_close, numbers, wide};

/// Numbers from `from` to `to`, evenly.
fn range(from: f32, to: f32) -> Vec<f32> {
    let count = 100_003;
    (0..count).map(|i| from + (to - from) * i as f32 / (count - 1) as f32).collect()
}

fn applied(f: fn(&mut [f32]), x: &[f32]) -> Vec<f32> {
    let mut out = x.to_vec();
    f(&mut out);
    out
}

/// The error function, by its series near 0 and by a continued fraction far from it.
fn erf(x: f64) -> f64 {
    let size = x.abs();
    let value = if size < 3.0 {
        let mut term = size;
        let mut sum = size;
        for n in 1..100 {
            term *= -size * size / f64::from(n);
            sum += term / f64::from(2 * n + 1);
        }
        sum * 2.0 / std::f64::consts::PI.sqrt()
    } else {
        let fraction = (1..60).rev().fold(size, |fraction, n| size + f64::from(n) / 2.0 / fraction);
        1.0 - (-size * size).exp() / (fraction * std::f64::consts::PI.sqrt())
    };
    value.copysign(x)
}

#[test]
fn the_exponential_is_exact_to_two_units_in_the_last_place() {
    let x = range(-86.9, 88.7);
    for (x, came) in x.iter().zip(applied(exp, &x)) {
        let expected = f64::from(*x).exp();
        let error = (f64::from(came) / expected - 1.0).abs();
        assert!(error < 2.4e-7, "exp({x}): came {came}, expected {expected}, {error:e} of it apart");
    }
}

#[test]
fn the_logarithm_is_exact_over_all_its_range() {
    let x = range(-86.0, 88.0).into_iter().map(f32::exp).chain(range(0.5, 2.0)).collect::<Vec<_>>();
    for (x, came) in x.iter().zip(x.chunks(LANES).flat_map(|x| F32x4::load_part(x).ln().array())) {
        let expected = f64::from(*x).ln();
        let error = (f64::from(came) - expected).abs();
        assert!(error < 2e-7 * expected.abs().max(1.0), "ln({x}): came {came}, expected {expected}, {error:e} apart");
    }
}

#[test]
fn functions_hold_at_the_ends_of_their_range() {
    let ends = [f32::NEG_INFINITY, f32::MIN, -1000.0, -104.0, 0.0, -0.0, 89.0, 1000.0, f32::MAX, f32::INFINITY];
    let infinity = f32::INFINITY;
    assert_eq!(applied(exp, &ends), [0.0, 0.0, 0.0, 0.0, 1.0, 1.0, infinity, infinity, infinity, infinity]);
    assert_eq!(applied(sigmoid, &ends), [0.0, 0.0, 0.0, 0.0, 0.5, 0.5, 1.0, 1.0, 1.0, 1.0]);
    assert_eq!(applied(tanh, &ends), [-1.0, -1.0, -1.0, -1.0, 0.0, 0.0, 1.0, 1.0, 1.0, 1.0]);
    assert_eq!(applied(silu, &ends[1..9]), [0.0, 0.0, 0.0, 0.0, 0.0, 89.0, 1000.0, f32::MAX]);
    assert_eq!(applied(gelu, &ends[1..9]), [0.0, 0.0, 0.0, 0.0, 0.0, 89.0, 1000.0, f32::MAX]);
    for f in [exp, sigmoid, tanh, silu, gelu] {
        assert!(applied(f, &[f32::NAN; 5]).iter().all(|x| x.is_nan()));
    }
}

#[test]
fn sigmoid_and_tanh_are_as_defined() {
    let x = range(-20.0, 20.0);
    let of = |f: fn(f64) -> f64| -> Vec<f64> { x.iter().map(|x| f(f64::from(*x))).collect() };
    assert_close(&applied(sigmoid, &x), &of(reference::sigmoid), 2e-7);
    assert_close(&applied(tanh, &x), &of(f64::tanh), 2e-7);
}

#[test]
fn silu_and_gelu_are_as_defined() {
    let x = range(-8.0, 8.0);
    let of = |f: fn(f64) -> f64| -> Vec<f64> { x.iter().map(|x| f(f64::from(*x))).collect() };
    assert_close(&applied(silu, &x), &of(|x| x * reference::sigmoid(x)), 1e-6);
    assert_close(&applied(gelu, &x), &of(|x| x * 0.5 * (1.0 + erf(x / 2f64.sqrt()))), 1e-6);
}

proptest! {
    #[test]
    fn softmax_is_as_defined(rows in 1usize..5, length in 1usize..70, by in 0.1f32..80.0) {
        let x: Vec<f32> = numbers(rows * length, 1).iter().map(|x| x * by).collect();
        let expected = wide(&x).chunks(length).flat_map(|row| {
            let most = row.iter().fold(f64::MIN, |a, b| a.max(*b));
            let sum: f64 = row.iter().map(|x| (x - most).exp()).sum();
            row.iter().map(|x| (x - most).exp() / sum).collect::<Vec<_>>()
        }).collect::<Vec<_>>();
        let mut out = x;
        softmax(&mut out, length);
        assert_close(&out, &expected, 1e-6);
    }
}

#[test]
fn softmax_of_what_cannot_be_is_nothing() {
    let mut row = [0.0, f32::NEG_INFINITY, 0.0, -1e9, f32::NEG_INFINITY];
    softmax(&mut row, 5);
    assert_eq!(row, [0.5, 0.0, 0.5, 0.0, 0.0]);
}
