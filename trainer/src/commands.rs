//! The command line: what can be asked for, and who answers.

use std::path::PathBuf;
use std::time::Instant;

use anyhow::{Context, Result, bail};
use clap::{Args, Parser, Subcommand};

use pushforward::generator::{Condition, Options, Prompt, Sampler, check_options};

use crate::common::{Common, EMOJI_FILE};
use crate::emoji::{judge, make};
use crate::evaluate::Plan;
use crate::fashion::classifier;
use crate::recipe::Recipe;
use crate::train::Schedule;
use crate::{datasets, model, onnx, output, train_model};

/// Trains, evaluates, quantizes, samples and exports Pushforward's generators.
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
        /// End in so many minutes, whatever the config's epochs: what is left of the schedule is spread over them.
        #[arg(long)]
        minutes: Option<f64>,
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
        /// Number of samples; the card's figures are of 10,000, or of a text-to-image model, of 1,000.
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
        /// Of a text-to-image model: measure nothing, but write a sheet of samples, each beside the picture nearest to it
        /// of those that it learned from.
        #[arg(long)]
        nearest: Option<PathBuf>,
        /// With other options than the defaults, the samples alone are measured, and the card stays as it is.
        #[command(flatten)]
        sampling: Sampling,
    },
    /// Pack the last checkpoint into the weights that ship, and renew the card.
    Quantize {
        #[command(flatten)]
        common: Common,
        /// Pack the weights that ship, not a checkpoint, in the precision of the config.
        #[arg(long)]
        from_shipped: bool,
    },
    /// Write each network of the weights that ship as an ONNX file.
    Export {
        #[command(flatten)]
        common: Common,
        /// The folder to write into; without it, `onnx` in the model's run.
        #[arg(long)]
        out: Option<PathBuf>,
    },
    /// Sample pictures into a NumPy file, uint8 `[N, H, W, C]`.
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
        /// The prompt, for a text-to-image model.
        #[arg(long)]
        prompt: Option<String>,
        /// One of its styles, by number.
        #[arg(long)]
        style: Option<usize>,
        /// The NumPy file.
        #[arg(long, required_unless_present = "png")]
        out: Option<PathBuf>,
        /// A contact sheet; without a condition, a row for each class, or for each of some sentences, and one for "any".
        #[arg(long)]
        png: Option<PathBuf>,
        /// Sample from the checkpoint's float weights rather than from those that ship.
        #[arg(long)]
        checkpoint: bool,
        #[command(flatten)]
        sampling: Sampling,
    },
}

#[derive(Debug, Subcommand)]
enum DataSet {
    /// Emoji drawn by seven hands, with their names in 25 languages, from pinned npm packages.
    Emoji {
        /// The file to make; the packages are kept beside it.
        #[arg(long, default_value = EMOJI_FILE)]
        out: PathBuf,
        /// A contact sheet of some emoji in all styles.
        #[arg(long)]
        png: Option<PathBuf>,
    },
}

/// Sampling options, where the card's defaults are not wanted.
#[derive(Debug, Args)]
struct Sampling {
    /// Number of steps.
    #[arg(long)]
    steps: Option<usize>,
    /// Guidance scale.
    #[arg(long)]
    guidance: Option<f64>,
    /// Temperature.
    #[arg(long)]
    temperature: Option<f64>,
    /// Sampler: multistep, ddim, heun or ancestral.
    #[arg(long, value_parser = sampler)]
    sampler: Option<Sampler>,
}

impl Sampling {
    fn options(&self, noise_seed: u64) -> Options {
        let Self { steps, guidance, temperature, sampler } = *self;
        Options { steps, guidance, temperature, sampler, noise_seed, ..Options::default() }
    }
}

fn sampler(name: &str) -> Result<Sampler, String> {
    Sampler::named(name).ok_or_else(|| format!("expected one of {}", Sampler::ALL.map(|(name, _)| name).join(", ")))
}

impl Arguments {
    /// Does what was asked.
    pub fn run(self) -> Result<()> {
        match self.command {
            Command::Train { common, restart, from_shipped, until, minutes, checkpoint_minutes } => {
                let begun = Instant::now();
                let schedule = Schedule { restart, from_shipped, until, minutes, begun, checkpoint_minutes };
                match common.model.as_str() {
                    classifier::ID => classifier::train(&common, &schedule),
                    judge::ID => judge::train(&common, &schedule),
                    _ => train_model::train(&common, &schedule),
                }
            }
            Command::Data { set: DataSet::Emoji { out, png } } => make::make(&out, png.as_deref()),
            Command::Evaluate { common, samples, seed, checkpoint, dry_run, nearest, sampling } => {
                if common.model == classifier::ID {
                    return classifier::evaluate(&common);
                }
                let plan = Plan { samples, seed, checkpoint, dry_run, nearest, options: sampling.options(0) };
                datasets::measure(&Recipe::load(&common)?.dataset()?, &common, &plan)
            }
            Command::Quantize { common, .. } if common.model == classifier::ID => classifier::pin(&common),
            Command::Quantize { common, .. } if common.model == judge::ID => judge::pin(&common),
            Command::Quantize { common, from_shipped: true } => model::requantize(&common),
            Command::Quantize { common, .. } => model::quantize(&common),
            Command::Export { common, out } => onnx::export(&common, out),
            Command::Sample { common, count, seed, class, prompt, style, out, png, checkpoint, sampling } => {
                if common.model == classifier::ID {
                    bail!("the classifier generates no pictures; expected a model of {}", common.models.display());
                }
                let open = if checkpoint { model::open_checkpoint } else { model::open };
                let (generator, device) = (open(&common)?, common.device.open()?);
                let options = sampling.options(seed);
                check_options(generator.card(), &options)?;
                let is_prompted = prompt.is_some() || style.is_some();
                let prompt = || Prompt { sentence: prompt.unwrap_or_default(), towards: None, style };
                let condition =
                    class.map(Condition::Class).or_else(|| is_prompted.then(|| Condition::Prompt(prompt())));
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
