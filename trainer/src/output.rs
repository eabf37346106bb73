//! Pictures drawn by a generator, as files that others can read.

use std::path::Path;

use anyhow::{Context, Result};
use burn::tensor::{Device, Tensor};
use image::{Rgb, RgbImage, imageops};
use ndarray::Array4;
use pushforward::cards::ConditionKind;
use pushforward::generator::{Condition, Generator, Options, check_condition, finish, noise};
use pushforward::image::to_byte;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

/// Pictures drawn at once.
const BATCH: usize = 100;

/// Sentences that no emoji is called, one a line.
const UNSEEN: &str = include_str!("../emoji/unseen.txt");

/// A generator with a device and a seed to draw from.
pub struct Source<'a> {
    /// What draws.
    pub generator: &'a dyn Generator,
    /// Where.
    pub device: Device,
    /// Seed of the latents; each condition has a stream of its own.
    pub seed: u64,
    /// How.
    pub options: Options,
}

impl Source<'_> {
    /// Draws pictures under one condition, in batches `[batch, channels, height, width]`.
    pub fn draw(&self, count: usize, condition: &Condition) -> impl Iterator<Item = Tensor<4>> + '_ {
        let card = self.generator.card();
        let (mut rng, condition) = (ChaCha8Rng::seed_from_u64(self.seed), condition.clone());
        rng.set_stream(condition.index(card.classes.len()) as u64);
        (0..count).step_by(BATCH).map(move |start| {
            let latents = noise([BATCH.min(count - start), card.latent.dimension()], &mut rng, &self.device);
            // Otherwise every batch would meet the same noise in its trajectory.
            let options = Options { noise_seed: self.options.noise_seed + start as u64, ..self.options };
            finish(self.generator.start(latents, &condition, &options))
        })
    }

    /// The same pictures as bytes, one vector `[channels x height x width]` for each picture.
    fn bytes(&self, count: usize, condition: &Condition) -> Vec<Vec<u8>> {
        let shape = self.generator.card().image;
        let pixels = shape.width * shape.height * shape.channels;
        let batches = self.draw(count, condition).flat_map(|batch| {
            let levels: Vec<f32> = batch.into_data().iter::<f32>().collect();
            levels.chunks(pixels).map(|picture| picture.iter().map(|x| to_byte(*x)).collect()).collect::<Vec<_>>()
        });
        batches.collect()
    }
}

/// Writes pictures under one condition as uint8 `[N, H, W, C]`.
///
/// # Errors
/// When the model does not know the condition, or the file cannot be written.
pub fn write_npy(source: &Source<'_>, count: usize, condition: &Condition, path: &Path) -> Result<()> {
    check_condition(source.generator.card(), condition)?;
    let shape = source.generator.card().image;
    let bytes = source.bytes(count, condition).concat();
    // Channel-first as drawn, channel-last as written.
    let pictures = Array4::from_shape_vec((count, shape.channels, shape.height, shape.width), bytes)?;
    let pictures = pictures.permuted_axes([0, 2, 3, 1]).as_standard_layout().into_owned();
    ndarray_npy::write_npy(path, &pictures)?;
    println!("{count} pictures in {}", path.display());
    Ok(())
}

/// Writes a contact sheet of pictures under one condition, or, without one, a row for each class, or for each of a few
/// sentences that no emoji is called, and a last one for "any".
///
/// # Errors
/// When the model does not know the condition, or the file cannot be written.
pub fn write_sheet(source: &Source<'_>, count: usize, condition: Option<&Condition>, path: &Path) -> Result<()> {
    let card = source.generator.card();
    let (width, height) = (card.image.width as u32, card.image.height as u32);
    let rows: Vec<Vec<Vec<u8>>> = match condition {
        Some(condition) => {
            check_condition(card, condition)?;
            let columns = (count as f64).sqrt().ceil() as usize;
            source.bytes(count, condition).chunks(columns).map(<[_]>::to_vec).collect()
        }
        None => {
            let unseen = UNSEEN.lines().filter(|_| card.condition == ConditionKind::Prompt);
            let conditions = (0..card.classes.len()).map(Condition::Class).chain(unseen.map(Condition::sentence));
            let conditions: Vec<Condition> = conditions.chain([Condition::Any]).collect();
            let columns = count.div_ceil(conditions.len());
            conditions.iter().map(|condition| source.bytes(columns, condition)).collect()
        }
    };
    let rgb = |picture: Vec<u8>| to_rgb(&picture, card.image.channels);
    save_sheet(rows.into_iter().map(|row| row.into_iter().map(rgb).collect()).collect(), (width, height), 2, path)
}

