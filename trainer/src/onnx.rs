//! Models for use elsewhere: each network of the weights that ship as an ONNX file (<https://onnx.ai>).
//!
//! The weights are those that draw, expanded from their 8 or 4 bits to 32. `layers` has a function for each layer of
//! `pushforward`, `families` the networks of each family; a test holds what comes out in ONNX Runtime to what Burn computes.

mod families;
mod graph;
mod layers;
mod network;
mod parameters;
mod proto;
#[cfg(test)]
mod tests;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use pushforward::cards::ModelCard;
use pushforward::families::{Family, Visitor, with};

use crate::common::Common;
use crate::model;
use parameters::Parameters;

/// Writes the networks of the model that ships into a folder, which is made where it is missing; without one, into the
/// model's run.
///
/// # Errors
/// When there is no such model, its weights are not those of its card, or the folder cannot be written.
pub fn export(common: &Common, folder: Option<PathBuf>) -> Result<()> {
    let card = model::read_card(common)?;
    let folder = folder.unwrap_or_else(|| common.run_folder().join("onnx"));
    for (path, bytes) in write(&card, &parameters_of(common, &card)?, &folder)? {
        println!("{}: {bytes} bytes", path.display());
    }
    Ok(())
}

/// Writes a file for each network of a card's model; their paths and sizes.
fn write(card: &ModelCard, parameters: &Parameters, folder: &Path) -> Result<Vec<(PathBuf, usize)>> {
    fs::create_dir_all(folder).with_context(|| format!("making the folder {}", folder.display()))?;
    let networks = families::networks(card, parameters)?.into_iter().map(|network| {
        let path = folder.join(network.name).with_extension("onnx");
        let bytes = network.into_bytes(card);
        fs::write(&path, &bytes).with_context(|| format!("writing {}", path.display()))?;
        Ok((path, bytes.len()))
    });
    networks.collect()
}

/// The parameters of the weights that ship.
fn parameters_of(common: &Common, card: &ModelCard) -> Result<Parameters> {
    struct Collect<'a>(&'a Common, &'a ModelCard);

    impl Visitor for Collect<'_> {
        type Output = Result<Parameters>;

        fn visit<F: Family + 'static>(self) -> Result<Parameters> {
            Ok(Parameters::of(&model::shipped::<F>(self.0, self.1)?))
        }
    }

    with(&card.family, Collect(common, card)).with_context(|| format!("there is no family {}", card.family))?
}
