//! Makes the site of what Trunk leaves in dist/: all that the page consists of goes into a folder that is named by its content.
//!
//! A cache on the way, or a host that is being renewed, can thus never pair a file of one version with one of another: another
//! version lies elsewhere. Only the page itself and the service worker, which know where, keep their names; so do the weights,
//! which are checked when they are loaded.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use sha2::{Digest, Sha256};
use xshell::Shell;

use crate::models;

/// The page, and what of it is replaced by the versioned folder.
const PAGE: &str = "index.html";
/// The glue and the WebAssembly, as Trunk calls them.
pub const ENGINE: [&str; 2] = ["pushforward.js", "pushforward_bg.wasm"];
/// The page's own files.
const PARTS: &str = "www";

/// The service worker as it is written, and where it must lie to serve the whole page.
const WORKER_SOURCE: &str = "www/sw.js";
const WORKER: &str = "sw.js";
/// What it has in place of what is only known of a page that is built.
const FILES: &str = "const FILES = {};";
const VERSION: &str = "const VERSION = '';";

/// The module that knows where the engine's files lie, and what it has in place of what is only known of an engine that is built.
pub const PLACES: &str = "www/files.js";
const WASM: &str = "const WASM = '';";
const WEIGHTS: &str = "  // `cargo xtask` writes one line a model here.\n";

/// Moves what Trunk built into the folder of its version, and writes the service worker.
pub fn assemble(sh: &Shell) -> Result<()> {
    let dist = sh.current_dir().join("dist");
    let places = places(sh, &fs::read_to_string(dist.join(PLACES))?, &dist, "../../models")?;
    fs::write(dist.join(PLACES), places)?;
    let worker =
        fs::read_to_string(dist.join(WORKER_SOURCE)).with_context(|| format!("dist/ has no {WORKER_SOURCE}"))?;
    fs::remove_file(dist.join(WORKER_SOURCE))?;

    let mut parts = BTreeMap::new();
    for file in ENGINE {
        parts.insert(file.to_string(), checksum(&fs::read(dist.join(file))?));
    }
    add_all(&dist, PARTS, &mut parts)?;
    let version = version(&parts)?;
    // What an earlier build left is of another version.
    while let Ok(old) = folder(sh) {
        fs::remove_dir_all(old)?;
    }
    let folder = dist.join(&version);
    fs::create_dir(&folder)?;
    for part in ENGINE.into_iter().chain([PARTS]) {
        fs::rename(dist.join(part), folder.join(part))?;
    }

    let page = moved(&fs::read_to_string(dist.join(PAGE))?, &version)?;
    fs::write(dist.join(PAGE), &page)?;
    let mut files: BTreeMap<String, String> =
        parts.into_iter().map(|(file, sum)| (format!("{version}/{file}"), sum)).collect();
    files.insert(PAGE.to_string(), checksum(page.as_bytes()));
    fs::write(dist.join(WORKER), worker_of(&worker, &files)?)?;
    Ok(())
}

/// The folder of dist/ that holds the page's parts.
pub fn folder(sh: &Shell) -> Result<PathBuf> {
    let dist = sh.current_dir().join("dist");
    let folders = sh.read_dir(&dist).unwrap_or_default();
    let found = folders.into_iter().find(|folder| folder.join(PARTS).is_dir());
    found.context("dist/ holds no page yet: run `cargo xtask build`")
}

/// `source` of the module that knows where the engine's files lie, filled in: `engine` is the folder that holds the engine, and
/// `models` where the models lie as seen from the module.
pub fn places(sh: &Shell, source: &str, engine: &Path, models: &str) -> Result<String> {
    let wasm = base64(&Sha256::digest(fs::read(engine.join(ENGINE[1]))?));
    let mut lines = String::new();
    for id in models::shipped(sh)? {
        writeln!(lines, "  '{id}': new URL('{models}/{id}/weights.bpk', import.meta.url),")?;
    }
    filled(PLACES, source, &[(WASM, &format!("const WASM = 'sha256-{wasm}';")), (WEIGHTS, &lines)])
}

/// Adds the files of a folder of dist/ and of the folders in it, by their paths from there.
fn add_all(dist: &Path, folder: &str, files: &mut BTreeMap<String, String>) -> Result<()> {
    for entry in fs::read_dir(dist.join(folder))? {
        let entry = entry?;
        let path = format!("{folder}/{}", entry.file_name().to_string_lossy());
        if entry.file_type()?.is_dir() {
            add_all(dist, &path, files)?;
        } else {
            files.insert(path, checksum(&fs::read(entry.path())?));
        }
    }
    Ok(())
}

/// What files with these checksums are called together.
fn version(files: &BTreeMap<String, String>) -> Result<String> {
    Ok(checksum(serde_json::to_string(files)?.as_bytes())[..16].to_string())
}

/// The page, which names its parts where they lie now.
fn moved(page: &str, version: &str) -> Result<String> {
    let names = ENGINE.map(str::to_string).into_iter().chain([format!("{PARTS}/")]);
    names.into_iter().try_fold(page.to_string(), |page, name| {
        let named = format!("=\"{name}");
        ensure!(page.contains(&named), "{PAGE} does not name {name}");
        Ok(page.replace(&named, &format!("=\"{version}/{name}")))
    })
}

fn worker_of(source: &str, files: &BTreeMap<String, String>) -> Result<String> {
    let known = serde_json::to_string_pretty(files)?;
    let version = version(files)?;
    let knowing = format!("const FILES = {known};");
    filled(WORKER_SOURCE, source, &[(FILES, &knowing), (VERSION, &format!("const VERSION = '{version}';"))])
}

