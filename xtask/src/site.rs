//! Makes the site in dist/ of what Trunk and wasm-bindgen have built: all that the page consists of goes into a folder that is named
//! by its content.
//!
//! A cache on the way, or a host that is being renewed, can thus never pair a file of one version with one of another: another
//! version lies elsewhere. Only the page itself and the service worker, which know where, keep their names; so do the weights,
//! which are checked when they are loaded.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use sha2::{Digest, Sha256};
use xshell::Shell;

use crate::{addresses, models, modules, scripts};

/// Where Trunk leaves the page with the first module, what it calls that, by its package, and where wasm-bindgen leaves the others.
const BUILT: &str = "target/site";
const FIRST_BUILT: [&str; 2] = ["module-cpu.js", "module-cpu_bg.wasm"];
pub const LATER_BUILT: &str = "target/later";

/// The page, and what of it is replaced by the versioned folder.
const PAGE: &str = "index.html";
/// The glue and the WebAssembly of the module that draws on the CPU.
pub const FIRST: [&str; 2] = ["pushforward.js", "pushforward_bg.wasm"];
/// The folders of those that draw on WebGPU, which come later or never, with files of the same names: by plans of our own, and by Burn.
pub const LATER: [&str; 2] = ["plans", "webgpu"];
/// The page's own files.
const PARTS: &str = "www";
/// The models, which are of no version.
const MODELS: &str = "models";

/// The scripts that the page begins with, and what it has in place of the modules that these need.
const ENTRIES: [&str; 3] = ["www/first.js", "www/opens.js", "www/main.js"];
const MODULES: &str = "    <!-- `cargo xtask build` names the other modules here, lest each be asked for only when one that needs it has come. -->\n";

/// The script that the worker with the first module begins with, and what it has in place of the modules that those it names need.
const COMPUTE: &str = "www/worker.js";
const NEEDED: &str =
    "// `cargo xtask build` names here what these need, lest each be asked for only when one that needs it has come.\n";

/// The service worker as it is written, and where it must lie to serve the whole page.
const WORKER_SOURCE: &str = "www/sw.js";
const WORKER: &str = "sw.js";
/// What it has in place of what is only known of a page that is built.
const FILES: &str = "const FILES = {};";
const VERSION: &str = "const VERSION = '';";

/// The module that knows where the engine's files lie, and what it has in place of what is only known of an engine that is built.
pub const PLACES: &str = "www/files.js";
const CHECKED: [(&str, &str); 3] =
    [("WASM", FIRST[1]), ("PLANS", "plans/pushforward_bg.wasm"), ("WEBGPU", "webgpu/pushforward_bg.wasm")];
const WEIGHTS: &str = "  // `cargo xtask` writes one line a model here.\n";

