//! The layers of `pushforward` as operators of ONNX, one function a layer.

use anyhow::Result;

use super::graph::{Graph, Value};
use super::parameters::Part;
use super::proto::Attribute;

/// Channels of a normalization group.
const GROUP: usize = 8;

/// Heads of an attention.
const HEADS: usize = 4;

/// What is added to a variance.
const EPSILON: f32 = 1e-5;

/// How a convolution looks.
#[derive(Debug, Clone, Copy)]
pub struct Window {
    /// Pixels from one place to the next.
    pub stride: usize,
    /// Pixels between two of a kernel.
    pub dilation: usize,
    /// Zeros above, to the left, below and to the right.
    pub pads: [usize; 4],
}

impl Window {
    /// The pixel itself.
    pub const POINT: Self = Self { stride: 1, dilation: 1, pads: [0; 4] };
}

/// A convolution of a feature map `[batch, channels, height, width]`.
pub fn convolution(g: &mut Graph, x: &Value, at: &Part, window: Window) -> Result<Value> {
    let Window { stride, dilation, pads: [top, left, bottom, right] } = window;
    let weight = g.constant(&at.name("weight"), at.array("weight")?);
    let bias = g.constant(&at.name("bias"), at.array("bias")?);
    let ([_, height, width], [outputs, _, rows, columns]) = (dimensions(&x.shape), dimensions(&weight.shape));
    let places = |length: usize, kernel: usize| (length - dilation * (kernel - 1) - 1) / stride + 1;
    let shape = [outputs, places(height + top + bottom, rows), places(width + left + right, columns)];
    let attributes = vec![
        Attribute::ints("kernel_shape", [rows, columns]),
        Attribute::ints("strides", [stride; 2]),
        Attribute::ints("dilations", [dilation; 2]),
        Attribute::ints("pads", window.pads),
    ];
    Ok(g.apply("Conv", &[x, &weight, &bias], attributes, &shape))
}

/// A shape of a known rank.
pub fn dimensions<const N: usize>(shape: &[usize]) -> [usize; N] {
    shape.try_into().unwrap_or_else(|_| panic!("expected {N} dimensions, got {shape:?}"))
}

/// A 3x3 convolution that keeps height and width (`stride` 1) or halves them (`stride` 2).
pub fn conv3x3(g: &mut Graph, x: &Value, at: &Part, stride: usize) -> Result<Value> {
    convolution(g, x, at, Window { stride, dilation: 1, pads: [1; 4] })
}

/// A 1x1 convolution.
pub fn pointwise(g: &mut Graph, x: &Value, at: &Part) -> Result<Value> {
    convolution(g, x, at, Window::POINT)
}

/// A linear map of rows `[batch, features]`, or of several of each `[batch, rows, features]`.
pub fn linear(g: &mut Graph, x: &Value, at: &Part) -> Result<Value> {
    let weight = g.constant(&at.name("weight"), at.array("weight")?);
    let bias = g.constant(&at.name("bias"), at.array("bias")?);
    if x.shape.len() == 1 {
        return Ok(g.apply("Gemm", &[x, &weight, &bias], Vec::new(), &bias.shape));
    }
    let product = g.matmul(x, &weight);
    Ok(g.add(&product, &bias))
}

/// x times its own sigmoid.
pub fn silu(g: &mut Graph, x: &Value) -> Value {
    let sigmoid = g.map("Sigmoid", x);
    g.mul(x, &sigmoid)
}

/// x Phi(x).
pub fn gelu(g: &mut Graph, x: &Value) -> Value {
    let root = g.scalar(std::f64::consts::SQRT_2);
    let inside = g.pair("Div", x, &root);
    let erf = g.map("Erf", &inside);
    let one = g.scalar(1.0);
    let twice = g.add(&erf, &one);
    let product = g.mul(x, &twice);
    g.scaled(&product, 0.5)
}

