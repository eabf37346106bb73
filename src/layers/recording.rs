//! A network's plan for the GPU, recorded while its layers run: no network is written twice.
//!
//! While a plan is recorded, the CPU's operations compute nothing. Each adds itself to the plan and answers with a map of
//! NaN, by which later operations know it. A map that no operation made is given to the network at every run, with the
//! numbers that it has; one that has NaN in it came through an operation that is not recorded, which is an error.

use std::cell::RefCell;
use std::rc::Rc;

use burn::backend::flex::{FlexTensor, Layout};
use burn::backend::{DType, Flex, TensorMetadata};
use burn::nn::attention::MultiHeadAttention;
use burn::nn::{GroupNorm, Linear};
use burn::tensor::{Bytes, Tensor};
use thiserror::Error;

use super::input::{self, Input};
use super::maps::{flat, here, pixels, shape_of};
use crate::gpu::plan::{Before, Convolution, Map, Norm, Operation, Order, Plan, PlanError, Shape, Side};

/// Why a network has no plan.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum RecordError {
    /// Its weights are packed for the CPU.
    #[error("the weights are packed for the CPU")]
    Packed,
    /// A map came through an operation that is not recorded.
    #[error("an operation between two that are recorded is not")]
    Unknown,
    /// A tensor of its layers is elsewhere than on the CPU.
    #[error("a network is recorded on the CPU")]
    Elsewhere,
    /// It is another network than the one that was recorded.
    #[error("another network than the one that was recorded")]
    Other,
    /// Operations that do not fit together.
    #[error(transparent)]
    Plan(#[from] PlanError),
}

/// A network as it was recorded.
#[derive(Debug, Clone)]
pub struct Recorded {
    /// Its operations.
    pub plan: Rc<Plan>,
    /// What it answers.
    pub output: Map,
    /// What it was given: the maps, as the plan has them in order, that nothing in it made.
    pub given: Vec<Vec<f32>>,
}

/// What records, for who calls the network.
pub struct Recorder(());

impl Recorder {
    /// A map `[batch, channels, height, width]` that is not known yet: the network's first input. In what is given, its
    /// place is empty.
    pub fn unknown(&self, [batch, channels, height, width]: [usize; 4]) -> Tensor<4> {
        let shape = Shape { batch, height, width, channels };
        let x = unread(shape);
        with(|recording| recording.give(&x, shape, Vec::new()).map(drop));
        x
    }
}

/// Records what a network does, whose weights must be as they were learned.
///
/// # Errors
/// Where not all of it is recorded.
pub fn record(network: impl FnOnce(&Recorder) -> Tensor<4>) -> Result<Recorded, RecordError> {
    let (recording, output) = during(Made::New(Plan::default()), network)?;
    let Made::New(plan) = recording.made else { unreachable!("a new plan is recorded") };
    Ok(Recorded { plan: plan.into(), output, given: recording.given })
}

impl Recorded {
    /// The same without weights: enough to know what the network is given.
    pub fn emptied(self) -> Self {
        Self { plan: Rc::new(Rc::unwrap_or_clone(self.plan).emptied()), ..self }
    }

    /// What the same network is given for so many times the pictures, and whatever else has changed; its weights may be
    /// packed.
    ///
    /// # Errors
    /// Where it is another network.
    pub fn given(
        &self,
        times: usize,
        network: impl FnOnce(&Recorder) -> Tensor<4>,
    ) -> Result<Vec<Vec<f32>>, RecordError> {
        let (recording, output) = during(Made::Known(self.plan.clone(), times), network)?;
        let complete = output == self.output && recording.given.len() == self.plan.inputs().len();
        if complete { Ok(recording.given) } else { Err(RecordError::Other) }
    }
}

thread_local! {
    static RECORDING: RefCell<Option<Recording>> = const { RefCell::new(None) };
}

/// The plan that is made, or the one that is gone through again for so many times the pictures.
enum Made {
    New(Plan),
    Known(Rc<Plan>, usize),
}

struct Recording {
    made: Made,
    /// Maps by the tensors that stand for them, which are kept, so that no other takes their place in memory.
    known: Vec<(FlexTensor, Map)>,
    given: Vec<Vec<f32>>,
    /// Operations so far.
    done: usize,
    error: Option<RecordError>,
}

