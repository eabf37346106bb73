//! The log of a training.

use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::path::Path;

use anyhow::{Context, Result};
use burn::tensor::Tensor;
use pushforward::losses::Loss;

/// The losses of every step, one JSON object a line.
pub struct Log {
    file: File,
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
        Ok(Self { file: file.with_context(|| format!("opening {}", path.display()))? })
    }

    /// Writes one line and returns the numbers in it, the total first.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn add(&mut self, step: usize, Loss { total, terms }: &Loss) -> Result<Vec<f32>> {
        let values: Vec<f32> = [total].into_iter().chain(terms.iter().map(|(_, term)| term)).map(scalar).collect();
        let mut line = serde_json::Map::from_iter([("step".into(), step.into()), ("loss".into(), values[0].into())]);
        line.extend(terms.iter().zip(&values[1..]).map(|((name, _), value)| (name.to_string(), (*value).into())));
        writeln!(self.file, "{}", serde_json::Value::Object(line))?;
        Ok(values)
    }
}

/// The number that a tensor is.
pub fn scalar(tensor: &Tensor<1>) -> f32 {
    tensor.clone().inner().into_scalar::<f32>()
}
