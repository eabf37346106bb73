//! What needs no device: cards, links, latents and their statistics.

use qrcodegen::{QrCode, QrCodeEcc};
use serde::Serialize;
use serde_json::json;
use wasm_bindgen::prelude::{JsValue, wasm_bindgen};

use super::convert::{self, Outcome, condition_to_js, no_word, to_js};
use crate::cards::ModelCard;
use crate::catalogue;
use crate::error::{ErrorKind, PushforwardError};
use crate::families;
use crate::generator::RequestError;
use crate::latent::{self, Mode, Plane};
use crate::link::{self, Domain, Kind, LANGUAGES, Mask, State, StateError, TOUR};

/// The cards of all models that ship.
#[wasm_bindgen]
pub fn cards() -> Outcome<JsValue> {
    to_js(&catalogue::cards())
}

/// The card of a model.
pub fn card(id: &str) -> Result<&'static ModelCard, RequestError> {
    catalogue::card(id).ok_or_else(|| RequestError::Model {
        got: id.into(),
        expected: catalogue::cards().iter().map(|card| card.id.as_str()).collect::<Vec<_>>().join(", "),
    })
}

/// Whether WebGPU can draw a model by a plan of its networks.
#[wasm_bindgen(js_name = hasPlan)]
pub fn has_plan(model: &str) -> Outcome<bool> {
    Ok(families::has_plan(&card(model)?.family))
}

/// Bytes that the largest QR code holds at the lowest level of correction (ISO/IEC 18004, version 40-L).
const QR_MOST: usize = 2953;

/// One row of the state's table, as controls need it.
#[derive(Serialize)]
struct Property {
    name: &'static str,
    kind: &'static str,
    default: serde_json::Value,
    #[serde(skip_serializing_if = "Option::is_none")]
    min: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    choices: Option<Vec<String>>,
    help: &'static str,
}

/// The table of the state, from which links, controls and defaults derive.
#[wasm_bindgen]
pub fn properties() -> Outcome<JsValue> {
    let defaults = json!(State::default());
    let rows: Vec<Property> = link::PROPERTIES
        .iter()
        .map(|property| {
            // What a control can be is on the cards.
            let (kind, range, choices) = match property.kind {
                Kind::Model => ("choice", None, Some(catalogue::cards().iter().map(|card| card.id.clone()).collect())),
                Kind::Class | Kind::Sampler | Kind::Style => ("choice", None, None),
                Kind::Version => ("integer", None, None),
                Kind::Sentence(most) | Kind::Text(most) => ("sentence", Some((0.0, most as f64)), None),
                Kind::Language => ("choice", None, Some(LANGUAGES.iter().map(|tag| tag.to_string()).collect())),
                Kind::Choice(words) => ("choice", None, Some(words.iter().map(|word| word.to_string()).collect())),
                Kind::Names(names) => ("names", None, Some(names.iter().map(|name| name.to_string()).collect())),
                Kind::Goal => ("goal", None, Some(link::NAMES.iter().map(|name| name.to_string()).collect())),
                Kind::Seed | Kind::Brush => ("integer", Some((0.0, u32::MAX.into())), None),
                Kind::Step => ("integer", Some((1.0, TOUR.into())), None),
                Kind::Whole(_) => ("integer", None, None),
                Kind::Control(_) => ("number", None, None),
                Kind::Number { min, max } => ("number", Some((min, max)), None),
                Kind::Point { min, max } => ("point", Some((min, max)), None),
                Kind::Mask | Kind::Swap => ("mask", None, None),
            };
            Property {
                name: property.name,
                kind,
                default: defaults[property.name].clone(),
                min: range.map(|range| range.0),
                max: range.map(|range| range.1),
                choices,
                help: property.help,
            }
        })
        .collect();
    to_js(&rows)
}

/// What was replaced in a link: for programs, and in a sentence.
#[derive(Serialize)]
struct Said<'a> {
    #[serde(flatten)]
    replaced: &'a link::Replaced,
    text: String,
}

/// Reads a link; never throws.
#[wasm_bindgen(js_name = parseLink)]
pub fn parse_link(fragment: &str) -> Outcome<JsValue> {
    let link::Parsed { state, messages } = link::parse(fragment);
    let messages: Vec<_> = messages.iter().map(|replaced| Said { text: replaced.to_string(), replaced }).collect();
    to_js(&json!({ "state": state, "messages": messages }))
}

/// Writes a link.
#[wasm_bindgen(js_name = writeLink)]
pub fn write_link(state: JsValue) -> Outcome<String> {
    Ok(link::write(&convert::state(&state)?)?)
}

/// The state as its link carries it.
#[wasm_bindgen]
pub fn canonical(state: JsValue) -> Outcome<JsValue> {
    to_js(&link::canonical(&convert::state(&state)?)?)
}

/// A state as its link carries it, and the link: `{ state, link }`.
#[wasm_bindgen]
pub fn settle(state: JsValue) -> Outcome<JsValue> {
    let (state, link) = link::settle(&convert::state(&state)?)?;
    to_js(&json!({ "state": state, "link": link }))
}

