//! Judges whose weights are part of the program: figures are only comparable under the same judge.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use pushforward::cards::WeightsFile;
use pushforward::training::{Objective, TrainingConfig};
use pushforward::weights::{self, Precision};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::checkpoint::{Checkpoint, Origin};
use crate::common::Common;
use crate::examples::Examples;
use crate::model;
use crate::train::{self, Schedule, Task};

/// A module that can be pinned.
pub trait Judging: Objective {
    /// What of it can be chosen.
    type Config: DeserializeOwned;

    /// The module, its weights random.
    fn init(config: &Self::Config, device: &burn::tensor::Device) -> Self;

    /// The module that goes on from the pinned one, whose config may be another.
    fn going_on_from(self, pinned: Self) -> Self {
        pinned
    }
}

/// A judge's files, as they were when the program was compiled.
pub struct Pinned {
    /// Its name on the command line.
    pub id: &'static str,
    /// Its folder in the repository.
    pub folder: &'static str,
    /// What is trained, and how.
    pub recipe: &'static str,
    /// Its weights, and what they are.
    pub weights: &'static [u8],
    pub pin: &'static str,
}

/// What is trained, and how.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Recipe {
    /// What of the module can be chosen.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    model: Value,
    training: TrainingConfig,
}

/// The weights that are pinned, of what module they are, and how they came about.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Pin {
    #[serde(flatten)]
    weights: WeightsFile,
    #[serde(default, skip_serializing_if = "Value::is_null")]
    model: Value,
    #[serde(default, skip_serializing_if = "Value::is_null")]
    training: Value,
}

impl Pinned {
    /// The judge that all figures are measured with.
    ///
    /// # Errors
    /// When the weights are not those of the pin, or of another module.
    pub fn load<M: Judging>(&self, device: &burn::tensor::Device) -> Result<M> {
        let Pin { weights, model, .. } = self.pin()?;
        let module = M::init(&self.config::<M>(model)?, device);
        Ok(weights::load(self.id, &weights, self.weights, weights.precision, module)?)
    }

    /// SHA-256 of its weights.
    ///
    /// # Errors
    /// When the pin is none.
    pub fn checksum(&self) -> Result<String> {
        Ok(self.pin()?.weights.sha256)
    }

    /// How it is trained.
    ///
    /// # Errors
    /// When its recipe is none.
    pub fn training(&self) -> Result<TrainingConfig> {
        Ok(self.recipe()?.training)
    }

    /// What of it is chosen.
    ///
    /// # Errors
    /// When its recipe is none, or of another module.
    pub fn chosen<M: Judging>(&self) -> Result<M::Config> {
        self.config::<M>(self.recipe()?.model)
    }

    fn pin(&self) -> Result<Pin> {
        serde_json::from_str(self.pin).with_context(|| format!("the pin of {}", self.id))
    }

    fn recipe(&self) -> Result<Recipe> {
        serde_json::from_str(self.recipe).with_context(|| format!("the recipe of {}", self.id))
    }

    fn config<M: Judging>(&self, model: Value) -> Result<M::Config> {
        serde_json::from_value(model).with_context(|| format!("what is chosen of {}", self.id))
    }

    /// Trains it by its committed recipe, or from where the learning rate begins anew.
    ///
    /// # Errors
    /// See [`train::train`].
    pub fn train<M: Judging>(&self, common: &Common, schedule: &Schedule, examples: &dyn Examples) -> Result<M> {
        let (recipe, device, folder) = (self.recipe()?, common.device.open()?, common.run_folder());
        device.seed(recipe.training.seed);
        let module = M::init(&self.chosen::<M>()?, &device);
        let (module, origin) = if schedule.from_shipped {
            let Pin { weights, training, .. } = self.pin()?;
            (module.going_on_from(self.load(&device)?), Some(Origin { sha256: weights.sha256, training }))
        } else {
            (module, None)
        };
        let task = Task {
            model: self.id,
            config: serde_json::to_value(&recipe)?,
            training: &recipe.training,
            precision: Precision::default(),
            folder: &folder,
            device_name: common.device.name(),
            origin,
        };
        train::train(&task, module, examples, schedule, &device)
    }

    /// Packs the checkpoint into the pinned weights; every figure of every card must be measured anew.
    ///
    /// # Errors
    /// When there is no checkpoint, or the files cannot be written.
    pub fn renew<M: Judging>(&self, common: &Common) -> Result<()> {
        let (Recipe { model, training }, folder) = (self.recipe()?, common.run_folder());
        let checkpoint = Checkpoint::new(self.id, &folder);
        let module = checkpoint.load_trained(M::init(&self.chosen::<M>()?, &common.device.open()?))?;
        let progress = checkpoint.progress()?.context("the checkpoint has no progress file")?;
        let bytes = weights::pack(self.id, &module, Precision::Q8)?;
        let weights = model::pin(&bytes, Precision::Q8);
        fs::write(Path::new(self.folder).join(&weights.file), &bytes)?;
        let pin = Pin { weights, model, training: progress.provenance(self.id, &training)? };
        fs::write(Path::new(self.folder).join("pin.json"), serde_json::to_string_pretty(&pin)? + "\n")?;
        println!("pinned {} bytes; build the trainer again, then `evaluate` every model it judges", bytes.len());
        Ok(())
    }
}
