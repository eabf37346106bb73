//! Checkpoints: where a training stands, on disk, complete or not at all.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use burn::module::Module;
use burn::store::ModuleRecord;
use pushforward::training::{Learner, Pace, TrainingConfig};
use pushforward::weights::Precision;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// What is known of a training beside its tensors.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Progress {
    /// Steps done.
    pub step: usize,
    /// Seconds spent, over all runs.
    pub seconds: f64,
    /// The config it was started with; another one starts a training of its own.
    pub config: Value,
    /// Devices it ran on, in order.
    pub devices: Vec<String>,
    /// The weights it began with, if they were not random, and the step it began at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub origin: Option<Origin>,
    #[serde(default)]
    pub begun: usize,
    /// Where it stands, if a deadline says so and not its step.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pace: Option<Pace>,
    /// The precision that it learns in, if it rounds to one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub precision: Option<Precision>,
}

impl Progress {
    /// Whether it is a training of this config. One that began before recipes named their data set and the shape of its
    /// pictures is held to the rest.
    pub fn is_of(&self, config: &Value) -> bool {
        let mut asked = config.clone();
        for (parent, field) in [("", "dataset"), ("/model", "side"), ("/model", "colours")] {
            let is_known = self.config.pointer(parent).is_some_and(|known| known.get(field).is_some());
            if let Some(fields) = asked.pointer_mut(parent).and_then(Value::as_object_mut).filter(|_| !is_known) {
                fields.remove(field);
            }
        }
        self.config == asked
    }

    /// How weights came about, for whom they are handed to: the command that trains them, its config, and what it took.
    ///
    /// # Errors
    /// When the config is not to be written as JSON.
    pub fn provenance(&self, model: &str, config: &TrainingConfig) -> Result<Value> {
        let going_on = if self.origin.is_some() { " --from-shipped" } else { "" };
        let mut provenance = json!({
            "command": format!("cargo run -p trainer --release -- train --model {model}{going_on}"),
            "config": config,
            "steps": self.step - self.begun,
            "minutes": (self.seconds / 6.0).round() / 10.0,
            "devices": self.devices,
        });
        if let Some(origin) = &self.origin {
            provenance["origin"] = serde_json::to_value(origin)?;
        }
        Ok(provenance)
    }
}

/// Weights that a training goes on from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Origin {
    /// Their checksum.
    pub sha256: String,
    /// What their card or pin says of how they were trained.
    pub training: Value,
}

/// The parameters as the last step left them, their running average, the optimizer's state, and what else is known.
const MODULE: &str = "module.bpk";
const AVERAGED: &str = "averaged.bpk";
const OPTIMIZER: &str = "optimizer.bpk";
const PROGRESS: &str = "progress.json";

/// The folder of one model's checkpoint.
pub struct Checkpoint {
    model: String,
    folder: PathBuf,
}

impl Checkpoint {
    /// The checkpoint of `model` under its run folder; nothing need be there.
    pub fn new(model: &str, run_folder: &Path) -> Self {
        Self { model: model.to_string(), folder: run_folder.join("checkpoint") }
    }

