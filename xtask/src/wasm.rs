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

use crate::{packages, step};

const TARGET: &str = "wasm32-unknown-unknown";
const RUSTC: &str = "/usr/bin/rustc";
const CARGO: &str = "/usr/bin/cargo";
const CLIPPY: &str = "/usr/bin/cargo-clippy";
/// In the sysroot: the compiler that it was built by.
const STAMP: &str = "rustc-version";
/// A crate with a standard library and nothing else; the empty table keeps it out of this workspace.
const MANIFEST: &str =
    "[package]\nname = \"wasm-std\"\nedition = \"2024\"\n\n[lib]\ncrate-type = [\"cdylib\"]\n\n[workspace]\n";

/// How to call cargo for the wasm target.
pub struct Toolchain {
    cargo_clippy: &'static str,
    env: Vec<(&'static str, OsString)>,
}

impl Toolchain {
    /// Finds a compiler for the target, or sets one up.
    pub fn find(sh: &Shell) -> Result<Self> {
        let active = Self { cargo_clippy: "cargo-clippy", env: Vec::new() };
        if active_has_target(sh)? {
            return Ok(active);
        }
        // Looked for before rustup is asked, which would wait for its server each time.
        if let Some(distribution) = Distribution::find(sh).filter(|found| found.sysroot_is_current(sh)) {
            return Ok(distribution.toolchain(sh));
        }
        if packages::in_path("rustup").is_some() {
            packages::allowed("WebAssembly in your Rust toolchain", &format!("rustup target add {TARGET}"))?;
            if step("adding the wasm target with rustup", || Ok(rustup_adds_target()))? {
                return Ok(active);
            }
        }
        let distribution = Distribution::install(sh).context(
            "no Rust here compiles to wasm32-unknown-unknown: run `rustup target add wasm32-unknown-unknown` (see https://rustup.rs)",
        )?;
        distribution.lay_sysroot(sh)?;
        Ok(distribution.toolchain(sh))
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
    let libraries = cmd!(sh, "rustc --print target-libdir --target {TARGET}").quiet().read()?;
    Ok(Path::new(&libraries).is_dir())
}

/// Asks rustup for the target; without a network it fails at once or after a few tries, and it is never waited for longer than five minutes.
fn rustup_adds_target() -> bool {
    let Ok(mut rustup) = Command::new("rustup").args(["target", "add", TARGET]).stdin(Stdio::null()).spawn() else {
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

/// The distribution's Rust, known by what its `rustc -vV` says.
struct Distribution(String);

impl Distribution {
    fn find(sh: &Shell) -> Option<Self> {
        cmd!(sh, "{RUSTC} -vV").quiet().ignore_stderr().read().ok().map(Self)
    }

    /// Installs the packages that are missing.
    fn install(sh: &Shell) -> Result<Self> {
        let parts = [
            ("rustc-web", RUSTC),
            ("cargo-web", CARGO),
            ("rust-web-src", "/usr/lib/rustlib/src/rust/library"),
            ("rust-web-clippy", CLIPPY),
        ];
        let missing: Vec<_> =
            parts.iter().filter(|(_, file)| !Path::new(file).exists()).map(|(package, _)| *package).collect();
        if !missing.is_empty() {
            packages::install(sh, &missing)?;
        }
        let found = Self::find(sh).with_context(|| format!("{RUSTC} does not run"))?;
        if !found.linker().exists() {
            packages::install(sh, &[&format!("lld-{}", found.llvm())])?;
        }
        Ok(found)
    }

    fn llvm(&self) -> &str {
        field(&self.0, "LLVM version").and_then(|version| version.split('.').next()).unwrap_or_default()
    }

    /// The linker must read what the compiler's LLVM writes: their versions go together.
    fn linker(&self) -> PathBuf {
        format!("/usr/bin/wasm-ld-{}", self.llvm()).into()
    }

    fn sysroot(sh: &Shell) -> PathBuf {
        sh.current_dir().join("target/tools/wasm-sysroot")
    }

    fn sysroot_is_current(&self, sh: &Shell) -> bool {
        sh.read_file(Self::sysroot(sh).join(STAMP)).is_ok_and(|stamp| stamp == self.0)
    }

    /// Builds the target's standard library once for each compiler, and lays it beside a link to the host's.
    fn lay_sysroot(&self, sh: &Shell) -> Result<()> {
        if self.sysroot_is_current(sh) {
            return Ok(());
        }
        step("building the standard library for wasm (once)", || {
            let source = sh.current_dir().join("target/tools/build/wasm-std");
            sh.remove_path(&source)?;
            sh.write_file(source.join("Cargo.toml"), MANIFEST)?;
            sh.write_file(source.join("src/lib.rs"), "//! Nothing: only its standard library is wanted.\n")?;
            let manifest = source.join("Cargo.toml");
            let built = source.join("target");
            cmd!(sh, "{CARGO} build --release --target {TARGET} -Zbuild-std=std,panic_abort")
                .args(["--manifest-path".as_ref(), manifest.as_os_str(), "--target-dir".as_ref(), built.as_os_str()])
                .env("RUSTC_BOOTSTRAP", "1")
                .env("RUSTC", RUSTC)
                .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", self.linker())
                .run()?;

            // Complete before it gets its name: an interrupted run leaves nothing half done.
            let sysroot = Self::sysroot(sh);
            let partial = sysroot.with_extension("partial");
            sh.remove_path(&partial)?;
            let libraries = partial.join("lib/rustlib").join(TARGET).join("lib");
            sh.create_dir(&libraries)?;
            let mut files = sh.read_dir(built.join(TARGET).join("release/deps"))?;
            files.retain(|file| file.extension().is_some_and(|extension| extension == "rlib"));
            ensure!(!files.is_empty(), "the build of the standard library left nothing in {}", built.display());
            files.iter().try_for_each(|file| sh.copy_file(file, &libraries))?;
            let host = field(&self.0, "host").context("rustc -vV names no host")?;
            let link = partial.join("lib/rustlib");
            cmd!(sh, "ln -s /usr/lib/rustlib/{host} {link}").quiet().run()?;
            sh.write_file(partial.join(STAMP), &self.0)?;
            sh.remove_path(&sysroot)?;
            fs::rename(&partial, &sysroot)?;
            Ok(())
        })
    }

    fn toolchain(&self, sh: &Shell) -> Toolchain {
        let mut sysroot = OsString::from("--sysroot=");
        sysroot.push(Self::sysroot(sh));
        Toolchain {
            // By its full name, or cargo would find rustup's, which belongs to another compiler.
            cargo_clippy: CLIPPY,
            env: vec![
                ("RUSTC", RUSTC.into()),
                ("CARGO", CARGO.into()),
                ("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", self.linker().into()),
                ("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS", sysroot),
            ],
        }
    }
}

/// The value of a line `name: value`.
fn field<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
}

#[cfg(test)]
mod tests {
    use super::field;

    #[test]
    fn reads_the_fields_of_rustc_version() {
        let text =
            "rustc 1.96.0 (ac68faa20 2026-05-25)\nbinary: rustc\nhost: x86_64-unknown-linux-gnu\nLLVM version: 22.1.8";
        assert_eq!(field(text, "host"), Some("x86_64-unknown-linux-gnu"));
        assert_eq!(field(text, "LLVM version"), Some("22.1.8"));
        assert_eq!(field(text, "LLVM"), None);
    }
}
