//! The figures of a card, measured from the weights that ship.

use anyhow::{Result, ensure};
use burn::tensor::Device;
use pushforward::generator::{Condition, Generator, Options, finish};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

use crate::classifier::{CLASSES, Classifier, FEATURES, Judged, judge_images};
use crate::commands::Common;
use crate::data::{Images, Split, class_tensor};
use crate::metrics::{frechet_distance, precision_recall};
use crate::model;
use crate::output::Sampler;

/// What to measure.
#[derive(Debug, Clone, Copy)]
pub struct Plan {
    /// Number of samples, a tenth of them in each class.
    pub samples: usize,
    /// Their seed.
    pub seed: u64,
    /// Only the checkpoint's float weights.
    pub checkpoint: bool,
    /// Leave the card as it is.
    pub dry_run: bool,
}

/// The figures of one form of the weights.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Figures {
    /// Fréchet distance of samples of all classes to the test split.
    fd_fashion: f64,
    /// The same in multiples of the floor.
    fd_over_floor: f64,
    /// The same for samples under "any".
    fd_any: f64,
    /// Fraction of samples that look real.
    precision: f64,
    /// Fraction of real pictures that samples come near to.
    recall: f64,
    /// Fraction of samples that the classifier gives the class they were drawn in.
    conditional_accuracy: f64,
    /// Fréchet distance of the test split's reconstructions, for families that go back: what a perfect
    /// prior would leave.
    #[serde(skip_serializing_if = "Option::is_none")]
    fd_reconstruction: Option<f64>,
    /// Upper bound on the bits per dimension of the test split.
    #[serde(skip_serializing_if = "Option::is_none")]
    bits_per_dim_bound: Option<f64>,
}

/// What real pictures reach under the same judge.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Floor {
    /// Fréchet distance of as many pictures of the train split to the test split.
    fd_fashion: f64,
    precision: f64,
    recall: f64,
    /// The classifier's accuracy on the test split.
    accuracy: f64,
}

/// `quality` on a card.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Quality {
    samples: usize,
    seed: u64,
    floor: Floor,
    q8: Figures,
    /// The checkpoint's, before quantization.
    #[serde(skip_serializing_if = "Option::is_none")]
    float: Option<Figures>,
}

/// Measures a model and writes the figures into its card.
pub fn evaluate(common: &Common, plan: &Plan) -> Result<()> {
    ensure!(
        plan.samples >= CLASSES * 20,
        "expected at least {} samples, 20 in each class, got {}",
        CLASSES * 20,
        plan.samples
    );
    let device = common.device.open()?;
    let bench = Bench::new(common, plan, &device)?;
    bench.floor.print(plan.samples);
    if plan.checkpoint {
        bench.measure(&*model::open(common, true)?).print("float checkpoint");
        return Ok(());
    }
    let shipped = bench.measure(&*model::open(common, false)?);
    shipped.print("shipped q8");
    let mut card = model::read_card(common)?;
    let float = if model::is_from_checkpoint(common, &card)? {
        let float = bench.measure(&*model::open(common, true)?);
        float.print("float checkpoint");
        Some(float)
    } else {
        eprintln!(
            "the shipped weights are not of a checkpoint in {}; the card keeps its float figures",
            common.runs.display()
        );
        serde_json::from_value::<Quality>(card.quality.clone()).ok().and_then(|quality| quality.float)
    };
    if !plan.dry_run {
        let quality = Quality { samples: plan.samples, seed: plan.seed, floor: bench.floor, q8: shipped, float };
        card.quality = serde_json::to_value(quality)?;
        model::write_card(common, &card)?;
        println!("written to the card of {}", card.id);
    }
    Ok(())
}

/// The judge, the real pictures and the floor: the same for every model.
struct Bench<'a> {
    classifier: Classifier,
    test: Images,
    real: Judged,
    floor: Floor,
    plan: &'a Plan,
    device: &'a Device,
}

