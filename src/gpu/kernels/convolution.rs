//! Convolutions with what stands before and after them: see `convolution.wgsl`.

use super::{Shader, WORKGROUP_BYTES, activation};
use crate::gpu::plan::{Activation, Before, Convolution as Planned, GROUP, Order, Shape, Side};

/// Side of a tile of pixels, and channels of a quad.
const TILE: usize = 4;

/// Quads of channels that a workgroup makes.
const QUADS: usize = 4;

/// Vectors of four that a workgroup adds up at last.
const TERMS: usize = 512;

/// A convolution of these shapes, with what is fused into it.
#[derive(Debug, Clone, Copy)]
pub struct Convolution {
    /// The input's shape, as it lies; its channels are those of both maps, where two lie beside each other.
    pub input: Shape,
    /// Channels that the first of them has.
    pub first: usize,
    /// The output's shape, before channels are moved into pixels.
    pub output: Shape,
    /// Side of the kernel.
    pub side: Side,
    /// 1 or 2.
    pub stride: usize,
    /// Whether every pixel of the input is repeated to 2x2 pixels.
    pub doubled: bool,
    /// Parts of the input's statistics, where it is normalized.
    pub norm: Option<usize>,
    /// Whether the norm is modulated.
    pub modulated: bool,
    /// What is then done with each number.
    pub before: Option<Activation>,
    /// Whether something is added to the output.
    pub skip: bool,
    /// What is done with each number at last.
    pub after: Option<Activation>,
    /// Whether the output's statistics are wanted.
    pub sums: bool,
    /// Whether channels are moved into blocks of 2x2 pixels at last.
    pub unfold: bool,
}

impl Convolution {
    /// Reads x, rows that modulate or a second map, the input's statistics, weight, parameters and what is added; writes
    /// a map and its statistics.
    pub fn shader(&self) -> Shader {
        let Self { input, output, .. } = self;
        let [height, width] = self.seen_as();
        let portion = self.portion();
        let memory = (self.span().pow(2) * portion).max(TERMS);
        let constants = [
            ("SIDE", self.side.length()),
            ("STRIDE", self.stride),
            ("DOUBLED", self.doubled.into()),
            ("HEIGHT", height),
            ("WIDTH", width),
            ("PIXELS", output.pixels()),
            ("IN_WIDTH", if self.side == Side::One { TILE } else { input.width }),
            ("IN_PIXELS", input.pixels()),
            ("CHANNELS_IN", input.channels),
            ("FIRST", self.first),
            ("CHANNELS_OUT", output.channels),
            ("NORM", self.norm.is_some().into()),
            ("PARTS", self.norm.unwrap_or(0)),
            ("MODULATED", self.modulated.into()),
            ("ACTIVATION", activation(self.before)),
            ("SKIP", self.skip.into()),
            ("AFTER", activation(self.after)),
            ("SUMS", self.sums.into()),
            ("UNFOLD", self.unfold.into()),
            ("UNFOLD_WIDTH", output.width),
            ("PORTION", portion),
            ("MEMORY", memory),
            ("PAIRS", self.pairs()),
        ];
        Shader::new("convolution", include_str!("../wgsl/convolution.wgsl"), [6, 2], &constants)
            .with_memory(4 * TILE * memory + self.aside())
    }

    /// Workgroups to launch.
    pub fn workgroups(&self) -> [usize; 3] {
        [self.tiles(), quads(self.output.channels).div_ceil(QUADS), self.output.batch]
    }

    /// Tiles of a picture, each a part of the output's statistics.
    pub fn tiles(&self) -> usize {
        self.seen_as().map(|length| length.div_ceil(TILE)).iter().product()
    }

    /// A weight as the kernel reads it: matrices of four channels in by four out, `[tap][quad in][quad out]`, by columns.
    pub fn pack(&self, planned: &Planned) -> Vec<f32> {
        let (taps, [from, to]) = (self.side.length().pow(2), [self.input.channels, self.output.channels]);
        let [quads_in, quads_out] = [quads(from), quads(to)];
        let mut packed = vec![0.0; taps * quads_in * quads_out * TILE * TILE];
        for i in 0..from {
            for o in 0..to {
                for tap in 0..taps {
                    let matrix = (tap * quads_in + i / TILE) * quads_out + o / TILE;
                    let at = match planned.order {
                        Order::OutIn => (o * from + i) * taps + tap,
                        Order::InOut => (i * to + o) * taps + tap,
                    };
                    packed[(matrix * TILE + i % TILE) * TILE + o % TILE] = planned.weight[at];
                }
            }
        }
        packed
    }

    /// The bias in whole quads, and the norm's factors and shifts.
    pub fn parameters(&self, planned: &Planned) -> Vec<f32> {
        let mut parameters = planned.bias.clone();
        parameters.resize(TILE * quads(self.output.channels), 0.0);
        if let Some(norm) = planned.before.norm() {
            parameters.extend(norm.scale.iter().chain(&norm.shift));
        }
        parameters
    }

    /// Rows and columns of the output as it is tiled: a product of rows knows no picture.
    fn seen_as(&self) -> [usize; 2] {
        match self.side {
            Side::One => [self.output.pixels().div_ceil(TILE), TILE],
            Side::Three => [self.output.height, self.output.width],
        }
    }

    /// Pixels of the input that a tile sees, on a side.
    fn span(&self) -> usize {
        (TILE - 1) * self.stride + self.side.length()
    }

    /// Pairs of numbers in a workgroup's memory.
    fn pairs(&self) -> usize {
        let norm = if self.norm.is_some() { 8 * (self.input.channels / GROUP) } else { 0 };
        norm.max(TILE * TILE * QUADS)
    }

    /// Bytes of a workgroup's memory beside the tile: factors and shifts of each channel, and pairs.
    fn aside(&self) -> usize {
        2 * 4 * TILE * quads(self.input.channels) + 8 * self.pairs()
    }

    /// Quads of input channels that fit into a workgroup's memory at a time, in portions of the same size.
    fn portion(&self) -> usize {
        let all = quads(self.input.channels);
        let most = (WORKGROUP_BYTES.saturating_sub(self.aside()) / (4 * TILE * self.span().pow(2))).max(1);
        all.div_ceil(all.div_ceil(most))
    }
}

/// What an activation before a convolution is.
pub fn activated(before: &Before) -> Option<Activation> {
    match before {
        Before::Nothing | Before::Norm(_) => None,
        Before::Silu | Before::NormSilu(_) | Before::Modulated(..) => Some(Activation::Silu),
    }
}

fn quads(channels: usize) -> usize {
    channels.div_ceil(TILE)
}
