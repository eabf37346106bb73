//! Convolutions of feature maps, and what is done to a map on its way into one.
//!
//! Where the CPU only draws, a convolution with all that precedes it is one operation of [`super::cpu`]; everywhere else,
//! and wherever gradients are taken, it is the composition that is written here.

use burn::module::{Module, Param};
use burn::nn::conv::{Conv2d, Conv2dConfig};
use burn::nn::{Initializer, PaddingConfig2d};
use burn::tensor::activation::silu;
use burn::tensor::module::conv2d;
use burn::tensor::ops::ConvOptions;
use burn::tensor::{Device, Tensor};

use super::cpu;
use super::input::{Before, Input};
use super::rearrange::upsample;

/// A 3x3 convolution that keeps height and width.
#[derive(Module, Debug)]
pub struct Convolution {
    pub(super) weight: Param<Tensor<4>>,
    pub(super) bias: Param<Tensor<1>>,
}

/// A 3x3 convolution that halves height and width.
#[derive(Module, Debug)]
pub struct StridedConvolution {
    pub(super) weight: Param<Tensor<4>>,
    pub(super) bias: Param<Tensor<1>>,
}

/// A 1x1 convolution: the same linear map at every pixel.
#[derive(Module, Debug)]
pub struct Pointwise {
    pub(super) weight: Param<Tensor<4>>,
    pub(super) bias: Param<Tensor<1>>,
}

/// Burn's 3x3 convolution that keeps height and width (`stride` 1) or halves them (`stride` 2).
pub fn conv3x3(from: usize, to: usize, stride: usize) -> Conv2dConfig {
    Conv2dConfig::new([from, to], [3, 3])
        .with_stride([stride, stride])
        .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
}

/// Weight and bias of a convolution, initialized as Burn does.
fn parameters(config: Conv2dConfig, device: &Device) -> (Param<Tensor<4>>, Param<Tensor<1>>) {
    let Conv2d { weight, bias, .. } = config.init(device);
    (weight, bias.expect("a convolution has a bias unless one asks for none"))
}

impl Convolution {
    /// From so many channels to so many.
    pub fn new(from: usize, to: usize, device: &Device) -> Self {
        let (weight, bias) = parameters(conv3x3(from, to, 1), device);
        Self { weight, bias }
    }

    /// One that starts as zero.
    pub fn zeros(from: usize, to: usize, device: &Device) -> Self {
        let zeros = Initializer::Zeros;
        Self { weight: zeros.init([to, from, 3, 3], device), bias: zeros.init([to], device) }
    }

    /// Channels that come out.
    pub fn outputs(&self) -> usize {
        self.bias.dims()[0]
    }

    /// `[batch, from, height, width]`, or twice as high and wide where the input is upsampled, to
    /// `[batch, to, height, width]`.
    pub fn forward<'a>(&self, input: impl Into<Input<'a>>) -> Tensor<4> {
        convolve(&self.weight, &self.bias, 1, input.into())
    }
}

impl StridedConvolution {
    /// From so many channels to so many.
    pub fn new(from: usize, to: usize, device: &Device) -> Self {
        let (weight, bias) = parameters(conv3x3(from, to, 2), device);
        Self { weight, bias }
    }

    /// `[batch, from, height, width]` to `[batch, to, ceil(height / 2), ceil(width / 2)]`.
    pub fn forward<'a>(&self, input: impl Into<Input<'a>>) -> Tensor<4> {
        convolve(&self.weight, &self.bias, 2, input.into())
    }
}

impl Pointwise {
    /// From so many channels to so many.
    pub fn new(from: usize, to: usize, device: &Device) -> Self {
        let (weight, bias) = parameters(Conv2dConfig::new([from, to], [1, 1]), device);
        Self { weight, bias }
    }

    /// `[batch, from, height, width]` to `[batch, to, height, width]`.
    pub fn forward<'a>(&self, input: impl Into<Input<'a>>) -> Tensor<4> {
        let (weight, bias, input) = (self.weight.val(), self.bias.val(), input.into());
        if let Some(output) = cpu::pointwise(&weight, &bias, &input) {
            return output;
        }
        composed(input, weight, bias, ConvOptions::new([1, 1], [0, 0], [1, 1], 1))
    }
}

fn convolve(weight: &Param<Tensor<4>>, bias: &Param<Tensor<1>>, stride: usize, input: Input<'_>) -> Tensor<4> {
    let (weight, bias) = (weight.val(), bias.val());
    if let Some(output) = cpu::convolve(&weight, &bias, stride, &input) {
        return output;
    }
    composed(input, weight, bias, ConvOptions::new([stride, stride], [1, 1], [1, 1], 1))
}

/// The composition: what happens before, the convolution, and the addition after it.
fn composed(input: Input<'_>, weight: Tensor<4>, bias: Tensor<1>, options: ConvOptions<2>) -> Tensor<4> {
    let Input { x, before, upsampled, skip } = input;
    let x = match before {
        Before::Nothing => x,
        Before::Silu => silu(x),
        Before::Normalized(norm) => silu(norm.forward(x)),
        Before::Modulated(norm, modulation) => {
            let [scale, shift] = (*modulation).map(|rows| rows.unsqueeze_dims::<4>(&[2, 3]));
            silu(norm.forward(x) * (scale + 1.0) + shift)
        }
    };
    let x = if upsampled { upsample(x) } else { x };
    let y = conv2d(x, weight, Some(bias), options);
    match skip {
        Some(skip) => skip + y,
        None => y,
    }
}