/// Copies what is built into the folder of its version in dist/, and writes the families' addresses and the service worker, for a site at
/// this address, if it is known. Folders of other versions stay.
pub fn assemble(sh: &Shell, address: Option<&str>) -> Result<()> {
    let (dist, built) = (sh.current_dir().join("dist"), sh.current_dir().join(BUILT));
    let read = |file: &str| fs::read(built.join(file)).with_context(|| format!("{BUILT} has no {file}"));
    let mut parts = BTreeMap::new();
    let [glue, wasm] = FIRST_BUILT;
    // The glue knows the WebAssembly by its name.
    let named = String::from_utf8(read(glue)?)?.replace(wasm, FIRST[1]);
    parts.insert(FIRST[0].to_string(), named.into_bytes());
    parts.insert(FIRST[1].to_string(), read(wasm)?);
    for folder in LATER {
        let later = sh.current_dir().join(LATER_BUILT).join(folder);
        for file in FIRST.iter().filter(|_| later.is_dir()) {
            parts.insert(format!("{folder}/{file}"), fs::read(later.join(file))?);
        }
    }
    add_all(&built, PARTS, &mut parts)?;
    let worker = parts.remove(WORKER_SOURCE).with_context(|| format!("{BUILT} has no {WORKER_SOURCE}"))?;
    let blank = parts.remove(PLACES).with_context(|| format!("{BUILT} has no {PLACES}"))?;
    let places = places(sh, std::str::from_utf8(&blank)?, &parts, "../../models")?;
    parts.insert(PLACES.to_string(), places.into_bytes());

    let compute = String::from_utf8(parts[COMPUTE].clone())?;
    let compute = filled(COMPUTE, &compute, &[(NEEDED, &needed_by_worker(&parts))])?;
    parts.insert(COMPUTE.to_string(), compute.into_bytes());
    let preloads = preloads(&parts);
    for (name, bytes) in parts.iter_mut().filter(|(name, _)| name.starts_with(PARTS) && name.ends_with(".js")) {
        *bytes = scripts::bare(name, std::str::from_utf8(bytes)?)?.into_bytes();
    }

    let mut files: BTreeMap<String, String> =
        parts.iter().map(|(file, bytes)| (file.clone(), checksum(bytes))).collect();
    let version = version(&files)?;
    for (file, bytes) in &parts {
        sh.write_file(dist.join(&version).join(file), bytes)?;
    }
    for id in models::shipped(sh)? {
        for file in sh.read_dir(built.join(MODELS).join(&id))? {
            let to = dist.join(MODELS).join(&id);
            sh.create_dir(&to)?;
            sh.copy_file(file, to)?;
        }
    }
    let page = filled(PAGE, std::str::from_utf8(&read(PAGE)?)?, &[(MODULES, &preloads)])?;
    let page = addresses::named(sh, &moved(&page, &version)?, address)?;
    files = files.into_iter().map(|(file, sum)| (format!("{version}/{file}"), sum)).collect();
    files.insert(PAGE.to_string(), checksum(page.as_bytes()));
    for (file, text) in addresses::pages(sh, &page, &version, address)? {
        files.insert(file.clone(), checksum(text.as_bytes()));
        sh.write_file(dist.join(file), text)?;
    }
    addresses::copy(sh, &dist)?;
    fs::write(dist.join(WORKER), worker_of(std::str::from_utf8(&worker)?, &files)?)?;
    // Last: it names all the others.
    fs::write(dist.join(PAGE), &page)?;
    Ok(())
}

/// The folder of dist/ that holds the parts of the page that is there.
pub fn folder(sh: &Shell) -> Result<PathBuf> {
    let dist = sh.current_dir().join("dist");
    let page = fs::read_to_string(dist.join(PAGE)).unwrap_or_default();
    let main = format!("/{PARTS}/main.js\"");
    let version =
        page.split(&main).next().filter(|before| *before != page).and_then(|before| before.rsplit('"').next());
    Ok(dist.join(version.context("dist/ holds no page yet: run `cargo xtask build`")?))
}

/// What the parts of the page in dist/ are that `places` needs to know.
pub fn engines(sh: &Shell) -> Result<BTreeMap<String, Vec<u8>>> {
    let folder = folder(sh)?;
    let read = |file: &str| {
        fs::read(folder.join(file)).with_context(|| format!("dist/ has no {file} yet: run `cargo xtask build`"))
    };
    CHECKED.into_iter().map(|(_, file)| Ok((file.to_string(), read(file)?))).collect()
}

/// `source` of the module that knows where the engine's files lie, filled in: `parts` are the page's, or at least the modules among
/// them, and `models` is where the models lie as seen from this one.
pub fn places(sh: &Shell, source: &str, parts: &BTreeMap<String, Vec<u8>>, models: &str) -> Result<String> {
    // Of a module that is not built yet nobody can say.
    let integrity = |file: &str| {
        parts.get(file).map_or(String::new(), |bytes| format!("sha256-{}", base64(&Sha256::digest(bytes))))
    };
    let mut lines = String::new();
    for id in models::shipped(sh)? {
        let card = models::json(sh, &Path::new("models").join(&id).join("card.json"))?;
        let (bytes, sum) = (&card["weights"]["bytes"], &card["weights"]["sha256"]);
        let sum = sum.as_str().with_context(|| format!("the card of {id} has no checksum"))?;
        writeln!(lines, "  '{id}': [new URL('{models}/{id}/weights.bpk', import.meta.url), {bytes}, '{sum}'],")?;
    }
    let sums =
        CHECKED.map(|(name, file)| [String::new(), integrity(file)].map(|sum| format!("const {name} = '{sum}';")));
    let mut pieces = vec![(WEIGHTS, lines.as_str())];
    pieces.extend(sums.iter().map(|[blank, sum]| (blank.as_str(), sum.as_str())));
    filled(PLACES, source, &pieces)
}

