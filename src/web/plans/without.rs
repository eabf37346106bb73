//! In place of plans, in the modules that have none.

use burn::tensor::Tensor;
use js_sys::{Function, Promise};
use wasm_bindgen::JsValue;

use super::convert::Outcome;
use crate::cards::{ModelCard, Precision};
use crate::device::{DeviceError, Reason};
use crate::error::PushforwardError;
use crate::generator::{Condition, Generator, Options};

/// A model's id, and in which precision it is.
pub type Key = (String, &'static str);

/// No model is drawn by a plan here.
#[derive(Clone, Default)]
pub struct Plans(());

impl Plans {
    /// Rejects: that takes the other module.
    pub fn make(
        &self,
        _card: &'static ModelCard,
        _precision: Precision,
        _weights: Vec<u8>,
        _lost: impl Fn(String) + 'static,
        _sign: Function,
    ) -> Promise {
        Promise::reject(&JsValue::from(PushforwardError::from(DeviceError::WebGpu(Reason::Without))))
    }

    /// None is.
    pub fn start(
        &self,
        _key: &Key,
        _generator: &dyn Generator,
        _latent: Tensor<2>,
        _condition: &Condition,
        _options: &Options,
    ) -> Outcome<Option<Drawing>> {
        Ok(None)
    }
}

/// What nothing is.
pub enum Drawing {}

impl Drawing {
    /// There is no step.
    pub fn advance(&mut self) -> bool {
        match *self {}
    }

    /// There is none.
    pub fn steps(&self) -> usize {
        match *self {}
    }

    /// There is no picture.
    pub fn picture(&mut self) -> Promise {
        match *self {}
    }

    /// Nor one to come.
    pub fn predicted(&mut self) -> Promise {
        match *self {}
    }
}
