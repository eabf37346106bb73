//! What can go wrong on a GPU.

use thiserror::Error;

use super::plan::PlanError;

/// What can go wrong on a GPU.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum GpuError {
    /// There is none, or it refuses.
    #[error("no adapter: {0}")]
    Refused(String),
    /// An adapter can do less than every kernel here asks for.
    #[error("the adapter has {name} {got}; {needed} are needed")]
    Limit {
        /// The limit, as WebGPU calls it.
        name: &'static str,
        /// What the kernels need.
        needed: u64,
        /// What the adapter has.
        got: u64,
    },
    /// A kernel that the device does not compile.
    #[error("kernel {name}: {message}")]
    Shader {
        /// Which.
        name: &'static str,
        /// What the device says of it.
        message: String,
    },
    /// Something that the device did not make or do.
    #[error("{what}: {message}")]
    Failed {
        /// What.
        what: &'static str,
        /// Why.
        message: String,
    },
    /// What is given does not fit what was planned.
    #[error("{what}: {expected} numbers expected, {got} found")]
    Given {
        /// What.
        what: &'static str,
        /// How many numbers it should have.
        expected: usize,
        /// How many it has.
        got: usize,
    },
    /// A plan that does not fit together.
    #[error(transparent)]
    Plan(#[from] PlanError),
}
