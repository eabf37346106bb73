//! Values and errors across the border to JavaScript.

use js_sys::{Error, JsString, Object, Reflect};
use serde::Serialize;
use serde_json::{Value, json};
use serde_wasm_bindgen::Serializer;
use wasm_bindgen::{JsCast, JsValue};

use crate::cards::{Precision, Sampler};
use crate::error::{ErrorKind, PushforwardError};
use crate::generator::{Condition, Options, Prompt};
use crate::link::{self, Domain, State, StateError};

/// What the functions here return that can go wrong.
pub type Outcome<T> = Result<T, PushforwardError>;

/// An `Error` with the properties `kind`, `code` and `details`.
impl From<PushforwardError> for JsValue {
    fn from(PushforwardError { kind, code, details, message }: PushforwardError) -> Self {
        let error = Error::new(&message);
        for (name, value) in [("kind", json!(kind)), ("code", json!(code)), ("details", details)] {
            let value =
                value.serialize(&Serializer::json_compatible()).expect("plain values have a form in JavaScript");
            Reflect::set(&error, &name.into(), &value).expect("an error takes properties");
        }
        error.into()
    }
}

/// A value of ours as a plain JavaScript object.
pub fn to_js(value: &impl Serialize) -> Outcome<JsValue> {
    value.serialize(&Serializer::json_compatible()).map_err(|error| {
        PushforwardError::new(ErrorKind::Internal, "bug", json!({ "reason": error.to_string() }), error)
    })
}

/// A request in which something is of another type than expected.
fn type_error(name: &str, expected: &str, got: &JsValue) -> PushforwardError {
    let got = shown(got);
    let details = json!({ "name": name, "expected": expected, "got": got });
    PushforwardError::new(ErrorKind::Request, "type", details, format!("{name}: expected {expected}, got {got}"))
}

/// A JavaScript value in a few characters.
fn shown(value: &JsValue) -> String {
    let plain = value.as_string().map(|text| format!("\"{text}\"")).or_else(|| value.as_f64().map(|x| x.to_string()));
    plain.or_else(|| value.as_bool().map(|x| x.to_string())).unwrap_or_else(|| {
        if value.is_null() { "null".into() } else { value.js_typeof().as_string().unwrap_or_default() }
    })
}

/// A property that is there.
fn property(object: &JsValue, name: &str) -> Option<JsValue> {
    Reflect::get(object, &name.into()).ok().filter(|value| !value.is_undefined())
}

/// Properties of an object that are not among those `known`.
fn check_known(what: &str, object: &JsValue, known: &[&str]) -> Outcome<()> {
    let Some(object) = object.dyn_ref::<Object>() else { return Err(type_error(what, "an object", object)) };
    let unknown = Object::keys(object).iter().filter_map(|key| key.as_string()).find(|key| !known.contains(&&**key));
    let Some(option) = unknown else { return Ok(()) };
    let expected = known.join(", ");
    let message = format!("{what}: unknown option \"{option}\"; expected {expected}");
    let details = json!({ "name": what, "option": option, "expected": expected });
    Err(PushforwardError::new(ErrorKind::Request, "option", details, message))
}

fn number(object: &JsValue, name: &str) -> Outcome<Option<f64>> {
    property(object, name).map(|value| value.as_f64().ok_or_else(|| type_error(name, "a number", &value))).transpose()
}

/// A whole number that is not negative.
fn whole(object: &JsValue, name: &str) -> Outcome<Option<f64>> {
    const LARGEST: f64 = 9_007_199_254_740_991.0;
    match number(object, name)? {
        Some(got) if !(0.0..=LARGEST).contains(&got) || got.fract() != 0.0 => {
            let details = json!({ "name": name, "min": 0, "max": LARGEST, "got": got.to_string() });
            let message = format!("{name}: expected a whole number from 0 to {LARGEST}, got {got}");
            Err(PushforwardError::new(ErrorKind::Request, "whole", details, message))
        }
        found => Ok(found),
    }
}

fn text(object: &JsValue, name: &str) -> Outcome<Option<String>> {
    property(object, name)
        .map(|value| value.as_string().ok_or_else(|| type_error(name, "a string", &value)))
        .transpose()
}

