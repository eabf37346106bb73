//! Fashion-MNIST as tensors, read from its four IDX files.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use anyhow::{Context, Result, bail, ensure};
use burn::tensor::{Device, Int, Tensor, TensorData};
use flate2::read::GzDecoder;
use pushforward::image::to_level;
use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;

/// Where Debian's package `dataset-fashion-mnist` puts the files.
pub const DEBIAN_FOLDER: &str = "/usr/share/datasets/fashion-mnist";

/// Pixels on a side.
pub const SIDE: usize = 28;

/// Which half of the data set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Split {
    /// The 60,000 pictures to learn from.
    Train,
    /// The 10,000 pictures to measure against.
    Test,
}

/// Grey 28x28 pictures with their classes.
#[derive(Debug, Clone)]
pub struct Images {
    pixels: Vec<u8>,
    labels: Vec<u8>,
}

impl Images {
    /// Loads one split from a folder of IDX files, gzipped or not.
    ///
    /// # Errors
    /// When a file is missing (with the way to get it) or is not what its name says.
    pub fn load(folder: &Path, split: Split) -> Result<Self> {
        let prefix = match split {
            Split::Train => "train",
            Split::Test => "t10k",
        };
        let (shape, pixels) = read_idx(folder, &format!("{prefix}-images-idx3-ubyte"))?;
        let (label_shape, labels) = read_idx(folder, &format!("{prefix}-labels-idx1-ubyte"))?;
        ensure!(
            shape.len() == 3 && shape[1..] == [SIDE, SIDE] && label_shape == shape[..1],
            "expected pictures [N, {SIDE}, {SIDE}] and labels [N] in {}, got {shape:?} and {label_shape:?}",
            folder.display()
        );
        Ok(Self { pixels, labels })
    }

    /// Made-up pictures, a different one for each number.
    #[cfg(test)]
    pub fn made_up(count: usize) -> Self {
        let pixels = (0..count * SIDE * SIDE).map(|i| (i / 7 % 256) as u8).collect();
        Self { pixels, labels: (0..count).map(|i| (i % 10) as u8).collect() }
    }

    /// How many pictures there are.
    pub fn len(&self) -> usize {
        self.labels.len()
    }

    /// The pictures of the given numbers `[N, 1, 28, 28]` in [-1, 1].
    pub fn pictures(&self, indices: &[usize], device: &Device) -> Tensor<4> {
        let size = SIDE * SIDE;
        let levels: Vec<f32> =
            indices.iter().flat_map(|i| &self.pixels[i * size..(i + 1) * size]).map(|byte| to_level(*byte)).collect();
        Tensor::from_data(TensorData::new(levels, [indices.len(), 1, SIDE, SIDE]), device)
    }

    /// The classes of the given numbers.
    pub fn labels(&self, indices: &[usize]) -> Vec<usize> {
        indices.iter().map(|i| usize::from(self.labels[*i])).collect()
    }

    /// An order in which to see every picture once, depending on `seed` and `epoch` alone.
    pub fn shuffled(&self, seed: u64, epoch: usize) -> Vec<usize> {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        rng.set_stream(epoch as u64);
        let mut order: Vec<usize> = (0..self.len()).collect();
        order.shuffle(&mut rng);
        order
    }
}

/// Class numbers as a tensor `[N]`.
pub fn class_tensor(classes: &[usize], device: &Device) -> Tensor<1, Int> {
    let numbers: Vec<i32> = classes.iter().map(|class| *class as i32).collect();
    Tensor::from_data(TensorData::new(numbers, [classes.len()]), device)
}

/// Reads `NAME.gz` or `NAME`: two zero bytes, the type 8 (unsigned byte), the number of dimensions,
/// each dimension as a big-endian 32-bit number, then the bytes.
fn read_idx(folder: &Path, name: &str) -> Result<(Vec<usize>, Vec<u8>)> {
    let gzipped = folder.join(format!("{name}.gz"));
    let plain = folder.join(name);
    let mut bytes = Vec::new();
    if gzipped.is_file() {
        let file = File::open(&gzipped).with_context(|| format!("opening {}", gzipped.display()))?;
        GzDecoder::new(file).read_to_end(&mut bytes).with_context(|| format!("unpacking {}", gzipped.display()))?;
    } else if plain.is_file() {
        bytes = std::fs::read(&plain).with_context(|| format!("reading {}", plain.display()))?;
    } else {
        bail!(
            "Fashion-MNIST is not in {}: neither {name}.gz nor {name} is there.\n\
             On Debian, `apt-get install dataset-fashion-mnist` puts the files into {DEBIAN_FOLDER}; elsewhere get the four \
             IDX files from https://github.com/zalandoresearch/fashion-mnist and name their folder with --data.",
            folder.display()
        );
    }
    parse_idx(&bytes).with_context(|| format!("{} in {}", name, folder.display()))
}

fn parse_idx(bytes: &[u8]) -> Result<(Vec<usize>, Vec<u8>)> {
    let [0, 0, 8, rank, rest @ ..] = bytes else {
        bail!("expected an IDX file of unsigned bytes (00 00 08 ..), got {:02x?}", &bytes[..bytes.len().min(4)]);
    };
    let (rank, header) = (usize::from(*rank), 4 * usize::from(*rank));
    ensure!(rest.len() >= header, "expected {rank} dimensions, but the file ends before them");
    let (dimensions, data) = rest.split_at(header);
    let shape: Vec<usize> =
        dimensions.chunks_exact(4).map(|d| u32::from_be_bytes([d[0], d[1], d[2], d[3]]) as usize).collect();
    let expected = shape.iter().product::<usize>();
    ensure!(data.len() == expected, "expected {expected} bytes for the shape {shape:?}, got {}", data.len());
    Ok((shape, data.to_vec()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn idx_files_are_read_and_broken_ones_refused() {
        let good = [0, 0, 8, 2, 0, 0, 0, 1, 0, 0, 0, 3, 7, 8, 9];
        assert_eq!(parse_idx(&good).unwrap(), (vec![1, 3], vec![7, 8, 9]));
        let truncated = parse_idx(&good[..14]).unwrap_err().to_string();
        assert!(truncated.contains("expected 3 bytes") && truncated.contains("got 2"), "{truncated}");
        assert!(parse_idx(&good[..9]).unwrap_err().to_string().contains("ends before"));
        assert!(parse_idx(b"PK\x03\x04").unwrap_err().to_string().contains("expected an IDX file"));
        assert!(parse_idx(&[]).is_err());
    }

    #[test]
    fn missing_data_says_how_to_get_it() {
        let folder = tempfile::tempdir().unwrap();
        let error = Images::load(folder.path(), Split::Train).unwrap_err().to_string();
        assert!(error.contains("apt-get install dataset-fashion-mnist") && error.contains("--data"), "{error}");
    }

    #[test]
    fn an_epoch_sees_every_picture_once_in_an_order_of_its_own() {
        let images = Images::made_up(50);
        let mut first = images.shuffled(1, 0);
        assert_eq!(first, images.shuffled(1, 0));
        assert_ne!(first, images.shuffled(1, 1));
        assert_ne!(first, images.shuffled(2, 0));
        first.sort_unstable();
        assert_eq!(first, (0..50).collect::<Vec<_>>());
    }
}
