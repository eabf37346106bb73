//! A step of a chore, said before and after.

use std::time::Instant;

use anyhow::Result;

/// Does `work`, saying what it is and how long it took.
pub fn step<T>(what: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
    eprintln!("==> {what}");
    let start = Instant::now();
    let done = work()?;
    eprintln!("==> {what}: {:.1} s", start.elapsed().as_secs_f64());
    Ok(done)
}
