//! Passes through the models that ship, counted: what their cards say of them, and what looking costs.

use std::collections::BTreeMap;

use burn::tensor::{Device, Tensor};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

use crate::cards::{ConditionKind, Sampler};
use crate::catalogue;
use crate::families;
use crate::generator::{Condition, Generator, Options, complete, finish, noise};
use crate::passes::counted::during;

type Counts = BTreeMap<&'static str, usize>;

fn open(id: &str) -> Box<dyn Generator> {
    let card = catalogue::card(id).unwrap();
    let path = format!("{}/models/{id}/{}", env!("CARGO_MANIFEST_DIR"), card.weights.file);
    let bytes = std::fs::read(path).unwrap();
    families::open(card, &bytes, card.weights.precision, &Device::flex()).unwrap()
}

fn latent(generator: &dyn Generator) -> Tensor<2> {
    noise([1, generator.card().latent.dimension()], &mut ChaCha8Rng::seed_from_u64(1), &Device::flex())
}

fn condition(generator: &dyn Generator) -> Condition {
    if generator.card().condition == ConditionKind::Prompt { Condition::sentence("cat") } else { Condition::Class(1) }
}

fn counts<const N: usize>(counts: [(&'static str, usize); N]) -> Counts {
    counts.into()
}

/// Couplings of the flow that ships: those of a whole pass, and those finer than each scale, from the coarsest on.
const COUPLINGS: [usize; 4] = [18, 14, 7, 0];

#[test]
fn a_picture_takes_as_many_passes_as_its_card_says() {
    for card in catalogue::cards() {
        let generator = open(&card.id);
        let (z, condition) = (latent(&*generator), condition(&*generator));
        let (_, counted) = during(|| finish(generator.start(z, &condition, &Options::default())));
        let says = |term: &str| match term {
            "T" => card.steps,
            number => number.parse::<usize>().unwrap(),
        };
        let expected: usize = card.forward_passes.split(" + ").map(says).sum();
        // A pass through the flow is one through each of its couplings.
        let of_a_pass = if card.family == "flow" { COUPLINGS[0] } else { 1 };
        assert_eq!(counted.values().sum::<usize>(), expected * of_a_pass, "{}: {counted:?}", card.id);
    }
}

#[test]
fn looking_costs_what_is_seen() {
    let steps = Options { steps: Some(3), ..Options::default() };
    // For each model: its options, what a step costs, what a picture after each step, and what a prediction.
    let cases: [(&str, Options, Counts, Counts, Counts); 5] = [
        ("gan-fashion", Options::default(), counts([("generator", 1)]), counts([]), counts([])),
        ("diffusion-fashion", steps, counts([("denoiser", 1)]), counts([]), counts([])),
        ("emoji", steps, counts([("denoiser", 1)]), counts([("decoder", 1)]), counts([("decoder", 1)])),
        ("codes-fashion", Options::default(), counts([("prior", 7)]), counts([("decoder", 1)]), counts([])),
        ("autoregressive-fashion", Options::default(), counts([("pixel", 28)]), counts([]), counts([])),
    ];
    for (id, options, step, picture, prediction) in cases {
        let generator = open(id);
        let (z, condition) = (latent(&*generator), condition(&*generator));
        let (mut way, started) = during(|| generator.start(z, &condition, &options));
        assert_eq!(started, counts([]), "{id} starts");
        for _ in 0..3.min(way.steps()) {
            assert_eq!(during(|| way.advance()), (true, step.clone()), "{id}");
            assert_eq!(during(|| way.picture()).1, picture, "{id}");
            assert_eq!(during(|| way.predicted()).1, prediction, "{id}");
            assert_eq!(during(|| way.choices()).1, counts([]), "{id}");
        }
    }
}

#[test]
fn the_flow_s_last_picture_costs_one_inverse_in_all() {
    let generator = open("flow-fashion");
    let mut way = generator.start(latent(&*generator), &Condition::Class(1), &Options::default());
    for scales in COUPLINGS.windows(2) {
        let [coarser, finer] = [scales[0], scales[1]];
        assert_eq!(during(|| way.advance()), (true, counts([("coupling", coarser - finer)])));
        let expected = if finer > 0 { counts([("coupling", finer)]) } else { counts([]) };
        assert_eq!(during(|| way.picture()).1, expected);
    }
    assert_eq!(during(|| way.advance()), (false, counts([])));
}

#[test]
fn pictures_on_the_way_change_nothing_of_the_last() {
    for card in catalogue::cards() {
        let generator = open(&card.id);
        let (z, condition) = (latent(&*generator), condition(&*generator));
        let steps = card.controls.steps.map(|_| 4);
        for sampler in
            card.controls.samplers.iter().copied().chain(card.controls.samplers.is_empty().then(Sampler::default))
        {
            let options = Options { steps, sampler: Some(sampler), ..Options::default() };
            let unseen = finish(generator.start(z.clone(), &condition, &options));
            let mut way = generator.start(z.clone(), &condition, &options);
            let mut seen = way.picture();
            while way.advance() {
                way.predicted();
                way.choices();
                way.picture();
                seen = way.picture();
            }
            seen.clamp(-1.0, 1.0).into_data().assert_eq(&unseen.into_data(), true);
        }
    }
}

#[test]
fn the_way_back_goes_step_by_step() {
    // Diffusion's is 25 steps of Heun's method, of two passes each; a picture is encoded in the first.
    let heun = |encoder| counts([("denoiser", 2)]).into_iter().chain(encoder).collect::<Counts>();
    let cases = [
        ("vae-fashion", vec![counts([("encoder", 1)])]),
        ("flow-fashion", COUPLINGS.windows(2).rev().map(|pair| counts([("coupling", pair[0] - pair[1])])).collect()),
        ("diffusion-fashion", vec![heun(None); 25]),
        ("emoji", (0..25).map(|step| heun((step == 0).then_some(("encoder", 1)))).collect()),
        ("autoregressive-fashion", vec![counts([("pixel", 1)])]),
        ("codes-fashion", vec![counts([("encoder", 1)])]),
    ];
    for (id, steps) in cases {
        let generator = open(id);
        let picture = Tensor::zeros(
            [1, generator.card().image.channels, generator.card().image.height, generator.card().image.width],
            &Device::flex(),
        );
        let (way, started) = during(|| generator.invert(picture, &Condition::Any, &Options::default()));
        let mut way = way.unwrap();
        assert_eq!((way.steps(), started), (steps.len(), counts([])), "{id}");
        for step in steps {
            assert!(way.result().is_none(), "{id}");
            assert_eq!(during(|| way.advance()), (true, step), "{id}");
        }
        assert!(!way.advance(), "{id}");
        assert_eq!(complete(way).dims(), [1, generator.card().latent.dimension()]);
    }
    assert!(
        open("gan-fashion")
            .invert(Tensor::zeros([1, 1, 28, 28], &Device::flex()), &Condition::Any, &Options::default())
            .is_none()
    );
}

#[test]
fn diffusion_s_bound_goes_stratum_by_stratum() {
    let generator = open("diffusion-fashion");
    let (images, classes) = (Tensor::zeros([1, 1, 28, 28], &Device::flex()), Tensor::from_ints([1], &Device::flex()));
    let (way, started) = during(|| generator.bits_per_dim(images, classes, &mut ChaCha8Rng::seed_from_u64(0)).unwrap());
    let mut way = way;
    assert_eq!((way.steps(), started), (8, counts([])));
    for _ in 0..8 {
        assert!(way.result().is_none());
        assert_eq!(during(|| way.advance()), (true, counts([("denoiser", 1)])));
    }
    assert!(way.result().is_some());
}

#[test]
fn a_family_says_whether_it_has_a_plan() {
    for card in catalogue::cards() {
        let generator = open(&card.id);
        let course = generator.course(latent(&*generator), &Condition::Any, &Options::default());
        assert_eq!(families::has_plan(&card.family), course.is_some(), "{}", card.id);
    }
    assert!(!families::has_plan("none"));
}
