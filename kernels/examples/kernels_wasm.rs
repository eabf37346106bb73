//! The cases for WebAssembly: a module without imports, whose exports a script calls to time each case and to compare
//! its bits (`cargo xtask kernels`).

#![allow(unsafe_code, reason = "an export's name is unsafe to say; nothing else is")]

use std::cell::RefCell;

#[path = "../cases/mod.rs"]
mod cases;

thread_local! {
    static CASES: RefCell<Vec<cases::Case>> = RefCell::new(cases::all());
    static TEXT: RefCell<String> = const { RefCell::new(String::new()) };
}

/// Makes a text of the cases' shapes and methods, a line each, and returns its length.
#[unsafe(no_mangle)]
pub extern "C" fn names() -> usize {
    say(|case| format!("{}\t{}\n", case.shape, case.method))
}

/// The same with the checksum of what comes out of each.
#[unsafe(no_mangle)]
pub extern "C" fn checksums() -> usize {
    say(cases::Case::checksum)
}

/// Where the text stands in memory.
#[unsafe(no_mangle)]
pub extern "C" fn text() -> *const u8 {
    TEXT.with_borrow(|text| text.as_ptr())
}

/// Does a case some times.
#[unsafe(no_mangle)]
pub extern "C" fn run(case: usize, times: usize) {
    CASES.with_borrow_mut(|cases| (0..times).for_each(|_| cases[case].run()));
}

fn say(line: impl FnMut(&mut cases::Case) -> String) -> usize {
    let text: String = CASES.with_borrow_mut(|cases| cases.iter_mut().map(line).collect());
    TEXT.replace(text);
    TEXT.with_borrow(String::len)
}
