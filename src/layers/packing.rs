//! Weights in the form that drawing on the CPU reads: packed once, when a model is loaded.
//!
//! A packed weight is a tensor of the rank of what it is a weight of, all but one of whose dimensions are 1. Which one is not
//! says how it is packed, so that nobody takes it for what it was, nor one packing for another.

use std::borrow::Cow;

use burn::backend::TensorMetadata;
use burn::backend::flex::FlexTensor;
use burn::module::{Module, ModuleMapper, Param};
use burn::tensor::Tensor;
use kernels::Method;

use super::maps::{flat, here};

/// Packs the numbers of a weight of a shape: along which dimension they then lie, and they.
type Pack = fn(&[f32], &[usize]) -> (usize, Vec<f32>);

/// A module whose parameters are held elsewhere: of each only a zero is left.
pub fn emptied<M: Module>(module: M) -> M {
    struct Emptier;

    impl ModuleMapper for Emptier {
        fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
            param.map(|tensor| Tensor::zeros([1; D], &tensor.device()))
        }
    }
    module.map(&mut Emptier)
}

/// Packs each weight of a module on the CPU as the layer reads it that it is a weight of. The module can learn no more.
#[derive(Default)]
pub struct Packer {
    /// The names of the fields down to where it is, each with the type that it is in.
    path: Vec<(String, String)>,
}

impl ModuleMapper for Packer {
    fn enter_module(&mut self, name: &str, container: &str) {
        self.path.push((name.into(), container.into()));
    }

    fn exit_module(&mut self, _name: &str, _container: &str) {
        self.path.pop();
    }

    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let inside = |container: &str| self.path.iter().any(|(_, found)| found == container);
        let pack: Pack = match self.path.last() {
            Some((name, container)) if name == "weight" => match container.as_str() {
                "Struct:Convolution" => convolution,
                "Struct:StridedConvolution" => |weight, shape| by(Method::Direct, weight, shape),
                "Struct:Pointwise" => |weight, shape| (POINTWISE, kernels::pack_columns(weight, shape[1], shape[0])),
                "Struct:Linear" if inside("Struct:MultiHeadAttention") => {
                    |weight, shape| (LINEAR, kernels::pack_rows(weight, shape[0], shape[1]))
                }
                _ => return param,
            },
            _ => return param,
        };
        param.map(|weight| {
            let raw = here(&weight).expect("a module that is packed is on the CPU");
            let (along, numbers) = pack(&flat(&raw), &weight.dims());
            let shape: [usize; D] = std::array::from_fn(|d| if d == along { numbers.len() } else { 1 });
            Tensor::<1>::from_data(numbers.as_slice(), &weight.device()).reshape(shape)
        })
    }
}

/// Along which dimension the numbers of a convolution packed by each method lie.
const METHODS: [Method; 3] = [Method::Direct, Method::Winograd2, Method::Winograd4];

/// Along which dimension those of a 1x1 convolution lie, and those of a linear layer.
const POINTWISE: usize = 3;
const LINEAR: usize = 1;

/// A weight `[outputs, inputs, 3, 3]`, packed by a method.
fn by(method: Method, weight: &[f32], shape: &[usize]) -> (usize, Vec<f32>) {
    let along = METHODS.iter().position(|known| *known == method).expect("a known method");
    (along, kernels::pack(weight, shape[0], shape[1], method))
}

/// The same by the method that is fastest for maps in use.
fn convolution(weight: &[f32], shape: &[usize]) -> (usize, Vec<f32>) {
    by(Method::best(SIDE, SIDE, shape[1], shape[0]), weight, shape)
}

/// A side of the maps in use, as far as it matters to which method is fastest.
const SIDE: usize = 8;

/// The dimension along which a packed weight's numbers lie; `None` where a weight is as it was learned.
fn dimension(weight: &FlexTensor, raw: &[usize]) -> Option<usize> {
    let shape = weight.shape();
    (shape.as_slice() != raw).then(|| (0..raw.len()).find(|d| shape[*d] > 1).unwrap_or(0))
}

/// The packed weight of a 3x3 convolution, and by which method; one as it was learned is packed for this once.
pub(super) fn of_convolution(weight: &FlexTensor, [outputs, inputs]: [usize; 2]) -> (Method, Cow<'_, [f32]>) {
    let weights = flat(weight);
    match dimension(weight, &[outputs, inputs, 3, 3]) {
        Some(along) => (METHODS[along], weights),
        None => (Method::Direct, kernels::pack(&weights, outputs, inputs, Method::Direct).into()),
    }
}

/// The packed weight of a 1x1 convolution.
pub(super) fn of_pointwise(weight: &FlexTensor, [inputs, outputs]: [usize; 2]) -> Cow<'_, [f32]> {
    let weights = flat(weight);
    match dimension(weight, &[outputs, inputs, 1, 1]) {
        Some(_) => weights,
        None => kernels::pack_columns(&weights, inputs, outputs).into(),
    }
}

/// The packed weight of a linear layer.
pub(super) fn of_linear(weight: &FlexTensor, [inputs, outputs]: [usize; 2]) -> Cow<'_, [f32]> {
    let weights = flat(weight);
    match dimension(weight, &[inputs, outputs]) {
        Some(_) => weights,
        None => kernels::pack_rows(&weights, inputs, outputs).into(),
    }
}
