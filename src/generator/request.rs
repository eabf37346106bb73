//! What can be asked of a generator, and whether a model knows it: conditions, options, and their checks.

use burn::tensor::{Device, Int, Tensor};
use serde::{Deserialize, Serialize};
use serde_json::json;
use thiserror::Error;

use crate::cards::{ConditionKind, Controls, ModelCard, Range, Sampler};
use crate::error::{ErrorKind, PushforwardError};

/// What narrows the distribution of pictures.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub enum Condition {
    /// Nothing does: pictures of every class.
    #[default]
    Any,
    /// One class, by its number.
    Class(usize),
    /// What somebody says.
    Prompt(Prompt),
}

/// A sentence in any language, and in whose style to draw it.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Prompt {
    /// The sentence; an empty one, like one without words, narrows nothing.
    pub sentence: String,
    /// Another sentence to go towards, and how far on the way there, in [0, 1].
    pub towards: Option<(String, f64)>,
    /// A style of the model's by its number; without one, any.
    pub style: Option<usize>,
}

impl Condition {
    /// The row of an embedding table for this condition: classes first, then "any"; so is all that is no class.
    pub fn index(&self, classes: usize) -> usize {
        match self {
            Self::Any | Self::Prompt(_) => classes,
            Self::Class(class) => *class,
        }
    }

    /// What a sentence says, in any style.
    pub fn sentence(sentence: &str) -> Self {
        Self::Prompt(Prompt { sentence: sentence.into(), ..Prompt::default() })
    }

    /// This condition's [`Condition::index`] for each picture of a batch, `[batch]`.
    pub fn indices(&self, classes: usize, batch: usize, device: &Device) -> Tensor<1, Int> {
        Tensor::full([batch], self.index(classes) as i64, device)
    }
}

/// How to sample; what a family does not know it ignores, what is not said is the card's default.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub struct Options {
    /// Number of steps, for families that choose it.
    pub steps: Option<usize>,
    /// Guidance scale: 1 is the condition as it was learned, more exaggerates it, 0 ignores it.
    pub guidance: Option<f64>,
    /// Standard deviation of the draws in units of the learned one.
    pub temperature: Option<f64>,
    /// How far towards noise a given picture goes before it is drawn anew: 0 leaves it as it is, 1 leaves nothing of it.
    pub strength: Option<f64>,
    /// How a step is taken.
    pub sampler: Option<Sampler>,
    /// Seed of the noise that a sampler adds on the way.
    pub noise_seed: u64,
}

/// [`Options`] with nothing left open.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Settings {
    /// Number of steps.
    pub steps: usize,
    /// Guidance scale.
    pub guidance: f64,
    /// Temperature.
    pub temperature: f64,
    /// How far towards noise a given picture goes.
    pub strength: f64,
    /// How a step is taken.
    pub sampler: Sampler,
    /// Seed of the noise that a sampler adds on the way.
    pub noise_seed: u64,
}

impl Options {
    /// What is not said is the controls' default; where there is no control, a number is 1.
    pub fn settled(&self, controls: &Controls) -> Settings {
        let number = |said: Option<f64>, range: Option<Range>| said.or(range.map(|range| range.default)).unwrap_or(1.0);
        Settings {
            steps: number(self.steps.map(|steps| steps as f64), controls.steps) as usize,
            guidance: number(self.guidance, controls.guidance),
            temperature: number(self.temperature, controls.temperature),
            strength: number(self.strength, controls.strength),
            sampler: self.sampler.or(controls.samplers.first().copied()).unwrap_or_default(),
            noise_seed: self.noise_seed,
        }
    }
}

/// A request that no trajectory can start from.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum RequestError {
    /// No such model.
    #[error("unknown model \"{got}\": expected one of {expected}")]
    Model {
        /// What was asked for.
        got: String,
        /// The ids there are.
        expected: String,
    },
    /// The latent has another dimension than the model's.
    #[error("{model} expects a latent of {expected} numbers, got {got}")]
    LatentLength {
        /// The model's id.
        model: String,
        /// Its dimension.
        expected: usize,
        /// What came.
        got: usize,
    },
    /// A coordinate is NaN or infinite.
    #[error("{model} expects a finite latent, got {value} at coordinate {coordinate}")]
    LatentNotFinite {
        /// The model's id.
        model: String,
        /// Which coordinate.
        coordinate: usize,
        /// Its value.
        value: f32,
    },
    /// The condition is of another kind.
    #[error("{model} is narrowed by a {expected}, got a {got}")]
    Kind {
        /// The model's id.
        model: String,
        /// What narrows it.
        expected: &'static str,
        /// What came.
        got: &'static str,
    },
    /// The class or the style is not one of the model's.
    #[error("{model} knows the {name} 0 to {last}, got {got}")]
    Number {
        /// The model's id.
        model: String,
        /// Classes or styles.
        name: &'static str,
        /// The last of them.
        last: usize,
        /// What came.
        got: usize,
    },
    /// A number outside its range.
    #[error("{model} expects {name} from {min} to {max}, got {got}")]
    Range {
        /// The model's id.
        model: String,
        /// Which option.
        name: &'static str,
        /// The least.
        min: f64,
        /// The greatest.
        max: f64,
        /// What came.
        got: f64,
    },
    /// The family has no way back.
    #[error("{model} cannot go back from a picture to a latent")]
    NotInvertible {
        /// The model's id.
        model: String,
    },
    /// The family cannot start part of the way.
    #[error("{model} cannot begin with a picture")]
    NoImageToImage {
        /// The model's id.
        model: String,
    },
    /// The family has neither a likelihood nor a bound on it.
    #[error("{model} has no likelihood")]
    NoLikelihood {
        /// The model's id.
        model: String,
    },
}

