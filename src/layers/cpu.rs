//! The layers' operations where the CPU only draws: `kernels` on the numbers of Burn's CPU tensors.
//!
//! A feature map lies in memory with its channels together, pixel by pixel (NHWC), behind the strides of
//! `[batch, channels, height, width]`: kernels find neighbours of a sum next to each other, and nobody else need know. Burn's
//! own operations are several times as slow on such strides, so all that happens to a map between two convolutions happens
//! here. Each function answers `None` where tensors live elsewhere or gradients are taken; the layer then composes its
//! operation of Burn's, and tests hold the two to be equal.

use std::borrow::Cow;
use std::cell::RefCell;

use burn::backend::flex::{FlexTensor, Layout};
use burn::backend::{DType, Flex, TensorMetadata};
use burn::module::Param;
use burn::nn::{GroupNorm, Linear};
use burn::tensor::{Bytes, Shape, Tensor};
use kernels::{Conv3x3, Mixtures, Scratch, Shape as Map, activation, rearrange};

use super::attention::PixelAttention;
use super::convolution::{Before, Input};
use super::coupling::Step;
use super::monotone::LOG_SCALES;
use super::packing::{of_convolution, of_linear, of_pointwise};
use super::triangular::inverse_of_product;

thread_local! {
    /// What kernels need beside their inputs and outputs, allocated once.
    static SCRATCH: RefCell<Scratch> = RefCell::default();
}

/// What is done to each number of a map.
pub enum Function {
    Silu,
    Tanh,
}

/// The CPU's tensor of numbers in single precision, if it is one.
pub(super) fn here<const D: usize>(x: &Tensor<D>) -> Option<FlexTensor> {
    x.clone().try_into_primitive::<Flex>().ok().filter(|tensor| tensor.dtype() == DType::F32)
}

/// The numbers of a tensor in order, borrowed where they lie so.
pub(super) fn flat(tensor: &FlexTensor) -> Cow<'_, [f32]> {
    match tensor.as_slice::<f32>() {
        Some(slice) => slice.into(),
        None => tensor.to_contiguous().as_slice::<f32>().expect("contiguous numbers").to_vec().into(),
    }
}

/// A tensor that must be on the CPU, as what it goes together with is.
fn with<const D: usize>(x: &Tensor<D>) -> FlexTensor {
    here(x).expect("a layer's tensors are all on one device")
}

/// [`with`], of a parameter that is there.
fn parameter<const D: usize>(param: &Param<Tensor<D>>) -> FlexTensor {
    with(&param.val())
}

/// What a norm multiplies channels by, and what it adds.
fn gamma_and_beta(norm: &GroupNorm) -> [FlexTensor; 2] {
    [&norm.gamma, &norm.beta].map(|param| parameter(param.as_ref().expect("a norm that learned both")))
}

/// The shape of a feature map.
fn shape_of(x: &FlexTensor) -> Map {
    let [batch, channels, height, width] = x.shape().dims();
    Map { batch, height, width, channels }
}

/// The strides of channels that lie together.
fn strides(Map { height, width, channels, .. }: Map) -> [isize; 4] {
    [height * width * channels, 1, width * channels, channels].map(|stride| stride as isize)
}

/// The numbers with the channels of a pixel together, borrowed where they lie so.
fn pixels(x: &FlexTensor) -> Cow<'_, [f32]> {
    let (map, layout) = (shape_of(x), x.layout());
    let size = map.numbers();
    if layout.strides() == strides(map) {
        let start = layout.start_offset();
        return Cow::Borrowed(&x.storage::<f32>()[start..start + size]);
    }
    let mut output = vec![0.0; size];
    let [batch, channel, row, column] = <[isize; 4]>::try_from(layout.strides()).expect("four dimensions");
    let (storage, start) = (x.storage::<f32>(), layout.start_offset() as isize);
    let mut pixels = output.chunks_exact_mut(map.channels);
    for (b, h) in (0..map.batch as isize).flat_map(|b| (0..map.height as isize).map(move |h| (b, h))) {
        for (w, pixel) in (0..map.width as isize).zip(&mut pixels) {
            let at = start + b * batch + h * row + w * column;
            if channel == 1 {
                pixel.copy_from_slice(&storage[at as usize..][..map.channels]);
            } else {
                pixel.iter_mut().zip(0..).for_each(|(number, c)| *number = storage[(at + c * channel) as usize]);
            }
        }
    }
    output.into()
}

