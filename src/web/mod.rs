//! The browser: the typed API that `www/` sees, and the only place that knows wasm-bindgen.
//!
//! [`pure`] answers at once and needs no device; [`engine`] draws pictures and lives in a worker; [`run`] is a picture on its
//! way, and [`home`] brings it; [`gpu`] finds the adapter, and [`plans`] draws on it without Burn; [`convert`] carries values
//! and errors across the border.

mod convert;
mod engine;
mod gpu;
mod home;
#[cfg_attr(not(feature = "plans"), path = "plans/without.rs")]
mod plans;
mod pure;
mod run;

use wasm_bindgen::prelude::wasm_bindgen;

#[allow(unsafe_code)]
unsafe extern "C" {
    /// The linker's function that runs all constructors of the module.
    fn __wasm_call_ctors();
}

/// Runs once in every instance of the module: panics then say where they happened.
#[wasm_bindgen(start)]
pub fn start() {
    // A module that never calls its constructors itself is taken for a command, every export of which
    // runs them anew: that took longer than drawing a picture. cubecl-ir registers its operations by them.
    //
    // SAFETY: this runs once an instance, before anything else of it, as the linker asks for.
    #[allow(unsafe_code)]
    unsafe {
        __wasm_call_ctors();
    }
    console_error_panic_hook::set_once();
}
