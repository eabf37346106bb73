//! The file of the emoji data set: what it holds, and how it is written and read.
//!
//! One NumPy archive: `pictures` uint8 `[N, 64, 64, 3]` on white, and of each picture `emoji` (its number in
//! the manifest), `style` (its number there) and `held_out` (1 if it is not to be learned from); `manifest` is JSON
//! in bytes.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use ndarray::{Array1, Array4, Axis};
use ndarray_npy::{NpzReader, NpzWriter};
use pushforward::datasets::EMOJI;
use pushforward::image::to_level;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::render::halve;

/// Version of the file's form.
pub const FORMAT: u32 = 1;

/// Pixels on a side, as they are kept.
pub const SIDE: usize = 64;

/// Pixels on a side, as they are learned.
pub const HALF: usize = EMOJI.image.height;

/// What the file says of itself.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// Version of the file's form.
    pub format: u32,
    /// SHA-256 of the four arrays, one after the other.
    pub sha256: String,
    /// The packages it was made from, with their versions.
    pub packages: BTreeMap<String, String>,
    /// The sets of drawings.
    pub styles: Vec<Style>,
    /// Where names and keywords come from.
    pub captions: Source,
    /// Languages of the captions, as in each emoji's list.
    pub locales: Vec<String>,
    /// Pictures of each group of emoji.
    pub groups: BTreeMap<String, usize>,
    /// Icons that were left out, by reason.
    pub dropped: BTreeMap<String, usize>,
    /// The emoji that are drawn.
    pub emoji: Vec<Emoji>,
}

/// A set of drawings by one hand.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Style {
    /// Its name.
    pub name: String,
    /// Whose it is.
    pub source: Source,
    /// How many pictures are of it.
    pub pictures: usize,
    /// How many of these are not to be learned from.
    pub held_out: usize,
}

/// Whose work it is, and its terms.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// The npm package.
    pub package: String,
    /// Its author.
    pub author: String,
    /// Its licence, as SPDX names it.
    pub licence: String,
    /// Where to read about it.
    pub url: String,
}

/// What pictures of all styles are of.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Emoji {
    /// Its characters.
    pub emoji: String,
    /// The name of its group.
    pub group: String,
    /// Skin tone from 1 (light) to 5 (dark).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tone: Option<u8>,
    /// What it is called, in each of the languages.
    pub captions: Vec<Caption>,
}

/// What an emoji is called in one language.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Caption {
    /// Its name.
    pub label: String,
    /// Its keywords.
    pub tags: Vec<String>,
}

/// Pictures, and what is known of each.
#[derive(Debug, Clone)]
pub struct EmojiSet {
    /// What the file says of itself.
    pub manifest: Manifest,
    /// `[N, 64, 64, 3]`.
    pub pictures: Array4<u8>,
    /// The number of each picture's emoji in the manifest.
    pub emoji: Vec<usize>,
    /// The number of each picture's style in the manifest.
    pub styles: Vec<usize>,
    /// Which pictures are not to be learned from.
    pub held_out: Vec<bool>,
}

/// The arrays of the file as they lie there.
struct Arrays {
    pictures: Array4<u8>,
    emoji: Array1<u16>,
    style: Array1<u8>,
    held_out: Array1<u8>,
}

