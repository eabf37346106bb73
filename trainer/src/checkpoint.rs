//! Checkpoints: where a training stands, on disk, complete or not at all.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use burn::module::Module;
use burn::optim::ModuleOptimizer;
use burn::store::ModuleRecord;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::train::TrainingConfig;

/// What is known of a training beside its tensors.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Progress {
    /// Steps done.
    pub step: usize,
    /// Seconds spent, over all runs.
    pub seconds: f64,
    /// The config it was started with; another one starts a training of its own.
    pub config: serde_json::Value,
    /// Devices it ran on, in order.
    pub devices: Vec<String>,
    /// The weights it began with, if they were not random, and the step it began at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub origin: Option<Origin>,
    #[serde(default)]
    pub begun: usize,
}

impl Progress {
    /// How weights came about, for whom they are handed to: the command that trains them, its config, and what it took.
    ///
    /// # Errors
    /// When the config is not to be written as JSON.
    pub fn told(&self, model: &str, config: &TrainingConfig) -> Result<serde_json::Value> {
        let going_on = if self.origin.is_some() { " --from-shipped" } else { "" };
        let mut told = json!({
            "command": format!("cargo run -p trainer --release -- train --model {model}{going_on}"),
            "config": config,
            "steps": self.step - self.begun,
            "minutes": (self.seconds / 6.0).round() / 10.0,
            "devices": self.devices,
        });
        if let Some(origin) = &self.origin {
            told["origin"] = serde_json::to_value(origin)?;
        }
        Ok(told)
    }
}

/// Weights that a training goes on from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Origin {
    /// Their checksum.
    pub sha256: String,
    /// What their card or pin says of how they were trained.
    pub training: serde_json::Value,
}

/// The parameters as the last step left them, and their running average.
const MODULE: &str = "module.bpk";
const AVERAGED: &str = "averaged.bpk";

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
    pub fn save<M: Module>(
        &self,
        module: &M,
        averaged: Option<&M>,
        optimizer: &ModuleOptimizer,
        progress: &Progress,
    ) -> Result<()> {
        let fresh = self.folder.with_extension("writing");
        let _ = fs::remove_dir_all(&fresh);
        fs::create_dir_all(&fresh)?;
        module.clone().into_record().save(fresh.join(MODULE))?;
        if let Some(averaged) = averaged {
            averaged.clone().into_record().save(fresh.join(AVERAGED))?;
        }
        optimizer.save(fresh.join("optimizer.bpk"))?;
        fs::write(fresh.join("progress.json"), serde_json::to_string_pretty(progress)?)?;
        let old = self.folder.with_extension("old");
        let _ = fs::remove_dir_all(&old);
        if self.folder.exists() {
            fs::rename(&self.folder, &old)?;
        }
        fs::rename(&fresh, &self.folder)?;
        let _ = fs::remove_dir_all(&old);
        Ok(())
    }

    /// The progress on disk, if there is a checkpoint.
    pub fn progress(&self) -> Result<Option<Progress>> {
        // A crash between the two renames of `save` leaves the old checkpoint under its second name.
        let old = self.folder.with_extension("old");
        if !self.folder.exists() && old.exists() {
            fs::rename(&old, &self.folder)?;
        }
        let path = self.folder.join("progress.json");
        if !path.exists() {
            return Ok(None);
        }
        let text = fs::read_to_string(&path).with_context(|| format!("reading {}", path.display()))?;
        serde_json::from_str(&text).map(Some).with_context(|| format!("{} is not a progress file", path.display()))
    }

    /// Loads the parameters as the last step left them.
    pub fn load_module<M: Module>(&self, module: M) -> Result<M> {
        self.load(module, MODULE)
    }

    /// Loads the averaged parameters.
    pub fn load_averaged<M: Module>(&self, module: M) -> Result<M> {
        self.load(module, AVERAGED)
    }

    /// Loads what the training is for: the averaged parameters if it averages, else the last.
    pub fn load_trained<M: Module>(&self, module: M) -> Result<M> {
        self.load(module, if self.folder.join(AVERAGED).exists() { AVERAGED } else { MODULE })
    }

    fn load<M: Module>(&self, module: M, file: &str) -> Result<M> {
        let path = self.folder.join(file);
        ensure!(
            path.exists(),
            "there is no checkpoint at {}; make one with `train --model {}`",
            path.display(),
            self.model
        );
        let loaded = ModuleRecord::load(&path).and_then(|record| module.try_load_record(record));
        loaded.with_context(|| format!("{} does not fit the model", path.display()))
    }

    /// Loads the optimizer's state.
    pub fn load_optimizer(&self, optimizer: ModuleOptimizer) -> Result<ModuleOptimizer> {
        let path = self.folder.join("optimizer.bpk");
        optimizer.load(&path).with_context(|| format!("reading {}", path.display()))
    }
}
