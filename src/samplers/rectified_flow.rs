//! The ways along a rectified flow between data and the Gaussian (Liu et al., arXiv 2209.03003).
//!
//! Data x and noise e are mixed as x_t = (1 - t) x + t e, so the latent z is x_1 itself. A network predicts the
//! velocity e - x, from which the clean data x_hat and the noise at any t follow, and with them every sampler: DDIM,
//! which on this schedule is Euler's method, the methods of Adams and Bashforth and of Heun, and the ancestral sampler
//! of DDPM.

use burn::tensor::Tensor;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

use crate::cards::{Range, Sampler};
use crate::generator::{Inversion, Settings, Trajectory, fold};
use crate::layers::noise;
use crate::layers::noising::mix;

/// Steps back from data to their latent.
const INVERSION_STEPS: usize = 25;

/// The way back from data to latents `[batch, dimension]`: DDIM inversion (arXiv 2010.02502, section 4.3), by Heun's
/// method from t = 0 to 1. What the data is, its first step asks.
pub fn invert(
    data: impl FnOnce() -> Tensor<4> + 'static,
    velocity: impl Fn(&Tensor<4>, f64) -> Tensor<4> + 'static,
) -> Inversion {
    let time = |step: usize| step as f64 / INVERSION_STEPS as f64;
    let mut data = Some(data);
    let step = move |x: Option<Tensor<4>>, step: usize| {
        let x = x.or_else(|| data.take().map(|data| data()))?;
        let v = velocity(&x, time(step));
        Some(heun(x, v, time(step), time(step + 1), &velocity))
    };
    fold(INVERSION_STEPS, None, step, |x| x.clone().expect("its first step made it").flatten(1, 3))
}

/// One step of Heun's method from x at time t, where the velocity is v, to time s (arXiv 2206.00364, algorithm 1).
fn heun(x: Tensor<4>, v: Tensor<4>, t: f64, s: f64, velocity: impl Fn(&Tensor<4>, f64) -> Tensor<4>) -> Tensor<4> {
    let euler = x.clone() + v.clone() * (s - t);
    x + (v + velocity(&euler, s)) * ((s - t) / 2.0)
}

/// Mean and variance of q(x_s | x_t, x) for s < t, as factors of x_t and of x, and the variance: the
/// posterior of the forward process (arXiv 2006.11239, equations 6 and 7) for any schedule
/// x_t = a_t x + b_t e (arXiv 2107.00630, appendix A), here with a_t = 1 - t and b_t = t.
pub fn posterior(t: f64, s: f64) -> [f64; 3] {
    if t == 0.0 {
        return [1.0, 0.0, 0.0];
    }
    let ([a_t, b_t], [a_s, b_s]) = ([1.0 - t, t], [1.0 - s, s]);
    // x_t given x_s: a x_s + sqrt(b) e.
    let a = a_t / a_s;
    let b = b_t.powi(2) - (a * b_s).powi(2);
    let variance = b * b_s.powi(2) / b_t.powi(2);
    [a * b_s.powi(2) / b_t.powi(2), a_s * b / b_t.powi(2), variance]
}

/// How far towards noise a given picture goes where nobody says, and how far it may.
pub const STRENGTH: Range = Range { min: 0.0, max: 1.0, default: 0.6 };

/// A question of the network on the way of a step, and what it makes of x: a sum of x, the velocity v that it answers, the
/// one before it and fresh noise, each times its factor.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Leg {
    /// The time of the question.
    pub time: f64,
    /// Factor of x.
    pub x: f64,
    /// Factor of v.
    pub v: f64,
    /// Factor of the velocity before.
    pub before: f64,
    /// Factor of noise.
    pub noise: f64,
    /// Whether what it sees is where the step stands, or on the way of it.
    pub stands: bool,
}

