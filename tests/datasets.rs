//! Data sets and the cards of their models say the same.

use pushforward::catalogue::cards;
use pushforward::datasets::{ALL, named};

#[test]
fn a_card_says_of_its_data_set_what_that_says() {
    for card in cards() {
        let dataset = ALL.into_iter().find(|dataset| dataset.name == card.dataset.name);
        let dataset = dataset.unwrap_or_else(|| panic!("{} is of an unknown data set", card.id));
        assert_eq!((&*card.dataset.licence, &*card.dataset.url), (dataset.licence, dataset.url), "{}", card.id);
        assert_eq!((card.image, card.condition), (dataset.image, dataset.condition), "{}", card.id);
        assert_eq!(card.classes, dataset.classes, "{}", card.id);
        assert_eq!(card.styles, dataset.styles, "{}", card.id);
    }
}

#[test]
fn data_sets_are_found_by_their_ids() {
    assert!(ALL.into_iter().all(|dataset| named(dataset.id).is_some_and(|found| found.name == dataset.name)));
    assert!(named("none").is_none());
}
