//! What every command takes: which model, where to compute, and where files lie.

use std::path::PathBuf;

use clap::Args;

use crate::device::DeviceKind;

/// Where Debian's package `dataset-fashion-mnist` puts the files.
pub const DEBIAN_FASHION: &str = "/usr/share/datasets/fashion-mnist";

/// Where the emoji data set is made unless one says otherwise.
pub const EMOJI_FILE: &str = "runs/emoji.npz";

/// What every command takes.
#[derive(Debug, Args)]
pub struct Common {
    /// The model, a folder of `models/`; `classifier` and `judge` are those that evaluate the others.
    #[arg(long, default_value = "vae-fashion")]
    pub model: String,
    /// Where to compute.
    #[arg(long, value_enum, default_value_t = DeviceKind::Flex)]
    pub device: DeviceKind,
    /// Folder of Fashion-MNIST's four IDX files.
    #[arg(long, default_value = DEBIAN_FASHION)]
    pub data: PathBuf,
    /// The emoji data set, as `data emoji` makes it.
    #[arg(long, default_value = EMOJI_FILE)]
    pub emoji: PathBuf,
    /// Folder of the models that ship.
    #[arg(long, default_value = "models")]
    pub models: PathBuf,
    /// Folder of checkpoints and logs.
    #[arg(long, default_value = "runs")]
    pub runs: PathBuf,
}

impl Common {
    /// The folder of this model among those that ship.
    pub fn folder(&self) -> PathBuf {
        self.models.join(&self.model)
    }

    /// The folder of this model's checkpoints and logs.
    pub fn run_folder(&self) -> PathBuf {
        self.runs.join(&self.model)
    }
}
