//! Latent diffusion: a sentence narrows the Gaussian's way to an autoencoder's code, which is then drawn at once
//! (Rombach et al., arXiv 2112.10752).
//!
//! The autoencoder learns first and then settles. Then sentences learn to be sketched: what one means and whose hand is
//! to draw give the mean of the codes meant, which costs next to nothing. A rectified flow (arXiv 2209.03003) led by both
//! learns the codes last. What the same thing is called in two languages is to mean the same, from beginning to end.

use burn::config::Config;
use burn::module::{Module, ParamId, list_param_ids};
use burn::nn::{Embedding, EmbeddingConfig, GroupNorm, Linear, LinearConfig};
use burn::tensor::activation::silu;
use burn::tensor::{Device, Int, Tensor};
use rand_chacha::ChaCha8Rng;

use super::family::{Family, Traits};
use crate::cards::{Controls, ImageShape, Range};
use crate::generator::{Condition, Course, Inversion, Prompt, Sampler, Settings, Trajectory, Way};
use crate::layers::autoencoder::{CODES, COLOURS, Decoder, DecoderConfig, Encoder, EncoderConfig, SIDE};
use crate::layers::noising::{FREQUENCIES, waves};
use crate::layers::text::{TextEncoder, TextEncoderConfig, captions_and_styles, disagreement};
use crate::layers::{
    Affine, Convolution, Modulated, ModulatedConfig, PixelAttention, PixelAttentionConfig, Pointwise, beside, embed,
    group_norm, normalized,
};
use crate::losses;
use crate::losses::Loss;
use crate::passes;
use crate::prompt::numbers;
use crate::samplers::guidance::Guidance;
use crate::samplers::rectified_flow::{self, Denoising};
use crate::training::Objective;

/// Steps where nobody chooses their number.
const STEPS: usize = 25;

/// Weight of a nat of the captions' contrast.
const CONTRAST: f64 = 0.02;

/// How many times as fast as the rest what leads the flow learns: a word comes up rarely.
const LEAD_RATE: f64 = 5.0;

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
    /// The fraction of the training after which sentences are sketched well enough to lead the flow.
    #[config(default = 0.4)]
    pub sketched: f64,
}

/// Text encoder, autoencoder, and the flow between them.
#[derive(Module, Debug)]
pub struct LatentDiffusion {
    /// What leads the flow.
    pub lead: Lead,
    /// Pictures to codes.
    pub encoder: Encoder,
    /// Codes to pictures.
    pub decoder: Decoder,
    /// What carries the Gaussian to codes.
    pub flow: Flow,
    #[module(skip)]
    styles: usize,
    /// What learns now, and from which fractions of the training the second and the third of them do.
    #[module(skip)]
    learning: Learning,
    #[module(skip)]
    from: [f64; 2],
}

/// What learns: one after the other, as each stands on the one before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Learning {
    Autoencoder,
    Sketches,
    Flow,
}

/// What leads the flow: what a sentence means and whose hand is to draw, and a sketch of it.
#[derive(Module, Debug)]
pub struct Lead {
    text: TextEncoder,
    style: Embedding,
    /// A meaning leads every block, yet the same everywhere; where things are, its sketch says, whose first channels are
    /// to be the mean of the codes that are meant.
    sketch_1: Linear,
    sketch_2: Linear,
}

/// The velocity of a noisy code.
#[derive(Module, Debug)]
pub struct Flow {
    time_1: Affine,
    time_2: Affine,
    meaning: Affine,
    stem: Pointwise,
    /// One attention between each two.
    blocks: Vec<Modulated>,
    attentions: Vec<PixelAttention>,
    norm: GroupNorm,
    paint: Convolution,
}

/// Modulated blocks of the flow.
const BLOCKS: usize = 4;

