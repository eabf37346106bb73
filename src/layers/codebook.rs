//! A codebook that is an average of the vectors that chose its codes, its dead codes revived (van den Oord et al., VQ-VAE,
//! arXiv 1711.00937, appendix A.1).

use burn::module::{Module, RunningState};
use burn::tensor::{Device, Int, Tensor};
use rand::RngExt;
use rand_chacha::ChaCha8Rng;

/// Running sums and counts of the encoder's vectors that chose a code: the code is their mean.
#[derive(Module, Debug)]
pub struct Codebook {
    /// `[codes, length]`.
    sums: RunningState<Tensor<2>>,
    /// `[codes]`.
    counts: RunningState<Tensor<1>>,
}

/// How much of the running sums a step keeps.
const KEPT: f64 = 0.99;

/// A code that fewer vectors a step than this choose is dead.
const ALIVE: f64 = 1.0;

/// Vectors that a revived code counts as.
const REVIVED: f64 = 10.0;

impl Codebook {
    /// One of so many codes, each a vector of so many numbers, of which none was seen yet.
    pub fn new(codes: usize, length: usize, device: &Device) -> Self {
        Self {
            sums: RunningState::new(Tensor::zeros([codes, length], device)),
            counts: RunningState::new(Tensor::zeros([codes], device)),
        }
    }

    /// The codes `[codes, length]`.
    pub fn codes(&self) -> Tensor<2> {
        self.sums.value() / (self.counts.value() + 1e-6).unsqueeze_dim(1)
    }

    /// The numbers of the codes nearest to vectors `[count, length]`, `[count]`.
    pub fn nearest(&self, vectors: Tensor<2>) -> Tensor<1, Int> {
        let codes = self.codes();
        // |v - c|^2 less |v|^2, the same for every code.
        let squares: Tensor<2> = codes.clone().square().sum_dim(1).transpose();
        (squares - vectors.matmul(codes.transpose()) * 2.0).argmin(1).squeeze_dim(1)
    }

    /// The vectors of codes `[count]`, `[count, length]`.
    pub fn vectors(&self, codes: Tensor<1, Int>) -> Tensor<2> {
        self.codes().select(0, codes)
    }

    /// Puts vectors `[count, length]` of a batch, drawn by `rng`, in the place of dead codes.
    pub fn revive(&self, vectors: &Tensor<2>, rng: &mut ChaCha8Rng) {
        let (sums, counts) = (self.sums.value_sync(), self.counts.value_sync());
        let ([count, _], [codes, _]) = (vectors.dims(), sums.dims());
        let chosen: Vec<i64> = (0..codes).map(|_| rng.random_range(0..count as i64)).collect();
        let fresh = vectors.clone().select(0, Tensor::from_ints(chosen.as_slice(), &vectors.device()));
        let dead = counts.clone().lower_elem(ALIVE).float();
        let dead_rows: Tensor<2> = dead.clone().unsqueeze_dim(1);
        self.sums.update((sums.clone() + (fresh * REVIVED - sums) * dead_rows).detach());
        self.counts.update((counts.clone() + (counts.neg() + REVIVED) * dead).detach());
    }

    /// Moves the sums and counts towards those of a batch of vectors `[count, length]` and the codes that they chose `[count]`
    /// (appendix A.1, equations 6 to 8).
    pub fn learn(&self, vectors: Tensor<2>, chosen: Tensor<1, Int>) {
        let (sums, counts) = (self.sums.value_sync(), self.counts.value_sync());
        let [codes] = counts.dims();
        let choices: Tensor<2> = chosen.one_hot::<2>(codes).float();
        let new_counts: Tensor<1> = choices.clone().sum_dim(0).squeeze_dim(0);
        let new_sums = choices.transpose().matmul(vectors);
        self.sums.update((sums * KEPT + new_sums * (1.0 - KEPT)).detach());
        self.counts.update((counts * KEPT + new_counts * (1.0 - KEPT)).detach());
    }
}
