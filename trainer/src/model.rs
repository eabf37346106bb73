//! A model's files: its card, its weights, and its checkpoint as it would ship.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result, ensure};
use pushforward::cards::{LatentShape, ModelCard, WeightsFile};
use pushforward::datasets::Dataset;
use pushforward::families::{self, Family, Traits, Visitor};
use pushforward::generator::Generator;
use pushforward::weights::{self, Precision};

use crate::checkpoint::{Checkpoint, Origin};
use crate::common::Common;
use crate::recipe::{Recipe, known};

/// Name of the weights file beside its card.
const WEIGHTS: &str = "weights.bpk";

fn checkpoint_of(common: &Common) -> Checkpoint {
    Checkpoint::new(&common.model, &common.run_folder())
}

/// The checkpoint's module as it ships, in float and packed.
struct Trained {
    generator: Box<dyn Generator>,
    parameters: usize,
    packed: Vec<u8>,
}

fn trained(common: &Common, recipe: &Recipe, precision: Precision) -> Result<Trained> {
    struct Load<'a>(&'a Common, &'a Recipe, Precision);

    impl Visitor for Load<'_> {
        type Output = Result<Trained>;

        fn visit<F: Family + 'static>(self) -> Result<Trained> {
            let Self(common, recipe, precision) = self;
            let config = recipe.config::<F>()?;
            let module = F::init(&config, &common.device.open()?);
            let module = checkpoint_of(common).load_trained(module)?.shipped();
            let (parameters, packed) = (module.num_params(), weights::pack(&common.model, &module, precision)?);
            let card = card(common, recipe, &recipe.dataset()?, F::traits(&config), parameters);
            Ok(Trained { generator: module.generator(card), parameters, packed })
        }
    }

    recipe.with_family(Load(common, recipe, precision))?
}

/// The model that ships.
pub fn open(common: &Common) -> Result<Box<dyn Generator>> {
    let card = read_card(common)?;
    let bytes = read_weights(common, &card)?;
    Ok(families::open(&card, &bytes, card.weights.precision, &common.device.open()?)?)
}

fn read_weights(common: &Common, card: &ModelCard) -> Result<Vec<u8>> {
    let path = common.folder().join(&card.weights.file);
    fs::read(&path).with_context(|| format!("reading {}", path.display()))
}

/// The module that ships with a card.
///
/// # Errors
/// When the card is of another family, or the weights are not those that it pins.
pub fn shipped<F: Family>(common: &Common, card: &ModelCard) -> Result<F> {
    let config = serde_json::from_value(card.config.clone())
        .with_context(|| format!("the card's config is not a {}'s", F::NAME))?;
    let (bytes, module) = (read_weights(common, card)?, F::init(&config, &common.device.open()?).shipped());
    Ok(weights::load(&card.id, &card.weights, &bytes, card.weights.precision, module)?)
}

/// A module that goes on from the weights that ship.
///
/// # Errors
/// When there are none, or they are of another model.
pub fn going_on<F: Family>(common: &Common, module: F) -> Result<(F, Option<Origin>)> {
    let card = read_card(common)?;
    let shipped = shipped(common, &card)?;
    let expected = module.num_params();
    let module = module.going_on_from(shipped);
    let got = module.num_params();
    ensure!(got == expected, "expected a model of {expected} parameters that ships to go on from, got one of {got}");
    Ok((module, Some(Origin { sha256: card.weights.sha256, training: card.training })))
}

/// The checkpoint in float.
pub fn open_checkpoint(common: &Common) -> Result<Box<dyn Generator>> {
    Ok(trained(common, &Recipe::load(common)?, Precision::default())?.generator)
}

/// The checkpoint as it would ship in a precision, and the size of its file in bytes.
pub fn open_packed(common: &Common, precision: Precision) -> Result<(Box<dyn Generator>, usize)> {
    let Trained { generator, packed, .. } = trained(common, &Recipe::load(common)?, precision)?;
    let card = ModelCard { weights: pin(&packed, precision), ..generator.card().clone() };
    Ok((families::open(&card, &packed, precision, &common.device.open()?)?, packed.len()))
}

/// What a card or a pin says of packed weights.
pub fn pin(packed: &[u8], precision: Precision) -> WeightsFile {
    WeightsFile { file: WEIGHTS.into(), bytes: packed.len(), sha256: weights::checksum(packed), precision }
}

