//! The figures of a card, measured from the weights that ship.

use std::fmt::Display;

use anyhow::Result;
use pushforward::generator::{Generator, Options, check_options};
use pushforward::weights::Precision;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

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
    let shipped = exam.measure(&*model::open(common)?);
    println!("shipped {}: {shipped}", card.weights.precision.name());
    let (float, [q8, q4]) = if model::is_from_checkpoint(common, &card)? {
        let float = exam.sample(&*model::open_checkpoint(common)?, Options::default());
        println!("float checkpoint: {float}");
        let packed = |precision| -> Result<_> {
            if precision == card.weights.precision {
                return Ok(None);
            }
            let (generator, bytes) = model::open_packed(common, precision)?;
            let samples = exam.sample(&*generator, Options::default());
            println!("{} checkpoint, {bytes} bytes: {samples}", precision.name());
            Ok(Some(Packed { bytes, samples }))
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
    Ok(())
}
