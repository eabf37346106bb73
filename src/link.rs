//! The share link: everything that shapes a picture, as one line of text.
//!
//! `model=vae-fashion&class=3&seed=42&to=7&mode=slerp&t=0.35`. [`PROPERTIES`] is the one table that
//! both directions, the page's controls and their defaults derive from. Reading never fails: what
//! cannot be used becomes a message and the nearest valid state, unknown keys are ignored, and links
//! of older versions keep their meaning (`tests/old_links.txt`).

mod goal;
mod mask;
mod state;
mod table;
mod word;

use serde::Serialize;
use serde_json::{Value, json};
use thiserror::Error;

use crate::catalogue::card;
use crate::error::{ErrorKind, PushforwardError};
use crate::generator::{Condition, Prompt};
use crate::latent::{self, LatentError, Plane};
use state::BLANK;

pub use goal::{CHANGED, Clause, Goal, NAMES, NORM, Wanted};
pub use mask::Mask;
pub use state::{AnyWord, ClassChoice, State};
pub use table::{Kind, LANGUAGES, LOCKABLE, PARTS, PROPERTIES, Property, TOUR};
pub use word::{Domain, Word};

/// A state that no link can say, or no picture can be drawn from.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum StateError {
    /// A property has a value it cannot have.
    #[error("{name}: expected {}, got {got}", expected.expected())]
    Value {
        /// The property.
        name: &'static str,
        /// What it can be.
        expected: Domain,
        /// What it was, abbreviated.
        got: String,
    },
    /// The latents of the state cannot be combined.
    #[error(transparent)]
    Latent(#[from] LatentError),
}

impl From<StateError> for PushforwardError {
    fn from(error: StateError) -> Self {
        match error {
            StateError::Latent(error) => error.into(),
            StateError::Value { name, ref expected, ref got } => {
                let details = json!({ "name": name, "expected": expected, "got": got });
                Self::new(ErrorKind::Request, name, details, error)
            }
        }
    }
}

/// Reads a state from plain values, property by property: `value` gives that of a name, nothing where it is not there, and
/// of what is no plain value a word for it. What is not there is as it is by default.
///
/// # Errors
/// When a property is of another type than the state's. Whether a picture can be drawn from the state, [`canonical`] says.
pub fn from_values(mut value: impl FnMut(&'static str) -> Result<Option<Value>, String>) -> Result<State, StateError> {
    let mut state = BLANK;
    for property in PROPERTIES {
        let domain = property.domain(&state);
        let got = match value(property.name) {
            Ok(None) => {
                let default = property.default_in(&state, &domain);
                property.read(&mut state, &default, &domain);
                continue;
            }
            Ok(Some(value)) if property.set(&mut state, value.clone()) => continue,
            Ok(Some(value)) => value.to_string(),
            Err(got) => got,
        };
        return Err(StateError::Value { name: property.name, expected: domain, got: abbreviate(&got) });
    }
    Ok(state)
}

impl Default for State {
    fn default() -> Self {
        parse("").state
    }
}

/// What a link says, and what in it could not be used.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Parsed {
    /// The nearest valid state.
    pub state: State,
    /// What was replaced; each says so in a sentence.
    pub messages: Vec<Replaced>,
}

/// A value that could not be used.
#[derive(Debug, Clone, PartialEq, Serialize, Error)]
#[error("{name}: expected {}, got \"{got}\"; the {} is used.", expected.expected(), if *nearest { "nearest valid value" } else { "default" })]
pub struct Replaced {
    /// The property.
    pub name: &'static str,
    /// What it can be.
    pub expected: Domain,
    /// What it was, abbreviated.
    pub got: String,
    /// Whether the nearest valid value takes its place, and not the default.
    pub nearest: bool,
}

/// Reads a link's fragment, with or without its `#`.
pub fn parse(fragment: &str) -> Parsed {
    let fragment = fragment.strip_prefix('#').unwrap_or(fragment);
    let pairs: Vec<(&str, String)> =
        fragment.split('&').filter_map(|pair| pair.split_once('=')).map(|(key, value)| (key, decode(value))).collect();
    let (mut state, mut messages) = (BLANK, Vec::new());
    for property in PROPERTIES {
        let domain = property.domain(&state);
        let default = property.default_in(&state, &domain);
        // Of a repeated key the last one counts, as when a person appends to a link. What the model has not is ignored.
        let said = pairs.iter().rev().find(|(key, _)| *key == property.name && domain != Domain::Nothing);
        let text = match (said, &domain) {
            (Some((_, value)), _) => value.as_str(),
            // The page wrote no version as long as there was but one.
            (None, Domain::Version(_)) if is_written(&pairs) => FIRST,
            (None, _) => &default,
        };
        if property.read(&mut state, text, &domain) {
            continue;
        }
        let nearest = property.nearest(&mut state, text, &domain);
        if !nearest {
            property.read(&mut state, &default, &domain);
        }
        messages.push(Replaced { name: property.name, expected: domain, got: abbreviate(text), nearest });
    }
    Parsed { state, messages }
}

