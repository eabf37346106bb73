//! The figures of a text-to-image model, measured by the pinned judge on the emoji data set.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Result, ensure};
use burn::tensor::{Device, Tensor, TensorData};
use pushforward::generator::{Condition, Generator, Options, Prompt};
use pushforward::image::to_byte;
use pushforward::training::shuffled;
use rand::SeedableRng;
use rand::seq::IteratorRandom;
use rand_chacha::ChaCha8Rng;

use super::figures::{Figures, Floor, Samples, Variant};
use super::judge::{self, FEATURES, Judge};
use super::set::{Emoji, EmojiSet, HALF};
use crate::common::Common;
use crate::evaluate::{Benchmark, Plan};
use crate::metrics::frechet_distance;
use crate::output::{Source, save_sheet, to_rgb};

/// Samples where nobody says how many: half as many sentences, two pictures of each.
const SAMPLES: usize = 1000;
const EACH: usize = 2;

/// Sentences among which a picture's own is to be found.
const CANDIDATES: usize = 100;

/// Languages of the sentences, of those that many speak.
const LANGUAGES: [&str; 6] = ["en", "zh", "es", "ja", "ru", "hi"];

/// The few steps that are to do.
const FEW: usize = 4;

/// Draws of each held-out picture's name and style, whose distances to the pictures that were learned from are averaged.
const ROUNDS: usize = 2;

/// Samples that are set beside the nearest picture that was learned from.
const SHOWN: usize = 64;

/// Pictures judged at once.
const BATCH: usize = 250;

/// The judge, what it makes of the real pictures, and the sentences that are asked for.
pub struct EmojiBenchmark {
    judge: Judge,
    set: EmojiSet,
    /// Features `[N, 128]` of all pictures.
    features: Vec<f32>,
    /// Levels in [0, 1] of those that were learned from.
    learned: Learned,
    /// The emoji whose names are asked for: as many as there are sentences.
    asked: Vec<usize>,
    floor: Floor,
    seed: u64,
    device: Device,
}

/// The pictures that were learned from.
struct Learned {
    pictures: Vec<usize>,
    /// Levels `[N, 3 x 32 x 32]` in [0, 1].
    levels: Tensor<2>,
}

impl EmojiBenchmark {
    /// The benchmark of a plan.
    ///
    /// # Errors
    /// When samples are too few or too many, or the data set is missing.
    pub fn new(common: &Common, plan: &Plan) -> Result<Self> {
        let (set, device) = (EmojiSet::load(&common.emoji)?, common.device.open()?);
        // Of an emoji in five tones one is enough: the plain one.
        let plain: Vec<usize> =
            (0..set.manifest.emoji.len()).filter(|emoji| set.manifest.emoji[*emoji].tone.is_none()).collect();
        let samples = plan.samples.unwrap_or(SAMPLES);
        let (least, most) = (EACH * CANDIDATES, EACH * plain.len());
        ensure!((least..=most).contains(&samples), "expected {least} to {most} samples, got {samples}");
        let asked = shuffled(plain.len(), plan.seed, 0).into_iter().take(samples / EACH).map(|i| plain[i]).collect();
        let judge = Judge::pinned(&device)?;
        let all: Vec<usize> = (0..set.len()).collect();
        let features = all.chunks(BATCH).flat_map(|batch| {
            let levels: Vec<f32> = batch.iter().flat_map(|picture| set.levels(*picture)).collect();
            read(judge.features(pictures(levels, &device)))
        });
        let features: Vec<f32> = features.collect();
        let learned = Learned::of(&set, &device);
        let judged_by = judge::checksum()?;
        let floor = Floor {
            judge: judged_by,
            r_precision: 0.0,
            languages: BTreeMap::new(),
            fd_emoji: 0.0,
            diversity: 0.0,
            nearest: 0.0,
        };
        let mut benchmark = Self { judge, set, features, learned, asked, floor, seed: plan.seed, device };
        benchmark.floor = benchmark.real();
        Ok(benchmark)
    }

