//! The families of generators, one file each, all in the same order: config, module, loss,
//! generate, invert, likelihood.

pub mod vae;

use burn::tensor::Device;

use crate::catalogue::ModelCard;
use crate::generator::Generator;
use crate::weights::{self, WeightsError};

/// Opens the model of a card from its weights file, verified, on a device.
///
/// # Errors
/// When the bytes are not the file that the card pins; see [`weights::load`].
pub fn open(card: &ModelCard, bytes: &[u8], device: &Device) -> Result<Box<dyn Generator>, WeightsError> {
    match card.family.as_str() {
        "vae" => {
            let module = vae::VaeConfig::of(card)?.init(device);
            Ok(Box::new(vae::VaeGenerator::new(card.clone(), weights::load(&card.id, &card.weights, bytes, module)?)))
        }
        family => Err(WeightsError::field(&card.id, "family", "vae", family)),
    }
}
