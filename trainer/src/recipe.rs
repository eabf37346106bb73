//! What is trained, and how: a model's committed config.

use std::collections::BTreeMap;
use std::fs;

use anyhow::{Context, Result, ensure};
use pushforward::cards::{ConditionKind, ImageShape};
use pushforward::datasets::{self, Dataset};
use pushforward::families::{self, Family, Visitor};
use pushforward::training::TrainingConfig;
use pushforward::weights::Precision;
use serde::{Deserialize, Serialize};

use crate::common::Common;

/// `models/ID/train.json`: what is trained, and how.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recipe {
    /// Which data set.
    pub dataset: String,
    /// Which family.
    pub family: String,
    /// The name people read.
    pub name: String,
    /// The family's paper.
    pub paper: String,
    /// The family's config.
    pub model: serde_json::Value,
    /// The loop's config.
    pub training: TrainingConfig,
    /// In which precision it ships; no part of what a checkpoint is bound to, which can be packed in any.
    #[serde(default, skip_serializing)]
    pub precision: Precision,
    /// Which weights of this model these are, counted from 1: links say it, for others draw other pictures.
    #[serde(default = "first", skip_serializing)]
    pub version: u32,
    /// The card's line of that name; no part of what a checkpoint is bound to.
    #[serde(default, skip_serializing)]
    pub known_limits: BTreeMap<String, String>,
}

fn first() -> u32 {
    1
}

impl Recipe {
    /// The recipe of a model.
    ///
    /// # Errors
    /// When there is no such model, or its file is no recipe.
    pub fn load(common: &Common) -> Result<Self> {
        let path = common.folder().join("train.json");
        let text = fs::read_to_string(&path).with_context(|| {
            format!("there is no model \"{}\": no {} (expected {})", common.model, path.display(), known(common))
        })?;
        serde_json::from_str(&text).with_context(|| format!("{} is not a training config", path.display()))
    }

    /// The data set that it names.
    ///
    /// # Errors
    /// When there is none of this name.
    pub fn dataset(&self) -> Result<Dataset> {
        let ids = datasets::ALL.map(|dataset| dataset.id).join(", ");
        datasets::named(&self.dataset).with_context(|| format!("expected a data set of {ids}, got {}", self.dataset))
    }

    /// Does something with the recipe's family.
    ///
    /// # Errors
    /// When there is none of this name.
    pub fn with_family<V: Visitor>(&self, visitor: V) -> Result<V::Output> {
        families::with(&self.family, visitor)
            .with_context(|| format!("expected a family of {}, got {}", families::NAMES.join(", "), self.family))
    }

    /// The config of its family.
    ///
    /// # Errors
    /// When it is another family's, or of other pictures or conditions than the data set's.
    pub fn config<F: Family>(&self) -> Result<F::Config> {
        let config = serde_json::from_value(self.model.clone());
        let config = config.with_context(|| format!("the config is not a {}'s", F::NAME))?;
        let (dataset, image) = (self.dataset()?, F::traits(&config).image);
        ensure!(
            image == dataset.image,
            "expected a config of {}'s pictures ({}), got one of others ({})",
            dataset.name,
            in_words(dataset.image),
            in_words(image)
        );
        let condition = if F::buckets(&config).is_some() { ConditionKind::Prompt } else { ConditionKind::Class };
        ensure!(
            condition == dataset.condition,
            "expected a family that takes a {}, as {} has, got one that takes a {}",
            dataset.condition.name(),
            dataset.name,
            condition.name()
        );
        Ok(config)
    }
}

fn in_words(ImageShape { width, height, channels }: ImageShape) -> String {
    format!("{width} x {height} pixels, {channels} channels")
}

/// The models there are, for messages.
pub fn known(common: &Common) -> String {
    let folders = fs::read_dir(&common.models).into_iter().flatten().flatten();
    let mut ids: Vec<String> = folders
        .filter(|entry| entry.path().join("train.json").exists())
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    ids.sort();
    if ids.is_empty() {
        format!("a folder in {}", common.models.display())
    } else {
        format!("one of {}", ids.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pushforward::families::flow::{Flow, FlowConfig};
    use pushforward::families::vae::{Vae, VaeConfig};
    use serde_json::json;

    fn refused<F: Family>(dataset: &str, config: impl Serialize) -> String {
        let training = json!({
            "epochs": 1, "batch": 1, "learning_rate": 0.1, "warmup": 0, "weight_decay": 0.0, "gradient_norm": 1.0,
            "class_dropout": 0.0, "seed": 1,
        });
        let recipe = json!({
            "dataset": dataset, "family": F::NAME, "name": "", "paper": "", "model": config, "training": training,
        });
        let recipe: Recipe = serde_json::from_value(recipe).unwrap();
        recipe.config::<F>().map_or_else(|error| error.to_string(), |_| String::new())
    }

    #[test]
    fn a_config_is_of_the_data_sets_pictures_and_conditions() {
        assert_eq!(refused::<Flow>("fashion", FlowConfig::new()), "");
        let small = refused::<Flow>("fashion", FlowConfig::new().with_side(8));
        assert!(
            small.contains("(28 x 28 pixels, 1 channels), got one of others (8 x 8 pixels, 1 channels)"),
            "{small}"
        );
        let unknown = refused::<Flow>("faces", FlowConfig::new());
        assert!(unknown.contains("expected a data set of fashion, emoji, got faces"), "{unknown}");
        let vae = VaeConfig::new().with_side(32).with_colours(3);
        let classes = refused::<Vae>("emoji", vae);
        assert!(classes.contains("expected a family that takes a prompt, as Emoji has"), "{classes}");
    }
}
