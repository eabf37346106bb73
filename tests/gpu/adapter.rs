//! The adapter that tests run on: the one that Vulkan's loader finds. `cargo xtask test` names Chromium's software adapter.

use std::env;

use pollster::block_on;
use pushforward::gpu::device::Device;

/// A fresh device. Where nobody has named an adapter and there is none, a test passes over and says so; where one is
/// named, as in `cargo xtask test`, it must be there.
pub fn open() -> Option<Device> {
    let mut descriptor = wgpu::InstanceDescriptor::new_without_display_handle();
    descriptor.backends = wgpu::Backends::VULKAN;
    let instance = wgpu::Instance::new(descriptor);
    match block_on(Device::open(&instance, |reason| eprintln!("the device is lost: {reason}"))) {
        Ok(device) => Some(device),
        Err(error) if env::var_os("VK_ICD_FILENAMES").is_none() => {
            eprintln!("NOT TESTED on a GPU: {error}. `cargo xtask test native` finds a software adapter");
            None
        }
        Err(error) => panic!("{error}, though VK_ICD_FILENAMES names one"),
    }
}
