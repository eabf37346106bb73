//! Assembles the npm package in pkg/dist/: the API and all that it imports, the engine, the models, types and documents.

use std::path::{Path, PathBuf};

use anyhow::{Result, ensure};
use xshell::Shell;

use crate::{models, modules, site, step};

/// Types and documents, which are not part of the page, and the entry of bundlers.
const BESIDES: [&str; 8] = [
    "pkg/package.json",
    "pkg/index.d.ts",
    "pkg/index.jsx",
    "pkg/element.d.ts",
    "pkg/element.jsx",
    "pkg/README.md",
    "LICENSE-APACHE",
    "LICENSE-MIT",
];

/// Copies out of dist/, in whose layout the modules find each other.
pub fn run(sh: &Shell) -> Result<()> {
    step("assembling the npm package in pkg/dist", || {
        let manifest = models::json(sh, Path::new("pkg/package.json"))?;
        let version = env!("CARGO_PKG_VERSION");
        ensure!(
            manifest["version"] == version,
            "pkg/package.json has version {}, the crate {version}",
            manifest["version"]
        );

        let (parts, package) = (site::folder(sh)?, Path::new("pkg/dist"));
        sh.remove_path(package)?;
        // The element draws by the API, so its modules are the API's and a few more.
        let engines = site::engines(sh)?;
        let reached = modules::reached(sh, &parts, "www/element.js")?;
        for file in reached.into_iter().chain(engines.keys().map(PathBuf::from)) {
            copy(sh, &parts.join(&file), &package.join(&file))?;
        }
        // The cards are compiled in.
        for id in models::shipped(sh)? {
            let weights = Path::new("models").join(&id).join("weights.bpk");
            copy(sh, &weights, &package.join(&weights))?;
        }
        let places = site::places(sh, &sh.read_file(site::PLACES)?, &engines, "../models")?;
        sh.write_file(package.join(site::PLACES), places)?;
        for file in BESIDES.map(Path::new) {
            copy(sh, file, &package.join(file.file_name().expect("a file has a name")))?;
        }
        Ok(())
    })
}

fn copy(sh: &Shell, from: &Path, to: &Path) -> Result<()> {
    sh.create_dir(to.parent().expect("a file lies in a folder"))?;
    Ok(sh.copy_file(from, to)?)
}
