//! What must hold for a lesson's task to be done, as text: `mode~lerp,norm~0~0.75`.

/// Between clauses.
const AND: char = ',';

/// Between a name and what is wanted of it, and between the ends of a range.
const OF: char = '~';

/// The norm of the latent over the square root of its dimension: about 1 in the typical set.
pub const NORM: &str = "norm";

/// The share of pixels, in [0, 1], that differ visibly from the picture that the lesson opened with.
pub const CHANGED: &str = "changed";

/// What a goal can be about: properties that are one word or number, and what is measured.
pub const NAMES: &[&str] = &[
    "model",
    "class",
    "style",
    "seed",
    "to",
    "mode",
    "t",
    "steps",
    "guidance",
    "temperature",
    "sampler",
    "draws",
    "precision",
    NORM,
    CHANGED,
];

/// Clauses that must hold together.
#[derive(Debug, Clone, PartialEq)]
pub struct Goal(pub Vec<Clause>);

/// What is wanted of one of [`NAMES`].
#[derive(Debug, Clone, PartialEq)]
pub struct Clause {
    /// Of which.
    pub name: &'static str,
    /// What it must be.
    pub wanted: Wanted,
}

/// What something must be.
#[derive(Debug, Clone, PartialEq)]
pub enum Wanted {
    /// As a link says it.
    Word(String),
    /// A number between these, both included.
    Range(f64, f64),
}

impl Goal {
    /// The goal that a text says; `None` if it says none.
    pub fn parse(text: &str) -> Option<Self> {
        text.split(AND).map(Clause::parse).collect::<Option<_>>().map(Self)
    }
}

impl Clause {
    fn parse(text: &str) -> Option<Self> {
        let (name, wanted) = text.split_once(OF)?;
        let name = NAMES.iter().copied().find(|known| *known == name)?;
        let wanted = match wanted.split_once(OF) {
            Some((min, max)) => {
                let (min, max): (f64, f64) = (min.parse().ok()?, max.parse().ok()?);
                (min.is_finite() && max.is_finite() && min <= max).then_some(Wanted::Range(min, max))?
            }
            // What is measured is never one number to the last digit.
            None if wanted.is_empty() || name == NORM || name == CHANGED => return None,
            None => Wanted::Word(wanted.into()),
        };
        Some(Self { name, wanted })
    }
}

impl Wanted {
    /// Whether something is so, said as a link says it.
    pub fn met(&self, is: &str) -> bool {
        match self {
            Self::Word(word) => is == word,
            Self::Range(min, max) => is.parse().is_ok_and(|number: f64| (*min..=*max).contains(&number)),
        }
    }
}
