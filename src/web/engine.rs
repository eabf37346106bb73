//! The engine: a device, the models loaded on it, and trajectories under way. Lives in a worker.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use burn::tensor::{Device, Tensor, TensorData};
use js_sys::{Function, Promise};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use serde::Serialize;
use serde_json::json;
use wasm_bindgen::prelude::{JsValue, wasm_bindgen};
use wasm_bindgen_futures::future_to_promise;

use super::convert::{self, Outcome, condition, to_js};
use super::gpu::{self, Queue};
use super::home::{read, settled};
use super::plans::{Key, Plans};
use super::pure::card;
use super::run::{Run, Trajectories};
use crate::cards::ModelCard;
use crate::device::{Backend, DeviceError, DeviceInfo, Preference, Reason, choose};
use crate::error::{ErrorKind, PushforwardError};
use crate::families;
use crate::generator::{
    self, BitsPerDim, Condition, Generator, RequestError, Stepwise, check, check_condition, check_options,
};
use crate::image::from_rgba;

/// Whom to tell that the device is lost.
type LostCallback = Rc<RefCell<Option<Function>>>;

/// The device that there is for a preference, as far as an adapter says of itself; nothing is opened.
#[wasm_bindgen(js_name = findDevice)]
pub async fn find_device(preference: &str) -> Outcome<JsValue> {
    to_js(&found(preference.parse()?).await?)
}

async fn found(preference: Preference) -> Outcome<DeviceInfo> {
    let adapter = match preference {
        Preference::Cpu => Err(Reason::Cpu),
        _ => gpu::find().await,
    };
    Ok(choose(preference, adapter.as_ref())?)
}

/// A device and the models loaded on it.
#[wasm_bindgen]
pub struct Engine {
    device: Device,
    /// Of the GPU; the CPU does at once what it is given.
    queue: Option<Queue>,
    info: DeviceInfo,
    /// By id and precision.
    models: BTreeMap<Key, Box<dyn Generator>>,
    /// What an engine on the CPU draws on WebGPU all the same.
    plans: Plans,
    lost: LostCallback,
}

#[wasm_bindgen]
impl Engine {
    /// Opens a device: `auto`, `webgpu` or `cpu`.
    pub async fn create(preference: &str) -> Outcome<Engine> {
        let info = found(preference.parse()?).await?;
        let lost = LostCallback::default();
        let (device, queue) = match info.backend {
            Backend::Cpu => (Device::flex(), None),
            Backend::WebGpu => {
                let (device, queue) = gpu::open(tell(lost.clone())).await.map_err(DeviceError::WebGpu)?;
                (device, Some(queue))
            }
        };
        Ok(Self { device, queue, info, models: BTreeMap::new(), plans: Plans::default(), lost })
    }

    /// `{ backend, adapter, software, note, reason }`.
    pub fn device(&self) -> Outcome<JsValue> {
        to_js(&self.info)
    }

    /// `callback(reason)` is called if the GPU is lost; the engine is of no use from then on.
    #[wasm_bindgen(js_name = onLost)]
    pub fn on_lost(&self, callback: Function) {
        self.lost.replace(Some(callback));
    }

    /// Verifies a weights file and makes its model ready in a precision, `q8` or `q4`.
    pub fn load(&mut self, model: &str, precision: &str, weights: Vec<u8>) -> Outcome<()> {
        let precision = convert::precision(precision)?;
        let generator = families::open(card(model)?, weights, precision, &self.device)?;
        self.models.insert((model.into(), precision.name()), generator);
        Ok(())
    }

    /// A promise of whether an engine on the CPU draws a model on WebGPU from then on, by a plan of its networks that is made
    /// now; false where its family has no plan. The model must be loaded, too: what changes from picture to picture comes
    /// from the CPU. `sign` is called whenever another of its pipelines is made.
    pub fn plan(&self, model: &str, precision: &str, weights: Vec<u8>, sign: Function) -> Outcome<Promise> {
        let precision = convert::precision(precision)?;
        Ok(self.plans.make(card(model)?, precision, weights, tell(self.lost.clone()), sign))
    }

    /// Starts a trajectory at a latent, or part of the way at an image mixed with it, where the model's family can;
    /// `options` is an [`Options`], of which all may be left out.
    pub fn start(
        &self,
        model: &str,
        precision: &str,
        image: Option<Picture>,
        latent: Vec<f32>,
        narrowed: JsValue,
        options: JsValue,
    ) -> Outcome<Run> {
        let card = card(model)?;
        let (narrowed, options) = (condition(&narrowed)?, convert::options(&options)?);
        check(card, &latent, &narrowed, &options)?;
        let (generator, latent) = (self.model(model, precision)?, self.tensor(latent));
        let trajectory = match image {
            Some(image) => {
                let started = generator.image_to_image(self.levels(card, &image)?, latent, &narrowed, &options);
                Trajectories::Burn(started.ok_or_else(|| RequestError::NoImageToImage { model: model.into() })?)
            }
            None => {
                let key = (model.into(), convert::precision(precision)?.name());
                let planned = self.plans.start(&key, generator, latent.clone(), &narrowed, &options)?;
                planned.map_or_else(
                    || Trajectories::Burn(generator.start(latent, &narrowed, &options)),
                    Trajectories::Planned,
                )
            }
        };
        Ok(Run::new(trajectory, card.image, self.queue.clone()))
    }

