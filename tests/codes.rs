//! The codes' mathematics: causality, the cache, draws by inverse transform, inversion and the codebook.

mod common;

use burn::tensor::activation::softmax;
use burn::tensor::{Int, Tensor};
use common::{check_choices, device, drawn, farthest, filled, generator, next, pictures, rng, values};
use pushforward::families::codes::{Codes, CodesConfig};
use pushforward::generator::{Condition, Options, complete, finish, noise};
use pushforward::layers::causal::{Cache, CausalTransformerConfig};
use pushforward::layers::normal::normal_cdf;
use pushforward::samplers::inverse_cdf::{latent_of, pick};
use pushforward::training::Objective;

fn config() -> CodesConfig {
    CodesConfig::new().with_channels(32).with_codebook(16).with_code(8).with_width(16).with_layers(2)
}

/// A model whose codebook has seen a batch, so that its codes differ.
fn seen() -> Codes {
    let codes = config().init(&device());
    for seed in 0..3 {
        codes.loss(pictures(8), Condition::Any.indices(10, 8, &device()).unsqueeze_dim(1), &mut rng(seed));
    }
    codes
}

fn integers<const D: usize>(tensor: Tensor<D, Int>) -> Vec<i64> {
    tensor.into_data().iter::<i64>().collect()
}

#[test]
fn no_token_depends_on_a_later_one_and_every_one_on_those_before() {
    let transformer = CausalTransformerConfig::new(8, 2).init(&device());
    let x = noise([1, 6 * 8], &mut rng(1), &device()).reshape([1, 6, 8]);
    let out = values(transformer.forward(x.clone()));
    for changed in 0..6 {
        let other = x.clone().slice_assign([0..1, changed..changed + 1, 0..8], Tensor::ones([1, 1, 8], &device()));
        let now = values(transformer.forward(other));
        assert!(farthest(&now[..changed * 8], &out[..changed * 8]) < 1e-6, "before {changed}");
        for later in changed..6 {
            assert!(farthest(&now[later * 8..][..8], &out[later * 8..][..8]) > 1e-4, "{later} after {changed}");
        }
    }
}

#[test]
fn the_prior_with_a_cache_says_what_it_says_without() {
    let prior = config().init(&device()).prior;
    let codes: Vec<i64> = (0..98).map(|i| i * 7 % 16).collect();
    let codes = Tensor::<1, Int>::from_ints(codes.as_slice(), &device()).reshape([2, 49]);
    let conditions = Tensor::<1, Int>::from_ints([3, 10], &device());
    let all = prior.forward(codes.clone(), conditions.clone());
    let (mut cache, mut before) = (Cache::default(), None);
    for place in 0..49 {
        let logits = prior.step(place, before, conditions.clone(), &mut cache);
        let expected = all.clone().narrow(1, place, 1);
        assert!(farthest(&values(logits), &values(expected)) < 1e-4, "place {place}");
        before = Some(codes.clone().narrow(1, place, 1).squeeze_dim(1));
    }
}

#[test]
fn picks_follow_the_cumulative_distribution() {
    // Probabilities 1/2, 1/4, 1/4: u below 1/2 is the first, below 3/4 the second.
    let logits = Tensor::<2>::from_floats([[2f32.ln(), 0.0, 0.0]; 5], &device());
    let z = Tensor::from_floats([-9.0, -0.01, 0.01, 0.7, 9.0], &device());
    assert_eq!(integers(pick(logits.clone(), z.clone())), [0, 0, 1, 2, 2]);
    // Colder, the likeliest takes more: its logits doubled it has 4/6, up to z = 0.43.
    let z = Tensor::from_floats([0.4, 0.45, 0.4, 0.45, 0.0], &device());
    assert_eq!(integers(pick(logits * 2.0, z)), [0, 1, 0, 1, 0]);
}

#[test]
fn many_draws_have_the_probabilities_of_the_logits() {
    let logits = noise([1, 5], &mut rng(2), &device());
    let expected = values(softmax(logits.clone(), 1));
    let z: Tensor<1> = noise([1, 20_000], &mut rng(3), &device()).squeeze_dim(0);
    let picked = integers(pick(logits.repeat_dim(0, 20_000), z));
    for (category, expected) in expected.iter().enumerate() {
        let share = picked.iter().filter(|got| **got == category as i64).count() as f32 / 20_000.0;
        // Five standard deviations of a binomial's share.
        assert!((share - expected).abs() < 5.0 * (expected * (1.0 - expected) / 20_000.0).sqrt(), "{share} {expected}");
    }
}