/// The version of weights that links were written with before there were others.
const FIRST: &str = "1";

/// Whether these look like a link that was written here, and not by hand: what is always said is there.
fn is_written(pairs: &[(&str, String)]) -> bool {
    ["model", "seed", "to"].iter().all(|name| pairs.iter().any(|(key, _)| key == name))
}

/// Enough of a hostile or careless value to recognize it by.
fn abbreviate(text: &str) -> String {
    const LONGEST: usize = 40;
    let short: String = text.chars().filter(|c| !c.is_control()).take(LONGEST).collect();
    if text.chars().count() > LONGEST { short + "…" } else { short }
}

/// Percent-encodes all that is not letters, digits or signs that no program changes in an address.
fn encode(value: &str) -> String {
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_.~,".contains(byte);
    value.bytes().map(|byte| if plain(&byte) { char::from(byte).into() } else { format!("%{byte:02X}") }).collect()
}

/// Undoes percent-encoding, which browsers and mail programs add to commas and the like. What is none, and what is
/// encoded but no UTF-8, stays as it stands.
fn decode(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    let mut rest = value;
    while let Some((plain, _)) = rest.split_once('%') {
        out += plain;
        rest = &rest[plain.len()..];
        let bytes: Vec<u8> = rest.as_bytes().chunks(ESCAPE).map_while(escaped).collect();
        // A sign that escapes nothing is a sign like any other.
        let (mut escapes, after) = rest.split_at(if bytes.is_empty() { 1 } else { ESCAPE * bytes.len() });
        for chunk in bytes.utf8_chunks() {
            out += chunk.valid();
            let (broken, more) = escapes[ESCAPE * chunk.valid().len()..].split_at(ESCAPE * chunk.invalid().len());
            out += broken;
            escapes = more;
        }
        out += escapes;
        rest = after;
    }
    out + rest
}

/// Characters of a byte that is encoded.
const ESCAPE: usize = 3;

/// The byte that `%` and two hexadecimal digits stand for.
fn escaped(text: &[u8]) -> Option<u8> {
    let digit = |byte: u8| char::from(byte).to_digit(16);
    let [b'%', high, low] = *text else { return None };
    Some((16 * digit(high)? + digit(low)?) as u8)
}

/// Writes the link's fragment, without its `#`: only what differs from the default, but always the
/// model, the seeds and the model's controls, so that a link keeps its picture when defaults change.
///
/// # Errors
/// When the state has a value that no link can say.
pub fn write(state: &State) -> Result<String, StateError> {
    settle(state).map(|(_, link)| link)
}

/// The [`canonical`] state and the link that [`write`] writes of it.
///
/// # Errors
/// As theirs.
pub fn settle(state: &State) -> Result<(State, String), StateError> {
    let state = canonical(state)?;
    let link = say(&state, |property, value| property.always || value != property.default);
    Ok((state, link))
}

/// The properties of a state that are there and wanted, as a link says them.
fn say(state: &State, wanted: impl Fn(&Property, &str) -> bool) -> String {
    let values = PROPERTIES.iter().map(|property| (property, property.say(state)));
    let said = values.filter(|(property, value)| !value.is_empty() && wanted(property, value));
    said.map(|(property, value)| format!("{}={}", property.name, encode(&value))).collect::<Vec<_>>().join("&")
}

/// The state as its link carries it: numbers rounded, the model's controls filled in, those of other
/// models left out. A picture is drawn from this state only, so the link draws the very same.
///
/// # Errors
/// When a value is out of its range, not finite, or of no model.
pub fn canonical(state: &State) -> Result<State, StateError> {
    let mut canonical = BLANK;
    for property in PROPERTIES {
        let domain = property.domain(&canonical);
        let default = property.default_in(&canonical, &domain);
        let said = property.say(state);
        let text = if said.is_empty() || domain == Domain::Nothing { default } else { said };
        if !property.read(&mut canonical, &text, &domain) {
            let got = abbreviate(&text);
            return Err(StateError::Value { name: property.name, expected: domain, got });
        }
    }
    Ok(canonical)
}

/// The nearest state that another model can draw: what it has too stays as it is, unless it is as it was by
/// default and the default is another there.
///
/// # Errors
/// When there is no such model.
pub fn with_model(state: &State, model: &str) -> Result<State, StateError> {
    canonical(&State { model: model.into(), ..BLANK })?;
    let moved = |property: &Property, value: &str| value != property.default_in(state, &property.domain(state));
    Ok(parse(&say(&State { model: model.into(), ..state.clone() }, moved)).state)
}

