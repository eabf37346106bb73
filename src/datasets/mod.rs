//! The data sets that models are trained on, one file each: what their pictures are, what narrows them, whose they are, and
//! who judges.

mod dataset;
mod emoji;
mod fashion;

pub use dataset::Dataset;
pub use emoji::EMOJI;
pub use fashion::FASHION;

/// Every data set.
pub const ALL: [Dataset; 2] = [FASHION, EMOJI];

/// The data set of an id.
pub fn named(id: &str) -> Option<Dataset> {
    ALL.into_iter().find(|dataset| dataset.id == id)
}
