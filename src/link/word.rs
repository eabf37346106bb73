//! How a link says the values of the state, and how they are read back.

use serde::Serialize;

use super::goal::Goal;
use super::mask::Mask;
use super::state::{AnyWord, ClassChoice};
use crate::cards::{Precision, Sampler};
use crate::catalogue::{self, card};
use crate::latent::Mode;

/// Decimals that links keep of a number.
const DECIMALS: i32 = 3;

/// The values that a property can have under one model.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "kind", content = "of", rename_all = "lowercase")]
pub enum Domain {
    /// None: the model has no such thing.
    Nothing,
    /// The id of a model.
    Models,
    /// The number of a class below this, or `any`.
    Classes(usize),
    /// A whole number.
    Whole {
        /// The least.
        min: u32,
        /// The greatest.
        max: u32,
    },
    /// A number.
    Number {
        /// The least.
        min: f64,
        /// The greatest.
        max: f64,
    },
    /// Two numbers with a comma between them.
    Point {
        /// The least of either.
        min: f64,
        /// The greatest of either.
        max: f64,
    },
    /// The version of a model's weights that ships.
    Version(u32),
    /// One of a few words.
    Words(Vec<&'static str>),
    /// One of a few languages, by a tag of any form (`zh`, `zh-Hant-TW`, `zh_CN`): its first part counts.
    Languages(&'static [&'static str]),
    /// A [`Mask`] of a latent of this dimension.
    Coordinates(usize),
    /// What somebody says, in at most so many characters.
    Sentence(usize),
    /// Some of a few names, with commas between them.
    Names(&'static [&'static str]),
    /// A [`Goal`] about some of these.
    Goal(&'static [&'static str]),
}

impl Domain {
    /// For people, after "expected".
    pub fn expected(&self) -> String {
        match self {
            Self::Nothing => "nothing".into(),
            Self::Models => {
                let ids: Vec<&str> = catalogue::cards().iter().map(|card| card.id.as_str()).collect();
                format!("one of {}", ids.join(", "))
            }
            Self::Classes(0) => "any, as the model has no classes".into(),
            Self::Classes(_) => "the number of a class of the model, or any".into(),
            Self::Whole { min, max } => format!("a whole number from {min} to {max}"),
            Self::Number { min, max } => format!("a number from {min} to {max}"),
            Self::Point { min, max } => format!("two numbers from {min} to {max} with a comma between them"),
            Self::Version(now) => format!("version {now} of the model's weights"),
            Self::Words(words) => format!("one of {}", words.join(", ")),
            Self::Languages(known) => format!("a language of the page ({})", known.join(", ")),
            Self::Coordinates(count) => format!("a bitmap of {count} coordinates in base64url"),
            Self::Sentence(most) => format!("a sentence of at most {most} characters on one line"),
            Self::Names(names) => format!("some of {}, with commas between them", names.join(", ")),
            Self::Goal(names) => {
                let names = names.join(", ");
                format!(
                    "clauses with commas between them, name~value or name~least~most, where the name is one of {names}"
                )
            }
        }
    }
}

/// A value that a link can say.
pub trait Word: Sized {
    /// As the link says it, though perhaps with more digits.
    fn say(&self) -> String;

    /// The value that a text says, if it is one of the domain's.
    fn read(text: &str, domain: &Domain) -> Option<Self>;

    /// The value of the domain that is nearest to what a text says, where there is such a thing.
    fn nearest(_text: &str, _domain: &Domain) -> Option<Self> {
        None
    }
}

/// What is not there is said by the empty text.
impl<T: Word> Word for Option<T> {
    fn say(&self) -> String {
        self.as_ref().map_or(String::new(), Word::say)
    }

    fn read(text: &str, domain: &Domain) -> Option<Self> {
        if text.is_empty() { Some(None) } else { T::read(text, domain).map(Some) }
    }

    fn nearest(text: &str, domain: &Domain) -> Option<Self> {
        T::nearest(text, domain).map(Some)
    }
}

/// The id of a model, one of a few words, some names, what somebody says, a goal, or a mask as it is written: that of no
/// coordinate is the empty text.
impl Word for String {
    fn say(&self) -> String {
        self.clone()
    }

    fn read(text: &str, domain: &Domain) -> Option<Self> {
        match domain {
            Domain::Models => card(text).map(|card| card.id.clone()),
            _ if text.is_empty() => Some(Self::new()),
            Domain::Coordinates(dimension) => {
                let mask = Mask::parse(text, *dimension)?;
                Some(if mask.is_empty() { Self::new() } else { text.into() })
            }
            Domain::Words(words) => words.contains(&text).then(|| text.into()),
            Domain::Languages(known) => {
                let primary = text.split(['-', '_', '.']).next()?.to_ascii_lowercase();
                known.contains(&primary.as_str()).then_some(primary)
            }
            Domain::Names(_) => Self::nearest(text, domain).filter(|_| text.split(',').all(|name| named(name, domain))),
            Domain::Goal(_) => Goal::parse(text).map(|_| text.into()),
            Domain::Sentence(_) => Self::nearest(text, domain).filter(|sentence| sentence == text),
            _ => None,
        }
    }

