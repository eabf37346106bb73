//! The codes of some pictures as the CPU writes them: one operation writes a code.

use std::sync::Arc;

use burn::tensor::{Device, Int, Tensor, TensorData};
use kernels::causal::{Prior, Sequence, pick};

use crate::layers::normal::normal_cdf;
use crate::layers::numbers;
use crate::passes;
use crate::samplers::guidance::Guidance;

/// Pictures under way.
pub(super) struct Sequences {
    sequences: Vec<Sequence>,
    /// The last code of each.
    codes: Vec<Option<usize>>,
    /// Codes of each that are written.
    written: usize,
    temperature: f32,
    /// Phi(z), `[batch, places]`.
    u: Vec<f32>,
    device: Device,
}

impl Sequences {
    /// Pictures without a code, of latents z `[batch, places]`.
    pub fn new(prior: &Arc<Prior>, z: &Tensor<2>, guidance: &Guidance, temperature: f64) -> Self {
        let ([batch, _], device) = (z.dims(), z.device());
        let scale = guidance.scale().unwrap_or(1.0) as f32;
        Self {
            sequences: guidance.numbers(batch).iter().map(|numbers| Sequence::new(prior, numbers, scale)).collect(),
            codes: vec![None; batch],
            written: 0,
            temperature: temperature as f32,
            u: numbers(normal_cdf(z.clone())),
            device,
        }
    }

    /// The next place's logits `[batch, codes]` and codes `[batch]`.
    pub fn write(&mut self) -> (Tensor<2>, Tensor<1, Int>) {
        passes::count("prior");
        let batch = self.sequences.len();
        let places = self.u.len() / batch;
        let mut all = Vec::new();
        for (i, (sequence, code)) in self.sequences.iter_mut().zip(&mut self.codes).enumerate() {
            let mut logits: Vec<f32> = sequence.next(*code).iter().map(|logit| logit / self.temperature).collect();
            all.extend_from_slice(&logits);
            *code = Some(pick(&mut logits, self.u[i * places + self.written]));
        }
        self.written += 1;
        let shape = [batch, all.len() / batch];
        let codes: Vec<i64> = self.codes.iter().flatten().map(|code| *code as i64).collect();
        (
            Tensor::from_data(TensorData::new(all, shape), &self.device),
            Tensor::from_ints(codes.as_slice(), &self.device),
        )
    }
}
