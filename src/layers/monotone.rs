//! A monotone map of numbers, each by a mixture of logistics of its own, and its inverse (Ho et al., Flow++,
//! arXiv 1902.00275, section 3.2).

use burn::tensor::Tensor;
use burn::tensor::activation::{log_sigmoid, log_softmax, tanh};

use super::{cpu, halves, sum_each};

/// The maps of numbers `[batch, channels, height, width]`: y = e^a logit(F(x)) + b, with F the mixture's
/// cumulative distribution, by the parameters that a network gives.
#[derive(Debug, Clone)]
pub struct Monotone {
    /// Shifts b and log-scales a before they are bounded, `[batch, 2 x channels, height, width]`.
    affine: Tensor<4>,
    /// Weights as logits, means, and log-scales before they are bounded, `[batch, 3 x mixtures x channels, height, width]`.
    mixture: Tensor<4>,
}

/// The parameters of the maps.
struct Parameters {
    shift: Tensor<4>,
    log_scale: Tensor<4>,
    /// Logarithms of the weights, means and log-scales, `[batch, mixtures, numbers]` each.
    weights: Tensor<3>,
    means: Tensor<3>,
    log_scales: Tensor<3>,
}

/// Scales between e^-2 and e^2, and a mixture's between e^-5 and e^5, keep the inverse well conditioned.
const LOG_SCALES: [f64; 2] = [2.0, 5.0];

/// Halvings of the interval in which [`Monotone::inverse`] looks: from sixteen to below a millionth.
const HALVINGS: usize = 25;

impl Monotone {
    /// Of what a network gives: `affine` `[batch, 2 x channels, height, width]`, shifts and log-scales, and `mixture`
    /// `[batch, 3 x mixtures x channels, height, width]`: weights as logits, means and log-scales.
    pub fn new(affine: Tensor<4>, mixture: Tensor<4>) -> Self {
        Self { affine, mixture }
    }

    fn parameters(&self) -> Parameters {
        let Self { affine, mixture } = self;
        let [shift, log_scale] = halves(affine.clone(), 1);
        let ([batch, channels, height, width], [_, parameters, ..]) = (shift.dims(), mixture.dims());
        let mixtures = parameters / channels / 3;
        let part = |i: usize| -> Tensor<3> {
            let part = mixture.clone().narrow(1, i * mixtures * channels, mixtures * channels);
            part.reshape([batch, mixtures, channels * height * width])
        };
        let [whole, each] = LOG_SCALES;
        Parameters {
            shift,
            log_scale: bounded(log_scale, whole),
            weights: log_softmax(part(0), 1),
            means: part(1),
            log_scales: bounded(part(2), each),
        }
    }

    /// y of x `[batch, channels, height, width]`, and the logarithm of the determinant of the Jacobian `[batch]`.
    pub fn forward(&self, x: Tensor<4>) -> (Tensor<4>, Tensor<1>) {
        let (shape, own) = (x.dims(), self.parameters());
        let [below, above] = own.tails(flat(x));
        let density = log_sum_exp(own.weights.clone() + below.clone() + above.clone() - own.log_scales.clone());
        let [below, above] = [below, above].map(|tail| log_sum_exp(own.weights.clone() + tail));
        let derivative = (density - below.clone() - above.clone()).reshape(shape);
        let y = (below - above).reshape(shape) * own.log_scale.clone().exp() + own.shift;
        (y, sum_each(derivative + own.log_scale))
    }

    /// x of y, by halving; by Newton's method where the CPU draws.
    pub fn inverse(&self, y: Tensor<4>) -> Tensor<4> {
        if let Some(x) = cpu::invert_mixtures(&y, &self.affine, &self.mixture, LOG_SCALES) {
            return x;
        }
        let (shape, own) = (y.dims(), self.parameters());
        let logit = flat((y - own.shift.clone()) * own.log_scale.clone().neg().exp());
        // Where each logistic alone would have it; the mixture has it between them.
        let alone = logit.clone() * own.log_scales.clone().exp() + own.means.clone();
        let (low, high) = (alone.clone().min_dim(1), alone.max_dim(1));
        let mut step = (high - low.clone()) * 0.5;
        let mut x = low + step.clone();
        for _ in 0..HALVINGS {
            let [below, above] = own.tails(x.clone()).map(|tail| log_sum_exp(own.weights.clone() + tail));
            step = step * 0.5;
            x = x + (logit.clone() - (below - above)).sign() * step.clone();
        }
        x.reshape(shape)
    }
}

impl Parameters {
    /// Logarithms of each logistic's mass below and above numbers `[batch, 1, numbers]`.
    fn tails(&self, x: Tensor<3>) -> [Tensor<3>; 2] {
        let t = (x - self.means.clone()) * self.log_scales.clone().neg().exp();
        let below = log_sigmoid(t.clone());
        [below.clone(), below - t]
    }
}

/// Between -limit and limit, and near zero as it is.
fn bounded<const D: usize>(x: Tensor<D>, limit: f64) -> Tensor<D> {
    tanh(x / limit) * limit
}

fn flat(x: Tensor<4>) -> Tensor<3> {
    let [batch, ..] = x.dims();
    x.reshape([batch as i32, 1, -1])
}

/// ln of the sum of exponentials over the second dimension, which is then 1 long.
fn log_sum_exp(x: Tensor<3>) -> Tensor<3> {
    let most = x.clone().max_dim(1).detach();
    (x - most.clone()).exp().sum_dim(1).log() + most
}