/// Adds the files of a folder and of the folders in it, by their paths from `built`.
fn add_all(built: &Path, folder: &str, files: &mut BTreeMap<String, Vec<u8>>) -> Result<()> {
    for entry in fs::read_dir(built.join(folder))? {
        let entry = entry?;
        let path = format!("{folder}/{}", entry.file_name().to_string_lossy());
        if entry.file_type()?.is_dir() {
            add_all(built, &path, files)?;
        } else {
            files.insert(path, fs::read(entry.path())?);
        }
    }
    Ok(())
}

/// What files with these checksums are called together.
fn version(files: &BTreeMap<String, String>) -> Result<String> {
    Ok(checksum(serde_json::to_string(files)?.as_bytes())[..16].to_string())
}

/// Links that have all modules on their way at once that the page begins with: first those of the script that begins first.
fn preloads(parts: &BTreeMap<String, Vec<u8>>) -> String {
    let mut names: Vec<String> = Vec::new();
    for module in ENTRIES.iter().flat_map(|entry| modules::needed(parts, entry)) {
        if !names.contains(&module) {
            names.push(module);
        }
    }
    names.iter().map(|name| format!("    <link rel=\"modulepreload\" href=\"{name}\">\n")).collect()
}

/// Imports that have all modules on their way at once that the worker begins with.
fn needed_by_worker(parts: &BTreeMap<String, Vec<u8>>) -> String {
    let others = modules::needed(parts, COMPUTE).into_iter().filter(|name| name != COMPUTE);
    let seen_from_there =
        |name: String| name.strip_prefix("www/").map_or(format!("../{name}"), |name| format!("./{name}"));
    others.map(|name| format!("import '{}';\n", seen_from_there(name))).collect()
}

/// The page, which names its parts where they lie now.
fn moved(page: &str, version: &str) -> Result<String> {
    let names = FIRST.map(str::to_string).into_iter().chain([format!("{PARTS}/")]);
    names.into_iter().try_fold(page.to_string(), |page, name| {
        let named = format!("=\"{name}");
        ensure!(page.contains(&named), "{PAGE} does not name {name}");
        Ok(page.replace(&named, &format!("=\"{version}/{name}")))
    })
}

fn worker_of(source: &str, files: &BTreeMap<String, String>) -> Result<String> {
    let known = serde_json::to_string_pretty(files)?;
    let version = version(files)?;
    let knowing = format!("const FILES = {known};");
    filled(WORKER_SOURCE, source, &[(FILES, &knowing), (VERSION, &format!("const VERSION = '{version}';"))])
}

/// `source` with each of the pieces in place of what stands for it.
fn filled(name: &str, source: &str, pieces: &[(&str, &str)]) -> Result<String> {
    pieces.iter().try_fold(source.to_string(), |source, (blank, piece)| {
        ensure!(source.contains(blank), "{name} has no `{}` to fill in", blank.trim());
        Ok(source.replacen(blank, piece, 1))
    })
}

