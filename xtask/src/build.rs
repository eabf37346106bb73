//! Builds the static site in dist/: the page with its first module, which draws on the CPU, by Trunk; and the second module,
//! which can draw on WebGPU and is most of the download of whoever needs it.

use anyhow::{Context, Result};
use xshell::{Shell, cmd};

use crate::{site, step, tools, wasm::Toolchain};

/// The crate of the second module, and what its WebAssembly is called.
const SECOND: (&str, &str) = ("module-webgpu", "module_webgpu.wasm");

/// Builds all of it.
pub fn run(sh: &Shell) -> Result<()> {
    page(sh)?;
    webgpu(sh)?;
    anew(sh)
}

/// Builds the page as it is without the second module: whoever opens it draws on the CPU.
pub fn first(sh: &Shell) -> Result<()> {
    page(sh)?;
    sh.remove_path(site::SECOND_BUILT)?;
    anew(sh)
}

/// Builds the second module, and the page that knows it; the one before it stays, so that where it is open it can go on.
pub fn second(sh: &Shell) -> Result<()> {
    webgpu(sh)?;
    site::assemble(sh)
}

/// Makes the site of what is built, and of nothing else.
fn anew(sh: &Shell) -> Result<()> {
    sh.remove_path("dist")?;
    site::assemble(sh)
}

/// Sets up what is missing, then builds the page and its first module.
fn page(sh: &Shell) -> Result<()> {
    let toolchain = Toolchain::find(sh)?;
    let _path = tools::ensure_all(sh)?;
    step("building the page", || {
        // NO_COLOR is a convention of any non-empty value; Trunk takes only a boolean, and stops at others.
        Ok(toolchain.with(cmd!(sh, "trunk build --offline --skip-version-check")).env_remove("NO_COLOR").run()?)
    })
}

fn webgpu(sh: &Shell) -> Result<()> {
    let toolchain = Toolchain::find(sh)?;
    let _path = tools::ensure_all(sh)?;
    step("building the second module, which can draw on WebGPU", || {
        let (package, file) = SECOND;
        toolchain
            .with(cmd!(sh, "cargo build --package {package} --profile web --target wasm32-unknown-unknown"))
            .run()?;
        let metadata = cmd!(sh, "cargo metadata --no-deps --format-version 1").quiet().read()?;
        let metadata: serde_json::Value = serde_json::from_str(&metadata)?;
        let target = metadata["target_directory"].as_str().context("cargo knows no target directory")?;
        let wasm = format!("{target}/wasm32-unknown-unknown/web/{file}");
        let out = site::SECOND_BUILT;
        Ok(cmd!(sh, "wasm-bindgen --target web --no-typescript --out-name pushforward --out-dir {out} {wasm}").run()?)
    })
}
