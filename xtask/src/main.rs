//! The chores of this repository, one module a chore: `cargo xtask --help` lists them.
//!
//! Whatever a chore needs and does not find, it sets up inside `target/tools`. What lies outside, Debian packages and
//! rustup's target for WebAssembly, it adds after asking, or unasked in continuous integration.

use std::{env, path::Path, process::ExitCode};

use anyhow::Result;
use clap::Parser;
use xshell::Shell;

mod adapter;
mod addresses;
mod bare;
mod bench;
mod browser;
mod build;
mod faces;
mod kernels;
mod models;
mod modules;
mod moving;
mod packages;
mod pkg;
mod screenshots;
mod scripts;
mod serve;
mod site;
mod step;
mod structure;
mod test;
mod tools;
mod wasm;

use step::step;

/// The chores of Pushforward.
#[derive(Parser)]
#[command(bin_name = "cargo xtask", version)]
enum Chore {
    /// Build the page and serve it on this machine
    Serve(serve::Options),
    /// Build the static site in dist/
    Build(build::Options),
    /// Check everything: formatting, lints, native tests, the wasm build, browser tests
    Test(test::Options),
    /// Run `test` on a fresh clone in a bare Debian, as root
    Bare(bare::Options),
    /// Assemble the npm package in pkg/dist/
    Pkg,
    /// Measure the page in headless Chromium
    Bench(bench::Options),
    /// Time the kernels in WebAssembly, in node
    Kernels(kernels::Options),
    /// Take the pictures of the documentation, and the previews of links
    Screenshots(screenshots::Options),
}

fn main() -> ExitCode {
    match run(Chore::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        // For the person at the keyboard: the reasons in one line, never a backtrace.
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(chore: Chore) -> Result<()> {
    let sh = Shell::new()?;
    // As cargo says now: two clones that share a target folder share the program, too.
    let manifest = env::var_os("CARGO_MANIFEST_DIR").unwrap_or_else(|| env!("CARGO_MANIFEST_DIR").into());
    let root = Path::new(&manifest).parent();
    sh.change_dir(root.expect("xtask lies in the workspace"));
    match chore {
        Chore::Serve(options) => serve::run(&sh, &options),
        Chore::Build(options) => build::run(&sh, options.address.as_deref()),
        Chore::Test(options) => test::run(&sh, &options),
        Chore::Bare(options) => bare::run(&sh, &options),
        Chore::Pkg => build::run(&sh, None).and_then(|()| pkg::run(&sh)),
        Chore::Bench(options) => bench::run(&sh, &options),
        Chore::Kernels(options) => kernels::time(&sh, &options),
        Chore::Screenshots(options) => screenshots::run(&sh, &options),
    }
}