impl From<RequestError> for PushforwardError {
    fn from(error: RequestError) -> Self {
        let (code, details) = match &error {
            RequestError::Model { got, .. } => {
                ("model", json!({ "name": "model", "expected": { "kind": "models" }, "got": got }))
            }
            RequestError::LatentLength { model, expected, got } => {
                ("latent-length", json!({ "model": model, "expected": expected, "got": got }))
            }
            RequestError::LatentNotFinite { model, coordinate, value } => {
                ("latent-not-finite", json!({ "model": model, "coordinate": coordinate, "got": value.to_string() }))
            }
            RequestError::Kind { model, expected, got } => {
                ("condition-kind", json!({ "model": model, "expected": expected, "got": got }))
            }
            RequestError::Number { model, name, last, got } => {
                let code = if *name == "styles" { "style" } else { "class" };
                (code, json!({ "model": model, "name": name, "min": 0, "max": last, "got": got }))
            }
            RequestError::Range { model, name, min, max, got } => {
                ("range", json!({ "model": model, "name": name, "min": min, "max": max, "got": got.to_string() }))
            }
            RequestError::NotInvertible { model } => ("not-invertible", json!({ "model": model })),
            RequestError::NoImageToImage { model } => ("no-image-to-image", json!({ "model": model })),
            RequestError::NoLikelihood { model } => ("no-likelihood", json!({ "model": model })),
        };
        Self::new(ErrorKind::Request, code, details, error)
    }
}

/// Checks what came from outside before a trajectory starts from it.
///
/// # Errors
/// When the latent, the condition or the options do not fit the model; says what would.
pub fn check(card: &ModelCard, latent: &[f32], condition: &Condition, options: &Options) -> Result<(), RequestError> {
    let model = || card.id.clone();
    let expected = card.latent.dimension();
    if latent.len() != expected {
        return Err(RequestError::LatentLength { model: model(), expected, got: latent.len() });
    }
    if let Some(coordinate) = latent.iter().position(|x| !x.is_finite()) {
        return Err(RequestError::LatentNotFinite { model: model(), coordinate, value: latent[coordinate] });
    }
    check_condition(card, condition)?;
    check_options(card, options)
}

/// Checks that options are within the model's controls; what a model has no control for it ignores.
///
/// # Errors
/// When a number is outside its range.
pub fn check_options(card: &ModelCard, options: &Options) -> Result<(), RequestError> {
    let Controls { steps, guidance, temperature, strength, .. } = &card.controls;
    let numbers = [
        ("steps", steps, options.steps.map(|steps| steps as f64)),
        ("guidance", guidance, options.guidance),
        ("temperature", temperature, options.temperature),
        ("strength", strength, options.strength),
    ];
    for (name, range, got) in numbers {
        if let (Some(Range { min, max, .. }), Some(got)) = (*range, got)
            && !(min..=max).contains(&got)
        {
            return Err(RequestError::Range { model: card.id.clone(), name, min, max, got });
        }
    }
    Ok(())
}

/// Checks that the model knows the condition.
///
/// # Errors
/// When it is of another kind than the model's, the class or the style is not one of the model's, or the way between
/// two sentences leads beyond them.
pub fn check_condition(card: &ModelCard, condition: &Condition) -> Result<(), RequestError> {
    let model = || card.id.clone();
    let of = |got: ConditionKind| match card.condition == got {
        true => Ok(()),
        false => Err(RequestError::Kind { model: model(), expected: card.condition.name(), got: got.name() }),
    };
    let numbered = |name, count: usize, got: usize| match got < count {
        true => Ok(()),
        false => Err(RequestError::Number { model: model(), name, last: count.saturating_sub(1), got }),
    };
    match condition {
        Condition::Any => Ok(()),
        Condition::Class(got) => {
            of(ConditionKind::Class)?;
            numbered("classes", card.classes.len(), *got)
        }
        Condition::Prompt(Prompt { towards, style, .. }) => {
            of(ConditionKind::Prompt)?;
            if let Some((_, got)) = *towards
                && !(0.0..=1.0).contains(&got)
            {
                return Err(RequestError::Range { model: model(), name: "a mix", min: 0.0, max: 1.0, got });
            }
            style.map_or(Ok(()), |got| numbered("styles", card.styles.len(), got))
        }
    }
}
