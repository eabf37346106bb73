//! Checks the arrows between files: none goes in a circle, and none from a room to one that it may not know.

mod rust;

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
};

use anyhow::{Result, ensure};
use xshell::Shell;

use crate::modules;

/// Files, each with those that it uses.
type Arrows = BTreeMap<PathBuf, BTreeSet<PathBuf>>;

/// The crates, by the folders of their sources.
const CRATES: [&str; 4] = ["src", "kernels/src", "trainer/src", "xtask/src"];

/// The page's modules.
const PAGE: &str = "www";

/// What no arrow may do: from files whose paths begin with the first to those whose paths begin with the second.
const FORBIDDEN: [(&str, &str); 24] = [
    ("src/", "src/web/"),
    ("src/gpu/", "src/layers/"),
    ("src/gpu/", "src/families/"),
    ("src/gpu/", "src/generator"),
    ("src/samplers/", "src/families/"),
    ("src/generator", "src/samplers/"),
    ("src/losses/", "src/generator"),
    ("src/layers/", "src/families/"),
    ("src/layers/", "src/generator"),
    ("src/layers/", "src/losses/"),
    ("src/layers/", "src/link"),
    ("src/layers/", "src/weights"),
    ("src/training/", "src/generator"),
    ("src/training/", "src/families/"),
    ("src/generator", "src/training/"),
    ("src/datasets/", "src/generator"),
    ("www/words/", "www/views/"),
    ("www/api", "www/views"),
    ("www/element", "www/views"),
    ("www/embedded/", "www/views"),
    ("www/painter", "www/views"),
    ("www/state", "www/views"),
    ("www/worker", "www/views"),
    ("www/compute", "www/views"),
];

/// What only `src/web/` may name.
const BROWSER: [&str; 4] = ["wasm_bindgen", "wasm_bindgen_futures", "web_sys", "js_sys"];

/// Says every circle and every arrow that goes where it may not.
pub fn run(sh: &Shell) -> Result<()> {
    let (mut arrows, mut found) = (Arrows::new(), Vec::new());
    for folder in CRATES {
        let files = sources(sh, Path::new(folder), "rs")?;
        arrows.extend(rust::uses(&files, Path::new(folder)));
        if folder == "src" {
            found.extend(browsers(&files));
        }
    }
    let page = sources(sh, Path::new(PAGE), "js")?;
    arrows.extend(page.iter().map(|(path, source)| (path.clone(), modules::named(path, source).into_iter().collect())));
    found.extend(circles(&arrows));
    found.extend(trespasses(&arrows, &FORBIDDEN));
    found.extend(empty(&arrows, &FORBIDDEN));
    ensure!(found.is_empty(), "files that depend on each other as they should not:\n{}", found.join("\n"));
    Ok(())
}

/// The sources below a folder, by the ending of their names.
fn sources(sh: &Shell, folder: &Path, ending: &str) -> Result<BTreeMap<PathBuf, String>> {
    let (mut files, mut open) = (BTreeMap::new(), vec![folder.to_path_buf()]);
    while let Some(folder) = open.pop() {
        for path in sh.read_dir(&folder)? {
            let path = folder.join(path.file_name().expect("an entry has a name"));
            if sh.current_dir().join(&path).is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|extension| extension == ending) {
                files.insert(path.clone(), sh.read_file(&path)?);
            }
        }
    }
    Ok(files)
}

/// One circle for every file that lies on one, the shortest first; files of a circle that was said are not said again.
fn circles(arrows: &Arrows) -> Vec<String> {
    let mut shortest: Vec<Vec<&Path>> = arrows.keys().filter_map(|file| circle(arrows, file)).collect();
    shortest.sort_by_key(Vec::len);
    let mut said = BTreeSet::new();
    let new = shortest.into_iter().filter(|circle| circle.iter().filter(|file| said.insert(**file)).count() > 0);
    new.map(|circle| {
        let names: Vec<_> = circle.iter().chain(circle.first()).map(|file| file.display().to_string()).collect();
        format!("a circle: {}", names.join(" → "))
    })
    .collect()
}

