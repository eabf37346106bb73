//! The networks of latent diffusion: what a sentence leads, the flow it leads, and the autoencoder around it.

use anyhow::Result;
use pushforward::families::latent_diffusion::LatentDiffusionConfig;
use pushforward::layers::autoencoder::{CODES, COLOURS, SIDE};
use pushforward::prompt::LENGTH;

use crate::onnx::graph::{Graph, Value};
use crate::onnx::layers::{
    conv3x3, depth_to_space, embed, layer_norm, linear, modulated, norm_silu, pixel_attention, pointwise, residual,
    silu, space_to_depth, time, upsample,
};
use crate::onnx::network::{Network, PICTURE, input, picture};
use crate::onnx::parameters::{Parameters, Part};
use crate::onnx::proto::Element;

/// From sentences to what leads the flow, from noisy codes to velocities, from codes to pictures and back.
pub fn networks(config: &LatentDiffusionConfig, parameters: &Parameters) -> Result<Vec<Network>> {
    let root = parameters.root();
    let [sketch, _] = config.sketch;
    let (code, lead) = ([config.code, CODES, CODES], [config.meaning + sketch * CODES * CODES]);
    let text = Network::build("text", |g| {
        let about = format!(
            "rows of a table of {} that a sentence's words are hashed to, 0 where there is none",
            config.buckets
        );
        let words = g.input("words", Element::Int, &[LENGTH], &about);
        let style = g.input("style", Element::Int, &[], &format!("the style, or {} for any", config.styles));
        let lead = lead_of(g, &words, &style, &root.at("lead"))?;
        g.output("lead", Element::Float, &lead, "what leads the flow: a meaning, and a sketch of it");
        Ok(())
    })?;
    let flow = Network::build("flow", |g| {
        let x = input(g, "x", &code, "(1 - t) times a code, and t times standard normal noise");
        let t = input(g, "t", &[], "the time, from 0 for a code to 1 for noise");
        let lead = input(g, "lead", &lead, "what the text encoder says");
        let velocity = velocity(g, &x, &t, &lead, &root.at("flow"), config.meaning)?;
        g.output("velocity", Element::Float, &velocity, "the noise less the code, as expected from x");
        Ok(())
    })?;
    let decoder = Network::build("decoder", |g| {
        let codes = input(g, "code", &code, "a picture's code");
        let drawn = decode(g, &codes, &root.at("decoder"))?;
        picture(g, &drawn);
        Ok(())
    })?;
    let encoder = Network::build("encoder", |g| {
        let images = input(g, "picture", &[COLOURS, SIDE, SIDE], PICTURE);
        encode(g, &images, &root.at("encoder"))
    })?;
    Ok(vec![text, flow, decoder, encoder])
}

/// Meanings of sentences in styles, beside their sketches.
fn lead_of(g: &mut Graph, words: &Value, style: &Value, at: &Part) -> Result<Value> {
    let text = at.at("text");
    let there = g.is_positive(words);
    let there = g.cast(&there, Element::Float);
    let count = g.reduce("ReduceSum", &there);
    let rows = embed(g, words, &text.at("table"))?;
    let there = g.unsqueeze(&there, 2);
    let rows = g.mul(&rows, &there);
    let sum = g.reduce("ReduceSum", &rows);
    let sum = g.reshape(&sum, &sum.shape[1..]);
    let count = g.clip(&count, 1.0, LENGTH as f64);
    let root = g.map("Sqrt", &count);
    let sentence = g.pair("Div", &sum, &root);
    let bent = linear(g, &sentence, &text.at("widen"))?;
    let bent = silu(g, &bent);
    let bent = linear(g, &bent, &text.at("bend"))?;
    let straight = linear(g, &sentence, &text.at("straight"))?;
    let both = g.add(&straight, &bent);
    let meaning = layer_norm(g, &both, &text.at("norm"))?;
    let hand = embed(g, style, &at.at("style"))?;
    let meaning = g.add(&meaning, &hand);
    let sketch = linear(g, &meaning, &at.at("sketch_1"))?;
    let sketch = silu(g, &sketch);
    let sketch = linear(g, &sketch, &at.at("sketch_2"))?;
    Ok(g.cat(&[&meaning, &sketch]))
}

fn velocity(g: &mut Graph, x: &Value, t: &Value, lead: &Value, at: &Part, meaning: usize) -> Result<Value> {
    let time = time(g, t, at)?;
    let [meaning, sketch] = g.parts(lead, 1, [meaning, lead.channels() - meaning]);
    let meaning = linear(g, &meaning, &at.at("meaning"))?;
    let embedding = g.add(&time, &meaning);
    let embedding = silu(g, &embedding);
    let sketch = g.reshape(&sketch, &[sketch.channels() / CODES / CODES, CODES, CODES]);
    let x = g.cat(&[x, &sketch]);
    let mut x = pointwise(g, &x, &at.at("stem"))?;
    let attentions = at.at("attentions").each()?;
    for (i, block) in at.at("blocks").each()?.iter().enumerate() {
        x = modulated(g, &x, &embedding, block)?;
        if let Some(attention) = attentions.get(i) {
            x = pixel_attention(g, &x, attention)?;
        }
    }
    let x = norm_silu(g, &x, &at.at("norm"))?;
    conv3x3(g, &x, &at.at("paint"), 1)
}

fn decode(g: &mut Graph, codes: &Value, at: &Part) -> Result<Value> {
    let x = conv3x3(g, codes, &at.at("stem"), 1)?;
    let x = residual(g, &x, &at.at("coarse"))?;
    let x = upsample(g, &x);
    let x = conv3x3(g, &x, &at.at("up"), 1)?;
    let x = residual(g, &x, &at.at("middle"))?;
    let x = conv3x3(g, &x, &at.at("unfold"), 1)?;
    let x = depth_to_space(g, &x);
    let x = residual(g, &x, &at.at("fine"))?;
    let x = norm_silu(g, &x, &at.at("norm"))?;
    conv3x3(g, &x, &at.at("paint"), 1)
}

fn encode(g: &mut Graph, images: &Value, at: &Part) -> Result<()> {
    let x = space_to_depth(g, images);
    let x = conv3x3(g, &x, &at.at("stem"), 1)?;
    let x = residual(g, &x, &at.at("fine"))?;
    let x = conv3x3(g, &x, &at.at("down"), 2)?;
    let x = residual(g, &x, &at.at("coarse"))?;
    let x = norm_silu(g, &x, &at.at("norm"))?;
    let x = conv3x3(g, &x, &at.at("squeeze"), 1)?;
    let [mean, log_variance] = g.split(&x);
    let log_variance = g.clip(&log_variance, -12.0, 4.0);
    g.output("mean", Element::Float, &mean, "the mean of the picture's code");
    g.output("log_variance", Element::Float, &log_variance, "the logarithm of its variance");
    Ok(())
}