    /// What real pictures reach.
    fn real(&self) -> Floor {
        let held_out = self.held_out();
        let features = self.features_of(&held_out);
        let plain: Vec<usize> =
            held_out.iter().copied().filter(|picture| self.emoji_of(*picture).tone.is_none()).collect();
        let owners: Vec<usize> = plain.iter().map(|picture| self.set.emoji[*picture]).collect();
        let mut by_emoji: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for (picture, emoji) in self.set.emoji.iter().enumerate() {
            by_emoji.entry(*emoji).or_default().push(picture);
        }
        let groups = self.asked.iter().map(|emoji| self.features_of(&by_emoji[emoji]));
        let levels: Vec<f32> = held_out.iter().take(SHOWN).flat_map(|picture| self.set.levels(*picture)).collect();
        let held_out_features = self.features_of(&plain);
        let r_precision = |language| self.r_precision(&held_out_features, &owners, language);
        Floor {
            r_precision: r_precision(0),
            languages: self.languages().map(|(language, number)| (language.into(), r_precision(number))).collect(),
            fd_emoji: self.distance(&features),
            diversity: mean_distance(groups),
            nearest: median(self.learned.nearest(levels, &self.device).iter().map(|(_, error)| *error).collect()),
            ..self.floor.clone()
        }
    }

    /// Of the pictures that were not to be learned from as many as there are samples, or all.
    fn held_out(&self) -> Vec<usize> {
        let all: Vec<usize> = (0..self.set.len()).filter(|picture| self.set.held_out[*picture]).collect();
        shuffled(all.len(), self.seed, 0).into_iter().take(self.samples()).map(|i| all[i]).collect()
    }

    fn emoji_of(&self, picture: usize) -> &Emoji {
        &self.set.manifest.emoji[self.set.emoji[picture]]
    }

    fn features_of(&self, pictures: &[usize]) -> Vec<f32> {
        let row = |picture: &usize| &self.features[picture * FEATURES..][..FEATURES];
        pictures.iter().flat_map(row).copied().collect()
    }

    /// Fréchet distance to the pictures that were learned from.
    fn distance(&self, features: &[f32]) -> f64 {
        frechet_distance(features, &self.features_of(&self.learned.pictures), FEATURES)
    }

    /// The languages of the sentences, with their numbers.
    fn languages(&self) -> impl Iterator<Item = (&'static str, usize)> {
        let number = |language: &str| self.set.manifest.locales.iter().position(|locale| locale == language);
        LANGUAGES.into_iter().filter_map(move |language| Some((language, number(language)?)))
    }

    /// What an emoji is called in a language by its number.
    fn name(&self, emoji: usize, language: usize) -> &str {
        &self.set.manifest.emoji[emoji].captions[language].label
    }

    /// Of pictures by their features, the fraction that is nearer to the name of its emoji, in a language, than to those
    /// of 99 others.
    fn r_precision(&self, features: &[f32], owners: &[usize], language: usize) -> f64 {
        let count = self.set.manifest.emoji.len();
        let names: Vec<&str> = (0..count).map(|emoji| self.name(emoji, language)).collect();
        let sentences: Vec<Tensor<2>> =
            names.chunks(BATCH).map(|names| self.judge.sentences(names, &self.device)).collect();
        let features = Tensor::from_data(TensorData::new(features.to_vec(), [owners.len(), FEATURES]), &self.device);
        let likeness = self.judge.directions(features).matmul(Tensor::cat(sentences, 0).transpose());
        let mut rng = ChaCha8Rng::seed_from_u64(self.seed);
        let rows = read(likeness);
        let found = rows.chunks(count).zip(owners).filter(|(row, own)| {
            let others = (0..count).filter(|emoji| self.set.manifest.emoji[*emoji].tone.is_none());
            let others = others.filter(|emoji| names[*emoji] != names[**own]).sample(&mut rng, CANDIDATES - 1);
            others.iter().all(|emoji| row[*emoji] < row[**own])
        });
        found.count() as f64 / owners.len() as f64
    }

    /// Features of pictures of the emoji that are asked for, [`EACH`] a name in a language by its number.
    fn draw(&self, generator: &dyn Generator, options: Options, language: usize) -> Vec<f32> {
        let draws = self.asked.iter().enumerate().flat_map(|(i, emoji)| {
            let condition = Condition::sentence(self.name(*emoji, language));
            self.source(generator, options, i).draw(EACH, &condition).collect::<Vec<_>>()
        });
        self.judged(draws)
    }

