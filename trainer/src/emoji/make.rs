//! Makes the emoji data set out of its packages: joins, draws, leaves out, and holds out.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::path::Path;

use anyhow::{Context, Result};
use indicatif::{ProgressBar, ProgressStyle};
use ndarray::{Array4, Axis};
use pushforward::datasets::EMOJI;
use rand::SeedableRng;
use rand::seq::{IndexedRandom, SliceRandom};
use rand_chacha::ChaCha8Rng;
use serde::Deserialize;

use super::join::{Index, Listed, Tone, Which, codes, list, plain_code};
use super::packages::{NAMES, Packages, drawings};
use super::render::{Frame, render};
use super::set::{Caption, Emoji, EmojiSet, FORMAT, Manifest, SIDE, Source, Style};
use crate::output::save_sheet;

/// The sets of drawings.
const STYLES: &[&str] = EMOJI.styles;

/// The group whose pictures say little more than a name.
const FLAGS: &str = "flags";

/// An emoji of at least so many styles can have one of them held out; of a tenth of them one is.
const HELD_OUT_FROM: usize = 3;

/// Emoji on a contact sheet.
const SHEET: usize = 20;

/// A set's icons: SVG without its outer element.
#[derive(Deserialize)]
struct Icons {
    width: f32,
    height: f32,
    icons: BTreeMap<String, Icon>,
}

#[derive(Deserialize)]
struct Icon {
    body: String,
    width: Option<f32>,
    height: Option<f32>,
}

#[derive(Deserialize)]
struct Info {
    author: Author,
    license: License,
}

#[derive(Deserialize)]
struct Author {
    name: String,
    url: String,
}

#[derive(Deserialize)]
struct License {
    spdx: String,
}

/// Names of the groups by their numbers.
#[derive(Deserialize)]
struct Groups {
    groups: BTreeMap<usize, String>,
}

/// A picture that was drawn.
struct Drawn {
    which: Which,
    style: usize,
    pixels: Vec<u8>,
}

/// Makes the file, and prints what is in it; shows some of it on a `sheet` where one is asked for.
///
/// # Errors
/// When packages cannot be had or are not of the form expected, or a file cannot be written.
pub fn make(file: &Path, sheet: Option<&Path>) -> Result<()> {
    let folder = file.parent().unwrap_or(Path::new("."));
    let packages = Packages::fetch(&folder.join("emoji-packages"))?;
    let english = list(&packages, "en")?;
    let groups: Groups = packages.json(NAMES, "meta/groups.json")?;
    let group = |which: &Which| english[which.listed].group.and_then(|number| groups.groups.get(&number));
    let index = Index::new(&packages, &english, STYLES)?;

    let mut dropped = BTreeMap::new();
    let mut drawn = Vec::new();
    for style in 0..STYLES.len() {
        let is_flag = |which: &Which| group(which).is_some_and(|name| name == FLAGS);
        drawn.extend(draw(&packages, &index, style, is_flag, &mut dropped)?);
    }
    let held_out = hold_out(&drawn);

    let used: BTreeSet<Which> = drawn.iter().map(|picture| picture.which).collect();
    let numbers: HashMap<Which, usize> = used.iter().copied().zip(0..).collect();
    let locales = locales(&packages)?;
    let captions =
        locales.iter().map(|locale| captions(&packages, locale, &english, &used)).collect::<Result<Vec<_>>>()?;
    let emoji = used.iter().enumerate().map(|(number, which)| {
        Ok(Emoji {
            emoji: characters(&english[which.listed], which.tone),
            group: group(which).context("an emoji's group has no name")?.clone(),
            tone: which.tone,
            captions: captions.iter().map(|language| language[number].clone()).collect(),
        })
    });
    let emoji = emoji.collect::<Result<Vec<_>>>()?;
    let mut counts = BTreeMap::new();
    for picture in &drawn {
        *counts.entry(emoji[numbers[&picture.which]].group.clone()).or_insert(0) += 1;
    }
    let styles = STYLES.iter().enumerate().map(|(style, name)| {
        let out: Vec<bool> =
            drawn.iter().zip(&held_out).filter(|(picture, _)| picture.style == style).map(|(_, out)| *out).collect();
        Ok(Style {
            name: (*name).into(),
            source: source(&packages, &drawings(name))?,
            pictures: out.len(),
            held_out: out.iter().filter(|out| **out).count(),
        })
    });
    let manifest = Manifest {
        format: FORMAT,
        sha256: String::new(),
        packages: packages.versions.clone(),
        styles: styles.collect::<Result<_>>()?,
        captions: Source {
            package: NAMES.into(),
            author: "Miles Johnson; names and keywords by the Unicode CLDR".into(),
            licence: "MIT".into(),
            url: "https://emojibase.dev".into(),
        },
        locales,
        groups: counts,
        dropped,
        emoji,
    };
    let mut set = EmojiSet {
        manifest,
        emoji: drawn.iter().map(|picture| numbers[&picture.which]).collect(),
        styles: drawn.iter().map(|picture| picture.style).collect(),
        pictures: Array4::from_shape_vec(
            (drawn.len(), SIDE, SIDE, 3),
            drawn.into_iter().flat_map(|picture| picture.pixels).collect(),
        )?,
        held_out,
    };
    set.save(file)?;
    describe(&set, file)?;
    sheet.map_or(Ok(()), |sheet| show(&set, sheet))
}

