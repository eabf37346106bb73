//! The emoji data set as a generator learns from it: pictures under captions that are never twice the same.

use burn::tensor::{Device, Int, Tensor, TensorData};
use pushforward::prompt::numbers;
use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use super::captions::{caption, in_style};
use super::set::{EmojiSet, HALF, Manifest};
use crate::examples::Examples;

/// Captions of each picture that are to mean the same, besides the one that leads.
const CAPTIONS: usize = 6;

/// How often the leading caption names the style, and how often the style is a condition of its own.
const STYLE_NAMED: f64 = 0.15;
const STYLE_GIVEN: f64 = 0.5;

/// Pictures and captions to learn from.
pub struct Captioned {
    manifest: Manifest,
    /// Levels `[3, 32, 32]` of each picture.
    pictures: Vec<Vec<f32>>,
    emoji: Vec<usize>,
    styles: Vec<usize>,
    /// Buckets of the text encoder.
    buckets: usize,
    /// How often no caption leads.
    dropout: f64,
}

impl Captioned {
    /// Those of a set that are not held out.
    pub fn new(set: EmojiSet, buckets: usize, dropout: f64) -> Self {
        let of = |numbers: &[usize]| -> Vec<usize> {
            numbers.iter().zip(&set.held_out).filter(|(_, out)| !**out).map(|(number, _)| *number).collect()
        };
        let (emoji, styles) = (of(&set.emoji), of(&set.styles));
        let shown = (0..set.len()).filter(|picture| !set.held_out[*picture]);
        Self {
            pictures: shown.map(|picture| set.levels(picture)).collect(),
            emoji,
            styles,
            manifest: set.manifest,
            buckets,
            dropout,
        }
    }
}

impl Examples for Captioned {
    fn len(&self) -> usize {
        self.pictures.len()
    }

    /// Pictures `[batch, 3, 32, 32]`, and of each the buckets of its leading caption, of [`CAPTIONS`] others, and its
    /// style, where it is a condition of its own.
    fn batch(&self, indices: &[usize], rng: &mut ChaCha8Rng, device: &Device) -> (Tensor<4>, Tensor<2, Int>) {
        let levels: Vec<f32> = indices.iter().flat_map(|picture| &self.pictures[*picture]).copied().collect();
        let mut rows: Vec<i32> = Vec::new();
        for picture in indices {
            let (emoji, style) = (&self.manifest.emoji[self.emoji[*picture]], self.styles[*picture]);
            let mut lead = caption(emoji, rng);
            if rng.random_bool(STYLE_NAMED) {
                lead = in_style(&lead, &self.manifest, style);
            }
            if rng.random_bool(self.dropout) {
                lead.clear();
            }
            rows.extend(numbers(&lead, self.buckets));
            for _ in 0..CAPTIONS {
                rows.extend(numbers(&caption(emoji, rng), self.buckets));
            }
            let any = self.manifest.styles.len();
            rows.push(if rng.random_bool(STYLE_GIVEN) { style } else { any } as i32);
        }
        let (batch, columns) = (indices.len(), rows.len() / indices.len());
        (
            Tensor::from_data(TensorData::new(levels, [batch, 3, HALF, HALF]), device),
            Tensor::from_data(TensorData::new(rows, [batch, columns]), device),
        )
    }
}