/// A word that is none of those expected.
pub fn no_word(name: &'static str, words: impl Into<Vec<&'static str>>, got: &str) -> PushforwardError {
    StateError::Value { name, expected: Domain::Words(words.into()), got: format!("\"{got}\"") }.into()
}

/// The precision of a name.
pub fn precision(name: &str) -> Outcome<Precision> {
    Precision::named(name).ok_or_else(|| no_word("precision", Precision::ALL.map(Precision::name), name))
}

/// How to sample, `{ steps?, guidance?, temperature?, strength?, sampler?, noiseSeed? }`, or nothing.
pub fn options(value: &JsValue) -> Outcome<Options> {
    const KNOWN: [&str; 6] = ["steps", "guidance", "temperature", "strength", "sampler", "noiseSeed"];
    if value.is_undefined() || value.is_null() {
        return Ok(Options::default());
    }
    check_known("options", value, &KNOWN)?;
    let sampler = text(value, "sampler")?
        .map(|name| Sampler::named(&name).ok_or_else(|| no_word("sampler", Sampler::ALL.map(|(name, _)| name), &name)));
    Ok(Options {
        steps: whole(value, "steps")?.map(|steps| steps as usize),
        guidance: number(value, "guidance")?,
        temperature: number(value, "temperature")?,
        strength: number(value, "strength")?,
        sampler: sampler.transpose()?,
        noise_seed: whole(value, "noiseSeed")?.map_or(0, |seed| seed as u64),
    })
}

/// A state, property by property: what is missing is as it is by default.
pub fn state(value: &JsValue) -> Outcome<State> {
    if !value.is_object() {
        return Err(type_error("state", "an object", value));
    }
    let state = link::from_values(|name| {
        let Some(value) = property(value, name) else { return Ok(None) };
        // JSON has no such numbers.
        match value.as_f64() {
            Some(number) if !number.is_finite() => Err(number.to_string()),
            _ => serde_wasm_bindgen::from_value::<Value>(value.clone()).map(Some).map_err(|_| shown(&value)),
        }
    });
    Ok(state?)
}

/// A prompt as JavaScript says it.
#[derive(Serialize)]
struct Said {
    prompt: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    style: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    towards: Option<Towards>,
}

#[derive(Serialize)]
struct Towards {
    prompt: String,
    t: f64,
}

/// `"any"`, `{ class: number }`, or `{ prompt: string, style?: number, towards?: { prompt: string, t: number } }`.
pub fn condition(value: &JsValue) -> Outcome<Condition> {
    const EXPECTED: &str = "\"any\", { class: number } or { prompt: string }";
    if value.is_undefined() || value.is_null() || value.as_string().as_deref() == Some("any") {
        return Ok(Condition::Any);
    }
    if !value.is_object() {
        return Err(type_error("condition", EXPECTED, value));
    }
    if let Some(sentence) = text(value, "prompt")? {
        check_known("condition", value, &["prompt", "style", "towards"])?;
        let towards = property(value, "towards").map(|towards| {
            check_known("towards", &towards, &["prompt", "t"])?;
            let both = text(&towards, "prompt")?.zip(number(&towards, "t")?);
            both.ok_or_else(|| type_error("towards", "{ prompt: string, t: number }", &towards))
        });
        let style = whole(value, "style")?.map(|style| style as usize);
        return Ok(Condition::Prompt(Prompt { sentence, towards: towards.transpose()?, style }));
    }
    match whole(value, "class")? {
        Some(class) => Ok(Condition::Class(class as usize)),
        None => Err(type_error("condition", EXPECTED, value)),
    }
}

/// A condition as [`condition`] reads it.
pub fn condition_to_js(condition: Condition) -> Outcome<JsValue> {
    match condition {
        Condition::Any => Ok(JsString::from("any").into()),
        Condition::Class(class) => to_js(&json!({ "class": class })),
        Condition::Prompt(Prompt { sentence: prompt, towards, style }) => {
            let towards = towards.map(|(prompt, t)| Towards { prompt, t });
            to_js(&Said { prompt, style, towards })
        }
    }
}
