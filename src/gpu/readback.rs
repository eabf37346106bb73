//! What a GPU has computed, brought home.

use std::sync::{Arc, Mutex};
use std::task::{Poll, Waker};

use super::error::GpuError;

/// Whether a buffer is mapped, and who waits for it.
#[derive(Default)]
struct Mapping {
    result: Option<Result<(), wgpu::BufferAsyncError>>,
    waiting: Option<Waker>,
}

/// The numbers in a buffer that can be mapped, once all that was submitted is done.
pub(super) fn numbers(
    device: wgpu::Device,
    staging: wgpu::Buffer,
) -> impl Future<Output = Result<Vec<f32>, GpuError>> + use<> {
    let mapping = Arc::new(Mutex::new(Mapping::default()));
    let told = mapping.clone();
    staging.map_async(wgpu::MapMode::Read, .., move |result| {
        let mut mapping = told.lock().expect("nobody panics while it is held");
        mapping.result = Some(result);
        if let Some(waker) = mapping.waiting.take() {
            waker.wake();
        }
    });
    async move {
        // A browser calls back by itself; elsewhere somebody must ask.
        if cfg!(not(target_family = "wasm")) {
            device.poll(wgpu::PollType::wait_indefinitely()).map_err(|error| failed(&error))?;
        }
        let mapped = std::future::poll_fn(|context| {
            let mut mapping = mapping.lock().expect("nobody panics while it is held");
            match mapping.result.take() {
                Some(result) => Poll::Ready(result),
                None => {
                    mapping.waiting = Some(context.waker().clone());
                    Poll::Pending
                }
            }
        });
        mapped.await.map_err(|error| failed(&error))?;
        let view = staging.get_mapped_range(..).map_err(|error| failed(&error))?;
        let numbers = view.chunks_exact(4).map(|bytes| f32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]));
        Ok(numbers.collect())
    }
}

fn failed(error: &impl ToString) -> GpuError {
    GpuError::Failed { what: "reading back", message: error.to_string() }
}