fn during(made: Made, network: impl FnOnce(&Recorder) -> Tensor<4>) -> Result<(Recording, Map), RecordError> {
    let fresh = Recording { made, known: Vec::new(), given: Vec::new(), done: 0, error: None };
    let outer = RECORDING.replace(Some(fresh));
    let output = network(&Recorder(()));
    let recording = RECORDING.replace(outer).expect("it was put there");
    if let Some(error) = recording.error {
        return Err(error);
    }
    let output = here(&output).and_then(|output| recording.find(&output)).ok_or(RecordError::Unknown)?;
    Ok((recording, output))
}

/// Does something with the recording, if there is one that has not failed.
fn with<T>(act: impl FnOnce(&mut Recording) -> Result<T, RecordError>) -> Option<T> {
    RECORDING.with_borrow_mut(|recording| {
        let recording = recording.as_mut().filter(|recording| recording.error.is_none())?;
        act(recording).map_err(|error| recording.error = Some(error)).ok()
    })
}

/// The stand-in of a map that is only planned: one number, repeated.
fn unread(Shape { batch, height, width, channels }: Shape) -> Tensor<4> {
    let layout = Layout::new(burn::tensor::Shape::new([batch, channels, height, width]), vec![0; 4], 0);
    Tensor::from_primitive::<Flex>(FlexTensor::new(Bytes::from_elems(vec![f32::NAN]), layout, DType::F32))
}

fn on_cpu<const D: usize>(x: &Tensor<D>) -> Result<FlexTensor, RecordError> {
    here(x).ok_or(RecordError::Elsewhere)
}

impl Recording {
    /// The map that a tensor stands for.
    fn find(&self, x: &FlexTensor) -> Option<Map> {
        let same = |known: &FlexTensor| {
            known.storage::<f32>().as_ptr() == x.storage::<f32>().as_ptr() && known.shape() == x.shape()
        };
        self.known.iter().find(|(known, _)| same(known)).map(|(_, map)| *map)
    }

    /// The map of a tensor, which is given if nothing here made it.
    fn map(&mut self, x: &Tensor<4>) -> Result<Map, RecordError> {
        let flex = on_cpu(x)?;
        if let Some(map) = self.find(&flex) {
            return Ok(map);
        }
        let numbers = pixels(&flex).into_owned();
        if numbers.iter().any(|number| number.is_nan()) {
            return Err(RecordError::Unknown);
        }
        let kernels::Shape { batch, height, width, channels } = shape_of(&flex);
        self.give(x, Shape { batch, height, width, channels }, numbers)
    }

    /// One more map that is given.
    fn give(&mut self, x: &Tensor<4>, shape: Shape, numbers: Vec<f32>) -> Result<Map, RecordError> {
        let map = match &mut self.made {
            Made::New(plan) => plan.given(shape),
            Made::Known(plan, times) => {
                let map = *plan.inputs().get(self.given.len()).ok_or(RecordError::Other)?;
                if of_times(plan.shape(map), *times) != shape {
                    return Err(RecordError::Other);
                }
                map
            }
        };
        self.given.push(numbers);
        self.known.push((on_cpu(x)?, map));
        Ok(map)
    }

    /// One more operation; what it makes is asked for only if it is new.
    fn add(&mut self, operation: impl FnOnce() -> Result<Operation, RecordError>) -> Result<Map, RecordError> {
        self.done += 1;
        match &mut self.made {
            Made::New(plan) => Ok(plan.add(operation()?)?),
            Made::Known(plan, _) => plan.operations().get(self.done - 1).map(|(_, map)| *map).ok_or(RecordError::Other),
        }
    }

    /// The tensor that stands for a map.
    fn stand_in(&mut self, map: Map) -> Result<Tensor<4>, RecordError> {
        let shape = match &self.made {
            Made::New(plan) => plan.shape(map),
            Made::Known(plan, times) => of_times(plan.shape(map), *times),
        };
        let x = unread(shape);
        self.known.push((on_cpu(&x)?, map));
        Ok(x)
    }

    /// What is done before a convolution. Its rows are given.
    fn before(&mut self, before: &input::Before<'_>) -> Result<Option<Map>, RecordError> {
        let input::Before::Modulated(_, modulation) = before else { return Ok(None) };
        let [scale, shift] = &**modulation;
        // Scales beside shifts, a picture a row.
        let rows: Tensor<4> = Tensor::cat(vec![scale.clone(), shift.clone()], 1).unsqueeze_dims(&[2, 3]);
        self.map(&rows).map(Some)
    }
}

/// The shape of so many times the pictures.
fn of_times(shape: Shape, times: usize) -> Shape {
    Shape { batch: times * shape.batch, ..shape }
}

