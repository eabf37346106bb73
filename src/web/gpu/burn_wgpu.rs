//! WebGPU as Burn's own backend drives it, for every family alike.

use burn::tensor::Device;
use burn_wgpu::{RuntimeOptions, WgpuRuntime, WgpuSetup, try_init_device};
use cubecl_runtime::client::Client;
use cubecl_runtime::runtime::Runtime;

use crate::device::{DeviceError, Reason};

/// What the device has been given to do.
#[derive(Clone)]
pub struct Queue(Client);

impl Queue {
    /// Waits until all of it is done.
    pub fn settled(&self) -> impl Future<Output = Result<(), DeviceError>> + use<> {
        let done = self.0.sync();
        async { done.await.map_err(|reason| DeviceError::Failed(format!("{reason:?}"))) }
    }
}

/// Opens the adapter as a Burn device, and what is needed to wait for it; `lost` is called if the browser takes it away.
pub async fn open(lost: impl Fn(String) + 'static) -> Result<(Device, Queue), Reason> {
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
    Ok((Device::new(device), Queue(client)))
}

fn refused(error: &dyn std::fmt::Display) -> Reason {
    Reason::Refused { message: error.to_string() }
}
