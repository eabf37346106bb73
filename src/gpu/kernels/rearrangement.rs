//! What moves numbers, or changes each by itself: see `rearrangement.wgsl`.

use super::{LANES, Shader, activation};
use crate::gpu::plan::{Activation, Shape};

/// Where a number comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// From where it goes, or from the second of two maps beside each other.
    Same,
    /// From channels to blocks of 2x2 pixels.
    DepthToSpace,
    /// From blocks of 2x2 pixels to channels.
    SpaceToDepth,
    /// From a pixel that becomes four.
    Doubled,
}

/// A map that is moved.
#[derive(Debug, Clone, Copy)]
pub struct Rearrangement {
    /// Whence.
    pub kind: Kind,
    /// The shape of the output.
    pub shape: Shape,
    /// Channels that the first map has.
    pub first: usize,
    /// Parts of the statistics, where the map is normalized.
    pub norm: Option<usize>,
    /// What is done with each number at last.
    pub activation: Option<Activation>,
}

impl Rearrangement {
    /// Reads x, another map, statistics and the norm's parameters; writes a map.
    pub fn shader(&self) -> Shader {
        let Self { kind, shape: Shape { height, width, channels, .. }, first, norm, activation: after } = *self;
        let constants = [
            ("KIND", kind as usize),
            ("HEIGHT", height),
            ("WIDTH", width),
            ("CHANNELS", channels),
            ("FIRST", first),
            ("NORM", norm.is_some().into()),
            ("PARTS", norm.unwrap_or(0)),
            ("ACTIVATION", activation(after)),
        ];
        Shader::new("rearrangement", include_str!("../wgsl/rearrangement.wgsl"), [4, 1], &constants)
    }

    /// Workgroups to launch.
    pub fn workgroups(&self) -> [usize; 3] {
        let Shape { batch, channels, .. } = self.shape;
        [(self.shape.pixels() * channels).div_ceil(LANES), 1, batch]
    }
}
