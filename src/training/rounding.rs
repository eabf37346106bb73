//! Modules that learn what will be left of them in few bits.

use std::collections::VecDeque;

use burn::module::{Module, ModuleMapper, ModuleVisitor, Param};
use burn::tensor::{DType, Device, FloatDType, Tensor, TensorData};

use crate::cards::Precision;
use crate::layers::table::BLOCK;
use crate::weights;

/// A module that learns, its parameters those that a file in `precision` would hold.
///
/// They keep their ids, so that gradients taken where they are rounded can move the ones that are not: the straight-through
/// estimator (Bengio et al., arXiv 1308.3432). What wants no gradient stays as it is.
///
/// On a GPU they are rounded there, all at once. Of scales whose errors nearly tie it may choose another than the file's,
/// as it adds a block's errors up in another order; all else has the same bits.
pub fn rounded<M: Module>(module: M, precision: Precision) -> M {
    let mut found = Found(Vec::new());
    module.visit(&mut found);
    let Some(device) = found.0.first().map(Tensor::device) else { return module };
    if device == Device::flex() || !device.supports_dtype(DType::F16) {
        return module.map(&mut OneByOne(precision));
    }
    let counts: Vec<usize> = found.0.iter().map(|values| values.dims()[0]).collect();
    let blocks = found.0.into_iter().flat_map(whole_blocks).collect();
    let all = nearest(Tensor::cat(blocks, 0).reshape([-1, BLOCK as i32]), precision).flatten::<1>(0, 1);
    let mut start = 0;
    let pieces = counts.iter().map(|count| {
        let piece = all.clone().narrow(0, start, *count);
        start += count.next_multiple_of(BLOCK);
        piece
    });
    module.map(&mut Replacing(pieces.collect()))
}

/// Whether a parameter is rounded: it learns, and its values are not few.
fn is_rounded<const D: usize>(tensor: &Tensor<D>) -> bool {
    tensor.is_require_grad() && tensor.dims().iter().product::<usize>() > weights::FEW
}

/// Values, and the zeros that fill their last block up.
fn whole_blocks(values: Tensor<1>) -> Vec<Tensor<1>> {
    let [count] = values.dims();
    let missing = count.next_multiple_of(BLOCK) - count;
    let zeros = (missing > 0).then(|| Tensor::zeros([missing], &values.device()));
    [values].into_iter().chain(zeros).collect()
}

/// Blocks `[blocks, 32]` as a file in `precision` would hold them: of the scales that are tried, each block by the one
/// whose squared error is least.
fn nearest(blocks: Tensor<2>, precision: Precision) -> Tensor<2> {
    let (device, cuts, bound) = (blocks.device(), weights::cuts(precision), precision.largest());
    let [count, _] = blocks.dims();
    let blocks = blocks.reshape([count, 1, BLOCK]);
    let cuts = Tensor::<1>::from_floats(cuts, &device).reshape([1, cuts.len(), 1]);
    // A tensor, as a GPU multiplies by a number's inverse where it should divide by the number.
    let bounds = Tensor::<3>::full([1, 1, 1], bound, &device);
    let step = cuts * blocks.clone().abs().max_dim(2) / bounds;
    let step = step.cast(FloatDType::F16).cast(FloatDType::F32);
    let inverse = step.clone().recip().mask_fill(step.clone().lower_equal_scalar(0.0), 0.0);
    let integers = (blocks.clone() * inverse).clamp(-bound, bound) + weights::WHOLE - weights::WHOLE;
    let tried = integers * step;
    let best = (blocks - tried.clone()).square().sum_dim(2).argmin(1);
    tried.gather(1, best.repeat_dim(2, BLOCK)).reshape([count, BLOCK])
}

/// The values of the parameters that are rounded, without gradients.
struct Found(Vec<Tensor<1>>);

impl ModuleVisitor for Found {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        let tensor = param.val();
        if is_rounded(&tensor) {
            self.0.push(tensor.inner().reshape([-1]));
        }
    }
}

/// Puts what they are rounded to in their places, in the same order.
struct Replacing(VecDeque<Tensor<1>>);

impl ModuleMapper for Replacing {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        param.map(|tensor| {
            if !is_rounded(&tensor) {
                return tensor;
            }
            let values = self.0.pop_front().expect("a piece for each parameter");
            Tensor::from_inner(values.reshape(tensor.dims())).require_grad()
        })
    }
}

/// Rounds parameters on the CPU, one after the other.
struct OneByOne(Precision);

impl ModuleMapper for OneByOne {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        param.map(|tensor| {
            if !is_rounded(&tensor) {
                return tensor;
            }
            let (shape, device) = (tensor.dims(), tensor.device());
            let mut values: Vec<f32> = tensor.into_data().iter::<f32>().collect();
            weights::round(&mut values, self.0);
            Tensor::from_data(TensorData::new(values, shape), &device).require_grad()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layers::noise;
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    /// What a GPU computes, on the CPU's tensors.
    #[test]
    fn blocks_are_rounded_as_a_file_holds_them() {
        let (device, count) = (Device::flex(), 500 * BLOCK - 7);
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let values = noise::<1>([count], &mut rng, &device) * noise::<1>([count], &mut rng, &device).exp();
        // A block of zeros, and one too small for half precision.
        let values =
            Tensor::cat(vec![values, Tensor::zeros([BLOCK + 7], &device), Tensor::full([5], 1e-9, &device)], 0);
        for precision in [Precision::Q8, Precision::Q4] {
            let mut expected: Vec<f32> = values.clone().into_data().iter::<f32>().collect();
            weights::round(&mut expected, precision);
            let blocks = Tensor::cat(whole_blocks(values.clone()), 0).reshape([-1, BLOCK as i32]);
            let got: Vec<f32> = nearest(blocks, precision).into_data().iter::<f32>().collect();
            let differ = expected.chunks(BLOCK).zip(got.chunks(BLOCK)).filter(|(a, b)| *a != &b[..a.len()]).count();
            assert!(differ <= 1, "{differ} blocks of 502 differ in {precision:?}");
        }
    }
}
