//! Packed for the CPU, a family that chooses draws as its composition of Burn's operations does: every choice is between the
//! same alternatives, of the same probabilities, as long as the same was chosen before.

mod common;

use common::{conditions, device, drawn, farthest, generator, rng, values};
use pushforward::cards::ModelCard;
use pushforward::families::autoregressive::{Autoregressive, AutoregressiveConfig};
use pushforward::families::codes::{Codes, CodesConfig};
use pushforward::families::{self, Family, Visitor};
use pushforward::generator::{BitsPerDim, Choices, Condition, Generator, Options, complete, finish, noise};
use pushforward::layers::normal::normal_cdf;
use pushforward::{catalogue, weights};

/// Families that are packed.
const MODELS: [&str; 2] = ["autoregressive-fashion", "codes-fashion"];

/// How far apart probabilities may be that are sums in another order.
const NEAR: f32 = 1e-4;

/// The composition of a model that ships, and the same model packed.
fn shipped(id: &str) -> [Box<dyn Generator>; 2] {
    struct Open<'a>(&'a ModelCard, &'a [u8]);

    impl Visitor for Open<'_> {
        type Output = Box<dyn Generator>;

        fn visit<F: Family + 'static>(self) -> Self::Output {
            let Self(card, bytes) = self;
            let module = F::init(&serde_json::from_value(card.config.clone()).unwrap(), &device()).shipped();
            weights::load(&card.id, &card.weights, bytes, card.weights.precision, module)
                .unwrap()
                .generator(card.clone())
        }
    }
    let card = catalogue::card(id).unwrap();
    let bytes = std::fs::read(format!("{}/models/{id}/{}", env!("CARGO_MANIFEST_DIR"), card.weights.file)).unwrap();
    let packed = families::open(card, &bytes, card.weights.precision, &device()).unwrap();
    [families::with(&card.family, Open(card, &bytes)).unwrap(), packed]
}

/// Checks that both draw pictures of the same choices, up to the first one that tips because it lies on an edge.
fn check(generators: &[Box<dyn Generator>; 2], batch: usize, condition: &Condition, options: &Options) {
    let z = noise([batch, generators[0].card().latent.dimension()], &mut rng(11), &device());
    let mut ways = generators.each_ref().map(|generator| generator.start(z.clone(), condition, options));
    // Pictures whose choices were the same until now.
    let mut same = vec![true; batch];
    while ways[0].advance() {
        assert!(ways[1].advance());
        let [expected, got] = ways.each_ref().map(|way| way.choices().unwrap());
        let [_, count, alternatives] = expected.cumulative.dims();
        let parts = |Choices { cumulative, u, chosen }| (values(cumulative), values(u), values(chosen));
        let ((expected, u, chosen), (got, same_u, also)) = (parts(expected), parts(got));
        assert!(farthest(&u, &same_u) < 1e-6);
        for (i, same) in same.iter_mut().enumerate() {
            for choice in i * count..(i + 1) * count {
                let of = |all: &[f32]| all[choice * alternatives..][..alternatives].to_vec();
                let far = farthest(&of(&expected), &of(&got));
                assert!(!*same || far < NEAR, "picture {i}, choice {choice}: {far}");
                if *same && chosen[choice] != also[choice] {
                    let edge = of(&expected)[chosen[choice].min(also[choice]) as usize];
                    assert!((edge - u[choice]).abs() < NEAR, "picture {i}: {} or {}", chosen[choice], also[choice]);
                    *same = false;
                }
            }
        }
        if same.iter().all(|same| *same) {
            assert!(farthest(&values(ways[0].picture()), &values(ways[1].picture())) < 1e-3);
        }
    }
    assert!(!ways[1].advance());
    assert!(same.iter().any(|same| *same), "some picture is the same to its end");
}

/// Under "any" and under a class, guided and not, at several temperatures.
fn check_all(generators: &[Box<dyn Generator>; 2], batch: usize) {
    for (condition, guidance, temperature) in [
        (Condition::Any, 1.5, 1.0),
        (Condition::Class(3), 1.0, 1.0),
        (Condition::Class(3), 1.5, 0.7),
        (Condition::Class(9), 0.0, 1.0),
        (Condition::Class(0), 3.0, 1.3),
    ] {
        let options = Options { guidance: Some(guidance), temperature: Some(temperature), ..Options::default() };
        check(generators, batch, &condition, &options);
    }
}

#[test]
fn models_that_ship_choose_as_their_composition_does() {
    for id in MODELS {
        check_all(&shipped(id), 2);
    }
}

