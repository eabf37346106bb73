//! What training asks of a module.

use burn::module::{Module, ParamId};
use burn::tensor::{Int, Tensor};
use rand_chacha::ChaCha8Rng;

use crate::losses::Loss;

/// A module that can be trained on examples of rank `D`: pictures `[batch, channels, height, width]` unless one says
/// otherwise, or points `[batch, coordinates]`. Its own file holds the loss, [`super::Learner`] takes the steps.
pub trait Objective<const D: usize = 4>: Module {
    /// The loss of a batch of examples, the first dimension theirs, under conditions, a row of numbers each
    /// `[batch, numbers]` (a class is one, see [`crate::generator::Condition::index`]), its noise drawn from `rng`.
    fn loss(&self, examples: Tensor<D>, conditions: Tensor<2, Int>, rng: &mut ChaCha8Rng) -> Loss;

    /// The module before its first step, where its initial parameters depend on the first batch. What has been learned
    /// already is never prepared.
    fn prepared(self, _examples: Tensor<D>, _conditions: Tensor<2, Int>, _rng: &mut ChaCha8Rng) -> Self {
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
