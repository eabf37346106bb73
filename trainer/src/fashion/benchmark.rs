//! The figures of a model of Fashion-MNIST's classes, measured by the pinned classifier.

use std::fmt::{self, Display, Formatter};

use anyhow::{Result, ensure};
use burn::tensor::Device;
use pushforward::cards::{Controls, Range};
use pushforward::datasets::FASHION;
use pushforward::generator::{BitsPerDim, Condition, Generator, Options, Sampler, complete, finish};
use pushforward::training::shuffled;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

use super::classifier::{Classifier, FEATURES, Judged, judge_images};
use super::images::{Images, Split, class_tensor};
use crate::common::Common;
use crate::evaluate::{Benchmark, Plan};
use crate::metrics::{frechet_distance, precision_recall};
use crate::output::Source;

/// The figures of the weights that ship.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Figures {
    #[serde(flatten)]
    samples: Samples,
    /// Fréchet distance of samples under "any".
    fd_any: f64,
    /// Fréchet distance of the test split's reconstructions, for families whose inversion is not a choice of
    /// steps: what a perfect prior would leave.
    #[serde(skip_serializing_if = "Option::is_none")]
    fd_reconstruction: Option<f64>,
    /// Bits per dimension of the test split, each picture under its class.
    #[serde(skip_serializing_if = "Option::is_none")]
    bits_per_dim: Option<f64>,
    /// Upper bound on them, where the family has no more.
    #[serde(skip_serializing_if = "Option::is_none")]
    bits_per_dim_bound: Option<f64>,
    /// The largest error of a pixel in [-1, 1] of the test split's reconstructions, where these are exact
    /// but for rounding.
    #[serde(skip_serializing_if = "Option::is_none")]
    reconstruction_error: Option<f64>,
    /// The samples of other options.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    variants: Vec<Variant>,
}

/// Samples of all classes against the test split.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct Samples {
    /// Fréchet distance.
    fd_fashion: f64,
    /// The same in multiples of the floor.
    fd_over_floor: f64,
    /// Fraction of samples that look real.
    precision: f64,
    /// Fraction of real pictures that samples come near to.
    recall: f64,
    /// Fraction of samples that the classifier gives the class they were drawn in.
    conditional_accuracy: f64,
}

/// Samples drawn otherwise than by default.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Variant {
    #[serde(skip_serializing_if = "Option::is_none")]
    steps: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    guidance: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    temperature: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sampler: Option<Sampler>,
    #[serde(flatten)]
    samples: Samples,
}

/// The options that are measured beside the defaults: in few steps, without guidance and with, by DDIM, and
/// the distribution as it was learned, where that is another.
fn variants(controls: &Controls) -> Vec<Options> {
    let mut variants = Vec::new();
    if controls.steps.is_some() {
        let few = Options { steps: Some(8), ..Options::default() };
        variants.push(few);
        variants.extend(controls.guidance.map(|_| Options { guidance: Some(2.0), ..few }));
    }
    if controls.samplers.iter().skip(1).any(|sampler| *sampler == Sampler::Ddim) {
        variants.push(Options { sampler: Some(Sampler::Ddim), ..Options::default() });
    }
    let as_learned = |range: Option<Range>| range.filter(|range| range.default != 1.0).map(|_| 1.0);
    let (guidance, temperature) = (as_learned(controls.guidance), as_learned(controls.temperature));
    if guidance.or(temperature).is_some() {
        variants.push(Options { guidance, temperature, ..Options::default() });
    }
    variants
}

/// What real pictures reach under the same judge.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Floor {
    /// Fréchet distance of as many pictures of the train split to the test split.
    fd_fashion: f64,
    precision: f64,
    recall: f64,
    /// The classifier's accuracy on the test split.
    accuracy: f64,
}

const CLASSES: usize = FASHION.classes.len();

/// Samples where nobody says how many.
const SAMPLES: usize = 10_000;

