//! The variational autoencoder's mathematics: closed forms, shapes, bounds, and its trajectory.

mod common;

use std::f64::consts::{LN_2, TAU};

use burn::module::{Module, ModuleMapper, Param};
use burn::tensor::{Int, Tensor, TensorData};
use common::{device, filled, goes_on, next, pictures, rng, values};
use pushforward::cards::{Controls, ModelCard, Range};
use pushforward::families::Family;
use pushforward::families::vae::{Posterior, Vae, VaeConfig, gaussian_cost};
use pushforward::generator::{BitsPerDim, Condition, Options, RequestError, check, complete, finish, noise};
use pushforward::training::Objective;
use pushforward::{catalogue, latent};

fn small() -> Vae {
    VaeConfig::new().with_channels(32).init(&device())
}

fn classes(classes: &[i32]) -> Tensor<1, Int> {
    Tensor::from_ints(classes, &device())
}

/// A VAE of two latent dimensions whose every prior has mean (1, -2) and root [[2, 0], [0.5, 1]].
fn with_known_prior() -> Vae {
    struct Prior(Vec<String>);
    impl ModuleMapper for Prior {
        fn enter_module(&mut self, name: &str, _container_type: &str) {
            self.0.push(name.into());
        }

        fn exit_module(&mut self, _name: &str, _container_type: &str) {
            self.0.pop();
        }

        fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
            // As stored: a tenth of the means, and of the roots with their diagonals as logarithms.
            let rows: Vec<f32> = match self.0.join(".").as_str() {
                "prior.mean" => vec![0.1, -0.2],
                "prior.root" => vec![2f32.ln() / 10.0, 99.0, 0.05, 0.0],
                _ => return param,
            };
            param.map(|tensor| {
                let shape = tensor.dims();
                Tensor::from_data(TensorData::new(rows.repeat(shape[0]), shape), &tensor.device())
            })
        }
    }
    VaeConfig::new().with_channels(32).with_latent(2).init(&device()).map(&mut Prior(vec![]))
}

#[test]
fn the_prior_carries_by_mean_and_root_and_whitening_undoes_it() {
    let prior = with_known_prior().prior;
    assert_eq!(values(prior.roots().narrow(0, 0, 1)), [2.0, 0.0, 0.5, 1.0]);
    let z = Tensor::<2>::from_floats([[0.0, 0.0], [1.0, 1.0], [-2.0, 3.0]], &device());
    let codes = prior.carry(z.clone(), classes(&[0, 4, 10]));
    let expected = [1.0, -2.0, 3.0, -0.5, -3.0, 0.0];
    assert!(values(codes.clone()).iter().zip(expected).all(|(got, expected)| (got - expected).abs() < 1e-5));
    let back = values(prior.whiten(codes, classes(&[0, 4, 10])));
    assert!(back.iter().zip(values(z)).all(|(back, z)| (back - z).abs() < 1e-5), "{back:?}");
}

#[test]
fn divergence_from_the_standard_normal_is_the_closed_form() {
    let posterior = Posterior {
        mean: Tensor::from_floats([[0.0, 0.0], [1.0, -2.0]], &device()),
        log_variance: Tensor::from_floats([[0.0, 0.0], [0.0, LN_2 as f32]], &device()),
    };
    let untrained = VaeConfig::new().with_channels(32).with_latent(2).init(&device());
    // By hand: 1/2 (1 + 1 - 0 - 1) + 1/2 (4 + 2 - ln 2 - 1).
    let expected = [0.0, 0.5 + 0.5 * (5.0 - LN_2 as f32)];
    for (got, expected) in values(untrained.prior.divergence(&posterior, classes(&[3, 10]))).into_iter().zip(expected) {
        assert!((got - expected).abs() < 1e-6, "{got} {expected}");
    }
}

