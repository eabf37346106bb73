//! Runs checks in a bare Debian below `target/bare`, on a fresh clone of what is committed: nothing that this machine got by hand is there.
//!
//! In it are a C compiler and git; Node.js and Rust are this machine's. Needs root, and leaves nothing mounted.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, ensure};
use clap::Args;
use xshell::{Shell, cmd};

use crate::{packages, step};

/// Where the clone lies in the root.
const CLONE: &str = "pushforward";
/// Of the page and the package that are built here, so that checks of them need not build them first.
const BUILT: [&str; 2] = ["dist", "pkg/dist"];

/// In a mount namespace of its own, which ends with it: $1 is the root, $2 and $3 are Rust's folders, $4 what is to be checked.
/// Whom this machine trusts on the network is trusted there.
const INSIDE: &str = r#"
set -eu
mount -t proc proc "$1/proc"
mount --rbind /dev "$1/dev"
for folder in "$2" "$3" /etc/ssl; do
    mkdir -p "$1$folder"
    mount --bind "$folder" "$1$folder"
done
authorities=/etc/ssl/certs/ca-certificates.crt
exec chroot "$1" env -i CI=true HOME=/root LANG=C.UTF-8 CARGO_HOME="$2" RUSTUP_HOME="$3" \
    NODE_EXTRA_CA_CERTS="$authorities" SSL_CERT_FILE="$authorities" \
    PATH="$2/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin" \
    sh -c 'cd /pushforward && exec cargo xtask test "$0"' "$4"
"#;

#[derive(Args)]
pub struct Options {
    /// Only the checks whose name contains this, such as `browser`
    #[arg(default_value = "")]
    only: String,
}

/// Makes the root, unless it is there, brings the clone up to date, and runs the checks.
pub fn run(sh: &Shell, Options { only }: &Options) -> Result<()> {
    ensure!(cmd!(sh, "id -u").quiet().read()? == "0", "a bare root can only be made by root");
    let root = root(sh)?;
    clone(sh, &root)?;
    let [cargo, rustup] = [("CARGO_HOME", ".cargo"), ("RUSTUP_HOME", ".rustup")].map(|(variable, usual)| {
        env::var_os(variable).map_or_else(|| env::home_dir().unwrap_or_default().join(usual), PathBuf::from)
    });
    Ok(cmd!(sh, "unshare --mount --propagation private sh -c {INSIDE} bare {root} {cargo} {rustup} {only}").run()?)
}

/// The root: Debian's least, with a compiler, git and Node.js.
fn root(sh: &Shell) -> Result<PathBuf> {
    let root = fs::canonicalize(sh.current_dir().join("target"))?.join("bare");
    if root.is_dir() {
        return Ok(root);
    }
    if packages::in_path("debootstrap").is_none() {
        packages::install(sh, &["debootstrap"])?;
    }
    let release = sh.read_file("/etc/os-release")?;
    let suite = release
        .lines()
        .find_map(|line| line.strip_prefix("VERSION_CODENAME="))
        .context("/etc/os-release names no suite")?;
    step("making a bare root in target/bare (once)", || {
        // Complete before it gets its name: an interrupted run leaves nothing half done.
        let partial = root.with_extension("partial");
        sh.remove_path(&partial)?;
        cmd!(sh, "debootstrap --variant=minbase --include=ca-certificates,gcc,libc6-dev,git {suite} {partial}")
            .run()?;
        // From where this machine has its packages.
        sh.remove_path(partial.join("etc/apt/sources.list"))?;
        cmd!(sh, "cp -r /etc/apt/. {partial}/etc/apt/").run()?;
        cmd!(sh, "cp -r /usr/share/keyrings/. {partial}/usr/share/keyrings/").run()?;
        cmd!(sh, "cp /etc/resolv.conf {partial}/etc/resolv.conf").run()?;
        node(sh, &partial.join("usr/local"))?;
        fs::rename(&partial, &root)?;
        Ok(root.clone())
    })
}

/// This machine's Node.js, with npm.
fn node(sh: &Shell, place: &Path) -> Result<()> {
    let found = |program: &str| packages::in_path(program).with_context(|| format!("{program} is not in PATH"));
    let (node, npm) = (fs::canonicalize(found("node")?)?, fs::canonicalize(found("npm")?)?);
    let package = npm.ancestors().nth(2).context("npm does not lie in its package")?;
    cmd!(sh, "cp {node} {place}/bin/node").run()?;
    sh.create_dir(place.join("lib/node_modules"))?;
    cmd!(sh, "cp -r {package} {place}/lib/node_modules/npm").run()?;
    for name in ["npm", "npx"] {
        cmd!(sh, "ln -s ../lib/node_modules/npm/bin/{name}-cli.js {place}/bin/{name}").run()?;
    }
    Ok(())
}

/// What is committed here, in the root; what was built there before stays.
fn clone(sh: &Shell, root: &Path) -> Result<()> {
    let (here, clone) = (sh.current_dir(), root.join(CLONE));
    cmd!(sh, "git init -q {clone}").run()?;
    cmd!(sh, "git -C {clone} fetch -q {here} HEAD").run()?;
    cmd!(sh, "git -C {clone} checkout -q --force FETCH_HEAD").run()?;
    cmd!(sh, "git -C {clone} clean -fdq").run()?;
    for built in BUILT.iter().filter(|built| here.join(built).is_dir()) {
        let (from, to) = (here.join(built), clone.join(built));
        sh.remove_path(&to)?;
        cmd!(sh, "cp -r {from} {to}").run()?;
    }
    Ok(())
}
