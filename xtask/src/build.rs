//! Builds the static site in dist/ with Trunk.

use std::fs;

use anyhow::Result;
use xshell::{Shell, cmd};

use crate::{offline, step, tools, wasm::Toolchain};

/// Sets up what is missing, then builds.
pub fn run(sh: &Shell) -> Result<()> {
    let toolchain = Toolchain::find(sh)?;
    let _path = tools::ensure_all(sh)?;
    step("building the page", || {
        // NO_COLOR is a convention of any non-empty value; Trunk takes only a boolean, and stops at others.
        toolchain.with(cmd!(sh, "trunk build --offline --skip-version-check")).env_remove("NO_COLOR").run()?;
        offline::write_worker(sh)?;
        let bytes = fs::metadata(sh.current_dir().join("dist/pushforward_bg.wasm"))?.len();
        eprintln!("dist/pushforward_bg.wasm: {:.1} MB before compression", bytes as f64 / 1e6);
        Ok(())
    })
}
