//! Judges whose weights are part of the program: figures are only comparable under the same judge.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use burn::module::Module;
use pushforward::catalogue::WeightsFile;
use pushforward::generator::Objective;
use pushforward::weights::{self, Precision};
use serde_json::json;

use crate::checkpoint::{Checkpoint, Origin};
use crate::commands::Common;
use crate::data::Examples;
use crate::train::{self, Schedule, Task, TrainingConfig};

/// A judge's files, as they were when the program was compiled.
pub struct Pinned {
    /// Its name on the command line.
    pub id: &'static str,
    /// Its folder in the repository.
    pub folder: &'static str,
    /// How it is trained.
    pub config: &'static str,
    /// Its weights, and the checksum they must have.
    pub weights: &'static [u8],
    pub pin: &'static str,
}

impl Pinned {
    /// The judge that all figures are measured with.
    ///
    /// # Errors
    /// When the weights are not those of the pin, or of another module.
    pub fn load<M: Module>(&self, module: M) -> Result<M> {
        let pin: WeightsFile = serde_json::from_str(self.pin).with_context(|| format!("the pin of {}", self.id))?;
        Ok(weights::load(self.id, &pin, self.weights, pin.precision, module)?)
    }

    /// SHA-256 of its weights.
    ///
    /// # Errors
    /// When the pin is none.
    pub fn checksum(&self) -> Result<String> {
        let pin: WeightsFile = serde_json::from_str(self.pin).with_context(|| format!("the pin of {}", self.id))?;
        Ok(pin.sha256)
    }

    /// How it is trained.
    ///
    /// # Errors
    /// When its config is none.
    pub fn training(&self) -> Result<TrainingConfig> {
        serde_json::from_str(self.config).with_context(|| format!("the config of {}", self.id))
    }

    /// Trains it from its committed config, or from where the learning rate begins anew.
    ///
    /// # Errors
    /// See [`train::train`].
    pub fn train<M: Objective>(
        &self,
        common: &Common,
        schedule: &Schedule,
        examples: &impl Examples,
        init: impl FnOnce(&burn::tensor::Device) -> M,
    ) -> Result<M> {
        let (training, device, folder) = (self.training()?, common.device.open()?, common.run_folder());
        device.seed(training.seed);
        let module = init(&device);
        let (module, origin) = if schedule.from_shipped {
            (self.load(module)?, Some(Origin { sha256: self.checksum()?, training: json!({ "command": "pinned" }) }))
        } else {
            (module, None)
        };
        let task = Task {
            model: self.id,
            config: serde_json::to_value(&training)?,
            training: &training,
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
    pub fn pin<M: Module>(&self, common: &Common, module: M) -> Result<()> {
        let module = Checkpoint::new(self.id, &common.run_folder()).load_module(module)?;
        let bytes = weights::pack(self.id, &module, Precision::Q8)?;
        let pin = json!({
            "file": "weights.bpk",
            "bytes": bytes.len(),
            "sha256": weights::checksum(&bytes),
            "precision": Precision::Q8,
        });
        fs::write(Path::new(self.folder).join("weights.bpk"), &bytes)?;
        fs::write(Path::new(self.folder).join("pin.json"), serde_json::to_string_pretty(&pin)? + "\n")?;
        println!("pinned {} bytes; build the trainer again, then `evaluate` every model it judges", bytes.len());
        Ok(())
    }
}
