//! What goes into a convolution: a feature map, and what is done to it on its way.

use burn::nn::GroupNorm;
use burn::tensor::Tensor;

/// A feature map `[batch, channels, height, width]`, and what is done to it on its way into a convolution.
#[derive(Debug)]
pub struct Input<'a> {
    pub(super) x: Tensor<4>,
    pub(super) before: Before<'a>,
    /// Whether its pixels are repeated to twice the height and width.
    pub(super) upsampled: bool,
    /// What is added to the convolution's output.
    pub(super) skip: Option<Tensor<4>>,
}

/// What is done to a map's numbers before it is convolved.
#[derive(Debug)]
pub(super) enum Before<'a> {
    Nothing,
    Silu,
    /// Group normalization and SiLU (pre-activation, arXiv 1603.05027).
    Normalized(&'a GroupNorm),
    /// The same with scale and shift `[batch, channels]` between the two (FiLM, arXiv 1709.07871).
    Modulated(&'a GroupNorm, Box<[Tensor<2>; 2]>),
}

impl From<Tensor<4>> for Input<'_> {
    fn from(x: Tensor<4>) -> Self {
        Input { x, before: Before::Nothing, upsampled: false, skip: None }
    }
}

/// silu(x).
pub fn activated<'a>(x: Tensor<4>) -> Input<'a> {
    Input { before: Before::Silu, ..x.into() }
}

/// silu(norm(x)).
pub fn normalized(norm: &GroupNorm, x: Tensor<4>) -> Input<'_> {
    Input { before: Before::Normalized(norm), ..x.into() }
}

/// silu(norm(x) (scale + 1) + shift), with scale and shift `[batch, channels]`.
pub fn modulated(norm: &GroupNorm, x: Tensor<4>, modulation: [Tensor<2>; 2]) -> Input<'_> {
    Input { before: Before::Modulated(norm, Box::new(modulation)), ..x.into() }
}

impl Input<'_> {
    /// The same map, its pixels repeated to twice the height and width.
    pub fn upsampled(self) -> Self {
        Input { upsampled: true, ..self }
    }

    /// With `skip`, of the output's shape, added to what comes of it (arXiv 1512.03385).
    pub fn plus(self, skip: Tensor<4>) -> Self {
        Input { skip: Some(skip), ..self }
    }
}
