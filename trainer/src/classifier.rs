//! The pinned classifier that judges generated pictures: its features give the distances, its
//! classes the conditional accuracy.
//!
//! Figures are only comparable under the same judge, so its weights are part of the program, with
//! their checksum beside them. FD-fashion, measured in its features, is no Inception FID.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use burn::module::Module;
use burn::nn::conv::{Conv2d, Conv2dConfig};
use burn::nn::loss::CrossEntropyLossConfig;
use burn::nn::{BatchNorm, BatchNormConfig, Dropout, DropoutConfig, Linear, LinearConfig};
use burn::tensor::activation::relu;
use burn::tensor::{Device, Int, Tensor};
use pushforward::catalogue::WeightsFile;
use pushforward::generator::{Loss, Objective};
use pushforward::layers::conv3x3;
use pushforward::weights::{self, Precision};
use rand_chacha::ChaCha8Rng;
use serde_json::json;

use crate::checkpoint::Checkpoint;
use crate::commands::Common;
use crate::data::{Images, Labelled, Split};
use crate::train::{self, Schedule, Task, TrainingConfig};

/// Its name on the command line.
pub const ID: &str = "classifier";

/// Number of classes.
pub const CLASSES: usize = 10;

/// Dimension of its features.
pub const FEATURES: usize = 128;

/// Its folder in the repository: training config, weights, and their pin.
const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/classifier");
const CONFIG: &str = include_str!("../classifier/train.json");
const WEIGHTS: &[u8] = include_bytes!("../classifier/weights.bpk");
const PIN: &str = include_str!("../classifier/pin.json");

/// Five normalized convolutions down to 4x4, averaged to 128 features, and one linear layer.
#[derive(Module, Debug)]
pub struct Classifier {
    convolutions: Vec<Conv2d>,
    norms: Vec<BatchNorm>,
    dropout: Dropout,
    head: Linear,
}

impl Classifier {
    fn init(device: &Device) -> Self {
        let plan: [(usize, usize, usize); 5] = [(1, 32, 1), (32, 32, 2), (32, 64, 1), (64, 64, 2), (64, FEATURES, 2)];
        let convolution = |(from, to, stride)| -> Conv2dConfig { conv3x3(from, to, stride).with_bias(false) };
        Self {
            convolutions: plan.iter().map(|step| convolution(*step).init(device)).collect(),
            norms: plan.iter().map(|(_, to, _)| BatchNormConfig::new(*to).init(device)).collect(),
            dropout: DropoutConfig::new(0.3).init(),
            head: LinearConfig::new(FEATURES, CLASSES).init(device),
        }
    }

    /// The classifier that all figures are measured with.
    pub fn pinned(device: &Device) -> Result<Self> {
        let pin: WeightsFile = serde_json::from_str(PIN).context("the classifier's pin")?;
        Ok(weights::load(ID, &pin, WEIGHTS, Self::init(device))?)
    }

    /// Pictures `[batch, 1, 28, 28]` to features `[batch, 128]`.
    pub fn features(&self, images: Tensor<4>) -> Tensor<2> {
        let layers = self.convolutions.iter().zip(&self.norms);
        let maps = layers.fold(images, |x, (convolution, norm)| relu(norm.forward(convolution.forward(x))));
        maps.mean_dims(&[2, 3]).flatten(1, 3)
    }

    /// Features `[batch, 128]` to the logits of the classes `[batch, 10]`.
    pub fn logits(&self, features: Tensor<2>) -> Tensor<2> {
        self.head.forward(self.dropout.forward(features))
    }
}

impl Objective for Classifier {
    /// Cross-entropy.
    fn loss(&self, images: Tensor<4>, classes: Tensor<2, Int>, _rng: &mut ChaCha8Rng) -> Loss {
        let classes: Tensor<1, Int> = classes.squeeze_dim(1);
        let logits = self.logits(self.features(images));
        let total = CrossEntropyLossConfig::new().init(&logits.device()).forward(logits, classes);
        Loss { total, terms: vec![] }
    }
}

/// Trains the classifier from its committed config.
pub fn train(common: &Common, schedule: &Schedule) -> Result<()> {
    let training: TrainingConfig = serde_json::from_str(CONFIG).context("the classifier's config")?;
    let (device, folder) = (common.device.open()?, common.run_folder());
    device.seed(training.seed);
    let task = Task {
        model: ID,
        config: serde_json::to_value(&training)?,
        training: &training,
        folder: &folder,
        device_name: common.device.name(),
    };
    let images = common.images(Split::Train)?;
    let examples = Labelled { images: &images, classes: CLASSES, dropout: training.class_dropout };
    let classifier = train::train(&task, Classifier::init(&device), &examples, schedule, &device)?;
    report(&classifier, common)
}

/// Packs the checkpoint into the pinned weights; every figure of every card must be measured anew.
pub fn pin(common: &Common) -> Result<()> {
    let device = common.device.open()?;
    let classifier = Checkpoint::new(ID, &common.run_folder()).load_module(Classifier::init(&device))?;
    let bytes = weights::pack(ID, &classifier, Precision::Q8)?;
    let pin = json!({
        "file": "weights.bpk",
        "bytes": bytes.len(),
        "sha256": weights::checksum(&bytes),
        "precision": Precision::Q8,
    });
    fs::write(Path::new(FOLDER).join("weights.bpk"), &bytes)?;
    fs::write(Path::new(FOLDER).join("pin.json"), serde_json::to_string_pretty(&pin)? + "\n")?;
    println!("pinned {} bytes; build the trainer again, then `evaluate` every model", bytes.len());
    Ok(())
}

/// Prints the pinned classifier's accuracy on the test split.
pub fn evaluate(common: &Common) -> Result<()> {
    report(&Classifier::pinned(&common.device.open()?)?, common)
}

fn report(classifier: &Classifier, common: &Common) -> Result<()> {
    let images = common.images(Split::Test)?;
    let all: Vec<usize> = (0..images.len()).collect();
    let judged = judge_images(classifier, &images, &all, &common.device.open()?);
    println!("accuracy on {} test pictures: {:.2} %", all.len(), 100.0 * judged.accuracy(&images.labels(&all)));
    Ok(())
}

/// What the classifier makes of a set of pictures.
#[derive(Debug, Clone, Default)]
pub struct Judged {
    /// Features, 128 a picture.
    pub features: Vec<f32>,
    /// The likeliest class of each picture.
    pub classes: Vec<usize>,
}

impl Judged {
    /// Adds a batch of pictures `[batch, 1, 28, 28]`.
    pub fn add(&mut self, classifier: &Classifier, images: Tensor<4>) {
        let features = classifier.features(images);
        let classes = classifier.logits(features.clone()).argmax(1);
        self.features.extend(features.into_data().iter::<f32>());
        self.classes.extend(classes.into_data().iter::<i64>().map(|class| class as usize));
    }

    /// The fraction of pictures whose likeliest class is the expected one, in [0, 1].
    pub fn accuracy(&self, expected: &[usize]) -> f64 {
        let right = self.classes.iter().zip(expected).filter(|(got, expected)| got == expected).count();
        right as f64 / expected.len().max(1) as f64
    }
}

/// Judges the pictures of the given numbers.
pub fn judge_images(classifier: &Classifier, images: &Images, indices: &[usize], device: &Device) -> Judged {
    let mut judged = Judged::default();
    for batch in indices.chunks(250) {
        judged.add(classifier, images.pictures(batch, device));
    }
    judged
}
