//! A compiler for wasm32-unknown-unknown: the active one, with the target added by rustup, or else the distribution's.
//!
//! Where rustup cannot reach its server, Debian has a compiler, its source and a linker; the target's standard library
//! then builds in half a minute and is laid into a sysroot under `target/tools`.

use std::{
    ffi::OsString,
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use xshell::{Cmd, Shell, cmd};

use crate::{browser::apt_install, step};

const TARGET: &str = "wasm32-unknown-unknown";
const RUSTC: &str = "/usr/bin/rustc";
const CARGO: &str = "/usr/bin/cargo";
const CLIPPY: &str = "/usr/bin/cargo-clippy";
const LIBRARY: &str = "/usr/lib/rustlib/src/rust/library";

/// How to call cargo for the wasm target.
pub struct Toolchain {
    cargo_clippy: &'static str,
    env: Vec<(&'static str, OsString)>,
}

impl Toolchain {
    /// Finds a compiler for the target, or sets one up.
    pub fn find(sh: &Shell) -> Result<Self> {
        if active_has_target(sh)?
            || step("adding the wasm target with rustup", || {
                Ok(rustup_adds_target())
            })?
        {
            return Ok(Self {
                cargo_clippy: "cargo-clippy",
                env: Vec::new(),
            });
        }
        let linker = install_distribution(sh)?;
        let sysroot = lay_sysroot(sh, &linker)?;
        let flag = format!("--sysroot={}", sysroot.display());
        Ok(Self {
            // By its full name, or cargo would find the one of rustup, which belongs to another compiler.
            cargo_clippy: CLIPPY,
            env: vec![
                ("RUSTC", RUSTC.into()),
                ("CARGO", CARGO.into()),
                ("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", linker.into()),
                ("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS", flag.into()),
            ],
        })
    }

    /// `command`, with the environment that makes cargo use this compiler.
    pub fn with<'a>(&self, command: Cmd<'a>) -> Cmd<'a> {
        command.envs(self.env.iter().cloned())
    }

    /// Clippy of the same version as the compiler.
    pub fn clippy<'a>(&self, sh: &'a Shell) -> Cmd<'a> {
        let program = self.cargo_clippy;
        self.with(cmd!(sh, "{program} clippy --target {TARGET}"))
    }
}

fn active_has_target(sh: &Shell) -> Result<bool> {
    let libraries = cmd!(sh, "rustc --print target-libdir --target {TARGET}")
        .quiet()
        .read()?;
    Ok(Path::new(&libraries).is_dir())
}

/// Asks rustup for the target; without a network it fails at once or after a few tries, and never is waited for longer than five minutes.
fn rustup_adds_target() -> bool {
    let Ok(mut rustup) = Command::new("rustup")
        .args(["target", "add", TARGET])
        .stdin(Stdio::null())
        .spawn()
    else {
        eprintln!("rustup is not installed");
        return false;
    };
    let start = Instant::now();
    while start.elapsed() < Duration::from_secs(300) {
        match rustup.try_wait() {
            Ok(Some(status)) => return status.success(),
            Ok(None) => thread::sleep(Duration::from_millis(100)),
            Err(_) => break,
        }
    }
    let _ = rustup.kill().and_then(|()| rustup.wait());
    false
}