#[test]
fn divergence_from_a_correlated_prior_is_the_closed_form() {
    let prior = with_known_prior().prior;
    let posterior = Posterior {
        mean: Tensor::from_floats([[1.0, -2.0], [3.0, 0.0]], &device()),
        log_variance: Tensor::from_floats([[0.0, 0.0], [4f32.ln(), 0.0]], &device()),
    };
    // By hand: the inverse root is [[0.5, 0], [-0.25, 1]] and ln det root = ln 2. First picture: no distance,
    // spread 0.25 + 0.0625 + 1. Second: A (2, 2) = (1, 1.5), spread 1 + 0.25 + 1, sum ln variance ln 4.
    let expected = [0.5 * (1.3125 - 2.0) + LN_2, 0.5 * (1.0 + 2.25 + 2.25 - 2.0 * LN_2 - 2.0) + LN_2];
    for (got, expected) in values(prior.divergence(&posterior, classes(&[0, 10]))).into_iter().zip(expected) {
        assert!((f64::from(got) - expected).abs() < 1e-5, "{got} {expected}");
    }
}

#[test]
fn a_posterior_is_sampled_by_shift_and_scale() {
    let posterior = Posterior {
        mean: Tensor::from_floats([[1.0, 2.0]], &device()),
        log_variance: Tensor::from_floats([[0.0, 4f32.ln()]], &device()),
    };
    let z = posterior.sample(Tensor::from_floats([[3.0, -1.0]], &device()));
    assert_eq!(values(z), [4.0, 0.0]);
}

#[test]
fn the_cost_of_a_picture_is_the_negative_log_density() {
    let x = Tensor::<4>::from_floats([[[[0.5, -0.5]]], [[[0.0, 1.0]]]], &device());
    let mean = Tensor::<4>::from_floats([[[[0.0, 0.0]]], [[[0.0, 0.0]]]], &device());
    let sigma = 0.5f64;
    let cost = values(gaussian_cost(x, mean, Tensor::full([1], sigma.ln(), &device())));
    // By hand, two pixels each: squared errors 0.5 and 1, divided by 2 sigma^2 = 0.5.
    let constant = 2.0 * (sigma.ln() + 0.5 * TAU.ln());
    for (got, squared) in cost.into_iter().zip([0.5, 1.0]) {
        let expected = squared / 0.5 + constant;
        assert!((f64::from(got) - expected).abs() < 1e-5, "{got} {expected}");
    }
}

#[test]
fn the_loss_is_cost_and_divergence_per_dimension() {
    let loss = small().loss(pictures(3), classes(&[0, 4, 10]).unsqueeze_dim(1), &mut rng(1));
    let total = values(loss.total)[0];
    let term = |name| values(loss.terms.iter().find(|(term, _)| *term == name).unwrap().1.clone())[0];
    assert!((total - (term("cost") + term("divergence")) / 784.0).abs() < 1e-6);
    assert!(term("divergence") > 0.0);
    let again = small();
    let draw = |seed| values(again.loss(pictures(3), classes(&[0, 4, 10]).unsqueeze_dim(1), &mut rng(seed)).total);
    assert_eq!(draw(1), draw(1));
    assert_ne!(draw(1), draw(2));
}

#[test]
fn bits_per_dim_are_those_of_a_flat_density() {
    // With sigma = e^3 the density hardly depends on the picture: ln sigma + 1/2 ln 2 pi nats a
    // dimension, on a scale where a byte's interval is 2/255 wide.
    let vae = filled(small(), "log_sigma", 3.0);
    let (images, labels) = (pictures(2), classes(&[1, 2]));
    let divergence = values(vae.prior.divergence(&vae.encode(images.clone()), labels.clone()));
    let generator = vae.generator(catalogue::cards()[0].clone());
    let Some(BitsPerDim::Bound(bits)) = generator.bits_per_dim(images, labels, &mut rng(1)).map(complete) else {
        panic!()
    };
    let bits = values(bits);
    for (bits, divergence) in bits.into_iter().zip(divergence) {
        let nats = 3.0 + 0.5 * TAU.ln() + f64::from(divergence) / 784.0;
        let expected = nats / LN_2 + (255.0f64 / 2.0).log2();
        // (x - mean)^2 / 2 sigma^2 is at most 2 / e^6 a dimension, and the dither moves the encoder a little.
        assert!((f64::from(bits) - expected).abs() < 0.01, "{bits} {expected}");
    }
}

