//! Modules that learn what will be left of them in few bits.

use burn::module::{Module, ModuleMapper, Param};
use burn::tensor::{Tensor, TensorData};

use crate::cards::Precision;
use crate::weights;

/// A module that learns, its parameters those that a file in `precision` would hold.
///
/// They keep their ids, so that gradients taken where they are rounded can move the ones that are not: the straight-through
/// estimator (Bengio et al., arXiv 1308.3432). What wants no gradient stays as it is.
pub fn rounded<M: Module>(module: M, precision: Precision) -> M {
    module.map(&mut Rounder(precision))
}

struct Rounder(Precision);

impl ModuleMapper for Rounder {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        param.map(|tensor| {
            let (shape, device) = (tensor.dims(), tensor.device());
            if !tensor.is_require_grad() || shape.iter().product::<usize>() <= weights::FEW {
                return tensor;
            }
            let mut values: Vec<f32> = tensor.into_data().iter::<f32>().collect();
            weights::round(&mut values, self.0);
            Tensor::from_data(TensorData::new(values, shape), &device).require_grad()
        })
    }
}
