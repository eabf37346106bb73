//! The autoregressive model's mathematics: causality, the cache, the mixture's probabilities and inversion.

mod common;

use burn::tensor::{Int, Tensor};
use common::{check_choices, conditions, device, drawn, farthest, generator, next, rng, values, whole_pictures};
use pushforward::families::autoregressive::AutoregressiveConfig;
use pushforward::generator::{BitsPerDim, Condition, Options, complete, finish, noise};
use pushforward::layers::logistics::Mixture;
use pushforward::layers::normal::{Tails, normal_cdf};
use pushforward::samplers::guidance::Guidance;

fn config() -> AutoregressiveConfig {
    AutoregressiveConfig::new().with_channels(8).with_layers(3).with_mixtures(3)
}

/// Every level, for each pixel: `[pixels, 256]`.
fn all_levels(pixels: usize) -> Tensor<2> {
    Tensor::<1, Int>::arange(0..256, &device()).float().unsqueeze_dim::<2>(0).repeat_dim(0, pixels)
}

#[test]
fn no_pixel_depends_on_a_later_one_and_all_near_ones_before_count() {
    let model = config().init(&device());
    let images = whole_pictures(1, 28);
    let distributions = |images| values(model.forward(images, conditions(1)).probabilities(all_levels(784)));
    let before = distributions(images.clone());
    for (row, column) in [(0, 0), (0, 27), (5, 13), (14, 0), (27, 26)] {
        let here = row * 28 + column;
        let other = images
            .clone()
            .slice_assign([0..1, 0..1, row..row + 1, column..column + 1], Tensor::full([1, 1, 1, 1], 3.0, &device()));
        let after = distributions(other);
        let changed = |pixel: usize| {
            let range = pixel * 256..(pixel + 1) * 256;
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
    let many = Mixture::new(noise([20, 9], &mut rng(1), &device()) * 2.0);
    for sum in values(many.probabilities(all_levels(20)).sum_dim(1)) {
        assert!((sum - 1.0).abs() < 1e-4, "{sum}");
    }
    // One logistic of mean 0 and scale 1/10.
    let one = Mixture::new(Tensor::from_floats([[0.0, 0.0, 0.1f32.ln()]; 3], &device()));
    let got = values(one.probabilities(Tensor::from_floats([[0.0], [100.0], [255.0]], &device())));
    let sigmoid = |x: f64| 1.0 / (1.0 + (-x).exp());
    let edge = |level: f64| sigmoid((level / 127.5 - 1.0) / 0.1);
    let mass = [edge(0.5), edge(100.5) - edge(99.5), 1.0 - edge(254.5)];
    for (got, mass) in got.into_iter().zip(mass) {
        let expected = (1.0 - 1e-5) * mass + 1e-5 / 256.0;
        assert!((f64::from(got) - expected).abs() < 1e-6, "{got} {expected}");
    }
}

#[test]
fn a_level_is_picked_by_the_inverse_of_the_cumulative_probabilities() {
    for temperature in [1.0, 0.3] {
        let parameters = noise([500, 9], &mut rng(3), &device()) * 1.5;
        let mixture = Mixture::new(parameters).at_temperature(temperature);
        let z = noise([500, 1], &mut rng(4), &device()).reshape([-1]);
        let (picked, u) = (values(mixture.pick(&Tails::of(z.clone()))), values(normal_cdf(z)));
        let probabilities = values(mixture.probabilities(all_levels(500)));
        for (pixel, (level, u)) in picked.into_iter().zip(u).enumerate() {
            let probabilities = &probabilities[pixel * 256..(pixel + 1) * 256];
            let below: f64 = probabilities[..level as usize].iter().copied().map(f64::from).sum();
            let with = below + f64::from(probabilities[level as usize]);
            assert!((below - 1e-5..with + 1e-5).contains(&f64::from(u)), "{level}: {below} {u} {with}");
        }
    }
    // Every level is picked by the latent in its middle, be it as unlikely as the uniform part leaves it.
    for log_scale in [0.0, -3.0, -6.0] {
        let mixture = Mixture::new(Tensor::from_floats([[0.0, 0.1, log_scale]; 256], &device()));
        let levels = all_levels(1).reshape([-1]);
        let latents = mixture.latent_of(levels.clone());
        assert_eq!(values(mixture.pick(&Tails::of(latents))), values(levels), "log-scale {log_scale}");
    }
}

#[test]
fn the_tails_of_the_gaussian_are_known_however_small() {
    // Phi(-1), Phi(-5), Phi(-8) to six digits.
    let known = [(-1.0, 0.158_655_25), (-5.0, 2.866_516e-7), (-8.0, 6.220_961e-16), (0.0, 0.5)];
    for (z, expected) in known {
        let Tails { below, above } = Tails::of(Tensor::<1>::from_floats([z, -z], &device()));
        for got in [values(below)[0], values(above)[1]] {
            assert!((got / expected - 1.0).abs() < 1e-5, "{z}: {got} {expected}");
        }
    }
    let z = noise([1000, 1], &mut rng(6), &device()) * 2.5;
    assert!(farthest(&values(Tails::of(z.clone()).quantile()), &values(z)) < 1e-4);
}

#[test]
fn a_low_temperature_leaves_the_likeliest_logistic_and_little_of_it() {
    // Two logistics, the second likelier; both of scale 0.1.
    let mixture = Mixture::new(Tensor::from_floats([[0.0, 1.0, -0.5, 0.5, 0.1f32.ln(), 0.1f32.ln()]; 200], &device()));
    let z = noise([200, 1], &mut rng(5), &device()).reshape([-1]);
    let spread = |levels: Vec<f32>| {
        levels.iter().copied().fold(f32::MIN, f32::max) - levels.iter().copied().fold(f32::MAX, f32::min)
    };
    let [warm, cold] =
        [1.0, 0.1].map(|temperature| values(mixture.clone().at_temperature(temperature).pick(&Tails::of(z.clone()))));
    assert!(spread(warm) > 100.0);
    // The mean 0.5 is level 191.25; scale 0.01 is 1.3 levels.
    assert!(cold.iter().all(|level| (level - 191.0).abs() < 15.0), "{cold:?}");
}

#[test]
fn drawing_with_what_was_kept_is_drawing_without() {
    // More layers than dilations, and no parameter at zero.
    let config = || config().with_layers(5);
    let model = drawn(config().init(&device()), 0.2);
    let z = noise([2, 784], &mut rng(2), &device());
    for scale in [1.0, 1.5] {
        let options = Options { guidance: Some(scale), ..Options::default() };
        let picture = finish(generator(&config(), model.clone()).start(z.clone(), &Condition::Class(3), &options));
        // Uncached: every pixel's distribution from the finished picture, whose later pixels must not matter.
        let guidance = Guidance::new(&Condition::Class(3), scale, 10, 2, &device());
        let mixture = model.forward(picture.clone().repeat_dim(0, guidance.times()), guidance.conditions());
        let again = values(
            mixture.map(|parameters| guidance.combine(parameters)).pick(&Tails::of(z.clone().reshape([-1]))) / 127.5
                - 1.0,
        );
        let differing = again.iter().zip(values(picture)).filter(|(a, b)| (*a - b).abs() > 1e-6).count();
        // Sums in another order can tip a level that lies on its edge.
        assert!(differing <= 2, "{differing} of 1568 pixels differ at guidance {scale}");
    }
}

#[test]
fn inversion_leads_back_to_the_picture() {
    let generator = generator(&config(), config().init(&device()));
    let images = whole_pictures(1, 28);
    for (guidance, temperature) in [(1.0, 1.0), (1.0, 0.8), (2.0, 1.0)] {
        let options = Options { guidance: Some(guidance), temperature: Some(temperature), ..Options::default() };
        let latent = complete(generator.invert(images.clone(), &Condition::Class(3), &options).unwrap());
        assert_eq!(latent.dims(), [1, 784]);
        let again = values(finish(generator.start(latent, &Condition::Class(3), &options)));
        let differing = again.iter().zip(values(images.clone())).filter(|(a, b)| (*a - b).abs() > 1e-6).count();
        assert_eq!(differing, 0, "guidance {guidance}, temperature {temperature}");
    }
}

#[test]
fn a_trajectory_writes_a_row_a_step() {
    let generator = generator(&config(), config().init(&device()));
    let z = noise([1, 784], &mut rng(2), &device());
    let mut way = generator.start(z, &Condition::Any, &Options { temperature: Some(0.5), ..Options::default() });
    assert_eq!(way.steps(), 28);
    let mut before = vec![-1.0; 784];
    for row in 0..28 {
        let picture = values(next(&mut *way));
        assert_eq!(picture[..row * 28], before[..row * 28], "rows stay as they were written");
        assert!(picture[(row + 1) * 28..].iter().all(|x| *x == -1.0));
        assert!(picture[row * 28..(row + 1) * 28].iter().any(|x| *x != -1.0));
        before = picture;
    }
    assert!(!way.advance() && !way.advance());
    assert_eq!(values(way.picture()), before);
}

#[test]
fn every_step_says_what_its_levels_were_chosen_from() {
    check_choices(&*generator(&config(), drawn(config().init(&device()), 0.2)), 2);
}

#[test]
fn bits_are_the_mean_of_each_pixel_s_surprise() {
    let (model, images) = (config().init(&device()), whole_pictures(2, 28));
    let probabilities = values(model.forward(images.clone(), conditions(2)).probabilities(all_levels(2 * 784)));
    let levels: Vec<usize> = values(images.clone()).iter().map(|x| ((x + 1.0) * 127.5).round() as usize).collect();
    let Some(BitsPerDim::Exact(bits)) =
        generator(&config(), model).bits_per_dim(images, conditions(2), &mut rng(1)).map(complete)
    else {
        panic!("exact");
    };
    for (picture, bits) in values(bits).into_iter().enumerate() {
        let surprise = |pixel: usize| {
            let pixel = picture * 784 + pixel;
            -f64::from(probabilities[pixel * 256 + levels[pixel]]).ln()
        };
        let expected = (0..784).map(surprise).sum::<f64>() / 784.0 / std::f64::consts::LN_2;
        assert!((f64::from(bits) - expected).abs() < 1e-4, "{bits} {expected}");
    }
}

#[test]
fn at_the_ends_of_the_controls_pixels_are_levels() {
    let generator = generator(&config(), drawn(config().init(&device()), 1.0));
    let z = noise([1, 784], &mut rng(2), &device());
    for (guidance, temperature) in [(0.0, 0.1), (8.0, 0.1), (0.0, 2.0), (8.0, 2.0)] {
        let options = Options { guidance: Some(guidance), temperature: Some(temperature), ..Options::default() };
        let picture = values(finish(generator.start(z.clone(), &Condition::Class(3), &options)));
        let level = |x: f32| (x + 1.0) * 127.5;
        assert!(picture.iter().all(|x| (level(*x) - level(*x).round()).abs() < 1e-3), "{guidance}, {temperature}");
        assert!(picture.iter().all(|x| (-1.0..=1.0).contains(x)), "{guidance}, {temperature}");
    }
}
