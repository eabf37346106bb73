//! What every family is: a map that starts at a Gaussian latent and ends in a picture.

use burn::module::{Module, ParamId};
use burn::tensor::{Device, Int, Tensor, TensorData};
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::catalogue::{Controls, ModelCard, Range};
use crate::latent::normals;

/// A map from latents to pictures.
pub trait Generator {
    /// What is known of this model.
    fn card(&self) -> &ModelCard;

    /// Starts the map at latents z `[batch, dimension]`, z ~ N(0, I), all under one condition.
    ///
    /// What comes from outside is checked by [`check`] first; past it nothing here fails.
    fn start(&self, z: Tensor<2>, condition: &Condition, options: &Options) -> Box<dyn Trajectory>;

    /// Starts the map part of the way, at pictures `[batch, channels, height, width]` mixed with as much of the latents z
    /// `[batch, dimension]` as [`Options::strength`] says, where the family can (arXiv 2108.01073, algorithm 1).
    fn image_to_image(
        &self,
        _images: Tensor<4>,
        _z: Tensor<2>,
        _condition: &Condition,
        _options: &Options,
    ) -> Option<Box<dyn Trajectory>> {
        None
    }

    /// Goes back from pictures `[batch, channels, height, width]` to latents `[batch, dimension]` that draw them
    /// under the same condition and options, where the family can.
    fn invert(&self, _images: Tensor<4>, _condition: &Condition, _options: &Options) -> Option<Tensor<2>> {
        None
    }

    /// Bits per dimension of 8-bit pictures under their classes, where the family has a likelihood or
    /// a bound on it. Draws its noise from `rng`.
    fn bits_per_dim(&self, _images: Tensor<4>, _classes: Tensor<1, Int>, _rng: &mut ChaCha8Rng) -> Option<BitsPerDim> {
        None
    }
}

/// Bits per dimension, one number a picture `[batch]`.
#[derive(Debug, Clone)]
pub enum BitsPerDim {
    /// Those of the model's own density or distribution.
    Exact(Tensor<1>),
    /// At most so many.
    Bound(Tensor<1>),
}

/// A map under way, from noise to picture.
pub trait Trajectory {
    /// Advances one step and returns the picture so far `[batch, channels, height, width]`, of which
    /// [-1, 1] can be shown; `None` once the picture is final.
    fn step(&mut self) -> Option<Tensor<4>>;

    /// How many steps the whole way takes.
    fn steps(&self) -> usize;

    /// The final picture as it is predicted from where the way stands, where the family predicts one.
    fn predicted(&self) -> Option<Tensor<4>> {
        None
    }

    /// The choices of the last step, of a family that makes one after the other.
    fn choices(&self) -> Option<Choices> {
        None
    }
}

/// What some choices were between and what was chosen, each by inverse transform sampling: the first alternative whose
/// cumulative probability exceeds u = Phi(z).
#[derive(Debug, Clone)]
pub struct Choices {
    /// The probability of each alternative and all before it, `[batch, choices, alternatives]`.
    pub cumulative: Tensor<3>,
    /// The numbers u in [0, 1], `[batch, choices]`.
    pub u: Tensor<2>,
    /// The alternatives that were chosen, `[batch, choices]`.
    pub chosen: Tensor<2>,
}

/// The trajectory of the one-shot families: a single step from z to the picture.
pub struct OneShot<F>(Option<F>);

impl<F: FnOnce() -> Tensor<4>> OneShot<F> {
    /// The trajectory whose one step is `draw`.
    pub fn new(draw: F) -> Self {
        Self(Some(draw))
    }
}

impl<F: FnOnce() -> Tensor<4>> Trajectory for OneShot<F> {
    fn step(&mut self) -> Option<Tensor<4>> {
        self.0.take().map(|draw| draw())
    }

    fn steps(&self) -> usize {
        1
    }
}

/// Runs a trajectory to its end and returns the final pictures in [-1, 1].
pub fn finish(mut trajectory: Box<dyn Trajectory>) -> Tensor<4> {
    let mut picture = trajectory.step().expect("a trajectory has at least one step");
    while let Some(next) = trajectory.step() {
        picture = next;
    }
    picture.clamp(-1.0, 1.0)
}

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

