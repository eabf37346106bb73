//! The browser: the typed API that `www/` sees, and the only place that knows wasm-bindgen.
//!
//! [`pure`] answers at once and needs no device; [`engine`] draws pictures and lives in a worker;
//! [`gpu`] finds the adapter; [`convert`] carries values and errors across the border.

mod convert;
mod engine;
mod gpu;
mod pure;

use wasm_bindgen::prelude::wasm_bindgen;

/// Runs once in every instance of the module: panics then say where they happened.
#[wasm_bindgen(start)]
pub fn start() {
    console_error_panic_hook::set_once();
}
