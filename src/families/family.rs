//! What makes a module one of the families, and with its card a generator.

use burn::tensor::{Device, Int, Tensor};
use rand_chacha::ChaCha8Rng;
use serde::de::DeserializeOwned;

use crate::cards::{Controls, ImageShape, ModelCard};
use crate::generator::{Condition, Course, Generator, Inversion, Likelihood, Options, Settings, Trajectory};
use crate::training::Objective;

/// What makes a module one of the families.
pub trait Family: Objective {
    /// Its name on cards and in recipes.
    const NAME: &'static str;

    /// Its config, whose fields are `config` on a card.
    type Config: DeserializeOwned;

    /// Whether there is a [`Family::course`], of which a plan for a GPU is made.
    const PLANNED: bool = false;

    /// The module of a config, with what only training needs.
    fn init(config: &Self::Config, device: &Device) -> Self;

    /// Leaves out what only training needs: what remains is what ships.
    fn shipped(self) -> Self {
        self
    }

    /// Packs its weights once for the CPU, of a module that draws and does nothing else.
    fn packed(self) -> Self {
        self
    }

    /// Goes on from a module that ships, of the config on its card: what it lacks, as it is needed in training only, is
    /// kept as it was initialized, and so is all that the config says of training.
    fn going_on_from(self, shipped: Self) -> Self {
        shipped
    }

    /// Where sentences narrow its pictures: the buckets that their words are hashed to, see [`crate::prompt::numbers`].
    fn buckets(_config: &Self::Config) -> Option<usize> {
        None
    }

    /// What a card says of every model of this family and config.
    fn traits(config: &Self::Config) -> Traits;

    /// See [`Generator::start`].
    fn start(&self, z: Tensor<2>, condition: &Condition, settings: Settings) -> Box<dyn Trajectory>;

    /// See [`Generator::course`]; [`Family::PLANNED`] says whether there is one.
    fn course(&self, _z: Tensor<2>, _condition: &Condition, _settings: Settings) -> Option<Course> {
        None
    }

    /// See [`Generator::image_to_image`].
    fn image_to_image(
        &self,
        _images: Tensor<4>,
        _z: Tensor<2>,
        _condition: &Condition,
        _settings: Settings,
    ) -> Option<Box<dyn Trajectory>> {
        None
    }

    /// See [`Generator::invert`].
    fn invert(&self, _images: Tensor<4>, _condition: &Condition, _settings: Settings) -> Option<Inversion> {
        None
    }

    /// See [`Generator::bits_per_dim`].
    fn bits_per_dim(&self, _images: Tensor<4>, _classes: Tensor<1, Int>, _rng: &mut ChaCha8Rng) -> Option<Likelihood> {
        None
    }

    /// The trained module with its card.
    fn generator(self, card: ModelCard) -> Box<dyn Generator>
    where
        Self: 'static,
    {
        Box::new(Model { card, module: self })
    }
}

/// A family's module with its card.
struct Model<F> {
    card: ModelCard,
    module: F,
}

impl<F: Family> Generator for Model<F> {
    fn card(&self) -> &ModelCard {
        &self.card
    }

    fn start(&self, z: Tensor<2>, condition: &Condition, options: &Options) -> Box<dyn Trajectory> {
        self.module.start(z, condition, options.settled(&self.card.controls))
    }

    fn course(&self, z: Tensor<2>, condition: &Condition, options: &Options) -> Option<Course> {
        self.module.course(z, condition, options.settled(&self.card.controls))
    }

    fn image_to_image(
        &self,
        images: Tensor<4>,
        z: Tensor<2>,
        condition: &Condition,
        options: &Options,
    ) -> Option<Box<dyn Trajectory>> {
        self.module.image_to_image(images, z, condition, options.settled(&self.card.controls))
    }

    fn invert(&self, images: Tensor<4>, condition: &Condition, options: &Options) -> Option<Inversion> {
        self.module.invert(images, condition, options.settled(&self.card.controls))
    }

    fn bits_per_dim(&self, images: Tensor<4>, classes: Tensor<1, Int>, rng: &mut ChaCha8Rng) -> Option<Likelihood> {
        self.module.bits_per_dim(images, classes, rng)
    }
}

/// What a card says of a family with a config.
#[derive(Debug, Clone)]
pub struct Traits {
    /// Shape of the latent.
    pub latent: Vec<usize>,
    /// Shape of the pictures.
    pub image: ImageShape,
    /// Forward passes for one picture, as people write it.
    pub forward_passes: String,
    /// Steps of a trajectory, or of one where nobody chooses their number.
    pub steps: usize,
    /// Whether [`Family::invert`] goes back.
    pub invertible: bool,
    /// Where one choice is made after the other, between so many alternatives; see [`Trajectory::choices`].
    pub alternatives: Option<usize>,
    /// What can be chosen about the way.
    pub controls: Controls,
}
