//! A causal prior over numbered codes: a transformer that foresees the next one.

use burn::config::Config;
use burn::module::Module;
use burn::nn::{Embedding, EmbeddingConfig, Linear, LinearConfig};
use burn::tensor::activation::log_softmax;
use burn::tensor::{Device, Int, Tensor};
use kernels::causal::PriorWeights;

use super::causal::{Cache, CausalTransformer, CausalTransformerConfig, linear};
use super::numbers;
use crate::passes;

/// Config of [`Prior`].
#[derive(Config, Debug)]
pub struct PriorConfig {
    /// Number of conditions.
    pub conditions: usize,
    /// Places of a sequence.
    pub places: usize,
    /// Number of codes.
    pub codes: usize,
    /// Length of a token's vector; a multiple of 4.
    pub width: usize,
    /// Number of layers.
    pub layers: usize,
}

impl PriorConfig {
    /// Initializes the prior on `device`.
    pub fn init(&self, device: &Device) -> Prior {
        let Self { conditions, places, codes, width, layers } = *self;
        let embedding = |count| EmbeddingConfig::new(count, width).init(device);
        Prior {
            condition: embedding(conditions),
            place: embedding(places),
            code: embedding(codes),
            transformer: CausalTransformerConfig::new(width, layers).init(device),
            logits: LinearConfig::new(width, codes).init(device),
        }
    }
}

/// The causal prior: each token knows its place, the condition, and the code before it.
#[derive(Module, Debug)]
pub struct Prior {
    condition: Embedding,
    place: Embedding,
    code: Embedding,
    transformer: CausalTransformer,
    logits: Linear,
}

impl Prior {
    /// Logits of every code `[batch, codes, codebook]` under conditions `[batch]`, given the codes
    /// `[batch, codes]` before it.
    pub fn forward(&self, codes: Tensor<2, Int>, conditions: Tensor<1, Int>) -> Tensor<3> {
        let [batch, count] = codes.dims();
        let before = self.code.forward(codes.narrow(1, 0, count - 1));
        let [_, _, width] = before.dims();
        let before = Tensor::cat(vec![Tensor::zeros([batch, 1, width], &before.device()), before], 1);
        let places = Tensor::<1, Int>::arange(0..count as i64, &before.device()).unsqueeze_dim(0);
        let tokens = before + self.place.forward(places) + self.condition.forward(conditions.unsqueeze_dim(1));
        self.logits.forward(self.transformer.forward(tokens))
    }

    /// -ln p(codes | condition) a code, `[1]`, of codes `[batch, codes]`.
    pub fn surprise(&self, codes: Tensor<2, Int>, conditions: Tensor<1, Int>) -> Tensor<1> {
        let logits: Tensor<2> = self.forward(codes.clone(), conditions).flatten(0, 1);
        let codes: Tensor<1, Int> = codes.flatten(0, 1);
        log_softmax(logits, 1).gather(1, codes.unsqueeze_dim(1)).mean().neg()
    }

    /// Logits `[batch, codebook]` of the code at the next place, given the code `[batch]` before it; the
    /// cache knows the others.
    pub fn step(
        &self,
        place: usize,
        before: Option<Tensor<1, Int>>,
        conditions: Tensor<1, Int>,
        cache: &mut Cache,
    ) -> Tensor<2> {
        passes::count("prior");
        let device = conditions.device();
        let at = self.place.forward(Tensor::<1, Int>::from_ints([place as i64], &device).unsqueeze_dim(0));
        let token = at + self.condition.forward(conditions.unsqueeze_dim(1));
        let token = match before {
            Some(before) => token + self.code.forward(before.unsqueeze_dim(1)),
            None => token,
        };
        self.logits.forward(self.transformer.step(token, cache)).squeeze_dim(1)
    }

    /// The parameters, as plain numbers.
    pub fn weights(&self) -> PriorWeights {
        let table = |table: &Embedding| numbers(table.weight.val());
        PriorWeights {
            condition: table(&self.condition),
            place: table(&self.place),
            code: table(&self.code),
            transformer: self.transformer.weights(),
            logits: linear(&self.logits),
        }
    }
}
