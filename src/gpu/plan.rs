//! What a network computes: operations on maps of numbers in their order, and the weights that they use.
//!
//! A plan knows nothing of how it is launched. Each operation is checked when it is added, so that a plan that exists
//! fits together.

use thiserror::Error;

/// Channels of one normalization group.
pub const GROUP: usize = 8;

/// Pixels that an attention can see at most: their scores lie in a workgroup's memory.
pub const SEEN: usize = 384;

/// The shape of a map, in the order in which its numbers lie.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Shape {
    /// Pictures.
    pub batch: usize,
    /// Rows.
    pub height: usize,
    /// Columns.
    pub width: usize,
    /// Numbers a pixel.
    pub channels: usize,
}

impl Shape {
    /// Numbers of a map.
    pub fn size(&self) -> usize {
        self.batch * self.pixels() * self.channels
    }

    /// Pixels of a picture.
    pub fn pixels(&self) -> usize {
        self.height * self.width
    }
}

/// A map of a plan, by its number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Map(pub(super) usize);

/// The affine part of a norm of groups of 8 channels (arXiv 1803.08494; epsilon is 1e-5).
#[derive(Debug, Clone, PartialEq)]
pub struct Norm {
    /// A factor for each channel.
    pub scale: Vec<f32>,
    /// What is added to each channel.
    pub shift: Vec<f32>,
}

/// What is done with a convolution's input before it is multiplied.
#[derive(Debug, Clone, PartialEq)]
pub enum Before {
    /// Nothing.
    Nothing,
    /// SiLU.
    Silu,
    /// Group norm.
    Norm(Norm),
    /// Group norm and SiLU.
    NormSilu(Norm),
    /// Group norm, h (scale + 1) + shift by rows `[batch, 1, 1, 2 x channels]` of scales and shifts (FiLM, arXiv
    /// 1709.07871), and SiLU.
    Modulated(Norm, Map),
}

impl Before {
    /// The norm in it.
    pub fn norm(&self) -> Option<&Norm> {
        match self {
            Self::Nothing | Self::Silu => None,
            Self::Norm(norm) | Self::NormSilu(norm) | Self::Modulated(norm, _) => Some(norm),
        }
    }

    /// The rows that modulate.
    pub fn rows(&self) -> Option<Map> {
        if let Self::Modulated(_, rows) = self { Some(*rows) } else { None }
    }
}

/// In which order a weight lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// `[out, in, row, column]`, as convolutions have it.
    OutIn,
    /// `[in, out]`, as linear layers have it.
    InOut,
}

/// Side of a convolution's kernel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Side {
    /// Each pixel by itself: a product of rows.
    One,
    /// Each pixel and its eight neighbours; beyond the edge there are zeros.
    Three,
}

impl Side {
    /// As a number.
    pub fn length(self) -> usize {
        match self {
            Self::One => 1,
            Self::Three => 3,
        }
    }
}

/// A convolution, and what goes with it.
#[derive(Debug, Clone, PartialEq)]
pub struct Convolution {
    /// Its input.
    pub input: Map,
    /// What is done with that first.
    pub before: Before,
    /// Whether every pixel of the input is then repeated to 2x2 pixels.
    pub doubled: bool,
    /// 1, or 2 where height and width are halved, of side three only.
    pub stride: usize,
    /// Side of the kernel.
    pub side: Side,
    /// The weight.
    pub weight: Vec<f32>,
    /// Its order.
    pub order: Order,
    /// The bias, one number a channel of the output.
    pub bias: Vec<f32>,
    /// What is added to the output.
    pub skip: Option<Map>,
}

/// A function of each number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Activation {
    /// x / (1 + e^-x).
    Silu,
    /// The hyperbolic tangent.
    Tanh,
}

