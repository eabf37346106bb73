//! Builds the static site in dist/: the page with its first module, which draws on the CPU, by Trunk; and the modules that come later:
//! that of plans, and that of Burn's backend for WebGPU, which is most of the download of whoever needs it.

use anyhow::{Context, Result};
use xshell::{Shell, cmd};

use crate::{site, step, tools, wasm::Toolchain};

/// Builds all of it.
pub fn run(sh: &Shell) -> Result<()> {
    page(sh)?;
    for name in site::LATER {
        module(sh, name)?;
    }
    anew(sh)
}

/// Builds the page as it is without the other modules: whoever opens it draws on the CPU.
pub fn first(sh: &Shell) -> Result<()> {
    page(sh)?;
    sh.remove_path(site::LATER_BUILT)?;
    anew(sh)
}

/// Builds the other modules, and after each the page that knows it; those before it stay, so that where they are open they can go on.
pub fn later(sh: &Shell) -> Result<()> {
    site::LATER.into_iter().try_for_each(|name| {
        module(sh, name)?;
        site::assemble(sh)
    })
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

/// Builds one of the modules that come later.
fn module(sh: &Shell, name: &str) -> Result<()> {
    let toolchain = Toolchain::find(sh)?;
    let _path = tools::ensure_all(sh)?;
    step(&format!("building the module {name}"), || {
        toolchain
            .with(cmd!(sh, "cargo build --package module-{name} --profile web --target wasm32-unknown-unknown"))
            .run()?;
        let metadata = cmd!(sh, "cargo metadata --no-deps --format-version 1").quiet().read()?;
        let metadata: serde_json::Value = serde_json::from_str(&metadata)?;
        let target = metadata["target_directory"].as_str().context("cargo knows no target directory")?;
        let wasm = format!("{target}/wasm32-unknown-unknown/web/module_{name}.wasm");
        let out = format!("{}/{name}", site::LATER_BUILT);
        Ok(cmd!(sh, "wasm-bindgen --target web --no-typescript --out-name pushforward --out-dir {out} {wasm}").run()?)
    })
}
