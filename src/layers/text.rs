//! A sentence's meaning as a vector: the mean of what its words and their parts mean, bent a little.

use burn::config::Config;
use burn::module::Module;
use burn::nn::{Embedding, EmbeddingConfig, Initializer, LayerNorm, LayerNormConfig, Linear, LinearConfig};
use burn::tensor::Device;
use burn::tensor::activation::{log_softmax, silu};
use burn::tensor::{Int, Tensor};

use super::table;
use crate::prompt::LENGTH;

/// Config of [`TextEncoder`].
#[derive(Config, Debug)]
pub struct TextEncoderConfig {
    /// Rows of the table; see [`crate::prompt::numbers`].
    pub buckets: usize,
    /// Length of a row.
    pub width: usize,
    /// Length of a meaning.
    pub meaning: usize,
}

/// A table of buckets and a small network on the mean of a sentence's rows (a deep averaging network, Iyyer et al.,
/// ACL 2015; the hashed table as in arXiv 1607.04606).
#[derive(Module, Debug)]
pub struct TextEncoder {
    /// Row 0 stands for no word at all and is never read.
    table: Embedding,
    widen: Linear,
    bend: Linear,
    straight: Linear,
    norm: LayerNorm,
    /// Buckets, and the length of a row.
    #[module(skip)]
    shape: [usize; 2],
}

impl TextEncoderConfig {
    /// Initializes the encoder on `device`.
    pub fn init(&self, device: &Device) -> TextEncoder {
        let Self { buckets, width, meaning } = *self;
        // Small, so that a word that came up a few times is already known by what it learned.
        let initializer = Initializer::Normal { mean: 0.0, std: 0.1 };
        TextEncoder {
            table: EmbeddingConfig::new(buckets, width).with_initializer(initializer).init(device),
            widen: LinearConfig::new(width, 2 * meaning).init(device),
            bend: LinearConfig::new(2 * meaning, meaning).init(device),
            straight: LinearConfig::new(width, meaning).init(device),
            norm: LayerNormConfig::new(meaning).init(device),
            shape: [buckets, width],
        }
    }
}

impl TextEncoder {
    /// Buckets, and the length of a bucket's row.
    pub fn shape(&self) -> [usize; 2] {
        self.shape
    }

    /// Sentences `[batch, LENGTH]` of buckets, 0 where there is none, to their meanings `[batch, meaning]`.
    pub fn forward(&self, numbers: Tensor<2, Int>) -> Tensor<2> {
        let there: Tensor<3> = numbers.clone().greater_elem(0).float().unsqueeze_dim(2);
        let count: Tensor<2> = there.clone().sum_dim(1).squeeze_dim(2);
        let sum = table::summed(&self.table.weight.val(), self.shape, &numbers)
            .unwrap_or_else(|| (self.table.forward(numbers) * there).sum_dim(1).squeeze_dim(1));
        // The root keeps the spread of a sum of independent rows, however many there are.
        let sentence = sum / count.clamp_min(1.0).sqrt();
        let bent = self.bend.forward(silu(self.widen.forward(sentence.clone())));
        self.norm.forward(self.straight.forward(sentence) + bent)
    }
}

/// What a row of a batch to learn from says of a picture: captions `[batch, LENGTH]` of buckets, of which the first leads
/// and may be empty, and styles `[batch]`, of conditions `[batch, captions x LENGTH + 1]`.
pub fn captions_and_styles(conditions: Tensor<2, Int>) -> (Vec<Tensor<2, Int>>, Tensor<1, Int>) {
    let [_, columns] = conditions.dims();
    let sizes = std::iter::repeat_n(LENGTH, columns / LENGTH).chain([1]).collect();
    let mut captions = conditions.split_with_sizes(sizes, 1);
    let styles = captions.pop().expect("the style is the last column").squeeze_dim(1);
    (captions, styles)
}

/// How far two descriptions of each of several things are from telling the same, in nats: each is to find the other
/// among those of all things (the symmetric loss of arXiv 2103.00020, figure 3), at a temperature of a tenth.
pub fn contrast(a: Tensor<2>, b: Tensor<2>) -> Tensor<1> {
    const SHARPNESS: f64 = 10.0;
    let unit = |x: Tensor<2>| {
        let norm = x.clone().square().sum_dim(1).sqrt().clamp_min(1e-6);
        x / norm
    };
    let [batch, _] = a.dims();
    let device = a.device();
    let likeness = unit(a).matmul(unit(b).transpose()) * SHARPNESS;
    let own = Tensor::<2>::eye(batch, &device);
    let found = |likeness: Tensor<2>| (log_softmax(likeness, 1) * own.clone()).sum().neg() / batch as f64;
    (found(likeness.clone()) + found(likeness.transpose())) * 0.5
}

/// How far several descriptions of each of several things are from telling the same, in nats: the mean of [`contrast`] over
/// neighbours, of meanings `[things, meaning]` for two descriptions or more.
pub fn disagreement(meanings: &[Tensor<2>]) -> Tensor<1> {
    let pairs = meanings.windows(2).map(|pair| contrast(pair[0].clone(), pair[1].clone()));
    Tensor::cat(pairs.collect(), 0).mean()
}
