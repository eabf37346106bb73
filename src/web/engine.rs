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
use super::pure::card;
use crate::cards::{ImageShape, ModelCard};
use crate::device::{Backend, DeviceError, DeviceInfo, Preference, Reason, choose};
use crate::error::{ErrorKind, PushforwardError};
use crate::families;
use crate::generator::{
    self, BitsPerDim, Choices, Condition, Generator, RequestError, Stepwise, Trajectory, check, check_condition,
    check_options,
};
use crate::image::{from_rgba, to_rgba};

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
    models: BTreeMap<(String, &'static str), Box<dyn Generator>>,
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
        Ok(Self { device, queue, info, models: BTreeMap::new(), lost })
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
            None => generator.start(latent, &narrowed, &options),
            Some(image) => generator
                .image_to_image(self.levels(card, &image)?, latent, &narrowed, &options)
                .ok_or_else(|| RequestError::NoImageToImage { model: model.into() })?,
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

/// A promise that resolves when a device has done all that it was given.
fn settled(queue: Option<&Queue>) -> Promise {
    let done = queue.map(Queue::settled);
    future_to_promise(async move {
        if let Some(done) = done {
            done.await.map_err(PushforwardError::from)?;
        }
        Ok(JsValue::UNDEFINED)
    })
}

/// A trajectory under way.
#[wasm_bindgen]
pub struct Run {
    trajectory: Box<dyn Trajectory>,
    queue: Option<Queue>,
    /// How many steps the whole way takes.
    #[wasm_bindgen(readonly)]
    pub steps: usize,
    /// Pixels in a row.
    #[wasm_bindgen(readonly)]
    pub width: usize,
    /// Rows.
    #[wasm_bindgen(readonly)]
    pub height: usize,
    channels: usize,
}

impl Run {
    fn new(
        trajectory: Box<dyn Trajectory>,
        ImageShape { width, height, channels }: ImageShape,
        queue: Option<Queue>,
    ) -> Self {
        Self { steps: trajectory.steps(), trajectory, queue, width, height, channels }
    }
}

#[wasm_bindgen]
impl Run {
    /// Goes on by one step and renders nothing; false once there is none left.
    pub fn advance(&mut self) -> bool {
        self.trajectory.advance()
    }

    /// A promise that resolves when the device has done all that it was given so far.
    pub fn settled(&self) -> Promise {
        settled(self.queue.as_ref())
    }

    /// A promise of the RGBA bytes of the picture from where the way stands.
    pub fn picture(&self) -> Promise {
        home(Some(self.trajectory.picture()), self.channels)
    }

    /// A promise of what the last step chose and from what, `{ alternatives, cumulative, u, chosen }`, or of `undefined`
    /// where the family makes no choices: for each choice, so many cumulative probabilities, and u.
    pub fn choices(&self) -> Promise {
        let choices = self.trajectory.choices();
        future_to_promise(async move {
            let Some(Choices { cumulative, u, chosen }) = choices else { return Ok(JsValue::UNDEFINED) };
            let [.., alternatives] = cumulative.dims();
            let found = js_sys::Object::new();
            js_sys::Reflect::set(&found, &"alternatives".into(), &(alternatives as u32).into())?;
            for (name, values) in
                [("cumulative", read(cumulative).await?), ("u", read(u).await?), ("chosen", read(chosen).await?)]
            {
                js_sys::Reflect::set(&found, &name.into(), &js_sys::Float32Array::from(values.as_slice()))?;
            }
            Ok(found.into())
        })
    }

    /// A promise of the RGBA bytes of the final picture as it was predicted at the last step, or of `undefined`
    /// where the family predicts none.
    pub fn predicted(&self) -> Promise {
        home(self.trajectory.predicted(), self.channels)
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

/// A picture's RGBA bytes, once they are here.
fn home(picture: Option<Tensor<4>>, channels: usize) -> Promise {
    // The promise must not borrow the run, or it could not be freed meanwhile.
    future_to_promise(async move {
        let Some(picture) = picture else { return Ok(JsValue::UNDEFINED) };
        let rgba = to_rgba(&read(picture).await?, channels);
        Ok(js_sys::Uint8ClampedArray::from(rgba.as_slice()).into())
    })
}

/// Brings a tensor's values home.
async fn read<const D: usize>(tensor: Tensor<D>) -> Outcome<Vec<f32>> {
    let data = tensor.into_data_async().await.map_err(|reason| failed(&reason))?;
    Ok(data.iter::<f32>().collect())
}

fn failed(reason: &impl std::fmt::Debug) -> PushforwardError {
    DeviceError::Failed(format!("{reason:?}")).into()
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
