//! Quantized weights: packed by the trainer, verified and expanded here.
//!
//! The container is Burn's own (burnpack). Burn 0.22's quantized tensors don't serve convolutions on
//! WebGPU and want blocks that divide every dimension, so a parameter is stored as two plain tensors:
//! `NAME`, its values as 8-bit integers, or as 4-bit integers two to a byte, and `NAME#scale`, one
//! half-precision scale for each block of 32 consecutive values. Expanded, a value is integer x scale.
//! Parameters of no more than 2048 values (biases, norms, the first and the last convolution) cost little
//! and are the most sensitive, and are stored in half precision as they are.

use std::borrow::Cow;
use std::collections::BTreeMap;

use burn::module::{Module, ModuleMapper, ModuleVisitor, Param};
use burn::tensor::{Bytes, DType, Device, Shape, Tensor, TensorData};
use burn_pack::{Reader, Writer};
use half::f16;
use serde_json::json;
use sha2::{Digest, Sha256};
use thiserror::Error;

use crate::cards::WeightsFile;
use crate::error::{ErrorKind, PushforwardError};
use crate::layers::table::BLOCK;
use crate::layers::{Nibbles, Settling};

pub use crate::cards::Precision;
pub(crate) use rounding::{FEW, WHOLE, cuts, round};
pub use rounding::{Quantized, dequantize, quantize};

mod rounding;

/// Version of the layout described above, written into every file.
const FORMAT: &str = "pushforward-1";

/// Suffix of the tensor that holds a parameter's scales.
const SCALE: &str = "#scale";

/// A weights file that cannot be used; always says whose it should be and what is wrong with it.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum WeightsError {
    /// Something in the file is not what the model needs.
    #[error("{model}: the weights' {field} should be {expected}, got {got}")]
    Field {
        /// The model's id.
        model: String,
        /// What was looked at.
        field: String,
        /// What would have been right.
        expected: String,
        /// What came.
        got: String,
    },
    /// The file is no container at all.
    #[error("{model}: the weights are not a readable file: {reason}")]
    Unreadable {
        /// The model's id.
        model: String,
        /// What the container's reader says.
        reason: String,
    },
}

impl WeightsError {
    /// A [`WeightsError::Field`].
    pub fn field(model: &str, field: &str, expected: &str, got: &str) -> Self {
        let [model, field, expected, got] = [model, field, expected, got].map(String::from);
        Self::Field { model, field, expected, got }
    }
}

/// What is looked at besides tensors.
const FIELDS: [&str; 7] = ["format", "model", "precision", "size", "checksum", "config", "family"];

impl From<WeightsError> for PushforwardError {
    fn from(error: WeightsError) -> Self {
        let (code, details) = match &error {
            WeightsError::Field { model, field, expected, got } => (
                FIELDS.into_iter().find(|known| known == field).unwrap_or("tensor"),
                json!({ "model": model, "name": field, "expected": expected, "got": got }),
            ),
            WeightsError::Unreadable { model, reason } => ("unreadable", json!({ "model": model, "reason": reason })),
        };
        Self::new(ErrorKind::Weights, code, details, error)
    }
}

/// 4-bit integers, two to a byte, the first in the lower half.
fn to_nibbles(integers: &[i8]) -> Vec<u8> {
    let nibble = |i: i8| i as u8 & 0xf;
    integers.chunks(2).map(|pair| nibble(pair[0]) | nibble(pair.get(1).copied().unwrap_or(0)) << 4).collect()
}

/// The first `count` integers of [`to_nibbles`].
fn from_nibbles(bytes: &[u8], count: usize) -> Vec<i8> {
    // Shifted up and back down, the sign comes along.
    bytes.iter().flat_map(|byte| [(byte << 4) as i8 >> 4, *byte as i8 >> 4]).take(count).collect()
}

/// Packs a module's parameters into the bytes of a weights file.
///
/// # Errors
/// When a parameter is not finite, or the container's writer refuses.
pub fn pack<M: Module>(model: &str, module: &M, precision: Precision) -> Result<Vec<u8>, WeightsError> {
    let mut packer = Packer { precision, path: Vec::new(), tensors: Vec::new(), not_finite: None };
    module.visit(&mut packer);
    if let Some(name) = packer.not_finite {
        return Err(WeightsError::field(model, &name, "finite", "NaN or infinity"));
    }
    let writer = Writer::new(packer.tensors)
        .with_metadata("format", FORMAT)
        .with_metadata("model", model)
        .with_metadata("precision", precision.name());
    writer.into_bytes().map(|bytes| bytes.to_vec()).map_err(|error| unreadable(model, &error))
}

struct Packer {
    precision: Precision,
    path: Vec<String>,
    tensors: Vec<burn_pack::Tensor>,
    not_finite: Option<String>,
}