/// Checks that both read pictures alike: latents of the same choices, which draw these pictures again, and the same bits.
fn check_ways_back(generators: &[Box<dyn Generator>; 2], options: &Options) {
    let [composition, packed] = generators;
    let shape = &composition.card().image;
    let images = noise([2, shape.channels, shape.height, shape.width], &mut rng(12), &device()).clamp(-1.0, 1.0);
    let condition = Condition::Class(3);
    let z = noise([2, composition.card().latent.dimension()], &mut rng(13), &device());
    let drawn = finish(packed.start(z, &condition, options));
    for images in [images, drawn.clone()] {
        let latents = [composition, packed]
            .map(|generator| normal_cdf(complete(generator.invert(images.clone(), &condition, options).unwrap())));
        let [expected, got] = latents.map(values);
        assert!(farthest(&expected, &got) < NEAR, "{}", farthest(&expected, &got));
        let bits = [composition, packed].map(|generator| {
            let classes = conditions(2);
            generator.bits_per_dim(images.clone(), classes, &mut rng(0)).map(|way| match complete(way) {
                BitsPerDim::Exact(bits) | BitsPerDim::Bound(bits) => values(bits),
            })
        });
        assert_eq!(bits[0].is_some(), bits[1].is_some());
        if let [Some(expected), Some(got)] = &bits {
            assert!(farthest(expected, got) < NEAR);
        }
    }
}

#[test]
fn models_that_ship_are_read_as_by_their_composition() {
    for guidance in [1.0, 2.0] {
        for id in MODELS {
            check_ways_back(&shipped(id), &Options { guidance: Some(guidance), ..Options::default() });
        }
    }
}

#[test]
fn what_reads_a_picture_is_what_writes_it() {
    let [_, packed] = shipped("autoregressive-fashion");
    let (condition, options) = (Condition::Class(3), Options::default());
    let drawn = finish(packed.start(noise([2, 784], &mut rng(13), &device()), &condition, &options));
    let latents = complete(packed.invert(drawn.clone(), &condition, &options).unwrap());
    let again = finish(packed.start(latents, &condition, &options));
    assert_eq!(values(again), values(drawn));
}

#[test]
fn rows_of_any_shape_choose_as_their_composition_does() {
    // More layers than dilations; channels, mixtures and sides that fill no vector.
    for (channels, layers, mixtures, side) in [(8, 5, 3, 28), (6, 2, 5, 9), (16, 1, 8, 12), (3, 3, 1, 5)] {
        let config = AutoregressiveConfig::new()
            .with_channels(channels)
            .with_layers(layers)
            .with_mixtures(mixtures)
            .with_side(side);
        let model = drawn(config.init(&device()), 0.2);
        check_all(&[generator(&config, model.clone()), generator(&config, Autoregressive::packed(model))], 3);
    }
}

#[test]
fn codes_of_any_shape_choose_as_their_composition_does() {
    for (width, layers, codebook, side) in [(16, 2, 16, 28), (12, 3, 9, 20), (36, 1, 30, 12)] {
        let config = CodesConfig::new()
            .with_channels(32)
            .with_code(8)
            .with_width(width)
            .with_layers(layers)
            .with_codebook(codebook)
            .with_side(side);
        let model = drawn(config.init(&device()), 0.3);
        check_all(&[generator(&config, model.clone()), generator(&config, Codes::packed(model))], 3);
    }
}

/// All choices of a picture, and its levels.
fn drawing(generator: &dyn Generator, link: u64) -> [Vec<f32>; 2] {
    let class = link % 11;
    let condition = if class < 10 { Condition::Class(class as usize) } else { Condition::Any };
    let z = noise([1, generator.card().latent.dimension()], &mut rng(link), &device());
    let mut way = generator.start(z, &condition, &Options::default());
    let mut chosen = Vec::new();
    while way.advance() {
        chosen.extend(values(way.choices().unwrap().chosen));
    }
    [chosen, values((way.picture().clamp(-1.0, 1.0) + 1.0) * 127.5)]
}

/// `cargo test --release --test packed -- --ignored --nocapture` counts over 1,000 links of each family (`LINKS` of them): link i
/// is of seed i and class i mod 11, of which 10 is "any", and all else is as it is by default.
#[test]
#[ignore = "counts for minutes"]
fn few_choices_tip() {
    let links = std::env::var("LINKS").map_or(1000, |links| links.parse().unwrap());
    for id in MODELS {
        let generators = shipped(id);
        let (mut pictures, mut choices, mut pixels, mut levels, mut most) = (0, 0, 0, 0.0, 0.0f32);
        for link in 0..links {
            let [[expected, painted], [chosen, repainted]] =
                generators.each_ref().map(|generator| drawing(&**generator, link));
            let tipped = expected.iter().zip(&chosen).filter(|(a, b)| a != b).count();
            let apart: Vec<f32> = painted.iter().zip(&repainted).map(|(a, b)| (a - b).abs()).collect();
            if tipped == 0 {
                assert!(apart.iter().all(|levels| *levels < 0.5), "{id}, link {link}: what is chosen is what is drawn");
                continue;
            }
            (pictures, choices) = (pictures + 1, choices + tipped);
            pixels += apart.iter().filter(|levels| **levels >= 0.5).count();
            levels += apart.iter().map(|levels| f64::from(*levels)).sum::<f64>() / apart.len() as f64;
            most = apart.into_iter().fold(most, f32::max);
        }
        let each = |count: f64| count / f64::from(pictures.max(1));
        println!(
            "{id}: of {links} links {pictures} draw another picture; in each of these {:.1} choices and {:.1} pixels differ, \
             a pixel by {:.3} levels of 255 in the mean and {most:.0} at most",
            each(f64::from(choices as u32)),
            each(f64::from(pixels as u32)),
            each(levels),
        );
        assert!(pictures * 50 <= links as i32, "{id}: {pictures} of {links}");
    }
}
