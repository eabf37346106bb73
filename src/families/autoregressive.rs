//! The autoregressive model: one pixel after the other, each from those before it
//! (van den Oord et al., PixelCNN, arXiv 1606.05328).
//!
//! Gated convolutions in two stacks, a vertical one that sees the rows above and a horizontal one that
//! sees the row so far, so nothing before a pixel is hidden from it; dilated (WaveNet, arXiv 1609.03499), so
//! that they see far in few layers. A pixel's 256 levels have the probabilities of a mixture of logistics
//! (PixelCNN++, arXiv 1701.05517); its level is the one at u = Phi(z), so every coordinate of the latent
//! narrows one choice.

use burn::config::Config;
use burn::module::{Module, Param};
use burn::nn::conv::{Conv2d, Conv2dConfig};
use burn::tensor::activation::silu;
use burn::tensor::{Device, Int, Tensor, s};
use kernels::gated::{Network, NetworkWeights};
use rand_chacha::ChaCha8Rng;
use std::f64::consts::LN_2;
use std::sync::Arc;

use super::family::{Family, Traits};
use crate::cards::{Controls, ImageShape, Range};
use crate::generator::{BitsPerDim, Choices, Condition, Inversion, Likelihood, Settings, Trajectory, at_once};
use crate::layers::gated::{Gated, GatedConfig, pad, weights};
use crate::layers::logistics::{LEVELS, Mixture};
use crate::layers::normal::Tails;
use crate::layers::{emptied, numbers};
use crate::losses::Loss;
use crate::passes;
use crate::samplers::guidance::Guidance;
use crate::training::Objective;

mod rows;

/// Config of [`Autoregressive`].
#[derive(Config, Debug)]
pub struct AutoregressiveConfig {
    /// Number of classes; "any" is one condition more.
    #[config(default = 10)]
    pub classes: usize,
    /// Pixels on a side.
    #[config(default = 28)]
    pub side: usize,
    /// Channels of either stack.
    #[config(default = 64)]
    pub channels: usize,
    /// Gated layers.
    #[config(default = 7)]
    pub layers: usize,
    /// Logistics in the mixture.
    #[config(default = 8)]
    pub mixtures: usize,
}

/// Rows above that the first layer sees, and pixels to the left.
const FIRST: usize = 3;

/// How far apart the rows and pixels lie that a gated layer sees, layer by layer and from the first on again.
pub const DILATIONS: [usize; 4] = [1, 2, 4, 8];

impl AutoregressiveConfig {
    /// Initializes the module on `device`.
    pub fn init(&self, device: &Device) -> Autoregressive {
        let Self { classes, side, channels, layers, mixtures } = *self;
        let convolution = |from, to, size| -> Conv2d { Conv2dConfig::new([from, to], size).init(device) };
        let layer = |dilation| GatedConfig::new(channels, classes + 1, dilation).init(device);
        Autoregressive {
            above: convolution(1, channels, [FIRST, 5]),
            left: convolution(1, channels, [1, FIRST]),
            place: Param::from_tensor(Tensor::zeros([1, channels, side, side], device)),
            layers: DILATIONS.into_iter().cycle().take(layers).map(layer).collect(),
            widen: convolution(channels, 2 * channels, [1, 1]),
            mixture: convolution(2 * channels, 3 * mixtures, [1, 1]),
            classes,
            network: None,
        }
    }
}

/// The two stacks, and the mixture at the end of the horizontal one.
#[derive(Module, Debug)]
pub struct Autoregressive {
    above: Conv2d,
    left: Conv2d,
    /// What every pixel knows of where it is.
    place: Param<Tensor<4>>,
    layers: Vec<Gated>,
    widen: Conv2d,
    mixture: Conv2d,
    #[module(skip)]
    classes: usize,
    /// All of it as the CPU draws with, once it is packed.
    #[module(skip)]
    network: Option<Arc<Network>>,
}

impl Autoregressive {
    /// The mixture at every pixel of pictures `[batch, 1, side, side]` under conditions `[batch]`.
    pub fn forward(&self, images: Tensor<4>, conditions: Tensor<1, Int>) -> Mixture {
        let [.., height, width] = images.dims();
        let mut vertical = self.above.forward(pad(images.clone(), 2, 2, FIRST)).narrow(2, 0, height) + self.place.val();
        let left = self.left.forward(pad(images, FIRST, 0, 0)).narrow(3, 0, width);
        let mut horizontal = left + vertical.clone();
        for layer in &self.layers {
            let [down, right] = layer.bias(conditions.clone());
            vertical = layer.vertical(pad(vertical, 0, 0, layer.rows_above()), down);
            let across = layer.across(vertical.clone());
            horizontal = layer.horizontal(pad(horizontal, layer.pixels_left(), 0, 0), across, right);
        }
        self.head(horizontal)
    }

    fn head(&self, x: Tensor<4>) -> Mixture {
        passes::count("pixel");
        let x = self.mixture.forward(silu(self.widen.forward(silu(x))));
        let [_, parameters, ..] = x.dims();
        Mixture::new(x.permute([0, 2, 3, 1]).reshape([-1, parameters as i32]))
    }
}

