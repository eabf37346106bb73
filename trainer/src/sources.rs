//! One number for all that a program is made of.

use std::path::Path;
use std::{fs, io};

use sha2::{Digest, Sha256};

/// What this program is made of, relative to the trainer's folder: its code, that of the crate it trains, the versions of
/// all others, and the judges.
pub const PATHS: [&str; 7] = ["src", "build.rs", "Cargo.toml", "classifier", "judge", "../src", "../Cargo.lock"];

/// SHA-256 of [`PATHS`] under the trainer's `folder`, their files in the order of their names.
///
/// # Errors
/// When one of them cannot be read.
pub fn sha256(folder: &Path) -> io::Result<String> {
    let mut hash = Sha256::new();
    for path in PATHS {
        add(&mut hash, &folder.join(path), path)?;
    }
    Ok(hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
}

/// Adds a file by its name and content, or all that is in a folder.
fn add(hash: &mut Sha256, path: &Path, name: &str) -> io::Result<()> {
    if !path.is_dir() {
        let content = fs::read(path)?;
        hash.update(format!("{name}\n{}\n", content.len()));
        hash.update(content);
        return Ok(());
    }
    let mut names: Vec<String> = fs::read_dir(path)?
        .map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()))
        .collect::<io::Result<_>>()?;
    names.sort();
    names.iter().try_for_each(|inner| add(hash, &path.join(inner), &format!("{name}/{inner}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_program_knows_what_it_is_made_of() {
        assert_eq!(sha256(Path::new(env!("CARGO_MANIFEST_DIR"))).unwrap(), env!("SOURCES"));
    }

    #[test]
    fn what_is_in_a_file_counts_and_where_it_lies() {
        let root = tempfile::tempdir().unwrap();
        let of = || {
            let mut hash = Sha256::new();
            add(&mut hash, root.path(), "root").map(|()| hash.finalize()).unwrap()
        };
        fs::create_dir(root.path().join("inner")).unwrap();
        fs::write(root.path().join("inner/one.rs"), "1").unwrap();
        let first = of();
        assert_eq!(of(), first);
        fs::write(root.path().join("inner/one.rs"), "2").unwrap();
        assert_ne!(of(), first);
        fs::rename(root.path().join("inner/one.rs"), root.path().join("inner/two.rs")).unwrap();
        fs::write(root.path().join("inner/two.rs"), "1").unwrap();
        assert_ne!(of(), first);
    }
}
