//! The share link: everything that shapes a picture, as one line of text.
//!
//! `model=vae-fashion&class=3&seed=42&to=7&mode=slerp&t=0.35`. [`PROPERTIES`] is the one table that
//! both directions, the page's controls and their defaults derive from. Reading never fails: what
//! cannot be used becomes a message and the nearest valid state, unknown keys are ignored, and links
//! of older versions keep their meaning (`tests/old_links.txt`).

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::catalogue::{self, card};
use crate::latent::{self, LatentError, Mode, Plane};

/// Everything that shapes a picture.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct State {
    /// Id of the model.
    pub model: String,
    /// The class, or any.
    pub class: ClassChoice,
    /// Seed of one end, A.
    pub seed: u32,
    /// Seed of the other end, B.
    pub to: u32,
    /// How to go from A to B.
    pub mode: Mode,
    /// How far along the way, in [0, 1].
    pub t: f64,
    /// A point of the plane through the origin, A and B; when there is one, `t` does not matter.
    pub at: Option<[f64; 2]>,
}

/// A class by its number, or the word `any`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum ClassChoice {
    /// One class.
    One(usize),
    /// All of them.
    Any(AnyWord),
}

/// The word `any`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AnyWord {
    /// `any`.
    Any,
}

impl ClassChoice {
    /// Any class.
    pub const ANY: Self = Self::Any(AnyWord::Any);
}

/// The values a property can have.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum Kind {
    /// The id of a model.
    Model,
    /// The number of a class of the model, or `any`.
    Class,
    /// A whole number from 0 to 4294967295.
    Seed,
    /// One of a few words.
    Choice {
        /// The words.
        choices: &'static [&'static str],
    },
    /// A number.
    Number {
        /// The least.
        min: f64,
        /// The greatest.
        max: f64,
    },
    /// Two numbers with a comma between them, or nothing.
    Point {
        /// The least of either.
        min: f64,
        /// The greatest of either.
        max: f64,
    },
}

/// One property of [`State`].
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Property {
    /// Its key in the link, and its field of the state.
    pub name: &'static str,
    /// What it can be.
    #[serde(flatten)]
    pub kind: Kind,
    /// What it is when the link does not say, as the link would say it.
    pub default: &'static str,
    /// Whether the link says it even then.
    pub always: bool,
    /// For people.
    pub help: &'static str,
}

const WAYS: &[&str] = &["lerp", "slerp"];

/// The farthest the plane's coordinates go: nine times out of ten thousand a 784-dimensional
/// Gaussian stays within.
const FARTHEST: f64 = 32.0;

/// Decimals that links keep of `t` and `at`.
const DECIMALS: i32 = 3;

/// The table of the state, in the order of the link.
pub const PROPERTIES: &[Property] = &[
    Property { name: "model", kind: Kind::Model, default: "vae-fashion", always: true, help: "The generator." },
    Property {
        name: "class",
        kind: Kind::Class,
        default: "any",
        always: false,
        help: "What narrows the distribution.",
    },
    Property { name: "seed", kind: Kind::Seed, default: "42", always: true, help: "Seed of the latent A." },
    Property { name: "to", kind: Kind::Seed, default: "7", always: true, help: "Seed of the latent B." },
    Property {
        name: "mode",
        kind: Kind::Choice { choices: WAYS },
        default: "slerp",
        always: false,
        help: "The way from A to B: a straight line, or an arc that keeps the norm.",
    },
    Property {
        name: "t",
        kind: Kind::Number { min: 0.0, max: 1.0 },
        default: "0",
        always: false,
        help: "How far along the way.",
    },
    Property {
        name: "at",
        kind: Kind::Point { min: -FARTHEST, max: FARTHEST },
        default: "",
        always: false,
        help: "A point of the plane through the origin, A and B, in place of a point of the way.",
    },
];

/// A state that no link can say, or no picture can be drawn from.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum StateError {
    /// A property has a value it cannot have.
    #[error("{name}: expected {expected}, got {got}")]
    Value {
        /// The property.
        name: &'static str,
        /// What it can be.
        expected: String,
        /// What it was.
        got: String,
    },
    /// The latents of the state cannot be combined.
    #[error(transparent)]
    Latent(#[from] LatentError),
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
    /// One sentence for each value that was replaced.
    pub messages: Vec<String>,
}

