//! The autoregressive model's mathematics: causality, the cache, the mixture's probabilities and inversion.

mod common;

use burn::tensor::Tensor;
use common::{conditions, device, drawn, farthest, generator, rng, values, whole_pictures};
use pushforward::families::autoregressive::{AutoregressiveConfig, Mixture};
use pushforward::generator::{BitsPerDim, Condition, Options, finish, noise};

fn config() -> AutoregressiveConfig {
    AutoregressiveConfig::new().with_channels(8).with_layers(3).with_mixtures(3)
}

#[test]
fn no_pixel_depends_on_a_later_one_and_all_near_ones_before_count() {
    let model = config().init(&device());
    let images = whole_pictures(1, 28);
    let before = values(model.forward(images.clone(), conditions(1)).0);
    let parameters = before.len() / 784;
    for (row, column) in [(0, 0), (0, 27), (5, 13), (14, 0), (27, 26)] {
        let here = row * 28 + column;
        let other = images
            .clone()
            .slice_assign([0..1, 0..1, row..row + 1, column..column + 1], Tensor::full([1, 1, 1, 1], 3.0, &device()));
        let after = values(model.forward(other, conditions(1)).0);
        let changed = |pixel: usize| {
            let range = pixel * parameters..(pixel + 1) * parameters;
            farthest(&before[range.clone()], &after[range]) > 1e-6
        };
        assert!((0..=here).all(|pixel| !changed(pixel)), "({row}, {column}) reaches back");
        // To the right, and in the row below on either side: nothing hides in a blind spot.
        let mut near = Vec::new();
        near.extend((column < 27).then_some(here + 1));
        near.extend((row < 27 && column > 0).then_some(here + 27));
        near.extend((row < 27 && column < 27).then_some(here + 29));
        assert!(near.iter().all(|pixel| changed(*pixel)), "({row}, {column}) is not seen from {near:?}");
    }
}

#[test]
fn a_mixture_s_probabilities_sum_to_one_and_match_a_logistic_by_hand() {
    let many = Mixture(noise([20, 9], &mut rng(1), &device()) * 2.0);
    for sum in values(many.logits().exp().sum_dim(1)) {
        assert!((sum - 1.0).abs() < 1e-4, "{sum}");
    }
    // One logistic of mean 0 and scale 1/10.
    let one = Mixture(Tensor::from_floats([[0.0, 0.0, 0.1f32.ln()]; 3], &device()));
    let got = values(one.probabilities(Tensor::from_floats([[0.0], [100.0], [255.0]], &device())));
    let sigmoid = |x: f64| 1.0 / (1.0 + (-x).exp());
    let edge = |level: f64| sigmoid((level / 127.5 - 1.0) / 0.1);
    let mass = [edge(0.5), edge(100.5) - edge(99.5), 1.0 - edge(254.5)];
    for (got, mass) in got.into_iter().zip(mass) {
        let expected = 0.999 * mass + 0.001 / 256.0;
        assert!((f64::from(got) - expected).abs() < 1e-6, "{got} {expected}");
    }
}

#[test]
fn drawing_with_what_was_kept_is_drawing_without() {
    // More layers than dilations, and no parameter at zero.
    let config = || config().with_layers(5);
    let model = drawn(config().init(&device()), 0.2);
    let z = noise([2, 784], &mut rng(2), &device());
    let picture =
        finish(generator(&config(), model.clone()).start(z.clone(), Condition::Class(3), &Options::default()));
    // Uncached: every pixel's distribution from the finished picture, whose later pixels must not matter.
    let logits = model.forward(picture.clone(), conditions(2)).logits();
    let levels = pushforward::layers::inverse_cdf::pick(logits, z.reshape([-1]), 1.0).float();
    let again = values(levels / 127.5 - 1.0);
    let differing = again.iter().zip(values(picture)).filter(|(a, b)| (*a - b).abs() > 1e-6).count();
    // Sums in another order can tip a level that lies on its edge.
    assert!(differing <= 2, "{differing} of 1568 pixels differ");
}

#[test]
fn inversion_leads_back_to_the_picture() {
    let generator = generator(&config(), config().init(&device()));
    let images = whole_pictures(1, 28);
    let latent = generator.invert(images.clone(), Condition::Class(3)).unwrap();
    assert_eq!(latent.dims(), [1, 784]);
    let again = values(finish(generator.start(latent, Condition::Class(3), &Options::default())));
    let differing = again.iter().zip(values(images)).filter(|(a, b)| (*a - b).abs() > 1e-6).count();
    assert_eq!(differing, 0);
}

#[test]
fn a_trajectory_writes_a_row_a_step() {
    let generator = generator(&config(), config().init(&device()));
    let z = noise([1, 784], &mut rng(2), &device());
    let mut way = generator.start(z, Condition::Any, &Options { temperature: Some(0.5), ..Options::default() });
    assert_eq!(way.steps(), 28);
    let mut before = vec![-1.0; 784];
    for row in 0..28 {
        let picture = values(way.step().unwrap());
        assert_eq!(picture[..row * 28], before[..row * 28], "rows stay as they were written");
        assert!(picture[(row + 1) * 28..].iter().all(|x| *x == -1.0));
        assert!(picture[row * 28..(row + 1) * 28].iter().any(|x| *x != -1.0));
        before = picture;
    }
    assert!(way.step().is_none() && way.step().is_none());
}

#[test]
fn bits_are_the_mean_of_each_pixel_s_surprise() {
    let (model, images) = (config().init(&device()), whole_pictures(2, 28));
    let logits = values(model.forward(images.clone(), conditions(2)).logits());
    let levels: Vec<usize> = values(images.clone()).iter().map(|x| ((x + 1.0) * 127.5).round() as usize).collect();
    let Some(BitsPerDim::Exact(bits)) = generator(&config(), model).bits_per_dim(images, conditions(2), &mut rng(1))
    else {
        panic!("exact");
    };
    for (picture, bits) in values(bits).into_iter().enumerate() {
        let surprise = |pixel: usize| -f64::from(logits[(picture * 784 + pixel) * 256 + levels[picture * 784 + pixel]]);
        let expected = (0..784).map(surprise).sum::<f64>() / 784.0 / std::f64::consts::LN_2;
        assert!((f64::from(bits) - expected).abs() < 1e-4, "{bits} {expected}");
    }
}
