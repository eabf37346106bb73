//! The network of the generative adversarial network that ships: its generator.

use anyhow::Result;
use pushforward::families::gan::GanConfig;

use crate::onnx::layers::{conv3x3, depth_to_space, embed, linear, modulated, norm_silu, silu, upsample};
use crate::onnx::network::{LATENT, Network, condition, input, picture};
use crate::onnx::parameters::Parameters;

/// From a latent under a condition to its picture.
pub fn networks(config: &GanConfig, parameters: &Parameters) -> Result<Vec<Network>> {
    let (at, side) = (parameters.root().at("generator"), config.side / 4);
    let generator = Network::build("generator", |g| {
        let (z, condition) = (input(g, "z", &[config.latent], LATENT), condition(g, config.classes));
        let embedding = linear(g, &z, &at.at("embed"))?;
        let class = embed(g, &condition, &at.at("condition"))?;
        let embedding = g.add(&embedding, &class);
        let embedding = silu(g, &embedding);
        let x = linear(g, &z, &at.at("stem"))?;
        let x = g.reshape(&x, &[config.channels, side, side]);
        let x = modulated(g, &x, &embedding, &at.at("coarse"))?;
        let x = silu(g, &x);
        let x = upsample(g, &x);
        let x = conv3x3(g, &x, &at.at("widen"), 1)?;
        let x = modulated(g, &x, &embedding, &at.at("fine"))?;
        let x = norm_silu(g, &x, &at.at("norm"))?;
        let x = conv3x3(g, &x, &at.at("spread"), 1)?;
        let x = depth_to_space(g, &x);
        let x = silu(g, &x);
        let x = conv3x3(g, &x, &at.at("paint"), 1)?;
        let drawn = g.map("Tanh", &x);
        picture(g, &drawn);
        Ok(())
    })?;
    Ok(vec![generator])
}
