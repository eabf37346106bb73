//! Activations of feature maps, number by number.

use burn::tensor::{Tensor, activation};

use super::cpu::{self, Function};

/// x sigmoid(x).
pub fn silu(x: Tensor<4>) -> Tensor<4> {
    cpu::elementwise(&x, Function::Silu).unwrap_or_else(|| activation::silu(x))
}

/// tanh(x).
pub fn tanh(x: Tensor<4>) -> Tensor<4> {
    cpu::elementwise(&x, Function::Tanh).unwrap_or_else(|| activation::tanh(x))
}
