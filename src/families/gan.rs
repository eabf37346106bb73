//! The generative adversarial network: one pass of a generator, which learned from a critic alone
//! (Goodfellow et al., arXiv 1406.2661).
//!
//! The hinge loss (arXiv 1705.02894), spectral normalization of every layer of the discriminator
//! (arXiv 1802.05957) and its projection of the class (arXiv 1802.05637); the generator that ships is
//! the average of those that were trained. Both are trained at once, from one batch of fakes, the
//! discriminator at the faster rate (arXiv 1706.08500). It sees how much the features of a class vary
//! within the batch (arXiv 1710.10196, section 3), or the generator would draw one picture a class.

use burn::config::Config;
use burn::module::{Module, Param, ParamId, list_param_ids};
use burn::nn::conv::{Conv2d, Conv2dConfig};
use burn::nn::{Embedding, EmbeddingConfig, GroupNorm, Linear, LinearConfig, PaddingConfig2d};
use burn::tensor::activation::{leaky_relu, relu, silu};
use burn::tensor::module::conv2d;
use burn::tensor::ops::ConvOptions;
use burn::tensor::{Device, Int, Tensor};
use rand_chacha::ChaCha8Rng;

use super::family::{Family, Traits};
use crate::cards::{Controls, ImageShape};
use crate::generator::{Condition, Course, OneShot, Settings, Trajectory, noise};
use crate::layers::{
    Convolution, Modulated, ModulatedConfig, activated, depth_to_space, embed, group_norm, normalized, tanh,
};
use crate::losses::Loss;
use crate::losses::recognizer::Recognizer;
use crate::passes;
use crate::training::Objective;

/// Config of [`Gan`].
#[derive(Config, Debug)]
pub struct GanConfig {
    /// Dimension of the latent.
    #[config(default = 64)]
    pub latent: usize,
    /// Number of classes; "any" is one condition more.
    #[config(default = 10)]
    pub classes: usize,
    /// Pixels on a side; a multiple of 4.
    #[config(default = 28)]
    pub side: usize,
    /// Channels of a picture: 1 for grey, 3 for colour.
    #[config(default = 1)]
    pub colours: usize,
    /// Channels of the generator where a picture is four times smaller; half of them where it is twice. A multiple of 16.
    #[config(default = 96)]
    pub channels: usize,
    /// Length of the embedding of latent and condition that modulates the generator's blocks.
    #[config(default = 96)]
    pub embedding: usize,
    /// Channels of the discriminator where a picture is four times smaller.
    #[config(default = 96)]
    pub critic_channels: usize,
    /// Weight of the information that a picture holds of its class, in nats; 0 does without.
    #[config(default = 0.0)]
    pub class_information: f64,
}

impl GanConfig {
    /// Initializes generator and discriminator on `device`.
    pub fn init(&self, device: &Device) -> Gan {
        let Self { latent, classes, side, colours, channels, embedding, critic_channels, class_information } = *self;
        let (half, eighth) = (channels / 2, channels / 8);
        let block = |channels| ModulatedConfig::new(channels, embedding).init(device);
        Gan {
            generator: Painter {
                condition: EmbeddingConfig::new(classes + 1, embedding).init(device),
                embed: LinearConfig::new(latent, embedding).init(device),
                stem: LinearConfig::new(latent, channels * (side / 4).pow(2)).init(device),
                coarse: block(channels),
                widen: Convolution::new(channels, half, device),
                fine: block(half),
                norm: group_norm(half).init(device),
                spread: Convolution::new(half, 4 * eighth, device),
                paint: Convolution::new(eighth, colours, device),
                side: side / 4,
            },
            discriminator: Some(Discriminator {
                layers: [
                    (colours, 32, 4, 2),
                    (32, 64, 3, 1),
                    (64, critic_channels, 4, 2),
                    (critic_channels, critic_channels, 3, 1),
                ]
                .map(|(from, to, size, stride)| {
                    Conv2dConfig::new([from, to], [size, size])
                        .with_stride([stride, stride])
                        .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
                        .init(device)
                })
                .into(),
                judge: LinearConfig::new(2 * critic_channels, 1).init(device),
                condition: EmbeddingConfig::new(classes + 1, critic_channels).init(device),
            }),
            recognizer: Recognizer::paying(class_information, [colours, side], classes, device),
            classes,
        }
    }
}

