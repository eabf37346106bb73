//! 3x3 convolutions with padding 1, and what comes right before and after them.

mod direct;
mod padding;
mod winograd;

use crate::normalization::expect_groups;
use crate::scratch::Scratch;
use crate::shape::{Shape, expect_length};
use crate::simd::{COLUMNS, LANES};
use crate::tile::Output;
pub use padding::Before;
use padding::Padded;
use winograd::{F2, F4, Winograd};

/// How a convolution is computed, and therefore how its weights are packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Method {
    /// Nine products, one a tap.
    Direct,
    /// Winograd's F(2x2, 3x3) (arXiv 1509.09308): 16 products for four pixels.
    Winograd2,
    /// Winograd's F(4x4, 3x3): 36 products for sixteen pixels. Its weights are four times as large.
    Winograd4,
}

impl Method {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Direct, Self::Winograd2, Self::Winograd4];

    /// The method for convolutions of stride 1 to maps of this size that is fastest in a model, as measured in WebAssembly, where
    /// more memory buys something.
    ///
    /// Where eight layers take turns, each with its own weights, F(4, 3) takes 0.63 of F(2, 3)'s time at 28x28 and 32
    /// channels, 0.9 at 14x14 and 56, 0.96 at 7x7 and 64, and 1.27 at 7x7 and 96: there its weights, 2.25 times as
    /// large, no more fit into the caches.
    pub fn best(height: usize, width: usize, inputs: usize, outputs: usize) -> Self {
        let (pixels, weights) = (height * width, inputs * outputs);
        if inputs < 4 || outputs < 8 || pixels < 16 {
            Self::Direct
        } else if weights <= 56 * 56 || pixels >= 14 * 14 && weights <= 64 * 64 {
            Self::Winograd4
        } else {
            Self::Winograd2
        }
    }

    /// Pixels on a side that are made at once.
    fn pixels(self) -> usize {
        match self {
            Self::Direct => 1,
            Self::Winograd2 => 2,
            Self::Winograd4 => 4,
        }
    }

    /// How many numbers [`pack`] makes.
    pub fn packed_length(self, outputs: usize, inputs: usize) -> usize {
        if self == Self::Direct && direct::is_narrow(inputs, outputs) {
            return 9 * inputs * outputs;
        }
        let taps = match self {
            Self::Direct => 9,
            Self::Winograd2 => 16,
            Self::Winograd4 => 36,
        };
        taps * inputs * outputs.next_multiple_of(COLUMNS)
    }
}

/// Packs weights `[outputs, inputs, 3, 3]` for a method.
///
/// Direct: `[ceil(outputs / 8)][9][inputs][8]`, or `[outputs][9][inputs]` of at most 4 outputs from a multiple of 4 inputs.
/// Winograd: `[16 or 36][ceil(outputs / 8)][inputs][8]`. Outputs that are none have zeros.
pub fn pack(weights: &[f32], outputs: usize, inputs: usize, method: Method) -> Vec<f32> {
    expect_length("weights of a 3x3 convolution", weights.len(), outputs * inputs * 9);
    match method {
        Method::Direct => direct::pack(weights, outputs, inputs),
        Method::Winograd2 => winograd::pack::<4, 2, F2>(weights, outputs, inputs),
        Method::Winograd4 => winograd::pack::<6, 4, F4>(weights, outputs, inputs),
    }
}

/// A 3x3 convolution.
#[derive(Debug, Clone, Copy)]
pub struct Conv3x3<'a> {
    /// What is done to its input.
    pub before: Before<'a>,
    /// Whether each pixel of that becomes 2x2 of them first.
    pub upsample: bool,
    /// 1, or 2 for half of the height and width, rounded up. Winograd's methods do 1.
    pub stride: usize,
    /// How it is computed.
    pub method: Method,
    /// The weights, from [`pack`].
    pub packed: &'a [f32],
    /// Channels that come out.
    pub outputs: usize,
    /// What is added to each of them, `[outputs]`.
    pub bias: Option<&'a [f32]>,
    /// What is added at the end, in the shape of the output.
    pub skip: Option<&'a [f32]>,
}

impl Conv3x3<'_> {
    /// The shape that comes out of a map.
    pub fn output(&self, input: Shape) -> Shape {
        let grown = |side: usize| (side << u32::from(self.upsample)).div_ceil(self.stride);
        Shape { batch: input.batch, height: grown(input.height), width: grown(input.width), channels: self.outputs }
    }

    #[track_caller]
    fn check(&self, x: &[f32], shape: Shape, out: &[f32]) {
        let Shape { batch, height, width, channels } = shape;
        assert!(
            batch > 0 && height > 0 && width > 0 && channels > 0 && self.outputs > 0,
            "a convolution: expected something of everything, came {shape:?} and {} outputs",
            self.outputs
        );
        assert!(
            self.stride == 1 || self.stride == 2 && self.method == Method::Direct,
            "a convolution: expected stride 1, or 2 by the direct method, came {} by {:?}",
            self.stride,
            self.method
        );
        expect_length("a convolution's input", x.len(), shape.numbers());
        expect_length("a convolution's output", out.len(), self.output(shape).numbers());
        let packed = self.method.packed_length(self.outputs, channels);
        expect_length("a convolution's packed weights", self.packed.len(), packed);
        if let Some(bias) = self.bias {
            expect_length("a convolution's bias", bias.len(), self.outputs);
        }
        if let Some(skip) = self.skip {
            expect_length("what is added to a convolution", skip.len(), out.len());
        }
        match self.before {
            Before::Nothing | Before::Silu => {}
            Before::Norm { gamma, beta } => expect_groups(channels, gamma, beta),
            Before::Film { gamma, beta, scale, shift } => {
                expect_groups(channels, gamma, beta);
                expect_length("FiLM's scales", scale.len(), batch * channels);
                expect_length("FiLM's shifts", shift.len(), batch * channels);
            }
        }
    }
}

/// Convolves `x` of a shape, and writes `out`, whose shape is [`Conv3x3::output`].
pub fn conv3x3(x: &[f32], shape: Shape, convolution: &Conv3x3, out: &mut [f32], scratch: &mut Scratch) {
    convolution.check(x, shape, out);
    let output = convolution.output(shape);
    let Conv3x3 { before, upsample, method, packed, bias, stride, skip, .. } = *convolution;
    let times = 1 + usize::from(upsample);
    // Winograd's methods work on whole tiles and whole vectors of channels.
    let whole = if method == Method::Direct { 1 } else { LANES };
    let padded = Padded::of(shape, times, method.pixels(), whole);
    padding::pad(x, shape, before, times, padded, scratch);
    let out = &mut Output { numbers: out, columns: output.channels, skip };
    match method {
        Method::Direct => direct::convolve(padded, output, stride, packed, bias, out, scratch),
        Method::Winograd2 => F2::convolve(padded, output, packed, bias, out, scratch),
        Method::Winograd4 => F4::convolve(padded, output, packed, bias, out, scratch),
    }
}
