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
        let Self { shape, heads } = self;
        let (each, number, total) = match (shape.channels / heads).is_multiple_of(4) {
            true => (4, "vec4f", "dot(v, vec4f(1.0))"),
            false => (1, "f32", "v"),
        };
        let constants =
            [("PIXELS", shape.pixels()), ("WIDTH", shape.channels / each), ("HEADS", *heads), ("EACH", each)];
        let types = format!("alias Number = {number};\nfn total(v: Number) -> f32 {{ return {total}; }}\n");
        let text = [&types, include_str!("../wgsl/attention.wgsl")].concat();
        Shader::new("attention", &text, [1, 1], &constants).with_memory(4 * (QUERIES * self.shape.pixels() + LANES))
    }

    /// Workgroups to launch.
    pub fn workgroups(&self) -> [usize; 3] {
        [self.shape.pixels().div_ceil(QUERIES), self.heads, self.shape.batch]
    }
}
