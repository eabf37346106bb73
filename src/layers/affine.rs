//! Rows times a matrix, and a bias: what tells a network the time, and its blocks what leads them.

use burn::module::{Module, Param};
use burn::nn::{Linear, LinearConfig};
use burn::tensor::module::linear;
use burn::tensor::{Device, Tensor};

use super::cpu;

/// y = x W + b. Where the CPU only draws, an operation of [`super::cpu`]; everywhere else that of Burn's own layer.
#[derive(Module, Debug)]
pub struct Affine {
    pub(super) weight: Param<Tensor<2>>,
    pub(super) bias: Param<Tensor<1>>,
}

impl Affine {
    /// From rows of such a length to rows of such a length, initialized as Burn does.
    pub fn new(from: usize, to: usize, device: &Device) -> Self {
        let Linear { weight, bias, .. } = LinearConfig::new(from, to).init(device);
        Self { weight, bias: bias.expect("a linear layer has a bias unless one asks for none") }
    }

    /// `[batch, from]` to `[batch, to]`.
    pub fn forward(&self, x: Tensor<2>) -> Tensor<2> {
        let (weight, bias) = (self.weight.val(), self.bias.val());
        cpu::affine(&weight, &bias, &x).unwrap_or_else(|| linear(x, weight, Some(bias)))
    }
}
