//! A model's files: its committed config, its card, its weights, and what is done with them.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use burn::module::Module;
use pushforward::catalogue::{Dataset, ImageShape, LatentShape, ModelCard, WeightsFile};
use pushforward::families::{self, vae};
use pushforward::generator::Generator;
use pushforward::weights;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::checkpoint::Checkpoint;
use crate::commands::Common;
use crate::data::{SIDE, Split};
use crate::train::{self, Schedule, Task, TrainingConfig};

/// Name of the weights file beside its card.
const WEIGHTS: &str = "weights.bpk";

/// The classes of Fashion-MNIST, in the order of their numbers.
const CLASSES: [&str; 10] =
    ["T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"];

/// `models/ID/train.json`: what is trained, and how.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recipe {
    /// Which family.
    family: String,
    /// The name people read.
    name: String,
    /// The family's paper.
    paper: String,
    /// The family's config.
    model: serde_json::Value,
    /// The loop's config.
    training: TrainingConfig,
}

impl Recipe {
    fn load(common: &Common) -> Result<Self> {
        let path = common.folder().join("train.json");
        let text = fs::read_to_string(&path).with_context(|| {
            format!("there is no model \"{}\": no {} (expected {})", common.model, path.display(), known(common))
        })?;
        serde_json::from_str(&text).with_context(|| format!("{} is not a training config", path.display()))
    }

    fn vae(&self) -> Result<vae::VaeConfig> {
        if self.family != "vae" {
            bail!("expected the family vae, got {}", self.family);
        }
        serde_json::from_value(self.model.clone()).context("the config is not a VAE's")
    }
}

/// The models there are, for messages.
fn known(common: &Common) -> String {
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

/// Trains a model from its committed config.
pub fn train(common: &Common, schedule: &Schedule) -> Result<()> {
    let recipe = Recipe::load(common)?;
    let config = recipe.vae()?;
    let (device, folder) = (common.device.open()?, common.run_folder());
    device.seed(recipe.training.seed);
    let task = Task {
        model: &common.model,
        config: serde_json::to_value(&recipe)?,
        training: &recipe.training,
        classes: config.classes,
        folder: &folder,
        device_name: common.device.name(),
    };
    train::train(&task, config.init(&device), &common.images(Split::Train)?, schedule, &device)?;
    Ok(())
}

fn checkpoint_of(common: &Common) -> Checkpoint {
    Checkpoint::new(&common.model, &common.run_folder())
}

/// The recipe's module with the checkpoint's parameters.
fn trained(common: &Common, recipe: &Recipe, checkpoint: &Checkpoint) -> Result<vae::Vae> {
    checkpoint.load_module(recipe.vae()?.init(&common.device.open()?))
}

/// The shipped model, or its checkpoint in float.
pub fn open(common: &Common, checkpoint: bool) -> Result<Box<dyn Generator>> {
    if checkpoint {
        let recipe = Recipe::load(common)?;
        let module = trained(common, &recipe, &checkpoint_of(common))?;
        let card = card(common, &recipe, module.num_params(), WeightsFile::default(), json!({}))?;
        return Ok(Box::new(vae::VaeGenerator::new(card, module)));
    }
    let card = read_card(common)?;
    let path = common.folder().join(&card.weights.file);
    let bytes = fs::read(&path).with_context(|| format!("reading {}", path.display()))?;
    Ok(families::open(&card, &bytes, &common.device.open()?)?)
}

/// Packs the checkpoint into the weights that ship, and writes the card anew, its figures still to be measured.
pub fn quantize(common: &Common) -> Result<()> {
    let recipe = Recipe::load(common)?;
    let checkpoint = checkpoint_of(common);
    let module = trained(common, &recipe, &checkpoint)?;
    let progress = checkpoint.progress()?.context("the checkpoint has no progress file")?;
    let bytes = weights::pack(&common.model, &module)?;
    let file = WeightsFile {
        file: WEIGHTS.into(),
        bytes: bytes.len(),
        sha256: weights::checksum(&bytes),
        precision: weights::PRECISION.into(),
    };
    let training = json!({
        "command": format!("cargo run -p trainer --release -- train --model {}", common.model),
        "config": recipe.training,
        "steps": progress.step,
        "minutes": (progress.seconds / 6.0).round() / 10.0,
        "devices": progress.devices,
    });
    fs::write(common.folder().join(WEIGHTS), &bytes)?;
    write_card(common, &card(common, &recipe, module.num_params(), file, training)?)?;
    println!(
        "{}: {} parameters in {} bytes; measure them with `evaluate --model {0}`",
        common.model,
        module.num_params(),
        bytes.len()
    );
    Ok(())
}

/// Whether the card's weights are what the checkpoint at hand packs into.
pub fn is_from_checkpoint(common: &Common, card: &ModelCard) -> Result<bool> {
    let checkpoint = checkpoint_of(common);
    if checkpoint.progress()?.is_none() {
        return Ok(false);
    }
    let module = trained(common, &Recipe::load(common)?, &checkpoint)?;
    Ok(weights::checksum(&weights::pack(&common.model, &module)?) == card.weights.sha256)
}

fn card(
    common: &Common,
    recipe: &Recipe,
    parameters: usize,
    weights: WeightsFile,
    training: serde_json::Value,
) -> Result<ModelCard> {
    Ok(ModelCard {
        id: common.model.clone(),
        family: recipe.family.clone(),
        name: recipe.name.clone(),
        paper: recipe.paper.clone(),
        dataset: Dataset {
            name: "Fashion-MNIST".into(),
            licence: "MIT".into(),
            url: "https://github.com/zalandoresearch/fashion-mnist".into(),
        },
        classes: CLASSES.map(String::from).into(),
        latent: LatentShape { shape: vec![recipe.vae()?.latent] },
        image: ImageShape { width: SIDE, height: SIDE, channels: 1 },
        condition: "class".into(),
        forward_passes: "1".into(),
        parameters,
        config: recipe.model.clone(),
        weights,
        training,
        quality: serde_json::Value::Null,
    })
}

fn card_path(common: &Common) -> PathBuf {
    common.folder().join("card.json")
}

/// Reads the card on disk, which may be newer than the one compiled in.
pub fn read_card(common: &Common) -> Result<ModelCard> {
    let path = card_path(common);
    let text = fs::read_to_string(&path)
        .with_context(|| format!("there is no model \"{}\" (expected {})", common.model, known(common)))?;
    serde_json::from_str(&text).with_context(|| format!("{} is not a card", path.display()))
}

/// Writes the card.
pub fn write_card(common: &Common, card: &ModelCard) -> Result<()> {
    fs::write(card_path(common), serde_json::to_string_pretty(card)? + "\n").context("writing the card")
}
