//! The state: everything that shapes a picture.

use serde::{Deserialize, Serialize};

use crate::cards::{Precision, Sampler};
use crate::latent::Mode;

/// Everything that shapes a picture.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct State {
    /// Id of the model.
    pub model: String,
    /// Which weights of the model drew the picture, counted from 1; none where they were never replaced.
    pub version: Option<u32>,
    /// The class, or any.
    pub class: ClassChoice,
    /// What to draw, and what at B; empty for anything, and for the same as at A.
    #[serde(default)]
    pub prompt: String,
    /// See `prompt`.
    #[serde(default)]
    pub toprompt: String,
    /// The name of a style; empty for any.
    #[serde(default)]
    pub style: String,
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
    /// Number of steps; like the other controls only where the model has it.
    pub steps: Option<u32>,
    /// Guidance scale.
    pub guidance: Option<f64>,
    /// Temperature.
    pub temperature: Option<f64>,
    /// How a step is taken.
    pub sampler: Option<Sampler>,
    /// Which coordinates of a latent shaped like a picture are painted over, as the text of a [`super::Mask`]; empty for none.
    #[serde(default)]
    pub mask: String,
    /// Seed of the Gaussian that they are taken from instead.
    pub brush: Option<u32>,
    /// Which coordinates of a latent that is a vector are B's, wherever the point is, as the text of a [`super::Mask`]; empty for none.
    #[serde(default)]
    pub swap: String,
    /// Seed of the first of many pictures under the same condition.
    pub draws: Option<u32>,
    /// What is left of the model's numbers.
    #[serde(default)]
    pub precision: Precision,
    /// The language in which the picture is shown, as BCP 47 has it; empty for the reader's own.
    #[serde(default)]
    pub lang: String,
    /// The step of the tour that the visitor is at, from 1; none for who takes none.
    pub tour: Option<u32>,
    /// The parts of the page that a lesson shows, with commas between them; empty for all.
    #[serde(default)]
    pub show: String,
    /// The properties that a lesson keeps as they are, with commas between them; empty for none.
    #[serde(default)]
    pub lock: String,
    /// What a lesson asks; empty where it asks nothing.
    #[serde(default)]
    pub task: String,
    /// What must hold for the task to be done, as the text of a [`super::Goal`]; empty where nothing is checked.
    #[serde(default)]
    pub goal: String,
}

/// The state of which nothing has been read yet.
pub(super) const BLANK: State = State {
    model: String::new(),
    version: None,
    class: ClassChoice::ANY,
    prompt: String::new(),
    toprompt: String::new(),
    style: String::new(),
    seed: 0,
    to: 0,
    mode: Mode::Slerp,
    t: 0.0,
    at: None,
    steps: None,
    guidance: None,
    temperature: None,
    sampler: None,
    mask: String::new(),
    brush: None,
    swap: String::new(),
    draws: None,
    precision: Precision::Q8,
    lang: String::new(),
    tour: None,
    show: String::new(),
    lock: String::new(),
    task: String::new(),
    goal: String::new(),
};

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
