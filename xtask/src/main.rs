//! The chores of this repository, one module a chore: `cargo xtask --help` lists them.
//!
//! Whatever a chore needs and does not find, it sets up inside `target/tools`; the user's own toolchain stays as it is.

use std::{env, path::Path, process::ExitCode, time::Instant};

use anyhow::Result;
use clap::Parser;
use xshell::Shell;

mod browser;
mod build;
mod modules;
mod pkg;
mod serve;
mod site;
mod test;
mod tools;
mod wasm;

/// The chores of Pushforward.
#[derive(Parser)]
#[command(bin_name = "cargo xtask", version)]
enum Chore {
    /// Build the page and serve it on this machine
    Serve(serve::Options),
    /// Build the static site in dist/
    Build,
    /// Check everything: formatting, lints, native tests, the wasm build, browser tests
    Test(test::Options),
    /// Assemble the npm package in pkg/dist/
    Pkg,
    /// Measure the page in headless Chromium
    Bench,
    /// Take the screenshots of the documentation
    Screenshots,
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
        Chore::Build => build::run(&sh),
        Chore::Test(options) => test::run(&sh, &options),
        Chore::Pkg => build::run(&sh).and_then(|()| pkg::run(&sh)),
        Chore::Bench => build::run(&sh).and_then(|()| browser::script(&sh, &browser::CHROMIUM, "bench")),
        Chore::Screenshots => build::run(&sh).and_then(|()| browser::script(&sh, &browser::CHROMIUM, "screenshots")),
    }
}

/// Does `work`, saying what it is and how long it took.
fn step<T>(what: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
    eprintln!("==> {what}");
    let start = Instant::now();
    let done = work()?;
    eprintln!("==> {what}: {:.1} s", start.elapsed().as_secs_f64());
    Ok(done)
}