/// A norm of groups of 8 channels: one of instances, whose features are the groups.
pub fn group_norm(g: &mut Graph, x: &Value, at: &Part) -> Result<Value> {
    let [channels, height, width] = dimensions(&x.shape);
    let groups = channels / GROUP;
    let rows = g.reshape(x, &[groups, GROUP * height * width]);
    let (ones, zeros) = (g.floats(&vec![1.0; groups], &[groups]), g.floats(&vec![0.0; groups], &[groups]));
    let attributes = vec![Attribute::float("epsilon", EPSILON)];
    let normal = g.apply("InstanceNormalization", &[&rows, &ones, &zeros], attributes, &rows.shape);
    let normal = g.reshape(&normal, &x.shape);
    let [gamma, beta] = ["gamma", "beta"].map(|name| spread(g, at, name));
    let scaled = g.mul(&normal, &gamma?);
    Ok(g.add(&scaled, &beta?))
}

/// A parameter with a number for each channel, for every pixel.
fn spread(g: &mut Graph, at: &Part, name: &str) -> Result<Value> {
    let mut array = at.array(name)?.clone();
    array.shape.extend([1, 1]);
    Ok(g.constant(&at.name(name), &array))
}

/// A norm of the last dimension.
pub fn layer_norm(g: &mut Graph, x: &Value, at: &Part) -> Result<Value> {
    let gamma = g.constant(&at.name("gamma"), at.array("gamma")?);
    let beta = g.constant(&at.name("beta"), at.array("beta")?);
    Ok(g.apply("LayerNormalization", &[x, &gamma, &beta], vec![Attribute::float("epsilon", EPSILON)], &x.shape))
}

/// The normalized feature map, bent.
pub fn norm_silu(g: &mut Graph, x: &Value, at: &Part) -> Result<Value> {
    let normal = group_norm(g, x, at)?;
    Ok(silu(g, &normal))
}

/// Two normalized 3x3 convolutions added to their input.
pub fn residual(g: &mut Graph, x: &Value, at: &Part) -> Result<Value> {
    let h = norm_silu(g, x, &at.at("norm_1"))?;
    let h = conv3x3(g, &h, &at.at("conv_1"), 1)?;
    let h = norm_silu(g, &h, &at.at("norm_2"))?;
    let h = conv3x3(g, &h, &at.at("conv_2"), 1)?;
    Ok(g.add(x, &h))
}

/// A residual block whose second norm is scaled and shifted by an embedding `[batch, length]`.
pub fn modulated(g: &mut Graph, x: &Value, embedding: &Value, at: &Part) -> Result<Value> {
    let h = norm_silu(g, x, &at.at("norm_1"))?;
    let h = conv3x3(g, &h, &at.at("conv_1"), 1)?;
    let h = group_norm(g, &h, &at.at("norm_2"))?;
    let modulation = linear(g, embedding, &at.at("modulation"))?;
    let modulation = g.reshape(&modulation, &[modulation.channels(), 1, 1]);
    let [scale, shift] = g.split(&modulation);
    let one = g.scalar(1.0);
    let scale = g.add(&scale, &one);
    let h = g.mul(&h, &scale);
    let h = g.add(&h, &shift);
    let h = silu(g, &h);
    let h = conv3x3(g, &h, &at.at("conv_2"), 1)?;
    Ok(g.add(x, &h))
}

/// Several of them, one after the other.
pub fn all_modulated(g: &mut Graph, x: &Value, embedding: &Value, at: &Part) -> Result<Value> {
    at.each()?.iter().try_fold(x.clone(), |x, block| modulated(g, &x, embedding, block))
}

/// Self-attention over the pixels of a feature map, added to it.
pub fn pixel_attention(g: &mut Graph, x: &Value, at: &Part) -> Result<Value> {
    let [channels, height, width] = dimensions(&x.shape);
    let normal = group_norm(g, x, &at.at("norm"))?;
    let pixels = g.reshape(&normal, &[channels, height * width]);
    let pixels = g.transpose(&pixels, &[0, 2, 1]);
    let at = at.at("attention");
    let [queries, keys, values] = ["query", "key", "value"].map(|name| linear(g, &pixels, &at.at(name)));
    let seen = attention(g, [&queries?, &keys?, &values?], None);
    let seen = linear(g, &seen, &at.at("output"))?;
    let seen = g.transpose(&seen, &[0, 2, 1]);
    let seen = g.reshape(&seen, &x.shape);
    Ok(g.add(x, &seen))
}