    /// Starts back to the latent that draws a picture with the same `options`, where the model's family can go back.
    pub fn invert(
        &self,
        model: &str,
        precision: &str,
        image: Picture,
        narrowed: JsValue,
        options: JsValue,
    ) -> Outcome<Inversion> {
        let card = card(model)?;
        let (narrowed, options) = (known_condition(card, &narrowed)?, convert::options(&options)?);
        check_options(card, &options)?;
        let way = self
            .model(model, precision)?
            .invert(self.levels(card, &image)?, &narrowed, &options)
            .ok_or_else(|| RequestError::NotInvertible { model: model.into() })?;
        Ok(Inversion { steps: way.steps(), way, queue: self.queue.clone() })
    }

    /// Starts on the bits per dimension of a picture, as 8-bit levels, under a condition, where the model's family has a
    /// likelihood or a bound on it. What is drawn for it is the same each time.
    pub fn likelihood(&self, model: &str, precision: &str, image: Picture, narrowed: JsValue) -> Outcome<Likelihood> {
        let card = card(model)?;
        let classes = known_condition(card, &narrowed)?.indices(card.classes.len(), 1, &self.device);
        let way = self
            .model(model, precision)?
            .bits_per_dim(self.levels(card, &image)?, classes, &mut ChaCha8Rng::seed_from_u64(0))
            .ok_or_else(|| RequestError::NoLikelihood { model: model.into() })?;
        Ok(Likelihood { steps: way.steps(), way, queue: self.queue.clone() })
    }

    fn tensor(&self, latent: Vec<f32>) -> Tensor<2> {
        let shape = [1, latent.len()];
        Tensor::from_data(TensorData::new(latent, shape), &self.device)
    }

    fn levels(&self, card: &ModelCard, Picture { rgba, size }: &Picture) -> Outcome<Tensor<4>> {
        Ok(from_rgba(rgba, *size, card.image, &self.device)?)
    }

    fn model(&self, id: &str, precision: &str) -> Outcome<&dyn Generator> {
        let found = self.models.get(&(id.into(), convert::precision(precision)?.name()));
        found.map(|model| &**model).ok_or_else(|| {
            let message = format!("{id}: its weights are not loaded yet");
            PushforwardError::new(ErrorKind::Internal, "not-loaded", json!({ "model": id }), message)
        })
    }
}

/// Somebody's own picture; whatever it is given to takes it over.
#[wasm_bindgen]
pub struct Picture {
    rgba: Vec<u8>,
    size: (usize, usize),
}

#[wasm_bindgen]
impl Picture {
    /// Of RGBA bytes, row by row; whether they are as many as that and of a model's size is told when it is used.
    #[wasm_bindgen(constructor)]
    pub fn new(rgba: Vec<u8>, width: usize, height: usize) -> Self {
        Self { rgba, size: (width, height) }
    }
}

/// The way back from a picture to its latent.
#[wasm_bindgen]
pub struct Inversion {
    way: generator::Inversion,
    queue: Option<Queue>,
    /// How many steps the whole way takes.
    #[wasm_bindgen(readonly)]
    pub steps: usize,
}

#[wasm_bindgen]
impl Inversion {
    /// Goes on by one step; false once there is none left.
    pub fn advance(&mut self) -> bool {
        self.way.advance()
    }

    /// A promise that resolves when the device has done all that it was given so far.
    pub fn settled(&self) -> Promise {
        settled(self.queue.as_ref())
    }

    /// A promise of the latent; takes the steps that are left.
    pub fn latent(&mut self) -> Promise {
        let latent = rest(&mut *self.way);
        // The promise must not borrow the way, or it could not be freed meanwhile.
        future_to_promise(async move { Ok(js_sys::Float32Array::from(read(latent).await?.as_slice()).into()) })
    }
}

/// The way to the likelihood of a picture.
#[wasm_bindgen]
pub struct Likelihood {
    way: generator::Likelihood,
    queue: Option<Queue>,
    /// How many steps the whole way takes.
    #[wasm_bindgen(readonly)]
    pub steps: usize,
}

#[wasm_bindgen]
impl Likelihood {
    /// Goes on by one step; false once there is none left.
    pub fn advance(&mut self) -> bool {
        self.way.advance()
    }

    /// A promise that resolves when the device has done all that it was given so far.
    pub fn settled(&self) -> Promise {
        settled(self.queue.as_ref())
    }

    /// A promise of `{ bits, exact }`: bits per dimension, and whether they are the model's own or it needs at most so
    /// many; takes the steps that are left.
    pub fn value(&mut self) -> Promise {
        let (bits, exact) = match rest(&mut *self.way) {
            BitsPerDim::Exact(bits) => (bits, true),
            BitsPerDim::Bound(bits) => (bits, false),
        };
        future_to_promise(async move { Ok(to_js(&Bits { bits: read(bits).await?[0], exact })?) })
    }
}

#[derive(Serialize)]
struct Bits {
    bits: f32,
    exact: bool,
}

/// What comes of a computation after the steps that are left.
fn rest<T>(way: &mut dyn Stepwise<T>) -> T {
    while way.advance() {}
    way.result().expect("all steps are taken")
}

fn known_condition(card: &ModelCard, narrowed: &JsValue) -> Outcome<Condition> {
    let narrowed = condition(narrowed)?;
    check_condition(card, &narrowed)?;
    Ok(narrowed)
}

fn tell(lost: LostCallback) -> impl Fn(String) {
    move |reason| {
        if let Some(callback) = &*lost.borrow() {
            // A callback that throws has nobody to tell.
            let _ = callback.call1(&JsValue::NULL, &reason.into());
        }
    }
}
