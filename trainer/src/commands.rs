//! The command line: what can be asked for, and who answers.

use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use clap::{Args, Parser, Subcommand};

use pushforward::generator::{Condition, Options, Prompt, Sampler, check_options};

use crate::data::{self, Split};
use crate::device::DeviceKind;
use crate::emoji::exam::EmojiExam;
use crate::emoji::judge;
use crate::fashion::Fashion;
use crate::{classifier, emoji, evaluate, model, output, train};

/// Trains, evaluates, quantizes and samples Pushforward's generators.
#[derive(Debug, Parser)]
#[command(version, about, max_term_width = 100)]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Train a model from its committed config, resuming from its last checkpoint.
    Train {
        #[command(flatten)]
        common: Common,
        /// Forget the checkpoint and start again.
        #[arg(long)]
        restart: bool,
        /// Where there is no checkpoint, go on from the weights that ship, from where the learning rate begins anew.
        #[arg(long)]
        from_shipped: bool,
        /// Stop after this many steps of the whole training, for trying things out.
        #[arg(long)]
        until: Option<usize>,
        /// Minutes between checkpoints.
        #[arg(long, default_value_t = 3.0)]
        checkpoint_minutes: f64,
    },
    /// Make a data set out of the packages that it comes from.
    Data {
        #[command(subcommand)]
        set: DataSet,
    },
    /// Measure a model: every number of its card, from the weights that ship.
    Evaluate {
        #[command(flatten)]
        common: Common,
        /// Number of samples; the card's figures are of 10,000, or where sentences are drawn, of 1,000.
        #[arg(long)]
        samples: Option<usize>,
        /// Seed of the samples.
        #[arg(long, default_value_t = 0)]
        seed: u64,
        /// Measure the checkpoint's float weights alone, and leave the card as it is.
        #[arg(long)]
        checkpoint: bool,
        /// Print only; leave the card as it is.
        #[arg(long)]
        dry_run: bool,
        /// Of a model that draws sentences: measure nothing, but write a sheet of samples, each beside the picture nearest to it
        /// of those that it learned from.
        #[arg(long)]
        nearest: Option<PathBuf>,
        /// Drawn otherwise, the samples alone are measured, and the card stays as it is.
        #[command(flatten)]
        way: Way,
    },
    /// Pack the last checkpoint into the weights that ship, and renew the card.
    Quantize {
        #[command(flatten)]
        common: Common,
    },
    /// Draw pictures into a NumPy file, uint8 `[N, H, W, C]`.
    Sample {
        #[command(flatten)]
        common: Common,
        /// How many.
        #[arg(long, default_value_t = 100)]
        count: usize,
        /// Seed of the first latent; each further picture takes the next numbers.
        #[arg(long, default_value_t = 0)]
        seed: u64,
        /// Only this class; without it, "any".
        #[arg(long, conflicts_with_all = ["prompt", "style"])]
        class: Option<usize>,
        /// What is to be drawn, for a model that takes sentences.
        #[arg(long)]
        prompt: Option<String>,
        /// In which of its styles, by number.
        #[arg(long)]
        style: Option<usize>,
        /// The NumPy file.
        #[arg(long, required_unless_present = "png")]
        out: Option<PathBuf>,
        /// A contact sheet; without a condition, a row for each class, or for each of some sentences, and one for "any".
        #[arg(long)]
        png: Option<PathBuf>,
        /// Draw from the checkpoint's float weights rather than from those that ship.
        #[arg(long)]
        checkpoint: bool,
        #[command(flatten)]
        way: Way,
    },
}

#[derive(Debug, Subcommand)]
enum DataSet {
    /// Emoji drawn by seven hands, with their names in 25 languages, from pinned npm packages.
    Emoji {
        /// The file to make; the packages are kept beside it.
        #[arg(long, default_value = emoji::DEFAULT_FILE)]
        out: PathBuf,
        /// A contact sheet of some emoji in all styles.
        #[arg(long)]
        png: Option<PathBuf>,
    },
}

/// How to draw, where the card's defaults are not wanted.
#[derive(Debug, Args)]
struct Way {
    /// Number of steps.
    #[arg(long)]
    steps: Option<usize>,
    /// Guidance scale.
    #[arg(long)]
    guidance: Option<f64>,
    /// Temperature.
    #[arg(long)]
    temperature: Option<f64>,
    /// How a step is taken: multistep, ddim, heun or ancestral.
    #[arg(long, value_parser = sampler)]
    sampler: Option<Sampler>,
}