/// The nearest state that another model can draw.
#[wasm_bindgen(js_name = withModel)]
pub fn with_model(state: JsValue, model: &str) -> Outcome<JsValue> {
    to_js(&link::with_model(&convert::state(&state)?, model)?)
}

/// The text of a mask, from a number for each coordinate that is 0 where it is not meant.
#[wasm_bindgen(js_name = packMask)]
pub fn pack_mask(coordinates: &[u8]) -> String {
    Mask(coordinates.iter().map(|meant| *meant != 0).collect()).to_string()
}

/// The coordinates of a mask of that dimension, 1 where they are meant; none are if the text is no such mask.
#[wasm_bindgen(js_name = unpackMask)]
pub fn unpack_mask(mask: &str, dimension: usize) -> Vec<u8> {
    Mask::parse(mask, dimension).map_or(vec![0; dimension], |Mask(meant)| meant.into_iter().map(u8::from).collect())
}

/// The latent that a state draws.
#[wasm_bindgen(js_name = stateLatent)]
pub fn state_latent(state: JsValue) -> Outcome<Vec<f32>> {
    Ok(link::latent_of(&convert::state(&state)?)?)
}

/// What narrows the distribution in a state.
#[wasm_bindgen(js_name = stateCondition)]
pub fn state_condition(state: JsValue) -> Outcome<JsValue> {
    condition_to_js(link::condition_of(&convert::state(&state)?)?)
}

/// How things stand with each clause of a state's goal, `[{ name, is, met }, …]`; `changed` is the share of pixels that
/// differ from the picture that the lesson opened with, and no number where that is not known.
#[wasm_bindgen(js_name = goalStanding)]
pub fn goal_standing(state: JsValue, changed: f64) -> Outcome<JsValue> {
    to_js(&link::standing(&convert::state(&state)?, changed.is_finite().then_some(changed))?)
}

/// The QR code of a text: its modules row by row, 1 where they are dark; as many rows as columns.
#[wasm_bindgen(js_name = qrCode)]
pub fn qr_code(text: &str) -> Outcome<Vec<u8>> {
    let code = QrCode::encode_text(text, QrCodeEcc::Low).map_err(|error| {
        let details = json!({ "expected": QR_MOST, "got": text.len() });
        let message = format!("{error}: expected at most {QR_MOST} bytes, got {}", text.len());
        PushforwardError::new(ErrorKind::Request, "qr-length", details, message)
    })?;
    let side = 0..code.size();
    Ok(side
        .clone()
        .flat_map(|y| side.clone().map(move |x| (x, y)))
        .map(|(x, y)| u8::from(code.get_module(x, y)))
        .collect())
}

/// The latent of a seed.
#[wasm_bindgen]
pub fn gaussian(model: &str, seed: f64) -> Outcome<Vec<f32>> {
    let dimension = card(model)?.latent.dimension();
    if !(seed >= 0.0 && seed <= u32::MAX.into() && seed.fract() == 0.0) {
        let expected = Domain::Whole { min: 0, max: u32::MAX };
        return Err(StateError::Value { name: "seed", expected, got: seed.to_string() }.into());
    }
    Ok(latent::gaussian(seed as u32, dimension))
}

/// The latent a fraction of the way between two.
#[wasm_bindgen]
pub fn interpolate(from: &[f32], to: &[f32], t: f64, mode: &str) -> Outcome<Vec<f32>> {
    let mode = match mode {
        "lerp" => Mode::Lerp,
        "slerp" => Mode::Slerp,
        other => return Err(no_word("mode", ["lerp", "slerp"], other)),
    };
    Ok(latent::interpolate(from, to, t as f32, mode)?)
}

/// How a latent compares with the Gaussian.
#[wasm_bindgen]
pub fn statistics(z: &[f32]) -> Outcome<JsValue> {
    to_js(&latent::statistics(z)?)
}

/// Density of N(0, 1).
#[wasm_bindgen(js_name = normalDensity)]
pub fn normal_density(x: f64) -> f64 {
    latent::normal_density(x)
}

/// Density of the norm of a Gaussian latent.
#[wasm_bindgen(js_name = chiDensity)]
pub fn chi_density(r: f64, dimension: usize) -> f64 {
    latent::chi_density(r, dimension)
}

/// The plane through the origin and two latents.
#[wasm_bindgen(js_name = Plane)]
pub struct JsPlane(Plane);

#[wasm_bindgen(js_class = Plane)]
impl JsPlane {
    /// `a` lies on its positive x axis, `b` above it.
    #[wasm_bindgen(constructor)]
    pub fn new(a: &[f32], b: &[f32]) -> Outcome<JsPlane> {
        Ok(Self(Plane::through_origin(a, b)?))
    }

    /// The latent at plane coordinates.
    pub fn at(&self, x: f64, y: f64) -> Outcome<Vec<f32>> {
        Ok(self.0.at(x as f32, y as f32)?)
    }

    /// The plane coordinates nearest to a latent.
    pub fn coordinates(&self, z: &[f32]) -> Outcome<Vec<f32>> {
        Ok(self.0.coordinates(z)?.to_vec())
    }
}
