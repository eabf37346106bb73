//! The software adapter on which the GPU's kernels are tested natively: Chromium brings one, and a Vulkan loader to find it.

use std::{env, ffi::OsString, path::PathBuf};

use anyhow::{Context, Result};
use xshell::Shell;

use crate::browser;

/// What describes the adapter to Vulkan's loader; the loader lies beside it.
const DESCRIPTION: &str = "vk_swiftshader_icd.json";

/// The variables by which a program finds Vulkan's loader, and that the adapter; those that somebody has set stay.
pub fn variables(sh: &Shell) -> Result<Vec<(&'static str, OsString)>> {
    const ADAPTER: &str = "VK_ICD_FILENAMES";
    const LIBRARIES: &str = "LD_LIBRARY_PATH";
    if env::var_os(ADAPTER).is_some() {
        return Ok(Vec::new());
    }
    let folder = folder(sh)?;
    let others = env::var_os(LIBRARIES).unwrap_or_default();
    let libraries = [folder.clone()].into_iter().chain(env::split_paths(&others));
    Ok(vec![(ADAPTER, folder.join(DESCRIPTION).into()), (LIBRARIES, env::join_paths(libraries)?)])
}

/// Where Chromium's own libraries lie: beside the program itself, or where Debian's script in PATH starts it.
fn folder(sh: &Shell) -> Result<PathBuf> {
    let program = browser::CHROMIUM.program(sh)?;
    let name = program.file_name().context("a browser has a name")?;
    let beside = program.canonicalize()?.parent().map(PathBuf::from);
    let folders = beside.into_iter().chain([PathBuf::from("/usr/lib").join(name)]);
    folders.into_iter().find(|folder| folder.join(DESCRIPTION).is_file()).with_context(|| {
        format!("{} has no {DESCRIPTION} beside it: name an adapter in VK_ICD_FILENAMES", program.display())
    })
}
