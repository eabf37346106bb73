//! The inverse of monotone maps of numbers, each by a mixture of logistics of its own (Ho et al., Flow++,
//! arXiv 1902.00275, section 3.2).

use crate::shape::expect_length;
use crate::simd::{F32x4, LANES};

/// How the parameters of [`invert_mixtures`] lie, and between which bounds they are.
#[derive(Clone, Copy, Debug)]
pub struct Mixtures {
    /// Maps at a pixel.
    pub channels: usize,
    /// Logistics in each.
    pub mixtures: usize,
    /// The largest logarithms of a map's scale and of a logistic's, either sign: limit tanh(x / limit) is what x stands for.
    pub limits: [f32; 2],
}

/// Steps after which a number that still moves is left where it is. Every second one halves the interval at least, which is
/// then as narrow as single precision tells.
const STEPS: usize = 64;

/// The numbers x `[pixels, channels]` of y = e^a logit(F(x)) + b, F the mixture's cumulative distribution, by Newton's method
/// within the interval that is known to hold x (safeguarded; Press et al., Numerical Recipes, section 9.4).
///
/// `affine` `[pixels, 2 x channels]` holds shifts b and log-scales a before they are bounded, `mixture`
/// `[pixels, 3 x mixtures x channels]` weights as logits, means, and log-scales before they are bounded, mixture by mixture.
pub fn invert_mixtures(y: &[f32], affine: &[f32], mixture: &[f32], of: Mixtures, out: &mut [f32]) {
    let Mixtures { channels, mixtures, limits } = of;
    assert!(channels > 0 && mixtures > 0, "expected channels and mixtures, came {channels} and {mixtures}");
    let pixels = y.len() / channels;
    expect_length("numbers to invert", y.len(), pixels * channels);
    expect_length("shifts and scales", affine.len(), 2 * y.len());
    expect_length("mixtures", mixture.len(), 3 * mixtures * y.len());
    expect_length("inverted numbers", out.len(), y.len());
    let mut logistics = vec![Logistic::default(); mixtures];
    for first in (0..y.len()).step_by(LANES) {
        let count = LANES.min(y.len() - first);
        // The last vector repeats its last number.
        let gather = |from: &[f32], size: usize, part: usize| {
            let at: [f32; LANES] = std::array::from_fn(|lane| {
                let number = first + lane.min(count - 1);
                from[number / channels * size * channels + part * channels + number % channels]
            });
            F32x4::load(&at)
        };
        let shift = gather(affine, 2, 0);
        let scale = bounded(gather(affine, 2, 1), -limits[0]).exp();
        let target = (gather(y, 1, 0) - shift) * scale;

        let largest = (1..mixtures)
            .fold(gather(mixture, 3 * mixtures, 0), |largest, k| largest.at_least(gather(mixture, 3 * mixtures, k)));
        let mut total = F32x4::zero();
        for (k, logistic) in logistics.iter_mut().enumerate() {
            let weight = (gather(mixture, 3 * mixtures, k) - largest).exp();
            let log_scale = bounded(gather(mixture, 3 * mixtures, 2 * mixtures + k), limits[1]);
            total += weight;
            let (mean, scale) = (gather(mixture, 3 * mixtures, mixtures + k), log_scale.exp());
            *logistic = Logistic { weight, mean, scale, inverse_scale: F32x4::splat(1.0) / scale };
        }
        for logistic in &mut logistics {
            logistic.weight = logistic.weight / total;
        }
        let x = invert(&logistics, target).array();
        out[first..first + count].copy_from_slice(&x[..count]);
    }
}

/// A logistic of each of four mixtures.
#[derive(Clone, Copy)]
struct Logistic {
    weight: F32x4,
    mean: F32x4,
    scale: F32x4,
    inverse_scale: F32x4,
}

impl Default for Logistic {
    fn default() -> Self {
        let zero = F32x4::zero();
        Self { weight: zero, mean: zero, scale: zero, inverse_scale: zero }
    }
}

/// limit tanh(x / |limit|): negative where the limit is.
fn bounded(x: F32x4, limit: f32) -> F32x4 {
    limit * (1.0 / limit.abs() * x).tanh()
}

/// The logit of each mixture's cumulative distribution at x, and its derivative.
fn logit(logistics: &[Logistic], x: F32x4) -> [F32x4; 2] {
    let (zero, one) = (F32x4::zero(), F32x4::splat(1.0));
    let place = |logistic: &Logistic| (x - logistic.mean) * logistic.inverse_scale;
    let first = place(&logistics[0]);
    let (least, most) =
        logistics[1..].iter().map(place).fold((first, first), |(least, most), t| (least.at_most(t), most.at_least(t)));
    // Where x is below all of them, or above, what is on the far side is less than single precision tells: all of it is
    // divided by the nearest one's.
    let nearest = most.at_most(zero) + least.at_least(zero);
    let [mut below, mut above, mut density] = [zero; 3];
    for logistic in logistics {
        let t = place(logistic);
        let near = one / (one + (-t.abs()).exp());
        let far = (-(t - nearest).abs()).exp() * near;
        let [t, near, far] = [t, near, far].map(F32x4::array);
        let tail = |of_above: bool| {
            F32x4::load(&std::array::from_fn(|i| if (t[i] < 0.0) == of_above { near[i] } else { far[i] }))
        };
        let (under, over) = (tail(false), tail(true));
        below += logistic.weight * under;
        above += logistic.weight * over;
        density += logistic.weight * under * over * logistic.inverse_scale;
    }
    [below.ln() - above.ln() + nearest, density / (below * above)]
}

/// Where the logits of four mixtures are as given.
fn invert(logistics: &[Logistic], target: F32x4) -> F32x4 {
    // Where each logistic alone would have it; the mixture has it between them.
    let alone = |logistic: &Logistic| target * logistic.scale + logistic.mean;
    let (mut low, mut high) =
        logistics[1..].iter().fold((alone(&logistics[0]), alone(&logistics[0])), |(low, high), next| {
            (low.at_most(alone(next)), high.at_least(alone(next)))
        });
    let mut x = 0.5 * (low + high);
    let mut before = (high - low).array();
    for _ in 0..STEPS {
        let [value, slope] = logit(logistics, x);
        let (missed, newton) = ((value - target).array(), ((target - value) / slope).array());
        let (mut lows, mut highs, mut at) = (low.array(), high.array(), x.array());
        let mut moves = false;
        for lane in 0..LANES {
            let end = if missed[lane] < 0.0 { &mut lows[lane] } else { &mut highs[lane] };
            *end = at[lane];
            // Newton's step, where it stays inside and is no longer than half of the step before.
            let next = at[lane] + newton[lane];
            let trusted = next > lows[lane] && next < highs[lane] && newton[lane].abs() < 0.5 * before[lane].abs();
            let next = if trusted { next } else { 0.5 * (lows[lane] + highs[lane]) };
            before[lane] = next - at[lane];
            moves |= before[lane].abs() > 1e-7 * at[lane].abs().max(1e-2);
            at[lane] = next;
        }
        [low, high, x] = [lows, highs, at].map(|lanes| F32x4::load(&lanes));
        if !moves {
            break;
        }
    }
    x
}
