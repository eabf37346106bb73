//! The autoregressive model's network, a row of pixels at a time (van den Oord et al., PixelCNN, arXiv 1606.05328): the
//! vertical stack of a whole row, then the horizontal stack pixel by pixel.

use std::sync::Arc;

use crate::activation::silu;
use crate::logistics::{Mixture, Temperature};
use crate::matrix::{Matrix, add};
use crate::simd::{F32x4, LANES};

/// Rows above that the first layer sees, and pixels to the left.
const FIRST: usize = 3;

/// Pixels to either side that the first layer sees of the rows above.
const ASIDE: usize = 2;

/// A layer's outputs before the gate: values, and as many numbers that let them through.
const HALVES: usize = 2;

/// Weights of a convolution or a linear layer, `[outputs, inputs, height, width]`, and its offsets `[outputs]`.
#[derive(Debug, Clone)]
pub struct Weights {
    /// One for each output, input, row and column.
    pub weights: Vec<f32>,
    /// One for each output.
    pub bias: Vec<f32>,
}

impl Weights {
    /// Packed for inputs that lie tap by tap, a tap's channels beside each other.
    fn packed(self, taps: usize) -> Matrix {
        let inputs = self.weights.len() / self.bias.len();
        let channels = inputs / taps;
        Matrix::new(inputs, self.bias, |i, output| self.weights[output * inputs + i % channels * taps + i / channels])
    }
}

/// The parameters of a gated layer of so many channels.
#[derive(Debug, Clone)]
pub struct LayerWeights {
    /// `[2 channels, channels, 2, 3]`: the row that lies `dilation` above, and this one.
    pub vertical: Weights,
    /// `[2 channels, channels, 1, 1]`: from the vertical stack to the horizontal one.
    pub across: Weights,
    /// `[2 channels, channels, 1, 3]`: pixels that lie `dilation` apart, the last one this pixel.
    pub horizontal: Weights,
    /// `[channels, channels, 1, 1]`.
    pub out: Weights,
    /// What each condition adds before the vertical gate, and before the horizontal one, `[conditions, 4 channels]`.
    pub conditions: Vec<f32>,
    /// How far apart the rows and pixels lie that it sees.
    pub dilation: usize,
}

/// The parameters of the network.
#[derive(Debug, Clone)]
pub struct NetworkWeights {
    /// Pixels on a side.
    pub side: usize,
    /// `[channels, 1, 3, 5]`: the three rows above.
    pub above: Weights,
    /// `[channels, 1, 1, 3]`: the three pixels to the left.
    pub left: Weights,
    /// What every pixel knows of where it is, `[channels, side, side]`.
    pub place: Vec<f32>,
    /// One after the other.
    pub layers: Vec<LayerWeights>,
    /// `[2 channels, channels, 1, 1]`.
    pub widen: Weights,
    /// `[3 mixtures, 2 channels, 1, 1]`.
    pub mixture: Weights,
}

/// The network, packed.
#[derive(Debug)]
pub struct Network {
    side: usize,
    channels: usize,
    above: Matrix,
    left: Matrix,
    /// `[side, side, channels]`.
    place: Vec<f32>,
    layers: Vec<Layer>,
    widen: Matrix,
    mixture: Matrix,
}

#[derive(Debug)]
struct Layer {
    vertical: Matrix,
    across: Matrix,
    horizontal: Matrix,
    out: Matrix,
    /// For each condition what it adds before the vertical gate.
    down: Vec<Vec<f32>>,
    /// For each condition what the horizontal gate has before it sees anything: what the condition adds, and the offsets of
    /// `across` and `horizontal`.
    right: Vec<Vec<f32>>,
    dilation: usize,
}

