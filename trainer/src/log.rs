//! The log of a training.

use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::mem::take;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use burn::tensor::Tensor;
use pushforward::losses::Loss;

/// Steps whose losses are read from the device at once: reading waits for all that it has still to do.
const TOGETHER: usize = 16;

/// The losses of every step, one JSON object a line.
pub struct Log {
    file: File,
    /// Losses that are not read yet: the step, and its numbers' names, one after the other.
    waiting: Vec<(usize, Vec<&'static str>)>,
    /// The numbers themselves, on the device.
    numbers: Vec<Tensor<1>>,
}

impl Log {
    /// The log of as many steps: what a training that was cut off wrote after its checkpoint happens again.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn open(folder: &Path, steps: usize) -> Result<Self> {
        let path = folder.join("loss.jsonl");
        let known = fs::read_to_string(&path).unwrap_or_default();
        let kept: String = known.split_inclusive('\n').take(steps).collect();
        let file = fs::write(&path, kept).and_then(|()| OpenOptions::new().append(true).open(&path));
        let file = file.with_context(|| format!("opening {}", path.display()))?;
        Ok(Self { file, waiting: Vec::new(), numbers: Vec::new() })
    }

    /// Takes a step's losses, and where enough have come together, writes them: the last total, then.
    ///
    /// # Errors
    /// See [`Log::write`].
    pub fn add(&mut self, step: usize, Loss { total, terms }: &Loss) -> Result<Option<f32>> {
        self.waiting.push((step, ["loss"].into_iter().chain(terms.iter().map(|(name, _)| *name)).collect()));
        // Without their graph, which would otherwise be kept as long.
        self.numbers.extend([total].into_iter().chain(terms.iter().map(|(_, term)| term)).map(|x| x.clone().inner()));
        if self.waiting.len() < TOGETHER { Ok(None) } else { self.write() }
    }

    /// Writes what is not written yet, a line a step, and returns the last total.
    ///
    /// # Errors
    /// When it cannot be written, or a total is not finite.
    pub fn write(&mut self) -> Result<Option<f32>> {
        if self.waiting.is_empty() {
            return Ok(None);
        }
        let numbers: Vec<f32> = Tensor::cat(take(&mut self.numbers), 0).into_data().iter::<f32>().collect();
        let (mut rest, mut last) = (&numbers[..], None);
        for (step, names) in take(&mut self.waiting) {
            let (values, others) = rest.split_at(names.len());
            let mut line = serde_json::Map::from_iter([("step".into(), step.into())]);
            line.extend(names.iter().zip(values).map(|(name, value)| (name.to_string(), (*value).into())));
            writeln!(self.file, "{}", serde_json::Value::Object(line))?;
            ensure!(values[0].is_finite(), "the loss is no longer finite at step {step}");
            (rest, last) = (others, Some(values[0]));
        }
        Ok(last)
    }
}

/// The number that a tensor is.
#[cfg(test)]
pub fn scalar(tensor: &Tensor<1>) -> f32 {
    tensor.clone().inner().into_scalar::<f32>()
}
