//! Assembles the npm package in pkg/dist/: the API, all that it imports, the engine, the models, the papers.

use std::{
    collections::BTreeSet,
    path::{Component, Path, PathBuf},
};

use anyhow::{Context, Result};
use serde_json::Value;
use xshell::Shell;

use crate::step;

/// Copies out of dist/, whose layout the package keeps, so that the same relative paths hold in both.
pub fn run(sh: &Shell) -> Result<()> {
    step("assembling the npm package in pkg/dist", || {
        let (site, package) = (Path::new("dist"), Path::new("pkg/dist"));
        sh.remove_path(package)?;
        let modules = modules(sh, site, "www/api.js")?;
        for file in modules
            .iter()
            .map(PathBuf::as_path)
            .chain([Path::new("pushforward_bg.wasm")])
        {
            copy(sh, &site.join(file), &package.join(file))?;
        }
        for model in sh.read_dir("models")? {
            let folder =
                Path::new("models").join(model.file_name().context("a model folder has a name")?);
            for file in ["card.json", "weights.bpk"] {
                copy(
                    sh,
                    &site.join(&folder).join(file),
                    &package.join(&folder).join(file),
                )?;
            }
        }
        for paper in [
            "pkg/index.d.ts",
            "pkg/README.md",
            "LICENSE-APACHE",
            "LICENSE-MIT",
        ] {
            copy(
                sh,
                Path::new(paper),
                &package.join(Path::new(paper).file_name().expect("a file")),
            )?;
        }
        let mut manifest: Value =
            serde_json::from_str(&sh.read_file("pkg/package.json")?).context("pkg/package.json")?;
        // One version for the workspace: the crate's.
        manifest["version"] = env!("CARGO_PKG_VERSION").into();
        sh.write_file(
            package.join("package.json"),
            serde_json::to_string_pretty(&manifest)? + "\n",
        )?;
        Ok(())
    })
}

fn copy(sh: &Shell, from: &Path, to: &Path) -> Result<()> {
    sh.create_dir(to.parent().expect("a file lies in a folder"))?;
    Ok(sh.copy_file(from, to)?)
}

/// The module `entry` of the site and every module reached from it.
fn modules(sh: &Shell, site: &Path, entry: &str) -> Result<BTreeSet<PathBuf>> {
    let (mut found, mut open) = (BTreeSet::new(), vec![PathBuf::from(entry)]);
    while let Some(module) = open.pop() {
        if found.contains(&module) {
            continue;
        }
        let source = sh.read_file(site.join(&module))?;
        let folder = module.parent().expect("a module lies in a folder");
        open.extend(references(&source).map(|reference| resolve(folder, reference)));
        found.insert(module);
    }
    Ok(found)
}

/// The string literals of a module that name another by a relative path, whether for `import` or for `new URL` or `new Worker`.
fn references(source: &str) -> impl Iterator<Item = &str> {
    source.split(['"', '\'', '`']).filter(|text| {
        text.starts_with('.') && text.ends_with(".js") && !text.contains(char::is_whitespace)
    })
}

/// `folder/reference` without its `.` and `..`.
fn resolve(folder: &Path, reference: &str) -> PathBuf {
    folder
        .join(reference)
        .components()
        .fold(PathBuf::new(), |mut path, part| {
            match part {
                Component::ParentDir => {
                    path.pop();
                }
                Component::CurDir => {}
                part => path.push(part),
            }
            path
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_what_a_module_names() {
        let source = r#"
            import init, { Engine } from "../pushforward.js";
            import { link } from './link.js'; // it's a comment
            const worker = new Worker(new URL("./worker.js", import.meta.url), { type: "module" });
            const text = "not a .js";
        "#;
        assert_eq!(
            references(source).collect::<Vec<_>>(),
            ["../pushforward.js", "./link.js", "./worker.js"]
        );
    }

    #[test]
    fn resolves_against_the_folder() {
        assert_eq!(
            resolve(Path::new("www"), "../pushforward.js"),
            Path::new("pushforward.js")
        );
        assert_eq!(
            resolve(Path::new("www/views"), "./plane.js"),
            Path::new("www/views/plane.js")
        );
    }
}
