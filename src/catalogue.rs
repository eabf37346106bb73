//! The models that ship, by their cards.
//!
//! Cards are compiled in: they hold the checksum that a weights file must have, so a file fetched
//! at run time is trusted as far as it agrees with the program that reads it.

use std::sync::LazyLock;

use crate::cards::ModelCard;

/// The cards of all models that ship, in the order the page lists them.
pub fn cards() -> &'static [ModelCard] {
    static CARDS: LazyLock<Vec<ModelCard>> = LazyLock::new(|| {
        [
            include_str!("../models/vae-fashion/card.json"),
            include_str!("../models/gan-fashion/card.json"),
            include_str!("../models/flow-fashion/card.json"),
            include_str!("../models/diffusion-fashion/card.json"),
            include_str!("../models/autoregressive-fashion/card.json"),
            include_str!("../models/codes-fashion/card.json"),
            include_str!("../models/emoji/card.json"),
        ]
        .map(|text| serde_json::from_str(text).expect("the cards are checked by a test"))
        .into()
    });
    &CARDS
}

/// The card of one model.
pub fn card(id: &str) -> Option<&'static ModelCard> {
    cards().iter().find(|card| card.id == id)
}