impl Network {
    /// Packs the parameters.
    pub fn new(weights: NetworkWeights) -> Self {
        let NetworkWeights { side, above, left, place, layers, widen, mixture } = weights;
        let (channels, pixels) = (left.bias.len(), side * side);
        Self {
            side,
            channels,
            above: above.packed(FIRST * (2 * ASIDE + 1)),
            left: left.packed(FIRST),
            place: (0..pixels * channels).map(|i| place[i % channels * pixels + i / channels]).collect(),
            layers: layers.into_iter().map(Layer::new).collect(),
            widen: widen.packed(1),
            mixture: mixture.packed(1),
        }
    }

    /// Pixels on a side.
    pub fn side(&self) -> usize {
        self.side
    }

    /// Parameters of a pixel's mixture.
    pub fn parameters(&self) -> usize {
        self.mixture.outputs()
    }
}

impl Layer {
    fn new(weights: LayerWeights) -> Self {
        let LayerWeights { vertical, across, horizontal, out, conditions, dilation } = weights;
        let gates = across.bias.len();
        let of = |half: usize| conditions.chunks_exact(HALVES * gates).map(move |both| &both[half * gates..][..gates]);
        let offsets = |adds: &[f32]| (0..gates).map(|i| across.bias[i] + horizontal.bias[i] + adds[i]).collect();
        Self {
            down: of(0).map(<[f32]>::to_vec).collect(),
            right: of(1).map(offsets).collect(),
            vertical: vertical.packed(6),
            across: across.packed(1),
            horizontal: horizontal.packed(3),
            out: out.packed(1),
            dilation,
        }
    }

    /// Rows that the vertical stack keeps: those above down to the one that it sees, and this one.
    fn rows(&self) -> usize {
        self.dilation + 1
    }
}

/// A picture under way, asked about under one condition or under two, a row at a time. What the layers said of earlier
/// pixels is kept, and every buffer is made once.
#[derive(Debug, Clone)]
pub struct Picture {
    network: Arc<Network>,
    /// The conditions' numbers.
    conditions: Vec<usize>,
    /// How much the first condition is exaggerated against the second, where there are two.
    guidance: f32,
    row: usize,
    /// The last rows of pixels, with nothing on either side.
    above: Vec<f32>,
    /// The row that is written, with nothing before it.
    left: Vec<f32>,
    /// What enters the stacks, `[side, channels]`.
    first: Vec<f32>,
    layers: Vec<Kept>,
    /// What leaves the vertical stack's layer, `[side, channels]`.
    last: Vec<f32>,
    /// Before the gates, `[side, 2 channels]`: of the first layer's vertical stack, and of any other.
    gates: [Vec<f32>; 2],
    /// A pixel's features for each condition, and before them those of a moment before.
    features: [Vec<f32>; 2],
    /// The mixture's parameters, for each condition.
    parameters: Vec<f32>,
    mixture: Mixture,
}

/// What a layer keeps, for each condition.
#[derive(Debug, Clone)]
struct Kept {
    /// What went into the vertical stack, `[conditions, rows, dilation + side + dilation, channels]`, a ring of rows.
    vertical: Vec<f32>,
    /// What the vertical stack says to the horizontal one of this row, `[conditions, side, 2 channels]`.
    across: Vec<f32>,
    /// What went into the horizontal stack in this row, `[conditions, side, channels]`.
    horizontal: Vec<f32>,
}

impl Picture {
    /// An empty picture under `conditions`, one or two; of two the answers are any + guidance (condition - any)
    /// (arXiv 2207.12598, equation 6).
    pub fn new(network: &Arc<Network>, conditions: &[usize], guidance: f32) -> Self {
        let Network { side, channels, .. } = **network;
        let count = conditions.len();
        let kept = |layer: &Layer| {
            let width = channels * (side + 2 * layer.dilation);
            Kept {
                vertical: vec![0.0; count * layer.rows() * width],
                across: vec![0.0; count * side * HALVES * channels],
                horizontal: vec![0.0; count * side * channels],
            }
        };
        Self {
            conditions: conditions.to_vec(),
            guidance,
            row: 0,
            above: vec![0.0; FIRST * (side + 2 * ASIDE)],
            left: vec![0.0; FIRST + side],
            first: vec![0.0; side * channels],
            layers: network.layers.iter().map(kept).collect(),
            last: vec![0.0; side * channels],
            gates: std::array::from_fn(|_| vec![0.0; side.max(count) * HALVES * channels]),
            features: [vec![0.0; count * channels], vec![0.0; count * HALVES * channels]],
            parameters: vec![0.0; count * network.parameters()],
            mixture: Mixture::new(network.parameters() / 3),
            network: network.clone(),
        }
    }

