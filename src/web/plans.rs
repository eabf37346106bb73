//! Models that an engine on the CPU draws on WebGPU, by plans of their networks; Burn's own backend has no part in it.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use burn::tensor::Tensor;
use js_sys::{Function, Promise};
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::future_to_promise;

use super::convert::Outcome;
use super::home::{failed, rgba};
use crate::cards::{ModelCard, Precision};
use crate::error::PushforwardError;
use crate::families;
use crate::generator::{Condition, Generator, Options};
use crate::gpu::device::Device;
use crate::gpu::error::GpuError;
use crate::planned::{self, Levels, Planned, PlannedError};

/// A model's id, and in which precision it is.
pub type Key = (String, &'static str);

/// The device that they are drawn on, and they; clones are the same.
#[derive(Clone, Default)]
pub struct Plans {
    device: Rc<RefCell<Option<Device>>>,
    planned: Rc<RefCell<BTreeMap<Key, Rc<Planned>>>>,
}

impl Plans {
    /// A promise of whether a model is drawn here from then on; false where its family has no plan. `lost` is called if the browser
    /// takes the device away, `sign` whenever one of the pipelines is made.
    pub fn make(
        &self,
        card: &'static ModelCard,
        precision: Precision,
        weights: Vec<u8>,
        lost: impl Fn(String) + 'static,
        sign: Function,
    ) -> Promise {
        let plans = self.clone();
        future_to_promise(async move {
            let model = families::unpacked(card, weights, precision).map_err(PushforwardError::from)?;
            let made = plans.made((card.id.clone(), precision.name()), &*model, lost, sign).await;
            Ok(made.map_err(|error| failed(&error))?.into())
        })
    }

    async fn made(
        &self,
        key: Key,
        model: &dyn Generator,
        lost: impl Fn(String) + 'static,
        sign: Function,
    ) -> Result<bool, PlannedError> {
        let known = self.device.borrow().clone();
        let device = match known {
            Some(device) => device,
            None => {
                let opened = open(lost).await?;
                // Another may have been first.
                self.device.borrow_mut().get_or_insert(opened).clone()
            }
        };
        device.on_pipeline(move || {
            // Whoever throws at it has nobody to tell.
            let _ = sign.call0(&JsValue::NULL);
        });
        match Planned::new(&device, model).await {
            Ok(planned) => {
                self.planned.borrow_mut().insert(key, planned.into());
                Ok(true)
            }
            Err(PlannedError::None) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Starts a model that is drawn here.
    pub fn start(
        &self,
        key: &Key,
        generator: &dyn Generator,
        latent: Tensor<2>,
        condition: &Condition,
        options: &Options,
    ) -> Outcome<Option<Drawing>> {
        let Some(planned) = self.planned.borrow().get(key).cloned() else { return Ok(None) };
        let drawing = planned.start(generator, latent, condition, options).map_err(|error| failed(&error))?;
        Ok(Some(Drawing { drawing, channels: generator.card().image.channels }))
    }
}

/// A model under way.
pub struct Drawing {
    drawing: planned::Drawing,
    channels: usize,
}

impl Drawing {
    /// Goes on by one step, once somebody looks; false once there is none left.
    pub fn advance(&mut self) -> bool {
        self.drawing.advance()
    }

    /// How many steps the whole way takes.
    pub fn steps(&self) -> usize {
        self.drawing.steps()
    }

    /// A promise of the RGBA bytes of the picture from where it stands.
    pub fn picture(&mut self) -> Promise {
        let levels = self.drawing.picture();
        self.home(Some(levels))
    }

    /// A promise of those of the final picture as it was predicted, or of `undefined`.
    pub fn predicted(&mut self) -> Promise {
        let levels = self.drawing.predicted().map(Ok);
        self.home(levels)
    }

    fn home(&self, levels: Option<Result<Levels, GpuError>>) -> Promise {
        let channels = self.channels;
        future_to_promise(async move {
            let Some(levels) = levels else { return Ok(JsValue::UNDEFINED) };
            let levels = levels.map_err(|error| failed(&error))?.await.map_err(|error| failed(&error))?;
            Ok(rgba(&levels, channels))
        })
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
