//! Codes with a causal prior: a transformer writes codes one after the other, and one pass of a
//! decoder paints them (van den Oord et al., VQ-VAE, arXiv 1711.00937).
//!
//! The codebook is an average of what the encoder says (appendix A.1), its dead codes revived. The prior
//! p(code | codes before it, class) is trained with the autoencoder, on the codes as they then are, and alone once
//! they have settled; the code at a place is the one at u = Phi(z) of its cumulative distribution.

use burn::config::Config;
use burn::module::Module;
use burn::nn::GroupNorm;
use burn::tensor::{Device, Int, Tensor};
use kernels::causal;
use rand_chacha::ChaCha8Rng;
use std::sync::Arc;

use super::family::{Family, Traits};
use crate::cards::{Controls, ImageShape, Range};
use crate::generator::{Choices, Condition, Inversion, Settings, Trajectory, at_once};
use crate::layers::causal::Cache;
use crate::layers::codebook::Codebook;
use crate::layers::prior::{Prior, PriorConfig};
use crate::layers::{
    Convolution, Pointwise, Residual, ResidualConfig, StridedConvolution, activated, emptied, group_norm, normalized,
    tanh,
};
use crate::losses::Loss;
use crate::passes;
use crate::samplers::guidance::Guidance;
use crate::samplers::inverse_cdf::{choices, latent_of, pick};
use crate::training::Objective;
use sequences::Sequences;

mod sequences;

/// Pixels on a side for each code on a side.
const PIXELS: usize = 4;

/// Config of [`Codes`].
#[derive(Config, Debug)]
pub struct CodesConfig {
    /// Number of classes; "any" is one condition more.
    #[config(default = 10)]
    pub classes: usize,
    /// Pixels on a side; a multiple of 4.
    #[config(default = 28)]
    pub side: usize,
    /// Channels of a picture: 1 for grey, 3 for colour.
    #[config(default = 1)]
    pub colours: usize,
    /// Number of codes in the codebook.
    #[config(default = 256)]
    pub codebook: usize,
    /// Length of a code's vector.
    #[config(default = 32)]
    pub code: usize,
    /// Channels where a picture is four times smaller; half of them where it is twice, a quarter where it is whole. A
    /// multiple of 32.
    #[config(default = 64)]
    pub channels: usize,
    /// Width of the prior; a multiple of 4.
    #[config(default = 96)]
    pub width: usize,
    /// Layers of the prior.
    #[config(default = 4)]
    pub layers: usize,
}

impl CodesConfig {
    /// Initializes the module on `device`.
    pub fn init(&self, device: &Device) -> Codes {
        let Self { classes, codebook, code, side, colours, channels, width, layers } = *self;
        let side = side / PIXELS;
        let (half, quarter) = (channels / 2, channels / 4);
        let residual = |channels| ResidualConfig::new(channels).init(device);
        let norm = |channels: usize| group_norm(channels).init(device);
        Codes {
            encoder: Encoder {
                stem: StridedConvolution::new(colours, half, device),
                fine: residual(half),
                down: StridedConvolution::new(half, channels, device),
                coarse: residual(channels),
                norm: norm(channels),
                squeeze: Pointwise::new(channels, code, device),
            },
            codebook: Codebook::new(codebook, code, device),
            decoder: Decoder {
                stem: Convolution::new(code, channels, device),
                coarse: residual(channels),
                widen_1: Convolution::new(channels, half, device),
                fine: residual(half),
                widen_2: Convolution::new(half, quarter, device),
                norm: norm(quarter),
                paint: Convolution::new(quarter, colours, device),
            },
            prior: PriorConfig::new(classes + 1, side * side, codebook, width, layers).init(device),
            classes,
            side,
            settled: false,
            packed: None,
        }
    }
}

/// Encoder, codebook, decoder, and the prior over codes.
#[derive(Module, Debug)]
pub struct Codes {
    encoder: Encoder,
    codebook: Codebook,
    decoder: Decoder,
    /// p(codes | condition).
    pub prior: Prior,
    #[module(skip)]
    classes: usize,
    /// Codes on a side.
    #[module(skip)]
    side: usize,
    /// Whether encoder, codebook and decoder have learned enough.
    #[module(skip)]
    settled: bool,
    /// The prior as the CPU draws with, once it is packed.
    #[module(skip)]
    packed: Option<Arc<causal::Prior>>,
}

#[derive(Module, Debug)]
struct Encoder {
    stem: StridedConvolution,
    fine: Residual,
    down: StridedConvolution,
    coarse: Residual,
    norm: GroupNorm,
    squeeze: Pointwise,
}

