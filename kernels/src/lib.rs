//! The arithmetic that draws on the CPU, of slices of numbers and without dependencies.
//!
//! Feature maps are NHWC: `[batch, height, width, channels]`, of 32-bit numbers; matrices are rows of numbers. The
//! same source runs natively and in WebAssembly and gives the same bits on both: sums are made in one order, and a
//! product is rounded before it is added. A picture comes out the same alone and in a batch. Nothing is
//! allocated where a [`Scratch`] is passed in and has grown to its size.
//!
//! Slices of a wrong length are a programmer's error: every function panics with what it expected and what came.

pub mod activation;
mod attention;
pub mod causal;
mod convolution;
pub mod gated;
pub mod logistics;
mod matrix;
mod mixture;
pub mod normal;
mod normalization;
mod product;
pub mod rearrange;
mod scratch;
mod shape;
pub mod simd;
mod tile;

pub use attention::attention;
pub use convolution::{Before, Conv3x3, Method, conv3x3, pack};
pub use mixture::{Mixtures, invert_mixtures};
pub use normalization::{group_norm, layer_norm};
pub use product::{pack_columns, pack_rows, product};
pub use scratch::Scratch;
pub use shape::Shape;
