//! The core of training on points of a plane: what learns need not be pictures.

use burn::module::{Module, Param, ParamId};
use burn::tensor::{Device, Int, Tensor, TensorData};
use pushforward::latent::normals;
use pushforward::losses::Loss;
use pushforward::training::{Learner, Objective, TrainingConfig};
use pushforward::weights::Precision;
use rand::RngExt;
use rand_chacha::ChaCha8Rng;

mod common;

use common::{farthest, values};

const CLASSES: usize = 2;

/// A Gaussian for each class, x = mean + exp(log_scale) z.
#[derive(Module, Debug)]
struct Gaussians {
    /// `[classes, 2]`.
    mean: Param<Tensor<2>>,
    log_scale: Param<Tensor<2>>,
}

impl Gaussians {
    fn new(device: &Device) -> Self {
        let zeros = || Param::from_tensor(Tensor::zeros([CLASSES, 2], device));
        Self { mean: zeros(), log_scale: zeros() }
    }
}

impl Objective<2> for Gaussians {
    /// -ln p(x | c), but for its constant.
    fn loss(&self, points: Tensor<2>, conditions: Tensor<2, Int>, _: &mut ChaCha8Rng) -> Loss {
        let classes: Tensor<1, Int> = conditions.squeeze_dim(1);
        let log_scale = self.log_scale.val().select(0, classes.clone());
        let z = (points - self.mean.val().select(0, classes)) * (-log_scale.clone()).exp();
        let (distance, volume) = (z.square().mean() * 0.5, log_scale.mean());
        Loss { total: distance.clone() + volume.clone(), terms: vec![("distance", distance), ("volume", volume)] }
    }

    /// All means are that of the first batch.
    fn prepared(self, points: Tensor<2>, _: Tensor<2, Int>, _: &mut ChaCha8Rng) -> Self {
        Self { mean: self.mean.map(|mean| (mean.zeros_like() + points.mean_dim(0)).detach().require_grad()), ..self }
    }

    fn faster(&self) -> Option<(f64, Vec<ParamId>)> {
        Some((2.0, vec![self.log_scale.id]))
    }
}

/// Where the points of a class lie, and how far about.
const CENTRES: [[f32; 2]; CLASSES] = [[-1.0, 0.5], [2.0, 0.0]];
const SCALES: [[f32; 2]; CLASSES] = [[0.5, 0.25], [1.5, 0.5]];

/// Points `[batch, 2]` and their classes `[batch, 1]`.
fn points(batch: usize, rng: &mut ChaCha8Rng, device: &Device) -> (Tensor<2>, Tensor<2, Int>) {
    let classes: Vec<usize> = (0..batch).map(|_| rng.random_range(0..CLASSES)).collect();
    let z = normals(rng, 2 * batch);
    let point = |(z, class): (&[f32], &usize)| [0, 1].map(|i| CENTRES[*class][i] + SCALES[*class][i] * z[i]);
    let points: Vec<f32> = z.chunks(2).zip(&classes).flat_map(point).collect();
    let classes: Vec<i32> = classes.into_iter().map(|class| class as i32).collect();
    (
        Tensor::from_data(TensorData::new(points, [batch, 2]), device),
        Tensor::from_data(TensorData::new(classes, [batch, 1]), device),
    )
}

fn config(averaging: f64) -> TrainingConfig {
    let config = serde_json::json!({
        "epochs": 1, "batch": 64, "learning_rate": 0.05, "warmup": 10, "weight_decay": 0.0, "gradient_norm": 1.0,
        "averaging": averaging, "class_dropout": 0.0, "seed": 3,
    });
    serde_json::from_value(config).unwrap()
}

/// Takes steps up to one of `steps`, and returns the losses on the way.
fn learn(mut learner: Learner<Gaussians>, until: usize) -> (Learner<Gaussians>, Vec<f32>) {
    let (device, mut losses) = (Device::flex().autodiff(), Vec::new());
    while learner.step < until {
        let mut rng = learner.rng();
        let (points, classes) = points(64, &mut rng, &device);
        let loss;
        (learner, loss) = learner.step(points, classes, &mut rng);
        losses.extend(values(loss.total.inner()));
    }
    (learner, losses)
}

#[test]
fn gaussians_in_a_plane_are_learned_from_their_points() {
    let device = Device::flex();
    for averaging in [0.0, 0.95] {
        let learner = Learner::new(Gaussians::new(&device), &config(averaging), 400, Precision::Q8).on(&device);
        let (learner, losses) = learn(learner, 400);
        let learned = learner.learned();
        let wanted = [CENTRES, SCALES.map(|scale| scale.map(f32::ln))];
        for (got, wanted) in [values(learned.mean.val()), values(learned.log_scale.val())].iter().zip(wanted) {
            let error = |(got, wanted): (&f32, &f32)| (got - wanted).abs();
            assert!(got.iter().zip(wanted.as_flattened()).all(|pair| error(pair) < 0.1), "{got:?}, {wanted:?}");
        }
        // What is left is the points' own entropy: the mean of ln scale + 1/2.
        let entropy = wanted[1].as_flattened().iter().sum::<f32>() / 4.0 + 0.5;
        let last = losses[350..].iter().sum::<f32>() / 50.0;
        assert!((last - entropy).abs() < 0.05, "{last}, {entropy}");
    }
}

#[test]
fn only_what_has_not_learned_yet_is_prepared() {
    let device = Device::flex();
    let mean = |learner: Learner<Gaussians>| values(learn(learner.on(&device), 1).0.learned().mean.val());
    // At a learning rate that moves nothing far, it is as prepared, or as it came.
    let config = TrainingConfig { learning_rate: 1e-4, ..config(0.9) };
    let new = || Learner::new(Gaussians::new(&device), &config, 400, Precision::Q8);
    let first = values(points(64, &mut new().rng(), &device).0.mean_dim(0));
    assert!(first.iter().any(|mean| mean.abs() > 0.1), "{first:?}");
    assert!(farthest(&mean(new()), &[first.clone(), first].concat()) < 0.01);
    let shipped = mean(Learner::going_on(Gaussians::new(&device), &config, 400, Precision::Q8));
    assert!(shipped.iter().all(|mean| mean.abs() < 0.01), "{shipped:?}");
}

#[test]
fn what_learned_in_two_parts_learned_the_same() {
    let device = Device::flex();
    let begin = || Learner::new(Gaussians::new(&device), &config(0.9), 60, Precision::Q8);
    let (whole, losses) = learn(begin().on(&device), 60);
    let (first, mut parts) = learn(begin().on(&device), 25);
    let mut second = begin();
    (second.module, second.averaged) = (first.module.valid(), first.averaged);
    (second.optimizer, second.step) = (first.optimizer, first.step);
    let (second, rest) = learn(second.on(&device), 60);
    parts.extend(rest);
    assert_eq!(parts, losses);
    assert_eq!(values(second.learned().mean.val()), values(whole.learned().mean.val()));
}
