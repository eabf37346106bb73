//! Image generators as what they are: maps that carry a Gaussian to pictures.
//!
//! Data flows one way: a seed becomes a [`latent`], a [`generator`] starts a trajectory there, the
//! trajectory ends in a picture ([`image`]), and a [`link`] says all of it in one line of text.
//!
//! - [`prompt`]: sentences in any language as numbers.
//! - [`families`]: one file a family of generators, each with its config, module, loss and map; [`samplers`]: how a
//!   trajectory advances; [`losses`] and [`layers`]: what more than one of them learns from, and is made of.
//! - [`training`]: how they learn, one step after the other; [`datasets`]: from what.
//! - [`weights`]: quantized parameters, verified before use; [`cards`]: what is known of a model; [`catalogue`]: the
//!   models that ship.
//! - [`device`]: WebGPU, or the CPU where there is none; [`gpu`] and [`planned`]: networks on WebGPU, planned once and
//!   replayed; [`error`]: what can go wrong, in one taxonomy.
//! - `web`: the one place that knows a browser exists; nothing else here depends on it.

pub mod cards;
pub mod catalogue;
pub mod datasets;
pub mod device;
pub mod error;
pub mod families;
pub mod generator;
pub mod gpu;
pub mod image;
pub mod latent;
pub mod layers;
pub mod link;
pub mod losses;
mod passes;
pub mod planned;
pub mod prompt;
pub mod samplers;
pub mod training;
pub mod weights;

#[cfg(target_family = "wasm")]
pub mod web;
