//! Classifier-free guidance: what a model says under a condition, exaggerated against what it says under
//! "any" (Ho & Salimans, arXiv 2207.12598).

use burn::tensor::kind::Basic;
use burn::tensor::{Device, Int, Tensor};

use crate::generator::Condition;
use crate::layers::halves;

/// The conditions under which a model is asked, and how its answers become one.
#[derive(Debug, Clone)]
pub struct Guidance<C = Tensor<1, Int>> {
    conditions: C,
    /// `None` where one condition is enough.
    scale: Option<f64>,
}

impl Guidance {
    /// Of a batch under one condition, by a model of so many classes.
    pub fn new(condition: &Condition, scale: f64, classes: usize, batch: usize, device: &Device) -> Self {
        let of = |condition: &Condition| condition.indices(classes, batch, device);
        let narrowed = (*condition != Condition::Any).then(|| of(condition));
        Self::between(narrowed, of(&Condition::Any), scale)
    }
}

impl Guidance {
    /// The conditions' numbers of each of a batch, one or two.
    pub fn numbers(&self, batch: usize) -> Vec<Vec<usize>> {
        let all: Vec<usize> = self.conditions().into_data().iter::<i64>().map(|number| number as usize).collect();
        (0..batch).map(|i| all.iter().skip(i).step_by(batch).copied().collect()).collect()
    }
}

impl<const D: usize, K: Basic> Guidance<Tensor<D, K>> {
    /// Between what a batch is narrowed by `[batch, ...]`, if by anything, and "any". At scale 1 and 0, and under
    /// "any", the model is asked once.
    pub fn between(narrowed: Option<Tensor<D, K>>, any: Tensor<D, K>, scale: f64) -> Self {
        match narrowed {
            Some(narrowed) if scale == 1.0 => Self::none(narrowed),
            Some(narrowed) if scale != 0.0 => {
                Self { conditions: Tensor::cat(vec![narrowed, any], 0), scale: Some(scale) }
            }
            _ => Self::none(any),
        }
    }
}

impl<C: Clone> Guidance<C> {
    /// What a model says under conditions, as it says it.
    pub fn none(conditions: C) -> Self {
        Self { conditions, scale: None }
    }

    /// How many times the batch is asked about: 1 or 2.
    pub fn times(&self) -> usize {
        if self.scale.is_some() { 2 } else { 1 }
    }

    /// The scale, where more than one condition is asked about.
    pub fn scale(&self) -> Option<f64> {
        self.scale
    }

    /// The condition of each question, `[times x batch, ...]`.
    pub fn conditions(&self) -> C {
        self.conditions.clone()
    }

    /// Answers `[times x batch, ...]` to one `[batch, ...]`: any + scale (condition - any) (equation 6, where the scale
    /// is 1 + w).
    pub fn combine<const D: usize>(&self, answers: Tensor<D>) -> Tensor<D> {
        let Some(scale) = self.scale else { return answers };
        let [narrowed, any] = halves(answers, 0);
        any.clone() + (narrowed - any) * scale
    }
}
