//! Networks on WebGPU by an executor of our own, on wgpu alone.
//!
//! A [`plan`] says what a network computes: operations on maps, with their weights. [`launches`] makes of it what is
//! launched: few [`kernels`], each fused with what stands before and after it. An open [`device`] makes of these a
//! [`network`], with all of its buffers, pipelines and bind groups before the first picture, and a [`walk`] takes a network
//! along a rectified flow without coming back between two steps.

pub mod device;
pub mod error;
pub mod kernels;
pub mod launches;
pub mod network;
pub mod plan;
mod readback;
mod slots;
#[cfg(not(target_family = "wasm"))]
mod timing;
pub mod walk;