/// `source` with each of the pieces in place of what stands for it.
fn filled(name: &str, source: &str, pieces: &[(&str, &str)]) -> Result<String> {
    pieces.iter().try_fold(source.to_string(), |source, (blank, piece)| {
        ensure!(source.contains(blank), "{name} has no `{}` to fill in", blank.trim());
        Ok(source.replacen(blank, piece, 1))
    })
}

fn checksum(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// As `integrity` has it (RFC 4648).
fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let letter = |bits: u32, at: usize| char::from(LETTERS[(bits >> (18 - 6 * at)) as usize & 63]);
    let quartet = |chunk: &[u8]| {
        let bits = (0..3).fold(0, |bits, i| (bits << 8) | u32::from(chunk.get(i).copied().unwrap_or(0)));
        (0..4).map(|at| if at <= chunk.len() { letter(bits, at) } else { '=' }).collect::<String>()
    };
    bytes.chunks(3).map(quartet).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_another_as_soon_as_a_file_is() {
        let source = format!("{FILES}\n{VERSION}\n");
        let of = |text: &str| {
            worker_of(&source, &BTreeMap::from([("a.js".to_string(), checksum(text.as_bytes()))])).unwrap()
        };
        assert_eq!(of("one"), of("one"));
        let versions = ["one", "other"].map(|text| of(text).lines().last().unwrap().to_string());
        assert_ne!(versions[0], versions[1]);
        assert!(of("one").contains(&checksum(b"one")), "{}", of("one"));
    }

    #[test]
    fn a_worker_with_nothing_to_fill_in_is_an_error() {
        let error = worker_of("const FILES = { a: 1 };", &BTreeMap::new()).unwrap_err().to_string();
        assert!(error.contains("to fill in"), "{error}");
    }

    #[test]
    fn a_page_names_its_parts_in_the_folder_of_their_version() {
        let page =
            r#"<script src="www/main.js"></script><link href="pushforward.js"><link href="pushforward_bg.wasm">"#;
        let expected = r#"<script src="0f/www/main.js"></script><link href="0f/pushforward.js"><link href="0f/pushforward_bg.wasm">"#;
        assert_eq!(moved(page, "0f").unwrap(), expected);
        let error = moved("<title>Empty</title>", "0f").unwrap_err().to_string();
        assert!(error.contains("does not name pushforward.js"), "{error}");
    }

    /// What Trunk leaves, in a folder of its own, with one model; `main` is a script of it.
    fn built(name: &str, main: &str) -> Shell {
        let root = std::env::temp_dir().join(format!("pushforward-site-{name}-{}", std::process::id()));
        let sh = Shell::new().unwrap();
        sh.remove_path(&root).unwrap();
        let page =
            r#"<script src="www/main.js"></script><link href="pushforward.js"><link href="pushforward_bg.wasm">"#;
        for (file, text) in [
            ("dist/index.html", page),
            ("dist/pushforward.js", "// glue"),
            ("dist/pushforward_bg.wasm", "wasm"),
            ("dist/www/main.js", main),
            ("dist/www/views/one.js", "// a view"),
            ("dist/www/sw.js", include_str!("../../www/sw.js")),
            ("dist/www/files.js", include_str!("../../www/files.js")),
            ("dist/models/one/weights.bpk", "weights"),
            ("models/one/card.json", r#"{ "weights": { "file": "weights.bpk" } }"#),
            ("models/none/train.json", "{}"),
        ] {
            sh.write_file(root.join(file), text).unwrap();
        }
        sh.change_dir(root);
        sh
    }

    #[test]
    fn every_part_of_a_version_lies_in_its_folder_and_is_known_to_the_worker() {
        let sh = built("once", "// main");
        sh.write_file("dist/0ld/www/main.js", "// of an earlier build").unwrap();
        assemble(&sh).unwrap();
        let folder = folder(&sh).unwrap();
        let version = folder.file_name().unwrap().to_str().unwrap();
        let mut left: Vec<_> =
            sh.read_dir("dist").unwrap().iter().map(|path| path.file_name().unwrap().to_owned()).collect();
        left.sort_by_key(|name| name != version);
        assert_eq!(left, [version, "index.html", "models", "sw.js"]);
        assert!(!folder.join("www/sw.js").exists());
        assert!(sh.read_file("dist/index.html").unwrap().contains(&format!("\"{version}/www/main.js\"")));
        let worker = sh.read_file("dist/sw.js").unwrap();
        for file in ["pushforward.js", "pushforward_bg.wasm", "www/main.js", "www/views/one.js", "www/files.js"] {
            let sum = checksum(&fs::read(folder.join(file)).unwrap());
            assert!(worker.contains(&format!("\"{version}/{file}\": \"{sum}\"")), "{file}");
        }
        let places = sh.read_file(folder.join("www/files.js")).unwrap();
        assert!(places.contains("  'one': new URL('../../models/one/weights.bpk', import.meta.url),\n"), "{places}");
        assert!(!places.contains("'none'"), "{places}");
        sh.remove_path(sh.current_dir()).unwrap();
    }

    #[test]
    fn whatever_changes_lies_elsewhere() {
        let folders = ["// main", "// another"].map(|main| {
            let sh = built(&main[3..], main);
            assemble(&sh).unwrap();
            let name = folder(&sh).unwrap().file_name().unwrap().to_owned();
            sh.remove_path(sh.current_dir()).unwrap();
            name
        });
        assert_ne!(folders[0], folders[1]);
    }

    #[test]
    fn base64_is_that_of_the_standard() {
        let of = |text: &str| base64(text.as_bytes());
        assert_eq!(["", "f", "fo", "foo", "foobar"].map(of), ["", "Zg==", "Zm8=", "Zm9v", "Zm9vYmFy"]);
    }
}