/// An operation.
#[derive(Debug, Clone, PartialEq)]
pub enum Operation {
    /// A convolution.
    Convolution(Convolution),
    /// Scaled dot-product attention of each pixel to all (arXiv 1706.03762, equation 1), of queries, keys and values one after
    /// the other in a pixel's channels, in so many heads.
    Attention(Map, usize),
    /// A group norm by itself.
    Norm(Map, Norm),
    /// A function of each number.
    Activation(Map, Activation),
    /// The channels of one map and then those of another.
    Concatenation(Map, Map),
    /// Channels `(c, row, column)` moved into blocks of 2x2 pixels.
    DepthToSpace(Map),
    /// Blocks of 2x2 pixels moved into channels `(c, row, column)`.
    SpaceToDepth(Map),
    /// Every pixel repeated to 2x2.
    Doubled(Map),
}

impl Operation {
    /// The maps that it reads.
    pub fn reads(&self) -> Vec<Map> {
        match self {
            Self::Convolution(c) => [Some(c.input), c.before.rows(), c.skip].into_iter().flatten().collect(),
            Self::Concatenation(first, second) => vec![*first, *second],
            Self::Attention(x, _)
            | Self::Norm(x, _)
            | Self::Activation(x, _)
            | Self::DepthToSpace(x)
            | Self::SpaceToDepth(x)
            | Self::Doubled(x) => vec![*x],
        }
    }
}

/// Why an operation cannot stand in a plan.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum PlanError {
    /// A size is not what it has to be.
    #[error("{what}: {expected} expected, {got} found")]
    Size {
        /// Of what.
        what: &'static str,
        /// What it has to be.
        expected: String,
        /// What it is.
        got: String,
    },
    /// A map of another plan.
    #[error("a plan of {maps} maps has no map number {number}")]
    Unknown {
        /// The map's number.
        number: usize,
        /// How many there are.
        maps: usize,
    },
}

/// Operations in their order.
#[derive(Debug, Clone, Default)]
pub struct Plan {
    shapes: Vec<Shape>,
    given: Vec<Map>,
    operations: Vec<(Operation, Map)>,
}

impl Plan {
    /// One more map that is given at every run. What is given lies in the order of these calls.
    pub fn given(&mut self, shape: Shape) -> Map {
        let map = self.map(shape);
        self.given.push(map);
        map
    }

    /// One more operation, and the map that it computes.
    ///
    /// # Errors
    /// Where sizes do not fit together, or a map is not this plan's.
    pub fn add(&mut self, operation: Operation) -> Result<Map, PlanError> {
        if let Some(Map(number)) = operation.reads().into_iter().find(|map| map.0 >= self.shapes.len()) {
            return Err(PlanError::Unknown { number, maps: self.shapes.len() });
        }
        let shape = self.shape_of(&operation)?;
        let map = self.map(shape);
        self.operations.push((operation, map));
        Ok(map)
    }

    /// The same operations on so many times the pictures.
    pub fn times(&self, times: usize) -> Self {
        let shapes = self.shapes.iter().map(|shape| Shape { batch: times * shape.batch, ..*shape });
        Self { shapes: shapes.collect(), ..self.clone() }
    }

    /// The same operations without what they are multiplied with, which nothing can be computed by.
    pub fn emptied(mut self) -> Self {
        for (operation, _) in &mut self.operations {
            if let Operation::Convolution(convolution) = operation {
                convolution.weight = Vec::new();
            }
        }
        self
    }

    /// A map's shape.
    pub fn shape(&self, map: Map) -> Shape {
        self.shapes[map.0]
    }

    /// What is given at every run.
    pub fn inputs(&self) -> &[Map] {
        &self.given
    }

    /// The operations, each with the map that it computes.
    pub fn operations(&self) -> &[(Operation, Map)] {
        &self.operations
    }

    fn map(&mut self, shape: Shape) -> Map {
        self.shapes.push(shape);
        Map(self.shapes.len() - 1)
    }

