//! Assembles the npm package in pkg/dist/: the API and all that it imports, the engine, the models, types and documents.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use xshell::Shell;

use crate::{modules, site, step};

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
        let manifest = json(sh, Path::new("pkg/package.json"))?;
        let version = env!("CARGO_PKG_VERSION");
        ensure!(
            manifest["version"] == version,
            "pkg/package.json has version {}, the crate {version}",
            manifest["version"]
        );

        let (parts, package) = (site::folder(sh)?, Path::new("pkg/dist"));
        sh.remove_path(package)?;
        // The element draws by the API, so its modules are the API's and a few more.
        for file in modules::reached(sh, &parts, "www/element.js")?.into_iter().chain(site::ENGINE.map(PathBuf::from)) {
            copy(sh, &parts.join(&file), &package.join(&file))?;
        }
        // The cards are compiled in.
        for id in shipped(sh)? {
            let weights = Path::new("models").join(&id).join("weights.bpk");
            copy(sh, &weights, &package.join(&weights))?;
        }
        let places = site::places(sh, &sh.read_file(site::PLACES)?, &parts, "../models")?;
        sh.write_file(package.join(site::PLACES), places)?;
        for file in BESIDES.map(Path::new) {
            copy(sh, file, &package.join(file.file_name().expect("a file has a name")))?;
        }
        Ok(())
    })
}

/// The models that ship, by their folders; one that holds no card yet is a recipe only.
pub fn shipped(sh: &Shell) -> Result<Vec<String>> {
    let mut ids = Vec::new();
    for folder in sh.read_dir("models")?.iter().filter(|folder| folder.join("card.json").is_file()) {
        let file = &json(sh, &folder.join("card.json"))?["weights"]["file"];
        ensure!(
            file == "weights.bpk",
            "{}: expected the weights in weights.bpk, the card says {file}",
            folder.display()
        );
        let id = folder.file_name().and_then(|name| name.to_str());
        ids.push(id.with_context(|| format!("{} has no name that is text", folder.display()))?.to_string());
    }
    Ok(ids)
}

fn json(sh: &Shell, file: &Path) -> Result<Value> {
    serde_json::from_str(&sh.read_file(file)?).with_context(|| format!("{} is not JSON", file.display()))
}

fn copy(sh: &Shell, from: &Path, to: &Path) -> Result<()> {
    sh.create_dir(to.parent().expect("a file lies in a folder"))?;
    Ok(sh.copy_file(from, to)?)
}
