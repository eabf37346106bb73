//! The flow's mathematics: its inverse, its determinant against a numerical Jacobian, and its likelihood.

use burn::module::{Module, ModuleMapper, Param};
use burn::tensor::{Device, Tensor};
use pushforward::catalogue::{self, ModelCard};
use pushforward::families::flow::{Flow, FlowConfig};
use pushforward::families::{Family, Traits};
use pushforward::generator::{BitsPerDim, Condition, Generator, Objective, Options, finish, noise};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

fn device() -> Device {
    Device::flex()
}

fn rng(seed: u64) -> ChaCha8Rng {
    ChaCha8Rng::seed_from_u64(seed)
}

fn config(side: usize) -> FlowConfig {
    FlowConfig::new().with_side(side).with_steps([2, 2, 1]).with_channels([8, 8, 8]).with_embedding(8)
}

/// A flow whose every parameter is drawn, so that no part of it is the identity.
fn drawn(side: usize) -> Flow {
    struct Draw(ChaCha8Rng);

    impl ModuleMapper for Draw {
        fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
            param.map(|tensor| {
                let values = noise([1, tensor.shape().num_elements()], &mut self.0, &tensor.device());
                values.reshape(tensor.shape()) * 0.1
            })
        }
    }
    config(side).init(&device()).map(&mut Draw(rng(3)))
}

fn generator(flow: Flow, side: usize) -> Box<dyn Generator> {
    let Traits { latent, forward_passes, controls } = Flow::traits(&config(side));
    let latent = catalogue::LatentShape { shape: latent };
    flow.generator(ModelCard { latent, forward_passes, controls, ..catalogue::cards()[0].clone() })
}

/// Pictures of whole levels, as files hold them.
fn pictures(count: usize, side: usize) -> Tensor<4> {
    let levels = ((noise([count, side * side], &mut rng(5), &device()).clamp(-1.0, 1.0) + 1.0) * 127.5).round();
    (levels / 127.5 - 1.0).reshape([count, 1, side, side])
}

fn conditions(count: usize) -> Tensor<1, burn::tensor::Int> {
    Condition::Class(3).indices(10, count, &device())
}

fn values<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
    tensor.into_data().iter::<f32>().collect()
}

fn farthest(one: &[f32], other: &[f32]) -> f32 {
    assert_eq!(one.len(), other.len());
    one.iter().zip(other).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max)
}

#[test]
fn the_inverse_undoes_the_flow() {
    let flow = drawn(28);
    let x = noise([2, 784], &mut rng(1), &device()).reshape([2, 1, 28, 28]);
    let (z, _) = flow.forward(x.clone(), conditions(2));
    assert!(farthest(&values(z.clone()), &values(x.clone())) > 0.1, "the flow does something");
    let error = farthest(&values(flow.inverse(z, conditions(2))), &values(x));
    assert!(error <= 1e-3, "{error}");
}

#[test]
fn the_determinant_is_that_of_the_numerical_jacobian() {
    const SIDE: usize = 4;
    const DIMENSIONS: usize = SIDE * SIDE;
    let flow = drawn(SIDE);
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
    let (flow, images) = (config(28).init(&device()), pictures(2, 28));
    let levels: Vec<f64> = values(images.clone()).iter().map(|x| (f64::from(*x) + 1.0) * 127.5).collect();
    let generator = generator(flow, 28);
    let mean = |seeds: std::ops::Range<u64>| -> f64 {
        let count = (seeds.end - seeds.start) as f64;
        let bits = seeds.map(|seed| match generator.bits_per_dim(images.clone(), conditions(2), &mut rng(seed)) {
            Some(BitsPerDim::Exact(bits)) => f64::from(values(bits.mean())[0]),
            other => panic!("exact, got {other:?}"),
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
    let flow = config(28).init(&device()).prepared(pictures(16, 28), conditions(16), &mut rng(1));
    let generator = generator(flow, 28);
    let latents = generator.invert(pictures(16, 28), Condition::Class(3)).unwrap();
    let (mean, square) = (values(latents.clone().mean())[0], values(latents.square().mean())[0]);
    assert!(mean.abs() < 0.05 && (square - 1.0).abs() < 0.1, "{mean} {square}");
}

#[test]
fn a_picture_and_its_latent_are_each_other_s() {
    let (generator, images) = (generator(drawn(28), 28), pictures(2, 28));
    let latent = generator.invert(images.clone(), Condition::Class(3)).unwrap();
    assert_eq!(latent.dims(), [2, 784]);
    let again = finish(generator.start(latent, Condition::Class(3), &Options::default()));
    assert!(farthest(&values(again), &values(images)) <= 1e-3);
}

#[test]
fn the_trajectory_brings_in_one_scale_after_the_other() {
    let generator = generator(drawn(28), 28);
    let z = noise([1, 784], &mut rng(1), &device());
    let cold = Options { temperature: Some(0.0), ..Options::default() };
    let mut way = generator.start(z.clone(), Condition::Any, &Options::default());
    assert_eq!(way.steps(), 3);
    let pictures: Vec<Vec<f32>> = (0..3).map(|_| values(way.step().unwrap())).collect();
    assert!(way.step().is_none() && way.step().is_none());
    assert!(pictures.windows(2).all(|pair| pair[0] != pair[1]));
    assert!(pictures.iter().flatten().all(|x| (-1.0..=1.0).contains(x)));
    // At temperature 0 every scale is at its mean from the start, whatever z is.
    let mut way = generator.start(z * 2.0, Condition::Any, &cold);
    let first = values(way.step().unwrap());
    assert_eq!(first, values(finish(way)));
}
