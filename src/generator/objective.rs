//! What training asks of a family's module.

use burn::module::{Module, ParamId};
use burn::tensor::{Int, Tensor};
use rand_chacha::ChaCha8Rng;

use crate::losses::Loss;

/// A module that can be trained: the family's file holds the loss, the trainer only the loop.
pub trait Objective: Module {
    /// The loss of a batch of pictures `[batch, channels, height, width]` under conditions, a row of numbers each
    /// `[batch, numbers]` (a class is one, see [`super::Condition::index`]), its noise drawn from `rng`.
    fn loss(&self, images: Tensor<4>, conditions: Tensor<2, Int>, rng: &mut ChaCha8Rng) -> Loss;

    /// The module before its first step, where its initial parameters depend on the first batch.
    fn prepared(self, _images: Tensor<4>, _conditions: Tensor<2, Int>, _rng: &mut ChaCha8Rng) -> Self {
        self
    }

    /// The module as it trains on once the fraction `done` in [0, 1) of the training is behind it.
    fn progressed(self, _done: f64) -> Self {
        self
    }

    /// Parameters that learn faster than the others, and how many times as fast.
    fn faster(&self) -> Option<(f64, Vec<ParamId>)> {
        None
    }
}