    /// Features of draws under the names and in the styles of the pictures that are held out, some rounds of each.
    fn redraw(&self, generator: &dyn Generator, options: Options) -> Vec<Vec<f32>> {
        let mut rounds: Vec<Vec<Tensor<4>>> = vec![Vec::new(); ROUNDS];
        for (i, picture) in self.held_out().into_iter().enumerate() {
            let style = Some(self.set.styles[picture]);
            let sentence = self.name(self.set.emoji[picture], 0).into();
            let condition = Condition::Prompt(Prompt { sentence, towards: None, style });
            for batch in self.source(generator, options, i).draw(ROUNDS, &condition) {
                rounds.iter_mut().zip(batch.split(1, 0)).for_each(|(round, one)| round.push(one));
            }
        }
        rounds.into_iter().map(|round| self.judged(round.into_iter())).collect()
    }

    fn judged(&self, draws: impl Iterator<Item = Tensor<4>>) -> Vec<f32> {
        let draws: Vec<Tensor<4>> = draws.collect();
        draws.chunks(BATCH).flat_map(|batch| read(self.judge.features(Tensor::cat(batch.to_vec(), 0)))).collect()
    }

    /// Every sentence has latents of its own.
    fn source<'g>(&self, generator: &'g dyn Generator, options: Options, sentence: usize) -> Source<'g> {
        let seed = self.seed.wrapping_add(1_000_003 * (1 + sentence as u64));
        Source { generator, device: self.device.clone(), seed, options: Options { noise_seed: seed, ..options } }
    }

    fn owners(&self) -> Vec<usize> {
        self.asked.iter().flat_map(|emoji| [*emoji; EACH]).collect()
    }

    /// The first samples, as levels, each with the picture nearest to it of those that were learned from, and its error.
    fn beside(&self, generator: &dyn Generator) -> (Vec<f32>, Vec<(usize, f64)>) {
        let draws = self.asked.iter().enumerate().take(SHOWN).flat_map(|(i, emoji)| {
            let condition = Condition::sentence(self.name(*emoji, 0));
            self.source(generator, Options::default(), i).draw(1, &condition).collect::<Vec<_>>()
        });
        let levels = read(Tensor::cat(draws.collect(), 0));
        let nearest = self.learned.nearest(levels.clone(), &self.device);
        (levels, nearest)
    }
}

impl Benchmark for EmojiBenchmark {
    type Floor = Floor;
    type Samples = Samples;
    type Figures = Figures;

    fn floor(&self) -> &Floor {
        &self.floor
    }

    fn samples(&self) -> usize {
        EACH * self.asked.len()
    }

    fn sample(&self, generator: &dyn Generator, options: Options) -> Samples {
        let drawn = self.draw(generator, options, 0);
        let distances = self.redraw(generator, options).iter().map(|round| self.distance(round)).sum::<f64>();
        let fd_emoji = distances / ROUNDS as f64;
        Samples {
            r_precision: self.r_precision(&drawn, &self.owners(), 0),
            fd_emoji,
            fd_over_floor: fd_emoji / self.floor.fd_emoji,
            diversity: mean_distance(drawn.chunks(EACH * FEATURES).map(<[f32]>::to_vec)),
        }
    }

    fn measure(&self, generator: &dyn Generator) -> Figures {
        let samples = self.sample(generator, Options::default());
        let in_language = |(language, number): (&str, usize)| {
            // The samples' own language needs no second draw.
            let found = match number {
                0 => samples.r_precision,
                _ => self.r_precision(&self.draw(generator, Options::default(), number), &self.owners(), number),
            };
            (language.to_string(), found)
        };
        let few = Options { steps: Some(FEW), ..Options::default() };
        Figures {
            languages: self.languages().map(in_language).collect(),
            nearest: median(self.beside(generator).1.iter().map(|(_, error)| *error).collect()),
            variants: vec![Variant { steps: FEW, samples: self.sample(generator, few) }],
            samples,
        }
    }

