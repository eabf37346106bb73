//! The pinned judge of pictures and sentences: a dual encoder that tells how well one fits the other.
//!
//! Pictures and what they are called lie near each other in its space (as in arXiv 2103.00020). What it sees of pictures
//! settles first; what it reads, in 28 languages, it learns longer. A picture passes if of a
//! hundred sentences its own is the nearest (R-precision, arXiv 1711.10485); the Fréchet distance is measured in the
//! features of pictures.

use anyhow::Result;
use burn::config::Config;
use burn::module::{Module, ParamId, list_param_ids};
use burn::nn::conv::{Conv2d, Conv2dConfig};
use burn::nn::{BatchNorm, BatchNormConfig, Linear, LinearConfig};
use burn::tensor::activation::relu;
use burn::tensor::{Device, Int, Tensor};
use pushforward::datasets::EMOJI;
use pushforward::generator::noise;
use pushforward::layers::convolution::conv3x3;
use pushforward::layers::text::{TextEncoder, TextEncoderConfig, captions_and_styles, contrast, disagreement};
use pushforward::losses::Loss;
use pushforward::prompt::{LENGTH, numbers};
use pushforward::training::Objective;
use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use super::examples::Captioned;
use super::set::EmojiSet;
use crate::common::Common;
use crate::pinned::{Judging, Pinned};
use crate::train::Schedule;

/// Its name on the command line.
pub const ID: &str = EMOJI.judge;

/// Dimension of its features, and of the space that pictures and sentences share.
pub const FEATURES: usize = 128;

/// The fraction of the training after which the features of pictures have settled; where the recipe begins anew.
const SETTLED: f64 = 0.5;

/// How many times as fast as the rest what it reads learns from then on: a word comes up rarely.
const TEXT_RATE: f64 = 5.0;

/// Pixels that a picture is moved by at most while it is learned, and the noise on it, so that a generator's small
/// flaws do not matter.
const SHIFT: i64 = 2;
const NOISE: f64 = 0.1;

/// Its files in `trainer/judge/`.
const FILES: Pinned = Pinned {
    id: ID,
    folder: concat!(env!("CARGO_MANIFEST_DIR"), "/judge"),
    recipe: include_str!("../../judge/train.json"),
    weights: include_bytes!("../../judge/weights.bpk"),
    pin: include_str!("../../judge/pin.json"),
};

/// Six normalized convolutions down to 4x4, averaged to 128 features, beside a text encoder.
#[derive(Module, Debug)]
pub struct Judge {
    convolutions: Vec<Conv2d>,
    norms: Vec<BatchNorm>,
    head: Linear,
    text: TextEncoder,
    #[module(skip)]
    settled: bool,
}

/// What of the judge can be chosen: how it reads.
#[derive(Config, Debug)]
pub struct JudgeConfig {
    /// Buckets of its text encoder; more than a generator's, as nobody has to fetch it.
    pub buckets: usize,
    /// Length of a bucket's row.
    pub width: usize,
}

impl Judging for Judge {
    type Config = JudgeConfig;

    fn init(config: &JudgeConfig, device: &Device) -> Self {
        let JudgeConfig { buckets, width } = *config;
        let plan: [(usize, usize, usize); 6] =
            [(3, 32, 1), (32, 64, 2), (64, 64, 1), (64, 128, 2), (128, 128, 1), (128, FEATURES, 2)];
        let convolution = |(from, to, stride)| -> Conv2dConfig { conv3x3(from, to, stride).with_bias(false) };
        Self {
            convolutions: plan.iter().map(|step| convolution(*step).init(device)).collect(),
            norms: plan.iter().map(|(_, to, _)| BatchNormConfig::new(*to).init(device)).collect(),
            head: LinearConfig::new(FEATURES, FEATURES).init(device),
            text: TextEncoderConfig::new(buckets, width, FEATURES).init(device),
            settled: false,
        }
    }

    /// Where sentences go to other buckets, it learns to read anew.
    fn going_on_from(self, pinned: Self) -> Self {
        let text = if self.text.shape() == pinned.text.shape() { pinned.text } else { self.text };
        Self { text, ..pinned }
    }
}

impl Judge {
    /// The judge that all figures are measured with.
    ///
    /// # Errors
    /// When its weights are not those of its pin.
    pub fn pinned(device: &Device) -> Result<Self> {
        FILES.load(device)
    }

    /// Pictures `[batch, 3, 32, 32]` to features `[batch, 128]`.
    pub fn features(&self, images: Tensor<4>) -> Tensor<2> {
        let layers = self.convolutions.iter().zip(&self.norms);
        let maps = layers.fold(images, |x, (convolution, norm)| relu(norm.forward(convolution.forward(x))));
        maps.mean_dims(&[2, 3]).flatten(1, 3)
    }

