//! The figures of a card, measured from the weights that ship.

use std::fmt::Display;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use pushforward::generator::{Generator, Options, check_options};
use pushforward::weights::Precision;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::common::Common;
use crate::model;

/// SHA-256 of all sources of this program: figures that other code measured are not known to be its own.
const SOURCES: &str = env!("SOURCES");

/// What to measure.
#[derive(Debug, Clone)]
pub struct Plan {
    /// Number of samples, if not the benchmark's own.
    pub samples: Option<usize>,
    /// Their seed.
    pub seed: u64,
    /// Only the checkpoint's float weights.
    pub checkpoint: bool,
    /// Leave the card as it is.
    pub dry_run: bool,
    /// Measure nothing, but write a sheet of samples beside the nearest pictures that were learned from.
    pub nearest: Option<PathBuf>,
    /// Sampling options; with others than the defaults, only the samples are measured.
    pub options: Options,
}

/// What measures the models of one data set: the judge, the real pictures, and what these reach.
pub trait Benchmark {
    /// What real pictures reach under the same judge.
    type Floor: Display + Clone + Serialize + DeserializeOwned;
    /// What is measured of samples, however they are drawn.
    type Samples: Display + Serialize + DeserializeOwned;
    /// All that is measured of a model.
    type Figures: Display + Serialize + DeserializeOwned;

    /// What real pictures reach.
    fn floor(&self) -> &Self::Floor;

    /// Number of samples.
    fn samples(&self) -> usize;

    /// Measures samples of one choice of options.
    fn sample(&self, generator: &dyn Generator, options: Options) -> Self::Samples;

    /// Measures all there is to measure.
    fn measure(&self, generator: &dyn Generator) -> Self::Figures;

    /// Writes a sheet of samples, each beside the picture nearest to it of those that were learned from.
    ///
    /// # Errors
    /// When the benchmark has none, or it cannot be written.
    fn write_nearest(&self, _generator: &dyn Generator, _sheet: &Path) -> Result<()> {
        bail!("there is no sheet of nearest pictures for this data set");
    }
}

/// The checkpoint in a precision in which it does not ship.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Packed<S> {
    bytes: usize,
    #[serde(flatten)]
    samples: S,
}

/// `quality` on a card.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Quality<Floor, Figures, Samples> {
    samples: usize,
    seed: u64,
    /// What computed them; another device sums in another order.
    #[serde(default)]
    device: String,
    floor: Floor,
    shipped: Figures,
    /// The checkpoint's, before quantization.
    #[serde(skip_serializing_if = "Option::is_none")]
    float: Option<Samples>,
    /// And quantized otherwise.
    #[serde(skip_serializing_if = "Option::is_none")]
    q8: Option<Packed<Samples>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    q4: Option<Packed<Samples>>,
}

/// Measures a model and writes the figures into its card.
///
/// # Errors
/// When the model cannot be opened or the options are not for it, or the card cannot be written.
pub fn evaluate<E: Benchmark>(benchmark: &E, common: &Common, plan: &Plan) -> Result<()> {
    if let Some(sheet) = &plan.nearest {
        return benchmark.write_nearest(&*model::open(common)?, sheet);
    }
    println!("real pictures: {}", benchmark.floor());
    if plan.options != Options::default() {
        let open = if plan.checkpoint { model::open_checkpoint } else { model::open };
        let generator = open(common)?;
        check_options(generator.card(), &plan.options)?;
        println!("with these options: {}", benchmark.sample(&*generator, plan.options));
        return Ok(());
    }
    if plan.checkpoint {
        println!("float checkpoint: {}", benchmark.measure(&*model::open_checkpoint(common)?));
        return Ok(());
    }
    let mut card = model::read_card(common)?;
    let of = json!({
        "weights": card.weights.sha256,
        "floor": benchmark.floor(),
        "samples": benchmark.samples(),
        "seed": plan.seed,
        "device": common.device.name(),
        "code": SOURCES,
    });
    let mut draft = Draft::open(common.run_folder().join("figures.json"), of);
    let shipped = draft.measured("shipped", || Ok(benchmark.measure(&*model::open(common)?)))?;
    println!("shipped {}: {shipped}", card.weights.precision.name());
    let (float, [q8, q4]) = if model::is_from_checkpoint(common, &card)? {
        let float =
            draft.measured("float", || Ok(benchmark.sample(&*model::open_checkpoint(common)?, Options::default())))?;
        println!("float checkpoint: {float}");
        let mut packed = |precision: Precision| -> Result<_> {
            if precision == card.weights.precision {
                return Ok(None);
            }
            let packed: Packed<E::Samples> = draft.measured(precision.name(), || {
                let (generator, bytes) = model::open_packed(common, precision)?;
                Ok(Packed { bytes, samples: benchmark.sample(&*generator, Options::default()) })
            })?;
            println!("{} checkpoint, {} bytes: {}", precision.name(), packed.bytes, packed.samples);
            Ok(Some(packed))
        };
        (Some(float), [packed(Precision::Q8)?, packed(Precision::Q4)?])
    } else {
        eprintln!(
            "the shipped weights are not of a checkpoint in {}; the card keeps its figures of the checkpoint",
            common.runs.display()
        );
        let known = |name: &str| card.quality.get(name).cloned();
        let packed =
            |precision: Precision| known(precision.name()).and_then(|known| serde_json::from_value(known).ok());
        let float = known("float").and_then(|known| serde_json::from_value(known).ok());
        (float, [packed(Precision::Q8), packed(Precision::Q4)])
    };
    if !plan.dry_run {
        let quality = Quality {
            samples: benchmark.samples(),
            seed: plan.seed,
            device: common.device.name(),
            floor: benchmark.floor().clone(),
            shipped,
            float,
            q8,
            q4,
        };
        card.quality = serde_json::to_value(quality)?;
        card.known_limits = model::known_limits(common)?;
        model::write_card(common, &card)?;
        println!("written to the card of {}", card.id);
        draft.close()?;
    }
    Ok(())
}

