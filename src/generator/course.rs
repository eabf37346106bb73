//! A map as the networks that it consists of, for whoever runs them by a plan.

use burn::tensor::Tensor;

use super::Settings;

/// A map from a latent to a picture, whose networks can be asked one by one.
pub enum Course {
    /// One network, which draws the picture `[batch, channels, height, width]`.
    Once(Box<dyn Fn() -> Tensor<4>>),
    /// A network that is asked again and again along a rectified flow.
    Flow(Box<Way>),
}

/// A way along a rectified flow from noise.
pub struct Way {
    /// Where it starts, `[batch, channels, height, width]`.
    pub start: Tensor<4>,
    /// Its steps, and how they are taken.
    pub settings: Settings,
    /// The guidance's scale where the network is asked under the condition and under any; none where once is enough.
    pub guidance: Option<f64>,
    /// The velocity `[questions x batch, channels, height, width]` at x of this shape and a time.
    pub velocity: Box<dyn Fn(Tensor<4>, f64) -> Tensor<4>>,
    /// What draws the data at its end; none where they are the picture.
    pub decoder: Option<Box<dyn Fn(Tensor<4>) -> Tensor<4>>>,
}

impl Way {
    /// How many times the batch is asked about: 1 or 2.
    pub fn questions(&self) -> usize {
        if self.guidance.is_some() { 2 } else { 1 }
    }
}
