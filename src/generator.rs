//! What every family is: a map that starts at a Gaussian latent and ends in a picture.

use burn::tensor::{Int, Tensor};
use rand_chacha::ChaCha8Rng;

use crate::cards::ModelCard;

pub use crate::cards::Sampler;
pub use crate::layers::noise;
pub use course::{Course, Way};
pub use request::{Condition, Options, Prompt, RequestError, Settings, check, check_condition, check_options};
pub use stepwise::{Stepwise, at_once, complete, fold};

mod course;
mod request;
mod stepwise;

/// A map from latents to pictures.
pub trait Generator {
    /// What is known of this model.
    fn card(&self) -> &ModelCard;

    /// Starts the map at latents z `[batch, dimension]`, z ~ N(0, I), all under one condition.
    ///
    /// What comes from outside is checked by [`check`] first; past it nothing here fails.
    fn start(&self, z: Tensor<2>, condition: &Condition, options: &Options) -> Box<dyn Trajectory>;

    /// The same map as the networks that it consists of, where a plan can be made of these: see
    /// [`crate::layers::recording`].
    fn course(&self, _z: Tensor<2>, _condition: &Condition, _options: &Options) -> Option<Course> {
        None
    }

    /// Starts the map part of the way, at pictures `[batch, channels, height, width]` mixed with as much of the latents z
    /// `[batch, dimension]` as [`Options::strength`] says, where the family can (arXiv 2108.01073, algorithm 1).
    fn image_to_image(
        &self,
        _images: Tensor<4>,
        _z: Tensor<2>,
        _condition: &Condition,
        _options: &Options,
    ) -> Option<Box<dyn Trajectory>> {
        None
    }

    /// Starts back from pictures `[batch, channels, height, width]` to latents `[batch, dimension]` that draw them
    /// under the same condition and options, where the family can.
    fn invert(&self, _images: Tensor<4>, _condition: &Condition, _options: &Options) -> Option<Inversion> {
        None
    }

    /// Starts on the bits per dimension of 8-bit pictures under their classes, where the family has a likelihood or
    /// a bound on it. All its noise is drawn from `rng` here.
    fn bits_per_dim(&self, _images: Tensor<4>, _classes: Tensor<1, Int>, _rng: &mut ChaCha8Rng) -> Option<Likelihood> {
        None
    }
}

/// The way back from pictures to their latents `[batch, dimension]`.
pub type Inversion = Box<dyn Stepwise<Tensor<2>>>;

/// The way to the bits per dimension of pictures.
pub type Likelihood = Box<dyn Stepwise<BitsPerDim>>;

/// Bits per dimension, one number a picture `[batch]`.
#[derive(Debug, Clone)]
pub enum BitsPerDim {
    /// Those of the model's own density or distribution.
    Exact(Tensor<1>),
    /// At most so many.
    Bound(Tensor<1>),
}

/// A map under way, from noise to picture.
pub trait Trajectory {
    /// Goes on by one step and renders nothing; false once there is none left.
    fn advance(&mut self) -> bool;

    /// How many steps the whole way takes.
    fn steps(&self) -> usize;

    /// The picture from where the way stands `[batch, channels, height, width]`, of which [-1, 1] can be shown. Like all
    /// that can be seen of a trajectory it is computed when it is asked for, and only then.
    fn picture(&self) -> Tensor<4>;

    /// The final picture as it was predicted at the last step, where the family predicts one.
    fn predicted(&self) -> Option<Tensor<4>> {
        None
    }

    /// The choices of the last step, of a family that makes one after the other.
    fn choices(&self) -> Option<Choices> {
        None
    }
}

/// What some choices were between and what was chosen, each by inverse transform sampling: the first alternative whose
/// cumulative probability exceeds u = Phi(z).
#[derive(Debug, Clone)]
pub struct Choices {
    /// The probability of each alternative and all before it, `[batch, choices, alternatives]`.
    pub cumulative: Tensor<3>,
    /// The numbers u in [0, 1], `[batch, choices]`.
    pub u: Tensor<2>,
    /// The alternatives that were chosen, `[batch, choices]`.
    pub chosen: Tensor<2>,
}

/// The trajectory of the one-shot families: a single step from z to the picture, which needs that step to be seen.
pub struct OneShot<F> {
    draw: F,
    drawn: Option<Tensor<4>>,
}

impl<F: Fn() -> Tensor<4>> OneShot<F> {
    /// The trajectory whose one step is `draw`.
    pub fn new(draw: F) -> Self {
        Self { draw, drawn: None }
    }
}

impl<F: Fn() -> Tensor<4>> Trajectory for OneShot<F> {
    fn advance(&mut self) -> bool {
        let goes_on = self.drawn.is_none();
        self.drawn.get_or_insert_with(&self.draw);
        goes_on
    }

    fn steps(&self) -> usize {
        1
    }

    fn picture(&self) -> Tensor<4> {
        self.drawn.clone().unwrap_or_else(&self.draw)
    }
}

/// Runs a trajectory to its end and returns the final pictures in [-1, 1], the only ones that are rendered.
pub fn finish(mut trajectory: Box<dyn Trajectory>) -> Tensor<4> {
    while trajectory.advance() {}
    trajectory.picture().clamp(-1.0, 1.0)
}
