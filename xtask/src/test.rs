//! Every check of the repository, in the order in which they cost least to fail.

use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use clap::Args;
use xshell::{Shell, cmd};

use crate::{adapter, browser, build, kernels, pkg, structure, wasm::Toolchain};

/// A check, what it needs of the machine, and what it does.
#[derive(Clone, Copy)]
struct Check {
    name: &'static str,
    needs: &'static [Need],
    run: fn(&Shell) -> Result<()>,
}

/// What may have to be installed first.
#[derive(Clone, Copy, PartialEq)]
enum Need {
    Wasm,
    Npm,
    Chromium,
    Firefox,
}

/// First what the processor's own compiler checks beside what WebAssembly's does: each of the two often waits for one
/// crate, and they share no folder. What runs in a browser runs alone afterwards, as it watches the clock.
const LANES: [&[&[Check]]; 2] = [
    &[
        &[
            check("formatting", &[], |sh| Ok(cmd!(sh, "cargo fmt --all --check").run()?)),
            check("structure", &[], structure::run),
            check("clippy", &[], |sh| Ok(cmd!(sh, "cargo clippy --workspace --all-targets -- -D warnings").run()?)),
            check("native tests", &[Need::Chromium], |sh| {
                Ok(cmd!(sh, "cargo test --workspace").envs(adapter::variables(sh)?).run()?)
            }),
            check("ONNX", &[Need::Npm], |sh| {
                browser::npm_packages(sh)?;
                // Of the whole workspace, as before: the trainer alone asks its dependencies for less, which builds them anew.
                Ok(cmd!(sh, "cargo test --workspace onnx -- --ignored").run()?)
            }),
        ],
        &[
            // In the profile of the page, whose build scripts and macros it thereby shares; with what trains, too, so that
            // a page could, and with WebGPU.
            check("clippy for wasm", &[Need::Wasm], |sh| {
                let command = Toolchain::find(sh)?.clippy(sh).args([
                    "--lib",
                    "--features",
                    "training,plans,webgpu",
                    "--profile",
                    "web",
                ]);
                Ok(command.args(["--", "-D", "warnings"]).run()?)
            }),
            check("kernels for wasm", &[Need::Wasm], kernels::check),
            check("page", &[Need::Wasm], |sh| build::run(sh, None)),
        ],
    ],
    &[&[
        check("npm package", &[], pkg::run),
        check("JavaScript lints", &[Need::Npm], |sh| npm(sh, "lint")),
        check("JavaScript types", &[Need::Npm], |sh| npm(sh, "types")),
        check("apps", &[Need::Npm, Need::Chromium], |sh| browser::CHROMIUM.script(sh, "test:apps", &[])),
        check("Firefox tests", &[Need::Npm, Need::Firefox], |sh| browser::FIREFOX.script(sh, "test:firefox", &[])),
        // In the usual faces, and in the widest.
        check("layouts", &[Need::Npm, Need::Chromium], |sh| browser::CHROMIUM.script(sh, "test", &["--grep", LAYOUTS])),
        check("browser tests", &[Need::Npm, Need::Chromium], |sh| {
            browser::CHROMIUM.script(sh, "test", &["--grep-invert", LAYOUTS])
        }),
    ]],
];

/// How tests of layouts are tagged.
const LAYOUTS: &str = "@layout";

const fn check(name: &'static str, needs: &'static [Need], run: fn(&Shell) -> Result<()>) -> Check {
    Check { name, needs, run }
}

impl Need {
    /// Installs what is missing.
    fn set_up(self, sh: &Shell) -> Result<()> {
        match self {
            Self::Wasm => Toolchain::find(sh).map(drop),
            Self::Npm => browser::npm_packages(sh),
            Self::Chromium => browser::CHROMIUM.set_up(sh),
            Self::Firefox => browser::FIREFOX.set_up(sh),
        }
    }
}

#[derive(Args)]
pub struct Options {
    /// Only the checks whose name contains this, such as `browser`
    #[arg(default_value = "")]
    only: String,
}

/// What came of a check, and after how long.
type Outcome = (&'static str, Duration, Result<()>);

/// Runs the checks up to the first that fails, and sums up.
pub fn run(sh: &Shell, Options { only }: &Options) -> Result<()> {
    let all = LANES.concat().concat();
    let names: Vec<&str> = all.iter().map(|check| check.name).collect();
    ensure!(names.iter().any(|name| name.contains(only)), "no check is named {only}; there are: {}", names.join(", "));
    // Before anything is checked: whoever is asked whether to install something is still here, and asked by one.
    for need in [Need::Wasm, Need::Npm, Need::Chromium, Need::Firefox] {
        if all.iter().any(|check| check.name.contains(only) && check.needs.contains(&need)) {
            need.set_up(sh)?;
        }
    }
    let root = sh.current_dir();
    let mut outcomes: Vec<Outcome> = Vec::new();
    for lanes in LANES {
        let running = |lane: &[Check]| -> Result<Vec<Outcome>> {
            // A shell is of one thread.
            let own = Shell::new()?;
            own.change_dir(&root);
            let wanted = lane.iter().filter(|check| check.name.contains(only));
            Ok(up_to_a_failure(wanted.map(|check| outcome(&own, *check))))
        };
        let ended = thread::scope(|scope| {
            let lanes: Vec<_> = lanes.iter().map(|lane| scope.spawn(|| running(lane))).collect();
            lanes.into_iter().map(|lane| lane.join().expect("a check does not panic")).collect::<Result<Vec<_>>>()
        })?;
        outcomes.extend(ended.into_iter().flatten());
        if outcomes.iter().any(|(.., outcome)| outcome.is_err()) {
            break;
        }
    }
    print(&outcomes);
    outcomes.into_iter().try_for_each(|(name, _, outcome)| outcome.with_context(|| format!("{name} failed")))
}

fn outcome(sh: &Shell, Check { name, run, .. }: Check) -> Outcome {
    eprintln!("\n==> {name}");
    let start = Instant::now();
    let outcome = run(sh);
    if let Err(error) = &outcome {
        eprintln!("\n==> {name} failed: {error:#}");
    }
    (name, start.elapsed(), outcome)
}

/// Outcomes as long as they are good, and the first that is not.
fn up_to_a_failure(outcomes: impl Iterator<Item = Outcome>) -> Vec<Outcome> {
    let mut kept = Vec::new();
    for outcome in outcomes {
        let failed = outcome.2.is_err();
        kept.push(outcome);
        if failed {
            break;
        }
    }
    kept
}

fn npm(sh: &Shell, script: &str) -> Result<()> {
    browser::npm_packages(sh)?;
    Ok(cmd!(sh, "npm run --silent {script}").run()?)
}

fn print(outcomes: &[Outcome]) {
    println!();
    for (name, time, outcome) in outcomes {
        println!("{name:<18}{:>8.1} s  {}", time.as_secs_f64(), if outcome.is_ok() { "ok" } else { "FAILED" });
    }
    let passed = outcomes.iter().filter(|(.., outcome)| outcome.is_ok()).count();
    println!("\n{passed} passed, {} failed", outcomes.len() - passed);
}