/// The judge, the real pictures and the floor: the same for every model.
pub struct FashionBenchmark {
    classifier: Classifier,
    test: Images,
    real: Judged,
    floor: Floor,
    samples: usize,
    seed: u64,
    device: Device,
}

impl FashionBenchmark {
    /// The benchmark of a plan.
    ///
    /// # Errors
    /// When samples are too few, or the data set is missing.
    pub fn new(common: &Common, plan: &Plan) -> Result<Self> {
        let (samples, device) = (plan.samples.unwrap_or(SAMPLES), common.device.open()?);
        let least = CLASSES * 20;
        ensure!(samples >= least, "expected at least {least} samples, 20 in each class, got {samples}");
        let classifier = Classifier::pinned(&device)?;
        let test = Images::load(&common.data, Split::Test)?;
        let all: Vec<usize> = (0..test.len()).collect();
        let real = judge_images(&classifier, &test, &all, &device);
        let train = Images::load(&common.data, Split::Train)?;
        let mut seen = shuffled(train.len(), plan.seed, 0);
        seen.truncate(samples);
        let seen = judge_images(&classifier, &train, &seen, &device);
        let (precision, recall) = precision_recall(&real.features, &seen.features, FEATURES, &device);
        let floor = Floor {
            fd_fashion: frechet_distance(&seen.features, &real.features, FEATURES),
            precision,
            recall,
            accuracy: real.accuracy(&test.labels(&all)),
        };
        Ok(Self { classifier, test, real, floor, samples, seed: plan.seed, device })
    }

    fn source<'g>(&self, generator: &'g dyn Generator, options: Options) -> Source<'g> {
        Source { generator, device: self.device.clone(), seed: self.seed, options }
    }

    fn distance(&self, judged: &Judged) -> f64 {
        frechet_distance(&judged.features, &self.real.features, FEATURES)
    }

    /// The test split, there and back, and the largest error of a pixel.
    fn reconstruct(&self, generator: &dyn Generator) -> Option<(Judged, f64)> {
        if generator.card().controls.steps.is_some() {
            return None;
        }
        let (mut judged, mut error) = (Judged::default(), 0f64);
        let all: Vec<usize> = (0..self.test.len()).collect();
        for batch in all.chunks(250) {
            let pictures = self.test.pictures(batch, &self.device);
            let latents = complete(generator.invert(pictures.clone(), &Condition::Any, &Options::default())?);
            let again = finish(generator.start(latents, &Condition::Any, &Options::default()));
            error = error.max(f64::from((again.clone() - pictures).abs().max().into_scalar::<f32>()));
            judged.add(&self.classifier, again);
        }
        Some((judged, error))
    }

    /// The mean over the test split, in which every picture is seen under its class, and whether it is exact.
    fn bits_per_dim(&self, generator: &dyn Generator) -> Option<(f64, bool)> {
        let mut rng = ChaCha8Rng::seed_from_u64(self.seed);
        let (mut sum, all) = (0.0, (0..self.test.len()).collect::<Vec<_>>());
        let mut is_exact = true;
        for batch in all.chunks(250) {
            let classes = class_tensor(&self.test.labels(batch), &self.device);
            let pictures = self.test.pictures(batch, &self.device);
            let bits = match complete(generator.bits_per_dim(pictures, classes, &mut rng)?) {
                BitsPerDim::Exact(bits) => bits,
                BitsPerDim::Bound(bits) => {
                    is_exact = false;
                    bits
                }
            };
            sum += bits.into_data().iter::<f32>().map(f64::from).sum::<f64>();
        }
        Some((sum / all.len() as f64, is_exact))
    }
}

impl Benchmark for FashionBenchmark {
    type Floor = Floor;
    type Samples = Samples;
    type Figures = Figures;

    fn floor(&self) -> &Floor {
        &self.floor
    }

    fn samples(&self) -> usize {
        self.samples
    }