/// How to walk the way; what a family does not know it ignores, what is not said is the card's default.
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

/// How a step of an iterative family is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Sampler {
    /// Deterministic, second order, one forward pass a step (Adams-Bashforth, as in arXiv 2202.09778).
    #[default]
    Multistep,
    /// Deterministic, first order (DDIM, arXiv 2010.02502).
    Ddim,
    /// Deterministic, second order, two forward passes a step (arXiv 2206.00364).
    Heun,
    /// Fresh noise at every step (DDPM, arXiv 2006.11239).
    Ancestral,
}

impl Sampler {
    /// Every sampler, by the name that links and cards use.
    pub const ALL: [(&'static str, Self); 4] =
        [("multistep", Self::Multistep), ("ddim", Self::Ddim), ("heun", Self::Heun), ("ancestral", Self::Ancestral)];

    /// Its name.
    pub fn name(self) -> &'static str {
        Self::ALL.into_iter().find(|(_, sampler)| *sampler == self).expect("all are listed").0
    }

    /// The sampler of a name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|(known, _)| *known == name).map(|(_, sampler)| sampler)
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
        expected: String,
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
    let said = |got: &'static str| Err(RequestError::Kind { model: model(), expected: card.condition.clone(), got });
    let numbered = |name, count: usize, got: usize| match got < count {
        true => Ok(()),
        false => Err(RequestError::Number { model: model(), name, last: count.saturating_sub(1), got }),
    };
    match condition {
        Condition::Any => Ok(()),
        Condition::Class(_) if card.condition != "class" => said("class"),
        Condition::Class(got) => numbered("classes", card.classes.len(), *got),
        Condition::Prompt(_) if card.condition != "prompt" => said("prompt"),
        Condition::Prompt(Prompt { towards, style, .. }) => {
            if let Some((_, got)) = *towards
                && !(0.0..=1.0).contains(&got)
            {
                return Err(RequestError::Range { model: model(), name: "a mix", min: 0.0, max: 1.0, got });
            }
            style.map_or(Ok(()), |got| numbered("styles", card.styles.len(), got))
        }
    }
}

/// A module that can be trained: the family's file holds the loss, the trainer only the loop.
pub trait Objective: Module {
    /// The loss of a batch of pictures `[batch, channels, height, width]` under conditions, a row of numbers each
    /// `[batch, numbers]` (a class is one, see [`Condition::index`]), its noise drawn from `rng`.
    fn loss(&self, images: Tensor<4>, conditions: Tensor<2, Int>, rng: &mut ChaCha8Rng) -> Loss;

    /// The module before its first step, where its initial parameters depend on the first batch.
    fn prepared(self, _images: Tensor<4>, _conditions: Tensor<2, Int>, _rng: &mut ChaCha8Rng) -> Self {
        self
    }

    /// The module as it trains on once the fraction `done` in [0, 1) of the training is behind it.
    fn progressed(self, _done: f64) -> Self {
        self
    }

    /// Parameters that learn faster than the others, and how many times as fast.
    fn faster(&self) -> Option<(f64, Vec<ParamId>)> {
        None
    }
}

/// A loss to descend, and the parts of it that one wants to see.
pub struct Loss {
    /// The number to descend, `[1]`.
    pub total: Tensor<1>,
    /// Named terms `[1]` for the log.
    pub terms: Vec<(&'static str, Tensor<1>)>,
}

impl Loss {
    /// Both at once, the terms one after the other.
    pub fn and(mut self, other: Self) -> Self {
        self.terms.extend(other.terms);
        Self { total: self.total + other.total, terms: self.terms }
    }
}

/// Standard normal noise, the same on every device.
pub fn noise<const D: usize>(shape: [usize; D], rng: &mut ChaCha8Rng, device: &Device) -> Tensor<D> {
    Tensor::from_data(TensorData::new(normals(rng, shape.iter().product()), shape), device)
}
