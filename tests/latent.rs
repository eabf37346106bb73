//! The Gaussian's properties: moments, determinism, the ways between latents, planes, statistics.

use proptest::prelude::*;
use pushforward::latent::{
    LatentError, Mode, Plane, chi_density, gaussian, interpolate, norm, normal_density, statistics,
};

/// What seed 42 has drawn since the first link was shared; a change here breaks every link.
const PINNED: [f32; 4] = [0.47798124, 1.3340706, -0.21086669, 0.4763469];

#[test]
fn a_seed_draws_the_same_latent_for_ever() {
    let z = gaussian(42, 16);
    assert_eq!(z[..4], PINNED);
    // A shorter latent is the beginning of a longer one, so families can share a seed.
    assert_eq!(gaussian(42, 784)[..16], z[..]);
    assert_ne!(gaussian(43, 16), z);
}

#[test]
fn moments_are_those_of_the_standard_normal() {
    let count = 200_000;
    let z: Vec<f64> = gaussian(7, count).into_iter().map(f64::from).collect();
    let moment = |power: i32| z.iter().map(|x| x.powi(power)).sum::<f64>() / count as f64;
    // Each bound is five standard errors of the moment: sqrt(1, 2, 15, 96) / sqrt(n).
    let error = |variance: f64| 5.0 * (variance / count as f64).sqrt();
    assert!(moment(1).abs() < error(1.0), "mean {}", moment(1));
    assert!((moment(2) - 1.0).abs() < error(2.0), "variance {}", moment(2));
    assert!(moment(3).abs() < error(15.0), "skewness {}", moment(3));
    assert!((moment(4) - 3.0).abs() < error(96.0), "kurtosis {}", moment(4));
}

#[test]
fn statistics_agree_with_hand_computed_values() {
    let s = statistics(&[1.0, -1.0, 3.0, -3.0]).unwrap();
    assert_eq!((s.dimension, s.mean, s.variance), (4, 0.0, 5.0));
    assert!((s.norm - 20f64.sqrt()).abs() < 1e-12);
    // chi with k = 4: mean 3/4 sqrt(2 pi), and P(|z|^2 <= 20) = 1 - 11 e^-10.
    assert!((s.chi_mean - 0.75 * std::f64::consts::TAU.sqrt()).abs() < 1e-12);
    assert!((s.chi_cdf - (1.0 - 11.0 * (-10f64).exp())).abs() < 1e-9, "{}", s.chi_cdf);
    let widths = s.histogram.edges.windows(2).map(|pair| pair[1] - pair[0]);
    let total: f64 = widths.zip(&s.histogram.density).map(|(width, density)| width * density).sum();
    assert!((total - 1.0).abs() < 1e-12);
}

#[test]
fn coordinates_beyond_the_histogram_are_counted_in_its_ends() {
    let density = statistics(&[100.0, -100.0]).unwrap().histogram.density;
    assert!(density[0] > 0.0 && density[density.len() - 1] > 0.0);
}

#[test]
fn densities_integrate_to_one() {
    let step = 1e-3;
    let integral =
        |f: &dyn Fn(f64) -> f64| (-10_000..10_000).map(|i| f((f64::from(i) + 0.5) * step) * step).sum::<f64>();
    assert!((integral(&normal_density) - 1.0).abs() < 1e-6);
    for dimension in [1, 2, 16] {
        assert!((integral(&|r| chi_density(r, dimension)) - 1.0).abs() < 1e-6, "chi of {dimension}");
    }
}

#[test]
fn what_cannot_be_combined_is_refused() {
    assert_eq!(interpolate(&[1.0], &[1.0, 2.0], 0.5, Mode::Lerp), Err(LatentError::Dimensions(1, 2)));
    assert_eq!(interpolate(&[], &[], 0.5, Mode::Slerp), Err(LatentError::Empty));
    assert!(matches!(interpolate(&[f32::NAN], &[1.0], 0.5, Mode::Lerp), Err(LatentError::NotFinite { .. })));
    assert!(matches!(interpolate(&[1.0], &[1.0], f32::INFINITY, Mode::Lerp), Err(LatentError::NotFinite { .. })));
    assert!(Plane::through_origin(&[1.0], &[1.0, 2.0]).is_err());
    assert!(Plane::through_origin(&[1.0, 0.0], &[0.0, 1.0]).unwrap().at(f32::NAN, 0.0).is_err());
    assert!(statistics(&[]).is_err());
    // The origin is shorter than every sample.
    assert_eq!(statistics(&[0.0; 16]).unwrap().chi_cdf, 0.0);
}