impl LatentDiffusionConfig {
    /// Initializes the module on `device`.
    pub fn init(&self, device: &Device) -> LatentDiffusion {
        let Self { styles, buckets, width, meaning, code, channels, .. } = *self;
        let ([fine, middle, coarse], [sketch, sketches]) = (self.paint, self.sketch);
        LatentDiffusion {
            lead: Lead {
                text: TextEncoderConfig::new(buckets, width, meaning).init(device),
                style: EmbeddingConfig::new(styles + 1, meaning).init(device),
                sketch_1: LinearConfig::new(meaning, sketches).init(device),
                sketch_2: LinearConfig::new(sketches, sketch * CODES * CODES).init(device),
            },
            encoder: EncoderConfig::new([middle * 3 / 4, middle], code).init(device),
            decoder: DecoderConfig::new([fine, middle, coarse], code).init(device),
            flow: Flow {
                time_1: Affine::new(2 * FREQUENCIES, meaning, device),
                time_2: Affine::new(meaning, meaning, device),
                meaning: Affine::new(meaning, meaning, device),
                stem: Pointwise::new(code + sketch, channels, device),
                blocks: (0..BLOCKS).map(|_| ModulatedConfig::new(channels, meaning).init(device)).collect(),
                attentions: (1..BLOCKS).map(|_| PixelAttentionConfig::new(channels).init(device)).collect(),
                norm: group_norm(channels).init(device),
                paint: Convolution::zeros(channels, code, device),
            },
            styles,
            learning: Learning::Autoencoder,
            from: [self.settled, self.sketched],
        }
    }
}

impl Lead {
    /// What sentences `[batch, LENGTH]` of buckets in styles `[batch]` mean, `[batch, meaning]`.
    pub fn meaning(&self, sentences: Tensor<2, Int>, styles: Tensor<1, Int>) -> Tensor<2> {
        self.text.forward(sentences) + embed(&self.style, styles)
    }

    /// What meanings `[batch, meaning]` look like, roughly: `[batch, sketch x 8 x 8]`.
    fn sketch(&self, meanings: Tensor<2>) -> Tensor<2> {
        self.sketch_2.forward(silu(self.sketch_1.forward(meanings)))
    }

    /// Meanings beside their sketches, `[batch, meaning + sketch x 8 x 8]`.
    pub fn forward(&self, meanings: Tensor<2>) -> Tensor<2> {
        Tensor::cat(vec![meanings.clone(), self.sketch(meanings)], 1)
    }
}

impl Flow {
    /// The velocity at noisy codes x `[batch, code, 8, 8]`, times t `[batch]` in [0, 1], led by meanings and sketches
    /// `[batch, meaning + sketch x 8 x 8]`.
    pub fn velocity(&self, x: Tensor<4>, t: Tensor<1>, lead: Tensor<2>) -> Tensor<4> {
        passes::count("denoiser");
        let time = self.time_2.forward(silu(self.time_1.forward(waves(t))));
        let ([_, both], [_, meaning]) = (lead.dims(), time.dims());
        let [meaning, sketch] = lead.split_with_sizes(vec![meaning, both - meaning], 1).try_into().expect("two parts");
        let embedding = silu(time + self.meaning.forward(meaning));
        let mut x = self.stem.forward(beside(x, in_codes(sketch)));
        for (i, block) in self.blocks.iter().enumerate() {
            x = block.forward(x, embedding.clone());
            x = self.attentions.get(i).map_or(x.clone(), |attention| attention.forward(x));
        }
        self.paint.forward(normalized(&self.norm, x))
    }

    /// [`Flow::velocity`] at one time and x `[times x batch, code, 8, 8]`, for all questions of the guidance.
    fn asked(&self, x: Tensor<4>, t: f64, guidance: &Guidance<Tensor<2>>) -> Tensor<4> {
        let times = Tensor::full([x.dims()[0]], t, &x.device());
        self.velocity(x, times, guidance.conditions())
    }
}

impl LatentDiffusion {
    /// What the autoencoder makes of pictures `[batch, 3, 32, 32]`, without any flow.
    pub fn reconstruct(&self, images: Tensor<4>) -> Tensor<4> {
        let [codes, _] = self.encoder.forward(images);
        self.decoder.forward(codes)
    }

