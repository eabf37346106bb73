//! Latent diffusion: a sentence narrows the Gaussian's way to an autoencoder's code, which is then drawn at once
//! (Rombach et al., arXiv 2112.10752).
//!
//! The autoencoder learns first and then settles; a rectified flow (arXiv 2209.03003) learns its codes, led by what a
//! sentence means and by whose hand is to draw. The text encoder learns with both: what the same thing is called in
//! two languages is to mean the same, and the flow's loss tells what in it matters to a picture.

use burn::config::Config;
use burn::module::{Module, ParamId};
use burn::nn::conv::{Conv2d, Conv2dConfig};
use burn::nn::{Embedding, EmbeddingConfig, GroupNorm, GroupNormConfig, Initializer, Linear, LinearConfig};
use burn::tensor::activation::silu;
use burn::tensor::{Device, Int, Tensor};
use rand_chacha::ChaCha8Rng;

use super::{Family, Traits};
use crate::catalogue::{Controls, Range};
use crate::generator::{Condition, Loss, Objective, Prompt, Sampler, Settings, Trajectory, noise};
use crate::layers::guidance::Guidance;
use crate::layers::rectified_flow::{self, Denoising, FREQUENCIES, waves};
use crate::layers::text::{TextEncoder, TextEncoderConfig, contrast};
use crate::layers::{
    Modulated, ModulatedConfig, PixelAttention, PixelAttentionConfig, Residual, ResidualConfig, conv3x3,
    depth_to_space, embed, halves, space_to_depth, sum_each, upsample,
};
use crate::prompt::{LENGTH, numbers};

/// Pixels on a side, and codes on a side.
const SIDE: usize = 32;
const CODES: usize = 8;

/// Steps where nobody chooses their number.
const STEPS: usize = 25;

/// Channels of a picture.
const COLOURS: usize = 3;

/// Weight of a nat of the code's divergence from the Gaussian against a pixel's error.
const DIVERGENCE: f64 = 0.02;

/// Weight of a nat of the captions' contrast.
const CONTRAST: f64 = 0.05;

/// Weight of the sketch's error against the flow's.
const SKETCH: f64 = 0.5;

/// Config of [`LatentDiffusion`].
#[derive(Config, Debug)]
pub struct LatentDiffusionConfig {
    /// Number of styles; any style is one more.
    #[config(default = 7)]
    pub styles: usize,
    /// Buckets of the text encoder.
    #[config(default = 16384)]
    pub buckets: usize,
    /// Length of a bucket's row.
    #[config(default = 40)]
    pub width: usize,
    /// Length of a meaning, and of the embedding of time.
    #[config(default = 128)]
    pub meaning: usize,
    /// Channels of a code.
    #[config(default = 8)]
    pub code: usize,
    /// The autoencoder's channels at 32x32, 16x16 and 8x8. Multiples of 8.
    #[config(default = "[16, 64, 96]")]
    pub paint: [usize; 3],
    /// Channels of the sketch, and how many sketches a meaning mixes it of.
    #[config(default = "[16, 192]")]
    pub sketch: [usize; 2],
    /// The flow's channels. A multiple of 8.
    #[config(default = 96)]
    pub channels: usize,
    /// The fraction of the training after which the autoencoder has learned enough.
    #[config(default = 0.2)]
    pub settled: f64,
}

/// Text encoder, autoencoder, and the flow between them.
#[derive(Module, Debug)]
pub struct LatentDiffusion {
    text: TextEncoder,
    style: Embedding,
    encoder: Encoder,
    decoder: Decoder,
    flow: Flow,
    #[module(skip)]
    styles: usize,
    #[module(skip)]
    buckets: usize,
    /// Whether the autoencoder has learned enough, and after which fraction of the training it has.
    #[module(skip)]
    settled: bool,
    #[module(skip)]
    settled_from: f64,
}

/// Pictures to Gaussians of codes.
#[derive(Module, Debug)]
struct Encoder {
    stem: Conv2d,
    fine: Residual,
    down: Conv2d,
    coarse: Residual,
    norm: GroupNorm,
    squeeze: Conv2d,
}

/// Codes to pictures.
#[derive(Module, Debug)]
struct Decoder {
    stem: Conv2d,
    coarse: Residual,
    up: Conv2d,
    middle: Residual,
    unfold: Conv2d,
    fine: Residual,
    norm: GroupNorm,
    paint: Conv2d,
}

/// The velocity of a noisy code.
#[derive(Module, Debug)]
struct Flow {
    /// A meaning leads every block, yet the same everywhere; where things are, its sketch says, whose first channels are
    /// to be the mean of the codes that are meant.
    sketch_1: Linear,
    sketch_2: Linear,
    time_1: Linear,
    time_2: Linear,
    meaning: Linear,
    stem: Conv2d,
    /// One attention between each two.
    blocks: Vec<Modulated>,
    attentions: Vec<PixelAttention>,
    norm: GroupNorm,
    paint: Conv2d,
}

