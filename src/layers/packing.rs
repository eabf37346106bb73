//! Weights in the form that drawing on the CPU reads: packed once, when a model is loaded.
//!
//! A packed weight is a tensor of the rank of what it is a weight of, all but one of whose dimensions are 1. Which one is not
//! says how it is packed, so that nobody takes it for what it was, nor one packing for another.

use std::borrow::Cow;

use burn::backend::TensorMetadata;
use burn::backend::flex::FlexTensor;
use burn::module::{Module, ModuleMapper, Param};
use burn::tensor::{Device, Tensor, TensorData};
use half::f16;
use kernels::Method;

use super::maps::{flat, here};
use super::table;

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

/// A parameter's values as a weights file has them: integers in four bits, two to a byte, and a scale for each block.
#[derive(Debug)]
pub struct Nibbles<'a> {
    /// Integers, the first of two in the lower half.
    pub bytes: &'a [u8],
    /// Scales of [`table::BLOCK`] values each.
    pub scales: &'a [f16],
}

/// What becomes of each parameter of a module as it is filled in.
pub trait Settling: ModuleMapper {
    /// The tensor that holds a parameter's integers as they are; `None` where its values are wanted.
    fn held<const D: usize>(&mut self, _integers: &Nibbles<'_>) -> Option<Tensor<D>> {
        None
    }
}

/// Packs each weight of a module on the CPU as the layer reads it that it is a weight of. The module can learn no more.
#[derive(Default)]
pub struct Packer {
    /// The names of the fields down to where it is, each with the type that it is in.
    path: Vec<(String, String)>,
}

impl Packer {
    fn inside(&self, container: &str) -> bool {
        self.path.iter().any(|(_, found)| found == container)
    }

    /// The type of the layer that the parameter is a weight of; `None` of any other parameter.
    fn weight_of(&self) -> Option<&str> {
        let (name, container) = self.path.last()?;
        (name == "weight").then_some(container.as_str())
    }
}

/// The table of sentences' buckets alone is larger than all else in its model, and few of its rows are looked up.
impl Settling for Packer {
    fn held<const D: usize>(&mut self, Nibbles { bytes, scales }: &Nibbles<'_>) -> Option<Tensor<D>> {
        let is_table = self.weight_of() == Some("Struct:Embedding") && self.inside("Struct:TextEncoder");
        is_table.then(|| laid::<D>(LINEAR, table::words(bytes, scales)))
    }
}

impl ModuleMapper for Packer {
    fn enter_module(&mut self, name: &str, container: &str) {
        self.path.push((name.into(), container.into()));
    }

    fn exit_module(&mut self, _name: &str, _container: &str) {
        self.path.pop();
    }

    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let pack: Pack = match self.weight_of() {
            Some("Struct:Convolution") => convolution,
            Some("Struct:StridedConvolution") => |weight, shape| by(Method::Direct, weight, shape),
            Some("Struct:Pointwise") => |weight, shape| (POINTWISE, kernels::pack_columns(weight, shape[1], shape[0])),
            Some("Struct:Affine") => rows,
            Some("Struct:Linear") if self.inside("Struct:MultiHeadAttention") => rows,
            _ => return param,
        };
        param.map(|weight| {
            let raw = here(&weight).expect("a module that is packed is on the CPU");
            let (along, numbers) = pack(&flat(&raw), &weight.dims());
            laid(along, numbers)
        })
    }
}

/// Numbers along one dimension of a tensor on the CPU.
fn laid<const D: usize>(along: usize, numbers: Vec<f32>) -> Tensor<D> {
    let shape: [usize; D] = std::array::from_fn(|d| if d == along { numbers.len() } else { 1 });
    Tensor::from_data(TensorData::new(numbers, shape), &Device::flex())
}

/// Along which dimension the numbers of a convolution packed by each method lie.
const METHODS: [Method; 3] = [Method::Direct, Method::Winograd2, Method::Winograd4];

/// Along which dimension those of a 1x1 convolution lie, and those of a linear layer or a table.
const POINTWISE: usize = 3;
const LINEAR: usize = 1;

/// A weight `[inputs, outputs]`.
fn rows(weight: &[f32], shape: &[usize]) -> (usize, Vec<f32>) {
    (LINEAR, kernels::pack_rows(weight, shape[0], shape[1]))
}

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
