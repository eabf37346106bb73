//! What drives the page from outside: Chromium and Firefox, the npm scripts of package.json, and a server for them to visit.

use std::{env, fs, path::PathBuf, time::SystemTime};

use anyhow::{Context, Result, ensure};
use xshell::{Shell, cmd};

use crate::{
    faces,
    packages::{self, in_path},
    serve, step,
};

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

/// Installs the packages of package-lock.json, unless they are there and no older than it.
pub fn npm_packages(sh: &Shell) -> Result<()> {
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
    /// Runs a script of package.json against the site in dist/, with the server's address in `BASE_URL`, the browser in its variable,
    /// and the usual faces to write with; in `FACES` lie the others.
    pub fn script(&self, sh: &Shell, name: &str, arguments: &[&str]) -> Result<()> {
        let program = self.program(sh)?;
        npm_packages(sh)?;
        let faces = faces::folder(sh)?;
        let url = serve::in_background(sh)?;
        let mut command =
            cmd!(sh, "npm run --silent {name} -- {arguments...}").env("BASE_URL", url).env(self.variable, program);
        if let Some(folder) = faces {
            command = command.env("FONTCONFIG_FILE", folder.join("usual.conf")).env("FACES", folder);
        }
        Ok(command.run()?)
    }

    /// Installs what is missing: the browser, and faces to write with.
    pub fn set_up(&self, sh: &Shell) -> Result<()> {
        self.program(sh)?;
        faces::folder(sh).map(drop)
    }

    /// The one that the variable names, or the first found in PATH, or Debian's, installed now.
    pub fn program(&self, sh: &Shell) -> Result<PathBuf> {
        let Self { variable, programs, package } = self;
        if let Some(named) = env::var_os(variable).map(PathBuf::from) {
            ensure!(named.is_file(), "{variable} names {}, which is not a file", named.display());
            return Ok(named);
        }
        let find = || programs.iter().find_map(|name| in_path(name));
        if let Some(found) = find() {
            return Ok(found);
        }
        packages::install(sh, &[package])
            .with_context(|| format!("no {package} in PATH, and none is named in the variable {variable}"))?;
        find().with_context(|| format!("{package} was installed, but is not in PATH"))
    }
}
