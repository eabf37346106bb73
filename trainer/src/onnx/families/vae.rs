//! The networks of the variational autoencoder.

use anyhow::Result;
use pushforward::families::vae::VaeConfig;

use crate::onnx::graph::{Graph, Value};
use crate::onnx::layers::{conv3x3, linear, norm_silu, pointwise, residual, silu, upsample};
use crate::onnx::network::{LATENT, Network, PICTURE, condition, input, picture};
use crate::onnx::parameters::{Array, Parameters, Part};
use crate::onnx::proto::Element;

/// The prior's parameters are kept over this.
const PRIOR_RATE: f32 = 10.0;

/// From a latent under a condition to its picture, and from a picture to the Gaussian of its codes.
pub fn networks(config: &VaeConfig, parameters: &Parameters) -> Result<Vec<Network>> {
    let root = parameters.root();
    let decoder = Network::build("decoder", |g| {
        let (z, condition) = (input(g, "z", &[config.latent], LATENT), condition(g, config.classes));
        let codes = carry(g, &z, &condition, &root.at("prior"))?;
        let drawn = decode(g, &codes, config, &root.at("decoder"))?;
        picture(g, &drawn);
        Ok(())
    })?;
    let encoder = Network::build("encoder", |g| {
        let images = input(g, "picture", &[config.colours, config.side, config.side], PICTURE);
        encode(g, &images, &root.at("encoder"))
    })?;
    Ok(vec![decoder, encoder])
}

/// Carries latents to codes: a class's root times z, and its mean.
fn carry(g: &mut Graph, z: &Value, condition: &Value, at: &Part) -> Result<Value> {
    let (mean, root) = (at.array("mean")?, at.array("root")?);
    let latent = root.shape[2];
    let entry = |(i, value): (usize, &f32)| {
        let (row, column) = (i / latent % latent, i % latent);
        match row.cmp(&column) {
            std::cmp::Ordering::Less => 0.0,
            std::cmp::Ordering::Equal => (value * PRIOR_RATE).exp(),
            std::cmp::Ordering::Greater => value * PRIOR_RATE,
        }
    };
    let roots = Array { shape: root.shape.clone(), values: root.values.iter().enumerate().map(entry).collect() };
    let means = Array { values: mean.values.iter().map(|value| value * PRIOR_RATE).collect(), ..mean.clone() };
    let [roots, means] = [("roots", roots), ("means", means)].map(|(name, array)| {
        let table = g.constant(&at.name(name), &array);
        g.gather(&table, condition)
    });
    let column = g.reshape(z, &[latent, 1]);
    let moved = g.matmul(&roots, &column);
    let moved = g.reshape(&moved, &[latent]);
    Ok(g.add(&moved, &means))
}

fn decode(g: &mut Graph, codes: &Value, config: &VaeConfig, at: &Part) -> Result<Value> {
    let side = config.side / 4;
    let x = linear(g, codes, &at.at("stem"))?;
    let x = g.reshape(&x, &[config.channels, side, side]);
    let x = residual(g, &x, &at.at("coarse"))?;
    painted(g, &x, at)
}

/// The rest of a decoder, as codes have it, too: twice as large two times over, and painted.
pub fn painted(g: &mut Graph, x: &Value, at: &Part) -> Result<Value> {
    let x = silu(g, x);
    let x = upsample(g, &x);
    let x = conv3x3(g, &x, &at.at("widen_1"), 1)?;
    let x = residual(g, &x, &at.at("fine"))?;
    let x = silu(g, &x);
    let x = upsample(g, &x);
    let x = conv3x3(g, &x, &at.at("widen_2"), 1)?;
    let x = norm_silu(g, &x, &at.at("norm"))?;
    let x = conv3x3(g, &x, &at.at("paint"), 1)?;
    Ok(g.map("Tanh", &x))
}

fn encode(g: &mut Graph, images: &Value, at: &Part) -> Result<()> {
    let x = conv3x3(g, images, &at.at("stem"), 2)?;
    let x = silu(g, &x);
    let x = conv3x3(g, &x, &at.at("down"), 2)?;
    let x = residual(g, &x, &at.at("coarse"))?;
    let x = norm_silu(g, &x, &at.at("norm"))?;
    let x = pointwise(g, &x, &at.at("squeeze"))?;
    let x = g.reshape(&x, &[x.shape.iter().product()]);
    let x = silu(g, &x);
    let x = linear(g, &x, &at.at("posterior"))?;
    let [mean, log_variance] = g.split(&x);
    let log_variance = g.clip(&log_variance, -10.0, 4.0);
    g.output("mean", Element::Float, &mean, "the mean of the picture's code");
    g.output("log_variance", Element::Float, &log_variance, "the logarithm of its variance");
    Ok(())
}