    /// What leads the flow of a batch under one condition; `None` where nothing narrows it.
    fn narrowed(&self, condition: &Condition, batch: usize) -> Option<Tensor<2>> {
        let Condition::Prompt(Prompt { sentence, towards, style }) = condition else { return None };
        let of = |sentence: &str, style: Option<usize>| {
            let (device, [buckets, _]) = (self.lead.style.weight.device(), self.lead.text.shape());
            let numbers = Tensor::<1, Int>::from_ints(numbers(sentence, buckets).as_slice(), &device);
            let style = Tensor::from_ints([style.unwrap_or(self.styles) as i32], &device);
            self.lead.meaning(numbers.unsqueeze(), style)
        };
        let meaning = of(sentence, *style);
        let meaning = match towards {
            Some((other, mix)) => meaning.clone() + (of(other, *style) - meaning) * *mix,
            None => meaning,
        };
        Some(self.lead.forward(meaning).repeat_dim(0, batch))
    }

    /// What leads the flow of a batch under one condition, and under any where that exaggerates it.
    fn led(&self, condition: &Condition, scale: f64, batch: usize) -> Guidance<Tensor<2>> {
        let nothing = Condition::Prompt(Prompt::default());
        let any = self.narrowed(&nothing, batch).expect("a prompt leads");
        let narrowed = self.narrowed(condition, batch).filter(|_| *condition != nothing);
        Guidance::between(narrowed, any, scale)
    }

    /// The velocity of a batch of codes under one condition, guided.
    fn guided(
        &self,
        condition: &Condition,
        scale: f64,
        batch: usize,
    ) -> impl Fn(&Tensor<4>, f64) -> Tensor<4> + 'static {
        let (guidance, flow) = (self.led(condition, scale, batch), self.flow.clone());
        move |x, t| guidance.combine(flow.asked(x.clone().repeat_dim(0, guidance.times()), t, &guidance))
    }

    /// A way of codes, of which any is drawn that is looked at.
    fn drawing<V>(&self, denoising: Denoising<V>) -> Drawing<V> {
        Drawing { denoising, decoder: self.decoder.clone() }
    }

    /// What the sketches of meanings miss of the codes `[batch, code, 8, 8]` that each of them means: the mean square.
    fn missed(&self, meanings: Vec<Tensor<2>>, codes: Tensor<4>) -> Tensor<1> {
        let (captions, [_, code, ..]) = (meanings.len(), codes.dims());
        let codes = codes.flatten::<2>(1, 3).repeat_dim(0, captions);
        let sketches = self.lead.sketch(Tensor::cat(meanings, 0)).narrow(1, 0, code * CODES * CODES);
        (sketches - codes).square().mean()
    }
}

impl Objective for LatentDiffusion {
    /// `conditions` are three captions or more of the picture's emoji, of which the first leads, and the style; see
    /// [`captions_and_styles`].
    ///
    /// Until the autoencoder has settled, its loss; then what the captions' sketches miss of its codes; and at last also
    /// the loss of the rectified flow on them. The captions' contrast from the beginning to the end.
    fn loss(&self, images: Tensor<4>, conditions: Tensor<2, Int>, rng: &mut ChaCha8Rng) -> Loss {
        let (mut captions, styles) = captions_and_styles(conditions);
        // Where the first caption is left out, any picture will do: it is no name of this one.
        let others = captions.split_off(1).into_iter().map(|caption| self.lead.text.forward(caption));
        let meanings: Vec<Tensor<2>> = others.collect();
        let contrast = disagreement(&meanings);

        if self.learning == Learning::Autoencoder {
            let Loss { total, mut terms } = losses::autoencoder::loss(&self.encoder, &self.decoder, images, rng);
            terms.push(("contrast", contrast.clone()));
            return Loss { total: total + contrast * CONTRAST, terms };
        }
        let [codes, _] = self.encoder.forward(images).map(Tensor::detach);
        let style = embed(&self.lead.style, styles.clone());
        let sketch = self.missed(meanings.into_iter().map(|meaning| meaning + style.clone()).collect(), codes.clone());
        let total = sketch.clone() + contrast.clone() * CONTRAST;
        let mut terms = vec![("sketch", sketch), ("contrast", contrast)];
        if self.learning == Learning::Sketches {
            return Loss { total, terms };
        }
        let lead = self.lead.forward(self.lead.meaning(captions.remove(0), styles));
        let (flow, _) = losses::rectified_flow::loss(codes, rng, |x, t| self.flow.velocity(x, t, lead));
        terms.insert(0, ("flow", flow.clone()));
        Loss { total: total + flow, terms }
    }