/// The shortest way from a file back to itself.
fn circle<'a>(arrows: &'a Arrows, file: &'a Path) -> Option<Vec<&'a Path>> {
    let mut ways: Vec<Vec<&Path>> = vec![vec![file]];
    let mut seen = BTreeSet::new();
    while !ways.is_empty() {
        let mut farther = Vec::new();
        for way in ways {
            for next in arrows.get(*way.last()?).into_iter().flatten().map(PathBuf::as_path) {
                if next == file {
                    return Some(way);
                }
                if seen.insert(next) {
                    farther.push([way.as_slice(), &[next]].concat());
                }
            }
        }
        ways = farther;
    }
    None
}

/// The arrows from one room to another that it may not know. A room is a folder, or the files whose paths begin so.
fn trespasses(arrows: &Arrows, forbidden: &[(&str, &str)]) -> Vec<String> {
    let lies = |file: &Path, room: &str| file.to_string_lossy().starts_with(room);
    let mut found = Vec::new();
    for (file, used) in arrows {
        for other in used {
            let wrong = forbidden.iter().filter(|(from, to)| lies(file, from) && lies(other, to) && !lies(file, to));
            found.extend(
                wrong.map(|(from, to)| format!("{} uses {}: {from} knows no {to}", file.display(), other.display())),
            );
        }
    }
    found
}

/// Rooms of rules in which no file lies: such a rule forbids nothing.
fn empty(arrows: &Arrows, forbidden: &[(&str, &str)]) -> Vec<String> {
    let rooms: BTreeSet<&str> = forbidden.iter().flat_map(|(from, to)| [*from, *to]).collect();
    let none = |room: &&str| !arrows.keys().any(|file| file.to_string_lossy().starts_with(room));
    rooms.into_iter().filter(none).map(|room| format!("no file lies in {room}, of which a rule speaks")).collect()
}

/// Files that know a browser and should not.
fn browsers(files: &BTreeMap<PathBuf, String>) -> Vec<String> {
    let elsewhere = files.iter().filter(|(path, _)| !path.starts_with("src/web"));
    let named = elsewhere.flat_map(|(path, source)| {
        let code = rust::code(source);
        let words: BTreeSet<String> =
            code.split(|c: char| !(c.is_alphanumeric() || c == '_')).map(ToString::to_string).collect();
        BROWSER
            .iter()
            .filter(move |name| words.contains(**name))
            .map(|name| format!("{} names {name}: only src/web/ knows a browser", path.display()))
    });
    named.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arrows(of: &[(&str, &[&str])]) -> Arrows {
        of.iter().map(|(file, used)| (file.into(), used.iter().map(PathBuf::from).collect())).collect()
    }

    #[test]
    fn circles_are_said_once_and_in_full() {
        let found = circles(&arrows(&[
            ("a", &["b", "d"]),
            ("b", &["c"]),
            ("c", &["a"]),
            ("d", &[]),
            ("e", &["f"]),
            ("f", &["e"]),
        ]));
        assert_eq!(found, ["a circle: e → f → e", "a circle: a → b → c → a"]);
        assert_eq!(circles(&arrows(&[("a", &["b", "c"]), ("b", &["c"]), ("c", &[])])), [""; 0]);
    }

    #[test]
    fn a_room_knows_only_what_it_may() {
        let arrows = arrows(&[("src/layers/text.rs", &["src/generator.rs", "src/layers/mod.rs", "src/prompt.rs"])]);
        let found = trespasses(&arrows, &[("src/layers/", "src/generator"), ("src/families/", "src/prompt")]);
        assert_eq!(found, ["src/layers/text.rs uses src/generator.rs: src/layers/ knows no src/generator"]);
        assert_eq!(
            empty(&arrows, &[("src/layers/", "src/link")]),
            ["no file lies in src/link, of which a rule speaks"]
        );
    }

    #[test]
    fn only_the_web_names_a_browser() {
        let of = |path: &str, source: &str| browsers(&BTreeMap::from([(path.into(), source.into())])).len();
        assert_eq!(of("src/image.rs", "use web_sys::ImageData;"), 1);
        assert_eq!(of("src/image.rs", "// web_sys knows it\nlet text = \"js_sys\";"), 0);
        assert_eq!(of("src/web/convert.rs", "use web_sys::ImageData;"), 0);
    }
}
