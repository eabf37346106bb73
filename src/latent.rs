//! The Gaussian: seeded latents z ~ N(0, I), the ways between them, and their statistics.
//!
//! Everything here is plain `f32` arithmetic on slices. A latent depends on its seed and dimension
//! only, never on a device, so that a link draws the same picture everywhere.

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};
use serde::{Deserialize, Serialize};
use serde_json::json;
use statrs::function::gamma::{gamma_lr as regularized_gamma, ln_gamma};
use thiserror::Error;

use crate::error::{ErrorKind, PushforwardError};

/// What can be wrong with latents that are to be combined.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum LatentError {
    /// Two latents that belong together differ in dimension.
    #[error("both latents must have the same dimension, got {0} and {1}")]
    Dimensions(usize, usize),
    /// A latent without coordinates.
    #[error("a latent needs at least one coordinate, got none")]
    Empty,
    /// A coordinate or a parameter is NaN or infinite.
    #[error("{what} must be finite, got {value}")]
    NotFinite {
        /// Which quantity.
        what: &'static str,
        /// Its value.
        value: f32,
    },
}

impl From<LatentError> for PushforwardError {
    fn from(error: LatentError) -> Self {
        let (code, details) = match &error {
            LatentError::Dimensions(expected, got) => {
                ("latent-dimensions", json!({ "expected": expected, "got": got }))
            }
            LatentError::Empty => ("latent-empty", json!({})),
            LatentError::NotFinite { what, value } => ("not-finite", json!({ "name": what, "got": value.to_string() })),
        };
        Self::new(ErrorKind::Request, code, details, error)
    }
}

/// Draws z ~ N(0, I) of `dimension` coordinates from `seed`: ChaCha8, then the ziggurat method.
pub fn gaussian(seed: u32, dimension: usize) -> Vec<f32> {
    normals(&mut ChaCha8Rng::seed_from_u64(seed.into()), dimension)
}

/// Draws the next `count` standard normal numbers from a generator the caller keeps.
pub fn normals(rng: &mut ChaCha8Rng, count: usize) -> Vec<f32> {
    StandardNormal.sample_iter(rng).take(count).collect()
}

/// How to go from one latent to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// The straight line: shortest, but its middle is nearer the origin than a Gaussian ever is.
    Lerp,
    /// The arc, which keeps the norm typical (Shoemake 1985).
    #[default]
    Slerp,
}

/// The latent a fraction `t` of the way from `from` to `to`.
///
/// # Errors
/// When the dimensions differ, a latent is empty, or a number is not finite.
pub fn interpolate(from: &[f32], to: &[f32], t: f32, mode: Mode) -> Result<Vec<f32>, LatentError> {
    check_pair(from, to)?;
    check_finite("t", &[t])?;
    let (a, b) = match mode {
        Mode::Lerp => (1.0 - f64::from(t), f64::from(t)),
        Mode::Slerp => slerp_weights(from, to, t),
    };
    Ok(combine(from, to, a, b))
}

/// The weights of `from` and `to` in their spherical interpolation:
/// sin((1 - t) angle) / sin(angle) and sin(t angle) / sin(angle).
///
/// For (anti)parallel latents the arc is undefined, and the straight line takes its place.
fn slerp_weights(from: &[f32], to: &[f32], t: f32) -> (f64, f64) {
    let t = f64::from(t);
    let norms = norm(from) * norm(to);
    let cosine = if norms > 0.0 { dot(from, to) / norms } else { 1.0 };
    let angle = cosine.clamp(-1.0, 1.0).acos();
    if angle.sin() < 1e-4 {
        return (1.0 - t, t);
    }
    (((1.0 - t) * angle).sin() / angle.sin(), (t * angle).sin() / angle.sin())
}

/// A plane in latent space with isometric coordinates: `at(x, y) = origin + x u + y v`.
///
/// `origin` is the plane's point nearest to zero and `u`, `v` are orthonormal, so the Gaussian
/// restricted to the plane is again a round standard Gaussian in (x, y).
#[derive(Debug, Clone, PartialEq)]
pub struct Plane {
    origin: Vec<f32>,
    u: Vec<f32>,
    v: Vec<f32>,
}

