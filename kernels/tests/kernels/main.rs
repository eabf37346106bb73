//! The kernels against naive references in 64 bits, over all shapes in use and random ones.

mod activation;
mod attention;
mod bits;
#[path = "../../cases/mod.rs"]
#[allow(dead_code, reason = "an example uses the rest")]
mod cases;
mod choices;
mod convolution;
mod mixture;
mod networks;
mod normalization;
mod product;
mod rearrange;
mod reference;
