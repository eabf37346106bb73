//! The trainer: trains, evaluates, quantizes, samples and exports the generators of `pushforward`, natively.
//!
//! It knows no page and no browser. Families bring their modules and losses; here are data sets, the
//! loop, checkpoints, figures and files.

mod checkpoint;
mod commands;
mod common;
mod datasets;
mod deadline;
mod device;
mod emoji;
mod evaluate;
mod examples;
mod fashion;
mod log;
mod metrics;
mod model;
mod onnx;
mod output;
mod pinned;
mod recipe;
#[cfg(test)]
mod sources;
mod teller;
mod train;
mod train_model;

use clap::Parser;

fn main() -> anyhow::Result<()> {
    commands::Arguments::parse().run()
}
