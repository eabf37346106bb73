//! The arithmetic that draws on the CPU, held to the composition that learns: pictures of the models that ship, link by link.
//! Families that choose are compared in `packed.rs`.

mod common;

use burn::tensor::{Device, Tensor, TensorData};
use common::{device, farthest, rng, values};
use pushforward::cards::{ConditionKind, ModelCard};
use pushforward::families::{self, Family, Visitor};
use pushforward::generator::{Condition, Generator, Options, Prompt, finish};
use pushforward::latent::normals;
use pushforward::{catalogue, weights};

/// Families that choose nothing.
const MODELS: [&str; 5] = ["vae-fashion", "gan-fashion", "flow-fashion", "diffusion-fashion", "emoji"];

/// Sentences that narrow the last one.
const SENTENCES: [&str; 5] = ["a cat", "red heart", "生日蛋糕", "house with garden", ""];

/// A model on a device, as the composition of Burn's operations that learns.
fn composed(card: &ModelCard, device: &Device) -> Box<dyn Generator> {
    struct Open<'a>(&'a ModelCard, &'a Device);

    impl Visitor for Open<'_> {
        type Output = Box<dyn Generator>;

        fn visit<F: Family + 'static>(self) -> Self::Output {
            let Self(card, device) = self;
            let module = F::init(&serde_json::from_value(card.config.clone()).unwrap(), device).shipped();
            let loaded = weights::load(&card.id, &card.weights, file(card), card.weights.precision, module);
            loaded.unwrap().no_grad().generator(card.clone())
        }
    }
    families::with(&card.family, Open(card, device)).unwrap()
}

fn file(card: &ModelCard) -> Vec<u8> {
    std::fs::read(format!("{}/models/{}/{}", env!("CARGO_MANIFEST_DIR"), card.id, card.weights.file)).unwrap()
}

/// The levels of the picture of a link, which is of seed and condition i, and all else as it is by default.
fn levels(generator: &dyn Generator, link: u64, device: &Device) -> Vec<f32> {
    let (card, number) = (generator.card(), link as usize);
    let condition = match card.condition {
        ConditionKind::Prompt => {
            Condition::Prompt(Prompt { sentence: SENTENCES[number % SENTENCES.len()].into(), ..Prompt::default() })
        }
        _ if number % 11 == 10 => Condition::Any,
        _ => Condition::Class(number % 11),
    };
    let size = card.latent.dimension();
    let z = Tensor::from_data(TensorData::new(normals(&mut rng(link), size), [1, size]), device);
    let picture = finish(generator.start(z, &condition, &Options::default())).inner();
    values((picture.clamp(-1.0, 1.0) + 1.0) * 127.5)
}

/// How far the pictures of so many links are apart at most, in levels of 255.
fn apart(id: &str, links: u64) -> f32 {
    let (card, learning) = (catalogue::card(id).unwrap(), Device::flex().autodiff());
    let packed = families::open(card, file(card), card.weights.precision, &device()).unwrap();
    let composed = composed(card, &learning);
    let of = |link| farthest(&levels(&*composed, link, &learning), &levels(&*packed, link, &device()));
    (0..links).map(of).fold(0.0, f32::max)
}

#[test]
fn models_that_ship_draw_as_their_composition_does() {
    for id in MODELS {
        let apart = apart(id, 2);
        assert!(apart < 0.5, "{id}: {apart} levels");
    }
}

/// `cargo test --release --test arithmetic -- --ignored --nocapture` measures over 1,000 links of each family (`LINKS` of them).
#[test]
#[ignore = "draws for half an hour"]
fn pictures_stay_within_two_levels() {
    let links = std::env::var("LINKS").map_or(1000, |links| links.parse().unwrap());
    for id in MODELS {
        let apart = apart(id, links);
        println!("{id}: of {links} links no pixel differs by more than {apart:.3} levels of 255");
        assert!(apart < 2.0, "{id}");
    }
}
