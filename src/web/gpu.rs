//! The WebGPU adapter: asked for its facts first, opened only if it is chosen.

use burn::tensor::Device;
use burn_wgpu::{RuntimeOptions, WgpuRuntime, WgpuSetup, try_init_device};
use cubecl_runtime::client::Client;
use cubecl_runtime::runtime::Runtime;
use js_sys::{Function, Promise, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

use crate::device::{Adapter, Reason};

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

/// Opens the adapter as a Burn device, and what is needed to wait for it; `lost` is called if the browser takes it away.
pub async fn open(lost: impl Fn(String) + 'static) -> Result<(Device, Client), Reason> {
    let mut descriptor = wgpu::InstanceDescriptor::new_without_display_handle();
    descriptor.backends = wgpu::Backends::BROWSER_WEBGPU;
    let instance = wgpu::Instance::new(descriptor);
    let options =
        wgpu::RequestAdapterOptions { power_preference: wgpu::PowerPreference::HighPerformance, ..Default::default() };
    let adapter = instance.request_adapter(&options).await.map_err(|error| refused(&error))?;
    let descriptor = wgpu::DeviceDescriptor {
        label: Some("pushforward"),
        required_features: adapter.features().difference(wgpu::Features::MAPPABLE_PRIMARY_BUFFERS),
        required_limits: adapter.limits(),
        memory_hints: wgpu::MemoryHints::MemoryUsage,
        ..Default::default()
    };
    let (device, queue) = adapter.request_device(&descriptor).await.map_err(|error| refused(&error))?;
    // wgpu wants a callback that could be sent to another thread; here there is only this one.
    let lost = send_wrapper::SendWrapper::new(lost);
    device.set_device_lost_callback(move |reason, message| lost(format!("{reason:?}: {message}")));
    let setup = WgpuSetup { instance, adapter, device, queue, backend: wgpu::Backend::BrowserWebGpu };
    let device = try_init_device(setup, RuntimeOptions::default()).map_err(|error| refused(&error))?;
    let client = <WgpuRuntime>::client(&device);
    Ok((Device::new(device), client))
}

/// A property, or `undefined` where there is none.
fn get(object: &JsValue, name: &str) -> JsValue {
    Reflect::get(object, &name.into()).unwrap_or(JsValue::UNDEFINED)
}

fn refusal(error: &JsValue) -> Reason {
    Reason::Refused { message: get(error, "message").as_string().unwrap_or_else(|| "no reason was given".into()) }
}

fn refused(error: &dyn std::fmt::Display) -> Reason {
    Reason::Refused { message: error.to_string() }
}
