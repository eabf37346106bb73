//! Debian's packages: the one table of all that a chore may fetch, and the question before anything is installed.

use std::{
    env, fs,
    io::{self, BufRead, IsTerminal, Write},
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail, ensure};
use xshell::{Shell, cmd};

use crate::step;

/// A package, and what for.
struct Package {
    name: &'static str,
    purpose: &'static str,
}

/// All of them. Nothing is installed or unpacked that is not named here.
const TABLE: [Package; 11] = [
    Package { name: "chromium", purpose: "browser tests, bench and screenshots, where no Chromium is in PATH" },
    Package { name: "firefox-esr", purpose: "the tests in Firefox, where none is in PATH" },
    Package { name: "rustc-web", purpose: "WebAssembly, where rustup cannot add its target" },
    Package { name: "cargo-web", purpose: "likewise" },
    Package { name: "rust-web-src", purpose: "likewise" },
    Package { name: "rust-web-clippy", purpose: "likewise" },
    // Its version is that of the compiler's LLVM, which follows.
    Package { name: "lld-", purpose: "likewise: the linker" },
    Package { name: "debootstrap", purpose: "`cargo xtask bare`" },
    Package { name: "fonts-dejavu-core", purpose: "the widest common faces, unpacked into target/" },
    Package { name: "fonts-liberation", purpose: "the usual faces, unpacked into target/" },
    Package { name: "fonts-wqy-microhei", purpose: "Chinese faces, unpacked into target/" },
];

/// Installs packages as root, after asking whoever is there.
pub fn install(sh: &Shell, names: &[&str]) -> Result<()> {
    let purposes = known(names)?.into_iter().map(|package| package.purpose).filter(|purpose| *purpose != "likewise");
    let what = format!("{} ({})", names.join(", "), purposes.collect::<Vec<_>>().join("; "));
    ensure!(in_path("apt-get").is_some(), "missing: {what}. These are Debian's names");
    let command = format!("apt-get install {}", names.join(" "));
    allowed(&format!("{what}, from Debian, as root"), &format!("sudo {command}"))?;
    step(&command, || {
        apt(sh, &["update", "-qq"])?;
        apt(sh, &[&["install", "-qq", "-y", "--no-install-recommends"], names].concat())
    })
}

/// Unpacks a package below `target/tools/packages`, without installing it, and says where; nothing if this system has no apt.
pub fn unpacked(sh: &Shell, name: &str) -> Result<Option<PathBuf>> {
    known(&[name])?;
    let packages = sh.current_dir().join("target/tools/packages");
    let folder = packages.join(name);
    if folder.is_dir() {
        return Ok(Some(folder));
    }
    if in_path("apt-get").is_none() {
        return Ok(None);
    }
    step(&format!("unpacking {name} into target/tools/packages"), || {
        // Complete before it gets its name: an interrupted run leaves nothing half done.
        let partial = packages.join(format!("{name}.partial"));
        sh.remove_path(&partial)?;
        sh.create_dir(&partial)?;
        let _there = sh.push_dir(&partial);
        let download = || cmd!(sh, "apt-get download -qq {name}").ignore_stderr().run();
        if download().is_err() {
            // A fresh system has no lists yet.
            allowed("Debian's lists of packages, as root", "sudo apt-get update")?;
            apt(sh, &["update", "-qq"])?;
            download().with_context(|| format!("apt-get has no {name}"))?;
        }
        let files = sh.read_dir(".")?;
        let file = files.first().with_context(|| format!("apt-get downloaded nothing for {name}"))?;
        cmd!(sh, "dpkg-deb --extract {file} .").run()?;
        sh.remove_path(file)?;
        fs::rename(&partial, &folder)?;
        Ok(Some(folder.clone()))
    })
}

/// Lets something of this machine's be changed: in continuous integration, and elsewhere if whoever is at the terminal says so.
pub fn allowed(what: &str, command: &str) -> Result<()> {
    let ci = env::var("CI").is_ok_and(|value| !matches!(value.as_str(), "" | "0" | "false"));
    if ci {
        return Ok(());
    }
    if !(io::stdin().is_terminal() && io::stderr().is_terminal()) {
        bail!("missing: {what}. Run `{command}`, or set CI=true to have it done");
    }
    let mut asked = io::stderr();
    write!(asked, "==> missing: {what}. Run `{command}` now? [y/N] ")?;
    asked.flush()?;
    let mut answer = String::new();
    io::stdin().lock().read_line(&mut answer)?;
    ensure!(says_yes(&answer), "missing: {what}. Run `{command}` when it suits you, and then this again");
    Ok(())
}

fn says_yes(answer: &str) -> bool {
    matches!(answer.trim().to_lowercase().as_str(), "y" | "yes")
}

/// Runs `apt-get` as root; it asks nothing more.
fn apt(sh: &Shell, arguments: &[&str]) -> Result<()> {
    let root = cmd!(sh, "id -u").quiet().read().is_ok_and(|id| id == "0");
    let sudo: &[&str] = if root { &[] } else { &["sudo"] };
    Ok(cmd!(sh, "env {sudo...} DEBIAN_FRONTEND=noninteractive apt-get {arguments...}").run()?)
}

/// What the table says of packages; one that it does not know is an error.
fn known(names: &[&str]) -> Result<Vec<&'static Package>> {
    let of = |name: &&str| TABLE.iter().find(|package| matches(package.name, name));
    let unknown = |name: &&str| format!("{name} is not in the table of packages in xtask/src/packages.rs");
    names.iter().map(|name| of(name).with_context(|| unknown(name))).collect()
}

/// Whether a name is the table's, or the table's with a version after its hyphen.
fn matches(known: &str, name: &str) -> bool {
    match known.strip_suffix('-') {
        Some(stem) => name.strip_prefix(stem).and_then(|rest| rest.strip_prefix('-')).is_some_and(is_version),
        None => known == name,
    }
}

fn is_version(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// The table as CONTRIBUTING has it.
#[cfg(test)]
fn documented() -> String {
    let shown = |name: &str| if name.ends_with('-') { format!("{name}N") } else { name.to_string() };
    let rows = TABLE.iter().map(|Package { name, purpose }| format!("| `{}` | {purpose} |\n", shown(name)));
    ["| Debian package | for |\n|---|---|\n".to_string()].into_iter().chain(rows).collect()
}

/// Where PATH has `program`.
pub fn in_path(program: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    env::split_paths(&path).map(|folder| folder.join(program)).find(|file| Path::is_file(file))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_in_the_table_is_installed() {
        assert!(known(&["chromium", "lld-22"]).is_ok());
        for name in ["cowsay", "lld", "lld-", "lld-22-tools", "lldb-22"] {
            let error = known(&["chromium", name]).err().unwrap().to_string();
            assert!(error.contains(name), "{error}");
        }
    }

    #[test]
    fn silence_is_no_consent() {
        for (answer, yes) in
            [("y\n", true), ("Yes\n", true), ("\n", false), ("", false), ("n\n", false), ("yay\n", false)]
        {
            assert_eq!(says_yes(answer), yes, "{answer:?}");
        }
    }

    #[test]
    fn contributing_names_them_all() {
        let text = include_str!("../../CONTRIBUTING.md");
        assert!(text.contains(&documented()), "CONTRIBUTING.md should have:\n{}", documented());
    }
}