/// The mixtures of both questions of classifier-free guidance as one, parameter by parameter: their densities' quotient is
/// no mixture, while logistics that one layer speaks of under two conditions are the same ones, moved.
fn guided(mixture: Mixture, guidance: &Guidance) -> Mixture {
    mixture.map(|parameters| guidance.combine(parameters))
}

/// The levels of pictures in [-1, 1], `[pixels, 1]`.
fn levels(images: Tensor<4>) -> Tensor<2> {
    ((images + 1.0) * 127.5).round().reshape([-1, 1])
}

impl Autoregressive {
    /// The mixture at every pixel of pictures, as it is drawn from.
    fn mixture(&self, images: Tensor<4>, guidance: &Guidance) -> Mixture {
        match &self.network {
            Some(network) => rows::read(network, images, guidance),
            None => guided(self.forward(images.repeat_dim(0, guidance.times()), guidance.conditions()), guidance),
        }
    }

    /// Bits a dimension `[batch]`.
    fn bits(&self, images: Tensor<4>, conditions: Tensor<1, Int>) -> Tensor<1> {
        let [batch, ..] = images.dims();
        let mixture = self.mixture(images.clone(), &Guidance::none(conditions));
        let bits: Tensor<2> = mixture.probabilities(levels(images)).log().reshape([batch as i32, -1]) / -LN_2;
        bits.mean_dim(1).squeeze_dim(1)
    }
}

impl Objective for Autoregressive {
    /// Bits a dimension.
    fn loss(&self, images: Tensor<4>, conditions: Tensor<2, Int>, _rng: &mut ChaCha8Rng) -> Loss {
        let conditions: Tensor<1, Int> = conditions.squeeze_dim(1);
        Loss { total: self.bits(images, conditions).mean(), terms: Vec::new() }
    }
}

impl Family for Autoregressive {
    const NAME: &'static str = "autoregressive";
    type Config = AutoregressiveConfig;

    fn init(config: &AutoregressiveConfig, device: &Device) -> Self {
        config.init(device)
    }

    fn traits(config: &AutoregressiveConfig) -> Traits {
        let side = config.side;
        Traits {
            latent: vec![1, side, side],
            image: ImageShape { width: side, height: side, channels: 1 },
            forward_passes: (side * side).to_string(),
            steps: side,
            invertible: true,
            alternatives: Some(LEVELS),
            controls: Controls {
                guidance: Some(Range { min: 0.0, max: 8.0, default: 1.5 }),
                temperature: Some(Range { min: 0.1, max: 2.0, default: 1.0 }),
                ..Controls::default()
            },
        }
    }

    fn packed(self) -> Self {
        let weights = NetworkWeights {
            side: self.place.dims()[2],
            above: weights(&self.above),
            left: weights(&self.left),
            place: numbers(self.place.val()),
            layers: self.layers.iter().map(Gated::weights).collect(),
            widen: weights(&self.widen),
            mixture: weights(&self.mixture),
        };
        Self { network: Some(Arc::new(Network::new(weights))), ..emptied(self) }
    }

    fn start(&self, z: Tensor<2>, condition: &Condition, settings: Settings) -> Box<dyn Trajectory> {
        let (batch, device) = (z.dims()[0], z.device());
        let guidance = Guidance::new(condition, settings.guidance, self.classes, batch, &device);
        if let Some(network) = &self.network {
            return Box::new(rows::Rows::new(network, z, &guidance, settings.temperature));
        }
        let (asked, conditions) = (guidance.times() * batch, guidance.conditions());
        let [_, channels, side, _] = self.place.dims();
        let rows = |layer: &Gated| Tensor::zeros([asked, channels, layer.rows_above(), side], &device);
        Box::new(Writing {
            biases: self.layers.iter().map(|layer| layer.bias(conditions.clone())).collect(),
            above: self.layers.iter().map(rows).collect(),
            rows: Tensor::zeros([asked, 1, FIRST, side], &device),
            written: Vec::new(),
            guidance,
            model: self.clone(),
            temperature: settings.temperature,
            z: Tails::of(z.reshape([batch, side, side])),
            mixtures: Vec::new(),
        })
    }

    /// In the middle of all latents that pick the picture's levels.
    fn invert(&self, images: Tensor<4>, condition: &Condition, settings: Settings) -> Option<Inversion> {
        let batch = images.dims()[0];
        let guidance = Guidance::new(condition, settings.guidance, self.classes, batch, &images.device());
        let model = self.clone();
        Some(at_once(move || {
            let mixture = model.mixture(images.clone(), &guidance).at_temperature(settings.temperature);
            mixture.latent_of(levels(images).squeeze_dim(1)).reshape([batch as i32, -1])
        }))
    }

