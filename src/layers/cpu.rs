//! The layers' operations where the CPU only draws: `kernels` on the numbers of Burn's CPU tensors.
//!
//! Burn's own operations are several times as slow on maps whose channels lie together (see [`super::maps`]), so all that
//! happens to a map between two convolutions happens here. Each function answers `None` where tensors live elsewhere or
//! gradients are taken; the layer then composes its operation of Burn's, and tests hold the two to be equal. Where a plan is
//! recorded, they compute nothing (see [`super::recording`]).

use std::borrow::Cow;
use std::cell::RefCell;

use burn::backend::flex::FlexTensor;
use burn::module::Param;
use burn::nn::attention::MultiHeadAttention;
use burn::nn::{GroupNorm, Linear};
use burn::tensor::{Device, Tensor, TensorData};
use kernels::{Conv3x3, Mixtures, Scratch, Shape as Map, activation, rearrange};

use super::input::{Before, Input};
use super::maps::{flat, here, pixels, shape_of, tensor};
use super::packing::{of_convolution, of_linear, of_pointwise};
use super::recording;
use super::triangular::inverse_of_product;
use crate::gpu::plan::{Activation, Operation, Side};

thread_local! {
    /// What kernels need beside their inputs and outputs, allocated once.
    static SCRATCH: RefCell<Scratch> = RefCell::default();
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

/// A new map, written by `write`.
fn made(map: Map, write: impl FnOnce(&mut [f32], &mut Scratch)) -> Tensor<4> {
    let mut out = vec![0.0; map.numbers()];
    SCRATCH.with_borrow_mut(|scratch| write(&mut out, scratch));
    tensor(out, map)
}

/// The tensors of what is done before a convolution: none, those of a norm, or those of a norm and its modulation.
fn tensors(before: &Before<'_>) -> Vec<FlexTensor> {
    match before {
        Before::Nothing | Before::Silu => Vec::new(),
        Before::Normalized(norm) => gamma_and_beta(norm).into(),
        Before::Modulated(norm, modulation) => {
            gamma_and_beta(norm).into_iter().chain(modulation.iter().map(with)).collect()
        }
    }
}

/// A 3x3 convolution of stride 1 or 2 with what is before and after it.
pub fn convolve(weight: &Tensor<4>, bias: &Tensor<1>, stride: usize, input: &Input<'_>) -> Option<Tensor<4>> {
    let recorded = recording::convolve((weight, bias), (Side::Three, stride), input);
    if recorded.is_some() {
        return recorded;
    }
    let x = here(&input.x)?;
    let (map, weight, bias) = (shape_of(&x), with(weight), with(bias));
    let (before, skip) = (tensors(&input.before), input.skip.as_ref().map(with));
    let (bias, skip) = (flat(&bias), skip.as_ref().map(pixels));
    let before: Vec<Cow<[f32]>> = before.iter().map(flat).collect();
    let (method, packed) = of_convolution(&weight, [bias.len(), map.channels]);
    let convolution = Conv3x3 {
        before: match before.as_slice() {
            [] if matches!(input.before, Before::Silu) => kernels::Before::Silu,
            [] => kernels::Before::Nothing,
            [gamma, beta] => kernels::Before::Norm { gamma, beta },
            [gamma, beta, scale, shift] => kernels::Before::Film { gamma, beta, scale, shift },
            _ => unreachable!("a norm has two tensors, and its modulation two"),
        },
        upsample: input.upsampled,
        stride,
        method,
        packed: &packed,
        outputs: bias.len(),
        bias: Some(&bias),
        skip: skip.as_deref(),
    };
    Some(made(convolution.output(map), |out, scratch| {
        kernels::conv3x3(&pixels(&x), map, &convolution, out, scratch);
    }))
}

/// A 1x1 convolution with what is before and after it. None that is modulated or upsampled is in use.
pub fn pointwise(weight: &Tensor<4>, bias: &Tensor<1>, input: &Input<'_>) -> Option<Tensor<4>> {
    let recorded = recording::convolve((weight, bias), (Side::One, 1), input);
    if recorded.is_some() {
        return recorded;
    }
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

/// Rows times a matrix and a bias added.
pub fn affine(weight: &Tensor<2>, bias: &Tensor<1>, x: &Tensor<2>) -> Option<Tensor<2>> {
    let ([rows, inputs], [outputs]) = (x.dims(), bias.dims());
    let x = here(x)?;
    let (weight, bias) = (with(weight), with(bias));
    let mut out = vec![0.0; rows * outputs];
    let packed = of_linear(&weight, [inputs, outputs]);
    kernels::product(&flat(&x), [inputs, outputs], &packed, Some(&flat(&bias)), None, &mut out);
    Some(Tensor::from_data(TensorData::new(out, [rows, outputs]), &Device::flex()))
}

/// A function of each number.
pub fn elementwise(x: &Tensor<4>, function: Activation) -> Option<Tensor<4>> {
    let recorded = recording::simple(x, |x| Operation::Activation(x, function));
    if recorded.is_some() {
        return recorded;
    }
    let x = here(x)?;
    let mut out = pixels(&x).into_owned();
    match function {
        Activation::Silu => activation::silu(&mut out),
        Activation::Tanh => activation::tanh(&mut out),
    }
    Some(tensor(out, shape_of(&x)))
}

/// See [`super::space_to_depth`].
pub fn space_to_depth(x: &Tensor<4>) -> Option<Tensor<4>> {
    let recorded = recording::simple(x, Operation::SpaceToDepth);
    if recorded.is_some() {
        return recorded;
    }
    let x = here(x)?;
    let map = shape_of(&x);
    let moved = Map { height: map.height / 2, width: map.width / 2, channels: 4 * map.channels, ..map };
    Some(made(moved, |out, _| rearrange::space_to_depth(&pixels(&x), map, out)))
}

/// See [`super::depth_to_space`].
pub fn depth_to_space(x: &Tensor<4>) -> Option<Tensor<4>> {
    let recorded = recording::simple(x, Operation::DepthToSpace);
    if recorded.is_some() {
        return recorded;
    }
    let x = here(x)?;
    let map = shape_of(&x);
    let moved = Map { height: 2 * map.height, width: 2 * map.width, channels: map.channels / 4, ..map };
    Some(made(moved, |out, _| rearrange::depth_to_space(&pixels(&x), map, out)))
}

/// See [`super::beside`].
pub fn beside(a: &Tensor<4>, b: &Tensor<4>) -> Option<Tensor<4>> {
    let recorded = recording::beside(a, b);
    if recorded.is_some() {
        return recorded;
    }
    let (a, b) = (here(a)?, here(b)?);
    let (left, right) = (shape_of(&a), shape_of(&b));
    Some(made(Map { channels: left.channels + right.channels, ..left }, |out, _| {
        rearrange::cat(&[(&pixels(&a), left.channels), (&pixels(&b), right.channels)], out);
    }))
}

/// Self-attention over the pixels of a normalized map, added to the map.
pub fn pixel_attention(norm: &GroupNorm, attention: &MultiHeadAttention, x: &Tensor<4>) -> Option<Tensor<4>> {
    let recorded = recording::pixel_attention(norm, attention, x);
    if recorded.is_some() {
        return recorded;
    }
    let x = here(x)?;
    let (map, x) = (shape_of(&x), pixels(&x));
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

/// The numbers x of y, by monotone maps of the given parameters, whose log-scales are bounded by `limits`.
pub fn invert_mixtures(y: &Tensor<4>, affine: &Tensor<4>, mixture: &Tensor<4>, limits: [f64; 2]) -> Option<Tensor<4>> {
    let (y, affine, mixture) = (here(y)?, here(affine)?, here(mixture)?);
    let (map, parameters) = (shape_of(&y), shape_of(&mixture).channels);
    let channels = map.channels;
    let of = Mixtures { channels, mixtures: parameters / channels / 3, limits: limits.map(|limit| limit as f32) };
    Some(made(map, |out, _| kernels::invert_mixtures(&pixels(&y), &pixels(&affine), &pixels(&mixture), of, out)))
}

/// What channels were before they were shifted and scaled, and then mixed by L U and put in reverse order.
pub fn unmix(
    x: &Tensor<4>,
    [lower, upper]: [Tensor<2>; 2],
    [log_diagonal, log_scale, shift]: [Tensor<1>; 3],
) -> Option<Tensor<4>> {
    let x = here(x)?;
    let (map, channels) = (shape_of(&x), shape_of(&x).channels);
    let ([lower, upper], [log_diagonal, log_scale, shift]) =
        ([lower, upper].map(|x| with(&x)), [log_diagonal, log_scale, shift].map(|x| with(&x)));
    let unmix = inverse_of_product(&flat(&lower), &flat(&upper), &flat(&log_diagonal));
    let scales = flat(&log_scale);
    let scales = scales.iter().map(|log_scale| f64::from(-log_scale).exp());
    let matrix: Vec<f32> = (unmix.chunks_exact(channels).zip(scales))
        .flat_map(|(row, scale)| row.iter().rev().map(move |entry| (entry * scale) as f32))
        .collect();
    let packed = kernels::pack_columns(&matrix, channels, channels);
    let offset: Vec<f32> = flat(&shift).iter().map(|shift| -shift).collect();
    Some(made(map, |out, _| kernels::product(&pixels(&x), [channels; 2], &packed, Some(&offset), None, out)))
}