/// The tensor of a map's numbers, pixel by pixel.
fn tensor(numbers: Vec<f32>, map: Map) -> Tensor<4> {
    let Map { batch, height, width, channels } = map;
    let shape = Shape::new([batch, channels, height, width]);
    // One channel lies together whatever it is called, and Burn is faster where it knows.
    let layout = match channels {
        1 => Layout::contiguous(shape),
        _ => Layout::new(shape, strides(map).to_vec(), 0),
    };
    Tensor::from_primitive::<Flex>(FlexTensor::new(Bytes::from_elems(numbers), layout, DType::F32))
}

/// A new map, written by `write`.
fn made(map: Map, write: impl FnOnce(&mut [f32], &mut Scratch)) -> Tensor<4> {
    let mut out = vec![0.0; map.numbers()];
    SCRATCH.with_borrow_mut(|scratch| write(&mut out, scratch));
    tensor(out, map)
}

/// What is done before a convolution, with its tensors at hand.
enum Prepared {
    Nothing,
    Silu,
    Normalized([FlexTensor; 2]),
    Modulated([FlexTensor; 2], [FlexTensor; 2]),
}

impl Prepared {
    fn of(before: &Before<'_>) -> Self {
        match before {
            Before::Nothing => Self::Nothing,
            Before::Silu => Self::Silu,
            Before::Normalized(norm) => Self::Normalized(gamma_and_beta(norm)),
            Before::Modulated(norm, [scale, shift]) => {
                Self::Modulated(gamma_and_beta(norm), [with(scale), with(shift)])
            }
        }
    }
}

/// A 3x3 convolution of stride 1 or 2 with what is before and after it.
pub fn convolve(weight: &Tensor<4>, bias: &Tensor<1>, stride: usize, input: &Input<'_>) -> Option<Tensor<4>> {
    let x = here(&input.x)?;
    let (map, bias) = (shape_of(&x), with(bias));
    let bias = flat(&bias);
    let weight = with(weight);
    let (method, packed) = of_convolution(&weight, [bias.len(), map.channels]);
    let (prepared, skip) = (Prepared::of(&input.before), input.skip.as_ref().map(with));
    let skip = skip.as_ref().map(pixels);
    let convolve = |before: kernels::Before<'_>| {
        let convolution = Conv3x3 {
            before,
            upsample: input.upsampled,
            stride,
            method,
            packed: &packed,
            outputs: bias.len(),
            bias: Some(&bias),
            skip: skip.as_deref(),
        };
        made(convolution.output(map), |out, scratch| {
            kernels::conv3x3(&pixels(&x), map, &convolution, out, scratch);
        })
    };
    Some(match &prepared {
        Prepared::Nothing => convolve(kernels::Before::Nothing),
        Prepared::Silu => convolve(kernels::Before::Silu),
        Prepared::Normalized([gamma, beta]) => {
            convolve(kernels::Before::Norm { gamma: &flat(gamma), beta: &flat(beta) })
        }
        Prepared::Modulated([gamma, beta], [scale, shift]) => convolve(kernels::Before::Film {
            gamma: &flat(gamma),
            beta: &flat(beta),
            scale: &flat(scale),
            shift: &flat(shift),
        }),
    })
}

/// A 1x1 convolution with what is before and after it. None that is modulated or upsampled is in use.
pub fn pointwise(weight: &Tensor<4>, bias: &Tensor<1>, input: &Input<'_>) -> Option<Tensor<4>> {
    let x = here(&input.x)?;
    if input.upsampled || matches!(input.before, Before::Modulated(..)) {
        return None;
    }
    let (map, bias, weight) = (shape_of(&x), with(bias), with(weight));
    let bias = flat(&bias);
    let shape = [map.channels, bias.len()];
    let packed = of_pointwise(&weight, shape);
    let skip = input.skip.as_ref().map(with);
    Some(made(Map { channels: bias.len(), ..map }, |out, scratch| {
        let mut x = pixels(&x);
        match &input.before {
            Before::Normalized(norm) => {
                let [gamma, beta] = gamma_and_beta(norm);
                let mut normalized = vec![0.0; x.len()];
                kernels::group_norm(&x, map.batch, &flat(&gamma), &flat(&beta), &mut normalized, scratch);
                activation::silu(&mut normalized);
                x = normalized.into();
            }
            Before::Silu => activation::silu(x.to_mut()),
            Before::Nothing | Before::Modulated(..) => {}
        }
        kernels::product(&x, shape, &packed, Some(&bias), skip.as_ref().map(pixels).as_deref(), out);
    }))
}

/// A function of each number.
pub fn elementwise(x: &Tensor<4>, function: Function) -> Option<Tensor<4>> {
    let x = here(x)?;
    let mut out = pixels(&x).into_owned();
    match function {
        Function::Silu => activation::silu(&mut out),
        Function::Tanh => activation::tanh(&mut out),
    }
    Some(tensor(out, shape_of(&x)))
}

