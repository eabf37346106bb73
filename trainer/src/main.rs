//! The trainer: trains, evaluates, quantizes and samples the generators of `pushforward`, natively.
//!
//! It knows no page and no browser. Families bring their modules and losses; here are data sets, the
//! loop, checkpoints, figures and files.

mod averaging;
mod checkpoint;
mod classifier;
mod commands;
mod data;
mod device;
mod emoji;
mod evaluate;
mod fashion;
mod metrics;
mod model;
mod output;
mod pinned;
mod train;

use clap::Parser;

fn main() -> anyhow::Result<()> {
    commands::Arguments::parse().run()
}
