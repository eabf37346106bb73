//! The kernels: one file of WGSL each, and beside it what its constants, bindings and workgroups are.
//!
//! A kernel's bindings are the same whatever its constants switch off, first what it reads and then what it writes; what is
//! not used is bound to nothing.

pub mod advance;
pub mod attention;
pub mod convolution;
pub mod rearrangement;
pub mod statistics;

/// Lanes of a workgroup, in all kernels.
pub const LANES: usize = 128;

/// Bytes of memory that a workgroup may use on every device.
pub const WORKGROUP_BYTES: usize = 16384;

/// Buffers that a kernel may bind on every device.
pub const BINDINGS: usize = 8;

const FUNCTIONS: &str = include_str!("../wgsl/functions.wgsl");

/// A kernel with its constants: the same ones share a pipeline.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Shader {
    /// The kernel's name.
    pub name: &'static str,
    /// Its WGSL, from the constants on.
    pub source: String,
    /// How many buffers it reads.
    pub reads: usize,
    /// How many it writes, bound after those.
    pub writes: usize,
    /// Bytes of memory that a workgroup has.
    pub memory: usize,
}

impl Shader {
    fn new(name: &'static str, text: &str, [reads, writes]: [usize; 2], constants: &[(&str, usize)]) -> Self {
        let constants: String = constants.iter().map(|(name, value)| format!("const {name} = {value}u;\n")).collect();
        Self { name, source: [&constants, FUNCTIONS, text].concat(), reads, writes, memory: 0 }
    }

    /// The same, whose workgroups have so many bytes of memory.
    fn with_memory(self, memory: usize) -> Self {
        Self { memory, ..self }
    }
}

/// What WGSL calls an activation, or none.
fn activation(activation: Option<super::plan::Activation>) -> usize {
    use super::plan::Activation::{Silu, Tanh};
    match activation {
        None => 0,
        Some(Silu) => 1,
        Some(Tanh) => 2,
    }
}
