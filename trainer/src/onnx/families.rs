//! The networks of each family, one file a family.

mod autoregressive;
mod codes;
mod diffusion;
mod flow;
mod gan;
mod latent_diffusion;
mod vae;

use anyhow::{Context, Result, bail};
use pushforward::cards::ModelCard;
use pushforward::families::Family;
use pushforward::families::autoregressive::Autoregressive;
use pushforward::families::codes::Codes;
use pushforward::families::diffusion::Diffusion;
use pushforward::families::flow::Flow;
use pushforward::families::gan::Gan;
use pushforward::families::latent_diffusion::LatentDiffusion;
use pushforward::families::vae::Vae;
use serde::de::DeserializeOwned;

use super::network::Network;
use super::parameters::Parameters;

/// The networks of a card's model with these parameters.
///
/// # Errors
/// When nobody has written down how the family looks in ONNX, or what is written has other parameters.
pub fn networks(card: &ModelCard, parameters: &Parameters) -> Result<Vec<Network>> {
    match card.family.as_str() {
        Vae::NAME => vae::networks(&config(card)?, parameters),
        Gan::NAME => gan::networks(&config(card)?, parameters),
        Flow::NAME => flow::networks(&config(card)?, parameters),
        Diffusion::NAME => diffusion::networks(&config(card)?, parameters),
        Autoregressive::NAME => autoregressive::networks(&config(card)?, parameters),
        Codes::NAME => codes::networks(&config(card)?, parameters),
        LatentDiffusion::NAME => latent_diffusion::networks(&config(card)?, parameters),
        other => bail!("how a model of the family {other} looks in ONNX is not written down"),
    }
}

fn config<C: DeserializeOwned>(card: &ModelCard) -> Result<C> {
    serde_json::from_value(card.config.clone())
        .with_context(|| format!("{}: the card's config is another family's", card.id))
}
