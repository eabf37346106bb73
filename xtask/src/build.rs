//! Builds the static site in dist/: the page with its first module, which draws on the CPU, by Trunk; and the modules that come later:
//! that of plans, and that of Burn's backend for WebGPU, which is most of the download of whoever needs it.

use anyhow::{Context, Result};
use clap::Args;
use xshell::{Shell, cmd};

use crate::{addresses, site, step, tools, wasm::Toolchain};

#[derive(Args)]
pub struct Options {
    /// Where the site will be, such as https://example.org/pushforward/: whoever previews a link wants whole addresses of pictures
    #[arg(long, value_parser = addresses::site)]
    pub address: Option<String>,
}

/// Builds all of it, for a site at this address, if that is known.
pub fn run(sh: &Shell, address: Option<&str>) -> Result<()> {
    page(sh)?;
    for name in site::LATER {
        module(sh, name)?;
    }
    anew(sh, address)
}

/// Builds the page as it is without the other modules: whoever opens it draws on the CPU.
pub fn first(sh: &Shell) -> Result<()> {
    page(sh)?;
    sh.remove_path(site::LATER_BUILT)?;
    anew(sh, None)
}

/// Builds the other modules, and after each the page that knows it; those before it stay, so that where they are open they can go on.
pub fn later(sh: &Shell) -> Result<()> {
    site::LATER.into_iter().try_for_each(|name| {
        module(sh, name)?;
        site::assemble(sh, None)
    })
}

/// Makes the site of what is built, and of nothing else.
fn anew(sh: &Shell, address: Option<&str>) -> Result<()> {
    sh.remove_path("dist")?;
    site::assemble(sh, address)
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
