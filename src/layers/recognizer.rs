//! A small classifier that learns from real pictures while a generator is trained, and tells how much of the class
//! a drawn picture shows: a bound on the information between the two (arXiv 1606.03657, equation 5).

use burn::module::Module;
use burn::nn::conv::Conv2d;
use burn::nn::{Linear, LinearConfig};
use burn::tensor::activation::{log_softmax, silu};
use burn::tensor::{Device, Int, Tensor};

use super::conv3x3;

/// q(c | x).
#[derive(Module, Debug)]
pub struct Recognizer {
    fine: Conv2d,
    coarse: Conv2d,
    logits: Linear,
}

impl Recognizer {
    /// Of pictures of `side` pixels, a multiple of 4.
    pub fn init(side: usize, classes: usize, device: &Device) -> Self {
        Self {
            fine: conv3x3(1, 32, 2).init(device),
            coarse: conv3x3(32, 64, 2).init(device),
            logits: LinearConfig::new(64 * (side / 4).pow(2), classes).init(device),
        }
    }

    /// -ln q(c | x) in nats of pictures `[batch, 1, side, side]` under conditions `[batch]`, the mean over the
    /// batch, in which a picture under "any" counts as nothing.
    pub fn surprise(&self, images: Tensor<4>, conditions: Tensor<1, Int>) -> Tensor<1> {
        let x = silu(self.coarse.forward(silu(self.fine.forward(images))));
        let logits = self.logits.forward(x.flatten(1, 3));
        let [_, classes] = logits.dims();
        let known = conditions.clone().lower_elem(classes as i64).float();
        let targets = conditions.clamp(0, classes as i64 - 1).unsqueeze_dim(1);
        let told: Tensor<1> = log_softmax(logits, 1).gather(1, targets).squeeze_dim(1);
        (told.neg() * known).mean()
    }
}
