//! The networks of codes with a causal prior.

use anyhow::Result;
use pushforward::families::codes::CodesConfig;

use super::vae::painted;
use crate::onnx::graph::{Graph, Value};
use crate::onnx::layers::{
    attention, conv3x3, dimensions, embed, gelu, layer_norm, linear, norm_silu, pointwise, residual, silu,
};
use crate::onnx::network::{Network, PICTURE, condition, input, picture};
use crate::onnx::parameters::{Array, Parameters, Part};
use crate::onnx::proto::Element;

/// From a picture to its codes, from codes to the logits of each, and from codes to their picture.
pub fn networks(config: &CodesConfig, parameters: &Parameters) -> Result<Vec<Network>> {
    let (root, side) = (parameters.root(), config.side / 4);
    let (places, about) = (side * side, format!("numbers of codes, 0 to {}, row by row", config.codebook - 1));
    let codebook = codebook(&root.at("codebook"))?;
    let encoder = Network::build("encoder", |g| {
        let images = input(g, "picture", &[config.colours, config.side, config.side], PICTURE);
        let vectors = encode(g, &images, &root.at("encoder"))?;
        let codes = nearest(g, &vectors, &codebook);
        g.output("codes", Element::Int, &codes, &about);
        Ok(())
    })?;
    let prior = Network::build("prior", |g| {
        let (codes, condition) = (g.input("codes", Element::Int, &[places], &about), condition(g, config.classes));
        let logits = prior(g, &codes, &condition, &root.at("prior"))?;
        g.output("logits", Element::Float, &logits, "of every code at each place, given the codes before it");
        Ok(())
    })?;
    let decoder = Network::build("decoder", |g| {
        let codes = g.input("codes", Element::Int, &[places], &about);
        let table = g.constant("codebook", &codebook);
        let vectors = g.gather(&table, &codes);
        let vectors = g.transpose(&vectors, &[0, 2, 1]);
        let vectors = g.reshape(&vectors, &[config.code, side, side]);
        let at = root.at("decoder");
        let x = conv3x3(g, &vectors, &at.at("stem"), 1)?;
        let x = residual(g, &x, &at.at("coarse"))?;
        let drawn = painted(g, &x, &at)?;
        picture(g, &drawn);
        Ok(())
    })?;
    Ok(vec![encoder, prior, decoder])
}

/// The codes `[codes, length]`: sums over counts.
fn codebook(at: &Part) -> Result<Array> {
    let (sums, counts) = (at.array("sums")?, at.array("counts")?);
    let length = sums.shape[1];
    let mean = |(i, sum): (usize, &f32)| sum / (counts.values[i / length] + 1e-6);
    Ok(Array { shape: sums.shape.clone(), values: sums.values.iter().enumerate().map(mean).collect() })
}

/// Pictures to vectors `[batch, places, length]`.
fn encode(g: &mut Graph, images: &Value, at: &Part) -> Result<Value> {
    let x = conv3x3(g, images, &at.at("stem"), 2)?;
    let x = residual(g, &x, &at.at("fine"))?;
    let x = silu(g, &x);
    let x = conv3x3(g, &x, &at.at("down"), 2)?;
    let x = residual(g, &x, &at.at("coarse"))?;
    let x = norm_silu(g, &x, &at.at("norm"))?;
    let x = pointwise(g, &x, &at.at("squeeze"))?;
    let [length, height, width] = dimensions(&x.shape);
    let x = g.reshape(&x, &[length, height * width]);
    Ok(g.transpose(&x, &[0, 2, 1]))
}

/// The numbers of the codes nearest to vectors: |v - c|^2 less |v|^2, the same for every code.
fn nearest(g: &mut Graph, vectors: &Value, codebook: &Array) -> Value {
    let [codes, length] = dimensions(&codebook.shape);
    let columns: Vec<f32> =
        (0..length * codes).map(|i| -2.0 * codebook.values[i % codes * length + i / codes]).collect();
    let squares: Vec<f32> = codebook.values.chunks(length).map(|code| code.iter().map(|x| x * x).sum()).collect();
    let (columns, squares) = (g.floats(&columns, &[length, codes]), g.floats(&squares, &[codes]));
    let products = g.matmul(vectors, &columns);
    let distances = g.add(&products, &squares);
    g.least(&distances)
}

/// Logits `[batch, places, codebook]` of codes `[batch, places]`.
fn prior(g: &mut Graph, codes: &Value, condition: &Value, at: &Part) -> Result<Value> {
    let [places] = dimensions(&codes.shape);
    let before = g.first(codes, 1, places - 1);
    let before = embed(g, &before, &at.at("code"))?;
    let before = g.zero_before(&before);
    let place = g.constant(&at.name("place.weight"), at.array("place.weight")?);
    let class = embed(g, condition, &at.at("condition"))?;
    let class = g.unsqueeze(&class, 1);
    let tokens = g.add(&before, &place);
    let tokens = g.add(&tokens, &class);

    let transformer = at.at("transformer");
    let later: Vec<f32> = (0..places * places).map(|i| if i % places > i / places { -1e9 } else { 0.0 }).collect();
    let later = g.floats(&later, &[1, 1, places, places]);
    let x = transformer.at("layers").each()?.iter().try_fold(tokens, |x, at| layer(g, &x, &later, at))?;
    let x = layer_norm(g, &x, &transformer.at("norm"))?;
    linear(g, &x, &at.at("logits"))
}

/// A layer of the transformer on tokens `[batch, tokens, width]`.
fn layer(g: &mut Graph, x: &Value, later: &Value, at: &Part) -> Result<Value> {
    let normal = layer_norm(g, x, &at.at("norm_1"))?;
    let projected = linear(g, &normal, &at.at("projections"))?;
    // Queries, keys and values lie one after the other in the last dimension.
    let [queries, keys, values] = g.split_last(&projected);
    let seen = attention(g, [&queries, &keys, &values], Some(later));
    let seen = linear(g, &seen, &at.at("out"))?;
    let x = g.add(x, &seen);
    let normal = layer_norm(g, &x, &at.at("norm_2"))?;
    let wide = linear(g, &normal, &at.at("widen"))?;
    let wide = gelu(g, &wide);
    let narrow = linear(g, &wide, &at.at("narrow"))?;
    Ok(g.add(&x, &narrow))
}
