//! Assembles the npm package in pkg/dist/: the API and all that it imports, the engine, the models, types and documents.

use std::{
    collections::BTreeSet,
    path::{Component, Path, PathBuf},
};

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use xshell::Shell;

use crate::step;

/// Types and documents, which are not part of the page.
const BESIDES: [&str; 6] =
    ["pkg/package.json", "pkg/index.d.ts", "pkg/element.d.ts", "pkg/README.md", "LICENSE-APACHE", "LICENSE-MIT"];

/// Copies out of dist/, whose layout the package keeps, so that the same relative paths hold in both.
pub fn run(sh: &Shell) -> Result<()> {
    step("assembling the npm package in pkg/dist", || {
        let manifest = json(sh, Path::new("pkg/package.json"))?;
        let version = env!("CARGO_PKG_VERSION");
        ensure!(
            manifest["version"] == version,
            "pkg/package.json has version {}, the crate {version}",
            manifest["version"]
        );

        let (site, package) = (Path::new("dist"), Path::new("pkg/dist"));
        sh.remove_path(package)?;
        let engine = PathBuf::from("pushforward_bg.wasm");
        // The element draws by the API, so its modules are the API's and a few more.
        for file in modules(sh, site, "www/element.js")?.into_iter().chain([engine]).chain(models(sh)?) {
            copy(sh, &site.join(&file), &package.join(&file))?;
        }
        for file in BESIDES.map(Path::new) {
            copy(sh, file, &package.join(file.file_name().expect("a file has a name")))?;
        }
        Ok(())
    })
}

/// The card and the weights of every model; a folder that holds no card yet is a recipe only.
fn models(sh: &Shell) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in sh.read_dir("models")?.iter().filter(|entry| entry.join("card.json").is_file()) {
        let folder = Path::new("models").join(entry.file_name().expect("a folder has a name"));
        let card = folder.join("card.json");
        let weights = json(sh, &card)?["weights"]["file"].as_str().map(|file| folder.join(file));
        files.extend([weights.with_context(|| format!("{} names no weights.file", card.display()))?, card]);
    }
    Ok(files)
}

fn json(sh: &Shell, file: &Path) -> Result<Value> {
    serde_json::from_str(&sh.read_file(file)?).with_context(|| format!("{} is not JSON", file.display()))
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

/// What a module imports, or names with `new URL`, by a relative path.
fn references(source: &str) -> impl Iterator<Item = &str> {
    let pieces = || source.split(['"', '\'', '`']);
    pieces().zip(pieces().skip(1)).filter_map(|(before, text)| {
        let named = ["from", "import", "import(", "URL("].iter().any(|word| before.trim_end().ends_with(word));
        (named && text.starts_with('.') && text.ends_with(".js")).then_some(text)
    })
}

/// `folder/reference` without its `.` and `..`.
fn resolve(folder: &Path, reference: &str) -> PathBuf {
    folder.join(reference).components().fold(PathBuf::new(), |mut path, part| {
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
            import './style.js'; // it's a comment
            const { link } = await import("./link.js");
            const worker = new Worker(new URL('./worker.js', import.meta.url), { type: "module" });
            const imports = { "./namespace.js": init };
            import library from "library";
        "#;
        let expected = ["../pushforward.js", "./style.js", "./link.js", "./worker.js"];
        assert_eq!(references(source).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn resolves_against_the_folder() {
        assert_eq!(resolve(Path::new("www"), "../pushforward.js"), Path::new("pushforward.js"));
        assert_eq!(resolve(Path::new("www/views"), "./plane.js"), Path::new("www/views/plane.js"));
    }
}
