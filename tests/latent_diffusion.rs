//! Latent diffusion's mathematics: what leads the flow, the way to a code and back, and what learns when.

mod common;

use burn::module::Module;
use burn::tensor::{Int, Tensor, TensorData};
use common::{device, drawn, farthest, generator, next, rng, values};
use proptest::prelude::*;
use pushforward::cards::WeightsFile;
use pushforward::families::Family;
use pushforward::families::latent_diffusion::{LatentDiffusion, LatentDiffusionConfig};
use pushforward::generator::{Condition, Generator, Options, Prompt, Sampler, complete, finish, noise};
use pushforward::layers::text::{TextEncoderConfig, contrast};
use pushforward::prompt::{LENGTH, numbers};
use pushforward::training::Objective;
use pushforward::weights::{self, Precision, checksum};

fn config() -> LatentDiffusionConfig {
    LatentDiffusionConfig::new()
        .with_buckets(512)
        .with_width(8)
        .with_meaning(16)
        .with_code(4)
        .with_paint([8, 32, 16])
        .with_channels(16)
}

fn module() -> LatentDiffusion {
    drawn(config().init(&device()), 0.15)
}

fn pictures(count: usize) -> Tensor<4> {
    noise([count, 3, 32, 32], &mut rng(5), &device()).clamp(-1.0, 1.0)
}

/// Draws two pictures from the same latents as ever.
fn draw(generator: &dyn Generator, condition: &Condition, guidance: f64) -> Vec<f32> {
    let options = Options { steps: Some(3), guidance: Some(guidance), ..Options::default() };
    values(finish(generator.start(noise([2, 256], &mut rng(1), &device()), condition, &options)))
}

#[test]
fn a_sentence_and_a_style_lead_and_nothing_else_does() {
    let generator = &*generator(&config(), module());
    let cat = Condition::sentence("cat");
    let any = draw(generator, &Condition::Any, 1.0);
    assert_eq!(any.len(), 2 * 3 * 32 * 32);
    for nothing in ["", " … ", "\u{200b}"] {
        assert!(farthest(&draw(generator, &Condition::sentence(nothing), 1.0), &any) < 1e-6, "{nothing:?}");
    }
    assert!(farthest(&draw(generator, &cat, 1.0), &any) > 1e-3);
    assert!(farthest(&draw(generator, &cat, 1.0), &draw(generator, &Condition::sentence("dog"), 1.0)) > 1e-3);
    assert!(farthest(&draw(generator, &cat, 0.0), &any) < 1e-5);
    assert!(farthest(&draw(generator, &cat, 1.0), &draw(generator, &cat, 1.0 + 1e-9)) < 1e-5, "asked twice");
    assert!(farthest(&draw(generator, &cat, 3.0), &draw(generator, &cat, 1.0)) > 1e-3);
    let styled = Condition::Prompt(Prompt { style: Some(2), ..Prompt::default() });
    assert!(farthest(&draw(generator, &styled, 1.0), &any) > 1e-3);
}

#[test]
fn one_goes_from_one_sentence_to_another() {
    let generator = &*generator(&config(), module());
    let between = |mix| {
        let prompt = Prompt { sentence: "cat".into(), towards: Some(("dog".into(), mix)), style: None };
        draw(generator, &Condition::Prompt(prompt), 1.0)
    };
    let [cat, dog] = ["cat", "dog"].map(|sentence| draw(generator, &Condition::sentence(sentence), 1.0));
    assert!(farthest(&between(0.0), &cat) < 1e-6);
    assert!(farthest(&between(1.0), &dog) < 1e-4);
    let half = between(0.5);
    assert!(farthest(&half, &cat) > 1e-3 && farthest(&half, &dog) > 1e-3);
}

#[test]
fn the_way_back_leads_to_where_the_code_came_from() {
    let module = module();
    let expected = values(module.reconstruct(pictures(2)).clamp(-1.0, 1.0));
    let generator = generator(&config(), module);
    let cat = Condition::sentence("cat");
    let options = Options { steps: Some(50), sampler: Some(Sampler::Heun), guidance: Some(1.5), ..Options::default() };
    let latent = complete(generator.invert(pictures(2), &cat, &options).unwrap());
    assert_eq!(latent.dims(), [2, 256]);
    let again = values(finish(generator.start(latent, &cat, &options)));
    assert!(farthest(&again, &expected) < 1e-2, "{}", farthest(&again, &expected));
}

#[test]
fn a_picture_to_begin_with_gives_way_as_its_strength_grows() {
    let module = module();
    let itself = values(module.reconstruct(pictures(2)).clamp(-1.0, 1.0));
    let generator = generator(&config(), module);
    let (cat, z) = (Condition::sentence("cat"), noise([2, 256], &mut rng(1), &device()));
    let of = |strength| {
        let options = Options { steps: Some(3), strength: Some(strength), ..Options::default() };
        values(finish(generator.image_to_image(pictures(2), z.clone(), &cat, &options).unwrap()))
    };
    let anew = values(finish(generator.start(z.clone(), &cat, &Options { steps: Some(3), ..Options::default() })));
    assert!(farthest(&of(0.0), &itself) < 1e-5);
    assert!(farthest(&of(1.0), &anew) < 1e-4);
    assert!(farthest(&of(0.5), &itself) > 1e-3 && farthest(&of(0.5), &anew) > 1e-3);
}

