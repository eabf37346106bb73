//! Models that an engine on the CPU draws on WebGPU, by plans of their networks; Burn's own backend has no part in it.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use super::convert::Outcome;
use crate::device::{DeviceError, Reason};
use crate::generator::Generator;
use crate::gpu::device::Device;
use crate::gpu::error::GpuError;
use crate::planned::{Planned, PlannedError};

/// A model's id, and in which precision it is.
pub type Key = (String, &'static str);

/// The device that they are drawn on, and they; clones are the same.
#[derive(Clone, Default)]
pub struct Plans {
    device: Rc<RefCell<Option<Device>>>,
    planned: Rc<RefCell<BTreeMap<Key, Rc<Planned>>>>,
}

impl Plans {
    /// Makes all that a model needs to be drawn here, whose weights are not packed; false where its family has no plan.
    /// `lost` is called if the browser takes the device away.
    pub async fn make(&self, key: Key, model: &dyn Generator, lost: impl Fn(String) + 'static) -> Outcome<bool> {
        let known = self.device.borrow().clone();
        let device = match known {
            Some(device) => device,
            None => {
                let opened = open(lost)
                    .await
                    .map_err(|error| DeviceError::WebGpu(Reason::Refused { message: error.to_string() }))?;
                // Another may have been first.
                self.device.borrow_mut().get_or_insert(opened).clone()
            }
        };
        match Planned::new(&device, model).await {
            Ok(planned) => {
                self.planned.borrow_mut().insert(key, planned.into());
                Ok(true)
            }
            Err(PlannedError::None) => Ok(false),
            Err(error) => Err(DeviceError::Failed(error.to_string()).into()),
        }
    }

    /// A model that is drawn here.
    pub fn of(&self, key: &Key) -> Option<Rc<Planned>> {
        self.planned.borrow().get(key).cloned()
    }
}

async fn open(lost: impl Fn(String) + 'static) -> Result<Device, GpuError> {
    let mut descriptor = wgpu::InstanceDescriptor::new_without_display_handle();
    descriptor.backends = wgpu::Backends::BROWSER_WEBGPU;
    // wgpu wants a callback that could be sent to another thread; here there is only this one.
    let lost = send_wrapper::SendWrapper::new(lost);
    let lost = move |reason: String| {
        let tell = &*lost;
        tell(reason);
    };
    Device::open(&wgpu::Instance::new(descriptor), lost).await
}
