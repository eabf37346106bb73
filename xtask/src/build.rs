//! Builds the static site in dist/ with Trunk.

use std::fs;

use anyhow::Result;
use xshell::{Shell, cmd};

use crate::{site, step, tools, wasm::Toolchain};

/// Sets up what is missing, then builds.
pub fn run(sh: &Shell) -> Result<()> {
    let toolchain = Toolchain::find(sh)?;
    let _path = tools::ensure_all(sh)?;
    step("building the page", || {
        // NO_COLOR is a convention of any non-empty value; Trunk takes only a boolean, and stops at others.
        toolchain.with(cmd!(sh, "trunk build --offline --skip-version-check")).env_remove("NO_COLOR").run()?;
        site::assemble(sh)?;
        let bytes = fs::metadata(site::folder(sh)?.join("pushforward_bg.wasm"))?.len();
        eprintln!("the engine: {:.1} MB before compression", bytes as f64 / 1e6);
        Ok(())
    })
}
