//! The GAN's mathematics: its losses, spectral normalization, and what of it ships.

mod common;

use burn::module::{Module, Param};
use burn::tensor::{Int, Tensor};
use common::{device, filled, goes_on, rng, values, whole_pictures};
use pushforward::catalogue;
use pushforward::families::Family;
use pushforward::families::gan::{Gan, GanConfig, deviations, spectrally_normalized};
use pushforward::generator::{Condition, Options, finish, noise};
use pushforward::training::Objective;

fn small() -> Gan {
    config().init(&device())
}

fn config() -> GanConfig {
    GanConfig::new().with_channels(16).with_embedding(16).with_critic_channels(16)
}

/// The largest |W v| / |v| that many random starts of the power method find.
fn largest_singular(rows: Tensor<2>) -> f32 {
    let length = |x: Tensor<2>| values(x.square().sum().sqrt())[0];
    (0..4)
        .map(|seed| {
            let mut v = noise([rows.dims()[1], 1], &mut rng(seed), &rows.device());
            for _ in 0..200 {
                let next = rows.clone().transpose().matmul(rows.clone().matmul(v));
                v = next.clone() / length(next);
            }
            length(rows.clone().matmul(v))
        })
        .fold(0.0, f32::max)
}

#[test]
fn normalized_weights_have_spectral_norm_one() {
    for (seed, shape) in [[8, 1, 4, 4], [16, 8, 3, 3], [3, 20, 1, 1]].into_iter().enumerate() {
        let count = shape.iter().product();
        let weight = (noise([1, count], &mut rng(seed as u64), &device()) * 3.0).reshape(shape);
        let got = spectrally_normalized(&Param::from_tensor(weight)).reshape([shape[0] as i32, -1]);
        let norm = largest_singular(got);
        // Sixteen iterations come from below.
        assert!((0.999..1.05).contains(&norm), "{shape:?}: {norm}");
    }
}

#[test]
fn deviations_are_those_within_a_condition() {
    let features = Tensor::<2>::from_floats([[1.0, 0.0], [3.0, 0.0], [100.0, 5.0], [5.0, 0.0]], &device());
    let conditions = Tensor::<1, Int>::from_ints([2, 2, 10, 2], &device());
    let got = values(deviations(&features, &conditions));
    // 1, 3 and 5 deviate by sqrt(8 / 3); what is alone or constant by the root of the added 1e-3.
    let (within, least) = ((8.0f32 / 3.0 + 1e-3).sqrt(), 1e-3f32.sqrt());
    let expected = [within, least, within, least, least, least, within, least];
    assert!(got.iter().zip(expected).all(|(got, expected)| (got - expected).abs() < 1e-4), "{got:?}");
}

#[test]
fn what_ships_draws_the_same_without_the_discriminator() {
    let gan = config().with_class_information(0.5).init(&device());
    assert!(gan.num_params() > small().num_params(), "it has a recognizer");
    let card = catalogue::cards()[0].clone();
    let draw = |gan: Gan| {
        let z = noise([2, 64], &mut rng(1), &device());
        finish(gan.generator(card.clone()).start(z, &Condition::Class(1), &Options::default()))
    };
    let shipped = gan.clone().shipped();
    assert_eq!(shipped.num_params(), small().shipped().num_params());
    assert!(shipped.num_params() < small().num_params());
    let picture = draw(shipped);
    assert_eq!(picture.dims(), [2, 1, 28, 28]);
    assert!(values(picture.clone()).iter().all(|x| (-1.0..=1.0).contains(x)));
    assert_eq!(values(picture), values(draw(gan)));
}

#[test]
fn the_information_of_the_class_adds_what_the_recognizer_misses() {
    let gan = |weight: f64| filled(config().with_class_information(weight).init(&device()), "recognizer", 0.0);
    let terms = |weight, conditions: &[i64]| {
        let conditions = Tensor::<1, Int>::from_ints(conditions, &device());
        let loss = gan(weight).loss(whole_pictures(2, 28), conditions.unsqueeze_dim(1), &mut rng(1));
        let term = |name| loss.terms.iter().find(|(known, _)| *known == name).map(|(_, term)| values(term.clone())[0]);
        (values(loss.total.clone())[0], ["discriminator", "generator", "surprise_real", "surprise_drawn"].map(term))
    };
    // A recognizer of zeros takes all ten classes for equally likely; "any" is no class.
    for (conditions, known) in [([3, 4], 1.0), ([3, 10], 0.5), ([10, 10], 0.0)] {
        let (total, terms) = terms(0.5, &conditions);
        let [told, fooled, real, drawn] = terms.map(Option::unwrap);
        let surprise = known * 10f32.ln();
        assert!((real - surprise).abs() < 1e-5 && (drawn - surprise).abs() < 1e-5, "{real} {drawn} {surprise}");
        assert!((total - (told + fooled + real + 0.5 * drawn)).abs() < 1e-5);
    }
    assert_eq!(terms(0.0, &[3, 4]).1[2..], [None, None]);
}

#[test]
fn a_training_goes_on_from_what_ships() {
    let config = config().with_class_information(0.5);
    let shipped = small().shipped();
    goes_on(&config, config.init(&device()), shipped.clone());
    // What the recipe says of training counts, not what the card says of the training before.
    let total = |gan: Gan| {
        let gan = filled(gan, "recognizer", 0.0).going_on_from(shipped.clone());
        values(gan.loss(whole_pictures(2, 28), Tensor::full([2, 1], 3, &device()), &mut rng(1)).total)[0]
    };
    let gan = config.init(&device());
    let twice = Gan::init(&config.clone().with_class_information(1.0), &device());
    let twice = twice.load_record(gan.clone().into_record());
    assert!((total(twice) - total(gan) - 0.5 * 10f32.ln()).abs() < 1e-4);
}