#[test]
fn a_plane_of_parallel_latents_still_has_two_directions() {
    let a = gaussian(3, 16);
    let plane = Plane::through_origin(&a, &a).unwrap();
    let [z, w] = [plane.at(0.0, 1.0).unwrap(), plane.at(1.0, 0.0).unwrap()];
    assert!((norm(&z) - 1.0).abs() < 1e-5 && (norm(&w) - 1.0).abs() < 1e-5);
    assert!(z.iter().zip(&w).map(|(z, w)| z * w).sum::<f32>().abs() < 1e-5);
    assert!(Plane::through_origin(&[0.0; 3], &[0.0; 3]).unwrap().at(2.0, 3.0).is_ok());
}

fn distance(a: &[f32], b: &[f32]) -> f64 {
    norm(&a.iter().zip(b).map(|(a, b)| a - b).collect::<Vec<_>>())
}

proptest! {
    #[test]
    fn both_ways_begin_and_end_where_they_should(a: u32, b: u32, dimension in 1usize..100) {
        let (from, to) = (gaussian(a, dimension), gaussian(b, dimension));
        for mode in [Mode::Lerp, Mode::Slerp] {
            prop_assert!(distance(&interpolate(&from, &to, 0.0, mode).unwrap(), &from) < 1e-5);
            prop_assert!(distance(&interpolate(&from, &to, 1.0, mode).unwrap(), &to) < 1e-5);
        }
    }

    #[test]
    fn slerp_keeps_the_norm_of_latents_of_one_norm(a: u32, b: u32, t in 0f32..1.0) {
        let unit = |seed| {
            let z = gaussian(seed, 16);
            let length = norm(&z) as f32;
            z.into_iter().map(|x| 4.0 * x / length).collect::<Vec<_>>()
        };
        let (from, to) = (unit(a), unit(b));
        prop_assert!((norm(&interpolate(&from, &to, t, Mode::Slerp).unwrap()) - 4.0).abs() < 1e-4);
        // The straight line never leaves the ball.
        prop_assert!(norm(&interpolate(&from, &to, t, Mode::Lerp).unwrap()) < 4.0 + 1e-4);
    }

    #[test]
    fn slerp_is_the_same_way_back(a: u32, b: u32, t in 0f32..1.0) {
        let (from, to) = (gaussian(a, 16), gaussian(b, 16));
        let (there, back) = (interpolate(&from, &to, t, Mode::Slerp).unwrap(), interpolate(&to, &from, 1.0 - t, Mode::Slerp).unwrap());
        prop_assert!(distance(&there, &back) < 1e-4);
    }

    #[test]
    fn slerp_moves_at_a_steady_angle(a: u32, b: u32, t in 0.1f32..0.9) {
        prop_assume!(a != b);
        let (from, to) = (gaussian(a, 16), gaussian(b, 16));
        let angle = |z: &[f32], w: &[f32]| {
            let dot: f64 = z.iter().zip(w).map(|(z, w)| f64::from(*z) * f64::from(*w)).sum();
            (dot / (norm(z) * norm(w))).clamp(-1.0, 1.0).acos()
        };
        // Latents of one norm: the angle from the start grows in proportion to t.
        let scale = (norm(&from) / norm(&to)) as f32;
        let to: Vec<f32> = to.into_iter().map(|x| x * scale).collect();
        let z = interpolate(&from, &to, t, Mode::Slerp).unwrap();
        prop_assert!((angle(&from, &z) - f64::from(t) * angle(&from, &to)).abs() < 1e-3);
    }

    #[test]
    fn plane_coordinates_are_isometric_and_hold_both_latents(a: u32, b: u32, x in -5f32..5.0, y in -5f32..5.0) {
        let (from, to) = (gaussian(a, 16), gaussian(b, 16));
        let plane = Plane::through_origin(&from, &to).unwrap();
        prop_assert!((norm(&plane.at(x, y).unwrap()) - f64::from(x.hypot(y))).abs() < 1e-4);
        for z in [&from, &to] {
            let [x, y] = plane.coordinates(z).unwrap();
            prop_assert!(distance(&plane.at(x, y).unwrap(), z) < 1e-4);
        }
        prop_assert!(plane.coordinates(&from).unwrap()[1].abs() < 1e-4);
    }

    #[test]
    fn a_plane_through_three_latents_holds_them_and_is_nearest_to_zero_at_its_origin(a: u32, b: u32, c: u32) {
        let latents = [gaussian(a, 16), gaussian(b, 16), gaussian(c, 16)];
        let plane = Plane::through(&latents[0], &latents[1], &latents[2]).unwrap();
        for z in &latents {
            let [x, y] = plane.coordinates(z).unwrap();
            prop_assert!(distance(&plane.at(x, y).unwrap(), z) < 1e-3);
        }
        let nearest = norm(&plane.at(0.0, 0.0).unwrap());
        for (x, y) in [(0.1, 0.0), (0.0, 0.1), (-0.1, 0.0), (0.0, -0.1)] {
            prop_assert!(norm(&plane.at(x, y).unwrap()) > nearest - 1e-5);
        }
    }
}