/// Generator, and while it is trained its discriminator.
#[derive(Module, Debug)]
pub struct Gan {
    generator: Painter,
    discriminator: Option<Discriminator>,
    recognizer: Option<Recognizer>,
    #[module(skip)]
    classes: usize,
}

/// The map from latents to pictures. The latent enters where they are smallest, and with the condition again at every
/// block's norm.
#[derive(Module, Debug)]
struct Painter {
    condition: Embedding,
    embed: Linear,
    stem: Linear,
    coarse: Modulated,
    widen: Convolution,
    fine: Modulated,
    norm: GroupNorm,
    spread: Convolution,
    paint: Convolution,
    /// Pixels on a side of the coarsest feature map.
    #[module(skip)]
    side: usize,
}

impl Painter {
    fn forward(&self, z: Tensor<2>, conditions: Tensor<1, Int>) -> Tensor<4> {
        passes::count("generator");
        let embedding = silu(self.embed.forward(z.clone()) + embed(&self.condition, conditions));
        let (batch, side) = (z.dims()[0], self.side as i32);
        let x = self.stem.forward(z).reshape([batch as i32, -1, side, side]);
        let x = self.coarse.forward(x, embedding.clone());
        let x = self.fine.forward(self.widen.forward(activated(x).upsampled()), embedding);
        let x = depth_to_space(self.spread.forward(normalized(&self.norm, x)));
        tanh(self.paint.forward(activated(x)))
    }
}

impl Gan {
    /// Draws latents `[batch, latent]` under one condition, when somebody looks.
    fn drawing(&self, z: Tensor<2>, condition: &Condition) -> impl Fn() -> Tensor<4> + 'static {
        let Gan { generator, classes, .. } = self.clone();
        let conditions = condition.indices(classes, z.dims()[0], &z.device());
        move || generator.forward(z.clone(), conditions.clone())
    }
}

/// Tells real pictures from generated ones; every layer has spectral norm 1.
#[derive(Module, Debug)]
struct Discriminator {
    layers: Vec<Conv2d>,
    judge: Linear,
    condition: Embedding,
}

impl Discriminator {
    /// How real pictures `[batch, colours, side, side]` look under conditions `[batch]`: any real number, `[batch]`.
    fn forward(&self, images: Tensor<4>, conditions: Tensor<1, Int>) -> Tensor<1> {
        let features = self.layers.iter().fold(images, |x, layer| {
            let options = ConvOptions::new(layer.stride, [1, 1], [1, 1], 1);
            leaky_relu(
                conv2d(x, spectrally_normalized(&layer.weight), layer.bias.as_ref().map(Param::val), options),
                0.2,
            )
        });
        let features: Tensor<2> = features.flatten::<3>(2, 3).sum_dim(2).squeeze_dim(2);
        let varied = Tensor::cat(vec![features.clone(), deviations(&features, &conditions)], 1);
        let judged = varied.matmul(spectrally_normalized(&self.judge.weight));
        let class: Tensor<2> = Tensor::select(spectrally_normalized(&self.condition.weight), 0, conditions);
        (judged + (class * features).sum_dim(1)).squeeze_dim(1)
    }
}

/// The standard deviation of features `[batch, features]` over the pictures of the same condition, for
/// each picture, `[batch, features]`.
pub fn deviations(features: &Tensor<2>, conditions: &Tensor<1, Int>) -> Tensor<2> {
    let same = conditions.clone().unsqueeze_dim::<2>(0).equal(conditions.clone().unsqueeze_dim(1)).float();
    let shares = same.clone() / same.sum_dim(1);
    let centred = features.clone() - shares.clone().matmul(features.clone());
    (shares.matmul(centred.square()) + 1e-3).sqrt()
}