impl<'a> Bench<'a> {
    fn new(common: &Common, plan: &'a Plan, device: &'a Device) -> Result<Self> {
        let classifier = Classifier::pinned(device)?;
        let test = common.images(Split::Test)?;
        let all: Vec<usize> = (0..test.len()).collect();
        let real = judge_images(&classifier, &test, &all, device);
        let train = common.images(Split::Train)?;
        let mut seen = train.shuffled(plan.seed, 0);
        seen.truncate(plan.samples);
        let seen = judge_images(&classifier, &train, &seen, device);
        let (precision, recall) = precision_recall(&real.features, &seen.features, FEATURES, device);
        let floor = Floor {
            fd_fashion: frechet_distance(&seen.features, &real.features, FEATURES),
            precision,
            recall,
            accuracy: real.accuracy(&test.labels(&all)),
        };
        Ok(Self { classifier, test, real, floor, plan, device })
    }

    fn measure(&self, generator: &dyn Generator) -> Figures {
        let sampler = Sampler { generator, device: self.device.clone(), seed: self.plan.seed };
        let (mut judged, mut expected) = (Judged::default(), Vec::new());
        let per_class = self.plan.samples / CLASSES;
        for class in 0..CLASSES {
            sampler.draw(per_class, Condition::Class(class)).for_each(|batch| judged.add(&self.classifier, batch));
            expected.extend(vec![class; per_class]);
        }
        let mut any = Judged::default();
        sampler.draw(self.plan.samples, Condition::Any).for_each(|batch| any.add(&self.classifier, batch));

        let distance = |judged: &Judged| frechet_distance(&judged.features, &self.real.features, FEATURES);
        let (precision, recall) = precision_recall(&self.real.features, &judged.features, FEATURES, self.device);
        let fd_fashion = distance(&judged);
        Figures {
            fd_fashion,
            fd_over_floor: fd_fashion / self.floor.fd_fashion,
            fd_any: distance(&any),
            precision,
            recall,
            conditional_accuracy: judged.accuracy(&expected),
            fd_reconstruction: self.reconstruct(generator).map(|judged| distance(&judged)),
            bits_per_dim_bound: self.bits_per_dim(generator),
        }
    }

    /// The test split, there and back.
    fn reconstruct(&self, generator: &dyn Generator) -> Option<Judged> {
        let (mut judged, all) = (Judged::default(), (0..self.test.len()).collect::<Vec<_>>());
        for batch in all.chunks(250) {
            let latents = generator.invert(self.test.pictures(batch, self.device), Condition::Any)?;
            let pictures = finish(generator.start(latents, Condition::Any, &Options::default()));
            judged.add(&self.classifier, pictures);
        }
        Some(judged)
    }

    /// The mean over the test split, in which every picture is seen under its class.
    fn bits_per_dim(&self, generator: &dyn Generator) -> Option<f64> {
        let mut rng = ChaCha8Rng::seed_from_u64(self.plan.seed);
        let (mut sum, all) = (0.0, (0..self.test.len()).collect::<Vec<_>>());
        for batch in all.chunks(250) {
            let classes = class_tensor(&self.test.labels(batch), self.device);
            let bits = generator.bits_per_dim(self.test.pictures(batch, self.device), classes, &mut rng)?;
            sum += bits.into_data().iter::<f32>().map(f64::from).sum::<f64>();
        }
        Some(sum / all.len() as f64)
    }
}

impl Floor {
    fn print(&self, samples: usize) {
        println!("real pictures, {samples} of the train split against the test split:");
        println!(
            "  FD-fashion {:.4} (the floor), precision {:.3}, recall {:.3}",
            self.fd_fashion, self.precision, self.recall
        );
        println!("  accuracy on the test split {:.2} %", 100.0 * self.accuracy);
    }
}

impl Figures {
    fn print(&self, what: &str) {
        println!("{what}:");
        println!(
            "  FD-fashion {:.3} = {:.1} x floor; under \"any\" {:.3}",
            self.fd_fashion, self.fd_over_floor, self.fd_any
        );
        println!("  precision {:.3}, recall {:.3}", self.precision, self.recall);
        println!("  conditional accuracy {:.2} %", 100.0 * self.conditional_accuracy);
        if let Some(distance) = self.fd_reconstruction {
            println!("  FD-fashion of reconstructions {distance:.3}");
        }
        if let Some(bits) = self.bits_per_dim_bound {
            println!("  bits/dim of the test split at most {bits:.3}");
        }
    }
}