    /// One cannot learn codes that still move.
    fn progressed(mut self, done: f64) -> Self {
        let [settled, sketched] = self.from;
        if done >= settled && self.learning == Learning::Autoencoder {
            (self.encoder, self.decoder) = (self.encoder.no_grad(), self.decoder.no_grad());
            self.learning = Learning::Sketches;
        }
        if done >= sketched && self.learning == Learning::Sketches {
            self.learning = Learning::Flow;
        }
        self
    }

    fn faster(&self) -> Option<(f64, Vec<ParamId>)> {
        Some((LEAD_RATE, list_param_ids(&self.lead)))
    }
}

impl Family for LatentDiffusion {
    const NAME: &'static str = "latent-diffusion";
    const PLANNED: bool = true;
    type Config = LatentDiffusionConfig;

    fn init(config: &LatentDiffusionConfig, device: &Device) -> Self {
        config.init(device)
    }

    /// Where sentences go to other buckets, they are learned anew.
    fn going_on_from(self, shipped: Self) -> Self {
        let text = if self.lead.text.shape() == shipped.lead.text.shape() { shipped.lead.text } else { self.lead.text };
        let lead = Lead { text, ..shipped.lead };
        Self { lead, encoder: shipped.encoder, decoder: shipped.decoder, flow: shipped.flow, ..self }
    }

    fn buckets(config: &LatentDiffusionConfig) -> Option<usize> {
        Some(config.buckets)
    }

    fn traits(config: &LatentDiffusionConfig) -> Traits {
        Traits {
            latent: vec![config.code, CODES, CODES],
            image: ImageShape { width: SIDE, height: SIDE, channels: COLOURS },
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

    fn course(&self, z: Tensor<2>, condition: &Condition, settings: Settings) -> Option<Course> {
        let guidance = self.led(condition, settings.guidance, z.dims()[0]);
        let (flow, decoder) = (self.flow.clone(), self.decoder.clone());
        Some(Course::Flow(Box::new(Way {
            start: in_codes(z),
            settings,
            guidance: guidance.scale(),
            velocity: Box::new(move |x, t| flow.asked(x, t, &guidance)),
            decoder: Some(Box::new(move |codes| decoder.forward(codes))),
        })))
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
    fn invert(&self, images: Tensor<4>, condition: &Condition, settings: Settings) -> Option<Inversion> {
        let velocity = self.guided(condition, settings.guidance, images.dims()[0]);
        let encoder = self.encoder.clone();
        let codes = move || {
            let [codes, _] = encoder.forward(images);
            codes
        };
        Some(rectified_flow::invert(codes, velocity))
    }
}

/// Rows `[batch, dimension]` in the shape of codes.
fn in_codes(rows: Tensor<2>) -> Tensor<4> {
    rows.reshape([0, -1, CODES as i32, CODES as i32])
}

/// The way of a code from noise, drawn when it is looked at.
struct Drawing<V> {
    denoising: Denoising<V>,
    decoder: Decoder,
}

impl<V: Fn(&Tensor<4>, f64) -> Tensor<4>> Trajectory for Drawing<V> {
    fn advance(&mut self) -> bool {
        self.denoising.advance()
    }

    fn steps(&self) -> usize {
        self.denoising.steps()
    }

    fn picture(&self) -> Tensor<4> {
        self.decoder.forward(self.denoising.picture())
    }

    fn predicted(&self) -> Option<Tensor<4>> {
        self.denoising.predicted().map(|codes| self.decoder.forward(codes))
    }
}