    /// Each sample is on the left of its nearest picture.
    fn write_nearest(&self, generator: &dyn Generator, sheet: &Path) -> Result<()> {
        let (levels, nearest) = self.beside(generator);
        let rgb = |levels: &[f32]| to_rgb(&levels.iter().map(|level| to_byte(*level)).collect::<Vec<_>>(), 3);
        let pairs: Vec<Vec<u8>> = levels
            .chunks(3 * HALF * HALF)
            .zip(nearest)
            .flat_map(|(sample, (picture, _))| [rgb(sample), rgb(&self.set.levels(picture))])
            .collect();
        let rows = pairs.chunks(16).map(<[_]>::to_vec).collect();
        save_sheet(rows, (HALF as u32, HALF as u32), 2, sheet)
    }
}

impl Learned {
    fn of(set: &EmojiSet, device: &Device) -> Self {
        let pictures: Vec<usize> = (0..set.len()).filter(|picture| !set.held_out[*picture]).collect();
        let levels: Vec<f32> = pictures.iter().flat_map(|picture| set.levels(*picture)).collect();
        Self { levels: flat(levels, device), pictures }
    }

    /// Of each picture `[3, 32, 32]` of levels in [-1, 1] the nearest one and the root mean square error of levels in [0, 1].
    fn nearest(&self, levels: Vec<f32>, device: &Device) -> Vec<(usize, f64)> {
        let pictures = flat(levels, device);
        let [count, _] = pictures.dims();
        let one = |i: usize| {
            let errors = (self.levels.clone() - pictures.clone().narrow(0, i, 1)).square().mean_dim(1);
            let errors = read(errors).into_iter().enumerate();
            let (nearest, error) = errors.min_by(|a, b| a.1.total_cmp(&b.1)).expect("something was learned from");
            (self.pictures[nearest], f64::from(error).sqrt())
        };
        (0..count).map(one).collect()
    }
}

/// Levels in [-1, 1] as rows of levels in [0, 1].
fn flat(levels: Vec<f32>, device: &Device) -> Tensor<2> {
    let pixels = 3 * HALF * HALF;
    let count = levels.len() / pixels;
    (Tensor::from_data(TensorData::new(levels, [count, pixels]), device) + 1.0) * 0.5
}

fn pictures(levels: Vec<f32>, device: &Device) -> Tensor<4> {
    let count = levels.len() / (3 * HALF * HALF);
    Tensor::from_data(TensorData::new(levels, [count, 3, HALF, HALF]), device)
}

fn read<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
    tensor.into_data().iter::<f32>().collect()
}

/// The mean over groups of the mean distance between two of a group's features; groups of one have none.
fn mean_distance(groups: impl Iterator<Item = Vec<f32>>) -> f64 {
    let distances: Vec<f64> = groups.filter_map(|group| within(&group)).collect();
    distances.iter().sum::<f64>() / distances.len() as f64
}

fn within(group: &[f32]) -> Option<f64> {
    let rows: Vec<&[f32]> = group.chunks(FEATURES).collect();
    let distance =
        |a: &[f32], b: &[f32]| -> f64 { a.iter().zip(b).map(|(a, b)| f64::from(a - b).powi(2)).sum::<f64>().sqrt() };
    let pairs: Vec<f64> =
        rows.iter().enumerate().flat_map(|(i, a)| rows[..i].iter().map(move |b| distance(a, b))).collect();
    (!pairs.is_empty()).then(|| pairs.iter().sum::<f64>() / pairs.len() as f64)
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances_within_groups_are_of_pairs() {
        let row = |first: f32| -> Vec<f32> { [first].into_iter().chain([0.0; FEATURES - 1]).collect() };
        let group = [row(0.0), row(3.0), row(6.0)].concat();
        assert_eq!(within(&group), Some(4.0));
        assert_eq!(within(&row(5.0)), None);
        assert_eq!(mean_distance([group, row(1.0), [row(0.0), row(2.0)].concat()].into_iter()), 3.0);
    }

    #[test]
    fn the_nearest_picture_is_found_with_its_error() {
        let device = Device::flex();
        let pixels = 3 * HALF * HALF;
        let grey = |level: f32| vec![level; pixels];
        let learned = Learned { pictures: vec![5, 9], levels: flat([grey(-1.0), grey(1.0)].concat(), &device) };
        let found = learned.nearest([grey(0.8), grey(-1.0)].concat(), &device);
        assert_eq!((found[0].0, found[1]), (9, (5, 0.0)));
        assert!((found[0].1 - 0.1).abs() < 1e-6, "{found:?}");
    }
}
