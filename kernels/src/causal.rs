//! A causal transformer over numbered codes, a token at a time (Vaswani et al., arXiv 1706.03762): keys and values of the
//! tokens before are kept where they are.

use std::sync::Arc;

use crate::activation::{gelu, softmax};
use crate::matrix::{Matrix, add};
use crate::normalization::layer_norm;
use crate::simd::{F32x4, LANES};

/// A linear layer's weights `[inputs, outputs]` and its offsets `[outputs]`.
#[derive(Debug, Clone)]
pub struct Linear {
    /// One for each input and output.
    pub weights: Vec<f32>,
    /// One for each output.
    pub bias: Vec<f32>,
}

impl Linear {
    fn packed(self) -> Matrix {
        let outputs = self.bias.len();
        Matrix::new(self.weights.len() / outputs, self.bias, |input, output| self.weights[input * outputs + output])
    }
}

/// What a layer norm multiplies with and adds.
#[derive(Debug, Clone)]
pub struct Norm {
    /// One a number.
    pub gamma: Vec<f32>,
    /// One a number.
    pub beta: Vec<f32>,
    /// Added to the variance.
    pub epsilon: f32,
}

/// The parameters of a layer.
#[derive(Debug, Clone)]
pub struct LayerWeights {
    /// Attention heads.
    pub heads: usize,
    /// Before the attention.
    pub norm_1: Norm,
    /// Queries, keys and values, `[width, 3 width]`.
    pub projections: Linear,
    /// `[width, width]`.
    pub out: Linear,
    /// Before the perceptron.
    pub norm_2: Norm,
    /// The perceptron's first half.
    pub widen: Linear,
    /// And its second.
    pub narrow: Linear,
}

/// The parameters of the layers.
#[derive(Debug, Clone)]
pub struct TransformerWeights {
    /// One after the other.
    pub layers: Vec<LayerWeights>,
    /// The last norm.
    pub norm: Norm,
}

/// The parameters of all of it.
#[derive(Debug, Clone)]
pub struct PriorWeights {
    /// Vectors of the conditions, `[conditions, width]`.
    pub condition: Vec<f32>,
    /// Of the places, `[places, width]`.
    pub place: Vec<f32>,
    /// Of the codes, `[codes, width]`.
    pub code: Vec<f32>,
    /// What they go through.
    pub transformer: TransformerWeights,
    /// `[width, codes]`.
    pub logits: Linear,
}

/// The network, packed.
#[derive(Debug)]
pub struct Prior {
    width: usize,
    condition: Vec<f32>,
    place: Vec<f32>,
    code: Vec<f32>,
    layers: Vec<Layer>,
    norm: Norm,
    logits: Matrix,
}

#[derive(Debug)]
struct Layer {
    heads: usize,
    norm_1: Norm,
    projections: Matrix,
    out: Matrix,
    norm_2: Norm,
    widen: Matrix,
    narrow: Matrix,
}

impl Prior {
    /// Packs the parameters.
    pub fn new(weights: PriorWeights) -> Self {
        let PriorWeights { condition, place, code, transformer: TransformerWeights { layers, norm }, logits } = weights;
        let layer = |layer: LayerWeights| Layer {
            heads: layer.heads,
            norm_1: layer.norm_1,
            projections: layer.projections.packed(),
            out: layer.out.packed(),
            norm_2: layer.norm_2,
            widen: layer.widen.packed(),
            narrow: layer.narrow.packed(),
        };
        Self {
            width: norm.gamma.len(),
            condition,
            place,
            code,
            layers: layers.into_iter().map(layer).collect(),
            norm,
            logits: logits.packed(),
        }
    }

    /// How many codes there are.
    pub fn codes(&self) -> usize {
        self.logits.outputs()
    }

    /// How many places a sequence has.
    pub fn places(&self) -> usize {
        self.place.len() / self.width
    }
}

/// Codes under way, asked about under one condition or under two. Every buffer is made once.
#[derive(Debug, Clone)]
pub struct Sequence {
    prior: Arc<Prior>,
    /// The conditions' numbers.
    conditions: Vec<usize>,
    /// How much the first condition is exaggerated against the second, where there are two.
    guidance: f32,
    /// Tokens that are kept.
    tokens: usize,
    /// For each layer keys and values, `[conditions, places, width]`.
    kept: Vec<[Vec<f32>; 2]>,
    /// The token for each condition.
    token: Vec<f32>,
    /// The same, normalized, or as it was attended to.
    normed: Vec<f32>,
    /// Queries, keys and values, or the perceptron's inside.
    wide: Vec<f32>,
    scores: Vec<f32>,
    logits: Vec<f32>,
}