    /// Features `[batch, 128]` to directions in the shared space, `[batch, 128]`.
    pub fn directions(&self, features: Tensor<2>) -> Tensor<2> {
        unit(self.head.forward(features))
    }

    /// Sentences to directions in the shared space, `[sentences, 128]`.
    pub fn sentences(&self, sentences: &[&str], device: &Device) -> Tensor<2> {
        let [buckets, _] = self.text.shape();
        let numbers: Vec<i32> = sentences.iter().flat_map(|sentence| numbers(sentence, buckets)).collect();
        let numbers = Tensor::<1, Int>::from_ints(numbers.as_slice(), device);
        unit(self.text.forward(numbers.reshape([sentences.len(), LENGTH])))
    }
}

fn unit(x: Tensor<2>) -> Tensor<2> {
    let norm = x.clone().square().sum_dim(1).sqrt().clamp_min(1e-6);
    x / norm
}

impl Objective for Judge {
    /// What a picture and its captions are from meaning the same; `conditions` as [`Captioned`] give them.
    fn loss(&self, images: Tensor<4>, conditions: Tensor<2, Int>, rng: &mut ChaCha8Rng) -> Loss {
        let (captions, _) = captions_and_styles(conditions);
        let meanings: Vec<Tensor<2>> = captions.into_iter().skip(1).map(|caption| self.text.forward(caption)).collect();

        let [down, across] = [0; 2].map(|_| rng.random_range(-SHIFT..=SHIFT));
        let images = images.roll(&[down, across], &[2, 3]);
        let images = images.clone() + noise(images.dims(), rng, &images.device()) * NOISE;
        let pictures = self.head.forward(self.features(images));
        let [first, second] = [meanings[0].clone(), meanings[1].clone()];
        let alignment = (contrast(pictures.clone(), first) + contrast(pictures, second)) * 0.5;
        let agreement = disagreement(&meanings);
        Loss {
            total: alignment.clone() + agreement.clone(),
            terms: vec![("alignment", alignment), ("agreement", agreement)],
        }
    }

    fn progressed(mut self, done: f64) -> Self {
        if done >= SETTLED && !self.settled {
            (self.convolutions, self.norms) = (self.convolutions.freeze(), self.norms.freeze());
            self.settled = true;
        }
        self
    }

    fn faster(&self) -> Option<(f64, Vec<ParamId>)> {
        self.settled.then(|| (TEXT_RATE, list_param_ids(&self.text)))
    }
}

/// Trains the judge from its committed config.
///
/// # Errors
/// When the data set is missing; see also [`Pinned::train`].
pub fn train(common: &Common, schedule: &Schedule) -> Result<()> {
    let buckets = FILES.chosen::<Judge>()?.buckets;
    let examples = Captioned::new(EmojiSet::load(&common.emoji)?, buckets, 0.0);
    FILES.train::<Judge>(common, schedule, &examples)?;
    Ok(())
}

/// Packs the checkpoint into the pinned weights.
///
/// # Errors
/// See [`Pinned::renew`].
pub fn pin(common: &Common) -> Result<()> {
    FILES.renew::<Judge>(common)
}

/// SHA-256 of the judge's weights.
///
/// # Errors
/// When its pin is none.
pub fn checksum() -> Result<String> {
    FILES.checksum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;

    #[test]
    fn the_rate_begins_anew_where_the_features_have_settled() {
        assert_eq!(FILES.training().unwrap().restart, SETTLED);
    }

    /// All Fréchet distances are measured in these features.
    #[test]
    fn once_settled_the_features_of_pictures_stay_whatever_is_learned() {
        let device = Device::flex();
        let pictures = noise([4, 3, 32, 32], &mut ChaCha8Rng::seed_from_u64(1), &device);
        let features = |judge: &Judge| judge.features(pictures.clone()).into_data();
        let judge = Judge::init(&JudgeConfig::new(512, 8), &device);
        let before = features(&judge);
        let learning = judge.to_device(&device.clone().autodiff()).train().progressed(SETTLED);
        let captions = Tensor::<2, Int>::ones([4, 3 * LENGTH + 1], &device.clone().autodiff());
        let images = Tensor::from_data(pictures.to_data(), &device.autodiff());
        let mut gradients = learning.loss(images, captions, &mut ChaCha8Rng::seed_from_u64(2)).total.backward();
        let taught = |ids: &[ParamId], gradients: &mut _| {
            burn::optim::GradientsParams::from_params(gradients, &learning, ids).len()
        };
        assert_eq!(taught(&list_param_ids(&learning.convolutions), &mut gradients), 0);
        assert!(taught(&list_param_ids(&learning.text), &mut gradients) > 0);
        assert_eq!(features(&learning.valid()), before);
    }
}
