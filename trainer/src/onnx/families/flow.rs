//! The network of the normalizing flow: its inverse, from latents to pictures.

use anyhow::Result;
use pushforward::families::flow::{FlowConfig, LEVELS, MARGIN, SCALES};

use crate::onnx::graph::{Graph, Value};
use crate::onnx::layers::{conv3x3, depth_to_space, embed, modulated, pointwise, silu, space_to_depth};
use crate::onnx::network::{LATENT, Network, condition, input, picture};
use crate::onnx::parameters::{Array, Parameters, Part};
use crate::onnx::proto::Attribute;

/// Halvings of the interval in which a mixture's inverse is looked for: from sixteen to below a millionth.
const HALVINGS: usize = 25;

/// From a latent under a condition to its picture. A mixture's inverse is a loop of halvings.
pub fn networks(config: &FlowConfig, parameters: &Parameters) -> Result<Vec<Network>> {
    let root = parameters.root();
    let inverse = Network::build("inverse", |g| {
        let z = input(g, "z", &[1, config.side, config.side], LATENT);
        let condition = condition(g, config.classes);
        let embedding = embed(g, &condition, &root.at("condition"))?;
        let embedding = silu(g, &embedding);
        let (mut stay, mut left) = (z, Vec::new());
        for (squeezes, leaves) in (0..SCALES.len()).map(|i| (SCALES[i].0, i + 1 < SCALES.len())) {
            stay = if squeezes { space_to_depth(g, &stay) } else { stay };
            left.push(leaves.then(|| {
                let [stays, leaves] = g.split(&stay);
                stay = stays;
                leaves
            }));
        }
        for ((scale, (squeezes, _)), leave) in root.at("scales").each()?.iter().zip(SCALES).zip(left).rev() {
            if let Some(leave) = leave {
                let leave = uncoupled(g, &stay, &leave, &embedding, &scale.at("leaving"))?;
                stay = g.cat(&[&stay, &leave]);
            }
            for step in scale.at("steps").each()?.iter().rev() {
                let [kept, change] = g.split(&stay);
                let change = uncoupled(g, &kept, &change, &embedding, &step.at("coupling"))?;
                let both = g.cat(&[&kept, &change]);
                stay = unmixed(g, &both, step)?;
            }
            stay = if squeezes { depth_to_space(g, &stay) } else { stay };
        }
        let drawn = from_logits(g, &stay);
        picture(g, &drawn);
        Ok(())
    })?;
    Ok(vec![inverse])
}

/// Logits to pictures in [-1, 1].
fn from_logits(g: &mut Graph, logits: &Value) -> Value {
    let unit = g.map("Sigmoid", logits);
    let factor = LEVELS / (1.0 - 2.0 * MARGIN) / 127.5;
    let offset = g.scalar(-MARGIN * factor - 0.5 / 127.5 - 1.0);
    let levels = g.scaled(&unit, factor);
    let levels = g.add(&levels, &offset);
    g.clip(&levels, -1.0, 1.0)
}

/// Undoes a step's mixing of channels and its normalization: one matrix and one shift.
fn unmixed(g: &mut Graph, x: &Value, at: &Part) -> Result<Value> {
    let size = x.channels();
    let of =
        |name: &str| Ok::<_, anyhow::Error>(at.array(name)?.values.iter().map(|value| f64::from(*value)).collect());
    let [log_scale, shift, lower, upper, log_diagonal]: [Vec<f64>; 5] =
        [of("log_scale")?, of("shift")?, of("lower")?, of("upper")?, of("log_diagonal")?];
    let mut matrix = vec![0.0; size * size];
    for column in 0..size {
        // Of the mixed channels, which are reversed: L first, then U.
        let mut solved = vec![0.0; size];
        solved[column] = 1.0;
        for row in 0..size {
            solved[row] -= (0..row).map(|i| lower[row * size + i] * solved[i]).sum::<f64>();
        }
        for row in (0..size).rev() {
            let rest: f64 = (row + 1..size).map(|i| upper[row * size + i] * solved[i]).sum();
            solved[row] = (solved[row] - rest) / log_diagonal[row].exp();
        }
        for row in 0..size {
            matrix[row * size + size - 1 - column] = solved[row] * (-log_scale[row]).exp();
        }
    }
    let single =
        |values: Vec<f64>, shape: Vec<usize>| Array { shape, values: values.iter().map(|x| *x as f32).collect() };
    let weight = g.constant(&at.name("unmix"), &single(matrix, vec![size, size, 1, 1]));
    let bias = g.constant(&at.name("unshift"), &single(shift.iter().map(|x| -x).collect(), vec![size]));
    Ok(g.apply("Conv", &[x, &weight, &bias], vec![Attribute::ints("kernel_shape", [1; 2])], &x.shape))
}