    /// The shape of what an operation computes.
    fn shape_of(&self, operation: &Operation) -> Result<Shape, PlanError> {
        let of = |map: &Map| self.shape(*map);
        Ok(match operation {
            Operation::Convolution(convolution) => self.convolved(convolution)?,
            Operation::Attention(x, heads) => {
                let x = of(x);
                multiple("channels of queries, keys and values", x.channels, 3 * heads)?;
                if x.pixels() > SEEN {
                    return Err(size("pixels of an attention", format!("at most {SEEN}"), x.pixels()));
                }
                Shape { channels: x.channels / 3, ..x }
            }
            Operation::Norm(x, norm) => {
                check_norm(norm, of(x))?;
                of(x)
            }
            Operation::Activation(x, _) => of(x),
            Operation::Concatenation(first, second) => {
                let (first, second) = (of(first), of(second));
                equal(
                    "the second of two maps beside each other",
                    Shape { channels: second.channels, ..first },
                    second,
                )?;
                Shape { channels: first.channels + second.channels, ..first }
            }
            Operation::DepthToSpace(x) => {
                let Shape { height, width, channels, .. } = of(x);
                multiple("channels that become 2x2 pixels", channels, 4)?;
                Shape { height: 2 * height, width: 2 * width, channels: channels / 4, ..of(x) }
            }
            Operation::SpaceToDepth(x) => {
                let Shape { height, width, channels, .. } = of(x);
                multiple("rows that become channels", height, 2)?;
                multiple("columns that become channels", width, 2)?;
                Shape { height: height / 2, width: width / 2, channels: 4 * channels, ..of(x) }
            }
            Operation::Doubled(x) => doubled(of(x)),
        })
    }

    fn convolved(&self, convolution: &Convolution) -> Result<Shape, PlanError> {
        let Convolution { input, before, stride, side, weight, bias, skip, .. } = convolution;
        let x = self.shape(*input);
        if let Some(norm) = before.norm() {
            check_norm(norm, x)?;
        }
        if let Some(rows) = before.rows() {
            let expected = Shape { height: 1, width: 1, channels: 2 * x.channels, ..x };
            equal("rows of scales and shifts", expected, self.shape(rows))?;
        }
        match (stride, side) {
            (1, _) | (2, Side::Three) => {}
            (_, Side::Three) => return Err(size("stride", "1 or 2", stride)),
            (_, Side::One) => return Err(size("stride of a convolution of side one", "1", stride)),
        }
        let channels = bias.len();
        equal("numbers of a weight", channels * x.channels * side.length().pow(2), weight.len())?;
        let seen = if convolution.doubled { doubled(x) } else { x };
        let (height, width) = (seen.height.div_ceil(*stride), seen.width.div_ceil(*stride));
        let y = Shape { height, width, channels, ..x };
        if let Some(skip) = skip {
            equal("what is added to a convolution", y, self.shape(*skip))?;
        }
        Ok(y)
    }
}

fn doubled(x: Shape) -> Shape {
    Shape { height: 2 * x.height, width: 2 * x.width, ..x }
}

fn check_norm(norm: &Norm, x: Shape) -> Result<(), PlanError> {
    multiple("channels of a group norm", x.channels, GROUP)?;
    equal("factors of a norm", x.channels, norm.scale.len())?;
    equal("shifts of a norm", x.channels, norm.shift.len())
}

fn multiple(what: &'static str, got: usize, of: usize) -> Result<(), PlanError> {
    if got > 0 && of > 0 && got.is_multiple_of(of) {
        Ok(())
    } else {
        Err(size(what, format!("a multiple of {of}"), got))
    }
}

fn equal<T: PartialEq + std::fmt::Debug>(what: &'static str, expected: T, got: T) -> Result<(), PlanError> {
    if expected == got { Ok(()) } else { Err(size(what, format!("{expected:?}"), format!("{got:?}"))) }
}

fn size(what: &'static str, expected: impl ToString, got: impl ToString) -> PlanError {
    PlanError::Size { what, expected: expected.to_string(), got: got.to_string() }
}
