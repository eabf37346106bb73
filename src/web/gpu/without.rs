//! In place of WebGPU, in the module that draws on the CPU alone.

use burn::tensor::Device;

use crate::device::{DeviceError, Reason};

/// What no device has been given to do: there is none.
#[derive(Clone)]
pub enum Queue {}

impl Queue {
    /// Waits until all of it is done.
    pub fn settled(&self) -> impl Future<Output = Result<(), DeviceError>> + use<> {
        match *self {}
        #[allow(unreachable_code)]
        async {
            Ok(())
        }
    }
}

/// No adapter can be opened here.
pub async fn open(_lost: impl Fn(String) + 'static) -> Result<(Device, Queue), Reason> {
    Err(Reason::Without)
}
