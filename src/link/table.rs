//! The table of the state, from which links, the page's controls and their defaults derive.

use serde_json::Value;

use super::goal;
use super::state::State;
use super::word::{Domain, Word};
use crate::cards::{ConditionKind, Controls, ModelCard, Range};
use crate::catalogue::card;

/// The values a property can have.
#[derive(Debug, Clone, Copy)]
pub enum Kind {
    /// The id of a model.
    Model,
    /// The number of a class of the model, or `any`.
    Class,
    /// A whole number from 0 to 4294967295.
    Seed,
    /// One of a few words.
    Choice(&'static [&'static str]),
    /// A language that the page speaks.
    Language,
    /// Which weights of the model: those that ship now, where they are not the first.
    Version,
    /// A step of the tour, or none.
    Step,
    /// A number.
    Number {
        /// The least.
        min: f64,
        /// The greatest.
        max: f64,
    },
    /// Two numbers with a comma between them, or nothing.
    Point {
        /// The least of either.
        min: f64,
        /// The greatest of either.
        max: f64,
    },
    /// A whole number of a range on the model's card.
    Whole(fn(&Controls) -> Option<Range>),
    /// A number of a range on the model's card.
    Control(fn(&Controls) -> Option<Range>),
    /// One of the model's samplers.
    Sampler,
    /// What somebody says to the model, in at most so many characters.
    Sentence(usize),
    /// What somebody says to a reader, in at most so many characters.
    Text(usize),
    /// Some of a few names, or none.
    Names(&'static [&'static str]),
    /// A [`super::Goal`], or none.
    Goal,
    /// One of the model's styles.
    Style,
    /// Coordinates of a latent that is shaped like a picture.
    Mask,
    /// Coordinates of a latent that is a vector.
    Swap,
    /// A seed that matters only where a mask has coordinates.
    Brush,
}

/// One property of [`State`].
#[derive(Debug, Clone, Copy)]
pub struct Property {
    /// Its key in the link, and its field of the state.
    pub name: &'static str,
    /// What it can be.
    pub kind: Kind,
    /// What it is when the link does not say, as the link would say it; where a card has the default, that one counts.
    pub default: &'static str,
    /// Whether the link says it even then.
    pub always: bool,
    /// For people.
    pub help: &'static str,
    field: Field,
}

/// Access to a field of the state by its text.
#[derive(Debug, Clone, Copy)]
struct Field {
    say: fn(&State) -> String,
    read: fn(&mut State, &str, &Domain) -> bool,
    set: fn(&mut State, Value) -> bool,
    nearest: fn(&mut State, &str, &Domain) -> bool,
}

macro_rules! field {
    ($name:ident) => {
        Field {
            say: |state| state.$name.say(),
            read: |state, text, domain| Word::read(text, domain).map(|value| state.$name = value).is_some(),
            set: |state, value| serde_json::from_value(value).map(|value| state.$name = value).is_ok(),
            nearest: |state, text, domain| Word::nearest(text, domain).map(|value| state.$name = value).is_some(),
        }
    };
}

/// The languages that the page speaks, by the first part of their tags (BCP 47).
pub const LANGUAGES: &[&str] = &["en", "zh"];

const PRECISIONS: &[&str] = &["q8", "q4"];

const WAYS: &[&str] = &["lerp", "slerp"];

/// Steps of the tour through the page.
pub const TOUR: u32 = 10;

/// Parts of the page that a lesson can show alone, in their order.
pub const PARTS: &[&str] = &[
    "opening",
    "families",
    "say",
    "plane",
    "coordinates",
    "controls",
    "picture",
    "classes",
    "choices",
    "way",
    "many",
    "histogram",
    "kinds",
    "norms",
    "race",
    "own",
    "model",
    "story",
    "glossary",
    "editor",
];

/// Properties that a lesson can keep as they are.
pub const LOCKABLE: &[&str] = &[
    "model",
    "class",
    "prompt",
    "toprompt",
    "style",
    "seed",
    "to",
    "mode",
    "t",
    "at",
    "steps",
    "guidance",
    "temperature",
    "sampler",
    "mask",
    "swap",
    "draws",
    "precision",
];

/// Characters of a sentence: about as many as a model reads of one.
const LONGEST: usize = 200;

/// The farthest the plane's coordinates go: nine times out of ten thousand a 784-dimensional
/// Gaussian stays within.
const FARTHEST: f64 = 32.0;

