//! What a device was given to do and what comes of it, as promises: none borrows what it came from, which could not be freed
//! meanwhile.

use burn::tensor::Tensor;
use js_sys::Promise;
use wasm_bindgen::prelude::JsValue;
use wasm_bindgen_futures::future_to_promise;

use super::convert::Outcome;
use super::gpu::Queue;
use crate::device::DeviceError;
use crate::error::PushforwardError;
use crate::image::to_rgba;

/// A promise that resolves when a device has done all that it was given.
pub fn settled(queue: Option<&Queue>) -> Promise {
    let done = queue.map(Queue::settled);
    future_to_promise(async move {
        if let Some(done) = done {
            done.await.map_err(PushforwardError::from)?;
        }
        Ok(JsValue::UNDEFINED)
    })
}

/// A picture's RGBA bytes, once they are here.
pub fn home(picture: Option<Tensor<4>>, channels: usize) -> Promise {
    future_to_promise(async move {
        let Some(picture) = picture else { return Ok(JsValue::UNDEFINED) };
        Ok(rgba(&read(picture).await?, channels))
    })
}

/// RGBA bytes of a picture's levels.
pub fn rgba(levels: &[f32], channels: usize) -> JsValue {
    js_sys::Uint8ClampedArray::from(to_rgba(levels, channels).as_slice()).into()
}

/// Brings a tensor's values home.
pub async fn read<const D: usize>(tensor: Tensor<D>) -> Outcome<Vec<f32>> {
    let data = tensor.into_data_async().await.map_err(|reason| failed(&format!("{reason:?}")))?;
    Ok(data.iter::<f32>().collect())
}

/// A device that failed, for that reason.
pub fn failed(reason: &impl ToString) -> PushforwardError {
    DeviceError::Failed(reason.to_string()).into()
}
