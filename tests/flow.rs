//! The flow's mathematics: its inverse, its determinant against a numerical Jacobian, and its likelihood.

mod common;

use std::time::Instant;

use burn::tensor::Tensor;
use common::{conditions, device, drawn, farthest, filled, generator, next, rng, values, whole_pictures};
use pushforward::families::Family;
use pushforward::families::flow::{Flow, FlowConfig};
use pushforward::generator::{BitsPerDim, Condition, Options, complete, finish, noise};
use pushforward::layers::monotone::Monotone;
use pushforward::training::Objective;
use pushforward::{catalogue, weights};

fn config(side: usize) -> FlowConfig {
    FlowConfig::new().with_side(side).with_steps([2, 2, 1]).with_channels([8, 8, 8]).with_embedding(8)
}

/// A flow whose couplings leave everything as it is.
fn straight() -> Flow {
    filled(config(28).init(&device()), "mixture", 0.0)
}

#[test]
fn the_inverse_undoes_the_flow() {
    let flow = drawn(config(28).init(&device()), 0.1);
    let x = noise([2, 784], &mut rng(1), &device()).reshape([2, 1, 28, 28]);
    let (z, _) = flow.forward(x.clone(), conditions(2));
    assert!(farthest(&values(z.clone()), &values(x.clone())) > 0.1, "the flow does something");
    let error = farthest(&values(flow.inverse(z, conditions(2))), &values(x));
    assert!(error <= 1e-3, "{error}");
}

#[test]
fn a_coupling_s_map_is_monotone_and_undone_far_from_the_origin() {
    // Two channels at 5x4, four logistics each, about as far apart as a trained network puts them.
    let parameters = |channels, seed| noise([3, channels, 5, 4], &mut rng(seed), &device()) * 2.0;
    let map = Monotone::new(parameters(2 * 2, 1), parameters(3 * 4 * 2, 2));
    let x = noise([3, 2, 5, 4], &mut rng(3), &device()) * 3.0;
    let (y, log_derivatives) = map.forward(x.clone());
    let error = farthest(&values(map.inverse(y.clone())), &values(x.clone()));
    assert!(error <= 1e-3, "{error}");
    let (above, _) = map.forward(x.clone() + 0.01);
    let slopes = values((above - y) / 0.01);
    assert!(slopes.iter().all(|slope| *slope > 0.0));
    // Where x is so close that curvature does not tell, the derivative is the slope.
    let (below, after) = (map.forward(x.clone() - 1e-3).0, map.forward(x + 1e-3).0);
    let slopes = ((after - below) / 2e-3).log().flatten::<2>(1, 3).sum_dim(1);
    let error = farthest(&values(slopes), &values(log_derivatives)) / 40.0;
    assert!(error <= 0.05, "{error}");
}

#[test]
fn the_determinant_is_that_of_the_numerical_jacobian() {
    const SIDE: usize = 4;
    const DIMENSIONS: usize = SIDE * SIDE;
    let flow = drawn(config(SIDE).init(&device()), 0.1);
    let at = |x: &[f32]| {
        let x = Tensor::<1>::from_floats(x, &device()).reshape([1, 1, SIDE as i32, SIDE as i32]);
        flow.forward(x, conditions(1))
    };
    let x = values(noise([1, DIMENSIONS], &mut rng(2), &device()));
    let mut jacobian = vec![vec![0f64; DIMENSIONS]; DIMENSIONS];
    const STEP: f32 = 1e-2;
    for column in 0..DIMENSIONS {
        let shifted = |by: f32| {
            let mut x = x.clone();
            x[column] += by;
            values(at(&x).0)
        };
        let (after, before) = (shifted(STEP), shifted(-STEP));
        for row in 0..DIMENSIONS {
            jacobian[row][column] = f64::from(after[row] - before[row]) / f64::from(2.0 * STEP);
        }
    }
    let expected = log_determinant(jacobian);
    let got = f64::from(values(at(&x).1)[0]);
    assert!(expected.abs() > 0.1, "something to get wrong: {expected}");
    assert!((got - expected).abs() < 5e-3, "{got} {expected}");
}

/// ln |det|, by elimination with pivots.
fn log_determinant(mut rows: Vec<Vec<f64>>) -> f64 {
    let mut log = 0.0;
    for i in 0..rows.len() {
        let pivot = (i..rows.len()).max_by(|a, b| rows[*a][i].abs().total_cmp(&rows[*b][i].abs())).unwrap();
        rows.swap(i, pivot);
        log += rows[i][i].abs().ln();
        let (above, below) = rows.split_at_mut(i + 1);
        for row in below {
            let factor = row[i] / above[i][i];
            row.iter_mut().zip(&above[i]).for_each(|(x, y)| *x -= factor * y);
        }
    }
    log
}

