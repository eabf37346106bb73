//! The programs that build the page, installed once into `target/tools/bin`: Trunk and wasm-bindgen.

use std::env;

use anyhow::{Context, Result, ensure};
use xshell::{PushEnv, Shell, cmd};

use crate::step;

/// The last version that builds with the Rust this repository asks for.
const TRUNK: &str = "0.21.14";

/// Installs what is missing and puts the tools first in PATH for as long as the guard lives.
pub fn ensure_all(sh: &Shell) -> Result<PushEnv<'_>> {
    let lock = sh.read_file("Cargo.lock")?;
    // The program and the library speak a private format: their versions must be the same.
    let bindgen = locked_version(&lock, "wasm-bindgen").context("Cargo.lock does not name wasm-bindgen")?;
    install(sh, "wasm-bindgen-cli", "wasm-bindgen", bindgen, &[])?;
    install(sh, "trunk", "trunk", TRUNK, &["--locked"])?;

    let bin = sh.current_dir().join("target/tools/bin");
    let path = env::var_os("PATH").unwrap_or_default();
    let path = env::join_paths(std::iter::once(bin).chain(env::split_paths(&path)))?;
    Ok(sh.push_env("PATH", path))
}

/// Installs `program` of `package`, unless it is there in that version.
///
/// Cargo moves the program into place only when it is complete, and the build folder lets an interrupted install go on.
fn install(sh: &Shell, package: &str, program: &str, version: &str, flags: &[&str]) -> Result<()> {
    let installed = || {
        let program = sh.current_dir().join("target/tools/bin").join(program);
        let said = cmd!(sh, "{program} --version").quiet().ignore_stderr().read().unwrap_or_default();
        said.split_whitespace().nth(1) == Some(version)
    };
    if installed() {
        return Ok(());
    }
    step(&format!("installing {package} {version} (once, minutes)"), || {
        cmd!(sh, "cargo install {package} --version ={version} --root target/tools {flags...}")
            .env("CARGO_TARGET_DIR", sh.current_dir().join("target/tools/build"))
            // Fat LTO and the last level of optimization double the wait for a program that mostly waits for others.
            .env("CARGO_PROFILE_RELEASE_LTO", "off")
            .env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "1")
            .env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16")
            .run()?;
        ensure!(installed(), "{package} was installed, but target/tools/bin/{program} is not version {version}");
        Ok(())
    })
}

/// The version of `package` in the text of a Cargo.lock.
fn locked_version<'a>(lock: &'a str, package: &str) -> Option<&'a str> {
    let name = format!("name = \"{package}\"");
    let mut lines = lock.lines().skip_while(|line| *line != name);
    lines.nth(1)?.strip_prefix("version = \"")?.strip_suffix('"')
}

#[cfg(test)]
mod tests {
    use super::locked_version;

    const LOCK: &str = r#"
[[package]]
name = "wasm-bindgen-shared"
version = "0.2.1"

[[package]]
name = "wasm-bindgen"
version = "0.2.130"
source = "registry"
"#;

    #[test]
    fn finds_exactly_the_named_package() {
        assert_eq!(locked_version(LOCK, "wasm-bindgen"), Some("0.2.130"));
        assert_eq!(locked_version(LOCK, "wasm-bindgen-shared"), Some("0.2.1"));
        assert_eq!(locked_version(LOCK, "wasm"), None);
    }
}
