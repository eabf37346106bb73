//! The pinned classifier that judges generated pictures: its features give the distances, its
//! classes the conditional accuracy.
//!
//! Figures are only comparable under the same judge, so its weights are part of the program, with
//! their checksum beside them. FD-fashion, measured in its features, is no Inception FID.

use anyhow::Result;
use burn::module::Module;
use burn::nn::conv::{Conv2d, Conv2dConfig};
use burn::nn::loss::CrossEntropyLossConfig;
use burn::nn::{BatchNorm, BatchNormConfig, Dropout, DropoutConfig, Linear, LinearConfig};
use burn::tensor::activation::relu;
use burn::tensor::{Device, Int, Tensor};
use pushforward::datasets::FASHION;
use pushforward::layers::convolution::conv3x3;
use pushforward::losses::Loss;
use pushforward::training::Objective;
use rand_chacha::ChaCha8Rng;

use super::images::{Images, Labelled, Split};
use crate::common::Common;
use crate::pinned::{Judging, Pinned};
use crate::train::Schedule;

/// Its name on the command line.
pub const ID: &str = FASHION.judge;

/// Dimension of its features.
pub const FEATURES: usize = 128;

/// Its files in `trainer/classifier/`.
const FILES: Pinned = Pinned {
    id: ID,
    folder: concat!(env!("CARGO_MANIFEST_DIR"), "/classifier"),
    recipe: include_str!("../../classifier/train.json"),
    weights: include_bytes!("../../classifier/weights.bpk"),
    pin: include_str!("../../classifier/pin.json"),
};

/// Five normalized convolutions down to 4x4, averaged to 128 features, and one linear layer.
#[derive(Module, Debug)]
pub struct Classifier {
    convolutions: Vec<Conv2d>,
    norms: Vec<BatchNorm>,
    dropout: Dropout,
    head: Linear,
}

impl Judging for Classifier {
    type Config = ();

    fn init((): &(), device: &Device) -> Self {
        let plan: [(usize, usize, usize); 5] = [(1, 32, 1), (32, 32, 2), (32, 64, 1), (64, 64, 2), (64, FEATURES, 2)];
        let convolution = |(from, to, stride)| -> Conv2dConfig { conv3x3(from, to, stride).with_bias(false) };
        Self {
            convolutions: plan.iter().map(|step| convolution(*step).init(device)).collect(),
            norms: plan.iter().map(|(_, to, _)| BatchNormConfig::new(*to).init(device)).collect(),
            dropout: DropoutConfig::new(0.3).init(),
            head: LinearConfig::new(FEATURES, FASHION.classes.len()).init(device),
        }
    }
}

impl Classifier {
    /// The classifier that all figures are measured with.
    pub fn pinned(device: &Device) -> Result<Self> {
        FILES.load(device)
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
    let images = Images::load(&common.data, Split::Train)?;
    let examples = Labelled { images, dropout: FILES.training()?.class_dropout };
    report(&FILES.train(common, schedule, &examples)?, common)
}

/// Packs the checkpoint into the pinned weights.
pub fn pin(common: &Common) -> Result<()> {
    FILES.renew::<Classifier>(common)
}

/// Prints the pinned classifier's accuracy on the test split.
pub fn evaluate(common: &Common) -> Result<()> {
    report(&Classifier::pinned(&common.device.open()?)?, common)
}

fn report(classifier: &Classifier, common: &Common) -> Result<()> {
    let images = Images::load(&common.data, Split::Test)?;
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
