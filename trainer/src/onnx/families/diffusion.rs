//! The network of diffusion: its denoiser, a U-Net.

use anyhow::Result;
use pushforward::families::diffusion::DiffusionConfig;

use crate::onnx::graph::{Graph, Value};
use crate::onnx::layers::{
    all_modulated, conv3x3, depth_to_space, embed, norm_silu, pixel_attention, pointwise, silu, time,
};
use crate::onnx::network::{Network, condition, input};
use crate::onnx::parameters::{Parameters, Part};
use crate::onnx::proto::Element;

/// From noisy pictures, times and conditions to velocities.
pub fn networks(config: &DiffusionConfig, parameters: &Parameters) -> Result<Vec<Network>> {
    let at = parameters.root();
    let denoiser = Network::build("denoiser", |g| {
        let picture = [config.colours, config.side, config.side];
        let x = input(g, "x", &picture, "(1 - t) times a picture in [-1, 1], and t times standard normal noise");
        let t = input(g, "t", &[], "the time, from 0 for a picture to 1 for noise");
        let condition = condition(g, config.classes);
        let embedding = time(g, &t, &at)?;
        let class = embed(g, &condition, &at.at("condition"))?;
        let embedding = g.add(&embedding, &class);
        let embedding = silu(g, &embedding);

        let x = conv3x3(g, &x, &at.at("stem"), 1)?;
        let x = through(g, &at.at("levels").each()?, &x, &embedding, &at)?;
        let x = norm_silu(g, &x, &at.at("norm"))?;
        let x = conv3x3(g, &x, &at.at("paint"), 1)?;
        g.output("velocity", Element::Float, &x, "the noise less the picture, as expected from x");
        Ok(())
    })?;
    Ok(vec![denoiser])
}

/// Through the U-Net from the finest of some levels on.
fn through(g: &mut Graph, levels: &[Part], x: &Value, embedding: &Value, root: &Part) -> Result<Value> {
    let [level, coarser @ ..] = levels else {
        let x = pixel_attention(g, x, &root.at("attention"))?;
        return all_modulated(g, &x, embedding, &root.at("middle"));
    };
    let fine = all_modulated(g, x, embedding, &level.at("down"))?;
    let coarse = conv3x3(g, &fine, &level.at("shrink"), 2)?;
    let coarse = through(g, coarser, &coarse, embedding, root)?;
    let grown = pointwise(g, &coarse, &level.at("grow"))?;
    let grown = depth_to_space(g, &grown);
    let both = g.cat(&[&grown, &fine]);
    let merged = pointwise(g, &both, &level.at("merge"))?;
    all_modulated(g, &merged, embedding, &level.at("up"))
}