/// Scaled dot product attention of queries, keys and values `[batch, tokens, width]` by some heads; `bias`
/// `[1, 1, tokens, tokens]` is added to what a token makes of another.
pub fn attention(g: &mut Graph, projected: [&Value; 3], bias: Option<&Value>) -> Value {
    let [tokens, width] = dimensions(&projected[0].shape);
    let size = width / HEADS;
    let [queries, keys, values] = projected.map(|x| {
        let heads = g.reshape(x, &[tokens, HEADS, size]);
        g.transpose(&heads, &[0, 2, 1, 3])
    });
    let keys = g.transpose(&keys, &[0, 1, 3, 2]);
    let scores = g.matmul(&queries, &keys);
    let scores = g.scaled(&scores, (size as f64).sqrt().recip());
    let scores = bias.map_or(scores.clone(), |bias| g.add(&scores, bias));
    let weights = g.apply("Softmax", &[&scores], vec![Attribute::int("axis", -1)], &scores.shape);
    let seen = g.matmul(&weights, &values);
    let seen = g.transpose(&seen, &[0, 2, 1, 3]);
    g.reshape(&seen, &[tokens, width])
}

/// Doubles height and width by repeating pixels.
pub fn upsample(g: &mut Graph, x: &Value) -> Value {
    let [channels, height, width] = dimensions(&x.shape);
    let (nothing, scales) = (g.nothing(), g.floats(&[1.0, 1.0, 2.0, 2.0], &[4]));
    let attributes = vec![
        Attribute::string("mode", "nearest"),
        Attribute::string("coordinate_transformation_mode", "asymmetric"),
        Attribute::string("nearest_mode", "floor"),
    ];
    g.apply("Resize", &[x, &nothing, &scales], attributes, &[channels, 2 * height, 2 * width])
}

/// Moves blocks of 2x2 pixels into channels: `[b, c, 2h, 2w]` to `[b, 4c, h, w]`. ONNX's own operator has them in
/// another order.
pub fn space_to_depth(g: &mut Graph, x: &Value) -> Value {
    let [channels, height, width] = dimensions(&x.shape);
    let (height, width) = (height / 2, width / 2);
    let blocks = g.reshape(x, &[channels, height, 2, width, 2]);
    let blocks = g.transpose(&blocks, &[0, 1, 3, 5, 2, 4]);
    g.reshape(&blocks, &[4 * channels, height, width])
}

/// Moves channels into blocks of 2x2 pixels, the inverse of [`space_to_depth`].
pub fn depth_to_space(g: &mut Graph, x: &Value) -> Value {
    let [channels, height, width] = dimensions(&x.shape);
    let attributes = vec![Attribute::int("blocksize", 2), Attribute::string("mode", "CRD")];
    g.apply("DepthToSpace", &[x], attributes, &[channels / 4, 2 * height, 2 * width])
}

/// The vectors of numbers in an embedding's table.
pub fn embed(g: &mut Graph, numbers: &Value, at: &Part) -> Result<Value> {
    let table = g.constant(&at.name("weight"), at.array("weight")?);
    Ok(g.gather(&table, numbers))
}

/// What a network is told of times `[batch]`: sines and cosines at frequencies from 1 to 1000, and two layers on them.
pub fn time(g: &mut Graph, t: &Value, at: &Part) -> Result<Value> {
    let frequencies = at.array("time_1.weight")?.shape[0] / 2;
    let waves: Vec<f32> = (0..frequencies).map(|i| 1000f32.powf(i as f32 / (frequencies - 1) as f32)).collect();
    let waves = g.floats(&waves, &[1, frequencies]);
    let column = g.unsqueeze(t, 1);
    let phases = g.apply("Mul", &[&column, &waves], Vec::new(), &[frequencies]);
    let [sines, cosines] = ["Sin", "Cos"].map(|operator| g.map(operator, &phases));
    let waves = g.cat(&[&sines, &cosines]);
    let x = linear(g, &waves, &at.at("time_1"))?;
    let x = silu(g, &x);
    linear(g, &x, &at.at("time_2"))
}