impl Plane {
    /// The plane through the origin and two latents; `a` lies on its positive x axis.
    ///
    /// # Errors
    /// As [`interpolate`]; parallel latents are no error, any direction across them is taken.
    pub fn through_origin(a: &[f32], b: &[f32]) -> Result<Self, LatentError> {
        check_pair(a, b)?;
        let (u, v) = orthonormal(a, b);
        Ok(Self { origin: vec![0.0; a.len()], u, v })
    }

    /// The plane through three latents; its x axis points along `b - a`.
    ///
    /// # Errors
    /// As [`interpolate`].
    pub fn through(a: &[f32], b: &[f32], c: &[f32]) -> Result<Self, LatentError> {
        check_pair(a, b)?;
        check_pair(a, c)?;
        let (u, v) = orthonormal(&combine(b, a, 1.0, -1.0), &combine(c, a, 1.0, -1.0));
        let along_u = combine(a, &u, 1.0, -dot(a, &u));
        let origin = combine(&along_u, &v, 1.0, -dot(&along_u, &v));
        Ok(Self { origin, u, v })
    }

    /// The latent at plane coordinates (x, y).
    ///
    /// # Errors
    /// When a coordinate is not finite.
    pub fn at(&self, x: f32, y: f32) -> Result<Vec<f32>, LatentError> {
        check_finite("a plane coordinate", &[x, y])?;
        let across = combine(&self.u, &self.v, x.into(), y.into());
        Ok(combine(&self.origin, &across, 1.0, 1.0))
    }

    /// The coordinates of the plane's point nearest to `z`.
    ///
    /// # Errors
    /// When `z` has another dimension than the plane, or is not finite.
    pub fn coordinates(&self, z: &[f32]) -> Result<[f32; 2], LatentError> {
        check_pair(&self.origin, z)?;
        let offset = combine(z, &self.origin, 1.0, -1.0);
        Ok([dot(&offset, &self.u) as f32, dot(&offset, &self.v) as f32])
    }
}

/// Gram-Schmidt on two vectors, with a fixed third direction where they leave a choice.
fn orthonormal(a: &[f32], b: &[f32]) -> (Vec<f32>, Vec<f32>) {
    let u = unit_across(a, &[]).unwrap_or_else(|| any_across(a.len(), &[]));
    let v = unit_across(b, &[&u]).unwrap_or_else(|| any_across(a.len(), &[&u]));
    (u, v)
}

/// The unit vector along the part of `a` that is orthogonal to `others`, if there is such a part.
fn unit_across(a: &[f32], others: &[&[f32]]) -> Option<Vec<f32>> {
    let mut rest = a.to_vec();
    for other in others {
        rest = combine(&rest, other, 1.0, -dot(&rest, other));
    }
    let length = norm(&rest);
    (length > 1e-4 * norm(a).max(1e-4)).then(|| rest.iter().map(|x| (f64::from(*x) / length) as f32).collect())
}

/// The first axis with a part orthogonal to `others`, made orthogonal; zero in one dimension.
fn any_across(dimension: usize, others: &[&[f32]]) -> Vec<f32> {
    let axis = |i| (0..dimension).map(|j| if i == j { 1.0 } else { 0.0 }).collect::<Vec<f32>>();
    (0..dimension).find_map(|i| unit_across(&axis(i), others)).unwrap_or_else(|| vec![0.0; dimension])
}

/// How one latent compares with the Gaussian it is meant to come from.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Statistics {
    /// Number of coordinates.
    pub dimension: usize,
    /// |z|, to be compared with the chi distribution of this dimension.
    pub norm: f64,
    /// Mean of the coordinates; 0 is expected.
    pub mean: f64,
    /// Variance of the coordinates about their mean; 1 is expected.
    pub variance: f64,
    /// Mean of the chi distribution.
    pub chi_mean: f64,
    /// Standard deviation of the chi distribution.
    pub chi_std: f64,
    /// Probability that a Gaussian latent has a norm at most this one, in [0, 1].
    pub chi_cdf: f64,
    /// Histogram of the coordinates.
    pub histogram: Histogram,
}