impl Way {
    fn options(&self, noise_seed: u64) -> Options {
        let Self { steps, guidance, temperature, sampler } = *self;
        Options { steps, guidance, temperature, sampler, noise_seed, ..Options::default() }
    }
}

fn sampler(name: &str) -> Result<Sampler, String> {
    Sampler::named(name).ok_or_else(|| format!("expected one of {}", Sampler::ALL.map(|(name, _)| name).join(", ")))
}

/// What every command takes.
#[derive(Debug, Args)]
pub struct Common {
    /// The model, a folder of `models/`; `classifier` and `judge` are those that evaluate the others.
    #[arg(long, default_value = "vae-fashion")]
    pub model: String,
    /// Where to compute.
    #[arg(long, value_enum, default_value_t = DeviceKind::Flex)]
    pub device: DeviceKind,
    /// Folder of Fashion-MNIST's four IDX files.
    #[arg(long, default_value = data::DEBIAN_FOLDER)]
    pub data: PathBuf,
    /// The emoji data set, as `data emoji` makes it.
    #[arg(long, default_value = emoji::DEFAULT_FILE)]
    pub emoji: PathBuf,
    /// Folder of the models that ship.
    #[arg(long, default_value = "models")]
    pub models: PathBuf,
    /// Folder of checkpoints and logs.
    #[arg(long, default_value = "runs")]
    pub runs: PathBuf,
}

impl Arguments {
    /// Does what was asked.
    pub fn run(self) -> Result<()> {
        match self.command {
            Command::Train { common, restart, from_shipped, until, checkpoint_minutes } => {
                let schedule = train::Schedule { restart, from_shipped, until, checkpoint_minutes };
                match common.model.as_str() {
                    classifier::ID => classifier::train(&common, &schedule),
                    judge::ID => judge::train(&common, &schedule),
                    _ => model::train(&common, &schedule),
                }
            }
            Command::Data { set: DataSet::Emoji { out, png } } => emoji::make(&out, png.as_deref()),
            Command::Evaluate { common, samples, seed, checkpoint, dry_run, nearest, way } => {
                if common.model == classifier::ID {
                    return classifier::evaluate(&common);
                }
                let plan = evaluate::Plan { samples, seed, checkpoint, dry_run, options: way.options(0) };
                if !model::is_told(&common)? {
                    return evaluate::evaluate(&Fashion::new(&common, &plan)?, &common, &plan);
                }
                let exam = EmojiExam::new(&common, &plan)?;
                if let Some(path) = nearest {
                    return exam.write_nearest(&*model::open(&common)?, &path);
                }
                evaluate::evaluate(&exam, &common, &plan)
            }
            Command::Quantize { common } if common.model == classifier::ID => classifier::pin(&common),
            Command::Quantize { common } if common.model == judge::ID => judge::pin(&common),
            Command::Quantize { common } => model::quantize(&common),
            Command::Sample { common, count, seed, class, prompt, style, out, png, checkpoint, way } => {
                if common.model == classifier::ID {
                    bail!("the classifier draws no pictures; expected a model of {}", common.models.display());
                }
                let open = if checkpoint { model::open_checkpoint } else { model::open };
                let (generator, device) = (open(&common)?, common.device.open()?);
                let options = way.options(seed);
                check_options(generator.card(), &options)?;
                let said = prompt.is_some() || style.is_some();
                let prompted = || Prompt { sentence: prompt.unwrap_or_default(), towards: None, style };
                let condition = class.map(Condition::Class).or_else(|| said.then(|| Condition::Prompt(prompted())));
                let source = output::Source { generator: &*generator, device, seed, options };
                if let Some(path) = out {
                    output::write_npy(&source, count, &condition.clone().unwrap_or_default(), &path)
                        .with_context(|| format!("writing {}", path.display()))?;
                }
                if let Some(path) = png {
                    output::write_sheet(&source, count, condition.as_ref(), &path)
                        .with_context(|| format!("writing {}", path.display()))?;
                }
                Ok(())
            }
        }
    }
}

impl Common {
    /// Loads one split of the data set.
    pub fn images(&self, split: Split) -> Result<data::Images> {
        data::Images::load(&self.data, split)
    }

    /// The folder of this model among those that ship.
    pub fn folder(&self) -> PathBuf {
        self.models.join(&self.model)
    }

    /// The folder of this model's checkpoints and logs.
    pub fn run_folder(&self) -> PathBuf {
        self.runs.join(&self.model)
    }
}
