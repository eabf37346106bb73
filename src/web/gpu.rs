//! The WebGPU adapter: asked for its facts first, opened only if it is chosen, and only by a module that can.

use js_sys::{Function, Promise, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

use crate::device::{Adapter, Reason};

#[cfg_attr(not(feature = "webgpu"), path = "gpu/without.rs")]
mod burn_wgpu;

pub use burn_wgpu::{Queue, open};

/// Asks the browser for an adapter and what it says of itself.
///
/// wgpu passes on a description at best, so the browser is asked directly here.
pub async fn find() -> Result<Adapter, Reason> {
    let gpu = get(&get(&js_sys::global(), "navigator"), "gpu");
    if !gpu.is_object() {
        return Err(Reason::Unknown);
    }
    let request: Function = get(&gpu, "requestAdapter").dyn_into().map_err(|_| Reason::Unknown)?;
    let promise = request.call0(&gpu).map_err(|error| refusal(&error))?;
    let adapter = JsFuture::from(Promise::resolve(&promise)).await.map_err(|error| refusal(&error))?;
    if !adapter.is_object() {
        return Err(Reason::Nothing);
    }
    let info = get(&adapter, "info");
    let text = |name: &str| get(&info, name).as_string().unwrap_or_default();
    let fallback = [&info, &adapter].iter().any(|object| get(object, "isFallbackAdapter").is_truthy());
    Ok(Adapter {
        vendor: text("vendor"),
        architecture: text("architecture"),
        description: text("description"),
        fallback,
    })
}

/// A property, or `undefined` where there is none.
fn get(object: &JsValue, name: &str) -> JsValue {
    Reflect::get(object, &name.into()).unwrap_or(JsValue::UNDEFINED)
}

fn refusal(error: &JsValue) -> Reason {
    Reason::Refused { message: get(error, "message").as_string().unwrap_or_else(|| "no reason was given".into()) }
}
