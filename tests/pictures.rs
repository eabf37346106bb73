//! The models that ship draw the pictures that they have drawn since they were published.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use burn::tensor::Device;
use pushforward::generator::{Condition, Options, finish, noise};
use pushforward::image::to_byte;
use pushforward::{catalogue, families};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

/// Levels of a picture by each model, in base64.
const PICTURES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/pictures.json");

/// Processors sum in orders of their own: so many levels of 255 do not matter.
const LEVELS: u8 = 1;

/// A picture by each model: what is chosen one after the other is chosen coldly, or a rounding could tip a choice, and with
/// it all that follow.
fn draw() -> BTreeMap<&'static str, Vec<u8>> {
    let device = Device::flex();
    let drawn = catalogue::cards().iter().map(|card| {
        let path = format!("{}/models/{}/{}", env!("CARGO_MANIFEST_DIR"), card.id, card.weights.file);
        let bytes = std::fs::read(path).unwrap();
        let generator = families::open(card, &bytes, card.weights.precision, &device).unwrap();
        let z = noise([1, card.latent.dimension()], &mut ChaCha8Rng::seed_from_u64(1), &device);
        let condition = if card.classes.is_empty() { Condition::sentence("green heart") } else { Condition::Class(9) };
        let options = Options {
            steps: card.controls.steps.map(|_| 4),
            guidance: card.controls.guidance.map(|_| 2.0),
            temperature: card.controls.temperature.map(|range| range.min.max(0.1)),
            ..Options::default()
        };
        let levels = finish(generator.start(z, &condition, &options)).into_data();
        (card.id.as_str(), levels.iter::<f32>().map(to_byte).collect())
    });
    drawn.collect()
}

/// `UPDATE_PICTURES=1` writes them anew, for a model that is new.
#[test]
fn every_model_draws_the_picture_it_always_drew() {
    let drawn = draw();
    if std::env::var("UPDATE_PICTURES").is_ok() {
        let encoded: BTreeMap<_, _> = drawn.iter().map(|(id, levels)| (id, STANDARD.encode(levels))).collect();
        std::fs::write(PICTURES, serde_json::to_string_pretty(&encoded).unwrap() + "\n").unwrap();
    }
    let known: BTreeMap<String, String> = serde_json::from_str(&std::fs::read_to_string(PICTURES).unwrap()).unwrap();
    assert_eq!(known.len(), drawn.len());
    for (id, levels) in drawn {
        let expected = STANDARD.decode(&known[id]).unwrap();
        assert_eq!(levels.len(), expected.len(), "{id}");
        let differing =
            levels.iter().zip(&expected).filter(|(got, expected)| got.abs_diff(**expected) > LEVELS).count();
        assert_eq!(differing, 0, "{id}: {differing} levels differ");
    }
}