/// The figures of an evaluation that is not done yet, on disk: measuring them takes minutes to an hour, so what was
/// measured when it was cut off, or without renewing the card, is not measured again.
struct Draft {
    path: PathBuf,
    /// What is measured, and how.
    of: Value,
    figures: Map<String, Value>,
}

impl Draft {
    /// That of an evaluation `of` something; what is left of another, or damaged, is not gone on from.
    fn open(path: PathBuf, of: Value) -> Self {
        let known = fs::read(&path).ok().and_then(|bytes| serde_json::from_slice::<Value>(&bytes).ok());
        let known = known.filter(|known| known["of"] == of).and_then(|known| known["figures"].as_object().cloned());
        if let Some(figures) = &known {
            let names: Vec<&str> = figures.keys().map(String::as_str).collect();
            eprintln!("going on from {}, which has the figures of: {}", path.display(), names.join(", "));
        }
        Self { path, of, figures: known.unwrap_or_default() }
    }

    /// Figures by their name, measured now unless they are known.
    fn measured<T>(&mut self, name: &str, measure: impl FnOnce() -> Result<T>) -> Result<T>
    where
        T: Serialize + DeserializeOwned,
    {
        if let Some(known) = self.figures.get(name).and_then(|known| T::deserialize(known).ok()) {
            return Ok(known);
        }
        let figures = measure()?;
        self.figures.insert(name.into(), serde_json::to_value(&figures)?);
        let folder = self.path.parent().expect("it lies in a run's folder");
        let text = serde_json::to_string_pretty(&json!({ "of": self.of, "figures": self.figures }))?;
        fs::create_dir_all(folder)
            .and_then(|()| fs::write(&self.path, text))
            .with_context(|| format!("keeping figures in {}", self.path.display()))?;
        Ok(figures)
    }

    /// Done: the next evaluation measures all anew.
    fn close(self) -> Result<()> {
        fs::remove_file(&self.path).with_context(|| format!("removing {}", self.path.display()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::device::DeviceKind;
    use std::cell::Cell;

    #[test]
    fn an_evaluation_that_was_cut_off_measures_only_what_is_missing() {
        let folder = tempfile::tempdir().unwrap();
        let open = |of: &str| Draft::open(folder.path().join("run/figures.json"), json!({ "weights": of }));
        let mut draft = open("a");
        assert_eq!(draft.measured("shipped", || Ok(0.25)).unwrap(), 0.25);
        assert!(draft.measured::<f64>("float", || bail!("cut off")).is_err());

        let mut again = open("a");
        assert_eq!(again.measured::<f64>("shipped", || bail!("it is known")).unwrap(), 0.25);
        assert_eq!(again.measured("float", || Ok(0.5)).unwrap(), 0.5);
        assert_eq!(open("b").measured("shipped", || Ok(0.7)).unwrap(), 0.7, "of other weights nothing is known");
    }

    #[test]
    fn once_done_or_damaged_all_is_measured_anew() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("figures.json");
        let open = || Draft::open(path.clone(), json!({ "seed": 0 }));
        let mut draft = open();
        draft.measured("shipped", || Ok(1)).unwrap();
        draft.close().unwrap();
        assert_eq!(open().measured("shipped", || Ok(2)).unwrap(), 2);
        fs::write(&path, b"{\"of\":{\"seed\":0},\"figures\":{\"shipped\":").unwrap();
        assert_eq!(open().measured("shipped", || Ok(3)).unwrap(), 3);
    }

    /// Counts how often it measures.
    struct Counting(Cell<usize>);

    impl Benchmark for Counting {
        type Floor = f64;
        type Samples = f64;
        type Figures = f64;

        fn floor(&self) -> &f64 {
            &0.5
        }

        fn samples(&self) -> usize {
            10
        }

        fn sample(&self, _: &dyn Generator, _: Options) -> f64 {
            unreachable!("there is no checkpoint")
        }

        fn measure(&self, _: &dyn Generator) -> f64 {
            self.0.set(self.0.get() + 1);
            0.25
        }
    }

    #[test]
    fn a_dry_run_keeps_its_figures_for_the_same_code_only() {
        let runs = tempfile::tempdir().unwrap();
        let common = Common {
            model: "vae-fashion".into(),
            device: DeviceKind::Flex,
            data: "none".into(),
            emoji: "none".into(),
            models: concat!(env!("CARGO_MANIFEST_DIR"), "/../models").into(),
            runs: runs.path().into(),
        };
        let plan = Plan {
            samples: None,
            seed: 0,
            checkpoint: false,
            dry_run: true,
            nearest: None,
            options: Options::default(),
        };
        let benchmark = Counting(Cell::new(0));
        for _ in 0..2 {
            evaluate(&benchmark, &common, &plan).unwrap();
            assert_eq!(benchmark.0.get(), 1);
        }
        let path = runs.path().join("vae-fashion/figures.json");
        let mut kept: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
        assert_eq!(kept["of"]["code"].take(), json!(SOURCES));
        fs::write(&path, kept.to_string()).unwrap();
        evaluate(&benchmark, &common, &plan).unwrap();
        assert_eq!(benchmark.0.get(), 2, "what other code measured is not known");
    }
}