/// The table of the state, in the order of the link. A row may look at the fields of those before it.
pub const PROPERTIES: &[Property] = &[
    Property {
        name: "model",
        kind: Kind::Model,
        default: "vae-fashion",
        always: true,
        help: "The generator.",
        field: field!(model),
    },
    Property {
        name: "version",
        kind: Kind::Version,
        default: "",
        always: true,
        help: "Which weights of the generator the link was made with, where they have been replaced.",
        field: field!(version),
    },
    Property {
        name: "class",
        kind: Kind::Class,
        default: "any",
        always: false,
        help: "What narrows the distribution.",
        field: field!(class),
    },
    Property {
        name: "prompt",
        kind: Kind::Sentence(LONGEST),
        default: "",
        always: false,
        help: "What to draw, in any language; it narrows the distribution.",
        field: field!(prompt),
    },
    Property {
        name: "toprompt",
        kind: Kind::Sentence(LONGEST),
        default: "",
        always: false,
        help: "What to draw at B; nothing for the same as at A.",
        field: field!(toprompt),
    },
    Property {
        name: "style",
        kind: Kind::Style,
        default: "",
        always: false,
        help: "By whose hand; without one, anybody's.",
        field: field!(style),
    },
    Property {
        name: "seed",
        kind: Kind::Seed,
        default: "42",
        always: true,
        help: "Seed of the latent A.",
        field: field!(seed),
    },
    Property {
        name: "to",
        kind: Kind::Seed,
        default: "7",
        always: true,
        help: "Seed of the latent B.",
        field: field!(to),
    },
    Property {
        name: "mode",
        kind: Kind::Choice(WAYS),
        default: "slerp",
        always: false,
        help: "The way from A to B: a straight line, or an arc that keeps the norm.",
        field: field!(mode),
    },
    Property {
        name: "t",
        kind: Kind::Number { min: 0.0, max: 1.0 },
        default: "0",
        always: false,
        help: "How far along the way.",
        field: field!(t),
    },
    Property {
        name: "at",
        kind: Kind::Point { min: -FARTHEST, max: FARTHEST },
        default: "",
        always: false,
        help: "A point of the plane through the origin, A and B, in place of a point of the way.",
        field: field!(at),
    },
    Property {
        name: "steps",
        kind: Kind::Whole(|controls| controls.steps),
        default: "",
        always: true,
        help: "Forward passes from noise to picture: more are finer, and slower.",
        field: field!(steps),
    },
    Property {
        name: "guidance",
        kind: Kind::Control(|controls| controls.guidance),
        default: "",
        always: true,
        help: "How much the class or the sentence is insisted on: 1 as it was learnt, 0 not at all.",
        field: field!(guidance),
    },
    Property {
        name: "temperature",
        kind: Kind::Control(|controls| controls.temperature),
        default: "",
        always: true,
        help: "How far draws stray: 1 as it was learnt, less is tamer.",
        field: field!(temperature),
    },
    Property {
        name: "sampler",
        kind: Kind::Sampler,
        default: "",
        always: true,
        help: "How a step is taken: minding the step before (multistep), straight on (DDIM), looking twice (Heun), or with fresh noise (ancestral).",
        field: field!(sampler),
    },
    Property {
        name: "mask",
        kind: Kind::Mask,
        default: "",
        always: false,
        help: "Which coordinates of the noise are painted over.",
        field: field!(mask),
    },
    Property {
        name: "brush",
        kind: Kind::Brush,
        default: "1",
        always: true,
        help: "Seed of the noise that they are painted with.",
        field: field!(brush),
    },
    Property {
        name: "swap",
        kind: Kind::Swap,
        default: "",
        always: false,
        help: "Which coordinates are those of B, wherever the point is.",
        field: field!(swap),
    },
    Property {
        name: "draws",
        kind: Kind::Seed,
        default: "1",
        always: false,
        help: "Seed of the first of the many pictures beside the one.",
        field: field!(draws),
    },
    Property {
        name: "precision",
        kind: Kind::Choice(PRECISIONS),
        default: "q8",
        always: false,
        help: "What is left of the model's numbers: 8 bits, as they are shipped, or 4.",
        field: field!(precision),
    },
    Property {
        name: "lang",
        kind: Kind::Language,
        default: "",
        always: false,
        help: "The language of the page; without one, the reader's own.",
        field: field!(lang),
    },
    Property {
        name: "tour",
        kind: Kind::Step,
        default: "",
        always: false,
        help: "The step of the tour through the page; none for who takes none.",
        field: field!(tour),
    },
    Property {
        name: "show",
        kind: Kind::Names(PARTS),
        default: "",
        always: false,
        help: "The parts of the page that a lesson shows; without any, all.",
        field: field!(show),
    },
    Property {
        name: "lock",
        kind: Kind::Names(LOCKABLE),
        default: "",
        always: false,
        help: "What a lesson keeps as it is.",
        field: field!(lock),
    },
    Property {
        name: "task",
        kind: Kind::Text(LONGEST),
        default: "",
        always: false,
        help: "What a lesson asks.",
        field: field!(task),
    },
    Property {
        name: "goal",
        kind: Kind::Goal,
        default: "",
        always: false,
        help: "What must hold for the task to be done.",
        field: field!(goal),
    },
];

