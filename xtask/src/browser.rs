//! What drives the page from outside: Chromium and Firefox, the npm scripts of package.json, and a server for them to visit.

use std::{env, fs, path::PathBuf, time::SystemTime};

use anyhow::{Context, Result, ensure};
use xshell::{Shell, cmd};

use crate::{serve, step};

/// A browser of the system's.
pub struct Browser {
    /// The environment variable that names one, which scripts read, too.
    variable: &'static str,
    /// What it may be called in PATH.
    programs: &'static [&'static str],
    /// What Debian calls it.
    package: &'static str,
}

pub const CHROMIUM: Browser = Browser {
    variable: "CHROMIUM",
    programs: &["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"],
    package: "chromium",
};

pub const FIREFOX: Browser =
    Browser { variable: "FIREFOX", programs: &["firefox-esr", "firefox"], package: "firefox-esr" };

/// Runs a script of package.json against the site in dist/, with the server's address in `BASE_URL` and the browser in its variable.
pub fn script(sh: &Shell, browser: &Browser, name: &str) -> Result<()> {
    let program = browser.program(sh)?;
    packages(sh)?;
    let url = serve::in_background(sh)?;
    cmd!(sh, "npm run --silent {name}").env("BASE_URL", url).env(browser.variable, program).run()?;
    Ok(())
}

/// Installs the packages of package-lock.json, unless they are there and no older than it.
pub fn packages(sh: &Shell) -> Result<()> {
    let modified = |path: &str| fs::metadata(sh.current_dir().join(path)).and_then(|data| data.modified()).ok();
    let installed: Option<SystemTime> = modified("node_modules/.package-lock.json");
    if installed.is_some() && installed >= modified("package-lock.json") {
        return Ok(());
    }
    ensure!(
        in_path("npm").is_some(),
        "npm was not found: install Node.js 20 or later with npm (https://nodejs.org, Debian: `apt-get install nodejs npm`)"
    );
    step("installing the browser test tools with npm", || {
        cmd!(sh, "npm ci --no-audit --no-fund").env("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1").run()?;
        Ok(())
    })
}

impl Browser {
    /// The one that the variable names, or the first found in PATH, or Debian's, installed now.
    fn program(&self, sh: &Shell) -> Result<PathBuf> {
        let Self { variable, programs, package } = self;
        if let Some(named) = env::var_os(variable).map(PathBuf::from) {
            ensure!(named.is_file(), "{variable} names {}, which is not a file", named.display());
            return Ok(named);
        }
        let find = || programs.iter().find_map(|name| in_path(name));
        if let Some(found) = find() {
            return Ok(found);
        }
        apt_install(sh, &[package]).with_context(|| {
            format!(
                "these browser tests need {package}: install it, or name one in the environment variable {variable}"
            )
        })?;
        find().with_context(|| format!("{package} was installed, but is not in PATH"))
    }
}

/// Installs Debian packages where that is possible without asking: as root.
pub fn apt_install(sh: &Shell, packages: &[&str]) -> Result<()> {
    let names = packages.join(" ");
    let root = cmd!(sh, "id -u").quiet().read().is_ok_and(|id| id == "0");
    ensure!(
        root && in_path("apt-get").is_some(),
        "not installed here: {names} (on Debian: `sudo apt-get install {names}`)"
    );
    step(&format!("installing {names}"), || {
        cmd!(sh, "apt-get update -qq").run()?;
        cmd!(sh, "apt-get install -qq -y --no-install-recommends {packages...}")
            .env("DEBIAN_FRONTEND", "noninteractive")
            .run()?;
        Ok(())
    })
}

/// Where PATH has `program`.
fn in_path(program: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    env::split_paths(&path).map(|folder| folder.join(program)).find(|file| file.is_file())
}