fn checksum(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// As `integrity` has it (RFC 4648).
fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let letter = |bits: u32, at: usize| char::from(LETTERS[(bits >> (18 - 6 * at)) as usize & 63]);
    let quartet = |chunk: &[u8]| {
        let bits = (0..3).fold(0, |bits, i| (bits << 8) | u32::from(chunk.get(i).copied().unwrap_or(0)));
        (0..4).map(|at| if at <= chunk.len() { letter(bits, at) } else { '=' }).collect::<String>()
    };
    bytes.chunks(3).map(quartet).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_another_as_soon_as_a_file_is() {
        let source = format!("{FILES}\n{VERSION}\n");
        let of = |text: &str| {
            worker_of(&source, &BTreeMap::from([("a.js".to_string(), checksum(text.as_bytes()))])).unwrap()
        };
        assert_eq!(of("one"), of("one"));
        let versions = ["one", "other"].map(|text| of(text).lines().last().unwrap().to_string());
        assert_ne!(versions[0], versions[1]);
        assert!(of("one").contains(&checksum(b"one")), "{}", of("one"));
    }

    #[test]
    fn a_worker_with_nothing_to_fill_in_is_an_error() {
        let error = worker_of("const FILES = { a: 1 };", &BTreeMap::new()).unwrap_err().to_string();
        assert!(error.contains("to fill in"), "{error}");
    }

    #[test]
    fn a_page_names_its_parts_in_the_folder_of_their_version() {
        let page =
            r#"<script src="www/main.js"></script><link href="pushforward.js"><link href="pushforward_bg.wasm">"#;
        let expected = r#"<script src="0f/www/main.js"></script><link href="0f/pushforward.js"><link href="0f/pushforward_bg.wasm">"#;
        assert_eq!(moved(page, "0f").unwrap(), expected);
        let error = moved("<title>Empty</title>", "0f").unwrap_err().to_string();
        assert!(error.contains("does not name pushforward.js"), "{error}");
    }

    /// What Trunk leaves, in a folder of its own, with one model; `main` is a script of it.
    fn built(name: &str, main: &str) -> Shell {
        let root = std::env::temp_dir().join(format!("pushforward-site-{name}-{}", std::process::id()));
        let sh = Shell::new().unwrap();
        sh.remove_path(&root).unwrap();
        let page =
            r#"<script src="www/main.js"></script><link href="pushforward.js"><link href="pushforward_bg.wasm">"#;
        let unbuilt = include_str!("../../index.html");
        let head = ["Content-Security-Policy", "og:image\"", "which families"];
        let head = head.map(|part| format!("{}\n", unbuilt.lines().find(|line| line.contains(part)).unwrap()));
        let page = &format!("{}{MODULES}{page}", head.concat());
        for (file, text) in [
            ("target/site/index.html", page.as_str()),
            ("target/site/module-cpu.js", "new URL('module-cpu_bg.wasm', import.meta.url)"),
            ("target/site/module-cpu_bg.wasm", "wasm"),
            ("target/site/www/main.js", main),
            ("target/site/www/views/one.js", "// a view"),
            ("target/site/www/worker.js", &format!("{NEEDED}import './needing.js';\n")),
            ("target/site/www/needing.js", "import '../pushforward.js';"),
            ("target/site/www/sw.js", include_str!("../../www/sw.js")),
            ("target/site/www/files.js", include_str!("../../www/files.js")),
            ("target/site/models/one/weights.bpk", "weights"),
            ("docs/previews/one.png", "preview"),
            ("www/words/en.js", include_str!("../../www/words/en.js")),
            (
                "models/one/card.json",
                r#"{ "name": "One", "family": "gan", "weights": { "file": "weights.bpk", "bytes": 7, "sha256": "5e" } }"#,
            ),
            ("models/none/train.json", "{}"),
        ] {
            sh.write_file(root.join(file), text).unwrap();
        }
        sh.change_dir(root);
        sh
    }

    /// Adds one of the modules that come later.
    fn add(sh: &Shell, name: &str) {
        sh.write_file(format!("target/later/{name}/pushforward.js"), "// glue").unwrap();
        sh.write_file(format!("target/later/{name}/pushforward_bg.wasm"), format!("wasm of {name}")).unwrap();
    }

    #[test]
    fn every_part_of_a_version_lies_in_its_folder_and_is_known_to_the_worker() {
        let sh = built("once", "main();");
        for name in LATER {
            add(&sh, name);
        }
        assemble(&sh, None).unwrap();
        let folder = folder(&sh).unwrap();
        let version = folder.file_name().unwrap().to_str().unwrap();
        let mut left: Vec<_> =
            sh.read_dir("dist").unwrap().iter().map(|path| path.file_name().unwrap().to_owned()).collect();
        left.sort_by_key(|name| name != version);
        assert_eq!(left, [version, "index.html", "models", "one", "previews", "sw.js"]);
        assert_eq!(sh.read_file("dist/previews/one.png").unwrap(), "preview");
        let own = sh.read_file("dist/one/index.html").unwrap();
        assert!(own.contains(&format!("src=\"../{version}/www/lead.js\"")), "{own}");
        assert!(!folder.join("www/sw.js").exists());
        assert!(sh.read_file("dist/index.html").unwrap().contains(&format!("\"{version}/www/main.js\"")));
        let page = sh.read_file("dist/index.html").unwrap();
        assert!(page.contains(&format!("<link rel=\"modulepreload\" href=\"{version}/www/main.js\">")), "{page}");
        assert_eq!(sh.read_file("dist/models/one/weights.bpk").unwrap(), "weights");
        let glue = sh.read_file(folder.join("pushforward.js")).unwrap();
        assert_eq!(glue, "new URL('pushforward_bg.wasm', import.meta.url)");
        let compute = sh.read_file(folder.join(COMPUTE)).unwrap();
        assert!(compute.starts_with("import '../pushforward.js';\nimport './needing.js';\n"), "{compute}");
        let worker = sh.read_file("dist/sw.js").unwrap();
        let modules = ["", "plans/", "webgpu/"].iter().flat_map(|folder| FIRST.map(|file| format!("{folder}{file}")));
        for file in modules.chain(["www/main.js", "www/views/one.js", "www/files.js"].map(String::from)) {
            let sum = checksum(&fs::read(folder.join(&file)).unwrap());
            assert!(worker.contains(&format!("\"{version}/{file}\": \"{sum}\"")), "{file}");
        }
        assert!(worker.contains(&format!("\"one/index.html\": \"{}\"", checksum(own.as_bytes()))), "{worker}");
        assert!(!worker.contains("previews"), "{worker}");
        let places = sh.read_file(folder.join("www/files.js")).unwrap();
        let plain = places.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(
            plain.contains("'one': [ new URL('../../models/one/weights.bpk', import.meta.url), 7, '5e' ]"),
            "{plain}"
        );
        assert!(!places.contains("'none'"), "{places}");
        for (name, text) in [("WASM", "wasm"), ("PLANS", "wasm of plans"), ("WEBGPU", "wasm of webgpu")] {
            let sum = base64(&Sha256::digest(text));
            assert!(places.contains(&format!("const {name} = 'sha256-{sum}';")), "{places}");
        }
        sh.remove_path(sh.current_dir()).unwrap();
    }

    #[test]
    fn a_page_is_whole_without_the_other_modules_and_stays_while_these_are_added() {
        let sh = built("later", "main();");
        let mut folders = Vec::new();
        for (name, lacking) in LATER.into_iter().zip(["PLANS", "WEBGPU"]) {
            assemble(&sh, None).unwrap();
            folders.push(folder(&sh).unwrap());
            assert!(engines(&sh).unwrap_err().to_string().contains(name));
            let places = sh.read_file(folders.last().unwrap().join("www/files.js")).unwrap();
            assert!(places.contains(&format!("const {lacking} = '';")), "{places}");
            add(&sh, name);
        }
        assemble(&sh, None).unwrap();
        folders.push(folder(&sh).unwrap());
        folders.dedup();
        assert_eq!(folders.len(), 3);
        assert!(folders.iter().all(|folder| folder.join("www/main.js").is_file()));
        assert_eq!(engines(&sh).unwrap()["webgpu/pushforward_bg.wasm"], b"wasm of webgpu");
        sh.remove_path(sh.current_dir()).unwrap();
    }

    #[test]
    fn whatever_changes_lies_elsewhere() {
        let folders = ["main", "another"].map(|main| {
            let sh = built(main, &format!("{main}();"));
            assemble(&sh, None).unwrap();
            let name = folder(&sh).unwrap().file_name().unwrap().to_owned();
            sh.remove_path(sh.current_dir()).unwrap();
            name
        });
        assert_ne!(folders[0], folders[1]);
    }

    #[test]
    fn base64_is_that_of_the_standard() {
        let of = |text: &str| base64(text.as_bytes());
        assert_eq!(["", "f", "fo", "foo", "foobar"].map(of), ["", "Zg==", "Zm8=", "Zm9v", "Zm9vYmFy"]);
    }
}