#[derive(Module, Debug)]
struct Decoder {
    stem: Convolution,
    coarse: Residual,
    widen_1: Convolution,
    fine: Residual,
    widen_2: Convolution,
    norm: GroupNorm,
    paint: Convolution,
}

impl Codes {
    /// Pictures `[batch, colours, side, side]` to the encoder's vectors `[batch x codes, length]`.
    fn encode(&self, images: Tensor<4>) -> Tensor<2> {
        passes::count("encoder");
        let encoder = &self.encoder;
        let x = encoder.fine.forward(encoder.stem.forward(images));
        let x = encoder.coarse.forward(encoder.down.forward(activated(x)));
        let x = encoder.squeeze.forward(normalized(&encoder.norm, x));
        x.permute([0, 2, 3, 1]).flatten(0, 2)
    }

    /// Vectors `[batch x codes, length]` to pictures `[batch, colours, side, side]` in [-1, 1].
    fn decode(&self, vectors: Tensor<2>) -> Tensor<4> {
        passes::count("decoder");
        let decoder = &self.decoder;
        let [count, length] = vectors.dims();
        let side = self.side;
        let x = vectors.reshape([count / (side * side), side, side, length]).permute([0, 3, 1, 2]);
        let x = decoder.coarse.forward(decoder.stem.forward(x));
        let x = decoder.fine.forward(decoder.widen_1.forward(activated(x).upsampled()));
        let x = decoder.widen_2.forward(activated(x).upsampled());
        tanh(decoder.paint.forward(normalized(&decoder.norm, x)))
    }

    /// Pictures `[batch, colours, side, side]` to their codes `[batch, codes]`.
    pub fn codes_of(&self, images: Tensor<4>) -> Tensor<2, Int> {
        let batch = images.dims()[0] as i32;
        self.codebook.nearest(self.encode(images)).reshape([batch, -1])
    }

    /// Codes `[batch, codes]` to pictures.
    pub fn paint(&self, codes: Tensor<2, Int>) -> Tensor<4> {
        self.decode(self.codebook.vectors(codes.flatten(0, 1)))
    }
}

/// Weight of the commitment (beta of equation 3).
const COMMITMENT: f64 = 0.25;

/// Fraction of the training after which the codes move no more.
const SETTLED: f64 = 0.4;

impl Objective for Codes {
    /// Equation 3 with the averaged codebook, and the prior's cross-entropy on the codes, which teaches
    /// the prior alone.
    fn loss(&self, images: Tensor<4>, conditions: Tensor<2, Int>, rng: &mut ChaCha8Rng) -> Loss {
        let conditions: Tensor<1, Int> = conditions.squeeze_dim(1);
        if self.settled {
            return Loss { total: self.prior.surprise(self.codes_of(images), conditions), terms: Vec::new() };
        }
        let vectors = self.encode(images.clone());
        self.codebook.revive(&vectors.clone().detach(), rng);
        let chosen = self.codebook.nearest(vectors.clone().detach());
        let codes = self.codebook.vectors(chosen.clone()).detach();
        self.codebook.learn(vectors.clone().detach(), chosen.clone());

        let commitment = (vectors.clone() - codes.clone()).square().mean();
        // The decoder sees the codes; the encoder feels the decoder's gradient as if it were its own.
        let straight = vectors.clone() + (codes - vectors).detach();
        let reconstruction = (self.decode(straight) - images).square().mean();

        let surprise = self.prior.surprise(chosen.reshape([conditions.dims()[0] as i32, -1]), conditions);
        Loss {
            total: reconstruction.clone() + commitment.clone() * COMMITMENT + surprise.clone(),
            terms: vec![("reconstruction", reconstruction), ("commitment", commitment), ("surprise", surprise)],
        }
    }

    /// The prior learns to the end, the codes only until they are [`SETTLED`]: one cannot foresee what still moves.
    fn progressed(mut self, done: f64) -> Self {
        if done >= SETTLED && !self.settled {
            // Otherwise every step would leave a graph behind that no gradient ever goes through.
            (self.encoder, self.decoder) = (self.encoder.no_grad(), self.decoder.no_grad());
            self.settled = true;
        }
        self
    }
}

impl Family for Codes {
    const NAME: &'static str = "codes";
    type Config = CodesConfig;

    fn init(config: &CodesConfig, device: &Device) -> Self {
        config.init(device)
    }

    fn traits(config: &CodesConfig) -> Traits {
        let side = config.side / PIXELS;
        Traits {
            latent: vec![1, side, side],
            image: ImageShape { width: config.side, height: config.side, channels: config.colours },
            forward_passes: format!("{} + 1", side * side),
            steps: side,
            invertible: true,
            alternatives: Some(config.codebook),
            controls: Controls {
                guidance: Some(Range { min: 0.0, max: 8.0, default: 1.5 }),
                temperature: Some(Range { min: 0.1, max: 2.0, default: 1.0 }),
                ..Controls::default()
            },
        }
    }

