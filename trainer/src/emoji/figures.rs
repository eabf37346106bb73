//! What is measured of a text-to-image model, and of real pictures.

use std::collections::BTreeMap;
use std::fmt::{self, Display, Formatter};

use serde::{Deserialize, Serialize};

/// What is measured of samples.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Samples {
    /// Fraction of pictures that are nearer to their own sentence than to 99 others (R-precision).
    pub r_precision: f64,
    /// Fréchet distance, in the judge's features, to the pictures that were learned from, of as many pictures as are
    /// held out, under their names and styles.
    pub fd_emoji: f64,
    /// The same in multiples of the held-out pictures' own.
    pub fd_over_floor: f64,
    /// Mean distance, in the judge's features, between two pictures of one sentence.
    pub diversity: f64,
}

/// All that is measured of a model.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Figures {
    #[serde(flatten)]
    pub samples: Samples,
    /// R-precision of sentences in each of a few languages.
    pub languages: BTreeMap<String, f64>,
    /// Root mean square error, of levels in [0, 1], of the nearest picture that was learned from: the median of 64 samples.
    pub nearest: f64,
    /// The samples of other options.
    pub variants: Vec<Variant>,
}

/// Samples drawn otherwise than by default.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Variant {
    pub steps: usize,
    #[serde(flatten)]
    pub samples: Samples,
}

/// What real pictures reach under the same judge.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Floor {
    /// SHA-256 of the judge's weights.
    pub judge: String,
    /// R-precision of the pictures that are held out.
    pub r_precision: f64,
    /// The same where their names are in each of a few languages: the judge does not know all of them equally well.
    #[serde(default)]
    pub languages: BTreeMap<String, f64>,
    /// Their Fréchet distance to those that were learned from.
    pub fd_emoji: f64,
    /// Mean distance between two styles' pictures of one emoji.
    pub diversity: f64,
    /// As [`Figures::nearest`], of the pictures that are held out.
    pub nearest: f64,
}

fn percent(fraction: f64) -> String {
    format!("{:.1} %", 100.0 * fraction)
}

fn in_languages(f: &mut Formatter<'_>, languages: &BTreeMap<String, f64>) -> fmt::Result {
    languages.iter().try_for_each(|(language, share)| write!(f, "\n  R-precision in {language}: {}", percent(*share)))
}

impl Display for Floor {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Self { r_precision, languages, fd_emoji, diversity, nearest, .. } = self;
        let r_precision = percent(*r_precision);
        write!(
            f,
            "R-precision {r_precision}, FD-emoji {fd_emoji:.3} (the floor), diversity {diversity:.2}, nearest {nearest:.3}"
        )?;
        in_languages(f, languages)
    }
}

impl Display for Samples {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Self { r_precision, fd_emoji, fd_over_floor, diversity } = self;
        let r_precision = percent(*r_precision);
        write!(
            f,
            "R-precision {r_precision}, FD-emoji {fd_emoji:.3} = {fd_over_floor:.2} x floor, diversity {diversity:.2}"
        )
    }
}

impl Display for Figures {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{}, nearest {:.3}", self.samples, self.nearest)?;
        in_languages(f, &self.languages)?;
        for Variant { steps, samples } in &self.variants {
            write!(f, "\n  {steps} steps: {samples}")?;
        }
        Ok(())
    }
}