impl Sequence {
    /// No code yet, under `conditions`, one or two; of two the logits are any + guidance (condition - any)
    /// (arXiv 2207.12598, equation 6).
    pub fn new(prior: &Arc<Prior>, conditions: &[usize], guidance: f32) -> Self {
        let (count, width) = (conditions.len(), prior.width);
        let kept = |_: &Layer| std::array::from_fn(|_| vec![0.0; count * prior.places() * width]);
        Self {
            conditions: conditions.to_vec(),
            guidance,
            tokens: 0,
            kept: prior.layers.iter().map(kept).collect(),
            token: vec![0.0; count * width],
            normed: vec![0.0; count * width],
            wide: vec![0.0; count * 4 * width],
            scores: vec![0.0; prior.places()],
            logits: vec![0.0; count * prior.codes()],
            prior: prior.clone(),
        }
    }

    /// Logits of every code at the next place, given the code before it.
    pub fn next(&mut self, before: Option<usize>) -> &[f32] {
        let prior = self.prior.clone();
        let width = prior.width;
        for (condition, token) in self.conditions.iter().zip(self.token.chunks_exact_mut(width)) {
            token.copy_from_slice(&prior.place[self.tokens * width..][..width]);
            add(token, &prior.condition[condition * width..][..width]);
            if let Some(before) = before {
                add(token, &prior.code[before * width..][..width]);
            }
        }
        for (i, layer) in prior.layers.iter().enumerate() {
            self.attend(layer, i);
            self.normed.copy_from_slice(&self.token);
            layer.norm_2.apply(&mut self.normed);
            layer.widen.product(&self.normed, &mut self.wide);
            gelu(&mut self.wide);
            layer.narrow.product(&self.wide, &mut self.normed);
            add(&mut self.token, &self.normed);
        }
        self.tokens += 1;
        prior.norm.apply(&mut self.token);
        prior.logits.product(&self.token, &mut self.logits);
        let (logits, any) = self.logits.split_at_mut(prior.codes());
        logits.iter_mut().zip(any).for_each(|(x, any)| *x = *any + (*x - *any) * self.guidance);
        logits
    }

    /// Attention of the token to itself and those before, added to it.
    fn attend(&mut self, layer: &Layer, i: usize) {
        let (width, places) = (self.prior.width, self.prior.places());
        let (size, count, seen) = (width / layer.heads, self.conditions.len(), self.tokens + 1);
        self.normed.copy_from_slice(&self.token);
        layer.norm_1.apply(&mut self.normed);
        let wide = &mut self.wide[..count * 3 * width];
        layer.projections.product(&self.normed, wide);
        let [keys, values] = &mut self.kept[i];
        let scale = 1.0 / (size as f32).sqrt();
        for (question, projected) in wide.chunks_exact(3 * width).enumerate() {
            let [query, key, value] = [0, 1, 2].map(|part| &projected[part * width..][..width]);
            let of = question * places * width..(question + 1) * places * width;
            let (keys, values) = (&mut keys[of.clone()], &mut values[of]);
            keys[self.tokens * width..][..width].copy_from_slice(key);
            values[self.tokens * width..][..width].copy_from_slice(value);
            for head in (0..width).step_by(size) {
                let scores = &mut self.scores[..seen];
                for (score, key) in scores.iter_mut().zip(keys.chunks_exact(width)) {
                    *score = dot(&query[head..][..size], &key[head..][..size]) * scale;
                }
                softmax(scores, seen);
                let out = &mut self.normed[question * width + head..][..size];
                out.fill(0.0);
                for (score, value) in scores.iter().zip(values.chunks_exact(width)) {
                    out.iter_mut().zip(&value[head..][..size]).for_each(|(out, value)| *out += score * value);
                }
            }
        }
        let out = &mut self.wide[..count * width];
        layer.out.product(&self.normed, out);
        add(&mut self.token, out);
    }
}

impl Norm {
    fn apply(&self, rows: &mut [f32]) {
        layer_norm(rows, &self.gamma, &self.beta, self.epsilon);
    }
}

#[inline(always)]
fn dot(x: &[f32], y: &[f32]) -> f32 {
    let fours = x.chunks(LANES).zip(y.chunks(LANES));
    fours.fold(F32x4::zero(), |sum, (x, y)| sum + F32x4::load_part(x) * F32x4::load_part(y)).sum()
}

/// The category that u in [0, 1] picks of logits, which are changed: the first whose cumulative probability exceeds u, the
/// last if rounding leaves none.
pub fn pick(logits: &mut [f32], u: f32) -> usize {
    let count = logits.len();
    softmax(logits, count);
    let mut cumulative = 0.0;
    let passed = logits.iter().take_while(|probability| {
        cumulative += **probability;
        cumulative <= u
    });
    passed.count().min(count - 1)
}