#[test]
fn the_latent_of_a_pick_picks_it_again() {
    let logits = noise([64, 9], &mut rng(4), &device()) * 2.0;
    let picked: Vec<i64> = (0..64).map(|i| i % 9).collect();
    let picked = Tensor::<1, Int>::from_ints(picked.as_slice(), &device());
    let z = latent_of(logits.clone(), picked.clone());
    assert_eq!(integers(pick(logits, z.clone())), integers(picked));
    assert!(values(normal_cdf(z)).iter().all(|u| (0.0..1.0).contains(u)));
}

#[test]
fn inversion_leads_back_to_the_picture_of_the_codes() {
    let codes = seen();
    let images = pictures(3);
    let expected = values(codes.paint(codes.codes_of(images.clone())));
    let generator = generator(&config(), codes);
    let otherwise = Options { guidance: Some(2.5), temperature: Some(0.7), ..Options::default() };
    for options in [Options::default(), otherwise] {
        let latent = complete(generator.invert(images.clone(), &Condition::Class(2), &options).unwrap());
        assert_eq!(latent.dims(), [3, 49]);
        let again = finish(generator.start(latent, &Condition::Class(2), &options));
        assert!(farthest(&values(again), &expected) < 1e-4, "{options:?}");
    }
}

#[test]
fn every_step_says_what_its_codes_were_chosen_from() {
    check_choices(&*generator(&config(), drawn(seen(), 0.3)), 2);
}

#[test]
fn guidance_exaggerates_the_condition_of_every_code() {
    let generator = generator(&config(), drawn(seen(), 0.3));
    let z = noise([4, 49], &mut rng(6), &device());
    let draw = |condition: &Condition, guidance| {
        let options = Options { guidance: Some(guidance), ..Options::default() };
        values(finish(generator.start(z.clone(), condition, &options)))
    };
    let class = &Condition::Class(4);
    assert_eq!(draw(class, 0.0), draw(&Condition::Any, 1.0));
    assert_eq!(draw(&Condition::Any, 3.0), draw(&Condition::Any, 1.0));
    assert!(farthest(&draw(class, 1.0), &draw(class, 1.0 + 1e-9)) < 1e-5, "two questions are as good as one");
    assert!(farthest(&draw(class, 3.0), &draw(class, 1.0)) > 0.1);
}

#[test]
fn a_trajectory_writes_a_row_a_step_and_leaves_written_codes_alone() {
    let generator = generator(&config(), seen());
    let z = noise([2, 49], &mut rng(1), &device());
    let other = z.clone().slice_assign([0..2, 14..49], Tensor::zeros([2, 35], &device()));
    let mut ways = [z, other].map(|z| generator.start(z, &Condition::Any, &Options::default()));
    assert_eq!(ways[0].steps(), 7);
    for row in 0..7 {
        let [one, other] = ways.each_mut().map(|way| values(next(&mut **way)));
        assert!(one.iter().all(|x| (-1.0..=1.0).contains(x)));
        // What is not written yet is black.
        assert!(one[28 * 4 * (row + 1)..784].iter().all(|x| *x == -1.0), "row {row}");
        // The latents agree in the first two rows.
        assert_eq!(one == other, row < 2, "row {row}");
    }
    assert!(!ways[0].advance() && !ways[0].advance());
}

#[test]
fn the_prior_s_loss_starts_at_that_of_a_uniform_guess() {
    let codes = filled(config().init(&device()), "logits", 0.0);
    let loss = codes.loss(pictures(4), Condition::Any.indices(10, 4, &device()).unsqueeze_dim(1), &mut rng(1));
    let surprise = loss.terms.into_iter().find(|(name, _)| *name == "surprise").unwrap().1;
    assert!((values(surprise)[0] - 16f32.ln()).abs() < 1e-4);
}

#[test]
fn dead_codes_are_revived() {
    let codes = config().init(&device());
    assert!(integers(codes.codes_of(pictures(8))).iter().all(|code| *code == 0), "nothing was seen yet");
    let used = integers(seen().codes_of(pictures(8))).into_iter().collect::<std::collections::BTreeSet<_>>();
    assert!(used.len() >= 12, "{} of 16 codes are used", used.len());
}

#[test]
fn settled_codes_move_no_more_while_the_prior_learns() {
    let (images, conditions) =
        (noise([8, 1, 28, 28], &mut rng(9), &device()), Condition::Any.indices(10, 8, &device()));
    let painted = |codes: &Codes| values(codes.paint(codes.codes_of(pictures(4))));
    for (done, moves) in [(0.0, true), (0.39, true), (0.4, false), (0.99, false)] {
        let codes = seen().progressed(done);
        let before = painted(&codes);
        let loss = codes.loss(images.clone(), conditions.clone().unsqueeze_dim(1), &mut rng(1));
        assert_eq!(loss.terms.is_empty(), !moves, "{done}");
        assert_eq!(painted(&codes) != before, moves, "{done}");
    }
}