/// Reads a link's fragment, with or without its `#`.
pub fn parse(fragment: &str) -> Parsed {
    let fragment = fragment.strip_prefix('#').unwrap_or(fragment);
    let pairs: Vec<(&str, String)> =
        fragment.split('&').filter_map(|pair| pair.split_once('=')).map(|(key, value)| (key, decode(value))).collect();
    let mut messages = Vec::new();
    let text = |property: &Property| {
        // Of a repeated key the last one counts, as when a person appends to a link.
        let said = pairs.iter().rev().find(|(key, _)| *key == property.name).map(|(_, value)| value.as_str());
        said.unwrap_or(property.default).to_string()
    };
    let [model, class, seed, to, mode, t, at] =
        std::array::from_fn::<_, 7, _>(|i| (&PROPERTIES[i], text(&PROPERTIES[i])));

    let model = read(model, &mut messages, |text| catalogue::card(text).map(|card| card.id.clone()), None);
    let classes = card(&model).map_or(0, |card| card.classes.len());
    let state = State {
        class: read(class, &mut messages, |text| read_class(text, classes), None),
        seed: read(seed, &mut messages, |text| text.parse().ok(), Some(nearest_seed)),
        to: read(to, &mut messages, |text| text.parse().ok(), Some(nearest_seed)),
        mode: read(mode, &mut messages, read_mode, None),
        t: read(t, &mut messages, |text| read_number(text, 0.0, 1.0), Some(|text| nearest(text, 0.0, 1.0))),
        at: read(at, &mut messages, read_point, Some(nearest_point)),
        model,
    };
    Parsed { state, messages }
}

/// One value: as it stands, else the nearest valid one, else the default; the last two with a message.
fn read<T>(
    (property, text): (&Property, String),
    messages: &mut Vec<String>,
    exact: impl Fn(&str) -> Option<T>,
    nearest: Option<fn(&str) -> Option<T>>,
) -> T {
    if let Some(value) = exact(&text) {
        return value;
    }
    let near = nearest.and_then(|nearest| nearest(&text));
    let instead = if near.is_some() { "the nearest valid value" } else { "the default" };
    messages.push(format!(
        "{}: expected {}, got \"{}\"; {instead} is used.",
        property.name,
        expected(property),
        abbreviate(&text)
    ));
    near.or_else(|| exact(property.default)).expect("the default of every property is valid, as a test checks")
}

fn expected(property: &Property) -> String {
    match property.kind {
        Kind::Model => {
            let ids: Vec<&str> = catalogue::cards().iter().map(|card| card.id.as_str()).collect();
            format!("one of {}", ids.join(", "))
        }
        Kind::Class => "the number of a class of the model, or any".into(),
        Kind::Seed => format!("a whole number from 0 to {}", u32::MAX),
        Kind::Choice { choices } => format!("one of {}", choices.join(", ")),
        Kind::Number { min, max } => format!("a number from {min} to {max}"),
        Kind::Point { min, max } => format!("two numbers from {min} to {max} with a comma between them"),
    }
}

/// Enough of a hostile or careless value to recognize it by.
fn abbreviate(text: &str) -> String {
    const LONGEST: usize = 40;
    let short: String = text.chars().filter(|c| !c.is_control()).take(LONGEST).collect();
    if text.chars().count() > LONGEST { short + "…" } else { short }
}

fn read_class(text: &str, classes: usize) -> Option<ClassChoice> {
    if text == "any" {
        return Some(ClassChoice::ANY);
    }
    text.parse().ok().filter(|class| *class < classes).map(ClassChoice::One)
}

fn read_mode(text: &str) -> Option<Mode> {
    match text {
        "lerp" => Some(Mode::Lerp),
        "slerp" => Some(Mode::Slerp),
        _ => None,
    }
}

fn read_number(text: &str, min: f64, max: f64) -> Option<f64> {
    text.parse().ok().filter(|number| (min..=max).contains(number)).map(round)
}

fn read_point(text: &str) -> Option<Option<[f64; 2]>> {
    if text.is_empty() {
        return Some(None);
    }
    let (x, y) = text.split_once(',')?;
    Some(Some([read_number(x, -FARTHEST, FARTHEST)?, read_number(y, -FARTHEST, FARTHEST)?]))
}