/// The steps of a sampler from a time to 0, each of one leg or two.
pub fn legs(sampler: Sampler, from: f64, steps: usize) -> impl Iterator<Item = Vec<Leg>> {
    let time = move |done: usize| from * (1.0 - done as f64 / steps as f64);
    (0..steps).map(move |done| {
        let (t, s) = (time(done), time(done + 1));
        let euler = Leg { time: t, x: 1.0, v: s - t, before: 0.0, noise: 0.0, stands: true };
        match sampler {
            // Adams-Bashforth of second order (arXiv 2202.09778, section 3.3); the first step is Euler's.
            Sampler::Multistep if done > 0 => vec![Leg { v: 1.5 * (s - t), before: -0.5 * (s - t), ..euler }],
            // (1 - s) x_hat + s e_hat, with e_hat = x_t + (1 - t) v (arXiv 2010.02502, equation 12).
            Sampler::Multistep | Sampler::Ddim => vec![euler],
            // From where Euler's step leads, back by half of it and on by half of one as is right there (arXiv 2206.00364,
            // algorithm 1). The last step ends where nothing is left to correct.
            Sampler::Heun if s > 0.0 => {
                let half = (s - t) / 2.0;
                vec![euler, Leg { time: s, v: half, before: -half, stands: false, ..euler }]
            }
            Sampler::Heun => vec![euler],
            // Algorithm 2 of arXiv 2006.11239, with x_hat = x - t v.
            Sampler::Ancestral => {
                let [of_x, of_clean, variance] = posterior(t, s);
                vec![Leg { x: of_x + of_clean, v: -t * of_clean, noise: variance.sqrt(), ..euler }]
            }
        }
    })
}

/// A velocity v at x and time t.
struct Seen {
    x: Tensor<4>,
    t: f64,
    v: Tensor<4>,
}

impl Seen {
    /// x_hat = x - t v.
    fn clean(&self) -> Tensor<4> {
        self.x.clone() - self.v.clone() * self.t
    }
}

/// The way from noise (t = 1) to data (t = 0) in equal steps of time, along a velocity at x and t.
pub struct Denoising<V> {
    velocity: V,
    steps: Vec<Vec<Leg>>,
    done: usize,
    x: Tensor<4>,
    /// The velocity of the leg before.
    before: Option<Tensor<4>>,
    /// What the last step saw.
    seen: Option<Seen>,
    rng: ChaCha8Rng,
}

impl<V> Denoising<V> {
    /// The way that starts at noise `[batch, channels, height, width]`.
    pub fn new(noise: Tensor<4>, settings: Settings, velocity: V) -> Self {
        Self::from(1.0, noise, settings, velocity)
    }

    /// The way that starts at data mixed with noise, of the same shape, at the time that is the settings' strength: only
    /// what so much noise hides is drawn anew (SDEdit, arXiv 2108.01073, algorithm 1).
    pub fn of_data(data: Tensor<4>, noise: Tensor<4>, settings: Settings, velocity: V) -> Self {
        let times = Tensor::full([data.dims()[0]], settings.strength, &data.device());
        Self::from(settings.strength, mix(data, noise, &times), settings, velocity)
    }

    fn from(time: f64, x: Tensor<4>, settings: Settings, velocity: V) -> Self {
        let steps = legs(settings.sampler, time, settings.steps).collect();
        let rng = ChaCha8Rng::seed_from_u64(settings.noise_seed);
        Self { velocity, steps, done: 0, x, before: None, seen: None, rng }
    }

    /// Goes on by a leg on which v was answered.
    fn go(&mut self, leg: Leg, v: Tensor<4>) {
        let x = self.x.clone();
        let mut next = if leg.x == 1.0 { x } else { x * leg.x } + v.clone() * leg.v;
        if let Some(before) = self.before.replace(v).filter(|_| leg.before != 0.0) {
            next = next + before * leg.before;
        }
        if leg.noise != 0.0 {
            next = next.clone() + noise(next.dims(), &mut self.rng, &next.device()) * leg.noise;
        }
        self.x = next;
    }
}

impl<V: Fn(&Tensor<4>, f64) -> Tensor<4>> Trajectory for Denoising<V> {
    fn advance(&mut self) -> bool {
        let Some(legs) = self.steps.get(self.done).cloned() else { return false };
        for leg in legs {
            let v = (self.velocity)(&self.x, leg.time);
            if leg.stands {
                self.seen = Some(Seen { x: self.x.clone(), t: leg.time, v: v.clone() });
            }
            self.go(leg, v);
        }
        self.done += 1;
        true
    }

    fn steps(&self) -> usize {
        self.steps.len()
    }

    fn picture(&self) -> Tensor<4> {
        self.x.clone()
    }

    fn predicted(&self) -> Option<Tensor<4>> {
        self.seen.as_ref().map(Seen::clean)
    }
}
