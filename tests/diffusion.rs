//! Diffusion's mathematics: the posterior's closed form, samplers on a known velocity, guidance and inversion.

mod common;

use burn::tensor::{Int, Tensor};
use common::{device, drawn, farthest, filled, generator, goes_on, next, pictures, rng, values};
use pushforward::families::diffusion::DiffusionConfig;
use pushforward::generator::{BitsPerDim, Condition, Options, Sampler, Trajectory, complete, finish, noise};
use pushforward::losses;
use pushforward::losses::Loss;
use pushforward::samplers::rectified_flow::posterior;
use pushforward::training::Objective;

fn config() -> DiffusionConfig {
    DiffusionConfig::new().with_channels([8, 16, 16]).with_embedding(16)
}

/// The last picture as it is, not clamped to what can be shown.
fn last(mut way: Box<dyn Trajectory>) -> Tensor<4> {
    while way.advance() {}
    way.picture()
}

#[test]
fn the_posterior_is_that_of_two_gaussians() {
    // Bayes by hand, for scalars: the prior N(a_s x, b_s^2) of x_s meets the likelihood
    // N(x_t; a x_s, b), a product of Gaussians with precisions 1 / b_s^2 and a^2 / b.
    for (t, s) in [(1.0, 0.9), (0.7, 0.3), (0.2, 0.1), (0.05, 0.0)] {
        let [of_x_t, of_x, variance] = posterior(t, s);
        let a: f64 = (1.0 - t) / (1.0 - s);
        let b = t * t - a * a * s * s;
        if s == 0.0 {
            assert_eq!([of_x_t, of_x, variance], [0.0, 1.0, 0.0]);
            continue;
        }
        let precision = 1.0 / (s * s) + a * a / b;
        assert!((variance - 1.0 / precision).abs() < 1e-12);
        assert!((of_x_t - a / b / precision).abs() < 1e-12);
        assert!((of_x - (1.0 - s) / (s * s) / precision).abs() < 1e-12);
    }
}

#[test]
fn the_posterior_is_ddpm_s_on_ddpm_s_own_schedule() {
    // Equation 7 of arXiv 2006.11239 is for a variance-preserving process: x_t over its norm.
    let (t, s) = (0.6f64, 0.5f64);
    let norm = |t: f64| ((1.0 - t).powi(2) + t * t).sqrt();
    let alpha_bar = |t: f64| ((1.0 - t) / norm(t)).powi(2);
    let beta = 1.0 - alpha_bar(t) / alpha_bar(s);
    let [of_x_t, of_x, variance] = posterior(t, s);
    let theirs = beta * (1.0 - alpha_bar(s)) / (1.0 - alpha_bar(t));
    assert!((variance / norm(s).powi(2) - theirs).abs() < 1e-12);
    let theirs = alpha_bar(s).sqrt() * beta / (1.0 - alpha_bar(t));
    assert!((of_x / norm(s) - theirs).abs() < 1e-12);
    let theirs = (1.0 - beta).sqrt() * (1.0 - alpha_bar(s)) / (1.0 - alpha_bar(t));
    assert!((of_x_t * norm(t) / norm(s) - theirs).abs() < 1e-12);
}

#[test]
fn an_untrained_denoiser_stays_where_it_is() {
    // Its last layer is zero: no velocity, so every deterministic sampler ends at z, and so predicts.
    let generator = generator(&config(), config().init(&device()));
    let z = noise([2, 784], &mut rng(1), &device());
    for sampler in [Sampler::Multistep, Sampler::Ddim, Sampler::Heun] {
        let options = Options { steps: Some(3), sampler: Some(sampler), ..Options::default() };
        let mut way = generator.start(z.clone(), &Condition::Class(2), &options);
        assert!(way.predicted().is_none());
        assert!(farthest(&values(next(&mut *way)), &values(z.clone())) < 1e-5);
        assert!(farthest(&values(way.predicted().unwrap()), &values(z.clone())) < 1e-5);
    }
}

#[test]
fn a_picture_to_begin_with_is_mixed_with_noise_as_far_as_the_strength_says() {
    let generator = generator(&config(), config().init(&device()));
    let z = noise([2, 784], &mut rng(1), &device());
    for sampler in [Sampler::Multistep, Sampler::Ddim, Sampler::Heun] {
        for strength in [0.0, 0.4, 1.0] {
            let options =
                Options { steps: Some(3), sampler: Some(sampler), strength: Some(strength), ..Options::default() };
            let way = generator.image_to_image(pictures(2), z.clone(), &Condition::Any, &options).unwrap();
            let mixed = pictures(2) * (1.0 - strength) + z.clone().reshape([2, 1, 28, 28]) * strength;
            assert!(farthest(&values(last(way)), &values(mixed)) < 1e-5, "{sampler:?} {strength}");
        }
    }
}

