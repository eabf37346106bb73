//! A model's files: its committed config, its card, its weights, and what is done with them.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result, ensure};
use pushforward::cards::{ConditionKind, Dataset, ImageShape, LatentShape, ModelCard, WeightsFile};
use pushforward::families::{self, Family, Traits, Visitor};
use pushforward::generator::Generator;
use pushforward::weights::{self, Precision};
use serde::{Deserialize, Serialize};

use crate::checkpoint::{Checkpoint, Origin};
use crate::commands::Common;
use crate::data::{Labelled, SIDE, Split};
use crate::emoji::{self, EmojiSet, Lessons};
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
    /// In which precision it ships; no part of what a checkpoint is bound to, which can be packed in any.
    #[serde(default, skip_serializing)]
    precision: Precision,
    /// The card's line of that name; no part of what a checkpoint is bound to.
    #[serde(default, skip_serializing)]
    shortfall: BTreeMap<String, String>,
}

impl Recipe {
    fn load(common: &Common) -> Result<Self> {
        let path = common.folder().join("train.json");
        let text = fs::read_to_string(&path).with_context(|| {
            format!("there is no model \"{}\": no {} (expected {})", common.model, path.display(), known(common))
        })?;
        serde_json::from_str(&text).with_context(|| format!("{} is not a training config", path.display()))
    }

    /// Does something with the recipe's family.
    fn with_family<V: Visitor>(&self, visitor: V) -> Result<V::Output> {
        families::with(&self.family, visitor)
            .with_context(|| format!("expected a family of {}, got {}", families::NAMES.join(", "), self.family))
    }

    fn config<F: Family>(&self) -> Result<F::Config> {
        serde_json::from_value(self.model.clone()).with_context(|| format!("the config is not a {}'s", F::NAME))
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
    struct Train<'a>(&'a Common, &'a Recipe, &'a Schedule);

    impl Visitor for Train<'_> {
        type Output = Result<()>;

        fn visit<F: Family + 'static>(self) -> Result<()> {
            let Self(common, recipe, schedule) = self;
            let (device, folder) = (common.device.open()?, common.run_folder());
            device.seed(recipe.training.seed);
            let config = recipe.config::<F>()?;
            let module = F::init(&config, &device);
            let (module, origin) = if schedule.from_shipped { going_on(common, module)? } else { (module, None) };
            let task = Task {
                model: &common.model,
                config: serde_json::to_value(recipe)?,
                training: &recipe.training,
                precision: recipe.precision,
                folder: &folder,
                device_name: common.device.name(),
                origin,
            };
            let dropout = recipe.training.class_dropout;
            match F::buckets(&config) {
                None => {
                    let images = common.images(Split::Train)?;
                    let examples = Labelled { images: &images, classes: CLASSES.len(), dropout };
                    train::train(&task, module, &examples, schedule, &device)?;
                }
                Some(buckets) => {
                    let lessons = Lessons::new(EmojiSet::load(&common.emoji)?, buckets, dropout);
                    train::train(&task, module, &lessons, schedule, &device)?;
                }
            }
            Ok(())
        }
    }

    let recipe = Recipe::load(common)?;
    recipe.with_family(Train(common, &recipe, schedule))?
}

/// Whether a model is told what to draw, in a sentence.
pub fn is_told(common: &Common) -> Result<bool> {
    struct IsTold<'a>(&'a Recipe);

    impl Visitor for IsTold<'_> {
        type Output = Result<bool>;

        fn visit<F: Family + 'static>(self) -> Result<bool> {
            Ok(F::buckets(&self.0.config::<F>()?).is_some())
        }
    }

    let recipe = Recipe::load(common)?;
    recipe.with_family(IsTold(&recipe))?
}

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
            let card = card(common, recipe, F::traits(&config), F::buckets(&config).is_some(), parameters);
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

