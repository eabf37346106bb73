//! Fashion-MNIST as tensors, read from its four IDX files.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use anyhow::{Context, Result, bail, ensure};
use burn::tensor::{Device, Int, Tensor, TensorData};
use flate2::read::GzDecoder;
use pushforward::datasets::FASHION;
use pushforward::image::to_level;
use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use crate::common::DEBIAN_FASHION;
use crate::examples::Examples;

/// Pixels on a side.
const SIDE: usize = FASHION.image.height;

/// Which half of the data set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Split {
    /// The 60,000 pictures to learn from.
    Train,
    /// The 10,000 pictures to measure against.
    Test,
}

/// Grey pictures with their classes.
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
}

/// Pictures that are learned under their classes, or under "any".
pub struct Labelled {
    /// The pictures.
    pub images: Images,
    /// Fraction of the batches whose class is dropped, so that "any" is learned as a condition too.
    pub dropout: f64,
}

impl Examples for Labelled {
    fn len(&self) -> usize {
        self.images.len()
    }

    /// The condition of a picture is one number.
    fn batch(&self, indices: &[usize], rng: &mut ChaCha8Rng, device: &Device) -> (Tensor<4>, Tensor<2, Int>) {
        let any = rng.random::<f64>() < self.dropout;
        let conditions = if any { vec![FASHION.classes.len(); indices.len()] } else { self.images.labels(indices) };
        (self.images.pictures(indices, device), class_tensor(&conditions, device).unsqueeze_dim(1))
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
             On Debian, `apt-get install dataset-fashion-mnist` puts the files into {DEBIAN_FASHION}; elsewhere get the four \
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
    use rand::SeedableRng;

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
    fn classes_are_dropped_for_whole_batches_at_the_given_rate() {
        let device = Device::flex();
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let mut conditions = |dropout| -> Vec<i64> {
            let examples = Labelled { images: Images::made_up(4), dropout };
            examples.batch(&[1, 2, 3], &mut rng, &device).1.into_data().iter().collect()
        };
        let count = (0..2000).filter(|_| conditions(0.2) == [10; 3]).count();
        // Five standard deviations of a binomial: sqrt(2000 x 0.2 x 0.8) = 18.
        assert!((count as i64 - 400).abs() < 90, "{count}");
        assert_eq!(conditions(0.0), [1, 2, 3]);
    }
}
