//! Measures the page in headless Chromium: prints its speed, holds it to the bounds if asked, and writes it into the README.

use std::fs;

use anyhow::{Context, Result};
use clap::Args;
use xshell::Shell;

use crate::{browser, build};

/// What bench.mjs writes, as the README has it.
const WRITTEN: &str = "target/bench.md";
const BEGIN: &str = "<!-- speed: written by cargo xtask bench --update-readme -->\n";
const END: &str = "<!-- end of speed -->";

#[derive(Args)]
pub struct Options {
    /// Fail if a bound is not kept
    #[arg(long)]
    check: bool,
    /// Write what was measured into the README
    #[arg(long)]
    update_readme: bool,
}

/// Builds the page, measures it, and keeps what was measured even where a bound is not kept.
pub fn run(sh: &Shell, options: &Options) -> Result<()> {
    build::run(sh)?;
    let flags: &[&str] = if options.check { &["--check"] } else { &[] };
    sh.remove_path(WRITTEN)?;
    let outcome = browser::CHROMIUM.script(sh, "bench", &[flags, &[WRITTEN]].concat());
    let written = sh.current_dir().join(WRITTEN);
    if options.update_readme && written.is_file() {
        let readme = sh.current_dir().join("README.md");
        let text = fs::read_to_string(&readme)?;
        fs::write(&readme, replaced(&text, &fs::read_to_string(&written)?)?)?;
    }
    outcome
}

/// The README with another speed between its marks.
fn replaced(readme: &str, speed: &str) -> Result<String> {
    let (before, rest) = readme.split_once(BEGIN).context("README.md has no begin mark of the speed")?;
    let (_, after) = rest.split_once(END).context("README.md has no end mark of the speed")?;
    Ok([before, BEGIN, speed, END, after].concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_between_the_marks_is_replaced() {
        let readme = format!("before\n{BEGIN}old\n{END}\nafter\n");
        assert_eq!(replaced(&readme, "new\n").unwrap(), format!("before\n{BEGIN}new\n{END}\nafter\n"));
        assert!(replaced("no marks", "new").is_err());
        let here = include_str!("../../README.md");
        assert!(replaced(here, "new").is_ok(), "README.md has the marks");
    }
}