    /// Writes the next row: the level of each pixel, picked by its latent's tails (Phi(z) and 1 - Phi(z)), and the parameters that
    /// the picks were made from, pixel by pixel, before the temperature.
    pub fn write(&mut self, temperature: Temperature, tails: &[[f32; 2]], levels: &mut [f32], parameters: &mut [f32]) {
        self.row(parameters, |mixture, column, parameters| {
            mixture.set(parameters, temperature);
            levels[column] = mixture.pick(tails[column]);
            levels[column] / 127.5 - 1.0
        });
    }

    /// Reads the next row of a picture in [-1, 1] and says the parameters of its pixels, one pixel after the other.
    pub fn read(&mut self, pixels: &[f32], parameters: &mut [f32]) {
        self.row(parameters, |_, column, _| pixels[column]);
    }

    /// A row, whose pixels follow from their parameters.
    fn row(&mut self, parameters: &mut [f32], mut pixel: impl FnMut(&mut Mixture, usize, &[f32]) -> f32) {
        let network = self.network.clone();
        self.look_up(&network);
        self.left.fill(0.0);
        let pixels = parameters.chunks_exact_mut(network.parameters()).enumerate();
        for (column, parameters) in pixels {
            self.pixel(&network, column);
            let (narrowed, any) = self.parameters.split_at(parameters.len());
            parameters.copy_from_slice(narrowed);
            parameters.iter_mut().zip(any).for_each(|(x, any)| *x = any + (*x - any) * self.guidance);
            self.left[FIRST + column] = pixel(&mut self.mixture, column, parameters);
        }
        let width = network.side + 2 * ASIDE;
        self.above.copy_within(width.., 0);
        self.above[(FIRST - 1) * width + ASIDE..][..network.side].copy_from_slice(&self.left[FIRST..]);
        self.row += 1;
    }

    /// The vertical stack at this row: its first features, and what each layer says across.
    fn look_up(&mut self, network: &Network) {
        let Network { side, channels, .. } = *network;
        let width = side + 2 * ASIDE;
        let seen = |column: usize, row: usize| &self.above[row * width + column..][..2 * ASIDE + 1];
        network.above.product_of_parts::<FIRST>(2 * ASIDE + 1, seen, &mut self.first);
        add(&mut self.first, &network.place[self.row * side * channels..][..side * channels]);
        for (i, condition) in self.conditions.iter().enumerate() {
            self.last.copy_from_slice(&self.first);
            for (number, (layer, kept)) in network.layers.iter().zip(&mut self.layers).enumerate() {
                let gates = &mut self.gates[number.min(1)][..side * HALVES * channels];
                // The first layer sees the same under either condition.
                if (number, i) != (0, 1) {
                    let (rows, width) = (layer.rows(), channels * (side + 2 * layer.dilation));
                    let (here, above) = (self.row % rows * width, (self.row + 1) % rows * width);
                    let ring = &mut kept.vertical[i * rows * width..][..rows * width];
                    ring[here + layer.dilation * channels..][..side * channels].copy_from_slice(&self.last);
                    let seen = |row: usize, column: usize, tap: usize| {
                        &ring[row + (column + tap * layer.dilation) * channels..][..channels]
                    };
                    if self.row < layer.dilation {
                        // Above the picture there is nothing to see.
                        layer.vertical.product_of_parts::<3>(channels, |column, tap| seen(here, column, tap), gates);
                    } else {
                        let seen = |column, tap| seen([above, here][tap / 3], column, tap % 3);
                        layer.vertical.product_of_parts::<6>(channels, seen, gates);
                    }
                }
                let pixels = gates.chunks_exact(HALVES * channels).zip(self.last.chunks_exact_mut(channels));
                pixels.for_each(|(gates, last)| gate(gates, Some(&layer.down[*condition]), last));
                let across = &mut kept.across[i * side * HALVES * channels..][..side * HALVES * channels];
                layer.across.product_from(&self.last, &layer.right[*condition], across);
            }
        }
    }

