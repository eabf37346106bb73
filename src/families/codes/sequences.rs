//! The codes of some pictures where the CPU only draws: one operation writes a code, or reads one.

use std::sync::Arc;

use burn::tensor::{Device, Int, Tensor, TensorData};
use kernels::causal::{Prior, Sequence, pick};

use crate::layers::normal::normal_cdf;
use crate::layers::numbers;
use crate::passes;
use crate::samplers::guidance::Guidance;

/// A sequence without a code for each of a batch.
fn sequences(prior: &Arc<Prior>, guidance: &Guidance, batch: usize) -> Vec<Sequence> {
    let scale = guidance.scale().unwrap_or(1.0) as f32;
    guidance.numbers(batch).iter().map(|numbers| Sequence::new(prior, numbers, scale)).collect()
}

/// The logits of every code `[batch x places, codes]`, given the codes `[batch, places]` before it.
pub(super) fn read(prior: &Arc<Prior>, codes: &Tensor<2, Int>, guidance: &Guidance) -> Tensor<2> {
    let ([batch, places], device) = (codes.dims(), codes.device());
    let codes: Vec<usize> = codes.clone().into_data().iter::<i64>().map(|code| code as usize).collect();
    let mut logits = Vec::with_capacity(codes.len() * prior.codes());
    for (mut sequence, codes) in sequences(prior, guidance, batch).into_iter().zip(codes.chunks_exact(places)) {
        let before = std::iter::once(None).chain(codes.iter().copied().map(Some)).take(places);
        before.for_each(|before| logits.extend_from_slice(sequence.next(before)));
    }
    Tensor::from_data(TensorData::new(logits, [codes.len(), prior.codes()]), &device)
}

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
        Self {
            sequences: sequences(prior, guidance, batch),
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
