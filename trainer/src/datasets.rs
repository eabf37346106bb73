//! What the trainer has for each data set: examples to learn from, and the benchmark that measures.

use anyhow::{Context, Result, ensure};
use pushforward::datasets::{Dataset, EMOJI, FASHION};
use pushforward::training::TrainingConfig;

use crate::common::Common;
use crate::emoji::benchmark::EmojiBenchmark;
use crate::emoji::examples::Captioned;
use crate::emoji::set::EmojiSet;
use crate::evaluate::{Plan, evaluate};
use crate::examples::Examples;
use crate::fashion::benchmark::FashionBenchmark;
use crate::fashion::images::{Images, Labelled, Split};

/// Reads what to learn from; of a family that takes sentences, hashed to so many buckets.
type Read = fn(&Common, &TrainingConfig, Option<usize>) -> Result<Box<dyn Examples>>;

/// What the trainer does with a data set.
struct Entry {
    dataset: Dataset,
    examples: Read,
    evaluate: fn(&Common, &Plan) -> Result<()>,
}

/// One entry a data set.
const ENTRIES: [Entry; 2] = [
    Entry {
        dataset: FASHION,
        examples: |common, training, buckets| {
            ensure!(buckets.is_none(), "expected a family that takes classes, got one that takes sentences");
            let images = Images::load(&common.data, Split::Train)?;
            Ok(Box::new(Labelled { images, dropout: training.class_dropout }))
        },
        evaluate: |common, plan| evaluate(&FashionBenchmark::new(common, plan)?, common, plan),
    },
    Entry {
        dataset: EMOJI,
        examples: |common, training, buckets| {
            let buckets = buckets.context("expected a family that takes sentences, got one that takes classes")?;
            Ok(Box::new(Captioned::new(EmojiSet::load(&common.emoji)?, buckets, training.class_dropout)))
        },
        evaluate: |common, plan| evaluate(&EmojiBenchmark::new(common, plan)?, common, plan),
    },
];

fn entry(dataset: &Dataset) -> Result<&'static Entry> {
    let entry = ENTRIES.iter().find(|entry| entry.dataset.id == dataset.id);
    entry.with_context(|| format!("the trainer has no examples of the data set {}", dataset.id))
}

/// The examples of a data set for a family.
///
/// # Errors
/// When the data set is missing, or the family takes other conditions than it has.
pub fn examples(
    dataset: &Dataset,
    common: &Common,
    training: &TrainingConfig,
    buckets: Option<usize>,
) -> Result<Box<dyn Examples>> {
    (entry(dataset)?.examples)(common, training, buckets).with_context(|| format!("learning from {}", dataset.name))
}

/// Measures a model of a data set.
///
/// # Errors
/// When the data set is missing; see also [`evaluate`].
pub fn measure(dataset: &Dataset, common: &Common, plan: &Plan) -> Result<()> {
    (entry(dataset)?.evaluate)(common, plan)
}

#[cfg(test)]
mod tests {
    use super::*;
    use pushforward::datasets::ALL;

    #[test]
    fn every_data_set_can_be_learned_from() {
        assert!(ALL.iter().all(|dataset| entry(dataset).is_ok()));
    }
}
