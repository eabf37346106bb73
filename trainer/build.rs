//! Tells the program what it is made of.

use std::path::Path;

#[path = "src/sources.rs"]
mod sources;

fn main() -> std::io::Result<()> {
    for path in sources::PATHS {
        println!("cargo::rerun-if-changed={path}");
    }
    // A build script runs in its package's folder, wherever that lay when it was compiled.
    println!("cargo::rustc-env=SOURCES={}", sources::sha256(Path::new("."))?);
    Ok(())
}
