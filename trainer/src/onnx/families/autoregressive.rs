//! The network of the autoregressive model: the mixtures at all pixels of a whole picture.

use anyhow::Result;
use pushforward::families::autoregressive::{AutoregressiveConfig, DILATIONS};

use crate::onnx::graph::{Graph, Value};
use crate::onnx::layers::{Window, convolution, dimensions, embed, pointwise, silu};
use crate::onnx::network::{Network, PICTURE, condition, input};
use crate::onnx::parameters::{Parameters, Part};
use crate::onnx::proto::Element;

/// From pictures under a condition to the mixture of logistics at each pixel, as those before it have it.
pub fn networks(config: &AutoregressiveConfig, parameters: &Parameters) -> Result<Vec<Network>> {
    let at = parameters.root();
    let mixtures = Network::build("mixtures", |g| {
        let images = input(g, "picture", &[1, config.side, config.side], PICTURE);
        let condition = condition(g, config.classes);
        let place = g.constant("place", at.array("place")?);
        let mut vertical = seen(g, &images, &at.at("above"))?;
        vertical = g.add(&vertical, &place);
        let left = seen(g, &images, &at.at("left"))?;
        let mut horizontal = g.add(&left, &vertical);
        for (layer, dilation) in at.at("layers").each()?.iter().zip(DILATIONS.into_iter().cycle()) {
            (vertical, horizontal) = gated(g, [&vertical, &horizontal], &condition, dilation, layer)?;
        }
        let x = silu(g, &horizontal);
        let x = pointwise(g, &x, &at.at("widen"))?;
        let x = silu(g, &x);
        let x = pointwise(g, &x, &at.at("mixture"))?;
        let about = "for each pixel weights as logits, means and log-scales, as many of each as there are logistics";
        g.output("mixtures", Element::Float, &x, about);
        Ok(())
    })?;
    Ok(vec![mixtures])
}

/// The pixels before each, its own left out: those of rows above where the kernel has several, else those to the left.
fn seen(g: &mut Graph, images: &Value, at: &Part) -> Result<Value> {
    let [_, height, width] = dimensions(&images.shape);
    let [_, _, rows, columns] = dimensions(&at.array("weight")?.shape);
    if rows > 1 {
        let side = columns / 2;
        let x = convolution(g, images, at, Window { pads: [rows, side, 0, side], ..Window::POINT })?;
        return Ok(g.first(&x, 2, height));
    }
    let x = convolution(g, images, at, Window { pads: [0, columns, 0, 0], ..Window::POINT })?;
    Ok(g.first(&x, 3, width))
}

/// A layer of both stacks.
fn gated(g: &mut Graph, stacks: [&Value; 2], condition: &Value, dilation: usize, at: &Part) -> Result<(Value, Value)> {
    let [vertical, horizontal] = stacks;
    let bias = embed(g, condition, &at.at("condition"))?;
    let bias = g.reshape(&bias, &[bias.channels(), 1, 1]);
    let [down, right] = g.split(&bias);

    let [_, _, rows, columns] = dimensions(&at.array("vertical.weight")?.shape);
    let (above, side) = ((rows - 1) * dilation, columns / 2 * dilation);
    let pads = [above, side, 0, side];
    let x = convolution(g, vertical, &at.at("vertical"), Window { dilation, pads, ..Window::POINT })?;
    let x = g.add(&x, &down);
    let x = gate(g, &x);
    let vertical = g.add(vertical, &x);

    let across = pointwise(g, &vertical, &at.at("across"))?;
    let [_, _, _, columns] = dimensions(&at.array("horizontal.weight")?.shape);
    let pads = [0, (columns - 1) * dilation, 0, 0];
    let x = convolution(g, horizontal, &at.at("horizontal"), Window { dilation, pads, ..Window::POINT })?;
    let x = g.add(&x, &across);
    let x = g.add(&x, &right);
    let x = gate(g, &x);
    let x = pointwise(g, &x, &at.at("out"))?;
    Ok((vertical, g.add(horizontal, &x)))
}

/// tanh(a) sigmoid(b) of the two halves of the channels.
fn gate(g: &mut Graph, x: &Value) -> Value {
    let [value, gate] = g.split(x);
    let (value, gate) = (g.map("Tanh", &value), g.map("Sigmoid", &gate));
    g.mul(&value, &gate)
}