/// The numbers whose map, as others have it, is `y`.
fn uncoupled(g: &mut Graph, others: &Value, y: &Value, embedding: &Value, at: &Part) -> Result<Value> {
    let x = conv3x3(g, others, &at.at("stem"), 1)?;
    let x = modulated(g, &x, embedding, &at.at("block"))?;
    let x = silu(g, &x);
    let affine = conv3x3(g, &x, &at.at("affine"), 1)?;
    let mixture = pointwise(g, &x, &at.at("mixture"))?;

    let numbers: usize = y.shape.iter().product();
    let [shift, log_scale] = g.split(&affine);
    let log_scale = bounded(g, &log_scale, 2.0);
    let centred = g.pair("Sub", y, &shift);
    let scale = g.map("Exp", &log_scale);
    let logit = g.pair("Div", &centred, &scale);
    let logit = g.reshape(&logit, &[1, numbers]);

    let mixtures = mixture.channels() / y.channels() / 3;
    let [weights, means, log_scales] = g.split(&mixture).map(|part| g.reshape(&part, &[mixtures, numbers]));
    let weights = g.apply("LogSoftmax", &[&weights], vec![Attribute::int("axis", 1)], &weights.shape);
    let log_scales = bounded(g, &log_scales, 5.0);
    let scales = g.map("Exp", &log_scales);

    // Where each logistic alone would have it; the mixture has it between them.
    let alone = g.apply("Mul", &[&logit, &scales], Vec::new(), &scales.shape);
    let alone = g.add(&alone, &means);
    let (low, high) = (g.reduce("ReduceMin", &alone), g.reduce("ReduceMax", &alone));
    let width = g.pair("Sub", &high, &low);
    let step = g.scaled(&width, 0.5);
    let middle = g.add(&low, &step);
    let half = g.scalar(0.5);
    let [found, _] = g.repeat(HALVINGS, &[middle, step], |g, [x, step]| {
        let offset = g.apply("Sub", &[x, &means], Vec::new(), &means.shape);
        let t = g.pair("Div", &offset, &scales);
        // The logarithm of the sigmoid of t, and of that of -t.
        let negative = g.map("Neg", &t);
        let [above, below] = [&t, &negative].map(|t| {
            let rest = g.map("Softplus", t);
            let term = g.pair("Sub", &weights, &rest);
            g.reduce("ReduceLogSumExp", &term)
        });
        let here = g.pair("Sub", &below, &above);
        let lacking = g.pair("Sub", &logit, &here);
        let direction = g.map("Sign", &lacking);
        let step = g.mul(step, &half);
        let moved = g.mul(&direction, &step);
        [g.add(x, &moved), step]
    });
    Ok(g.reshape(&found, &y.shape))
}

/// Between -limit and limit, and near zero as it is.
fn bounded(g: &mut Graph, x: &Value, limit: f64) -> Value {
    let inside = g.scaled(x, limit.recip());
    let tanh = g.map("Tanh", &inside);
    g.scaled(&tanh, limit)
}