/// A module that goes on from the weights that ship.
fn going_on<F: Family>(common: &Common, module: F) -> Result<(F, Option<Origin>)> {
    let card = read_card(common)?;
    let config = serde_json::from_value(card.config.clone())
        .with_context(|| format!("the card's config is not a {}'s", F::NAME))?;
    let (bytes, shipped) = (read_weights(common, &card)?, F::init(&config, &common.device.open()?).shipped());
    let shipped = weights::load(&card.id, &card.weights, &bytes, card.weights.precision, shipped)?;
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
    let training = progress.told(&common.model, &recipe.training)?;
    fs::write(common.folder().join(WEIGHTS), &packed)?;
    write_card(common, &ModelCard { weights: pin(&packed, precision), training, ..generator.card().clone() })?;
    println!(
        "{}: {parameters} parameters in {} bytes; measure them with `evaluate --model {0}`",
        common.model,
        packed.len()
    );
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

/// The card of a module, its weights not packed yet; whether its pictures are emoji.
fn card(common: &Common, recipe: &Recipe, traits: Traits, is_emoji: bool, parameters: usize) -> ModelCard {
    let dataset =
        |name: &str, licence: &str, url: &str| Dataset { name: name.into(), licence: licence.into(), url: url.into() };
    let (dataset, side, channels) = if is_emoji {
        (dataset("Emoji", emoji::LICENCES, emoji::URL), emoji::HALF, 3)
    } else {
        (dataset("Fashion-MNIST", "MIT", "https://github.com/zalandoresearch/fashion-mnist"), SIDE, 1)
    };
    let names = |names: &[&str], wanted: bool| names.iter().filter(|_| wanted).map(|name| name.to_string()).collect();
    ModelCard {
        id: common.model.clone(),
        family: recipe.family.clone(),
        name: recipe.name.clone(),
        paper: recipe.paper.clone(),
        dataset,
        classes: names(&CLASSES, !is_emoji),
        styles: names(&emoji::STYLES, is_emoji),
        latent: LatentShape { shape: traits.latent },
        image: ImageShape { width: side, height: side, channels },
        condition: if is_emoji { ConditionKind::Prompt } else { ConditionKind::Class },
        forward_passes: traits.forward_passes,
        steps: traits.steps,
        invertible: traits.invertible,
        alternatives: traits.alternatives,
        controls: traits.controls,
        parameters,
        config: recipe.model.clone(),
        weights: WeightsFile::default(),
        training: serde_json::Value::Null,
        quality: serde_json::Value::Null,
        shortfall: recipe.shortfall.clone(),
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
pub fn shortfall(common: &Common) -> Result<BTreeMap<String, String>> {
    Ok(Recipe::load(common)?.shortfall)
}

/// Writes the card.
pub fn write_card(common: &Common, card: &ModelCard) -> Result<()> {
    fs::write(card_path(common), serde_json::to_string_pretty(card)? + "\n").context("writing the card")
}

#[cfg(test)]
mod tests {
    use burn::module::{ModuleVisitor, Param};
    use burn::optim::GradientsParams;
    use burn::tensor::{Device, Int, Tensor};
    use pushforward::families::codes::CodesConfig;
    use pushforward::families::diffusion::DiffusionConfig;
    use pushforward::families::gan::GanConfig;
    use pushforward::families::latent_diffusion::LatentDiffusionConfig;
    use pushforward::generator::{Condition, Loss, Objective, noise};
    use pushforward::prompt::LENGTH;
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    /// Counts the parameters that want a gradient.
    struct Learning(usize);

    impl ModuleVisitor for Learning {
        fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
            self.0 += usize::from(param.val().is_require_grad());
        }
    }

    /// Whether every parameter of a module that wants a gradient gets one from its loss.
    fn all_learn<M: Objective>(module: &M, images: [usize; 4], conditions: Tensor<2, Int>) -> bool {
        let images = Tensor::ones(images, &conditions.device());
        let gradients = module.loss(images, conditions, &mut ChaCha8Rng::seed_from_u64(1)).total.backward();
        let mut learning = Learning(0);
        module.visit(&mut learning);
        GradientsParams::from_grads(gradients, module).len() == learning.0
    }

    /// A graph that no gradient goes through is never freed: step by step it would fill the memory.
    #[test]
    fn what_wants_a_gradient_gets_one() {
        let device = Device::flex().autodiff();
        let config = CodesConfig::new().with_channels(32).with_codebook(16).with_code(8).with_width(16).with_layers(1);
        for done in [0.0, 0.9] {
            let codes = config.init(&device).progressed(done);
            let conditions = Condition::Any.indices(10, 2, &device).unsqueeze_dim(1);
            assert!(all_learn(&codes, [2, 1, 28, 28], conditions), "after {done}");
        }
        let config = DiffusionConfig::new().with_channels([8, 16, 16]).with_embedding(16).with_class_information(0.1);
        assert!(all_learn(&config.init(&device), [2, 1, 28, 28], Tensor::full([2, 1], 3, &device)));
        // Before, the flow is not asked at all.
        let config = LatentDiffusionConfig::new().with_buckets(99).with_channels(16).with_paint([8, 32, 16]);
        let settled = config.init(&device).progressed(config.sketched);
        assert!(all_learn(&settled, [2, 3, 32, 32], Tensor::ones([2, 3 * LENGTH + 1], &device)));
    }

    #[test]
    fn each_loss_of_a_gan_teaches_its_own_player_only() {
        let device = Device::flex().autodiff();
        let gan = GanConfig::new().with_channels(16).with_embedding(16).with_critic_channels(16).init(&device);
        let (_, critic) = gan.faster().expect("the discriminator learns faster");
        let images = noise([4, 784], &mut ChaCha8Rng::seed_from_u64(1), &device).reshape([4, 1, 28, 28]);
        let Loss { terms, .. } = gan.loss(images, Tensor::full([4, 1], 3, &device), &mut ChaCha8Rng::seed_from_u64(2));
        for (player, loss) in terms {
            let mut gradients = loss.backward();
            let to_critic = GradientsParams::from_params(&mut gradients, &gan, &critic);
            let to_generator = GradientsParams::from_grads(gradients, &gan);
            let [taught, spared] =
                if player == "discriminator" { [to_critic, to_generator] } else { [to_generator, to_critic] };
            assert!(!taught.is_empty() && spared.is_empty(), "{player}");
        }
    }
}
