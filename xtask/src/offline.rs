//! Tells the service worker what the page consists of: every file with its checksum, and a version that follows from them.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use sha2::{Digest, Sha256};
use xshell::Shell;

/// The worker as it is written, and where it must lie to serve the whole page.
const SOURCE: &str = "www/sw.js";
const WORKER: &str = "sw.js";

/// What it has in place of what is only known of a page that is built.
const FILES: &str = "const FILES = {};";
const VERSION: &str = "const VERSION = '';";

/// Writes the service worker of the page in dist/.
pub fn write_worker(sh: &Shell) -> Result<()> {
    let dist = sh.current_dir().join("dist");
    let source = fs::read_to_string(dist.join(SOURCE)).with_context(|| format!("dist/ has no {SOURCE}"))?;
    fs::remove_file(dist.join(SOURCE))?;
    let mut files = BTreeMap::new();
    for file in ["index.html", "pushforward.js", "pushforward_bg.wasm"] {
        files.insert(file.to_string(), checksum(&fs::read(dist.join(file))?));
    }
    add_all(&dist, "www", &mut files)?;
    fs::write(dist.join(WORKER), filled(&source, &files)?)?;
    Ok(())
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

fn filled(source: &str, files: &BTreeMap<String, String>) -> Result<String> {
    ensure!(
        source.contains(FILES) && source.contains(VERSION),
        "{SOURCE} has no `{FILES}` or no `{VERSION}` to fill in"
    );
    let known = serde_json::to_string_pretty(files)?;
    let version = &checksum(known.as_bytes())[..16];
    let source = source.replacen(FILES, &format!("const FILES = {known};"), 1);
    Ok(source.replacen(VERSION, &format!("const VERSION = '{version}';"), 1))
}

fn checksum(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_another_as_soon_as_a_file_is() {
        let source = format!("{FILES}\n{VERSION}\n");
        let of =
            |text: &str| filled(&source, &BTreeMap::from([("a.js".to_string(), checksum(text.as_bytes()))])).unwrap();
        assert_eq!(of("one"), of("one"));
        let versions = ["one", "other"].map(|text| of(text).lines().last().unwrap().to_string());
        assert_ne!(versions[0], versions[1]);
        assert!(of("one").contains(&checksum(b"one")), "{}", of("one"));
    }

    #[test]
    fn a_worker_with_nothing_to_fill_in_is_an_error() {
        let error = filled("const FILES = { a: 1 };", &BTreeMap::new()).unwrap_err().to_string();
        assert!(error.contains("to fill in"), "{error}");
    }
}
