//! What an emoji is called when a picture of it is learned: now in this language, now in that.

use rand::RngExt;
use rand::seq::{IndexedRandom, IteratorRandom};
use rand_chacha::ChaCha8Rng;

use super::set::{Emoji, Manifest};

/// How often the language is English, which comes first in the manifest; else it is any.
const ENGLISH: f64 = 0.25;

/// How often a caption is the name alone, name and keywords, keywords alone, or the emoji's own characters.
const FORMS: [(f64, Form); 4] =
    [(0.6, Form::Name), (0.2, Form::NameAndKeywords), (0.15, Form::Keywords), (0.05, Form::Characters)];

/// Keywords in a caption at most.
const KEYWORDS: usize = 3;

#[derive(Debug, Clone, Copy)]
enum Form {
    Name,
    NameAndKeywords,
    Keywords,
    Characters,
}

/// A caption of an emoji, in a language that comes as it may.
pub fn caption(emoji: &Emoji, rng: &mut ChaCha8Rng) -> String {
    let language = if rng.random_bool(ENGLISH) { 0 } else { rng.random_range(0..emoji.captions.len()) };
    let caption = &emoji.captions[language];
    let form = FORMS.choose_weighted(rng, |(weight, _)| *weight).expect("the weights are fixed").1;
    let count = rng.random_range(1..=KEYWORDS);
    let keywords = caption.tags.iter().sample(rng, count).into_iter();
    let words: Vec<&str> = match form {
        Form::Characters => return emoji.emoji.clone(),
        Form::Name => vec![&caption.label],
        Form::Keywords if !caption.tags.is_empty() => keywords.map(String::as_str).collect(),
        Form::Keywords => vec![&caption.label],
        Form::NameAndKeywords => [&caption.label].into_iter().chain(keywords).map(String::as_str).collect(),
    };
    words.join(", ")
}

/// A caption that names the style too.
pub fn in_style(caption: &str, manifest: &Manifest, style: usize) -> String {
    format!("{caption} in {} style", manifest.styles[style].name.replace('-', " "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::emoji::set::Caption;
    use rand::SeedableRng;
    use std::collections::HashSet;

    #[test]
    fn captions_come_in_every_form_and_language_and_are_never_empty() {
        let caption_of = |label: &str, tags: &[&str]| Caption {
            label: label.into(),
            tags: tags.iter().map(|tag| tag.to_string()).collect(),
        };
        let emoji = Emoji {
            emoji: "🐱".into(),
            group: "animals".into(),
            tone: None,
            captions: vec![caption_of("cat", &["pet", "meow"]), caption_of("猫", &[])],
        };
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let seen: HashSet<String> = (0..500).map(|_| caption(&emoji, &mut rng)).collect();
        for expected in ["cat", "猫", "🐱", "pet", "cat, meow", "meow, pet"] {
            let sorted = |text: &str| text.split(", ").map(String::from).collect::<std::collections::BTreeSet<_>>();
            assert!(seen.iter().any(|got| sorted(got) == sorted(expected)), "{expected}: {seen:?}");
        }
        assert!(!seen.contains(""));
    }
}