/// Bytes `[channels, height, width]`, grey or coloured, to `[height, width, 3]`.
pub fn to_rgb(picture: &[u8], channels: usize) -> Vec<u8> {
    let pixels = picture.len() / channels;
    (0..pixels)
        .flat_map(|pixel| (0..3).map(move |channel| picture[channel.min(channels - 1) * pixels + pixel]))
        .collect()
}

/// Saves rows of pictures `[height, width, 3]` as one, `times` as large as they are.
pub fn save_sheet(rows: Vec<Vec<Vec<u8>>>, (width, height): (u32, u32), times: u32, path: &Path) -> Result<()> {
    const MARGIN: u32 = 2;
    let columns = rows.iter().map(Vec::len).max().filter(|columns| *columns > 0);
    let columns = columns.context("expected at least one picture, got none")? as u32;
    let (cell_width, cell_height) = (width + MARGIN, height + MARGIN);
    let mut sheet =
        RgbImage::from_pixel(columns * cell_width + MARGIN, rows.len() as u32 * cell_height + MARGIN, Rgb([255; 3]));
    for (row, pictures) in rows.into_iter().enumerate() {
        for (column, picture) in pictures.into_iter().enumerate() {
            let picture = RgbImage::from_raw(width, height, picture).context("a picture is of another size")?;
            let (x, y) = (column as u32 * cell_width + MARGIN, row as u32 * cell_height + MARGIN);
            imageops::replace(&mut sheet, &picture, x.into(), y.into());
        }
    }
    let (width, height) = sheet.dimensions();
    imageops::resize(&sheet, times * width, times * height, imageops::FilterType::Nearest)
        .save(path)
        .with_context(|| format!("writing {}", path.display()))?;
    println!("contact sheet in {}", path.display());
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use pushforward::cards::ModelCard;
    use pushforward::catalogue::cards;
    use pushforward::generator::{OneShot, Trajectory};

    /// Draws pictures whose every pixel is a thousandth of the noise seed.
    struct Seeded(ModelCard);

    impl Generator for Seeded {
        fn card(&self) -> &ModelCard {
            &self.0
        }

        fn start(&self, z: Tensor<2>, _condition: &Condition, options: &Options) -> Box<dyn Trajectory> {
            let level = options.noise_seed as f64 / 1000.0;
            Box::new(OneShot::new(move || Tensor::full([z.dims()[0], 1, 28, 28], level, &z.device())))
        }
    }

    #[test]
    fn grey_and_coloured_pictures_become_rgb() {
        assert_eq!(to_rgb(&[1, 2], 1), [1, 1, 1, 2, 2, 2]);
        assert_eq!(to_rgb(&[1, 2, 3, 4, 5, 6], 3), [1, 3, 5, 2, 4, 6]);
    }

    #[test]
    fn every_batch_has_noise_of_its_own() {
        let generator = Seeded(cards()[0].clone());
        let options = Options { noise_seed: 5, ..Options::default() };
        let source = Source { generator: &generator, device: Device::flex(), seed: 0, options };
        let mut levels: Vec<f32> =
            source.draw(3 * BATCH, &Condition::Any).map(|batch| batch.mean().into_scalar::<f32>()).collect();
        assert_eq!(levels.len(), 3);
        levels.dedup();
        assert_eq!(levels.len(), 3);
    }
}