#[test]
fn the_likelihood_of_the_identity_is_that_of_a_logistic_map_of_the_gaussian() {
    // Untrained, the flow only mixes channels: z is the logits, up to their order.
    let (flow, images) = (straight(), whole_pictures(2, 28));
    let levels: Vec<f64> = values(images.clone()).iter().map(|x| (f64::from(*x) + 1.0) * 127.5).collect();
    let generator = generator(&config(28), flow);
    let mean = |seeds: std::ops::Range<u64>| -> f64 {
        let count = (seeds.end - seeds.start) as f64;
        let bits = seeds.map(|seed| {
            match generator.bits_per_dim(images.clone(), conditions(2), &mut rng(seed)).map(complete) {
                Some(BitsPerDim::Exact(bits)) => f64::from(values(bits.mean())[0]),
                other => panic!("exact, got {other:?}"),
            }
        });
        bits.sum::<f64>() / count
    };
    // The same integral over each level by the midpoint rule.
    let density = |v: f64| {
        let inside = 0.05 + 0.9 * v;
        let logit = (inside / (1.0 - inside)).ln();
        -0.5 * (logit * logit + std::f64::consts::TAU.ln()) + (0.9 / (inside * (1.0 - inside))).ln()
    };
    let nats = |level: &f64| -(0..8).map(|i| density((level + (f64::from(i) + 0.5) / 8.0) / 256.0)).sum::<f64>() / 8.0;
    let expected = levels.iter().map(nats).sum::<f64>() / levels.len() as f64 / std::f64::consts::LN_2 + 8.0;
    assert!((mean(0..4) - expected).abs() < 5e-3, "{} {expected}", mean(0..4));
}

#[test]
fn the_first_batch_is_normalized_to_mean_zero_and_variance_one() {
    let flow = straight().prepared(whole_pictures(16, 28), conditions(16).unsqueeze_dim(1), &mut rng(1));
    let generator = generator(&config(28), flow);
    let latents =
        complete(generator.invert(whole_pictures(16, 28), &Condition::Class(3), &Options::default()).unwrap());
    let (mean, square) = (values(latents.clone().mean())[0], values(latents.square().mean())[0]);
    assert!(mean.abs() < 0.05 && (square - 1.0).abs() < 0.1, "{mean} {square}");
}

#[test]
fn a_picture_and_its_latent_are_each_other_s() {
    let (generator, images) = (generator(&config(28), drawn(config(28).init(&device()), 0.1)), whole_pictures(2, 28));
    for temperature in [1.0, 0.6] {
        let options = Options { temperature: Some(temperature), ..Options::default() };
        let latent = complete(generator.invert(images.clone(), &Condition::Class(3), &options).unwrap());
        assert_eq!(latent.dims(), [2, 784]);
        let again = finish(generator.start(latent, &Condition::Class(3), &options));
        assert!(farthest(&values(again), &values(images.clone())) <= 1e-3, "temperature {temperature}");
    }
    let cold = Options { temperature: Some(0.0), ..Options::default() };
    assert_eq!(values(complete(generator.invert(images, &Condition::Any, &cold).unwrap())), [0.0; 2 * 784]);
}

#[test]
fn the_trajectory_brings_in_one_scale_after_the_other() {
    let generator = generator(&config(28), drawn(config(28).init(&device()), 0.1));
    let z = noise([1, 784], &mut rng(1), &device());
    let cold = Options { temperature: Some(0.0), ..Options::default() };
    let mut way = generator.start(z.clone(), &Condition::Any, &Options::default());
    assert_eq!(way.steps(), 3);
    let pictures: Vec<Vec<f32>> = (0..3).map(|_| values(next(&mut *way))).collect();
    assert!(!way.advance() && !way.advance());
    assert_eq!(values(way.picture()), pictures[2]);
    assert!(pictures.windows(2).all(|pair| pair[0] != pair[1]));
    assert!(pictures.iter().flatten().all(|x| (-1.0..=1.0).contains(x)));
    // At temperature 0 every scale is at its mean from the start, whatever z is.
    let mut way = generator.start(z * 2.0, &Condition::Any, &cold);
    let first = values(next(&mut *way));
    assert_eq!(first, values(finish(way)));
}

/// `cargo test --test flow -- --ignored --nocapture` says it: a picture costs one inverse, where rendering after each of the
/// three scales had cost three.
#[test]
#[ignore = "measures time"]
fn a_picture_takes_the_time_of_one_inverse() {
    let card = catalogue::card("flow-fashion").unwrap();
    let config: FlowConfig = serde_json::from_value(card.config.clone()).unwrap();
    let path = format!("{}/models/{}/{}", env!("CARGO_MANIFEST_DIR"), card.id, card.weights.file);
    let bytes = std::fs::read(path).unwrap();
    let flow = weights::load(&card.id, &card.weights, &bytes, card.weights.precision, config.init(&device())).unwrap();
    let generator = flow.clone().generator(card.clone());
    let z = noise([1, 784], &mut rng(1), &device());
    let milliseconds = |draw: &dyn Fn() -> Tensor<4>| {
        let began = Instant::now();
        values(draw());
        began.elapsed().as_secs_f64() * 1e3
    };
    // By turns, so that whatever else the machine does takes as much from either.
    let mut rounds: Vec<(f64, f64)> = (0..41)
        .map(|_| {
            let picture = milliseconds(&|| finish(generator.start(z.clone(), &Condition::Any, &Options::default())));
            let inverse = || milliseconds(&|| flow.inverse(z.clone().reshape([1, 1, 28, 28]), conditions(1)));
            (picture, inverse() + inverse() + inverse())
        })
        .collect();
    rounds.sort_by(|one, other| (one.0 / one.1).total_cmp(&(other.0 / other.1)));
    let (picture, inverses) = rounds[rounds.len() / 2];
    let ratio = picture / inverses;
    println!("a picture {picture:.1} ms, three inverses {inverses:.1} ms: a ratio of {ratio:.2}");
    assert!(ratio <= 0.4, "{ratio}");
}
