//! Takes the pictures of the documentation: the page as it stands, the moving one of its opening, and the previews of links.

use std::fs;

use anyhow::{Context, Result, ensure};
use clap::{Args, ValueEnum};
use xshell::Shell;

use crate::{addresses, browser::CHROMIUM, build, moving, step};

/// Where the script leaves the frames of the opening, where the moving picture of them goes, and how long each is seen, in milliseconds.
const FRAMES: &str = "target/opening";
const OPENING: &str = "docs/opening.png";
const DELAY: u16 = 80;

/// How large a file is that everybody loads who reads the README.
const MOST: usize = 1_200_000;

#[derive(Args)]
pub struct Options {
    /// Only these
    #[arg(value_enum)]
    only: Vec<Pictures>,
    /// Take them of dist/ as it is
    #[arg(long)]
    no_build: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Pictures {
    /// docs/screenshots/
    Pages,
    /// docs/opening.png, which moves, and the still one beside it
    Opening,
    /// docs/previews/: what a link is previewed by, the page's and each family's
    Previews,
}

/// Builds the page, unless told not to, and takes them.
pub fn run(sh: &Shell, options: &Options) -> Result<()> {
    if !options.no_build {
        build::run(sh, None)?;
    }
    let wanted = |pictures| options.only.is_empty() || options.only.contains(&pictures);
    if wanted(Pictures::Pages) {
        CHROMIUM.script(sh, "screenshots", &[])?;
    }
    if wanted(Pictures::Opening) {
        opening(sh)?;
    }
    if wanted(Pictures::Previews) {
        CHROMIUM.script(sh, "screenshots:previews", &[addresses::KEPT])?;
    }
    Ok(())
}

/// Takes the frames of the opening, and makes one picture of them that moves.
fn opening(sh: &Shell) -> Result<()> {
    sh.remove_path(FRAMES)?;
    CHROMIUM.script(sh, "screenshots:opening", &[FRAMES])?;
    step(&format!("assembling {OPENING}"), || {
        let mut paths = sh.read_dir(FRAMES).context("no frames were taken")?;
        paths.sort();
        let files = paths.iter().map(fs::read).collect::<Result<Vec<_>, _>>()?;
        let file = moving::assemble(&files, DELAY)?;
        ensure!(file.len() <= MOST, "{OPENING} would have {} bytes, more than {MOST}", file.len());
        println!("{OPENING}: {} frames, {} bytes", files.len(), file.len());
        Ok(sh.write_file(OPENING, file)?)
    })
}
