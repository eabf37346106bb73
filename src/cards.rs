//! Cards: plain types of all that is known of a model, and of what can be chosen about it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// What is known of a model: what it is, how it was made, and how well it does.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ModelCard {
    /// Unique name, also the folder under `models/`: `vae-fashion`.
    pub id: String,
    /// Which family of [`crate::families`]: `vae`.
    pub family: String,
    /// The name people read.
    pub name: String,
    /// Where the family comes from, as an arXiv number.
    pub paper: String,
    /// What it was trained on.
    pub dataset: Dataset,
    /// Names of the classes a condition can choose from.
    pub classes: Vec<String>,
    /// Names of the styles a prompt can choose from.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub styles: Vec<String>,
    /// The Gaussian it starts from.
    pub latent: LatentShape,
    /// The pictures it ends in.
    pub image: ImageShape,
    /// What narrows the distribution.
    pub condition: ConditionKind,
    /// Forward passes for one picture.
    pub forward_passes: String,
    /// Steps of a trajectory, or of one where nobody chooses their number.
    pub steps: usize,
    /// Whether there is a way back, from a picture to a latent.
    #[serde(default)]
    pub invertible: bool,
    /// Of a model that makes one choice after the other: between how many alternatives.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alternatives: Option<usize>,
    /// What can be chosen about the way.
    #[serde(default)]
    pub controls: Controls,
    /// Number of parameters.
    pub parameters: usize,
    /// The family's own config; its fields are the family's.
    pub config: serde_json::Value,
    /// Counts the weights that have shipped, from 1: other weights draw other pictures of the same links.
    #[serde(default = "first", skip_serializing_if = "is_first")]
    pub version: u32,
    /// The file that ships.
    pub weights: WeightsFile,
    /// How it was trained.
    pub training: serde_json::Value,
    /// What `trainer evaluate` measured.
    #[serde(default)]
    pub quality: serde_json::Value,
    /// In what it stays behind the aim, and why, in one line of each language, `en` and `zh`; empty if in nothing.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub known_limits: BTreeMap<String, String>,
}

/// The version of a model whose weights were never replaced.
fn first() -> u32 {
    1
}

fn is_first(version: &u32) -> bool {
    *version == first()
}

/// What narrows a model's distribution.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ConditionKind {
    /// One of its classes.
    Class,
    /// A sentence, and one of its styles.
    Prompt,
}

impl ConditionKind {
    /// Its name on cards.
    pub fn name(self) -> &'static str {
        match self {
            Self::Class => "class",
            Self::Prompt => "prompt",
        }
    }
}

/// A data set and the terms it comes under.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Dataset {
    /// Its name.
    pub name: String,
    /// Its licence.
    pub licence: String,
    /// Where to read about it.
    pub url: String,
}

/// Shape of a latent; its coordinates are the product.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct LatentShape {
    /// One number for a vector, three (channels, height, width) for a Gaussian shaped like a picture.
    pub shape: Vec<usize>,
}

impl LatentShape {
    /// Number of coordinates.
    pub fn dimension(&self) -> usize {
        self.shape.iter().product()
    }
}

/// What of [`crate::generator::Options`] a model knows; what is absent it ignores.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Controls {
    /// Number of steps.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub steps: Option<Range>,
    /// Guidance scale.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub guidance: Option<Range>,
    /// Temperature.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub temperature: Option<Range>,
    /// How far towards noise a given picture goes before it is drawn anew, for models that can begin with one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub strength: Option<Range>,
    /// Samplers, the default first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub samplers: Vec<Sampler>,
}

/// The range of a number that can be chosen.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Range {
    /// The least.
    pub min: f64,
    /// The greatest.
    pub max: f64,
    /// What it is when nobody chooses.
    pub default: f64,
}

/// Size of a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImageShape {
    /// Pixels in a row.
    pub width: usize,
    /// Rows.
    pub height: usize,
    /// 1 for grey, 3 for colour.
    pub channels: usize,
}

/// A weights file as the card pins it.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct WeightsFile {
    /// Its name beside the card.
    pub file: String,
    /// Its size.
    pub bytes: usize,
    /// SHA-256 of it, in hexadecimal.
    pub sha256: String,
    /// What its numbers are.
    pub precision: Precision,
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

/// What the numbers of a file are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Precision {
    /// 8-bit integers.
    #[default]
    Q8,
    /// 4-bit integers.
    Q4,
}

impl Precision {
    /// Every precision, the finest first.
    pub const ALL: [Self; 2] = [Self::Q8, Self::Q4];

    /// The precision of a name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|precision| precision.name() == name)
    }

    /// Its name on cards, in files and in links.
    pub fn name(self) -> &'static str {
        match self {
            Self::Q8 => "q8",
            Self::Q4 => "q4",
        }
    }

    /// The largest integer; the smallest is its negative.
    pub fn largest(self) -> f32 {
        match self {
            Self::Q8 => 127.0,
            Self::Q4 => 7.0,
        }
    }
}
