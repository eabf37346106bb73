//! Convolutions with what stands before and after them: see `convolution.wgsl`.

use super::{Shader, WORKGROUP_BYTES, activation};
use crate::gpu::plan::{Activation, Before, Convolution as Planned, GROUP, Order, Shape, Side};

/// Channels of a quad, and columns of a tile of pixels.
const QUAD: usize = 4;

/// How a convolution's work is divided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Division {
    /// Lanes of a workgroup.
    pub lanes: usize,
    /// Rows of four pixels that a workgroup makes.
    pub rows: usize,
    /// Quads of channels that it makes, an even number.
    pub quads: usize,
    /// Quads of numbers that its memory holds, beside a norm's factors and shifts.
    pub memory: usize,
}

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
    /// How the work is divided.
    pub division: Division,
}

impl Division {
    /// What suits every shape: at most a fifth slower than the best for a network, and with little memory, of which every
    /// number makes software adapters compile for longer (`docs/experiments.md`).
    pub const USUAL: Self = Self { lanes: 64, rows: 2, quads: 2, memory: 256 };
}

impl Convolution {
    /// Reads x, rows that modulate or a second map, the input's statistics, weight, parameters and what is added; writes
    /// a map and its statistics.
    pub fn shader(&self) -> Shader {
        let Self { input, output, division: Division { lanes, rows, quads, .. }, .. } = *self;
        let [height, width] = self.seen_as();
        let portion = self.portion();
        let fours = |channels: usize| channels.is_multiple_of(QUAD);
        let fours_in = fours(input.channels) && fours(self.first);
        let fours_out = fours(output.channels) && !self.unfold;
        let constants = [
            ("SIDE", self.side.length()),
            ("STRIDE", self.stride),
            ("DOUBLED", self.doubled.into()),
            ("HEIGHT", height),
            ("WIDTH", width),
            ("PIXELS", output.pixels()),
            ("IN_WIDTH", if self.side == Side::One { QUAD } else { input.width }),
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
            ("FOURS_IN", fours_in.into()),
            ("FOURS_OUT", fours_out.into()),
            ("LANES", lanes),
            ("ROWS", rows),
            ("QUADS", quads),
            ("PORTION", portion),
            ("ROUNDS", self.rounds()),
            ("MEMORY", self.memory()),
        ];
        let lies = |fours: bool| if fours { "vec4f" } else { "f32" };
        let types = format!(
            "alias In = {};\nalias Skip = {};\nalias Out = {};\nfn part(v: vec4f, i: u32) -> Out {{ return v{}; }}\n",
            lies(fours_in),
            lies(fours(output.channels)),
            lies(fours_out),
            if fours_out { "" } else { "[i]" },
        );
        let text = [&types, include_str!("../wgsl/convolution.wgsl")].concat();
        Shader::new("convolution", &text, [6, 2], &constants).with_memory(4 * QUAD * self.memory() + self.aside())
    }

    /// Workgroups to launch.
    pub fn workgroups(&self) -> [usize; 3] {
        [self.tiles(), quads(self.output.channels).div_ceil(self.division.quads), self.output.batch]
    }

    /// Tiles of a picture, each a part of the output's statistics.
    pub fn tiles(&self) -> usize {
        let [height, width] = self.seen_as();
        height.div_ceil(self.division.rows) * width.div_ceil(QUAD)
    }

    /// A weight as the kernel reads it: matrices of four channels in by four out, `[tap][quad in][quad out]`, by columns.
    pub fn pack(&self, planned: &Planned) -> Vec<f32> {
        let (taps, [from, to]) = (self.side.length().pow(2), [self.input.channels, self.output.channels]);
        let [quads_in, quads_out] = [quads(from), quads(to)];
        let mut packed = vec![0.0; taps * quads_in * quads_out * QUAD * QUAD];
        for i in 0..from {
            for o in 0..to {
                for tap in 0..taps {
                    let matrix = (tap * quads_in + i / QUAD) * quads_out + o / QUAD;
                    let at = match planned.order {
                        Order::OutIn => (o * from + i) * taps + tap,
                        Order::InOut => (i * to + o) * taps + tap,
                    };
                    packed[(matrix * QUAD + i % QUAD) * QUAD + o % QUAD] = planned.weight[at];
                }
            }
        }
        packed
    }

    /// The bias in whole quads, and the norm's factors and shifts.
    pub fn parameters(&self, planned: &Planned) -> Vec<f32> {
        let mut parameters = planned.bias.clone();
        parameters.resize(QUAD * quads(self.output.channels), 0.0);
        if let Some(norm) = planned.before.norm() {
            parameters.extend(norm.scale.iter().chain(&norm.shift));
        }
        parameters
    }

    /// Rows and columns of the output as it is tiled: a product of rows knows no picture.
    fn seen_as(&self) -> [usize; 2] {
        match self.side {
            Side::One => [self.output.pixels().div_ceil(QUAD), QUAD],
            Side::Three => [self.output.height, self.output.width],
        }
    }

    /// Pixels of the input that a tile sees.
    fn cells(&self) -> usize {
        let span = |pixels: usize| (pixels - 1) * self.stride + self.side.length();
        span(self.division.rows) * span(QUAD)
    }

    /// Bytes of a workgroup's memory beside what the division says: factors and shifts of each channel.
    fn aside(&self) -> usize {
        2 * 4 * QUAD * if self.norm.is_some() { quads(self.input.channels) } else { 1 }
    }

    /// Quads that fit into a workgroup's memory, at most as many as the division says.
    fn most(&self) -> usize {
        let fit = WORKGROUP_BYTES.saturating_sub(self.aside()) / (4 * QUAD);
        fit.min(self.division.memory)
    }

    /// Quads of a workgroup's memory.
    fn memory(&self) -> usize {
        let norm = if self.norm.is_some() { 8 * (self.input.channels / GROUP) } else { 0 };
        (self.cells() * self.portion()).max(4 * self.division.lanes / self.rounds()).max(norm)
    }

    /// In how many rounds the slices are added, as their sums fit into memory.
    fn rounds(&self) -> usize {
        [1, 2].into_iter().find(|rounds| 4 * self.division.lanes / rounds <= self.most()).unwrap_or(4)
    }

    /// Quads of input channels that fit into a workgroup's memory at a time, in portions of the same size.
    fn portion(&self) -> usize {
        let all = quads(self.input.channels);
        let most = (self.most() / self.cells()).max(1);
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
    channels.div_ceil(QUAD)
}
