//! Gated convolutions in two stacks (van den Oord et al., PixelCNN, arXiv 1606.05328): a vertical one that sees the rows
//! above and a horizontal one that sees the row so far; dilated (WaveNet, arXiv 1609.03499).

use burn::config::Config;
use burn::module::{Module, Param};
use burn::nn::conv::{Conv2d, Conv2dConfig};
use burn::nn::{Embedding, EmbeddingConfig};
use burn::tensor::activation::{sigmoid, tanh};
use burn::tensor::module::linear;
use burn::tensor::{Device, Int, Tensor, s};
use kernels::gated::{LayerWeights, Weights};

use super::{embed, halves, numbers};

/// Rows, and pixels to the left, that a layer sees, its own included.
const ROWS: usize = 2;
const COLUMNS: usize = 3;

/// Config of [`Gated`].
#[derive(Config, Debug)]
pub struct GatedConfig {
    /// Channels of either stack.
    pub channels: usize,
    /// Number of conditions.
    pub conditions: usize,
    /// How far apart the rows and pixels lie that it sees.
    pub dilation: usize,
}

impl GatedConfig {
    /// Initializes the layer on `device`.
    pub fn init(&self, device: &Device) -> Gated {
        let Self { channels, conditions, dilation } = *self;
        let pointwise = |outputs| Conv2dConfig::new([channels, outputs], [1, 1]).init(device);
        let dilated =
            |size| Conv2dConfig::new([channels, 2 * channels], size).with_dilation([dilation, dilation]).init(device);
        Gated {
            vertical: dilated([ROWS, 3]),
            across: pointwise(2 * channels),
            horizontal: dilated([1, COLUMNS]),
            condition: EmbeddingConfig::new(conditions, 4 * channels).init(device),
            out: pointwise(channels),
            dilation,
        }
    }
}

/// A layer of both stacks.
#[derive(Module, Debug)]
pub struct Gated {
    vertical: Conv2d,
    across: Conv2d,
    horizontal: Conv2d,
    /// What a condition adds before the vertical gate and before the horizontal one.
    condition: Embedding,
    out: Conv2d,
    #[module(skip)]
    dilation: usize,
}

/// tanh(a) sigmoid(b) of the two halves of the channels (arXiv 1606.05328, equation 2).
fn gate(x: Tensor<4>) -> Tensor<4> {
    let [value, gate] = halves(x, 1);
    tanh(value) * sigmoid(gate)
}

/// Zeros around the last two dimensions.
pub fn pad(x: Tensor<4>, left: usize, right: usize, top: usize) -> Tensor<4> {
    x.pad((left, right, top, 0), 0.0)
}

impl Gated {
    /// What the condition adds before the vertical and the horizontal gate.
    pub fn bias(&self, conditions: Tensor<1, Int>) -> [Tensor<4>; 2] {
        halves(embed(&self.condition, conditions).unsqueeze_dims(&[2, 3]), 1)
    }

    /// How many rows above a row are seen.
    pub fn rows_above(&self) -> usize {
        (ROWS - 1) * self.dilation
    }

    /// How many pixels to the left of a pixel are seen.
    pub fn pixels_left(&self) -> usize {
        (COLUMNS - 1) * self.dilation
    }

    /// The vertical stack at rows of which the first [`Gated::rows_above`] are only seen.
    pub fn vertical(&self, rows: Tensor<4>, bias: Tensor<4>) -> Tensor<4> {
        let ([_, _, height, _], above) = (rows.dims(), self.rows_above());
        let last = rows.clone().narrow(2, above, height - above);
        last + gate(self.vertical.forward(pad(rows, self.dilation, self.dilation, 0)) + bias)
    }

    /// What the vertical stack says to the horizontal one.
    pub fn across(&self, vertical: Tensor<4>) -> Tensor<4> {
        self.across.forward(vertical)
    }

    /// The horizontal stack at pixels of which the first [`Gated::pixels_left`] of a row are only seen;
    /// `across` is what the vertical stack says there.
    pub fn horizontal(&self, pixels: Tensor<4>, across: Tensor<4>, bias: Tensor<4>) -> Tensor<4> {
        let ([.., width], left) = (pixels.dims(), self.pixels_left());
        let last = pixels.clone().narrow(3, left, width - left);
        last + self.out.forward(gate(self.horizontal.forward(pixels) + across + bias))
    }

    /// The same at one pixel, from no more than it sees: three pixels, which then need no dilation.
    pub fn pixel(&self, seen: Tensor<4>, across: Tensor<4>, bias: Tensor<4>) -> Tensor<4> {
        let last = seen.clone().narrow(3, self.pixels_left(), 1);
        let taps = seen.slice(s![.., .., .., ..;self.dilation]);
        let Conv2d { weight, bias: offset, .. } = &self.horizontal;
        let [outputs, ..] = weight.dims();
        let weight: Tensor<2> = weight.val().reshape([outputs as i32, -1]).transpose();
        let x = linear(taps.flatten::<2>(1, 3), weight, offset.as_ref().map(Param::val));
        last + self.out.forward(gate(x.unsqueeze_dims(&[2, 3]) + across + bias))
    }

    /// The parameters, as plain numbers.
    pub fn weights(&self) -> LayerWeights {
        LayerWeights {
            vertical: weights(&self.vertical),
            across: weights(&self.across),
            horizontal: weights(&self.horizontal),
            out: weights(&self.out),
            conditions: numbers(self.condition.weight.val()),
            dilation: self.dilation,
        }
    }
}

/// The parameters of a convolution with offsets, as plain numbers.
pub fn weights(convolution: &Conv2d) -> Weights {
    let bias = convolution.bias.as_ref().expect("every convolution has offsets");
    Weights { weights: numbers(convolution.weight.val()), bias: numbers(bias.val()) }
}