/// A histogram whose bars integrate to one over all coordinates, those outside included in the ends.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Histogram {
    /// Bin edges, ascending; one more than there are bars.
    pub edges: Vec<f64>,
    /// Density of each bar, comparable with [`normal_density`].
    pub density: Vec<f64>,
}

/// Statistics of `z`.
///
/// # Errors
/// When `z` is empty or not finite.
pub fn statistics(z: &[f32]) -> Result<Statistics, LatentError> {
    check_pair(z, z)?;
    let dimension = z.len();
    let count = dimension as f64;
    let mean = z.iter().map(|x| f64::from(*x)).sum::<f64>() / count;
    let variance = z.iter().map(|x| (f64::from(*x) - mean).powi(2)).sum::<f64>() / count;
    let length = norm(z);
    let chi_mean = chi_mean(dimension);
    Ok(Statistics {
        dimension,
        norm: length,
        mean,
        variance,
        chi_mean,
        chi_std: (count - chi_mean * chi_mean).max(0.0).sqrt(),
        // The integral begins at 0, where the library takes none.
        chi_cdf: if length > 0.0 { regularized_gamma(count / 2.0, length * length / 2.0) } else { 0.0 },
        histogram: histogram(z),
    })
}

/// Bars from -4 to 4, as many as the dimension can fill without noise, always an even number.
fn histogram(z: &[f32]) -> Histogram {
    const LIMIT: f64 = 4.0;
    let bars = (2 * (z.len() as f64).sqrt().round() as usize).clamp(8, 40);
    let width = 2.0 * LIMIT / bars as f64;
    let mut density = vec![0.0; bars];
    for x in z {
        let bar = ((f64::from(*x) + LIMIT) / width).floor().clamp(0.0, (bars - 1) as f64) as usize;
        density[bar] += 1.0 / (z.len() as f64 * width);
    }
    Histogram { edges: (0..=bars).map(|i| i as f64 * width - LIMIT).collect(), density }
}

/// Density of N(0, 1) at `x`.
pub fn normal_density(x: f64) -> f64 {
    (-x * x / 2.0).exp() / std::f64::consts::TAU.sqrt()
}

/// Density at radius `r` of the chi distribution of `dimension`: how |z| is distributed.
pub fn chi_density(r: f64, dimension: usize) -> f64 {
    if r < 0.0 || dimension == 0 {
        return 0.0;
    }
    let k = dimension as f64;
    // r^(k - 1) at r = 0 is 1 for k = 1 and 0 above, which (k - 1) ln r only reaches as a limit.
    let power = if dimension == 1 { 0.0 } else { (k - 1.0) * r.ln() };
    (power - r * r / 2.0 - (k / 2.0 - 1.0) * std::f64::consts::LN_2 - ln_gamma(k / 2.0)).exp()
}

/// sqrt(2) Gamma((k + 1) / 2) / Gamma(k / 2): the mean norm of a k-dimensional Gaussian.
fn chi_mean(dimension: usize) -> f64 {
    let k = dimension as f64;
    std::f64::consts::SQRT_2 * (ln_gamma((k + 1.0) / 2.0) - ln_gamma(k / 2.0)).exp()
}

fn combine(a: &[f32], b: &[f32], wa: f64, wb: f64) -> Vec<f32> {
    a.iter().zip(b).map(|(a, b)| (wa * f64::from(*a) + wb * f64::from(*b)) as f32).collect()
}

fn dot(a: &[f32], b: &[f32]) -> f64 {
    a.iter().zip(b).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum()
}

/// Euclidean norm.
pub fn norm(z: &[f32]) -> f64 {
    dot(z, z).sqrt()
}

fn check_pair(a: &[f32], b: &[f32]) -> Result<(), LatentError> {
    if a.len() != b.len() {
        return Err(LatentError::Dimensions(a.len(), b.len()));
    }
    if a.is_empty() {
        return Err(LatentError::Empty);
    }
    check_finite("a latent coordinate", a)?;
    check_finite("a latent coordinate", b)
}

fn check_finite(what: &'static str, values: &[f32]) -> Result<(), LatentError> {
    match values.iter().find(|x| !x.is_finite()) {
        Some(&value) => Err(LatentError::NotFinite { what, value }),
        None => Ok(()),
    }
}