    /// Writes a checkpoint: into a folder beside it first, which then takes its place.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn save<M: Module>(&self, learner: &Learner<M>, progress: &Progress) -> Result<()> {
        let fresh = self.folder.with_extension("writing");
        let _ = fs::remove_dir_all(&fresh);
        fs::create_dir_all(&fresh)?;
        learner.module.clone().into_record().save(fresh.join(MODULE))?;
        if let Some(averaged) = &learner.averaged {
            averaged.clone().into_record().save(fresh.join(AVERAGED))?;
        }
        learner.optimizer.save(fresh.join(OPTIMIZER))?;
        fs::write(fresh.join(PROGRESS), serde_json::to_string_pretty(progress)?)?;
        let old = self.old();
        let _ = fs::remove_dir_all(&old);
        if self.folder.exists() {
            fs::rename(&self.folder, &old)?;
        }
        fs::rename(&fresh, &self.folder)?;
        let _ = fs::remove_dir_all(&old);
        Ok(())
    }

    fn old(&self) -> PathBuf {
        self.folder.with_extension("old")
    }

    /// One of its files, for whoever reads: a crash between the two renames of [`Checkpoint::save`] leaves the old
    /// checkpoint under its second name.
    fn file(&self, name: &str) -> Result<PathBuf> {
        let old = self.old();
        if !self.folder.exists() && old.exists() {
            fs::rename(&old, &self.folder).with_context(|| format!("finding {} again", self.folder.display()))?;
        }
        Ok(self.folder.join(name))
    }

    /// The progress on disk, if there is a checkpoint.
    ///
    /// # Errors
    /// When its file cannot be read, or is none.
    pub fn progress(&self) -> Result<Option<Progress>> {
        let path = self.file(PROGRESS)?;
        if !path.exists() {
            return Ok(None);
        }
        let text = fs::read_to_string(&path).with_context(|| format!("reading {}", path.display()))?;
        serde_json::from_str(&text).map(Some).with_context(|| format!("{} is not a progress file", path.display()))
    }

    /// Loads all that the next step depends on.
    ///
    /// # Errors
    /// When a file is missing, or does not fit the module.
    pub fn load<M: Module>(&self, mut learner: Learner<M>, progress: &Progress) -> Result<Learner<M>> {
        let path = self.file(OPTIMIZER)?;
        learner.optimizer = learner.optimizer.load(&path).with_context(|| format!("reading {}", path.display()))?;
        learner.averaged = learner.averaged.map(|averaged| self.load_module(averaged, AVERAGED)).transpose()?;
        learner.module = self.load_module(learner.module, MODULE)?;
        (learner.step, learner.pace) = (progress.step, progress.pace);
        Ok(learner)
    }

    /// Loads what the training is for: the averaged parameters if it averages, else the last.
    ///
    /// # Errors
    /// When there is no checkpoint, or it does not fit the module.
    pub fn load_trained<M: Module>(&self, module: M) -> Result<M> {
        let averages = self.file(AVERAGED)?.exists();
        self.load_module(module, if averages { AVERAGED } else { MODULE })
    }

    fn load_module<M: Module>(&self, module: M, file: &str) -> Result<M> {
        let path = self.file(file)?;
        ensure!(
            path.exists(),
            "there is no checkpoint at {}; make one with `train --model {}`",
            path.display(),
            self.model
        );
        let loaded = ModuleRecord::load(&path).and_then(|record| module.try_load_record(record));
        loaded.with_context(|| format!("{} does not fit the model", path.display()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use burn::nn::{Initializer, Linear, LinearConfig};
    use burn::tensor::Device;

    fn constant(value: f64) -> Linear {
        LinearConfig::new(2, 1).with_initializer(Initializer::Constant { value }).init(&Device::flex())
    }

    fn value(module: &Linear) -> f32 {
        module.weight.val().mean().into_scalar()
    }

    fn learner(config: &TrainingConfig) -> Learner<Linear> {
        Learner::new(constant(0.0), config, 10, Precision::Q8)
    }

    fn progress(config: Value) -> Progress {
        Progress { step: 3, seconds: 0.0, config, devices: vec![], origin: None, begun: 0, pace: None, precision: None }
    }

    #[test]
    fn a_checkpoint_whose_writing_was_cut_off_is_found_by_whoever_reads_it() {
        let config: TrainingConfig = serde_json::from_value(json!({
            "epochs": 1, "batch": 1, "learning_rate": 0.1, "warmup": 0, "weight_decay": 0.0, "gradient_norm": 1.0,
            "averaging": 0.9, "class_dropout": 0.0, "seed": 1,
        }))
        .unwrap();
        let mut saved = learner(&config);
        (saved.module, saved.averaged) = (constant(1.0), Some(constant(2.0)));
        let read: [&dyn Fn(&Checkpoint) -> f32; 3] = [
            &|checkpoint| checkpoint.progress().unwrap().map_or(0.0, |progress| progress.step as f32),
            &|checkpoint| 1.0 + value(&checkpoint.load_trained(constant(0.0)).unwrap()),
            &|checkpoint| {
                let learner = checkpoint.load(learner(&config), &progress(Value::Null)).unwrap();
                value(&learner.module) + value(&learner.averaged.unwrap())
            },
        ];
        for read in read {
            let run = tempfile::tempdir().unwrap();
            let checkpoint = Checkpoint::new("tiny", run.path());
            checkpoint.save(&saved, &progress(Value::Null)).unwrap();
            // As between the two renames.
            fs::rename(run.path().join("checkpoint"), run.path().join("checkpoint.old")).unwrap();
            assert_eq!(read(&checkpoint), 3.0);
        }
    }

    #[test]
    fn a_training_is_of_one_data_set_as_far_as_is_known() {
        let asked = json!({ "dataset": "fashion", "model": { "layers": 1, "side": 28, "colours": 1 } });
        assert!(progress(asked.clone()).is_of(&asked));
        assert!(progress(json!({ "model": { "layers": 1 } })).is_of(&asked));
        assert!(progress(json!({ "model": { "layers": 1, "side": 28 } })).is_of(&asked));
        assert!(!progress(json!({ "model": { "layers": 2 } })).is_of(&asked));
        assert!(!progress(json!({ "model": { "layers": 1, "side": 32 } })).is_of(&asked));
        assert!(!progress(json!({ "dataset": "emoji", "model": { "layers": 1 } })).is_of(&asked));
    }
}
