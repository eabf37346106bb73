//! The models that ship, drawn by plans: their pictures are the CPU's, and what is asked of the device is counted.

use std::collections::BTreeMap;

use burn::tensor::Tensor;
use pollster::block_on;
use pushforward::cards::Sampler;
use pushforward::generator::{Condition, Generator, Options, noise};
use pushforward::gpu::device::{Counts, Device};
use pushforward::planned::{Planned, PlannedError};
use pushforward::{catalogue, families};

use crate::adapter;
use crate::common::{device, farthest, rng, values};

/// How far levels between -1 and 1 may be from the CPU's: two of 255.
const NEAR: f32 = 4.0 / 255.0;

/// A model with a plan, drawn by both.
struct Pair {
    gpu: Device,
    planned: Planned,
    /// Packed for the CPU.
    generator: Box<dyn Generator>,
}

impl Pair {
    fn new(gpu: &Device, id: &str) -> Result<Self, PlannedError> {
        let card = catalogue::card(id).unwrap();
        let path = format!("{}/models/{id}/{}", env!("CARGO_MANIFEST_DIR"), card.weights.file);
        let bytes = std::fs::read(path).unwrap();
        let unpacked = families::unpacked(card, &bytes, card.weights.precision).unwrap();
        let planned = block_on(Planned::new(gpu, &*unpacked))?;
        let generator = families::open(card, &bytes, card.weights.precision, &device()).unwrap();
        Ok(Self { gpu: gpu.clone(), planned, generator })
    }

    fn latent(&self) -> Tensor<2> {
        noise([1, self.generator.card().latent.dimension()], &mut rng(21), &device())
    }

    /// Both ways to their ends, looked at there alone: what that asked of the device.
    fn check(&self, condition: &Condition, options: &Options) -> Counts {
        let z = self.latent();
        let mut cpu = self.generator.start(z.clone(), condition, options);
        let mut gpu = self.planned.start(&*self.generator, z, condition, options).unwrap();
        assert_eq!(gpu.steps(), cpu.steps());
        let before = self.gpu.counts();
        while cpu.advance() {
            assert!(gpu.advance());
        }
        assert!(!gpu.advance());
        let found = block_on(gpu.picture().unwrap()).unwrap();
        let after = self.gpu.counts();
        let error = farthest(&found, &values(cpu.picture()));
        assert!(error < NEAR, "{condition:?}, {options:?}: wrong by {error}");
        match (gpu.predicted(), cpu.predicted()) {
            (Some(found), Some(expected)) => {
                let error = farthest(&block_on(found).unwrap(), &values(expected));
                assert!(error < NEAR, "{condition:?}, {options:?}: predicted, wrong by {error}");
            }
            (None, None) => {}
            (gpu, cpu) => panic!("predicted: by plan {}, without {}", gpu.is_some(), cpu.is_some()),
        }
        Counts {
            dispatches: after.dispatches - before.dispatches,
            submits: after.submits - before.submits,
            readbacks: after.readbacks - before.readbacks,
            pipelines: after.pipelines - before.pipelines,
        }
    }
}

/// What so many launches of ready kernels are, submitted at once and looked at once.
fn at_once(dispatches: usize) -> Counts {
    Counts { dispatches, submits: 1, readbacks: 1, pipelines: 0 }
}

#[test]
fn one_shot_models() {
    let Some(gpu) = adapter::open() else { return };
    for id in ["vae-fashion", "gan-fashion"] {
        let pair = Pair::new(&gpu, id).unwrap();
        assert_eq!(pair.check(&Condition::Class(9), &Options::default()), at_once(8), "{id}");
        assert_eq!(pair.check(&Condition::Any, &Options::default()), at_once(8), "{id}");
    }
}

#[test]
fn diffusion_by_every_sampler_guided_and_not() {
    let Some(gpu) = adapter::open() else { return };
    let pair = Pair::new(&gpu, "diffusion-fashion").unwrap();
    let options = |sampler, guidance| Options {
        steps: Some(2),
        sampler: Some(sampler),
        guidance: Some(guidance),
        ..Options::default()
    };
    // A step and what it makes of the answer.
    let step = 27 + 1;
    assert_eq!(pair.check(&Condition::Class(3), &options(Sampler::Multistep, 1.0)), at_once(2 * step));
    assert_eq!(pair.check(&Condition::Class(9), &options(Sampler::Ancestral, 3.0)), at_once(2 * step));
    assert_eq!(pair.check(&Condition::Any, &options(Sampler::Heun, 2.0)), at_once(3 * step));
}

#[test]
fn emoji_in_one_submission_with_their_decoder() {
    let Some(gpu) = adapter::open() else { return };
    let pair = Pair::new(&gpu, "emoji").unwrap();
    let options = Options { steps: Some(2), ..Options::default() };
    assert_eq!(pair.check(&Condition::sentence("green heart"), &options), at_once(2 * (19 + 1) + 11));
    watched(&pair);
}

/// A way that is watched is submitted look by look.
fn watched(pair: &Pair) {
    let (options, condition) = (Options { steps: Some(2), ..Options::default() }, Condition::sentence("a red car"));
    let mut cpu = pair.generator.start(pair.latent(), &condition, &options);
    let mut way = pair.planned.start(&*pair.generator, pair.latent(), &condition, &options).unwrap();
    let before = pair.gpu.counts();
    assert!(way.predicted().is_none());
    while cpu.advance() {
        assert!(way.advance());
        let error = farthest(&block_on(way.picture().unwrap()).unwrap(), &values(cpu.picture()));
        assert!(error < NEAR, "wrong by {error}");
    }
    assert_eq!(pair.gpu.counts().submits - before.submits, 2);
}

#[test]
fn a_model_without_a_plan_says_so() {
    let Some(gpu) = adapter::open() else { return };
    let known: BTreeMap<_, _> = catalogue::cards().iter().map(|card| (card.id.as_str(), card)).collect();
    for id in ["autoregressive-fashion", "codes-fashion", "flow-fashion"] {
        assert!(known.contains_key(id));
        assert_eq!(Pair::new(&gpu, id).err(), Some(PlannedError::None), "{id}");
    }
}
