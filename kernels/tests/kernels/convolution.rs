//! 3x3 convolutions, by each method, after everything that may come before them.

use kernels::{Before, Conv3x3, Method, Scratch, Shape, conv3x3, pack};
use proptest::prelude::*;

use crate::reference::{self, assert_close, numbers, sigmoid, wide};

/// What may come before, without its numbers.
#[derive(Debug, Clone, Copy, PartialEq)]
enum First {
    Nothing,
    Silu,
    Norm,
    Film,
}

const FIRSTS: [First; 4] = [First::Nothing, First::Silu, First::Norm, First::Film];

/// One case.
#[derive(Debug, Clone, Copy)]
struct Case {
    shape: Shape,
    outputs: usize,
    first: First,
    upsample: bool,
    stride: usize,
    method: Method,
    bias: bool,
    skip: bool,
}

/// All numbers that a case needs.
struct Numbers {
    x: Vec<f32>,
    weights: Vec<f32>,
    bias: Vec<f32>,
    gamma: Vec<f32>,
    beta: Vec<f32>,
    scale: Vec<f32>,
    shift: Vec<f32>,
    skip: Vec<f32>,
}

impl Case {
    fn numbers(&self) -> Numbers {
        let Shape { batch, channels, .. } = self.shape;
        let grown = |side: usize| (side << usize::from(self.upsample)).div_ceil(self.stride);
        let out = batch * grown(self.shape.height) * grown(self.shape.width) * self.outputs;
        // As large as weights are when they begin to learn, so that results are as large as inputs.
        let bound = 1.0 / (9.0 * channels as f32).sqrt();
        Numbers {
            x: numbers(self.shape.numbers(), 1),
            weights: numbers(self.outputs * channels * 9, 2).iter().map(|x| x * bound).collect(),
            bias: if self.bias { numbers(self.outputs, 3) } else { vec![0.0; self.outputs] },
            gamma: numbers(channels, 4),
            beta: numbers(channels, 5),
            scale: numbers(batch * channels, 6),
            shift: numbers(batch * channels, 7),
            skip: numbers(out, 8),
        }
    }

    fn kernel(&self, given: &Numbers, scratch: &mut Scratch) -> Vec<f32> {
        let Numbers { gamma, beta, scale, shift, .. } = given;
        let packed = pack(&given.weights, self.outputs, self.shape.channels, self.method);
        assert_eq!(packed.len(), self.method.packed_length(self.outputs, self.shape.channels));
        let convolution = Conv3x3 {
            before: match self.first {
                First::Nothing => Before::Nothing,
                First::Silu => Before::Silu,
                First::Norm => Before::Norm { gamma, beta },
                First::Film => Before::Film { gamma, beta, scale, shift },
            },
            upsample: self.upsample,
            stride: self.stride,
            method: self.method,
            packed: &packed,
            outputs: self.outputs,
            bias: self.bias.then_some(&given.bias),
            skip: self.skip.then_some(&given.skip),
        };
        // What was there before is overwritten.
        let mut out = vec![f32::NAN; convolution.output(self.shape).numbers()];
        conv3x3(&given.x, self.shape, &convolution, &mut out, scratch);
        out
    }

    fn reference(&self, given: &Numbers) -> Vec<f64> {
        let Shape { batch, channels, .. } = self.shape;
        let mut x = wide(&given.x);
        if matches!(self.first, First::Norm | First::Film) {
            x = reference::group_norm(&x, batch, [&given.gamma, &given.beta]);
        }
        let pictures = x.len() / batch;
        for (i, x) in x.iter_mut().enumerate() {
            let channel = i / pictures * channels + i % channels;
            if self.first == First::Film {
                *x = *x * (f64::from(given.scale[channel]) + 1.0) + f64::from(given.shift[channel]);
            }
            if self.first != First::Nothing {
                *x *= sigmoid(*x);
            }
        }
        let (x, shape) = if self.upsample { reference::upsampled(&x, self.shape) } else { (x, self.shape) };
        let mut out = reference::conv3x3(&x, shape, &given.weights, &given.bias, self.stride);
        if self.skip {
            out.iter_mut().zip(&given.skip).for_each(|(out, skip)| *out += f64::from(*skip));
        }
        out
    }

    /// Winograd's larger transforms round more.
    fn bound(&self) -> f64 {
        match self.method {
            Method::Direct => 5e-6,
            Method::Winograd2 => 5e-6,
            Method::Winograd4 => 2e-5,
        }
    }

    fn check(&self, scratch: &mut Scratch) {
        let given = self.numbers();
        assert_close(&self.kernel(&given, scratch), &self.reference(&given), self.bound());
    }
}

fn shape([batch, height, width, channels]: [usize; 4]) -> Shape {
    Shape { batch, height, width, channels }
}

fn methods(stride: usize) -> &'static [Method] {
    if stride == 1 { &Method::ALL } else { &Method::ALL[..1] }
}