/// Modulated blocks of the flow.
const BLOCKS: usize = 4;

impl LatentDiffusionConfig {
    /// Initializes the module on `device`.
    pub fn init(&self, device: &Device) -> LatentDiffusion {
        let Self { styles, buckets, width, meaning, code, channels, settled, .. } = *self;
        let ([fine, middle, coarse], [sketch, sketches]) = (self.paint, self.sketch);
        let norm = |channels: usize| GroupNormConfig::new(channels / 8, channels).init(device);
        let residual = |channels: usize| ResidualConfig::new(channels).init(device);
        let pointwise = |from, to| Conv2dConfig::new([from, to], [1, 1]).init(device);
        LatentDiffusion {
            text: TextEncoderConfig::new(buckets, width, meaning).init(device),
            style: EmbeddingConfig::new(styles + 1, meaning).init(device),
            encoder: Encoder {
                stem: conv3x3(4 * COLOURS, middle * 3 / 4, 1).init(device),
                fine: residual(middle * 3 / 4),
                down: conv3x3(middle * 3 / 4, middle, 2).init(device),
                coarse: residual(middle),
                norm: norm(middle),
                squeeze: conv3x3(middle, 2 * code, 1).init(device),
            },
            decoder: Decoder {
                stem: conv3x3(code, coarse, 1).init(device),
                coarse: residual(coarse),
                up: conv3x3(coarse, middle, 1).init(device),
                middle: residual(middle),
                unfold: conv3x3(middle, 4 * fine, 1).init(device),
                fine: residual(fine),
                norm: norm(fine),
                paint: conv3x3(fine, COLOURS, 1).init(device),
            },
            flow: Flow {
                sketch_1: LinearConfig::new(meaning, sketches).init(device),
                sketch_2: LinearConfig::new(sketches, sketch * CODES * CODES).init(device),
                time_1: LinearConfig::new(2 * FREQUENCIES, meaning).init(device),
                time_2: LinearConfig::new(meaning, meaning).init(device),
                meaning: LinearConfig::new(meaning, meaning).init(device),
                stem: pointwise(code + sketch, channels),
                blocks: (0..BLOCKS).map(|_| ModulatedConfig::new(channels, meaning).init(device)).collect(),
                attentions: (1..BLOCKS).map(|_| PixelAttentionConfig::new(channels).init(device)).collect(),
                norm: norm(channels),
                paint: conv3x3(channels, code, 1).with_initializer(Initializer::Zeros).init(device),
            },
            styles,
            buckets,
            settled: false,
            settled_from: settled,
        }
    }
}

impl Encoder {
    /// Pictures `[batch, 3, 32, 32]` to mean and logarithm of the variance of their codes, `[batch, code, 8, 8]` each.
    fn forward(&self, images: Tensor<4>) -> [Tensor<4>; 2] {
        let x = self.fine.forward(self.stem.forward(space_to_depth(images)));
        let x = self.coarse.forward(self.down.forward(x));
        let [mean, log_variance] = halves(self.squeeze.forward(silu(self.norm.forward(x))), 1);
        [mean, log_variance.clamp(-12.0, 4.0)]
    }
}

impl Decoder {
    /// Codes `[batch, code, 8, 8]` to pictures `[batch, 3, 32, 32]`.
    fn forward(&self, codes: Tensor<4>) -> Tensor<4> {
        let x = self.coarse.forward(self.stem.forward(codes));
        let x = self.middle.forward(self.up.forward(upsample(x)));
        let x = self.fine.forward(depth_to_space(self.unfold.forward(x)));
        self.paint.forward(silu(self.norm.forward(x)))
    }
}

impl Flow {
    /// What `[batch, meaning]` lead to, roughly: `[batch, sketch, 8, 8]`.
    fn sketch(&self, lead: Tensor<2>) -> Tensor<4> {
        in_codes(self.sketch_2.forward(silu(self.sketch_1.forward(lead))))
    }

    /// The velocity at noisy codes x `[batch, code, 8, 8]`, times t `[batch]` in [0, 1], led by `[batch, meaning]`.
    fn velocity(&self, x: Tensor<4>, t: Tensor<1>, lead: Tensor<2>) -> Tensor<4> {
        let time = self.time_2.forward(silu(self.time_1.forward(waves(t))));
        let embedding = silu(time + self.meaning.forward(lead.clone()));
        let mut x = self.stem.forward(Tensor::cat(vec![x, self.sketch(lead)], 1));
        for (i, block) in self.blocks.iter().enumerate() {
            x = block.forward(x, embedding.clone());
            x = self.attentions.get(i).map_or(x.clone(), |attention| attention.forward(x));
        }
        self.paint.forward(silu(self.norm.forward(x)))
    }
}

