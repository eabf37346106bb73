//! Losses that more than one family learns from, or that stand by themselves.

pub mod autoencoder;
pub mod recognizer;
pub mod rectified_flow;

use burn::tensor::Tensor;

/// A loss to descend, and the parts of it that one wants to see.
pub struct Loss {
    /// The number to descend, `[1]`.
    pub total: Tensor<1>,
    /// Named terms `[1]` for the log.
    pub terms: Vec<(&'static str, Tensor<1>)>,
}

impl Loss {
    /// Both at once, the terms one after the other.
    pub fn and(mut self, other: Self) -> Self {
        self.terms.extend(other.terms);
        Self { total: self.total + other.total, terms: self.terms }
    }
}