impl Packer {
    fn push(&mut self, name: String, dtype: DType, shape: impl Into<Shape>, bytes: Vec<u8>) {
        self.tensors.push(burn_pack::Tensor::new(name, dtype, shape.into(), None, Bytes::from_bytes_vec(bytes)));
    }
}

impl ModuleVisitor for Packer {
    fn enter_module(&mut self, name: &str, _container_type: &str) {
        self.path.push(name.to_string());
    }

    fn exit_module(&mut self, _name: &str, _container_type: &str) {
        self.path.pop();
    }

    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        let name = self.path.join(".");
        let shape = param.val().dims();
        let values: Vec<f32> = param.val().into_data().convert::<f32>().iter::<f32>().collect();
        if values.iter().any(|x| !x.is_finite()) {
            self.not_finite.get_or_insert(name.clone());
        }
        if values.len() <= FEW {
            self.push(name, DType::F16, shape, bytes_of(values.iter().map(|x| f16::from_f32(*x).to_le_bytes())));
            return;
        }
        let Quantized { integers, scales } = quantize(&values, self.precision);
        match self.precision {
            Precision::Q8 => {
                self.push(name.clone(), DType::I8, shape, bytes_of(integers.iter().map(|i| i.to_le_bytes())))
            }
            Precision::Q4 => {
                let bytes = to_nibbles(&integers);
                self.push(name.clone(), DType::U8, [bytes.len()], bytes);
            }
        }
        self.push(name + SCALE, DType::F16, [scales.len()], bytes_of(scales.iter().map(|s| s.to_le_bytes())));
    }
}

fn bytes_of<const N: usize>(values: impl Iterator<Item = [u8; N]>) -> Vec<u8> {
    values.flatten().collect()
}

/// SHA-256 in hexadecimal, as cards hold it.
pub fn checksum(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Loads the weights file that is `pinned` into a module of `model`, its numbers rounded once more where `precision` is
/// coarser than the file's.
///
/// # Errors
/// When container, format, model, size or checksum are not those expected, or a tensor is missing,
/// left over, not finite, or of another shape than the module's.
pub fn load<'a, M: Module>(
    model: &str,
    pinned: &WeightsFile,
    bytes: impl Into<Cow<'a, [u8]>>,
    precision: Precision,
    module: M,
) -> Result<M, WeightsError> {
    /// Leaves parameters as they are.
    struct Nothing;
    impl ModuleMapper for Nothing {}
    impl Settling for Nothing {}
    load_then(model, pinned, bytes, precision, module, Nothing)
}

/// [`load`], each parameter mapped as soon as it is filled: the whole module is never there twice.
///
/// # Errors
/// As [`load`].
pub fn load_then<'a, M: Module>(
    model: &str,
    pinned: &WeightsFile,
    bytes: impl Into<Cow<'a, [u8]>>,
    precision: Precision,
    module: M,
    then: impl Settling,
) -> Result<M, WeightsError> {
    // The container says whose weights these are, which tells more than a wrong checksum would.
    let bytes = bytes.into().into_owned();
    let (size, sum) = (bytes.len(), checksum(&bytes));
    let reader = open(model, bytes);
    if let Ok(reader) = &reader {
        check_header(model, pinned.precision, reader)?;
    }
    if size != pinned.bytes {
        let [expected, got] = [pinned.bytes, size].map(|count| format!("{count} bytes"));
        return Err(WeightsError::field(model, "size", &expected, &got));
    }
    if sum != pinned.sha256 {
        return Err(WeightsError::field(model, "checksum", &pinned.sha256, &sum));
    }
    fill(model, reader?, precision, module, then)
}

fn open(model: &str, bytes: Vec<u8>) -> Result<Reader, WeightsError> {
    Reader::from_bytes(Bytes::from_bytes_vec(bytes)).map_err(|error| unreadable(model, &error))
}

fn check_header(model: &str, precision: Precision, reader: &Reader) -> Result<(), WeightsError> {
    for (field, expected) in [("format", FORMAT), ("model", model), ("precision", precision.name())] {
        let got = reader.metadata().get(field).map_or("nothing", String::as_str);
        if got != expected {
            return Err(WeightsError::field(model, field, expected, got));
        }
    }
    Ok(())
}

fn fill<M: Module>(
    model: &str,
    reader: Reader,
    precision: Precision,
    module: M,
    then: impl Settling,
) -> Result<M, WeightsError> {
    let tensors = reader.into_tensors().map_err(|error| unreadable(model, &error))?;
    let mut stored = BTreeMap::new();
    for tensor in tensors {
        let (name, dtype, shape, _, bytes) = tensor.into_parts().map_err(|error| unreadable(model, &error))?;
        stored.insert(name, Stored { dtype, shape: shape.to_vec(), bytes });
    }
    let mut filler = Filler { model, precision, path: Vec::new(), stored, error: None, then };
    let module = module.map(&mut filler);
    if let Some(error) = filler.error {
        return Err(error);
    }
    match filler.stored.keys().next() {
        Some(name) => Err(WeightsError::field(model, "tensors", "the module's only", &format!("also {name}"))),
        None => Ok(module),
    }
}

