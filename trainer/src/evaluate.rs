//! The figures of a card, measured from the weights that ship.

use std::fmt::Display;
use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result};
use pushforward::generator::{Generator, Options, check_options};
use pushforward::weights::Precision;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::commands::Common;
use crate::model;

/// What to measure.
#[derive(Debug, Clone, Copy)]
pub struct Plan {
    /// Number of samples, if not the exam's own.
    pub samples: Option<usize>,
    /// Their seed.
    pub seed: u64,
    /// Only the checkpoint's float weights.
    pub checkpoint: bool,
    /// Leave the card as it is.
    pub dry_run: bool,
    /// How to draw; other than by default, only the samples are measured.
    pub options: Options,
}

/// What measures the models of one data set: the judge, the real pictures, and what these reach.
pub trait Exam {
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

    /// Measures samples drawn in one way.
    fn sample(&self, generator: &dyn Generator, options: Options) -> Self::Samples;

    /// Measures all there is to measure.
    fn measure(&self, generator: &dyn Generator) -> Self::Figures;
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
pub fn evaluate<E: Exam>(exam: &E, common: &Common, plan: &Plan) -> Result<()> {
    println!("real pictures: {}", exam.floor());
    if plan.options != Options::default() {
        let open = if plan.checkpoint { model::open_checkpoint } else { model::open };
        let generator = open(common)?;
        check_options(generator.card(), &plan.options)?;
        println!("drawn otherwise: {}", exam.sample(&*generator, plan.options));
        return Ok(());
    }
    if plan.checkpoint {
        println!("float checkpoint: {}", exam.measure(&*model::open_checkpoint(common)?));
        return Ok(());
    }
    let mut card = model::read_card(common)?;
    let of = json!({
        "weights": card.weights.sha256,
        "floor": exam.floor(),
        "samples": exam.samples(),
        "seed": plan.seed,
        "device": common.device.name(),
    });
    let mut draft = Draft::open(common.run_folder().join("figures.json"), of);
    let shipped = draft.measured("shipped", || Ok(exam.measure(&*model::open(common)?)))?;
    println!("shipped {}: {shipped}", card.weights.precision.name());
    let (float, [q8, q4]) = if model::is_from_checkpoint(common, &card)? {
        let float =
            draft.measured("float", || Ok(exam.sample(&*model::open_checkpoint(common)?, Options::default())))?;
        println!("float checkpoint: {float}");
        let mut packed = |precision: Precision| -> Result<_> {
            if precision == card.weights.precision {
                return Ok(None);
            }
            let packed: Packed<E::Samples> = draft.measured(precision.name(), || {
                let (generator, bytes) = model::open_packed(common, precision)?;
                Ok(Packed { bytes, samples: exam.sample(&*generator, Options::default()) })
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
        let known = serde_json::from_value::<Quality<E::Floor, E::Figures, E::Samples>>(card.quality.clone()).ok();
        known.map_or((None, [None, None]), |Quality { float, q8, q4, .. }| (float, [q8, q4]))
    };
    if !plan.dry_run {
        let quality = Quality {
            samples: exam.samples(),
            seed: plan.seed,
            device: common.device.name(),
            floor: exam.floor().clone(),
            shipped,
            float,
            q8,
            q4,
        };
        card.quality = serde_json::to_value(quality)?;
        card.shortfall = model::shortfall(common)?;
        model::write_card(common, &card)?;
        println!("written to the card of {}", card.id);
    }
    draft.close()
}

/// The figures of an evaluation that is not done yet, on disk: measuring them takes minutes to an hour, so what was
/// measured when it was cut off is not measured again.
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
    use anyhow::bail;

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
}
