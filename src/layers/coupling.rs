//! A step of a normalizing flow: activation normalization and invertible mixing of channels (Glow, arXiv 1807.03039), and
//! a coupling by mixtures of logistics (Flow++, arXiv 1902.00275).

use burn::config::Config;
use burn::module::{Module, Param};
use burn::tensor::{Device, Tensor, activation};

use super::monotone::Monotone;
use super::triangular::{inverse, mask};
use super::{Convolution, Modulated, ModulatedConfig, Pointwise, beside, cpu, halves, silu};
use crate::passes;

/// Config of [`Step`], and of a [`Net`] that maps one half of its channels as the other has it.
#[derive(Config, Debug)]
pub struct StepConfig {
    /// Channels in and out; an even number.
    pub channels: usize,
    /// Channels of the net. A multiple of 8.
    pub hidden: usize,
    /// Logistics in the coupling's mixture.
    pub mixtures: usize,
    /// Length of the embedding.
    pub embedding: usize,
}

impl StepConfig {
    /// Initializes the step on `device`.
    pub fn init(&self, device: &Device) -> Step {
        let Self { channels, .. } = *self;
        let zeros = || Param::from_tensor(Tensor::zeros([channels], device));
        Step {
            log_scale: zeros(),
            shift: zeros(),
            lower: Param::from_tensor(Tensor::zeros([channels, channels], device)),
            upper: Param::from_tensor(Tensor::zeros([channels, channels], device)),
            log_diagonal: zeros(),
            coupling: self.init_net(device),
        }
    }

    /// Initializes the net alone on `device`.
    pub fn init_net(&self, device: &Device) -> Net {
        let Self { channels, hidden, mixtures, embedding } = *self;
        let half = channels / 2;
        Net {
            stem: Convolution::new(half, hidden, device),
            block: ModulatedConfig::new(hidden, embedding).init(device),
            affine: Convolution::zeros(hidden, 2 * half, device),
            mixture: Pointwise::new(hidden, 3 * mixtures * half, device),
        }
    }
}

/// Activation normalization, mixing of channels, and a coupling.
#[derive(Module, Debug)]
pub struct Step {
    log_scale: Param<Tensor<1>>,
    shift: Param<Tensor<1>>,
    /// Below the diagonal, L of W = P L U (arXiv 1807.03039, equation 10), where P reverses the channels.
    lower: Param<Tensor<2>>,
    /// Above the diagonal, U.
    upper: Param<Tensor<2>>,
    /// The logarithm of U's diagonal.
    log_diagonal: Param<Tensor<1>>,
    coupling: Net,
}

/// The map of some channels as others have it; its shifts and scales start at zero.
#[derive(Module, Debug)]
pub struct Net {
    stem: Convolution,
    block: Modulated,
    affine: Convolution,
    mixture: Pointwise,
}

impl Net {
    /// The map of other channels, given channels x `[batch, channels, height, width]` and an embedding `[batch, embedding]`.
    pub fn forward(&self, x: Tensor<4>, embedding: Tensor<2>) -> Monotone {
        passes::count("coupling");
        let x = silu(self.block.forward(self.stem.forward(x), activation::silu(embedding)));
        Monotone::new(self.affine.forward(x.clone()), self.mixture.forward(x))
    }
}

/// A number a channel, for every pixel.
fn spread(x: Tensor<1>) -> Tensor<4> {
    let [channels] = x.dims();
    x.reshape([1, channels, 1, 1])
}

/// Mixes channels by a matrix `[1, channels, channels]`.
fn mix(x: Tensor<4>, matrix: Tensor<3>) -> Tensor<4> {
    let shape = x.dims();
    matrix.matmul(x.flatten::<3>(2, 3)).reshape(shape)
}

impl Step {
    /// L and U, `[1, channels, channels]` each.
    fn factors(&self) -> [Tensor<3>; 2] {
        let (lower, upper): (Tensor<3>, Tensor<3>) = (self.lower.val().unsqueeze(), self.upper.val().unsqueeze());
        let [_, size, _] = lower.dims();
        let device = lower.device();
        let diagonal = mask(size, |row, column| row == column, &device);
        let scale: Tensor<3> = self.log_diagonal.val().exp().reshape([1, 1, size]);
        [
            lower * mask(size, |row, column| row > column, &device) + diagonal.clone(),
            upper * mask(size, |row, column| row < column, &device) + diagonal * scale,
        ]
    }

    /// Pictures `[batch, channels, height, width]` towards the latent, and the logarithm of the determinant `[batch]`.
    pub fn forward(&self, x: Tensor<4>, embedding: Tensor<2>) -> (Tensor<4>, Tensor<1>) {
        let [_, _, height, width] = x.dims();
        let x = (x + spread(self.shift.val())) * spread(self.log_scale.val().exp());
        let [lower, upper] = self.factors();
        let [stay, change] = halves(mix(x, lower.matmul(upper)).flip([1]), 1);
        let (change, more) = self.coupling.forward(stay.clone(), embedding).forward(change);
        let everywhere = (self.log_scale.val() + self.log_diagonal.val()).sum() * (height * width) as f64;
        (Tensor::cat(vec![stay, change], 1), more + everywhere)
    }

    /// Back from the latent.
    pub fn inverse(&self, x: Tensor<4>, embedding: Tensor<2>) -> Tensor<4> {
        let [stay, change] = halves(x, 1);
        let change = self.coupling.forward(stay.clone(), embedding).inverse(change);
        let x = beside(stay, change);
        let (matrices, vectors) = ([&self.lower, &self.upper], [&self.log_diagonal, &self.log_scale, &self.shift]);
        if let Some(x) = cpu::unmix(&x, matrices.map(Param::val), vectors.map(Param::val)) {
            return x;
        }
        let [lower, upper] = self.factors();
        let unmix = inverse(upper.transpose()).transpose().matmul(inverse(lower));
        let x = mix(x.flip([1]), unmix);
        x * spread(self.log_scale.val().neg().exp()) - spread(self.shift.val())
    }

    /// The step whose normalization gives x mean 0 and variance 1 (arXiv 1807.03039, section 3.1).
    pub fn normalizing(mut self, x: &Tensor<4>) -> Self {
        let [_, channels, ..] = x.dims();
        let rows: Tensor<2> = x.clone().detach().swap_dims(0, 1).flatten(1, 3);
        let mean = rows.clone().mean_dim(1);
        let deviation = (rows - mean.clone()).square().mean_dim(1).sqrt() + 1e-3;
        self.shift = self.shift.map(|_| mean.neg().reshape([channels]));
        self.log_scale = self.log_scale.map(|_| deviation.log().neg().reshape([channels]));
        self
    }
}