impl Property {
    /// What a state says of it; the empty text where there is nothing to say.
    pub fn say(&self, state: &State) -> String {
        (self.field.say)(state)
    }

    /// Sets it to what a text says; false, and nothing is set, if the domain has no such value.
    pub fn read(&self, state: &mut State, text: &str, domain: &Domain) -> bool {
        (self.field.read)(state, text, domain)
    }

    /// Sets it to a plain value; false, and nothing is set, if that is of another type.
    pub fn set(&self, state: &mut State, value: Value) -> bool {
        (self.field.set)(state, value)
    }

    /// Sets it to the domain's value that is nearest to what a text says; false if there is none.
    pub fn nearest(&self, state: &mut State, text: &str, domain: &Domain) -> bool {
        (self.field.nearest)(state, text, domain)
    }

    /// What it can be in a state whose fields before it are set.
    pub fn domain(&self, state: &State) -> Domain {
        let card = card(&state.model);
        let range = |of: fn(&Controls) -> Option<Range>| card.and_then(|card| of(&card.controls));
        match self.kind {
            Kind::Model => Domain::Models,
            Kind::Class => Domain::Classes(card.map_or(0, |card| card.classes.len())),
            Kind::Choice(words) => Domain::Words(words.into()),
            Kind::Language => Domain::Languages(LANGUAGES),
            Kind::Version => match card.map_or(1, |card| card.version) {
                1 => Domain::Nothing,
                now => Domain::Version(now),
            },
            Kind::Step => Domain::Whole { min: 1, max: TOUR },
            Kind::Number { min, max } => Domain::Number { min, max },
            Kind::Point { min, max } => Domain::Point { min, max },
            Kind::Whole(of) => range(of)
                .map_or(Domain::Nothing, |Range { min, max, .. }| Domain::Whole { min: min as u32, max: max as u32 }),
            Kind::Control(of) => {
                range(of).map_or(Domain::Nothing, |Range { min, max, .. }| Domain::Number { min, max })
            }
            Kind::Sampler => match card.map(|card| card.controls.samplers.as_slice()) {
                None | Some([]) => Domain::Nothing,
                Some(samplers) => Domain::Words(samplers.iter().map(|sampler| sampler.name()).collect()),
            },
            Kind::Sentence(most) => spoken(card).map_or(Domain::Nothing, |_| Domain::Sentence(most)),
            Kind::Text(most) => Domain::Sentence(most),
            Kind::Names(names) => Domain::Names(names),
            Kind::Goal => Domain::Goal(goal::NAMES),
            Kind::Style => spoken(card)
                .map_or(Domain::Nothing, |card| Domain::Words(card.styles.iter().map(String::as_str).collect())),
            Kind::Mask | Kind::Swap => card
                .filter(|card| painted(card) == matches!(self.kind, Kind::Mask))
                .map_or(Domain::Nothing, |card| Domain::Coordinates(card.latent.dimension())),
            Kind::Brush if state.mask.is_empty() => Domain::Nothing,
            Kind::Seed | Kind::Brush => Domain::Whole { min: 0, max: u32::MAX },
        }
    }

    /// What it is there when nobody says, as a link would say it.
    pub fn default_in(&self, state: &State, domain: &Domain) -> String {
        match (self.kind, domain) {
            (_, Domain::Nothing) => String::new(),
            (Kind::Whole(of) | Kind::Control(of), _) => card(&state.model)
                .and_then(|card| of(&card.controls))
                .map_or(String::new(), |range| range.default.to_string()),
            (Kind::Sampler, Domain::Words(words)) => words[0].into(),
            (_, Domain::Version(now)) => now.to_string(),
            _ => self.default.into(),
        }
    }
}

/// The card of a model that is told what to draw.
fn spoken(card: Option<&'static ModelCard>) -> Option<&'static ModelCard> {
    card.filter(|card| card.condition == ConditionKind::Prompt)
}

/// Whether a model's latent is shaped like a picture, so that one can paint on it.
fn painted(card: &ModelCard) -> bool {
    card.latent.shape.len() > 1
}