#[test]
fn from_strength_1_on_nothing_is_left_of_a_picture_and_at_0_all_of_it() {
    let generator = generator(&config(), drawn(config().init(&device()), 0.2));
    let z = noise([1, 784], &mut rng(1), &device());
    for (_, sampler) in Sampler::ALL {
        let of = |strength| {
            let options =
                Options { steps: Some(4), sampler: Some(sampler), strength: Some(strength), ..Options::default() };
            let way = generator.image_to_image(pictures(1), z.clone(), &Condition::Class(3), &options).unwrap();
            assert_eq!(way.steps(), 4);
            values(last(way))
        };
        let options = Options { steps: Some(4), sampler: Some(sampler), ..Options::default() };
        let drawn = values(last(generator.start(z.clone(), &Condition::Class(3), &options)));
        assert!(farthest(&of(1.0), &drawn) < 1e-4, "{sampler:?}");
        assert!(farthest(&of(0.0), &values(pictures(1))) < 1e-5, "{sampler:?}");
        assert!(farthest(&of(0.5), &drawn) > 1e-2 && farthest(&of(0.5), &values(pictures(1))) > 1e-2, "{sampler:?}");
    }
}

#[test]
fn one_step_of_ddim_is_the_predicted_picture() {
    let generator = generator(&config(), drawn(config().init(&device()), 0.2));
    let z = noise([1, 784], &mut rng(1), &device());
    let mut way = generator.start(z, &Condition::Class(1), &Options { steps: Some(1), ..Options::default() });
    let picture = values(next(&mut *way));
    assert!(farthest(&picture, &values(way.predicted().unwrap())) < 1e-5);
    assert!(!way.advance() && !way.advance());
}

#[test]
fn every_sampler_takes_as_many_steps_as_it_says() {
    let generator = generator(&config(), drawn(config().init(&device()), 0.2));
    let z = noise([1, 784], &mut rng(1), &device());
    for (_, sampler) in Sampler::ALL {
        for steps in [1, 2, 5] {
            let options = Options { steps: Some(steps), sampler: Some(sampler), ..Options::default() };
            let mut way: Box<dyn Trajectory> = generator.start(z.clone(), &Condition::Any, &options);
            assert_eq!(way.steps(), steps);
            let mut count = 0;
            while way.advance() {
                let picture = way.picture();
                assert_eq!(picture.dims(), [1, 1, 28, 28]);
                assert!(values(picture).iter().all(|x| x.is_finite()));
                count += 1;
            }
            assert_eq!(count, steps, "{sampler:?}");
        }
    }
}

#[test]
fn heun_s_and_the_multistep_method_are_of_second_order() {
    // Without the waves of time the velocity is smooth enough for few steps.
    let generator = generator(&config(), filled(drawn(config().init(&device()), 0.2), "time_1", 0.0));
    let z = noise([1, 784], &mut rng(1), &device());
    let draw = |steps, sampler| {
        let options = Options { steps: Some(steps), sampler: Some(sampler), ..Options::default() };
        values(last(generator.start(z.clone(), &Condition::Class(4), &options)))
    };
    let exact = draw(96, Sampler::Heun);
    let error = |steps, sampler| farthest(&draw(steps, sampler), &exact);
    // Twice the steps: half the error for Euler's method, a quarter for the others.
    let ratio = |sampler| error(12, sampler) / error(24, sampler);
    assert!((1.6..2.6).contains(&ratio(Sampler::Ddim)), "{}", ratio(Sampler::Ddim));
    for second in [Sampler::Heun, Sampler::Multistep] {
        assert!(ratio(second) > 3.0, "{second:?}: {}", ratio(second));
        assert!(error(12, second) < error(12, Sampler::Ddim), "{second:?}");
    }
}

#[test]
fn ancestral_noise_comes_from_its_seed_alone() {
    let generator = generator(&config(), drawn(config().init(&device()), 0.2));
    let z = noise([1, 784], &mut rng(1), &device());
    let draw = |noise_seed, sampler| {
        let options = Options { steps: Some(4), sampler: Some(sampler), noise_seed, ..Options::default() };
        values(finish(generator.start(z.clone(), &Condition::Any, &options)))
    };
    assert_eq!(draw(1, Sampler::Ancestral), draw(1, Sampler::Ancestral));
    assert_ne!(draw(1, Sampler::Ancestral), draw(2, Sampler::Ancestral));
    assert_eq!(draw(1, Sampler::Ddim), draw(2, Sampler::Ddim));
}

#[test]
fn guidance_is_linear_in_its_scale() {
    let generator = generator(&config(), drawn(config().init(&device()), 0.2));
    let z = noise([1, 784], &mut rng(1), &device());
    let velocity = |condition: &Condition, guidance| {
        let options = Options { steps: Some(1), guidance: Some(guidance), ..Options::default() };
        // With one step the picture is z - v.
        values(last(generator.start(z.clone(), condition, &options)))
    };
    let (any, class) = (velocity(&Condition::Any, 3.0), velocity(&Condition::Class(7), 1.0));
    assert!(farthest(&velocity(&Condition::Class(7), 0.0), &any) < 1e-5);
    let expected: Vec<f32> = any.iter().zip(&class).map(|(any, class)| any + 2.5 * (class - any)).collect();
    assert!(farthest(&velocity(&Condition::Class(7), 2.5), &expected) < 1e-4);
    assert!(farthest(&any, &class) > 1e-3);
}