fn numbers<const D: usize>(x: &Tensor<D>) -> Result<Vec<f32>, RecordError> {
    Ok(flat(&on_cpu(x)?).into_owned())
}

/// Records a convolution of a side with what is before and after it.
pub(super) fn convolve(
    (weight, bias): (&Tensor<4>, &Tensor<1>),
    (side, stride): (Side, usize),
    input: &Input<'_>,
) -> Option<Tensor<4>> {
    with(|recording| {
        let x = recording.map(&input.x)?;
        let rows = recording.before(&input.before)?;
        let skip = input.skip.as_ref().map(|skip| recording.map(skip)).transpose()?;
        let map = recording.add(|| {
            let [inputs, outputs] = [input.x.dims()[1], bias.dims()[0]];
            if weight.dims() != [outputs, inputs, side.length(), side.length()] {
                return Err(RecordError::Packed);
            }
            Ok(Operation::Convolution(Convolution {
                input: x,
                before: planned(&input.before, rows)?,
                doubled: input.upsampled,
                stride,
                side,
                weight: numbers(weight)?,
                order: Order::OutIn,
                bias: numbers(bias)?,
                skip,
            }))
        })?;
        recording.stand_in(map)
    })
}

fn planned(before: &input::Before<'_>, rows: Option<Map>) -> Result<Before, RecordError> {
    Ok(match (before, rows) {
        (input::Before::Nothing, _) => Before::Nothing,
        (input::Before::Silu, _) => Before::Silu,
        (input::Before::Modulated(norm, _), Some(rows)) => Before::Modulated(parameters(norm)?, rows),
        (input::Before::Normalized(norm) | input::Before::Modulated(norm, _), _) => Before::NormSilu(parameters(norm)?),
    })
}

fn parameters(norm: &GroupNorm) -> Result<Norm, RecordError> {
    let [scale, shift] =
        [&norm.gamma, &norm.beta].map(|part| numbers(&part.as_ref().expect("a norm that learned both").val()));
    Ok(Norm { scale: scale?, shift: shift? })
}

/// Records an operation on one map that has no weights.
pub(super) fn simple(x: &Tensor<4>, operation: impl FnOnce(Map) -> Operation) -> Option<Tensor<4>> {
    with(|recording| {
        let x = recording.map(x)?;
        let map = recording.add(|| Ok(operation(x)))?;
        recording.stand_in(map)
    })
}

/// Records two maps beside each other.
pub(super) fn beside(a: &Tensor<4>, b: &Tensor<4>) -> Option<Tensor<4>> {
    with(|recording| {
        let (a, b) = (recording.map(a)?, recording.map(b)?);
        let map = recording.add(|| Ok(Operation::Concatenation(a, b)))?;
        recording.stand_in(map)
    })
}

/// Records an attention: the product of all projections, what is seen, and its product added to x.
pub(super) fn pixel_attention(norm: &GroupNorm, attention: &MultiHeadAttention, x: &Tensor<4>) -> Option<Tensor<4>> {
    let channels = x.dims()[1];
    let product = |input, before, linears: &[&Linear], skip| {
        let weights = linears.iter().map(|linear| match linear.weight.dims() == [channels; 2] {
            true => numbers(&linear.weight.val()),
            false => Err(RecordError::Packed),
        });
        let weights: Vec<Vec<f32>> = weights.collect::<Result<_, _>>()?;
        let rows = (0..channels).flat_map(|i| weights.iter().map(move |weight| &weight[i * channels..][..channels]));
        let biases = linears.iter().map(|linear| match &linear.bias {
            Some(bias) => numbers(&bias.val()),
            None => Ok(vec![0.0; channels]),
        });
        Ok(Operation::Convolution(Convolution {
            input,
            before,
            doubled: false,
            stride: 1,
            side: Side::One,
            weight: rows.flatten().copied().collect(),
            order: Order::InOut,
            bias: biases.collect::<Result<Vec<_>, _>>()?.concat(),
            skip,
        }))
    };
    with(|recording| {
        let x = recording.map(x)?;
        let MultiHeadAttention { query, key, value, output, n_heads, .. } = attention;
        let projected = recording.add(|| product(x, Before::Norm(parameters(norm)?), &[query, key, value], None))?;
        let seen = recording.add(|| Ok(Operation::Attention(projected, *n_heads)))?;
        let map = recording.add(|| product(seen, Before::Nothing, &[output], Some(x)))?;
        recording.stand_in(map)
    })
}