/// Draws one set. Of an emoji with skin tones it takes the one without and one of five, another in every style, lest
/// people outnumber all else.
fn draw(
    packages: &Packages,
    index: &Index,
    style: usize,
    is_flag: impl Fn(&Which) -> bool,
    dropped: &mut BTreeMap<String, usize>,
) -> Result<Vec<Drawn>> {
    let Icons { width, height, icons } = packages.json(&drawings(STYLES[style]), "icons.json")?;
    let joined = index.icons(icons.keys().map(String::as_str), &codes(packages, STYLES[style])?);
    let mut drop = |reason: &str, count: usize| *dropped.entry(reason.into()).or_insert(0) += count;
    let names: HashSet<&str> = joined.values().copied().collect();
    drop("the icon's emoji is not known", icons.len() - names.len());

    let bar = ProgressBar::new(joined.len() as u64)
        .with_style(ProgressStyle::with_template("{msg:>17} {wide_bar} {pos}/{len}").expect("the template is fixed"))
        .with_message(STYLES[style]);
    let mut drawn: Vec<Drawn> = Vec::new();
    let mut flags = HashSet::new();
    // A tone comes right after the same emoji without one.
    for (which, name) in joined {
        bar.inc(1);
        if which.tone.is_some_and(|tone| usize::from(tone) != 1 + (which.listed + style) % 5) {
            drop("another skin tone is drawn", 1);
            continue;
        }
        let icon = &icons[name];
        let frame = Frame { width: icon.width.unwrap_or(width), height: icon.height.unwrap_or(height) };
        match render(&icon.body, frame, SIDE) {
            Err(_) => drop("it does not render", 1),
            Ok(pixels) => {
                let untoned = drawn.last().filter(|last| last.which.listed == which.listed);
                if untoned.is_some_and(|last| last.pixels == pixels) {
                    drop("its skin tone is not drawn", 1);
                } else if is_flag(&which) && !flags.insert(pixels.clone()) {
                    drop("the flag is drawn as another's", 1);
                } else {
                    drawn.push(Drawn { which, style, pixels });
                }
            }
        }
    }
    bar.finish_and_clear();
    Ok(drawn)
}

/// Which pictures are not to be learned from: of a tenth of the emoji that have several styles, all of one style.
fn hold_out(drawn: &[Drawn]) -> Vec<bool> {
    let mut styles = BTreeMap::<usize, BTreeSet<usize>>::new();
    for picture in drawn {
        styles.entry(picture.which.listed).or_default().insert(picture.style);
    }
    styles.retain(|_, styles| styles.len() >= HELD_OUT_FROM);
    let mut emoji: Vec<(usize, Vec<usize>)> =
        styles.into_iter().map(|(listed, styles)| (listed, styles.into_iter().collect())).collect();
    let mut rng = ChaCha8Rng::seed_from_u64(0);
    let tenth = emoji.len().div_ceil(10);
    let (chosen, _) = emoji.partial_shuffle(&mut rng, tenth);
    let chosen: HashSet<(usize, usize)> =
        chosen.iter().map(|(listed, styles)| (*listed, *styles.choose(&mut rng).expect("it has several"))).collect();
    drawn.iter().map(|picture| chosen.contains(&(picture.which.listed, picture.style))).collect()
}

/// The languages of the names, English first.
fn locales(packages: &Packages) -> Result<Vec<String>> {
    let mut locales = packages.entries(NAMES, "")?;
    locales.retain(|folder| {
        packages.entries(NAMES, folder).is_ok_and(|files| files.iter().any(|file| file == "data.json"))
    });
    locales.sort_by_key(|locale| (locale != "en", locale.clone()));
    Ok(locales)
}

