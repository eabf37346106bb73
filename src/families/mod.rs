//! The families of generators, one file each, all in the same order: config, module, loss,
//! generate, invert, likelihood.

pub mod autoregressive;
pub mod codes;
pub mod diffusion;
pub mod flow;
pub mod gan;
pub mod latent_diffusion;
pub mod vae;

#[cfg(test)]
mod tests;

use burn::tensor::{Device, Int, Tensor};
use rand_chacha::ChaCha8Rng;
use serde::de::DeserializeOwned;

use crate::catalogue::{Controls, ModelCard};
use crate::generator::{Condition, Generator, Inversion, Likelihood, Objective, Options, Settings, Trajectory};
use crate::weights::{self, Precision, WeightsError};

/// What makes a module one of the families.
pub trait Family: Objective {
    /// Its name on cards and in recipes.
    const NAME: &'static str;

    /// Its config, whose fields are `config` on a card.
    type Config: DeserializeOwned;

    /// The module of a config, with what only training needs.
    fn init(config: &Self::Config, device: &Device) -> Self;

    /// Leaves out what only training needs: what remains is what ships.
    fn shipped(self) -> Self {
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

/// What is done with a family whose name is known only at run time.
pub trait Visitor {
    /// What comes of it.
    type Output;

    /// Does it with the family `F`.
    fn visit<F: Family + 'static>(self) -> Self::Output;
}

/// The families' names.
pub const NAMES: [&str; 7] = [
    vae::Vae::NAME,
    gan::Gan::NAME,
    flow::Flow::NAME,
    diffusion::Diffusion::NAME,
    autoregressive::Autoregressive::NAME,
    codes::Codes::NAME,
    latent_diffusion::LatentDiffusion::NAME,
];

/// Does something with the family of a name; `None` if there is none of this name.
pub fn with<V: Visitor>(name: &str, visitor: V) -> Option<V::Output> {
    match name {
        vae::Vae::NAME => Some(visitor.visit::<vae::Vae>()),
        gan::Gan::NAME => Some(visitor.visit::<gan::Gan>()),
        flow::Flow::NAME => Some(visitor.visit::<flow::Flow>()),
        autoregressive::Autoregressive::NAME => Some(visitor.visit::<autoregressive::Autoregressive>()),
        codes::Codes::NAME => Some(visitor.visit::<codes::Codes>()),
        diffusion::Diffusion::NAME => Some(visitor.visit::<diffusion::Diffusion>()),
        latent_diffusion::LatentDiffusion::NAME => Some(visitor.visit::<latent_diffusion::LatentDiffusion>()),
        _ => None,
    }
}

/// Opens the model of a card from its weights file, verified, on a device, in the precision of the file or a coarser one.
///
/// # Errors
/// When the family or its config is unknown, or the bytes are not the file that the card pins; see
/// [`weights::load`].
pub fn open(
    card: &ModelCard,
    bytes: &[u8],
    precision: Precision,
    device: &Device,
) -> Result<Box<dyn Generator>, WeightsError> {
    struct Open<'a>(&'a ModelCard, &'a [u8], Precision, &'a Device);

    impl Visitor for Open<'_> {
        type Output = Result<Box<dyn Generator>, WeightsError>;

        fn visit<F: Family + 'static>(self) -> Self::Output {
            let Self(card, bytes, precision, device) = self;
            let config = serde_json::from_value(card.config.clone()).map_err(|error| {
                WeightsError::field(&card.id, "config", &format!("the fields of a {}", F::NAME), &error.to_string())
            })?;
            let module = F::init(&config, device).shipped();
            Ok(weights::load(&card.id, &card.weights, bytes, precision, module)?.generator(card.clone()))
        }
    }

    with(&card.family, Open(card, bytes, precision, device)).unwrap_or_else(|| {
        Err(WeightsError::field(&card.id, "family", &format!("one of {}", NAMES.join(", ")), &card.family))
    })
}