/// A weight over its largest singular value (arXiv 1802.05957, equation 8), its first dimension the rows.
pub fn spectrally_normalized<const D: usize>(weight: &Param<Tensor<D>>) -> Tensor<D> {
    let weight = weight.val();
    let rows: Tensor<2> = weight.clone().reshape([weight.dims()[0] as i32, -1]);
    let fixed = rows.clone().detach();
    // Squaring W W^T four times is sixteen iterations of the power method, and keeps no state.
    let gram = fixed.clone().matmul(fixed.clone().transpose());
    let power = (0..4).fold(gram, |power, _| {
        let power = power.clone() / power.abs().max().unsqueeze();
        power.clone().matmul(power)
    });
    let unit = |v: Tensor<2>| v.clone() / (v.square().sum() + 1e-12).sqrt().unsqueeze();
    let left = unit(power.sum_dim(1));
    let right = unit(left.clone().transpose().matmul(fixed));
    let largest = (left.transpose().matmul(rows) * right).sum();
    weight / largest.unsqueeze()
}

impl Objective for Gan {
    /// The hinge losses of both players: the discriminator's, for which the fakes are given, and the
    /// generator's, for which the discriminator is (arXiv 1705.02894, equations 7 and 8), less the
    /// information that its pictures hold of their class.
    fn loss(&self, images: Tensor<4>, conditions: Tensor<2, Int>, rng: &mut ChaCha8Rng) -> Loss {
        let conditions: Tensor<1, Int> = conditions.squeeze_dim(1);
        let critic = self.discriminator.as_ref().expect("a GAN that is trained has its discriminator");
        let [batch, ..] = images.dims();
        let [latent, _] = self.generator.embed.weight.dims();
        let z = noise([batch, latent], rng, &images.device());
        let fakes = self.generator.forward(z, conditions.clone());

        let real = critic.forward(images.clone(), conditions.clone());
        let fake = critic.forward(fakes.clone().detach(), conditions.clone());
        let told = relu(real.neg() + 1.0).mean() + relu(fake + 1.0).mean();
        let fooled = critic.clone().no_grad().forward(fakes.clone(), conditions.clone()).mean().neg();
        let total = told.clone() + fooled.clone();
        let loss = Loss { total, terms: vec![("discriminator", told), ("generator", fooled)] };
        match &self.recognizer {
            Some(recognizer) => loss.and(recognizer.loss((images, conditions.clone()), (fakes, conditions))),
            None => loss,
        }
    }

    fn faster(&self) -> Option<(f64, Vec<ParamId>)> {
        self.discriminator.as_ref().map(|critic| (CRITIC_RATE, list_param_ids(critic)))
    }
}

/// How many times as fast as the generator the discriminator learns.
const CRITIC_RATE: f64 = 3.0;

impl Family for Gan {
    const NAME: &'static str = "gan";
    const PLANNED: bool = true;
    type Config = GanConfig;

    fn init(config: &GanConfig, device: &Device) -> Self {
        config.init(device)
    }

    fn shipped(self) -> Self {
        Self { discriminator: None, recognizer: None, ..self }
    }

    fn going_on_from(self, shipped: Self) -> Self {
        Self { discriminator: self.discriminator, recognizer: self.recognizer, ..shipped }
    }

    fn traits(config: &GanConfig) -> Traits {
        Traits {
            latent: vec![config.latent],
            image: ImageShape { width: config.side, height: config.side, channels: config.colours },
            forward_passes: "1".into(),
            steps: 1,
            invertible: false,
            alternatives: None,
            controls: Controls::default(),
        }
    }

    fn start(&self, z: Tensor<2>, condition: &Condition, _settings: Settings) -> Box<dyn Trajectory> {
        Box::new(OneShot::new(self.drawing(z, condition)))
    }

    fn course(&self, z: Tensor<2>, condition: &Condition, _settings: Settings) -> Option<Course> {
        Some(Course::Once(Box::new(self.drawing(z, condition))))
    }
}