impl LatentDiffusion {
    /// What leads the flow, `[batch, meaning]`: sentences `[batch, LENGTH]` of buckets in styles `[batch]`.
    fn lead(&self, sentences: Tensor<2, Int>, styles: Tensor<1, Int>) -> Tensor<2> {
        self.text.forward(sentences) + embed(&self.style, styles)
    }

    /// What the autoencoder makes of pictures `[batch, 3, 32, 32]`, without any flow.
    pub fn reconstruct(&self, images: Tensor<4>) -> Tensor<4> {
        let [codes, _] = self.encoder.forward(images);
        self.decoder.forward(codes)
    }

    /// What leads the flow of a batch under one condition; `None` where nothing narrows it.
    fn narrowed(&self, condition: &Condition, batch: usize) -> Option<Tensor<2>> {
        let Condition::Prompt(Prompt { sentence, towards, style }) = condition else { return None };
        let of = |sentence: &str, style: Option<usize>| {
            let device = self.style.weight.device();
            let numbers = Tensor::<1, Int>::from_ints(numbers(sentence, self.buckets).as_slice(), &device);
            let style = Tensor::from_ints([style.unwrap_or(self.styles) as i32], &device);
            self.lead(numbers.unsqueeze(), style).repeat_dim(0, batch)
        };
        let lead = of(sentence, *style);
        Some(match towards {
            Some((other, mix)) => lead.clone() + (of(other, *style) - lead) * *mix,
            None => lead,
        })
    }

    /// The velocity of a batch of codes under one condition, guided.
    fn guided(
        &self,
        condition: &Condition,
        scale: f64,
        batch: usize,
    ) -> impl Fn(&Tensor<4>, f64) -> Tensor<4> + 'static {
        let nothing = Condition::Prompt(Prompt::default());
        let any = self.narrowed(&nothing, batch).expect("a prompt leads");
        let narrowed = self.narrowed(condition, batch).filter(|_| *condition != nothing);
        let (guidance, flow) = (Guidance::between(narrowed, any, scale), self.flow.clone());
        move |x, t| {
            let x = x.clone().repeat_dim(0, guidance.times());
            let times = Tensor::full([x.dims()[0]], t, &x.device());
            guidance.combine(flow.velocity(x, times, guidance.conditions()))
        }
    }

    /// A way of codes, each step of it drawn.
    fn drawing<V>(&self, denoising: Denoising<V>) -> Drawing<V> {
        Drawing { denoising, decoder: self.decoder.clone() }
    }

    /// What the captions of each picture are from meaning the same: in pairs, the first of each of the first picture's.
    fn disagreement(&self, captions: Vec<Tensor<2, Int>>) -> Tensor<1> {
        let meanings: Vec<Tensor<2>> = captions.into_iter().map(|caption| self.text.forward(caption)).collect();
        let pairs: Vec<Tensor<1>> =
            meanings.windows(2).map(|pair| contrast(pair[0].clone(), pair[1].clone())).collect();
        let count = pairs.len().max(1) as f64;
        pairs.into_iter().reduce(|sum, pair| sum + pair).expect("a picture has two captions at least") / count
    }
}

impl Objective for LatentDiffusion {
    /// The columns of `conditions` are the buckets of two captions or more ([`LENGTH`] each) of the picture's emoji, of
    /// which the first leads, and the style.
    ///
    /// Until the autoencoder has settled, its error |x - x_hat| and its code's divergence from N(0, I); then the loss of
    /// the rectified flow on its codes, and what the sketch misses of them. The captions' contrast from the beginning to
    /// the end.
    fn loss(&self, images: Tensor<4>, conditions: Tensor<2, Int>, rng: &mut ChaCha8Rng) -> Loss {
        let [_, columns] = conditions.dims();
        let mut columns =
            conditions.split_with_sizes(std::iter::repeat_n(LENGTH, columns / LENGTH).chain([1]).collect(), 1);
        let styles: Tensor<1, Int> = columns.pop().expect("the style is the last column").squeeze_dim(1);
        let lead = columns[0].clone();
        // Where the first caption is left out, any picture will do: it is no name of this one.
        let contrast = self.disagreement(columns.split_off(1));
        if self.settled {
            let [codes, _] = self.encoder.forward(images);
            let lead = self.lead(lead, styles);
            let codes = codes.detach();
            let mean = self.flow.sketch(lead.clone()).narrow(1, 0, codes.dims()[1]);
            let sketch = (mean - codes.clone()).square().mean();
            let flow = rectified_flow::loss(codes, rng, |x, t| self.flow.velocity(x, t, lead));
            return Loss {
                total: flow.clone() + sketch.clone() * SKETCH + contrast.clone() * CONTRAST,
                terms: vec![("flow", flow), ("sketch", sketch), ("contrast", contrast)],
            };
        }
        let [mean, log_variance] = self.encoder.forward(images.clone());
        let deviation = (log_variance.clone() * 0.5).exp();
        let codes = mean.clone() + deviation * noise(mean.dims(), rng, &mean.device());
        let error = (self.decoder.forward(codes) - images).abs().mean();
        let spread = mean.clone().square().mean();
        let divergence = sum_each(mean.square() + log_variance.clone().exp() - log_variance - 1.0) * 0.5;
        let divergence = divergence.mean() / (COLOURS * SIDE * SIDE) as f64;
        Loss {
            total: error.clone() + divergence.clone() * DIVERGENCE + contrast.clone() * CONTRAST,
            terms: vec![("error", error), ("divergence", divergence), ("spread", spread), ("contrast", contrast)],
        }
    }

