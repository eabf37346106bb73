//! The faces that browsers write with while they are tested: the usual ones, and the widest common ones, whatever this machine has.

use std::path::{Path, PathBuf};

use anyhow::Result;
use xshell::Shell;

use crate::packages;

/// A choice of faces.
struct Faces {
    /// Of the fontconfig file that chooses them.
    name: &'static str,
    /// What brings them.
    packages: &'static [&'static str],
    serif: &'static [&'static str],
    sans: &'static [&'static str],
}

const CHINESE: &str = "WenQuanYi Micro Hei";

/// Letters are Liberation's, as wide as those of Times and Arial; the letters of formulas that it lacks are DejaVu's.
const USUAL: Faces = Faces {
    name: "usual",
    packages: &["fonts-liberation", "fonts-wqy-microhei", "fonts-dejavu-core"],
    serif: &["Liberation Serif", CHINESE, "DejaVu Serif"],
    sans: &["Liberation Sans", CHINESE, "DejaVu Sans"],
};

/// What a fresh Debian has.
const WIDE: Faces = Faces {
    name: "wide",
    packages: &["fonts-dejavu-core", "fonts-wqy-microhei"],
    serif: &["DejaVu Serif", CHINESE],
    sans: &["DejaVu Sans", CHINESE],
};

/// Brings the faces, and writes a fontconfig file for each choice; says in which folder. Without apt there is none.
pub fn folder(sh: &Shell) -> Result<Option<PathBuf>> {
    let folder = sh.current_dir().join("target/tools/faces");
    for faces in [USUAL, WIDE] {
        let mut places = Vec::new();
        for package in faces.packages {
            let Some(place) = packages::unpacked(sh, package)? else {
                eprintln!("==> no apt-get here: pages are tested with this machine's faces only");
                return Ok(None);
            };
            places.push(place.join("usr/share/fonts"));
        }
        let file = folder.join(format!("{}.conf", faces.name));
        let text = configuration(&faces, &places, &folder.join("cache"));
        // Untouched if it is the same: a browser may be reading it.
        if sh.read_file(&file).ok().as_deref() != Some(&text) {
            sh.write_file(file, text)?;
        }
    }
    Ok(Some(folder))
}

/// A fontconfig file with these folders and no other.
fn configuration(faces: &Faces, places: &[PathBuf], cache: &Path) -> String {
    let list = |tag: &str, values: &[&str]| -> String {
        values.iter().map(|value| format!("<{tag}>{value}</{tag}>")).collect::<Vec<_>>().join("")
    };
    let places: Vec<_> = places.iter().map(|place| place.to_string_lossy()).collect();
    let places: Vec<&str> = places.iter().map(AsRef::as_ref).collect();
    let generic = |family: &str, chosen: &[&str]| {
        format!("  <alias><family>{family}</family><prefer>{}</prefer></alias>\n", list("family", chosen))
    };
    [
        "<?xml version=\"1.0\"?>\n<!DOCTYPE fontconfig SYSTEM \"fonts.dtd\">\n<fontconfig>\n".to_string(),
        format!("  {}\n", list("dir", &places)),
        format!("  <cachedir>{}</cachedir>\n", cache.display()),
        generic("serif", faces.serif),
        generic("sans-serif", faces.sans),
        generic("system-ui", faces.sans),
        generic("math", faces.serif),
        "</fontconfig>\n".to_string(),
    ]
    .concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_configuration_knows_only_its_own_folders() {
        let text = configuration(&WIDE, &["/tools/one".into(), "/tools/other".into()], Path::new("/tools/cache"));
        assert_eq!(text.matches("<dir>").count(), 2);
        assert!(text.contains("<dir>/tools/one</dir><dir>/tools/other</dir>"), "{text}");
        assert!(!text.contains("<include") && !text.contains("Liberation"), "{text}");
    }
}
