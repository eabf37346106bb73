//! Every check of the repository, in the order in which they cost least to fail.

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use clap::Args;
use xshell::{Shell, cmd};

use crate::{browser, build, pkg, wasm::Toolchain};

type Check = fn(&Shell) -> Result<()>;

const CHECKS: [(&str, Check); 10] = [
    ("formatting", |sh| Ok(cmd!(sh, "cargo fmt --all --check").run()?)),
    ("clippy", |sh| Ok(cmd!(sh, "cargo clippy --workspace --all-targets -- -D warnings").run()?)),
    ("native tests", |sh| Ok(cmd!(sh, "cargo test --workspace").run()?)),
    // In the profile of the page, whose build scripts and macros it thereby shares.
    ("clippy for wasm", |sh| {
        Ok(Toolchain::find(sh)?.clippy(sh).args(["--lib", "--profile", "web", "--", "-D", "warnings"]).run()?)
    }),
    ("page", build::run),
    ("npm package", pkg::run),
    ("JavaScript lints", |sh| npm(sh, "lint")),
    ("JavaScript types", |sh| npm(sh, "types")),
    ("Firefox tests", |sh| browser::script(sh, &browser::FIREFOX, "test:firefox")),
    ("browser tests", |sh| browser::script(sh, &browser::CHROMIUM, "test")),
];

#[derive(Args)]
pub struct Options {
    /// Only the checks whose name contains this, such as `browser`
    #[arg(default_value = "")]
    only: String,
}

/// Runs the checks up to the first that fails, and sums up.
pub fn run(sh: &Shell, Options { only }: &Options) -> Result<()> {
    let names = CHECKS.map(|(name, _)| name);
    ensure!(names.iter().any(|name| name.contains(only)), "no check is named {only}; there are: {}", names.join(", "));
    let mut summary = Vec::new();
    for (name, check) in CHECKS.into_iter().filter(|(name, _)| name.contains(only)) {
        eprintln!("\n==> {name}");
        let start = Instant::now();
        let outcome = check(sh);
        summary.push((name, start.elapsed(), outcome.is_ok()));
        if let Err(error) = outcome {
            print(&summary);
            return Err(error.context(format!("{name} failed")));
        }
    }
    print(&summary);
    Ok(())
}

fn npm(sh: &Shell, script: &str) -> Result<()> {
    browser::packages(sh)?;
    Ok(cmd!(sh, "npm run --silent {script}").run()?)
}

fn print(summary: &[(&str, Duration, bool)]) {
    println!();
    for (name, time, passed) in summary {
        println!("{name:<18}{:>8.1} s  {}", time.as_secs_f64(), if *passed { "ok" } else { "FAILED" });
    }
    let passed = summary.iter().filter(|(.., passed)| *passed).count();
    println!("\n{passed} passed, {} failed", summary.len() - passed);
}