#[test]
fn inversion_leads_back_to_the_picture() {
    let generator = generator(&config(), drawn(config().init(&device()), 0.2));
    let picture = pictures(2);
    let latent = complete(generator.invert(picture.clone(), &Condition::Class(3), &Options::default()).unwrap());
    assert_eq!(latent.dims(), [2, 784]);
    let options = Options { steps: Some(25), sampler: Some(Sampler::Heun), ..Options::default() };
    let again = finish(generator.start(latent, &Condition::Class(3), &options));
    assert!(farthest(&values(again), &values(picture)) < 0.02);
}

#[test]
fn the_loss_of_no_velocity_is_the_second_moment_of_noise_and_picture() {
    let denoiser = config().init(&device());
    let images = pictures(64);
    let expected = 1.0 + values(images.clone().square().mean())[0];
    let loss = denoiser.loss(images, Condition::Any.indices(10, 64, &device()).unsqueeze_dim(1), &mut rng(1));
    assert!((values(loss.total)[0] - expected).abs() < 0.02, "{expected}");
}

#[test]
fn the_bound_of_a_denoiser_that_knows_nothing_is_the_closed_form() {
    // With no velocity x_hat = x_t, and E|x - x_hat|^2 = t^2 (|x|^2 + n): the integral over the
    // logarithm l of the signal-to-noise ratio, in which t = 1 / (1 + e^(l / 2)), by the trapezoid rule.
    let generator = generator(&config(), config().init(&device()));
    let images = pictures(16);
    let squares: f64 =
        values(images.clone().square().flatten::<2>(1, 3).sum_dim(1)).iter().map(|x| f64::from(*x)).sum();
    let mean_square = squares / (16.0 * 784.0);
    let Some(BitsPerDim::Bound(bits)) =
        generator.bits_per_dim(images, Condition::Any.indices(10, 16, &device()), &mut rng(2)).map(complete)
    else {
        panic!("diffusion has a bound");
    };
    let bits = values(bits).iter().map(|x| f64::from(*x)).sum::<f64>() / 16.0;
    let (noisy, clean, points) = (-10.0f64, 14.0f64, 24_000);
    let width = (clean - noisy) / f64::from(points);
    let value = |l: f64| l.exp() * (1.0 + (l / 2.0).exp()).powi(-2) * (mean_square + 1.0) / 2.0;
    let integral: f64 = (0..points).map(|i| value(noisy + width * (f64::from(i) + 0.5)) * width).sum();
    let (signal, spread) = (1.0 - 1.0 / (1.0 + (noisy / 2.0).exp()), (1.0 + (noisy / 2.0).exp()).powi(-2));
    let prior = 0.5 * (mean_square * signal.powi(2) + spread - 1.0 - spread.ln());
    // At the clean end the noise is far below a level: its 8-bit value costs nothing.
    let expected = (integral + prior) / std::f64::consts::LN_2;
    assert!((bits - expected).abs() < 0.1 * expected, "{bits} {expected}");
}

#[test]
fn what_a_perfect_velocity_leads_to_is_the_data() {
    let data = pictures(3);
    let velocity = |x: Tensor<4>, t: Tensor<1>| (x - data.clone()) / t.reshape([-1, 1, 1, 1]);
    let (loss, clean) = losses::rectified_flow::loss(data.clone(), &mut rng(1), velocity);
    assert!(values(loss)[0] < 1e-8);
    assert!(farthest(&values(clean), &values(data)) < 1e-5);
}

#[test]
fn the_information_of_the_class_adds_what_the_recognizer_misses() {
    let terms = |weight: f64, conditions: &[i64]| {
        let module = filled(config().with_class_information(weight).init(&device()), "recognizer", 0.0);
        let conditions = Tensor::<1, Int>::from_ints(conditions, &device());
        let Loss { total, terms } = module.loss(pictures(2), conditions.unsqueeze_dim(1), &mut rng(1));
        (values(total)[0], terms.into_iter().map(|(_, term)| values(term)[0]).collect::<Vec<_>>())
    };
    let (bare, alone) = terms(0.0, &[3, 4]);
    assert_eq!(alone, [bare]);
    // A recognizer of zeros takes all ten classes for equally likely; "any" is no class.
    for (conditions, known) in [([3, 4], 1.0), ([3, 10], 0.5), ([10, 10], 0.0)] {
        let (total, terms) = terms(0.5, &conditions);
        let [flow, real, drawn] = terms[..] else { panic!("three terms, got {terms:?}") };
        let surprise = known * 10f32.ln();
        assert!((real - surprise).abs() < 1e-5 && (drawn - surprise).abs() < 1e-5, "{real} {drawn} {surprise}");
        assert!((flow - bare).abs() < 1e-5 && (total - (flow + real + 0.5 * drawn)).abs() < 1e-5);
    }
}

#[test]
fn a_training_goes_on_from_what_ships() {
    let config = config().with_class_information(0.5);
    goes_on(&config, drawn(config.init(&device()), 0.1), drawn(self::config().init(&device()), 0.2));
}