impl Arrays {
    fn sha256(&self) -> String {
        let mut hash = Sha256::new();
        hash.update(self.pictures.as_slice().expect("pictures lie in rows"));
        hash.update(self.emoji.iter().flat_map(|number| number.to_le_bytes()).collect::<Vec<u8>>());
        hash.update(self.style.iter().chain(&self.held_out).copied().collect::<Vec<u8>>());
        hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

impl EmojiSet {
    /// The levels in [-1, 1] of a picture at half its size, `[3, 32, 32]`.
    pub fn levels(&self, picture: usize) -> Vec<f32> {
        let pixels: Vec<u8> = self.pictures.index_axis(Axis(0), picture).iter().copied().collect();
        let pixels = halve(&pixels, SIDE);
        (0..3).flat_map(|channel| pixels.iter().skip(channel).step_by(3)).map(|byte| to_level(*byte)).collect()
    }

    /// Number of pictures.
    pub fn len(&self) -> usize {
        self.emoji.len()
    }

    fn arrays(&self) -> Result<Arrays> {
        let emoji = self.emoji.iter().map(|number| u16::try_from(*number)).collect::<Result<_, _>>();
        let style = self.styles.iter().map(|number| u8::try_from(*number)).collect::<Result<_, _>>();
        Ok(Arrays {
            pictures: self.pictures.clone(),
            emoji: emoji.context("too many emoji for the file")?,
            style: style.context("too many styles for the file")?,
            held_out: self.held_out.iter().map(|held_out| u8::from(*held_out)).collect(),
        })
    }

    /// Writes the file, its checksum put into the manifest.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn save(&mut self, path: &Path) -> Result<()> {
        let arrays = self.arrays()?;
        self.manifest.sha256 = arrays.sha256();
        let manifest: Array1<u8> = serde_json::to_vec(&self.manifest)?.into();
        let file = File::create(path).with_context(|| format!("creating {}", path.display()))?;
        let mut archive = NpzWriter::new_compressed(file);
        archive.add_array("manifest", &manifest)?;
        archive.add_array("emoji", &arrays.emoji)?;
        archive.add_array("style", &arrays.style)?;
        archive.add_array("held_out", &arrays.held_out)?;
        archive.add_array("pictures", &arrays.pictures)?;
        archive.finish().with_context(|| format!("writing {}", path.display()))?;
        Ok(())
    }

    /// Reads the file.
    ///
    /// # Errors
    /// When it is missing (with the command that makes it), of another form, or its arrays are not those of its
    /// manifest.
    pub fn load(path: &Path) -> Result<Self> {
        let file = File::open(path).with_context(|| {
            format!(
                "there is no emoji data set at {}: `cargo run -p trainer --release -- data emoji` makes it",
                path.display()
            )
        })?;
        let set = Self::read(file).with_context(|| format!("{} is no emoji data set", path.display()))?;
        Ok(set)
    }

    fn read(file: File) -> Result<Self> {
        let mut archive = NpzReader::new(file)?;
        let manifest: Array1<u8> = archive.by_name("manifest")?;
        let manifest: Manifest = serde_json::from_slice(&manifest.to_vec()).context("its manifest")?;
        ensure!(manifest.format == FORMAT, "expected the format {FORMAT}, got {}", manifest.format);
        let arrays = Arrays {
            pictures: archive.by_name("pictures")?,
            emoji: archive.by_name("emoji")?,
            style: archive.by_name("style")?,
            held_out: archive.by_name("held_out")?,
        };
        let count = arrays.emoji.len();
        let shape = arrays.pictures.shape();
        ensure!(shape == [count, SIDE, SIDE, 3], "expected pictures [{count}, {SIDE}, {SIDE}, 3], got {shape:?}");
        ensure!(
            [arrays.style.len(), arrays.held_out.len()] == [count; 2],
            "expected a style and whether it is held out for each of {count} pictures"
        );
        let got = arrays.sha256();
        ensure!(got == manifest.sha256, "expected the checksum {}, got {got}", manifest.sha256);
        let set = Self {
            emoji: arrays.emoji.iter().map(|number| usize::from(*number)).collect(),
            styles: arrays.style.iter().map(|number| usize::from(*number)).collect(),
            held_out: arrays.held_out.iter().map(|held_out| *held_out != 0).collect(),
            pictures: arrays.pictures,
            manifest,
        };
        let known = (set.manifest.emoji.len(), set.manifest.styles.len());
        ensure!(
            set.emoji.iter().all(|number| *number < known.0) && set.styles.iter().all(|number| *number < known.1),
            "a picture is of an emoji or a style that the manifest does not list"
        );
        let languages = set.manifest.locales.len();
        ensure!(
            set.manifest.emoji.iter().all(|emoji| emoji.captions.len() == languages),
            "expected a caption in each of {languages} languages"
        );
        Ok(set)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source() -> Source {
        let text = String::new;
        Source { package: text(), author: text(), licence: "MIT".into(), url: text() }
    }

    /// Four made-up pictures of two emoji in two styles.
    fn made_up() -> EmojiSet {
        let caption = |label: &str| Caption { label: label.into(), tags: vec!["tag".into()] };
        let emoji = |label: &str| Emoji {
            emoji: "👋".into(),
            group: "people".into(),
            tone: None,
            captions: vec![caption(label), caption("手")],
        };
        let style = |name: &str| Style { name: name.into(), source: source(), pictures: 2, held_out: 0 };
        EmojiSet {
            manifest: Manifest {
                format: FORMAT,
                sha256: String::new(),
                packages: BTreeMap::new(),
                styles: vec![style("a"), style("b")],
                captions: source(),
                locales: vec!["en".into(), "zh".into()],
                groups: BTreeMap::new(),
                dropped: BTreeMap::new(),
                emoji: vec![emoji("hand"), emoji("wave")],
            },
            pictures: Array4::from_shape_fn((4, SIDE, SIDE, 3), |(n, row, ..)| (n + row) as u8),
            emoji: vec![0, 0, 1, 1],
            styles: vec![0, 1, 0, 1],
            held_out: vec![false, true, false, false],
        }
    }

    #[test]
    fn a_set_is_read_as_it_was_written_and_its_file_is_always_the_same() {
        let folder = tempfile::tempdir().unwrap();
        let (first, second) = (folder.path().join("1.npz"), folder.path().join("2.npz"));
        let mut set = made_up();
        set.save(&first).unwrap();
        set.save(&second).unwrap();
        assert_eq!(std::fs::read(&first).unwrap(), std::fs::read(second).unwrap());
        let read = EmojiSet::load(&first).unwrap();
        assert_eq!(read.pictures, set.pictures);
        assert_eq!((&read.emoji, &read.styles, &read.held_out), (&set.emoji, &set.styles, &set.held_out));
        assert_eq!(read.manifest.emoji[1].captions[0].label, "wave");
    }

    #[test]
    fn a_file_that_is_missing_broken_or_altered_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("emoji.npz");
        let error = || format!("{:#}", EmojiSet::load(&path).unwrap_err());
        assert!(error().contains("data emoji"), "{}", error());
        std::fs::write(&path, b"PK, but no archive").unwrap();
        assert!(error().contains("is no emoji data set"), "{}", error());

        let refused = |alter: fn(&mut EmojiSet)| {
            let mut set = made_up();
            alter(&mut set);
            set.save(&path).unwrap();
            error()
        };
        assert!(refused(|set| set.manifest.format = 7).contains("expected the format 1, got 7"));
        assert!(refused(|set| set.emoji[2] = 9).contains("does not list"));
        assert!(refused(|set| set.manifest.emoji[0].captions.clear()).contains("each of 2 languages"));
        assert!(refused(|set| set.held_out.truncate(3)).contains("for each of 4 pictures"));

        // The same manifest over other pictures.
        let mut set = made_up();
        set.save(&path).unwrap();
        let manifest: Array1<u8> = serde_json::to_vec(&set.manifest).unwrap().into();
        let arrays = Arrays { pictures: set.pictures.mapv(|byte| byte ^ 1), ..set.arrays().unwrap() };
        let mut archive = NpzWriter::new(File::create(&path).unwrap());
        archive.add_array("manifest", &manifest).unwrap();
        archive.add_array("emoji", &arrays.emoji).unwrap();
        archive.add_array("style", &arrays.style).unwrap();
        archive.add_array("held_out", &arrays.held_out).unwrap();
        archive.add_array("pictures", &arrays.pictures).unwrap();
        archive.finish().unwrap();
        assert!(error().contains("expected the checksum"), "{}", error());
    }
}