/// See [`super::space_to_depth`].
pub fn space_to_depth(x: &Tensor<4>) -> Option<Tensor<4>> {
    let x = here(x)?;
    let map = shape_of(&x);
    let moved = Map { height: map.height / 2, width: map.width / 2, channels: 4 * map.channels, ..map };
    Some(made(moved, |out, _| rearrange::space_to_depth(&pixels(&x), map, out)))
}

/// See [`super::depth_to_space`].
pub fn depth_to_space(x: &Tensor<4>) -> Option<Tensor<4>> {
    let x = here(x)?;
    let map = shape_of(&x);
    let moved = Map { height: 2 * map.height, width: 2 * map.width, channels: map.channels / 4, ..map };
    Some(made(moved, |out, _| rearrange::depth_to_space(&pixels(&x), map, out)))
}

/// See [`super::beside`].
pub fn beside(a: &Tensor<4>, b: &Tensor<4>) -> Option<Tensor<4>> {
    let (a, b) = (here(a)?, here(b)?);
    let (left, right) = (shape_of(&a), shape_of(&b));
    Some(made(Map { channels: left.channels + right.channels, ..left }, |out, _| {
        rearrange::cat(&[(&pixels(&a), left.channels), (&pixels(&b), right.channels)], out);
    }))
}

/// See [`PixelAttention::forward`].
pub fn pixel_attention(block: &PixelAttention, x: &Tensor<4>) -> Option<Tensor<4>> {
    let x = here(x)?;
    let (map, x) = (shape_of(&x), pixels(&x));
    let PixelAttention { norm, attention } = block;
    let (channels, size) = (map.channels, map.channels / attention.n_heads);
    let project = |linear: &Linear, rows: &[f32], skip: Option<&[f32]>, out: &mut [f32]| {
        let (weight, bias) = (parameter(&linear.weight), linear.bias.as_ref().map(parameter));
        let packed = of_linear(&weight, [channels; 2]);
        kernels::product(rows, [channels; 2], &packed, bias.as_ref().map(flat).as_deref(), skip, out);
    };
    Some(made(map, |out, scratch| {
        let [gamma, beta] = gamma_and_beta(norm);
        let mut normalized = vec![0.0; x.len()];
        kernels::group_norm(&x, map.batch, &flat(&gamma), &flat(&beta), &mut normalized, scratch);
        let [queries, keys, values] = [&attention.query, &attention.key, &attention.value].map(|linear| {
            let mut projected = vec![0.0; x.len()];
            project(linear, &normalized, None, &mut projected);
            projected
        });
        let tokens = [map.batch, map.height * map.width, attention.n_heads, size];
        // What was normalized is read no more: what is seen takes its place.
        kernels::attention([&queries, &keys, &values], tokens, &mut normalized, scratch);
        project(&attention.output, &normalized, Some(&x), out);
    }))
}

/// See [`super::monotone::Monotone::inverse`].
pub fn invert_mixtures(y: &Tensor<4>, affine: &Tensor<4>, mixture: &Tensor<4>) -> Option<Tensor<4>> {
    let (y, affine, mixture) = (here(y)?, here(affine)?, here(mixture)?);
    let (map, parameters) = (shape_of(&y), shape_of(&mixture).channels);
    let channels = map.channels;
    let of = Mixtures { channels, mixtures: parameters / channels / 3, limits: LOG_SCALES.map(|limit| limit as f32) };
    Some(made(map, |out, _| kernels::invert_mixtures(&pixels(&y), &pixels(&affine), &pixels(&mixture), of, out)))
}

/// The inverse of a step's mixing and normalization, as one linear map of the channels.
pub fn unmix(step: &Step, x: &Tensor<4>) -> Option<Tensor<4>> {
    let x = here(x)?;
    let (map, channels) = (shape_of(&x), shape_of(&x).channels);
    let [lower, upper] = [&step.lower, &step.upper].map(parameter);
    let [log_diagonal, log_scale, shift] = [&step.log_diagonal, &step.log_scale, &step.shift].map(parameter);
    let unmix = inverse_of_product(&flat(&lower), &flat(&upper), &flat(&log_diagonal));
    // The channels come in reverse order.
    let matrix: Vec<f32> = unmix
        .chunks_exact(channels)
        .zip(flat(&log_scale).iter())
        .flat_map(|(row, scale)| row.iter().rev().map(move |entry| (entry * f64::from(-scale).exp()) as f32))
        .collect();
    let packed = kernels::pack_columns(&matrix, channels, channels);
    let offset: Vec<f32> = flat(&shift).iter().map(|shift| -shift).collect();
    Some(made(map, |out, _| kernels::product(&pixels(&x), [channels; 2], &packed, Some(&offset), None, out)))
}
