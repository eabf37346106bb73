//! How a trajectory walks, and how it is walked back: what families of iterative and of autoregressive generators share.

pub mod guidance;
pub mod inverse_cdf;
pub mod rectified_flow;
