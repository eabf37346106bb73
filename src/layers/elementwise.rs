//! Activations of feature maps, number by number.

use burn::tensor::{Tensor, activation};

use super::cpu;
use crate::gpu::plan::Activation;

/// x sigmoid(x).
pub fn silu(x: Tensor<4>) -> Tensor<4> {
    cpu::elementwise(&x, Activation::Silu).unwrap_or_else(|| activation::silu(x))
}

/// tanh(x).
pub fn tanh(x: Tensor<4>) -> Tensor<4> {
    cpu::elementwise(&x, Activation::Tanh).unwrap_or_else(|| activation::tanh(x))
}