    fn nearest(text: &str, domain: &Domain) -> Option<Self> {
        match domain {
            Domain::Sentence(most) => Some(text.chars().filter(|c| !c.is_control()).take(*most).collect()),
            // Those that are known, in their own order and once.
            Domain::Names(known) => {
                let said: Vec<&str> =
                    known.iter().copied().filter(|name| text.split(',').any(|said| said == *name)).collect();
                (!said.is_empty()).then(|| said.join(","))
            }
            _ => None,
        }
    }
}

impl Word for ClassChoice {
    fn say(&self) -> String {
        match self {
            Self::One(class) => class.to_string(),
            Self::Any(AnyWord::Any) => "any".into(),
        }
    }

    fn read(text: &str, domain: &Domain) -> Option<Self> {
        let Domain::Classes(classes) = domain else { return None };
        if text == "any" {
            return Some(Self::ANY);
        }
        text.parse().ok().filter(|class| class < classes).map(Self::One)
    }
}

impl Word for u32 {
    fn say(&self) -> String {
        self.to_string()
    }

    fn read(text: &str, domain: &Domain) -> Option<Self> {
        if let Domain::Version(now) = domain {
            return text.parse().ok().filter(|version| version == now);
        }
        let Domain::Whole { min, max } = domain else { return None };
        text.parse().ok().filter(|number| (min..=max).contains(&number))
    }

    fn nearest(text: &str, domain: &Domain) -> Option<Self> {
        if let Domain::Version(now) = *domain {
            return Some(now);
        }
        let Domain::Whole { min, max } = *domain else { return None };
        let number: f64 = text.parse().ok()?;
        (!number.is_nan()).then_some(number.round().clamp(min.into(), max.into()) as u32)
    }
}

impl Word for f64 {
    fn say(&self) -> String {
        self.to_string()
    }

    fn read(text: &str, domain: &Domain) -> Option<Self> {
        let (min, max) = bounds(domain)?;
        text.parse().ok().filter(|number| (min..=max).contains(number)).map(round)
    }

    fn nearest(text: &str, domain: &Domain) -> Option<Self> {
        let (min, max) = bounds(domain)?;
        let number: f64 = text.parse().ok()?;
        (!number.is_nan()).then(|| round(number.clamp(min, max)))
    }
}

impl Word for [f64; 2] {
    fn say(&self) -> String {
        format!("{},{}", self[0], self[1])
    }

    fn read(text: &str, domain: &Domain) -> Option<Self> {
        let (x, y) = text.split_once(',')?;
        Some([f64::read(x, domain)?, f64::read(y, domain)?])
    }

    fn nearest(text: &str, domain: &Domain) -> Option<Self> {
        let (x, y) = text.split_once(',')?;
        Some([f64::nearest(x, domain)?, f64::nearest(y, domain)?])
    }
}

impl Word for Mode {
    fn say(&self) -> String {
        match self {
            Self::Lerp => "lerp".into(),
            Self::Slerp => "slerp".into(),
        }
    }

    fn read(text: &str, _domain: &Domain) -> Option<Self> {
        [Self::Lerp, Self::Slerp].into_iter().find(|mode| mode.say() == text)
    }
}

impl Word for Precision {
    fn say(&self) -> String {
        self.name().into()
    }

    fn read(text: &str, _domain: &Domain) -> Option<Self> {
        Self::named(text)
    }
}

impl Word for Sampler {
    fn say(&self) -> String {
        self.name().into()
    }

    fn read(text: &str, domain: &Domain) -> Option<Self> {
        let Domain::Words(words) = domain else { return None };
        Self::named(text).filter(|_| words.contains(&text))
    }
}

fn named(name: &str, domain: &Domain) -> bool {
    matches!(domain, Domain::Names(known) if known.contains(&name))
}

fn bounds(domain: &Domain) -> Option<(f64, f64)> {
    match *domain {
        Domain::Number { min, max } | Domain::Point { min, max } => Some((min, max)),
        _ => None,
    }
}

fn round(number: f64) -> f64 {
    let scale = 10f64.powi(DECIMALS);
    // Adding zero turns -0 into 0, which would otherwise be written as "-0".
    (number * scale).round() / scale + 0.0
}
