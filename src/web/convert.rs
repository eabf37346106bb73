//! Values and errors across the border to JavaScript.

use js_sys::{Error, RangeError, TypeError};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_wasm_bindgen::Serializer;
use wasm_bindgen::JsValue;

use crate::generator::{Condition, Prompt, RequestError};
use crate::latent::LatentError;
use crate::link::StateError;
use crate::weights::WeightsError;

/// A value of ours as a plain JavaScript object.
pub fn to_js(value: &impl Serialize) -> Result<JsValue, JsValue> {
    value.serialize(&Serializer::json_compatible()).map_err(|error| Error::new(&error.to_string()).into())
}

/// A JavaScript value as one of ours; a `TypeError` that names `what` where it has another shape.
pub fn from_js<T: DeserializeOwned>(value: JsValue, what: &str) -> Result<T, JsValue> {
    serde_wasm_bindgen::from_value(value).map_err(|error| type_error(&format!("{what}: {error}")))
}

/// A prompt as JavaScript says it.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Said {
    prompt: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    style: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    towards: Option<Towards>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Towards {
    prompt: String,
    t: f64,
}

/// `"any"`, `{ class: number }`, or `{ prompt: string, style?: number, towards?: { prompt: string, t: number } }`.
pub fn condition(value: &JsValue) -> Result<Condition, JsValue> {
    const EXPECTED: &str = "expected the condition \"any\", { class: number } or { prompt: string }";
    if value.is_undefined() || value.is_null() || value.as_string().as_deref() == Some("any") {
        return Ok(Condition::Any);
    }
    let has = |name: &str| js_sys::Reflect::has(value, &name.into()).unwrap_or(false);
    if has("prompt") {
        let Said { prompt: sentence, style, towards } = from_js(value.clone(), EXPECTED)?;
        let towards = towards.map(|Towards { prompt, t }| (prompt, t));
        return Ok(Condition::Prompt(Prompt { sentence, towards, style }));
    }
    let class = js_sys::Reflect::get(value, &"class".into()).ok().and_then(|class| class.as_f64());
    match class {
        Some(class) if class >= 0.0 && class.fract() == 0.0 => Ok(Condition::Class(class as usize)),
        Some(class) => Err(range_error(&format!("expected the whole number of a class, got {class}"))),
        None => Err(type_error(EXPECTED)),
    }
}

/// A condition as [`condition`] reads it.
pub fn condition_to_js(condition: Condition) -> Result<JsValue, JsValue> {
    match condition {
        Condition::Any => Ok("any".into()),
        Condition::Class(class) => to_js(&serde_json::json!({ "class": class })),
        Condition::Prompt(Prompt { sentence: prompt, towards, style }) => {
            let towards = towards.map(|(prompt, t)| Towards { prompt, t });
            to_js(&Said { prompt, style, towards })
        }
    }
}

/// A `TypeError`.
pub fn type_error(message: &str) -> JsValue {
    TypeError::new(message).into()
}

/// A `RangeError`.
pub fn range_error(message: &str) -> JsValue {
    RangeError::new(message).into()
}

/// A plain `Error`.
pub fn error(message: &str) -> JsValue {
    Error::new(message).into()
}

impl From<RequestError> for JsValue {
    fn from(error: RequestError) -> Self {
        match error {
            RequestError::LatentLength { .. } | RequestError::LatentNotFinite { .. } => type_error(&error.to_string()),
            RequestError::Kind { .. } => type_error(&error.to_string()),
            RequestError::Model { .. } | RequestError::Number { .. } | RequestError::Range { .. } => {
                range_error(&error.to_string())
            }
        }
    }
}

impl From<LatentError> for JsValue {
    fn from(error: LatentError) -> Self {
        type_error(&error.to_string())
    }
}

impl From<StateError> for JsValue {
    fn from(error: StateError) -> Self {
        range_error(&error.to_string())
    }
}

impl From<WeightsError> for JsValue {
    fn from(weights: WeightsError) -> Self {
        error(&weights.to_string())
    }
}