    /// One cannot learn codes that still move.
    fn progressed(mut self, done: f64) -> Self {
        if done >= self.settled_from && !self.settled {
            (self.encoder, self.decoder) = (self.encoder.no_grad(), self.decoder.no_grad());
            self.settled = true;
        }
        self
    }

    /// A word comes up rarely.
    fn faster(&self) -> Option<(f64, Vec<ParamId>)> {
        Some((3.0, vec![self.text.rare()]))
    }
}

impl Family for LatentDiffusion {
    const NAME: &'static str = "latent-diffusion";
    type Config = LatentDiffusionConfig;

    fn init(config: &LatentDiffusionConfig, device: &Device) -> Self {
        config.init(device)
    }

    fn buckets(config: &LatentDiffusionConfig) -> Option<usize> {
        Some(config.buckets)
    }

    fn traits(config: &LatentDiffusionConfig) -> Traits {
        Traits {
            latent: vec![config.code, CODES, CODES],
            forward_passes: "T + 1".into(),
            steps: STEPS,
            invertible: true,
            alternatives: None,
            controls: Controls {
                steps: Some(Range { min: 1.0, max: 50.0, default: STEPS as f64 }),
                guidance: Some(Range { min: 0.0, max: 8.0, default: 4.0 }),
                strength: Some(rectified_flow::STRENGTH),
                samplers: vec![Sampler::Multistep, Sampler::Ddim, Sampler::Heun, Sampler::Ancestral],
                ..Controls::default()
            },
        }
    }

    fn start(&self, z: Tensor<2>, condition: &Condition, settings: Settings) -> Box<dyn Trajectory> {
        let velocity = self.guided(condition, settings.guidance, z.dims()[0]);
        Box::new(self.drawing(Denoising::new(in_codes(z), settings, velocity)))
    }

    /// Mixed with noise are the codes of the pictures.
    fn image_to_image(
        &self,
        images: Tensor<4>,
        z: Tensor<2>,
        condition: &Condition,
        settings: Settings,
    ) -> Option<Box<dyn Trajectory>> {
        let ([codes, _], velocity) =
            (self.encoder.forward(images), self.guided(condition, settings.guidance, z.dims()[0]));
        Some(Box::new(self.drawing(Denoising::of_data(codes, in_codes(z), settings, velocity))))
    }

    /// The code of a picture, sent back by DDIM inversion.
    fn invert(&self, images: Tensor<4>, condition: &Condition, settings: Settings) -> Option<Tensor<2>> {
        let [codes, _] = self.encoder.forward(images);
        let velocity = self.guided(condition, settings.guidance, codes.dims()[0]);
        Some(rectified_flow::invert(codes, velocity).flatten(1, 3))
    }
}

/// Rows `[batch, dimension]` in the shape of codes.
fn in_codes(rows: Tensor<2>) -> Tensor<4> {
    rows.reshape([0, -1, CODES as i32, CODES as i32])
}

/// The way of a code from noise, each step of it drawn.
struct Drawing<V> {
    denoising: Denoising<V>,
    decoder: Decoder,
}

impl<V: Fn(&Tensor<4>, f64) -> Tensor<4>> Trajectory for Drawing<V> {
    fn step(&mut self) -> Option<Tensor<4>> {
        self.denoising.step().map(|codes| self.decoder.forward(codes))
    }

    fn steps(&self) -> usize {
        self.denoising.steps()
    }

    fn predicted(&self) -> Option<Tensor<4>> {
        self.denoising.predicted().map(|codes| self.decoder.forward(codes))
    }
}
