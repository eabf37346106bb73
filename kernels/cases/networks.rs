//! Networks of fixed numbers, in the shapes of the models that ship and in any other.

use kernels::causal::{self, Linear, Norm, PriorWeights, TransformerWeights};
use kernels::gated::{self, NetworkWeights, Weights};

use super::numbers;

/// Conditions of either network.
const CONDITIONS: usize = 3;

/// Gated layers of these dilations, for pictures of a side.
pub fn gated(side: usize, channels: usize, mixtures: usize, dilations: &[usize]) -> NetworkWeights {
    let weights = |outputs: usize, inputs: usize, seed: u32| Weights {
        weights: scaled(outputs * inputs, seed, 1.5 / (inputs as f32).sqrt()),
        bias: scaled(outputs, seed + 1, 0.2),
    };
    let layers = dilations.iter().zip(1..).map(|(dilation, layer)| gated::LayerWeights {
        vertical: weights(2 * channels, 6 * channels, 100 * layer),
        across: weights(2 * channels, channels, 100 * layer + 10),
        horizontal: weights(2 * channels, 3 * channels, 100 * layer + 20),
        out: weights(channels, channels, 100 * layer + 30),
        conditions: scaled(CONDITIONS * 4 * channels, 100 * layer + 40, 0.3),
        dilation: *dilation,
    });
    NetworkWeights {
        side,
        above: weights(channels, 15, 1),
        left: weights(channels, 3, 3),
        place: scaled(side * side * channels, 5, 0.1),
        layers: layers.collect(),
        widen: weights(2 * channels, channels, 7),
        mixture: weights(3 * mixtures, 2 * channels, 9),
    }
}

/// A causal transformer over so many codes.
pub fn prior(places: usize, codes: usize, width: usize, heads: usize, layers: u32) -> PriorWeights {
    let linear = |inputs: usize, outputs: usize, seed: u32| Linear {
        weights: scaled(outputs * inputs, seed, 1.5 / (inputs as f32).sqrt()),
        bias: scaled(outputs, seed + 1, 0.2),
    };
    let norm = |seed: u32| Norm {
        gamma: scaled(width, seed, 0.5).iter().map(|x| 1.0 + x).collect(),
        beta: scaled(width, seed + 1, 0.1),
        epsilon: 1e-5,
    };
    let layers = (1..=layers).map(|layer| causal::LayerWeights {
        heads,
        norm_1: norm(100 * layer),
        projections: linear(width, 3 * width, 100 * layer + 10),
        out: linear(width, width, 100 * layer + 20),
        norm_2: norm(100 * layer + 30),
        widen: linear(width, 4 * width, 100 * layer + 40),
        narrow: linear(4 * width, width, 100 * layer + 50),
    });
    PriorWeights {
        condition: scaled(CONDITIONS * width, 1, 1.0),
        place: scaled(places * width, 2, 1.0),
        code: scaled(codes * width, 3, 1.0),
        transformer: TransformerWeights { layers: layers.collect(), norm: norm(4) },
        logits: linear(width, codes, 6),
    }
}

fn scaled(count: usize, seed: u32, by: f32) -> Vec<f32> {
    numbers(count, seed).iter().map(|x| x * by).collect()
}
