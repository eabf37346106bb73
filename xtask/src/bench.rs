//! Measures the page in headless Chromium: prints its speed, or how it compares, holds it to the bounds if asked, and writes it into
//! the README.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use clap::{Args, ValueEnum};
use xshell::{Shell, cmd};

use crate::{browser, build, models, step};

/// Where the scripts write what the README has of it.
const WRITTEN: &str = "target/bench.md";

/// Where the networks lie that others run.
const NETWORKS: &str = "target/onnx";

#[derive(Args)]
pub struct Options {
    /// Fail if a bound is not kept
    #[arg(long, conflicts_with = "before")]
    check: bool,
    /// Write what was measured into the README
    #[arg(long)]
    update_readme: bool,
    /// Instead, time the engine beside another one on the same networks, in turns
    #[arg(long, value_enum)]
    beside: Option<Other>,
    /// Instead, time another build of the page beside this one, in turns: a folder like dist/
    #[arg(long, value_name = "DIST", conflicts_with = "beside")]
    before: Option<PathBuf>,
}

/// Another engine.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Other {
    Onnxruntime,
}

/// A script of package.json that measures, and between which marks of the README that is written.
struct Measure {
    script: &'static str,
    name: &'static str,
    /// What `bench` is told for it.
    flags: &'static str,
}

const SPEED: Measure = Measure { script: "bench", name: "speed", flags: "" };
const BESIDE: Measure = Measure { script: "bench:beside", name: "beside", flags: " --beside onnxruntime" };
const BEFORE: Measure = Measure { script: "bench:before", name: "before", flags: " --before DIST" };

/// Builds the page, measures it, and keeps what was measured even where a bound is not kept.
pub fn run(sh: &Shell, options: &Options) -> Result<()> {
    if let Some(dist) = &options.before {
        let page = sh.current_dir().join(dist).join("index.html");
        ensure!(page.is_file(), "expected a build of the page in {}, got no index.html there", dist.display());
    }
    build::run(sh, None)?;
    let (measure, compared) = match (&options.before, options.beside) {
        (Some(dist), _) => (BEFORE, Some(dist.display().to_string())),
        (None, Some(Other::Onnxruntime)) => {
            export(sh)?;
            (BESIDE, Some(NETWORKS.to_string()))
        }
        (None, None) => (SPEED, None),
    };
    let check = options.check.then_some("--check");
    let arguments: Vec<&str> = compared.as_deref().into_iter().chain(check).chain([WRITTEN]).collect();
    sh.remove_path(WRITTEN)?;
    let outcome = browser::CHROMIUM.script(sh, measure.script, &arguments);
    let written = sh.current_dir().join(WRITTEN);
    if options.update_readme && written.is_file() {
        let readme = sh.current_dir().join("README.md");
        let text = fs::read_to_string(&readme)?;
        fs::write(&readme, measure.replaced(&text, &fs::read_to_string(&written)?)?)?;
    }
    outcome
}

/// Writes the networks of all models that ship.
fn export(sh: &Shell) -> Result<()> {
    step("exporting the networks", || {
        for id in models::shipped(sh)? {
            let folder = Path::new(NETWORKS).join(&id);
            cmd!(sh, "cargo run --quiet --package trainer -- export --model {id} --out {folder}").run()?;
        }
        Ok(())
    })
}

impl Measure {
    fn begin(&self) -> String {
        format!("<!-- {}: written by cargo xtask bench{} --update-readme -->\n", self.name, self.flags)
    }

    fn end(&self) -> String {
        format!("<!-- end of {} -->", self.name)
    }

    /// The README with something else between the marks of this.
    fn replaced(&self, readme: &str, text: &str) -> Result<String> {
        let (begin, end) = (self.begin(), self.end());
        let (before, rest) =
            readme.split_once(&begin).with_context(|| format!("README.md has no begin mark of the {}", self.name))?;
        let (_, after) =
            rest.split_once(&end).with_context(|| format!("README.md has no end mark of the {}", self.name))?;
        Ok([before, &begin, text, &end, after].concat())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_between_the_marks_is_replaced() {
        let here = include_str!("../../README.md");
        for measure in [SPEED, BESIDE, BEFORE] {
            let (begin, end) = (measure.begin(), measure.end());
            let readme = format!("before\n{begin}old\n{end}\nafter\n");
            assert_eq!(measure.replaced(&readme, "new\n").unwrap(), format!("before\n{begin}new\n{end}\nafter\n"));
            assert!(measure.replaced("no marks", "new").is_err());
            assert!(measure.replaced(here, "new").is_ok(), "README.md has the marks of {}", measure.name);
        }
    }
}
