//! The npm packages that the emoji come from: fetched by npm as they are pinned, and checked.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};
use serde::Deserialize;
use serde::de::DeserializeOwned;

/// What npm is asked for; the lock file holds a checksum of every package.
const MANIFEST: &str = include_str!("../../emoji/package.json");
const LOCK: &str = include_str!("../../emoji/package-lock.json");

/// Names and keywords of emoji.
pub const NAMES: &str = "emojibase-data";

/// The package of a set of drawings.
pub fn drawings(style: &str) -> String {
    format!("@iconify-json/{style}")
}

/// A `node_modules` folder that holds what is pinned.
#[derive(Debug)]
pub struct Packages {
    modules: PathBuf,
    /// Version of each package.
    pub versions: BTreeMap<String, String>,
}

/// What a `package.json` says, as far as it matters here.
#[derive(Deserialize)]
struct Package {
    #[serde(default)]
    version: String,
    #[serde(default)]
    dependencies: BTreeMap<String, String>,
}

impl Packages {
    /// The packages in `folder/node_modules`, fetched by `npm ci` unless they are there already.
    ///
    /// # Errors
    /// When npm is missing or fails, or what it left is not what is pinned.
    pub fn fetch(folder: &Path) -> Result<Self> {
        if let Ok(there) = Self::open(folder) {
            return Ok(there);
        }
        fs::create_dir_all(folder).with_context(|| format!("creating {}", folder.display()))?;
        fs::write(folder.join("package.json"), MANIFEST)?;
        fs::write(folder.join("package-lock.json"), LOCK)?;
        eprintln!("fetching the emoji's packages into {}", folder.display());
        let npm = if cfg!(windows) { "npm.cmd" } else { "npm" };
        let status = Command::new(npm)
            .args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"])
            .current_dir(folder)
            .status()
            .context("npm fetches the emoji's packages, but could not be run; it comes with Node.js")?;
        ensure!(status.success(), "npm ci in {} failed ({status}); what it said is above", folder.display());
        Self::open(folder)
    }

    /// The packages in `folder/node_modules`.
    ///
    /// # Errors
    /// When one is missing or of another version than is pinned; says which, and which was expected.
    pub fn open(folder: &Path) -> Result<Self> {
        let versions = serde_json::from_str::<Package>(MANIFEST)?.dependencies;
        let packages = Self { modules: folder.join("node_modules"), versions };
        let mut wrong = Vec::new();
        for (name, expected) in &packages.versions {
            match packages.json::<Package>(name, "package.json") {
                Ok(Package { version, .. }) if version == *expected => {}
                Ok(Package { version, .. }) => wrong.push(format!("{name} {expected}, got {version}")),
                Err(_) => wrong.push(format!("{name} {expected}, got none")),
            }
        }
        if wrong.is_empty() {
            return Ok(packages);
        }
        bail!("{} does not hold what is pinned: expected {}", packages.modules.display(), wrong.join("; expected "))
    }

    /// A JSON file of a package.
    ///
    /// # Errors
    /// When it is missing or not of that form.
    pub fn json<T: DeserializeOwned>(&self, package: &str, file: &str) -> Result<T> {
        let path = self.modules.join(package).join(file);
        let text = fs::read_to_string(&path).with_context(|| format!("reading {}", path.display()))?;
        serde_json::from_str(&text).with_context(|| format!("{} is not of the form expected", path.display()))
    }

    /// Names of the entries of a package's folder, sorted.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub fn entries(&self, package: &str, folder: &str) -> Result<Vec<String>> {
        let path = self.modules.join(package).join(folder);
        let entries = fs::read_dir(&path).with_context(|| format!("reading {}", path.display()))?;
        let names = entries.map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()));
        let mut names = names.collect::<Result<Vec<_>>>()?;
        names.sort();
        Ok(names)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Packages that are nothing but their `package.json`.
    fn made_up(folder: &Path, versions: &BTreeMap<String, String>) {
        for (name, version) in versions {
            let package = folder.join("node_modules").join(name);
            fs::create_dir_all(&package).unwrap();
            fs::write(package.join("package.json"), format!(r#"{{"version":"{version}"}}"#)).unwrap();
        }
    }

    #[test]
    fn packages_that_are_missing_or_of_another_version_are_named() {
        let folder = tempfile::tempdir().unwrap();
        let mut versions = serde_json::from_str::<Package>(MANIFEST).unwrap().dependencies;
        made_up(folder.path(), &versions);
        assert_eq!(Packages::open(folder.path()).unwrap().versions, versions);

        versions.insert(NAMES.into(), "1.2.3".into());
        made_up(folder.path(), &versions);
        fs::remove_dir_all(folder.path().join("node_modules").join(drawings("noto"))).unwrap();
        let error = Packages::open(folder.path()).unwrap_err().to_string();
        assert!(error.contains("emojibase-data 17.0.0, got 1.2.3"), "{error}");
        assert!(error.contains("@iconify-json/noto 1.2.9, got none"), "{error}");
    }

    #[test]
    fn the_lock_file_pins_what_is_asked_for_and_names_no_registry() {
        let lock: serde_json::Value = serde_json::from_str(LOCK).unwrap();
        for (name, version) in serde_json::from_str::<Package>(MANIFEST).unwrap().dependencies {
            let locked = &lock["packages"][format!("node_modules/{name}")];
            assert_eq!(locked["version"], version.as_str(), "{name}");
            assert!(locked["integrity"].as_str().unwrap().starts_with("sha512-"), "{name}");
        }
        assert!(!LOCK.contains("resolved"));
    }
}