#[test]
fn shapes_and_ranges() {
    let vae = small();
    let posterior = vae.encode(pictures(3));
    assert_eq!(posterior.mean.dims(), [3, 16]);
    assert_eq!(posterior.log_variance.dims(), [3, 16]);
    let z = noise([3, 16], &mut rng(2), &device());
    let drawn = vae.draw(z * 100.0, classes(&[0, 1, 10]));
    assert_eq!(drawn.dims(), [3, 1, 28, 28]);
    assert!(values(drawn).iter().all(|x| (-1.0..=1.0).contains(x)));
}

#[test]
fn a_picture_does_not_depend_on_the_others_of_its_batch() {
    let vae = small();
    let z = noise([2, 16], &mut rng(3), &device());
    let both = values(vae.draw(z.clone(), classes(&[4, 10])));
    let first = values(vae.draw(z.narrow(0, 0, 1), classes(&[4])));
    // Matrix products of other sizes may sum in another order.
    assert!(first.iter().zip(&both).all(|(a, b)| (a - b).abs() < 1e-5));
}

#[test]
fn the_trajectory_has_one_step_and_then_ends() {
    let generator = small().generator(catalogue::cards()[0].clone());
    let z = noise([2, 16], &mut rng(4), &device());
    let mut trajectory = generator.start(z.clone(), &Condition::Class(3), &Options::default());
    assert_eq!(trajectory.steps(), 1);
    let picture = values(next(&mut *trajectory));
    assert!(!trajectory.advance() && !trajectory.advance());
    assert_eq!(values(finish(generator.start(z, &Condition::Class(3), &Options::default()))), picture);
    let back = complete(generator.invert(pictures(2), &Condition::Any, &Options::default()).unwrap());
    assert_eq!(back.dims(), [2, 16]);
}

#[test]
fn requests_that_no_trajectory_can_start_from_say_what_would() {
    let card = &catalogue::cards()[0];
    let z = latent::gaussian(1, 16);
    let options = Options::default();
    assert_eq!(check(card, &z, &Condition::Class(9), &options), Ok(()));
    let short = check(card, &z[..3], &Condition::Any, &options).unwrap_err();
    assert_eq!(short.to_string(), "vae-fashion expects a latent of 16 numbers, got 3");
    let mut broken = z.clone();
    broken[5] = f32::NAN;
    let broken = check(card, &broken, &Condition::Any, &options).unwrap_err();
    assert!(matches!(broken, RequestError::LatentNotFinite { coordinate: 5, .. }));
    let class = check(card, &z, &Condition::Class(10), &options).unwrap_err();
    assert_eq!(class.to_string(), "vae-fashion knows the classes 0 to 9, got 10");
    // What a model has no control for it ignores.
    let odd = Options { steps: Some(0), guidance: Some(f64::NAN), ..Options::default() };
    assert_eq!(check(card, &z, &Condition::Any, &odd), Ok(()));
}

#[test]
fn options_outside_a_control_s_range_say_what_the_range_is() {
    let range = |min, max| Some(Range { min, max, default: 1.0 });
    let controls = Controls {
        steps: range(1.0, 100.0),
        guidance: range(0.0, 8.0),
        temperature: range(0.0, 2.0),
        strength: range(0.0, 1.0),
        samplers: vec![],
    };
    let card = ModelCard { controls, ..catalogue::cards()[0].clone() };
    let checked = |options: Options| check(&card, &latent::gaussian(1, 16), &Condition::Any, &options);
    let good = Options { steps: Some(100), guidance: Some(0.0), temperature: Some(2.0), ..Options::default() };
    assert_eq!(checked(good), Ok(()));
    for steps in [0, 101, usize::MAX] {
        let error = checked(Options { steps: Some(steps), ..Options::default() }).unwrap_err().to_string();
        assert!(error.starts_with("vae-fashion expects steps from 1 to 100, got "), "{error}");
    }
    for bad in [-0.1, 8.1, f64::NAN, f64::INFINITY] {
        assert!(checked(Options { guidance: Some(bad), ..Options::default() }).is_err(), "{bad}");
        assert!(checked(Options { temperature: Some(bad), ..Options::default() }).is_err(), "{bad}");
        assert!(checked(Options { strength: Some(bad), ..Options::default() }).is_err(), "{bad}");
    }
}

#[test]
fn a_training_goes_on_from_what_ships() {
    let config = VaeConfig::new().with_channels(32).with_class_information(0.5);
    goes_on(&config, config.init(&device()), small());
}