    fn bits_per_dim(&self, images: Tensor<4>, classes: Tensor<1, Int>, _rng: &mut ChaCha8Rng) -> Option<Likelihood> {
        let model = self.clone();
        Some(at_once(move || BitsPerDim::Exact(model.bits(images, classes))))
    }
}

/// The rows so far; a step writes one. What the layers said of earlier pixels is kept, so a pixel costs a pixel.
struct Writing {
    model: Autoregressive,
    guidance: Guidance,
    biases: Vec<[Tensor<4>; 2]>,
    /// For each layer, what went into its vertical stack at the rows above that it sees.
    above: Vec<Tensor<4>>,
    /// The last [`FIRST`] rows of pixels.
    rows: Tensor<4>,
    /// One `[batch, 1, 1, side]` for each row that is written.
    written: Vec<Tensor<4>>,
    temperature: f64,
    z: Tails<3>,
    /// What the last row's levels were picked from.
    mixtures: Vec<Mixture>,
}

impl Writing {
    /// Pixels on a side.
    fn side(&self) -> usize {
        self.z.below.dims()[1]
    }

    /// The vertical stack at this row: its first features, and what each layer says across.
    fn look_up(&mut self) -> (Tensor<4>, Vec<Tensor<4>>) {
        let place = self.model.place.val().narrow(2, self.written.len(), 1);
        let first = self.model.above.forward(pad(self.rows.clone(), 2, 2, 0)) + place;
        let mut vertical = first.clone();
        let across =
            (self.model.layers.iter().zip(&self.biases).zip(&mut self.above)).map(|((layer, [down, _]), above)| {
                let seen = Tensor::cat(vec![above.clone(), vertical.clone()], 2);
                *above = seen.clone().narrow(2, 1, layer.rows_above());
                vertical = layer.vertical(seen, down.clone());
                layer.across(vertical.clone())
            });
        (first, across.collect())
    }

    /// The row `[batch, 1, 1, side]`, pixel by pixel.
    fn row(&mut self) -> Tensor<4> {
        let (done, side, (first, across)) = (self.written.len(), self.side(), self.look_up());
        let ([asked, channels, ..], [batch, ..]) = (first.dims(), self.z.below.dims());
        let nothing = |channels, width| Tensor::<4>::zeros([asked, channels, 1, width], &first.device());
        // What is to the left of the pixel: in the picture, and in each layer.
        let mut left = nothing(1, FIRST);
        let mut before: Vec<_> = self.model.layers.iter().map(|layer| nothing(channels, layer.pixels_left())).collect();
        let mut row = Vec::with_capacity(side);
        self.mixtures.clear();
        for column in 0..side {
            let at = |x: &Tensor<4>| x.clone().narrow(3, column, 1);
            let mut x = self.model.left.forward(left.clone()) + at(&first);
            for (i, layer) in self.model.layers.iter().enumerate() {
                let seen = Tensor::cat(vec![before[i].clone(), x], 3);
                before[i] = seen.clone().narrow(3, 1, layer.pixels_left());
                x = layer.pixel(seen, at(&across[i]), self.biases[i][1].clone());
            }
            let of = |tail: &Tensor<3>| tail.clone().slice(s![.., done, column]).reshape([batch]);
            let z = Tails { below: of(&self.z.below), above: of(&self.z.above) };
            let mixture = guided(self.model.head(x), &self.guidance).at_temperature(self.temperature);
            let pixel: Tensor<4> = (mixture.pick(&z) / 127.5 - 1.0).reshape([batch, 1, 1, 1]);
            self.mixtures.push(mixture);
            let asked = pixel.clone().repeat_dim(0, self.guidance.times());
            left = Tensor::cat(vec![left.narrow(3, 1, FIRST - 1), asked], 3);
            row.push(pixel);
        }
        Tensor::cat(row, 3)
    }
}

impl Trajectory for Writing {
    fn advance(&mut self) -> bool {
        if self.written.len() == self.side() {
            return false;
        }
        let row = self.row();
        let asked = row.clone().repeat_dim(0, self.guidance.times());
        self.rows = Tensor::cat(vec![self.rows.clone().narrow(2, 1, FIRST - 1), asked], 2);
        self.written.push(row);
        true
    }

    fn steps(&self) -> usize {
        self.side()
    }

    fn picture(&self) -> Tensor<4> {
        let [batch, height, width] = self.z.below.dims();
        let black = Tensor::full([batch, 1, height - self.written.len(), width], -1.0, &self.z.below.device());
        Tensor::cat(self.written.iter().cloned().chain([black]).collect(), 2)
    }

    fn choices(&self) -> Option<Choices> {
        let row = self.written.len().checked_sub(1)?;
        let cumulative = self.mixtures.iter().map(Mixture::cumulative).collect();
        let pixels = self.written[row].clone().flatten::<2>(1, 3);
        Some(Choices {
            cumulative: Tensor::stack(cumulative, 1),
            u: self.z.below.clone().narrow(1, row, 1).flatten::<2>(1, 2),
            chosen: ((pixels + 1.0) * 127.5).round(),
        })
    }
}