    /// The mixture's parameters at a pixel of this row, for each condition.
    fn pixel(&mut self, network: &Network, column: usize) {
        let Network { side, channels, .. } = *network;
        let count = self.conditions.len();
        let [features, wide] = &mut self.features;
        network.left.product(&self.left[column..][..FIRST], &mut features[..channels]);
        add(&mut features[..channels], &self.first[column * channels..][..channels]);
        for i in 1..count {
            features.copy_within(..channels, i * channels);
        }
        for (layer, kept) in network.layers.iter().zip(&mut self.layers) {
            for (i, features) in features.chunks_exact(channels).enumerate() {
                kept.horizontal[(i * side + column) * channels..][..channels].copy_from_slice(features);
            }
            // The last of so many taps is this pixel.
            let seen = |taps: usize| {
                let (kept, dilation) = (&kept.horizontal, layer.dilation);
                move |i: usize, tap: usize| {
                    &kept[(i * side + column - (taps - 1 - tap) * dilation) * channels..][..channels]
                }
            };
            let across = |i: usize| &kept.across[(i * side + column) * HALVES * channels..][..HALVES * channels];
            let gates = &mut self.gates[1][..count * HALVES * channels];
            // To the left of the picture there is nothing to see.
            match column / layer.dilation {
                0 => layer.horizontal.few_of_parts::<1>(channels, seen(1), across, gates),
                1 => layer.horizontal.few_of_parts::<2>(channels, seen(2), across, gates),
                _ => layer.horizontal.few_of_parts::<3>(channels, seen(3), across, gates),
            }
            let through = &mut wide[..count * channels];
            through.fill(0.0);
            let pixels = gates.chunks_exact(HALVES * channels).zip(through.chunks_exact_mut(channels));
            pixels.for_each(|(gates, through)| gate(gates, None, through));
            let out = &mut gates[..count * channels];
            layer.out.product(through, out);
            add(features, out);
        }
        silu(features);
        network.widen.product(features, wide);
        silu(wide);
        network.mixture.product(wide, &mut self.parameters);
    }
}

/// Adds to `x` tanh(a) sigmoid(b) of the two halves of `gates`, to which `adds` is added first (arXiv 1606.05328,
/// equation 2).
fn gate(gates: &[f32], adds: Option<&[f32]>, x: &mut [f32]) {
    let half = x.len();
    let part = |numbers: &[f32], i: usize, from: usize| F32x4::load_part(&numbers[from + i..from + half]);
    let at = |i: usize, from: usize| match adds {
        Some(adds) => part(gates, i, from) + part(adds, i, from),
        None => part(gates, i, from),
    };
    for (i, four) in x.chunks_mut(LANES).enumerate() {
        let i = i * LANES;
        (F32x4::load_part(four) + gated(at(i, 0), at(i, half))).store_part(four);
    }
}

/// tanh(a) sigmoid(b), with one division.
#[inline(always)]
fn gated(a: F32x4, b: F32x4) -> F32x4 {
    let one = F32x4::splat(1.0);
    // Beyond 10 the hyperbolic tangent is 1 to the last bit.
    let e = (F32x4::splat(-2.0) * a.at_least(F32x4::splat(-10.0)).at_most(F32x4::splat(10.0))).exp();
    (one - e) / ((one + e) * (one + (-b).exp()))
}
