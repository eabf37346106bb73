//! The models that ship, by their cards.
//!
//! Cards are compiled in: they hold the checksum that a weights file must have, so a file fetched
//! at run time is trusted as far as it agrees with the program that reads it.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use crate::generator::Sampler;
use crate::weights::Precision;

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
    /// What narrows the distribution: `class` or `prompt`.
    pub condition: String,
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
    /// The file that ships.
    pub weights: WeightsFile,
    /// How it was trained.
    pub training: serde_json::Value,
    /// What `trainer evaluate` measured.
    #[serde(default)]
    pub quality: serde_json::Value,
    /// In what it stays behind the aim, and why, in one line of each language, `en` and `zh`; empty if in nothing.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub shortfall: BTreeMap<String, String>,
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

/// The cards of all models that ship, in the order the page lists them.
pub fn cards() -> &'static [ModelCard] {
    static CARDS: LazyLock<Vec<ModelCard>> = LazyLock::new(|| {
        [
            include_str!("../models/vae-fashion/card.json"),
            include_str!("../models/gan-fashion/card.json"),
            include_str!("../models/flow-fashion/card.json"),
            include_str!("../models/diffusion-fashion/card.json"),
            include_str!("../models/autoregressive-fashion/card.json"),
            include_str!("../models/codes-fashion/card.json"),
            include_str!("../models/emoji/card.json"),
        ]
        .map(|text| serde_json::from_str(text).expect("the cards are checked by a test"))
        .into()
    });
    &CARDS
}

/// The card of one model.
pub fn card(id: &str) -> Option<&'static ModelCard> {
    cards().iter().find(|card| card.id == id)
}
