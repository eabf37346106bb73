//! What a data set is.

use crate::cards::{self, ConditionKind, ImageShape};

/// A data set, and all that a model of it does not choose.
#[derive(Debug, Clone, Copy)]
pub struct Dataset {
    /// Unique name, by which recipes name it: `fashion`.
    pub id: &'static str,
    /// The name people read.
    pub name: &'static str,
    /// The licences of its pictures and words, as SPDX names them.
    pub licence: &'static str,
    /// Where to read about it.
    pub url: &'static str,
    /// The pictures, as they are learned.
    pub image: ImageShape,
    /// What narrows the distribution.
    pub condition: ConditionKind,
    /// Names of its classes, in the order of their numbers; none where sentences narrow.
    pub classes: &'static [&'static str],
    /// Names of the styles that a sentence can be drawn in, in the order of their numbers.
    pub styles: &'static [&'static str],
    /// The pinned model that judges pictures of it, as the trainer's command line names it.
    pub judge: &'static str,
}

impl Dataset {
    /// What a card says of it.
    pub fn on_card(&self) -> cards::Dataset {
        let Self { name, licence, url, .. } = *self;
        cards::Dataset { name: name.into(), licence: licence.into(), url: url.into() }
    }
}