/// Packs the checkpoint into the weights that ship, and writes the card anew, its figures still to be measured.
pub fn quantize(common: &Common) -> Result<()> {
    let recipe = Recipe::load(common)?;
    let precision = recipe.precision;
    let Trained { generator, parameters, packed } = trained(common, &recipe, precision)?;
    let progress = checkpoint_of(common).progress()?.context("the checkpoint has no progress file")?;
    let training = progress.provenance(&common.model, &recipe.training)?;
    fs::write(common.folder().join(WEIGHTS), &packed)?;
    write_card(common, &ModelCard { weights: pin(&packed, precision), training, ..generator.card().clone() })?;
    println!(
        "{}: {parameters} parameters in {} bytes; measure them with `evaluate --model {0}`",
        common.model,
        packed.len()
    );
    Ok(())
}

/// Packs the weights that ship once more, in the precision of the recipe, and writes the card anew, its figures still to be
/// measured; those of the former weights stay on it, under their precision.
///
/// # Errors
/// When there are none, they ship in that precision already, or their version is not another one.
pub fn requantize(common: &Common) -> Result<()> {
    struct Pack<'a>(&'a Common, &'a ModelCard, Precision);

    impl Visitor for Pack<'_> {
        type Output = Result<Vec<u8>>;

        fn visit<F: Family + 'static>(self) -> Result<Vec<u8>> {
            let Self(common, card, precision) = self;
            Ok(weights::pack(&card.id, &shipped::<F>(common, card)?, precision)?)
        }
    }

    let (recipe, card) = (Recipe::load(common)?, read_card(common)?);
    let (former, precision) = (card.weights.precision, recipe.precision);
    ensure!(precision != former, "the weights of {} ship in {} already", card.id, former.name());
    ensure!(
        recipe.version > card.version,
        "expected a version of the recipe above {}, which ships, got {}",
        card.version,
        recipe.version
    );
    let packed = recipe.with_family(Pack(common, &card, precision))??;
    let mut quality = card.quality.clone();
    if let Some(figures) = quality.as_object_mut().filter(|figures| figures.contains_key("shipped")) {
        let mut shipped = figures.remove("shipped").expect("it is there");
        shipped["bytes"] = card.weights.bytes.into();
        figures.insert(former.name().into(), shipped);
        figures.remove(precision.name());
    }
    let mut training = card.training.clone();
    training["packed_from"] = card.weights.sha256.clone().into();
    fs::write(common.folder().join(WEIGHTS), &packed)?;
    let weights = pin(&packed, precision);
    write_card(common, &ModelCard { version: recipe.version, weights, training, quality, ..card })?;
    println!("{} in {} bytes; measure them with `evaluate --model {0}`", common.model, packed.len());
    Ok(())
}

/// Whether the card's weights are what the checkpoint at hand packs into.
pub fn is_from_checkpoint(common: &Common, card: &ModelCard) -> Result<bool> {
    if checkpoint_of(common).progress()?.is_none() {
        return Ok(false);
    }
    Ok(weights::checksum(&trained(common, &Recipe::load(common)?, card.weights.precision)?.packed)
        == card.weights.sha256)
}

/// The card of a module, its weights not packed yet.
fn card(common: &Common, recipe: &Recipe, dataset: &Dataset, traits: Traits, parameters: usize) -> ModelCard {
    let names = |names: &[&str]| names.iter().map(|name| name.to_string()).collect();
    ModelCard {
        id: common.model.clone(),
        family: recipe.family.clone(),
        name: recipe.name.clone(),
        paper: recipe.paper.clone(),
        dataset: dataset.on_card(),
        classes: names(dataset.classes),
        styles: names(dataset.styles),
        latent: LatentShape { shape: traits.latent },
        image: traits.image,
        condition: dataset.condition,
        forward_passes: traits.forward_passes,
        steps: traits.steps,
        invertible: traits.invertible,
        alternatives: traits.alternatives,
        controls: traits.controls,
        parameters,
        config: recipe.model.clone(),
        version: recipe.version,
        weights: WeightsFile::default(),
        training: serde_json::Value::Null,
        quality: serde_json::Value::Null,
        known_limits: recipe.known_limits.clone(),
    }
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

/// The recipe's word on what the model falls short in: it is written once the figures are known.
pub fn known_limits(common: &Common) -> Result<BTreeMap<String, String>> {
    Ok(Recipe::load(common)?.known_limits)
}

/// Writes the card.
pub fn write_card(common: &Common, card: &ModelCard) -> Result<()> {
    fs::write(card_path(common), serde_json::to_string_pretty(card)? + "\n").context("writing the card")
}