/// Makes sure that the distribution's Rust is there, and returns the linker that belongs to it.
fn install_distribution(sh: &Shell) -> Result<PathBuf> {
    let advice = "no Rust with the target wasm32-unknown-unknown: run `rustup target add wasm32-unknown-unknown` (see https://rustup.rs)";
    let parts = [
        ("rustc-web", RUSTC),
        ("cargo-web", CARGO),
        ("rust-web-src", LIBRARY),
        ("rust-web-clippy", CLIPPY),
    ];
    let missing =
        |(package, file): &(&'static str, &str)| (!Path::new(file).exists()).then_some(*package);
    let missing: Vec<_> = parts.iter().filter_map(missing).collect();
    if !missing.is_empty() {
        apt_install(sh, &missing).context(advice)?;
    }
    // The linker must read what the compiler's LLVM writes.
    let version = cmd!(sh, "{RUSTC} -vV").quiet().read()?;
    let llvm = field(&version, "LLVM version")
        .and_then(|version| version.split('.').next())
        .context("rustc -vV names no LLVM")?;
    let linker = PathBuf::from(format!("/usr/bin/wasm-ld-{llvm}"));
    if !linker.exists() {
        apt_install(sh, &[&format!("lld-{llvm}")]).context(advice)?;
    }
    Ok(linker)
}

/// Builds the target's standard library once for each compiler, and lays it beside a link to the host's.
fn lay_sysroot(sh: &Shell, linker: &Path) -> Result<PathBuf> {
    let version = cmd!(sh, "{RUSTC} -vV").quiet().read()?;
    let sysroot = sh.current_dir().join("target/tools/wasm-sysroot");
    let stamp = sysroot.join("rustc-version");
    if fs::read_to_string(&stamp).is_ok_and(|stamp| stamp == version) {
        return Ok(sysroot);
    }
    step("building the standard library for wasm (once)", || {
        let source = sh.current_dir().join("target/tools/build/wasm-std");
        // The empty table keeps the crate out of this workspace.
        let manifest = "[package]\nname = \"wasm-std\"\nedition = \"2024\"\n\n[lib]\ncrate-type = [\"cdylib\"]\n\n[workspace]\n";
        sh.write_file(source.join("Cargo.toml"), manifest)?;
        sh.write_file(
            source.join("src/lib.rs"),
            "//! Nothing: only its standard library is wanted.\n",
        )?;
        let manifest = source.join("Cargo.toml");
        let built = source.join("target");
        sh.remove_path(&built)?;
        cmd!(
            sh,
            "{CARGO} build --release --target {TARGET} -Zbuild-std=std,panic_abort"
        )
        .args([
            "--manifest-path".as_ref(),
            manifest.as_os_str(),
            "--target-dir".as_ref(),
            built.as_os_str(),
        ])
        .env("RUSTC_BOOTSTRAP", "1")
        .env("RUSTC", RUSTC)
        .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", linker)
        .run()?;

        let partial = sysroot.with_extension("partial");
        sh.remove_path(&partial)?;
        let libraries = partial.join("lib/rustlib").join(TARGET).join("lib");
        sh.create_dir(&libraries)?;
        let mut files = sh.read_dir(built.join(TARGET).join("release/deps"))?;
        files.retain(|file| {
            file.extension()
                .is_some_and(|extension| extension == "rlib")
        });
        ensure!(
            !files.is_empty(),
            "the build of the standard library left nothing in {}",
            built.display()
        );
        files
            .iter()
            .try_for_each(|file| sh.copy_file(file, &libraries))?;
        let host = field(&version, "host").context("rustc -vV names no host")?;
        let link = partial.join("lib/rustlib");
        cmd!(sh, "ln -s /usr/lib/rustlib/{host} {link}")
            .quiet()
            .run()?;
        sh.write_file(partial.join("rustc-version"), &version)?;
        sh.remove_path(&sysroot)?;
        fs::rename(&partial, &sysroot)?;
        Ok(sysroot)
    })
}

/// The value of a line `name: value`.
fn field<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    text.lines()
        .find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
}

#[cfg(test)]
mod tests {
    use super::field;

    #[test]
    fn reads_the_fields_of_rustc_version() {
        let text = "rustc 1.96.0 (ac68faa20 2026-05-25)\nbinary: rustc\nhost: x86_64-unknown-linux-gnu\nLLVM version: 22.1.8";
        assert_eq!(field(text, "host"), Some("x86_64-unknown-linux-gnu"));
        assert_eq!(field(text, "LLVM version"), Some("22.1.8"));
        assert_eq!(field(text, "LLVM"), None);
    }
}
