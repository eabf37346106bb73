//! The families of generators, one file each, all in the same order: config, module, loss,
//! generate, invert, likelihood.

pub mod autoregressive;
pub mod codes;
pub mod diffusion;
mod family;
pub mod flow;
pub mod gan;
pub mod latent_diffusion;
pub mod vae;

#[cfg(test)]
mod tests;

use std::borrow::Cow;

use burn::tensor::Device;

use crate::cards::{ModelCard, Precision};
use crate::generator::Generator;
use crate::layers::Packer;
use crate::weights::{self, WeightsError};

pub use family::{Family, Traits};

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

/// Whether the family of a name has a plan: see [`Family::PLANNED`].
pub fn has_plan(name: &str) -> bool {
    struct Asked;

    impl Visitor for Asked {
        type Output = bool;

        fn visit<F: Family + 'static>(self) -> bool {
            F::PLANNED
        }
    }

    with(name, Asked).unwrap_or(false)
}

/// Opens the model of a card from its weights file, verified, on a device, in the precision of the file or a coarser one.
///
/// # Errors
/// When the family or its config is unknown, or the bytes are not the file that the card pins; see
/// [`weights::load`].
pub fn open<'a>(
    card: &ModelCard,
    bytes: impl Into<Cow<'a, [u8]>>,
    precision: Precision,
    device: &Device,
) -> Result<Box<dyn Generator>, WeightsError> {
    opened(card, bytes.into(), precision, device, *device == Device::flex())
}

/// [`open`] on the CPU without packing the weights, as a plan for a GPU is recorded of them: see
/// [`crate::layers::recording`].
///
/// # Errors
/// As [`open`].
pub fn unpacked<'a>(
    card: &ModelCard,
    bytes: impl Into<Cow<'a, [u8]>>,
    precision: Precision,
) -> Result<Box<dyn Generator>, WeightsError> {
    opened(card, bytes.into(), precision, &Device::flex(), false)
}

fn opened(
    card: &ModelCard,
    bytes: Cow<'_, [u8]>,
    precision: Precision,
    device: &Device,
    is_packed: bool,
) -> Result<Box<dyn Generator>, WeightsError> {
    struct Open<'a>(&'a ModelCard, Cow<'a, [u8]>, Precision, &'a Device, bool);

    impl Visitor for Open<'_> {
        type Output = Result<Box<dyn Generator>, WeightsError>;

        fn visit<F: Family + 'static>(self) -> Self::Output {
            let Self(card, bytes, precision, device, is_packed) = self;
            let config = serde_json::from_value(card.config.clone()).map_err(|error| {
                WeightsError::field(&card.id, "config", &format!("the fields of a {}", F::NAME), &error.to_string())
            })?;
            let module = F::init(&config, device).shipped();
            if !is_packed {
                return Ok(weights::load(&card.id, &card.weights, bytes, precision, module)?.generator(card.clone()));
            }
            let packer = Packer::default();
            let module = weights::load_then(&card.id, &card.weights, bytes, precision, module, packer)?;
            Ok(module.packed().generator(card.clone()))
        }
    }

    with(&card.family, Open(card, bytes, precision, device, is_packed)).unwrap_or_else(|| {
        Err(WeightsError::field(&card.id, "family", &format!("one of {}", NAMES.join(", ")), &card.family))
    })
}
