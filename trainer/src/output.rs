//! Pictures drawn by a generator, as files that others can read.

use std::path::Path;

use anyhow::{Context, Result};
use burn::tensor::{Device, Tensor};
use image::{GrayImage, Luma, imageops};
use ndarray::Array4;
use pushforward::generator::{Condition, Generator, Options, check_condition, finish, noise};
use pushforward::image::to_byte;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

/// Pictures drawn at once.
const BATCH: usize = 100;

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
    pub fn draw(&self, count: usize, condition: Condition) -> impl Iterator<Item = Tensor<4>> + '_ {
        let card = self.generator.card();
        let mut rng = ChaCha8Rng::seed_from_u64(self.seed);
        rng.set_stream(condition.index(card.classes.len()) as u64);
        (0..count).step_by(BATCH).map(move |start| {
            let latents = noise([BATCH.min(count - start), card.latent.dimension()], &mut rng, &self.device);
            // Otherwise every batch would meet the same noise on its way.
            let options = Options { noise_seed: self.options.noise_seed + start as u64, ..self.options };
            finish(self.generator.start(latents, condition, &options))
        })
    }

    /// The same pictures as bytes, one vector `[height x width]` for each grey picture.
    fn bytes(&self, count: usize, condition: Condition) -> Vec<Vec<u8>> {
        let shape = self.generator.card().image;
        let pixels = shape.width * shape.height * shape.channels;
        let batches = self.draw(count, condition).flat_map(|batch| {
            let levels: Vec<f32> = batch.into_data().iter::<f32>().collect();
            levels.chunks(pixels).map(|picture| picture.iter().map(|x| to_byte(*x)).collect()).collect::<Vec<_>>()
        });
        batches.collect()
    }

    fn condition(&self, class: Option<usize>) -> Result<Condition> {
        let condition = class.map_or(Condition::Any, Condition::Class);
        check_condition(self.generator.card(), condition)?;
        Ok(condition)
    }
}

/// Writes pictures as uint8 `[N, H, W, C]`.
pub fn write_npy(source: &Source<'_>, count: usize, class: Option<usize>, path: &Path) -> Result<()> {
    let shape = source.generator.card().image;
    let bytes = source.bytes(count, source.condition(class)?).concat();
    // Channel-first as drawn, channel-last as written.
    let pictures = Array4::from_shape_vec((count, shape.channels, shape.height, shape.width), bytes)?;
    let pictures = pictures.permuted_axes([0, 2, 3, 1]).as_standard_layout().into_owned();
    ndarray_npy::write_npy(path, &pictures)?;
    println!("{count} pictures in {}", path.display());
    Ok(())
}

/// Writes a contact sheet: a row for each class and a last one for "any", or one class alone.
pub fn write_sheet(source: &Source<'_>, count: usize, class: Option<usize>, path: &Path) -> Result<()> {
    const MARGIN: u32 = 2;
    let card = source.generator.card();
    let (width, height) = (card.image.width as u32, card.image.height as u32);
    let rows: Vec<Vec<Vec<u8>>> = match class {
        Some(_) => {
            let columns = (count as f64).sqrt().ceil() as usize;
            source.bytes(count, source.condition(class)?).chunks(columns).map(<[_]>::to_vec).collect()
        }
        None => {
            let conditions = (0..card.classes.len()).map(Condition::Class).chain([Condition::Any]);
            let columns = count.div_ceil(card.classes.len() + 1);
            conditions.map(|condition| source.bytes(columns, condition)).collect()
        }
    };
    let columns = rows.iter().map(Vec::len).max().context("expected at least one picture, got --count 0")? as u32;
    let (cell_width, cell_height) = (width + MARGIN, height + MARGIN);
    let mut sheet =
        GrayImage::from_pixel(columns * cell_width + MARGIN, rows.len() as u32 * cell_height + MARGIN, Luma([255]));
    for (row, pictures) in rows.iter().enumerate() {
        for (column, picture) in pictures.iter().enumerate() {
            let picture = GrayImage::from_raw(width, height, picture.clone()).context("a contact sheet is grey")?;
            let (x, y) = (column as u32 * cell_width + MARGIN, row as u32 * cell_height + MARGIN);
            imageops::replace(&mut sheet, &picture, x.into(), y.into());
        }
    }
    let (sheet_width, sheet_height) = sheet.dimensions();
    imageops::resize(&sheet, 2 * sheet_width, 2 * sheet_height, imageops::FilterType::Nearest).save(path)?;
    println!("contact sheet in {}", path.display());
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use pushforward::catalogue::{ModelCard, cards};
    use pushforward::generator::{OneShot, Trajectory};

    /// Draws pictures whose every pixel is a thousandth of the seed of the noise on the way.
    struct Seeded(ModelCard);

    impl Generator for Seeded {
        fn card(&self) -> &ModelCard {
            &self.0
        }

        fn start(&self, z: Tensor<2>, _condition: Condition, options: &Options) -> Box<dyn Trajectory> {
            let level = options.noise_seed as f64 / 1000.0;
            Box::new(OneShot::new(move || Tensor::full([z.dims()[0], 1, 28, 28], level, &z.device())))
        }
    }

    #[test]
    fn every_batch_has_noise_of_its_own() {
        let generator = Seeded(cards()[0].clone());
        let options = Options { noise_seed: 5, ..Options::default() };
        let source = Source { generator: &generator, device: Device::flex(), seed: 0, options };
        let mut levels: Vec<f32> =
            source.draw(3 * BATCH, Condition::Any).map(|batch| batch.mean().into_scalar::<f32>()).collect();
        assert_eq!(levels.len(), 3);
        levels.dedup();
        assert_eq!(levels.len(), 3);
    }
}