fn unreadable(model: &str, error: &dyn std::fmt::Display) -> WeightsError {
    WeightsError::Unreadable { model: model.to_string(), reason: error.to_string() }
}

/// A tensor as the file has it.
struct Stored {
    dtype: DType,
    shape: Vec<usize>,
    bytes: Bytes,
}

struct Filler<'a, T> {
    model: &'a str,
    precision: Precision,
    path: Vec<String>,
    stored: BTreeMap<String, Stored>,
    error: Option<WeightsError>,
    /// What becomes of a parameter as soon as it is filled.
    then: T,
}

impl<T: Settling> Filler<'_, T> {
    fn wrong(&self, field: &str, expected: &str, got: &str) -> WeightsError {
        WeightsError::field(self.model, field, expected, got)
    }

    fn take(&mut self, name: &str) -> Result<Stored, WeightsError> {
        self.stored.remove(name).ok_or_else(|| self.wrong(name, "there", "nothing"))
    }

    /// What the parameter `name` becomes, whose shape the file must agree with.
    fn filled<const D: usize>(
        &mut self,
        name: &str,
        shape: [usize; D],
        device: &Device,
    ) -> Result<Tensor<D>, WeightsError> {
        let count = shape.iter().product::<usize>();
        let Stored { dtype, shape: got, bytes } = self.take(name)?;
        let expected = if dtype == DType::U8 { vec![count.div_ceil(2)] } else { shape.to_vec() };
        if got != expected {
            return Err(self.wrong(&format!("{name} shape"), &format!("{expected:?}"), &format!("{got:?}")));
        }
        let values: Vec<f32> = match dtype {
            DType::F16 => halves(&bytes).map(f16::to_f32).collect(),
            DType::I8 => {
                let integers: Vec<i8> = bytes.iter().map(|b| *b as i8).collect();
                let mut values = dequantize(&integers, &self.scales(name, count)?);
                if self.precision != Precision::Q8 {
                    round(&mut values, self.precision);
                }
                values
            }
            DType::U8 => {
                let scales = self.scales(name, count)?;
                if let Some(held) = self.then.held(&Nibbles { bytes: &bytes, scales: &scales }) {
                    return Ok(held);
                }
                dequantize(&from_nibbles(&bytes, count), &scales)
            }
            other => return Err(self.wrong(&format!("{name} type"), "i8, u8 or f16", &format!("{other:?}"))),
        };
        if values.len() != count {
            return Err(self.wrong(name, &format!("{count} values"), &format!("{}", values.len())));
        }
        self.finite(name, values.iter().copied())?;
        Ok(Tensor::from_data(TensorData::new(values, shape), device))
    }

    /// The scales of a parameter of so many values.
    fn scales(&mut self, name: &str, values: usize) -> Result<Vec<f16>, WeightsError> {
        let scales: Vec<f16> = halves(&self.take(&format!("{name}{SCALE}"))?.bytes).collect();
        let (expected, got) = (values.div_ceil(BLOCK), scales.len());
        if got != expected {
            return Err(self.wrong(&format!("{name}{SCALE}"), &format!("{expected} scales"), &got.to_string()));
        }
        self.finite(name, scales.iter().map(|scale| scale.to_f32()))?;
        Ok(scales)
    }

    fn finite(&self, name: &str, mut values: impl Iterator<Item = f32>) -> Result<(), WeightsError> {
        match values.find(|x| !x.is_finite()) {
            Some(x) => Err(self.wrong(name, "finite", &x.to_string())),
            None => Ok(()),
        }
    }
}

/// Numbers that are stored in half precision.
fn halves(bytes: &[u8]) -> impl Iterator<Item = f16> + '_ {
    bytes.chunks_exact(2).map(|b| f16::from_le_bytes([b[0], b[1]]))
}

impl<T: Settling> ModuleMapper for Filler<'_, T> {
    fn enter_module(&mut self, name: &str, container_type: &str) {
        self.path.push(name.to_string());
        self.then.enter_module(name, container_type);
    }

    fn exit_module(&mut self, name: &str, container_type: &str) {
        self.path.pop();
        self.then.exit_module(name, container_type);
    }

    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        if self.error.is_some() {
            return param;
        }
        // Numbers to begin to learn from are never drawn where these take their place.
        match self.filled(&self.path.join("."), param.lazy_shape().dims(), &param.lazy_device()) {
            Ok(filled) => {
                let id = param.id;
                self.then.map_float(param.transform_for_load(filled, id))
            }
            Err(error) => {
                self.error = Some(error);
                param
            }
        }
    }
}
