//! How a trajectory advances, and how it is inverted: what families of iterative and of autoregressive generators share.

pub mod guidance;
pub mod inverse_cdf;
pub mod rectified_flow;
