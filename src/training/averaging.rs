//! The running average of a module's parameters, which draws better than the last step's
//! (arXiv 2006.11239, section 4).

use std::any::Any;
use std::collections::HashMap;

use burn::module::{Module, ModuleMapper, ModuleVisitor, Param, ParamId};
use burn::tensor::Tensor;

/// Moves a running average of parameters towards those after a step, faster during the first steps,
/// so that the initial parameters are soon forgotten.
pub fn average<M: Module>(averaged: M, module: &M, decay: f64, step: usize) -> M {
    struct Read(HashMap<ParamId, Box<dyn Any>>);

    impl ModuleVisitor for Read {
        fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
            self.0.insert(param.id, Box::new(param.val()));
        }
    }

    struct Move(HashMap<ParamId, Box<dyn Any>>, f64);

    impl ModuleMapper for Move {
        fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
            let id = param.id;
            let newest = self.0.remove(&id).and_then(|value| value.downcast::<Tensor<D>>().ok());
            let newest = *newest.expect("the average has the parameters of its module");
            param.map(|average| average.clone() + (newest - average) * (1.0 - self.1))
        }
    }

    let mut newest = Read(HashMap::new());
    module.valid().visit(&mut newest);
    let decay = decay.min((1.0 + step as f64) / (10.0 + step as f64));
    averaged.map(&mut Move(newest.0, decay))
}

#[cfg(test)]
mod tests {
    use super::*;
    use burn::nn::{Initializer, Linear, LinearConfig};
    use burn::tensor::Device;

    fn constant(value: f64) -> Linear {
        LinearConfig::new(2, 1).with_initializer(Initializer::Constant { value }).init(&Device::flex().autodiff())
    }

    #[test]
    fn the_average_moves_by_one_less_the_decay_and_faster_at_first() {
        struct Fill(f32);

        impl ModuleMapper for Fill {
            fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
                param.map(|tensor| tensor.full_like(self.0))
            }
        }

        // Both are of the same parameters.
        let ones = constant(1.0);
        let zeros = ones.valid().map(&mut Fill(0.0));
        for (step, expected) in [(10_000, 0.1), (0, 0.9)] {
            let moved = average(zeros.clone(), &ones, 0.9, step).weight.val().into_data();
            assert!(moved.iter::<f32>().all(|value| (value - expected).abs() < 1e-6), "{moved}");
        }
    }
}