fn nearest(text: &str, min: f64, max: f64) -> Option<f64> {
    let number: f64 = text.parse().ok()?;
    (!number.is_nan()).then(|| round(number.clamp(min, max)))
}

fn nearest_seed(text: &str) -> Option<u32> {
    let number: f64 = text.parse().ok()?;
    // A float-to-integer cast saturates: beyond either end the end is nearest.
    (!number.is_nan()).then_some(number.round() as u32)
}

fn nearest_point(text: &str) -> Option<Option<[f64; 2]>> {
    let (x, y) = text.split_once(',')?;
    Some(Some([nearest(x, -FARTHEST, FARTHEST)?, nearest(y, -FARTHEST, FARTHEST)?]))
}

fn round(number: f64) -> f64 {
    let scale = 10f64.powi(DECIMALS);
    // Adding zero turns -0 into 0, which would otherwise be written as "-0".
    (number * scale).round() / scale + 0.0
}

/// Undoes percent-encoding, which browsers and mail programs add to commas and the like; what is no
/// valid encoding stays as it is.
fn decode(value: &str) -> String {
    let bytes = value.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut i = 0;
    while i < bytes.len() {
        let hex = value.get(i + 1..i + 3).filter(|_| bytes[i] == b'%').and_then(|h| u8::from_str_radix(h, 16).ok());
        out.push(hex.unwrap_or(bytes[i]));
        i += if hex.is_some() { 3 } else { 1 };
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// Writes the link's fragment, without its `#`: only what differs from the default, but always the
/// model and the seeds, so that a link keeps its picture when defaults change.
///
/// # Errors
/// When the state has a value that no link can say.
pub fn write(state: &State) -> Result<String, StateError> {
    let state = canonical(state)?;
    let class = match state.class {
        ClassChoice::One(class) => class.to_string(),
        ClassChoice::Any(_) => "any".into(),
    };
    let mode = match state.mode {
        Mode::Lerp => "lerp",
        Mode::Slerp => "slerp",
    };
    let at = state.at.map_or(String::new(), |[x, y]| format!("{x},{y}"));
    let values: [String; 7] =
        [state.model, class, state.seed.to_string(), state.to.to_string(), mode.into(), state.t.to_string(), at];
    let said = PROPERTIES.iter().zip(values).filter(|(property, value)| property.always || value != property.default);
    Ok(said.map(|(property, value)| format!("{}={value}", property.name)).collect::<Vec<_>>().join("&"))
}

/// The state as its link carries it, `t` and `at` rounded; a picture is drawn from this state only,
/// so the link draws the very same.
///
/// # Errors
/// When a value is out of its range, not finite, or of no model.
pub fn canonical(state: &State) -> Result<State, StateError> {
    let fail = |index: usize, got: String| {
        let property = &PROPERTIES[index];
        StateError::Value { name: property.name, expected: expected(property), got }
    };
    let within = |number: f64, index: usize, min: f64, max: f64| {
        (min..=max).contains(&number).then(|| round(number)).ok_or_else(|| fail(index, number.to_string()))
    };
    let card = card(&state.model).ok_or_else(|| fail(0, format!("\"{}\"", abbreviate(&state.model))))?;
    if let ClassChoice::One(class) = state.class
        && class >= card.classes.len()
    {
        return Err(fail(1, class.to_string()));
    }
    let t = within(state.t, 5, 0.0, 1.0)?;
    let at = match state.at {
        Some([x, y]) => Some([within(x, 6, -FARTHEST, FARTHEST)?, within(y, 6, -FARTHEST, FARTHEST)?]),
        None => None,
    };
    Ok(State { t, at, ..state.clone() })
}

/// The latent that a state draws.
///
/// # Errors
/// As [`canonical`].
pub fn latent_of(state: &State) -> Result<Vec<f32>, StateError> {
    let state = canonical(state)?;
    let dimension = card(&state.model).map_or(0, |card| card.latent.dimension());
    let (from, to) = (latent::gaussian(state.seed, dimension), latent::gaussian(state.to, dimension));
    Ok(match state.at {
        Some([x, y]) => Plane::through_origin(&from, &to)?.at(x as f32, y as f32)?,
        None => latent::interpolate(&from, &to, state.t as f32, state.mode)?,
    })
}
