//! The kernels against naive references in 64 bits, over all shapes in use and random ones.

mod activation;
mod attention;
mod bits;
mod choices;
mod convolution;
mod mixture;
mod normalization;
mod product;
mod rearrange;
mod reference;