    fn packed(self) -> Self {
        let packed = causal::Prior::new(self.prior.weights());
        Self { packed: Some(Arc::new(packed)), prior: emptied(self.prior), ..self }
    }

    fn start(&self, z: Tensor<2>, condition: &Condition, settings: Settings) -> Box<dyn Trajectory> {
        let guidance = Guidance::new(condition, settings.guidance, self.classes, z.dims()[0], &z.device());
        let packed = self.packed.as_ref().map(|prior| Sequences::new(prior, &z, &guidance, settings.temperature));
        Box::new(Writing {
            guidance,
            packed,
            model: self.clone(),
            temperature: settings.temperature,
            z,
            written: Vec::new(),
            row: Vec::new(),
            cache: Cache::default(),
        })
    }

    /// In the middle of all latents whose codes are the picture's.
    fn invert(&self, images: Tensor<4>, condition: &Condition, settings: Settings) -> Option<Inversion> {
        let batch = images.dims()[0];
        let guidance = Guidance::new(condition, settings.guidance, self.classes, batch, &images.device());
        let model = self.clone();
        Some(at_once(move || {
            let codes = model.codes_of(images);
            let logits = match &model.packed {
                Some(prior) => sequences::read(prior, &codes, &guidance),
                None => {
                    let asked = codes.clone().repeat_dim(0, guidance.times());
                    guidance.combine(model.prior.forward(asked, guidance.conditions())).flatten(0, 1)
                }
            };
            latent_of(logits / settings.temperature, codes.flatten(0, 1)).reshape([batch as i32, -1])
        }))
    }
}

/// The codes so far; a step writes a row of them.
struct Writing {
    model: Codes,
    guidance: Guidance,
    temperature: f64,
    z: Tensor<2>,
    /// One `[batch]` for each place that is written.
    written: Vec<Tensor<1, Int>>,
    /// What the last row's codes were chosen between, as logits.
    row: Vec<Tensor<2>>,
    cache: Cache,
    /// What writes on the CPU, once the prior is packed.
    packed: Option<Sequences>,
}

impl Writing {
    /// The next place's logits `[batch, codes]` and codes `[batch]`.
    fn write(&mut self) -> (Tensor<2>, Tensor<1, Int>) {
        let place = self.written.len();
        let before = self.written.last().map(|codes| codes.clone().repeat_dim(0, self.guidance.times()));
        let logits = self.model.prior.step(place, before, self.guidance.conditions(), &mut self.cache);
        let logits = self.guidance.combine(logits) / self.temperature;
        let z = self.z.clone().narrow(1, place, 1).squeeze_dim(1);
        (logits.clone(), pick(logits, z))
    }
}

impl Trajectory for Writing {
    fn advance(&mut self) -> bool {
        if self.written.len() == self.z.dims()[1] {
            return false;
        }
        self.row.clear();
        for _ in 0..self.model.side {
            let (logits, codes) = match &mut self.packed {
                Some(sequences) => sequences.write(),
                None => self.write(),
            };
            self.row.push(logits);
            self.written.push(codes);
        }
        true
    }

    fn steps(&self) -> usize {
        self.model.side
    }

    /// A place without a code yet is nothing to the decoder, and black.
    fn picture(&self) -> Tensor<4> {
        let ([batch, all], device, side) = (self.z.dims(), self.z.device(), self.model.side);
        let colours = self.model.decoder.paint.outputs();
        let black = |rows| Tensor::full([batch, colours, PIXELS * rows, PIXELS * side], -1.0, &device);
        if self.written.is_empty() {
            return black(side);
        }
        let codes: Tensor<2, Int> = Tensor::stack(self.written.clone(), 1);
        let [_, count] = codes.dims();
        let vectors = self.model.codebook.vectors(codes.flatten(0, 1));
        let [_, length] = vectors.dims();
        let blank = Tensor::zeros([batch, all - count, length], &device);
        let vectors = Tensor::cat(vec![vectors.reshape([batch, count, length]), blank], 1);
        let picture = self.model.decode(vectors.flatten(0, 1));
        let rows = count / side;
        Tensor::cat(vec![picture.narrow(2, 0, PIXELS * rows), black(side - rows)], 2)
    }

    fn choices(&self) -> Option<Choices> {
        let first = self.written.len().checked_sub(self.row.len()).filter(|_| !self.row.is_empty())?;
        let z = self.z.clone().narrow(1, first, self.model.side);
        Some(choices(self.row.clone(), z, Tensor::stack(self.written[first..].to_vec(), 1)))
    }
}