#[test]
fn every_step_is_a_picture_and_predicts_the_last() {
    let generator = generator(&config(), module());
    let options = Options { steps: Some(4), sampler: Some(Sampler::Ddim), ..Options::default() };
    let mut way = generator.start(noise([1, 256], &mut rng(3), &device()), &Condition::sentence("cat"), &options);
    assert!(way.predicted().is_none());
    let mut last = Vec::new();
    for _ in 0..4 {
        last = values(next(&mut *way));
        assert_eq!(way.predicted().unwrap().dims(), [1, 3, 32, 32]);
    }
    assert_eq!(values(way.predicted().unwrap()), last);
    assert!(!way.advance());
}

/// A batch of rows as they are learned: a leading caption, two others, and the style.
fn rows(sentences: &[[&str; 3]]) -> Tensor<2, Int> {
    let row = |row: &[&str; 3]| row.iter().flat_map(|sentence| numbers(sentence, 512)).chain([7]).collect::<Vec<i32>>();
    let numbers: Vec<i32> = sentences.iter().flat_map(row).collect();
    Tensor::from_data(TensorData::new(numbers, [sentences.len(), 3 * LENGTH + 1]), &device())
}

#[test]
fn the_autoencoder_learns_first_and_the_flow_last() {
    let captions = rows(&[["", "cat", "猫"], ["dog", "狗", "dog"]]);
    let terms = |module: &LatentDiffusion| -> Vec<&'static str> {
        module.loss(pictures(2), captions.clone(), &mut rng(1)).terms.iter().map(|(name, _)| *name).collect()
    };
    let before = module().progressed(0.19);
    assert_eq!(terms(&before), ["error", "divergence", "spread", "contrast"]);
    let settled = before.progressed(0.2);
    assert_eq!(terms(&settled), ["sketch", "contrast"]);
    assert_eq!(terms(&settled.progressed(0.4)), ["flow", "sketch", "contrast"]);
    // A training that is resumed goes on where it was.
    assert_eq!(terms(&module().progressed(0.5)), ["flow", "sketch", "contrast"]);
}

#[test]
fn weights_for_a_table_of_another_size_are_refused_by_name() {
    let bytes = weights::pack("emoji", &module(), Precision::Q8).unwrap();
    let pin = WeightsFile { file: "w".into(), bytes: bytes.len(), sha256: checksum(&bytes), precision: Precision::Q8 };
    let other = config().with_buckets(256).init(&device());
    let error = weights::load("emoji", &pin, &bytes, pin.precision, other).unwrap_err().to_string();
    assert!(["emoji", "text", "256", "512"].iter().all(|part| error.contains(part)), "{error}");
}

#[test]
fn meanings_that_agree_cost_what_the_closed_form_says() {
    let unit = Tensor::<2>::eye(4, &device());
    let expected = -(10f64.exp() / (10f64.exp() + 3.0)).ln();
    let agreed = f64::from(values(contrast(unit.clone() * 3.0, unit.clone()))[0]);
    assert!((agreed - expected).abs() < 1e-6, "{agreed} {expected}");
    let same = f64::from(values(contrast(Tensor::ones([4, 4], &device()), unit))[0]);
    assert!((same - 4f64.ln()).abs() < 1e-6, "what tells nothing costs ln 4, got {same}");
}

#[test]
fn what_is_not_there_means_nothing() {
    let encoder = drawn(TextEncoderConfig::new(64, 8, 16).init(&device()), 1.0);
    let meaning =
        |numbers: &[i32]| values(encoder.forward(Tensor::<1, Int>::from_ints(numbers, &device()).unsqueeze()));
    assert!(farthest(&meaning(&[5, 9]), &meaning(&[5, 9, 0, 0, 0])) < 1e-6);
    assert!(farthest(&meaning(&[5, 9]), &meaning(&[9, 5])) < 1e-5);
    assert!(farthest(&meaning(&[5, 9]), &meaning(&[5])) > 1e-3);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn whatever_is_said_is_drawn(sentence in any::<String>()) {
        let generator = generator(&config(), module());
        let options = Options { steps: Some(1), ..Options::default() };
        let picture = finish(generator.start(noise([1, 256], &mut rng(1), &device()), &Condition::sentence(&sentence), &options));
        prop_assert!(values(picture).iter().all(|level| level.is_finite()));
    }
}

#[test]
fn a_training_goes_on_with_other_buckets_and_learns_its_sentences_anew() {
    let (shipped, picture) = (module(), pictures(1));
    let same = config().with_sketched(0.9).init(&device()).going_on_from(shipped.clone());
    let cat = Condition::sentence("cat");
    let drawn = |module: &LatentDiffusion| draw(&*generator(&config(), module.clone()), &cat, 2.0);
    assert_eq!(drawn(&same), drawn(&shipped));
    let terms =
        |module: LatentDiffusion| module.loss(pictures(2), rows(&[["", "cat", "猫"]; 2]), &mut rng(1)).terms.len();
    assert_eq!(terms(same.progressed(0.8)), 2, "the config's own fractions count");

    let wider = config().with_buckets(2048).init(&device());
    let parameters = wider.num_params();
    let wider = wider.going_on_from(shipped.clone());
    assert_eq!(wider.num_params(), parameters);
    assert_eq!(values(wider.reconstruct(picture.clone())), values(shipped.reconstruct(picture)));
    assert!(farthest(&drawn(&wider), &drawn(&shipped)) > 1e-3);
}
