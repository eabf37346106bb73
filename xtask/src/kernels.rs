//! The kernels in WebAssembly, in node: timed, and held to the bits that they give natively. And those of GPUs, timed.

use anyhow::{Context, Result, ensure};
use clap::Args;
use xshell::{Shell, cmd};

use crate::{adapter, packages::in_path, step, wasm::Toolchain};

/// The script that runs the module.
const SCRIPT: &str = "kernels/cases/wasm.mjs";
/// The checksums of all cases, which the native tests are held to, too.
const CHECKSUMS: &str = "kernels/cases/checksums.txt";
/// The module, in the profile of the page.
const MODULE: &str = "target/wasm32-unknown-unknown/web/examples/kernels_wasm.wasm";

#[derive(Args)]
pub struct Options {
    /// Only the shapes whose name contains this, such as 28x28
    #[arg(default_value = "")]
    only: String,
    /// Those of WebGPU instead, natively, on the adapter that Vulkan's loader finds: every launch of the models, or of the
    /// one that is named
    #[arg(long)]
    gpu: bool,
    /// The same on Chromium's software adapter
    #[arg(long)]
    software: bool,
    /// With these, convolutions divided in several ways, too
    #[arg(long)]
    divisions: bool,
}

/// Prints what every case takes, in microseconds.
pub fn time(sh: &Shell, options: &Options) -> Result<()> {
    let Options { only, gpu, software, divisions } = options;
    if *gpu || *software {
        // Of the whole workspace, as the tests are: the example alone asks its dependencies for less, which builds them anew.
        cmd!(sh, "cargo build --workspace --example gpu_times").quiet().run()?;
        let variables = if *software { adapter::variables(sh)? } else { Vec::new() };
        let only = Some(only).filter(|only| !only.is_empty());
        let divisions = divisions.then_some("--divisions");
        return Ok(cmd!(sh, "target/debug/examples/gpu_times {only...} {divisions...}")
            .envs(variables)
            .quiet()
            .run()?);
    }
    build(sh)?;
    Ok(cmd!(sh, "node {SCRIPT} {MODULE} times {only}").quiet().run()?)
}

/// Fails where a kernel gives other bits than natively.
pub fn check(sh: &Shell) -> Result<()> {
    build(sh)?;
    let came = cmd!(sh, "node {SCRIPT} {MODULE} checksums").quiet().read()?;
    let expected = sh.read_file(CHECKSUMS)?;
    let differing: Vec<&str> =
        came.lines().zip(expected.lines()).filter(|(came, expected)| came != expected).map(|(came, _)| came).collect();
    let count = (came.lines().count(), expected.lines().count());
    ensure!(
        differing.is_empty() && count.0 == count.1,
        "kernels whose bits in WebAssembly are not those of {CHECKSUMS} (of {} there, {} came):\n{}",
        count.1,
        count.0,
        differing.join("\n")
    );
    Ok(())
}

fn build(sh: &Shell) -> Result<()> {
    in_path("node").context("node was not found: install Node.js 20 or later (https://nodejs.org)")?;
    let toolchain = Toolchain::find(sh)?;
    step("building the kernels for WebAssembly", || {
        let target = "wasm32-unknown-unknown";
        let build = cmd!(sh, "cargo build --package kernels --example kernels_wasm --profile web --target {target}");
        Ok(toolchain.with(build).quiet().run()?)
    })
}
