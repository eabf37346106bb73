//! Emoji drawn by seven hands, under their names and keywords in 28 locales of 25 languages.

use super::dataset::Dataset;
use crate::cards::{ConditionKind, ImageShape};

/// The emoji data set.
pub const EMOJI: Dataset = Dataset {
    id: "emoji",
    name: "Emoji",
    // Of all drawings, and of the names.
    licence: "Apache-2.0, CC BY 4.0 and MIT",
    // Where the names come from, which leads to all of the drawings.
    url: "https://emojibase.dev",
    image: ImageShape { width: 32, height: 32, channels: 3 },
    condition: ConditionKind::Prompt,
    classes: &[],
    styles: &["noto", "noto-v1", "twemoji", "fluent-emoji-flat", "fluent-emoji", "fxemoji", "emojione"],
    judge: "judge",
};
