//! The same bits everywhere: `kernels/cases/checksums.txt` has the checksums of what comes out of every kernel, natively and
//! in WebAssembly (`cargo xtask test kernels`). `UPDATE_CHECKSUMS=1 cargo test -p kernels bits` writes it anew.

use std::{env, fs};

use crate::cases;

#[test]
fn every_kernel_gives_the_bits_that_are_written_down() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/cases/checksums.txt");
    let came: String = cases::all().iter_mut().map(cases::Case::checksum).collect();
    if env::var_os("UPDATE_CHECKSUMS").is_some() {
        fs::write(file, &came).expect("the file can be written");
    }
    let expected = fs::read_to_string(file).expect("the checksums are there");
    let differing: Vec<_> = came.lines().zip(expected.lines()).filter(|(came, expected)| came != expected).collect();
    assert!(differing.is_empty() && came.len() == expected.len(), "came, expected: {differing:#?}");
}