/// The latent that a state draws: a point of the plane or of the way, and where a mask says so, the brush's noise or the
/// other end's coordinates. A draw that is painted over is a draw again, for every coordinate is independent of the others.
///
/// # Errors
/// As [`canonical`].
pub fn latent_of(state: &State) -> Result<Vec<f32>, StateError> {
    let state = canonical(state)?;
    let dimension = card(&state.model).map_or(0, |card| card.latent.dimension());
    let (from, to) = (latent::gaussian(state.seed, dimension), latent::gaussian(state.to, dimension));
    let mut latent = match state.at {
        Some([x, y]) => Plane::through_origin(&from, &to)?.at(x as f32, y as f32)?,
        None => latent::interpolate(&from, &to, state.t as f32, state.mode)?,
    };
    if let Some(brush) = state.brush {
        replace(&mut latent, &state.mask, &latent::gaussian(brush, dimension));
    }
    replace(&mut latent, &state.swap, &to);
    Ok(latent)
}

/// Takes the coordinates that a mask means from another latent.
fn replace(latent: &mut [f32], mask: &str, other: &[f32]) {
    let Some(Mask(mask)) = Mask::parse(mask, latent.len()) else { return };
    for ((coordinate, other), _) in latent.iter_mut().zip(other).zip(mask).filter(|(_, meant)| *meant) {
        *coordinate = *other;
    }
}

/// What narrows the distribution in a state: the class or the sentence, which goes over into that of B as the point goes
/// from A to B.
///
/// # Errors
/// As [`canonical`].
pub fn condition_of(state: &State) -> Result<Condition, StateError> {
    let state = canonical(state)?;
    let style = card(&state.model).and_then(|card| card.styles.iter().position(|style| *style == state.style));
    let mix = if state.toprompt.is_empty() { 0.0 } else { mix_of(&state)? };
    Ok(match (state.class, mix) {
        (ClassChoice::One(class), _) => Condition::Class(class),
        (_, 0.0) if state.prompt.is_empty() && style.is_none() => Condition::Any,
        (_, 0.0) => Condition::Prompt(Prompt { sentence: state.prompt, towards: None, style }),
        (_, 1.0) => Condition::Prompt(Prompt { sentence: state.toprompt, towards: None, style }),
        _ => Condition::Prompt(Prompt { sentence: state.prompt, towards: Some((state.toprompt, mix)), style }),
    })
}

/// How far from A to B, in [0, 1]: a free point counts as the point nearest to it on the straight line.
fn mix_of(state: &State) -> Result<f64, LatentError> {
    let Some([x, y]) = state.at else { return Ok(state.t) };
    let dimension = card(&state.model).map_or(0, |card| card.latent.dimension());
    let (a, b) = (latent::gaussian(state.seed, dimension), latent::gaussian(state.to, dimension));
    let plane = Plane::through_origin(&a, &b)?;
    let ([ax, ay], [bx, by]) = (plane.coordinates(&a)?.map(f64::from), plane.coordinates(&b)?.map(f64::from));
    let (dx, dy) = (bx - ax, by - ay);
    let along = ((x - ax) * dx + (y - ay) * dy) / (dx * dx + dy * dy);
    // Where A and B are the same, there is no way between them.
    Ok(if along.is_finite() { along.clamp(0.0, 1.0) } else { 0.0 })
}

/// How things stand with a clause of a [`Goal`].
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Standing {
    /// Of which of [`NAMES`].
    pub name: &'static str,
    /// What it is, as a link would say it; the empty text where it is not known yet.
    pub is: String,
    /// Whether it is as the goal wants it.
    pub met: bool,
}

/// How things stand with the clauses of a state's goal, where this share of the pixels, in [0, 1], has changed since the lesson
/// was opened, if that is known. A state without a goal has no clauses.
///
/// # Errors
/// As [`canonical`].
pub fn standing(state: &State, changed: Option<f64>) -> Result<Vec<Standing>, StateError> {
    let goal = Goal::parse(&state.goal).map_or(vec![], |Goal(clauses)| clauses);
    let of = |Clause { name, wanted }| {
        let measured = match name {
            NORM => {
                let latent = latent_of(state)?;
                Some(latent::norm(&latent) / (latent.len() as f64).sqrt())
            }
            CHANGED => changed,
            _ => None,
        };
        let said = PROPERTIES.iter().find(|property| property.name == name).map(|property| property.say(state));
        let is = said.or(measured.map(|number| number.to_string())).unwrap_or_default();
        Ok(Standing { name, met: wanted.met(&is), is })
    };
    goal.into_iter().map(of).collect()
}
