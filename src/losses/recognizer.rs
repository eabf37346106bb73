//! A small classifier that learns from real pictures while a generator is trained, and tells how much of the class
//! a drawn picture shows: a bound on the information between the two (arXiv 1606.03657, equation 5).

use burn::module::Module;
use burn::nn::{Linear, LinearConfig};
use burn::tensor::activation::{log_softmax, silu};
use burn::tensor::{Device, Int, Tensor};

use super::Loss;
use crate::layers::{StridedConvolution, activated};

/// q(c | x).
#[derive(Module, Debug)]
pub struct Recognizer {
    fine: StridedConvolution,
    coarse: StridedConvolution,
    logits: Linear,
    /// What a generator is paid for a nat.
    #[module(skip)]
    weight: f64,
}

/// Pictures `[batch, colours, side, side]` and their conditions `[batch]`.
type Conditioned = (Tensor<4>, Tensor<1, Int>);

impl Recognizer {
    /// Of pictures `[colours, side, side]`, the side a multiple of 4, that pays a generator `weight` for a nat; none where that is 0.
    pub fn paying(weight: f64, [colours, side]: [usize; 2], classes: usize, device: &Device) -> Option<Self> {
        (weight > 0.0).then(|| Self {
            fine: StridedConvolution::new(colours, 32, device),
            coarse: StridedConvolution::new(32, 64, device),
            logits: LinearConfig::new(64 * (side / 4).pow(2), classes).init(device),
            weight,
        })
    }

    /// What it has to learn from real pictures, and what a generator is paid for drawn ones: its surprise at both, of
    /// which the second teaches the generator alone.
    pub fn loss(&self, real: Conditioned, drawn: Conditioned) -> Loss {
        let (real, drawn) = (self.surprise(real), self.clone().no_grad().surprise(drawn));
        let total = real.clone() + drawn.clone() * self.weight;
        Loss { total, terms: vec![("surprise_real", real), ("surprise_drawn", drawn)] }
    }

    /// -ln q(c | x) in nats, the mean over the batch, in which a picture under "any" counts as nothing.
    fn surprise(&self, (images, conditions): Conditioned) -> Tensor<1> {
        let x = silu(self.coarse.forward(activated(self.fine.forward(images))));
        let logits = self.logits.forward(x.flatten(1, 3));
        let [_, classes] = logits.dims();
        let known = conditions.clone().lower_elem(classes as i64).float();
        let targets = conditions.clamp(0, classes as i64 - 1).unsqueeze_dim(1);
        let told: Tensor<1> = log_softmax(logits, 1).gather(1, targets).squeeze_dim(1);
        (told.neg() * known).mean()
    }
}
