//! Attention of each pixel to all: see `attention.wgsl`.

use super::{LANES, Shader};
use crate::gpu::plan::Shape;

/// Queries a workgroup.
const QUERIES: usize = 8;

/// Of a map of so many queries, keys and values.
#[derive(Debug, Clone, Copy)]
pub struct Attention {
    /// The shape of the output.
    pub shape: Shape,
    /// Heads.
    pub heads: usize,
}

impl Attention {
    /// Reads queries, keys and values; writes what was seen.
    pub fn shader(&self) -> Shader {
        let constants = [("PIXELS", self.shape.pixels()), ("CHANNELS", self.shape.channels), ("HEADS", self.heads)];
        Shader::new("attention", include_str!("../wgsl/attention.wgsl"), [1, 1], &constants)
            .with_memory(4 * (QUERIES * self.shape.pixels() + LANES))
    }

    /// Workgroups to launch.
    pub fn workgroups(&self) -> [usize; 3] {
        [self.shape.pixels().div_ceil(QUERIES), self.heads, self.shape.batch]
    }
}