    fn measure(&self, generator: &dyn Generator) -> Figures {
        let samples = self.sample(generator, Options::default());
        let mut any = Judged::default();
        let source = self.source(generator, Options::default());
        source.draw(self.samples, &Condition::Any).for_each(|batch| any.add(&self.classifier, batch));
        let variant = |options: Options| {
            let Options { steps, guidance, temperature, sampler, .. } = options;
            Variant { steps, guidance, temperature, sampler, samples: self.sample(generator, options) }
        };
        let (bits_per_dim, bits_per_dim_bound) = match self.bits_per_dim(generator) {
            Some((mean, true)) => (Some(mean), None),
            Some((mean, false)) => (None, Some(mean)),
            None => (None, None),
        };
        let reconstructed = self.reconstruct(generator);
        Figures {
            samples,
            fd_any: self.distance(&any),
            fd_reconstruction: reconstructed.as_ref().map(|(judged, _)| self.distance(judged)),
            reconstruction_error: reconstructed.map(|(_, error)| error).filter(|_| bits_per_dim.is_some()),
            bits_per_dim,
            bits_per_dim_bound,
            variants: variants(&generator.card().controls).into_iter().map(variant).collect(),
        }
    }

    /// As many samples of each class as of the others.
    fn sample(&self, generator: &dyn Generator, options: Options) -> Samples {
        let source = self.source(generator, options);
        let (mut judged, mut expected) = (Judged::default(), Vec::new());
        let per_class = self.samples / CLASSES;
        for class in 0..CLASSES {
            source.draw(per_class, &Condition::Class(class)).for_each(|batch| judged.add(&self.classifier, batch));
            expected.extend(vec![class; per_class]);
        }
        let (precision, recall) = precision_recall(&self.real.features, &judged.features, FEATURES, &self.device);
        let fd_fashion = self.distance(&judged);
        Samples {
            fd_fashion,
            fd_over_floor: fd_fashion / self.floor.fd_fashion,
            precision,
            recall,
            conditional_accuracy: judged.accuracy(&expected),
        }
    }
}

impl Display for Floor {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Self { fd_fashion, precision, recall, accuracy } = self;
        write!(
            f,
            "FD-fashion {fd_fashion:.4} (the floor), precision {precision:.3}, recall {recall:.3}, accuracy {:.2} %",
            100.0 * accuracy
        )
    }
}

impl Display for Samples {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Self { fd_fashion, fd_over_floor, precision, recall, conditional_accuracy } = self;
        write!(
            f,
            "FD-fashion {fd_fashion:.3} = {fd_over_floor:.1} x floor, precision {precision:.3}, recall {recall:.3}, \
             conditional accuracy {:.2} %",
            100.0 * conditional_accuracy
        )
    }
}

impl Display for Figures {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{}\n  under \"any\": FD-fashion {:.3}", self.samples, self.fd_any)?;
        for Variant { steps, guidance, temperature, sampler, samples } in &self.variants {
            let steps = steps.map(|steps| format!("{steps} steps"));
            let guidance = guidance.map(|guidance| format!("guidance {guidance}"));
            let temperature = temperature.map(|temperature| format!("temperature {temperature}"));
            let sampler = sampler.map(|sampler| format!("sampler {}", sampler.name()));
            let options = [steps, guidance, temperature, sampler].into_iter().flatten().collect::<Vec<_>>();
            write!(f, "\n  {}: {samples}", options.join(", "))?;
        }
        if let Some(distance) = self.fd_reconstruction {
            write!(f, "\n  FD-fashion of reconstructions {distance:.3}")?;
        }
        if let Some(error) = self.reconstruction_error {
            write!(f, "\n  largest error of a reconstructed pixel {error:.1e}")?;
        }
        if let Some(bits) = self.bits_per_dim {
            write!(f, "\n  bits/dim of the test split {bits:.3}")?;
        }
        if let Some(bits) = self.bits_per_dim_bound {
            write!(f, "\n  bits/dim of the test split at most {bits:.3}")?;
        }
        Ok(())
    }
}
