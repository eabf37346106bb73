//! The models that ship.

use std::path::Path;

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use xshell::Shell;

/// The models that ship, by their folders; one that holds no card yet is a recipe only.
pub fn shipped(sh: &Shell) -> Result<Vec<String>> {
    let mut ids = Vec::new();
    for folder in sh.read_dir("models")?.iter().filter(|folder| folder.join("card.json").is_file()) {
        let file = &json(sh, &folder.join("card.json"))?["weights"]["file"];
        ensure!(
            file == "weights.bpk",
            "{}: expected the weights in weights.bpk, the card says {file}",
            folder.display()
        );
        let id = folder.file_name().and_then(|name| name.to_str());
        ids.push(id.with_context(|| format!("{} has no name that is text", folder.display()))?.to_string());
    }
    Ok(ids)
}

/// A file of JSON.
pub fn json(sh: &Shell, file: &Path) -> Result<Value> {
    serde_json::from_str(&sh.read_file(file)?).with_context(|| format!("{} is not JSON", file.display()))
}
