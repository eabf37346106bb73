//! Norms of groups of channels and of rows.

use kernels::{Scratch, group_norm, layer_norm};
use proptest::prelude::*;

use crate::reference::{self, assert_close, numbers, wide};

fn check_groups(batch: usize, pixels: usize, channels: usize, mean: f32, bound: f64) {
    let x: Vec<f32> = numbers(batch * pixels * channels, 1).iter().map(|x| x + mean).collect();
    let [gamma, beta] = [numbers(channels, 2), numbers(channels, 3)];
    let mut out = vec![f32::NAN; x.len()];
    group_norm(&x, batch, &gamma, &beta, &mut out, &mut Scratch::new());
    assert_close(&out, &reference::group_norm(&wide(&x), batch, [&gamma, &beta]), bound);
}

proptest! {
    #[test]
    fn group_norms_are_as_defined(batch in 1usize..4, pixels in 1usize..100, groups in 1usize..17) {
        check_groups(batch, pixels, 8 * groups, 0.3, 2e-6);
    }

    #[test]
    fn layer_norms_are_as_defined(rows in 1usize..5, length in 1usize..200, mean in -9f32..9.0) {
        let x: Vec<f32> = numbers(rows * length, 1).iter().map(|x| x + mean).collect();
        let [gamma, beta] = [numbers(length, 2), numbers(length, 3)];
        let expected: Vec<f64> = wide(&x).chunks(length).flat_map(|row| {
            let mean = row.iter().sum::<f64>() / length as f64;
            let variance = row.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / length as f64;
            let normed = |(i, x): (usize, &f64)| {
                (x - mean) / (variance + 1e-5).sqrt() * f64::from(gamma[i]) + f64::from(beta[i])
            };
            row.iter().enumerate().map(normed).collect::<Vec<_>>()
        }).collect();
        let mut out = x;
        layer_norm(&mut out, &gamma, &beta, 1e-5);
        assert_close(&out, &expected, if length == 1 { 1e-3 } else { 2e-4 });
    }
}

/// A mean a thousand times the deviation costs the numbers' own last bits, and no more.
#[test]
fn a_large_mean_does_not_drown_the_deviation() {
    check_groups(2, 784, 32, 1000.0, 3e-4);
}
