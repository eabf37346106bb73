//! A causal transformer (Vaswani et al., arXiv 1706.03762): all tokens at once for training, or one at a
//! time with the keys and values of those before it kept, so that a token costs a token.

use burn::config::Config;
use burn::module::Module;
use burn::nn::{LayerNorm, LayerNormConfig, Linear, LinearConfig};
use burn::tensor::activation::{gelu, softmax};
use burn::tensor::{Bool, Device, Tensor};
use kernels::causal::{self, LayerWeights, TransformerWeights};

use super::numbers;

/// What norms add to a variance.
const EPSILON: f64 = 1e-5;

/// Config of [`CausalTransformer`].
#[derive(Config, Debug)]
pub struct CausalTransformerConfig {
    /// Length of a token's vector; a multiple of `heads`.
    pub width: usize,
    /// Number of layers.
    pub layers: usize,
    /// Number of attention heads.
    #[config(default = 4)]
    pub heads: usize,
}

/// Pre-normalized layers of attention to earlier tokens and of a perceptron four times as wide
/// (arXiv 2002.04745), and a last normalization.
#[derive(Module, Debug)]
pub struct CausalTransformer {
    layers: Vec<Layer>,
    norm: LayerNorm,
}

#[derive(Module, Debug)]
struct Layer {
    norm_1: LayerNorm,
    projections: Linear,
    out: Linear,
    norm_2: LayerNorm,
    widen: Linear,
    narrow: Linear,
    #[module(skip)]
    heads: usize,
}

impl CausalTransformerConfig {
    /// Initializes the layers on `device`.
    pub fn init(&self, device: &Device) -> CausalTransformer {
        let Self { width, layers, heads } = *self;
        let norm = || LayerNormConfig::new(width).with_epsilon(EPSILON).init(device);
        let layer = |_| Layer {
            norm_1: norm(),
            projections: LinearConfig::new(width, 3 * width).init(device),
            out: LinearConfig::new(width, width).init(device),
            norm_2: norm(),
            widen: LinearConfig::new(width, 4 * width).init(device),
            narrow: LinearConfig::new(4 * width, width).init(device),
            heads,
        };
        CausalTransformer { layers: (0..layers).map(layer).collect(), norm: norm() }
    }
}

/// Keys and values of the tokens so far, each `[batch, heads, tokens, width / heads]`, for each layer.
#[derive(Debug, Clone, Default)]
pub struct Cache(Vec<[Tensor<4>; 2]>);

impl CausalTransformer {
    /// Tokens `[batch, tokens, width]` to the same shape; what comes out at a token depends on it and
    /// those before it.
    pub fn forward(&self, x: Tensor<3>) -> Tensor<3> {
        let [_, tokens, _] = x.dims();
        let later = Tensor::<2, Bool>::tril_mask([tokens, tokens], 0, &x.device()).unsqueeze::<4>();
        let x = self.layers.iter().fold(x, |x, layer| {
            let [queries, keys, values] = layer.project(x.clone());
            layer.attend(x, queries, keys, values, Some(later.clone()))
        });
        self.norm.forward(x)
    }

    /// [`CausalTransformer::forward`] of the next token alone, `[batch, 1, width]`, which joins the cache.
    pub fn step(&self, x: Tensor<3>, cache: &mut Cache) -> Tensor<3> {
        let mut x = x;
        for (i, layer) in self.layers.iter().enumerate() {
            let [queries, keys, values] = layer.project(x.clone());
            match cache.0.get_mut(i) {
                Some(before) => {
                    let [old_keys, old_values] = before.clone();
                    *before = [Tensor::cat(vec![old_keys, keys], 2), Tensor::cat(vec![old_values, values], 2)];
                }
                None => cache.0.push([keys, values]),
            }
            let [keys, values] = cache.0[i].clone();
            x = layer.attend(x, queries, keys, values, None);
        }
        self.norm.forward(x)
    }

    /// The parameters, as plain numbers.
    pub fn weights(&self) -> TransformerWeights {
        let layer = |layer: &Layer| LayerWeights {
            heads: layer.heads,
            norm_1: norm(&layer.norm_1),
            projections: linear(&layer.projections),
            out: linear(&layer.out),
            norm_2: norm(&layer.norm_2),
            widen: linear(&layer.widen),
            narrow: linear(&layer.narrow),
        };
        TransformerWeights { layers: self.layers.iter().map(layer).collect(), norm: norm(&self.norm) }
    }
}

/// The parameters of a linear layer with offsets, as plain numbers.
pub fn linear(linear: &Linear) -> causal::Linear {
    let bias = linear.bias.as_ref().expect("every linear layer has offsets");
    causal::Linear { weights: numbers(linear.weight.val()), bias: numbers(bias.val()) }
}

fn norm(norm: &LayerNorm) -> causal::Norm {
    let beta = norm.beta.as_ref().expect("every norm has an offset");
    causal::Norm { gamma: numbers(norm.gamma.val()), beta: numbers(beta.val()), epsilon: EPSILON as f32 }
}

impl Layer {
    /// Queries, keys and values of tokens `[batch, tokens, width]`.
    fn project(&self, x: Tensor<3>) -> [Tensor<4>; 3] {
        let [batch, tokens, width] = x.dims();
        let projected = self.projections.forward(self.norm_1.forward(x));
        let parts: [Tensor<3>; 3] = projected.chunk(3, 2).try_into().expect("three parts of three widths");
        parts.map(|part| part.reshape([batch, tokens, self.heads, width / self.heads]).swap_dims(1, 2))
    }

    /// The rest of the layer: attention, and the perceptron.
    fn attend(
        &self,
        x: Tensor<3>,
        queries: Tensor<4>,
        keys: Tensor<4>,
        values: Tensor<4>,
        later: Option<Tensor<4, Bool>>,
    ) -> Tensor<3> {
        let shape = x.dims();
        let [.., size] = queries.dims();
        let scores = queries.matmul(keys.swap_dims(2, 3)) / (size as f64).sqrt();
        let scores = match later {
            Some(later) => {
                let all = scores.dims();
                scores.mask_fill(later.expand(all), -1e9)
            }
            None => scores,
        };
        let seen = softmax(scores, 3).matmul(values).swap_dims(1, 2).reshape(shape);
        let x = x + self.out.forward(seen);
        x.clone() + self.narrow.forward(gelu(self.widen.forward(self.norm_2.forward(x))))
    }
}