/// What the emoji are called in one language; where it has no name of its own, in English.
fn captions(packages: &Packages, locale: &str, english: &[Listed], used: &BTreeSet<Which>) -> Result<Vec<Caption>> {
    let own = list(packages, locale)?;
    let own: HashMap<String, &Listed> = own.iter().map(|listed| (plain_code(&listed.hexcode), listed)).collect();
    let of = |which: &Which| {
        let emoji = &english[which.listed];
        let emoji = own.get(&plain_code(&emoji.hexcode)).copied().unwrap_or(emoji);
        Caption { label: with_tone(emoji, which.tone).label.clone(), tags: emoji.tags.clone() }
    };
    Ok(used.iter().map(of).collect())
}

/// The emoji in a skin tone; the emoji itself where it has none.
fn with_tone(emoji: &Listed, tone: Option<u8>) -> &Listed {
    tone.and_then(|tone| emoji.skins.iter().find(|skin| skin.tone == Some(Tone::One(tone)))).unwrap_or(emoji)
}

fn characters(emoji: &Listed, tone: Option<u8>) -> String {
    with_tone(emoji, tone).emoji.clone()
}

/// Whose a set of drawings is.
fn source(packages: &Packages, package: &str) -> Result<Source> {
    let Info { author, license } = packages.json(package, "info.json")?;
    Ok(Source { package: package.into(), author: author.name, licence: license.spdx, url: author.url })
}

/// Prints what is in the file.
fn describe(set: &EmojiSet, file: &Path) -> Result<()> {
    let manifest = &set.manifest;
    let held_out = set.held_out.iter().filter(|held_out| **held_out).count();
    println!(
        "{} pictures of {} emoji, {held_out} of them held out, captions in {} languages",
        set.len(),
        manifest.emoji.len(),
        manifest.locales.len()
    );
    for Style { name, source, pictures, held_out } in &manifest.styles {
        println!("  {name:18} {pictures:5} pictures, {held_out:3} held out, {}, {}", source.licence, source.author);
    }
    for (group, pictures) in &manifest.groups {
        println!("  {group:18} {pictures:5} pictures");
    }
    for (reason, icons) in &manifest.dropped {
        println!("  left out: {icons:5}, as {reason}");
    }
    let bytes = std::fs::metadata(file)?.len();
    println!("{} ({:.1} MB), sha256 of its arrays {}", file.display(), bytes as f64 / 1e6, manifest.sha256);
    Ok(())
}

/// Saves a contact sheet: a row for each style, a column for each of some emoji that most styles draw.
fn show(set: &EmojiSet, sheet: &Path) -> Result<()> {
    let mut columns: BTreeMap<usize, BTreeMap<usize, usize>> = BTreeMap::new();
    for (picture, emoji) in set.emoji.iter().enumerate() {
        columns.entry(*emoji).or_default().insert(set.styles[picture], picture);
    }
    let styles = set.manifest.styles.len();
    columns.retain(|_, pictures| pictures.len() + 1 >= styles);
    let mut columns: Vec<BTreeMap<usize, usize>> = columns.into_values().collect();
    columns.shuffle(&mut ChaCha8Rng::seed_from_u64(0));
    columns.truncate(SHEET);
    let picture = |column: &BTreeMap<usize, usize>, style| match column.get(&style) {
        Some(picture) => set.pictures.index_axis(Axis(0), *picture).iter().copied().collect(),
        None => vec![255; SIDE * SIDE * 3],
    };
    let rows = (0..styles).map(|style| columns.iter().map(|column| picture(column, style)).collect()).collect();
    save_sheet(rows, (SIDE as u32, SIDE as u32), 1, sheet)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_tenth_of_the_emoji_one_style_is_held_out_with_all_its_tones() {
        let which = |listed, tone| Which { listed, tone };
        let mut drawn = Vec::new();
        for listed in 0..40 {
            // The last ten have two styles only.
            for style in 0..if listed < 30 { 4 } else { 2 } {
                drawn.push(Drawn { which: which(listed, None), style, pixels: vec![] });
                drawn.push(Drawn { which: which(listed, Some(1)), style, pixels: vec![] });
            }
        }
        let held_out = hold_out(&drawn);
        assert_eq!(held_out, hold_out(&drawn));
        let out: Vec<&Drawn> = drawn.iter().zip(&held_out).filter(|(_, out)| **out).map(|(drawn, _)| drawn).collect();
        let places: BTreeSet<(usize, usize)> = out.iter().map(|drawn| (drawn.which.listed, drawn.style)).collect();
        let emoji: BTreeSet<usize> = places.iter().map(|(listed, _)| *listed).collect();
        assert_eq!((out.len(), places.len(), emoji.len()), (6, 3, 3));
        assert!(emoji.iter().all(|listed| *listed < 30));
    }
}