/// Side, inputs, outputs, stride and upsampling of every 3x3 convolution of the shipped models.
const IN_USE: [(usize, usize, usize, usize, bool); 44] = [
    // VAE and codes.
    (28, 1, 32, 2, false),
    (14, 32, 64, 2, false),
    (7, 64, 64, 1, false),
    (7, 64, 32, 1, true),
    (14, 32, 32, 1, false),
    (14, 32, 16, 1, true),
    (28, 16, 16, 1, false),
    (28, 16, 1, 1, false),
    (7, 32, 64, 1, false),
    // GAN.
    (7, 96, 96, 1, false),
    (7, 96, 48, 1, true),
    (14, 48, 48, 1, false),
    (14, 48, 48, 1, true),
    (14, 48, 96, 1, false),
    (28, 12, 1, 1, false),
    (28, 24, 1, 1, false),
    // Flow.
    (28, 1, 32, 1, false),
    (14, 2, 32, 1, false),
    (14, 32, 4, 1, false),
    (14, 6, 48, 1, false),
    (14, 48, 48, 1, false),
    (14, 48, 12, 1, false),
    (7, 12, 48, 1, false),
    (7, 48, 24, 1, false),
    // Diffusion.
    (28, 32, 32, 1, false),
    (28, 32, 56, 2, false),
    (14, 56, 56, 1, false),
    (14, 56, 96, 2, false),
    (28, 32, 1, 1, false),
    // Emoji.
    (16, 12, 48, 1, false),
    (16, 48, 48, 1, false),
    (16, 48, 64, 2, false),
    (8, 64, 64, 1, false),
    (8, 64, 16, 1, false),
    (8, 8, 80, 1, false),
    (8, 80, 80, 1, false),
    (8, 80, 64, 1, true),
    (16, 64, 64, 1, false),
    (16, 64, 64, 1, true),
    (32, 16, 16, 1, false),
    (32, 16, 3, 1, false),
    (8, 96, 96, 1, false),
    (8, 96, 8, 1, false),
    // The largest that is tried.
    (7, 128, 128, 1, false),
];

#[test]
fn all_shapes_in_use_are_as_defined() {
    let scratch = &mut Scratch::new();
    for (i, (side, channels, outputs, stride, upsample)) in IN_USE.into_iter().enumerate() {
        for method in methods(stride) {
            let all: &[First] = if channels % 8 == 0 { &FIRSTS } else { &FIRSTS[..2] };
            let case = Case {
                shape: shape([1, side, side, channels]),
                outputs,
                first: all[i % all.len()],
                upsample,
                stride,
                method: *method,
                bias: true,
                skip: i % 3 == 0,
            };
            case.check(scratch);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(192))]

    #[test]
    fn any_shape_is_as_defined(
        sides in (1usize..4, 1usize..12, 1usize..12),
        channels in (1usize..40, 1usize..30),
        first in 0usize..4,
        switches in any::<[bool; 4]>(),
        stride in 1usize..3,
        method in 0usize..3,
    ) {
        let ((batch, height, width), (inputs, outputs)) = (sides, channels);
        let first = FIRSTS[first];
        let inputs = if matches!(first, First::Norm | First::Film) { inputs.next_multiple_of(8) } else { inputs };
        let [upsample, bias, skip, _] = switches;
        let method = if stride == 2 { Method::Direct } else { Method::ALL[method] };
        let shape = shape([batch, height, width, inputs]);
        Case { shape, outputs, first, upsample, stride, method, bias, skip }.check(&mut Scratch::new());
    }
}

/// Pictures of a batch come out bit by bit as they do alone, also where there are more tiles than are transformed at once.
#[test]
fn a_batch_changes_nothing() {
    for method in Method::ALL {
        let case = |batch| Case {
            shape: shape([batch, 9, 10, 24]),
            outputs: 20,
            first: First::Film,
            upsample: true,
            stride: 1,
            method,
            bias: true,
            skip: true,
        };
        let (together, scratch) = (case(7), &mut Scratch::new());
        let given = together.numbers();
        let all = together.kernel(&given, scratch);
        for picture in 0..7 {
            let part = |of: &[f32]| of[of.len() / 7 * picture..][..of.len() / 7].to_vec();
            let Numbers { x, weights, bias, gamma, beta, scale, shift, skip } = &given;
            let (weights, bias, gamma, beta) = (weights.clone(), bias.clone(), gamma.clone(), beta.clone());
            let [x, scale, shift, skip] = [x, scale, shift, skip].map(|of| part(of));
            let alone = case(1).kernel(&Numbers { x, weights, bias, gamma, beta, scale, shift, skip }, scratch);
            assert!(alone == part(&all), "{method:?}, picture {picture}");
        }
    }
}

/// Scratch that was used by a larger convolution leaves nothing in the border of a smaller one.
#[test]
fn scratch_is_of_no_consequence() {
    let case = |side, method| Case {
        shape: shape([1, side, side, 6]),
        outputs: 9,
        first: First::Silu,
        upsample: false,
        stride: 1,
        method,
        bias: false,
        skip: false,
    };
    for method in Method::ALL {
        let used = &mut Scratch::new();
        case(13, Method::Winograd4).check(used);
        let bytes = used.bytes();
        case(5, method).check(used);
        assert!(method == Method::Direct || used.bytes() == bytes, "a smaller one needs no more");
    }
}

/// The best method is one whose weights can be packed, for anything.
#[test]
fn few_channels_are_convolved_directly() {
    assert_eq!(Method::best(28, 28, 1, 32), Method::Direct);
    assert_eq!(Method::best(28, 28, 32, 1), Method::Direct);
    assert_ne!(Method::best(28, 28, 32, 32), Method::Direct);
}

#[test]
#[should_panic(expected = "a convolution's input: expected 8 numbers, came 7")]
fn a_short_input_is_refused() {
    let packed = [0.0; 9 * 2 * 8];
    let convolution = Conv3x3 {
        before: Before::Nothing,
        upsample: false,
        stride: 1,
        method: Method::Direct,
        packed: &packed,
        outputs: 5,
        bias: None,
        skip: None,
    };
    conv3x3(&[0.0; 7], shape([1, 2, 2, 2]), &convolution, &mut [0.0; 20], &mut Scratch::new());
}
