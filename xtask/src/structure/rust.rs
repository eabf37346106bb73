//! Which files of a crate use which: by the paths in their code, with re-exports followed to the file that has the item.
//!
//! `mod x;` is no use, nor is `pub use x::Item;` by itself: a parent may list its children. Tests in a file are left out.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
};

/// A path from the root of a crate, such as `layers::text`; the root itself has none.
type Module = Vec<String>;

/// A file's part in this.
struct File {
    path: PathBuf,
    code: String,
    children: BTreeSet<String>,
    /// By the names that they have here, what `use` brings.
    uses: Vec<Use>,
}

struct Use {
    name: String,
    path: Vec<String>,
    /// `pub use`, in whatever form.
    exported: bool,
}

/// The files of a crate by their paths, each with those that it uses.
pub fn uses(files: &BTreeMap<PathBuf, String>, folder: &Path) -> BTreeMap<PathBuf, BTreeSet<PathBuf>> {
    let modules: BTreeMap<Module, File> =
        files.iter().map(|(path, source)| (module_of(path, folder), read(path, source))).collect();
    modules
        .iter()
        .map(|(module, file)| {
            let used = paths(file).into_iter().filter_map(|path| place_of(&modules, module, &path, 0));
            let used = used.map(|module| modules[&module].path.clone()).filter(|path| *path != file.path);
            (file.path.clone(), used.collect())
        })
        .collect()
}

/// `src/layers/mod.rs` and `src/layers.rs` are `layers`; `lib.rs` and `main.rs` are the root.
fn module_of(path: &Path, folder: &Path) -> Module {
    let inside = path.strip_prefix(folder).expect("a file lies in its crate").with_extension("");
    let mut names: Module = inside.iter().map(|name| name.to_string_lossy().into_owned()).collect();
    let last = names.last().map(String::as_str);
    if last == Some("mod") || names.len() == 1 && matches!(last, Some("lib" | "main")) {
        names.pop();
    }
    names
}

fn read(path: &Path, source: &str) -> File {
    let code = without_tests(&code(source));
    let (mut children, mut uses, mut rest) = (BTreeSet::new(), Vec::new(), String::new());
    let mut lines = code.lines();
    while let Some(line) = lines.next() {
        let (exported, statement) = without_visibility(line.trim());
        if let Some(tree) = statement.strip_prefix("use ") {
            let mut tree = tree.to_string();
            while !tree.contains(';') {
                let Some(line) = lines.next() else { break };
                tree += line;
            }
            let tree = tree.split(';').next().unwrap_or_default();
            expand(tree, &[], &mut |path, name| uses.push(Use { name, path, exported }));
        } else if let Some(name) = statement.strip_prefix("mod ").and_then(|name| name.strip_suffix(';')) {
            children.insert(name.to_string());
        } else {
            rest += line;
            rest.push('\n');
        }
    }
    File { path: path.to_path_buf(), code: rest, children, uses }
}

/// Whether a statement is visible elsewhere, and what stands after that.
fn without_visibility(statement: &str) -> (bool, &str) {
    let Some(rest) = statement.strip_prefix("pub") else { return (false, statement) };
    let rest = rest.strip_prefix('(').and_then(|rest| rest.split_once(')')).map_or(rest, |(_, rest)| rest);
    (true, rest.trim_start())
}

/// Calls with each path of a tree such as `a::{b, c::{self, d as e}}`, and the name that it gets.
fn expand(tree: &str, before: &[String], found: &mut impl FnMut(Vec<String>, String)) {
    let tree = tree.trim();
    if let Some((head, group)) = tree.split_once('{') {
        let head = head.trim().trim_end_matches("::");
        let path: Vec<String> = before.iter().cloned().chain(names(head)).collect();
        for part in parts(group.trim_end().trim_end_matches('}')) {
            expand(part, &path, found);
        }
        return;
    }
    let (path, alias) = tree.split_once(" as ").map_or((tree, None), |(path, alias)| (path, Some(alias.trim())));
    let mut path: Vec<String> = before.iter().cloned().chain(names(path)).collect();
    if path.len() > 1 && path.last().is_some_and(|last| last == "self") {
        path.pop();
    }
    if let Some(last) = path.last().cloned() {
        found(path, alias.map_or(last, ToString::to_string));
    }
}

/// At the commas that are in no braces.
fn parts(group: &str) -> Vec<&str> {
    let (mut depth, mut begin, mut parts) = (0, 0, Vec::new());
    for (at, character) in group.char_indices() {
        match character {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                parts.push(&group[begin..at]);
                begin = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&group[begin..]);
    parts.into_iter().filter(|part| !part.trim().is_empty()).collect()
}

fn names(path: &str) -> impl Iterator<Item = String> + '_ {
    path.split("::").map(|name| name.trim().to_string()).filter(|name| !name.is_empty())
}

/// The paths that a file's code goes: those it brings by `use`, farther where it goes on from them, and those written out.
fn paths(file: &File) -> Vec<Vec<String>> {
    let written = written_paths(&file.code);
    let mut found = Vec::new();
    for Use { name, path, exported } in &file.uses {
        let farther: Vec<_> = written.iter().filter(|written| written[0] == *name && written.len() > 1).collect();
        found.extend(farther.iter().map(|written| path.iter().chain(&written[1..]).cloned().collect::<Vec<_>>()));
        // A re-export that the file itself has no use for is none of its uses.
        let meant = name == "*" || farther.is_empty() && (!exported || mentions(&file.code, name));
        if meant {
            found.push(path.clone());
        }
    }
    let begins = |name: &str| matches!(name, "crate" | "super" | "self") || file.children.contains(name);
    found.extend(written.into_iter().filter(|path| path.len() > 1 && begins(&path[0])));
    found
}

/// Every `a::b::c` of the code.
fn written_paths(code: &str) -> Vec<Vec<String>> {
    let is_part = |c: char| c.is_alphanumeric() || c == '_' || c == ':';
    let words = code.split(|c| !is_part(c)).filter(|word| word.contains("::"));
    words.map(|word| names(word).collect::<Vec<_>>()).filter(|path| !path.is_empty()).collect()
}

fn mentions(code: &str, name: &str) -> bool {
    code.split(|c: char| !(c.is_alphanumeric() || c == '_')).any(|word| word == name)
}

/// The file that has what a path means, seen from a module; none if it is another crate's.
fn place_of(modules: &BTreeMap<Module, File>, from: &Module, path: &[String], depth: usize) -> Option<Module> {
    let mut here = from.clone();
    let mut rest = path;
    match rest.first()?.as_str() {
        "crate" => {
            here.clear();
            rest = &rest[1..];
        }
        "self" => rest = &rest[1..],
        "super" => {
            while rest.first().is_some_and(|name| name == "super") {
                here.pop();
                rest = &rest[1..];
            }
        }
        name if modules[from].children.contains(name) => {}
        _ => return None,
    }
    while let Some(name) = rest.first() {
        let child: Module = here.iter().cloned().chain([name.clone()]).collect();
        if modules.contains_key(&child) {
            here = child;
            rest = &rest[1..];
            continue;
        }
        // Not a file: an item, here or re-exported from where it is.
        let exported = modules.get(&here)?.uses.iter().find(|used| used.name == *name);
        let elsewhere = exported.filter(|_| depth < 8).and_then(|used| {
            let path: Vec<String> = used.path.iter().chain(&rest[1..]).cloned().collect();
            place_of(modules, &here, &path, depth + 1)
        });
        return Some(elsewhere.unwrap_or(here));
    }
    modules.contains_key(&here).then_some(here)
}

/// Rust without its comments, and with nothing in its strings.
pub fn code(source: &str) -> String {
    let characters: Vec<char> = source.chars().collect();
    let at = |i: usize| characters.get(i).copied().unwrap_or('\0');
    let (mut code, mut i) = (String::new(), 0);
    while i < characters.len() {
        match (at(i), at(i + 1)) {
            ('/', '/') => {
                while i < characters.len() && at(i) != '\n' {
                    i += 1;
                }
            }
            ('/', '*') => {
                let mut depth = 0;
                loop {
                    match (at(i), at(i + 1)) {
                        ('/', '*') => (depth, i) = (depth + 1, i + 2),
                        ('*', '/') => (depth, i) = (depth - 1, i + 2),
                        _ => i += 1,
                    }
                    if depth == 0 || i >= characters.len() {
                        break;
                    }
                }
            }
            ('r', '"' | '#') if !at_name(&code) && raw_end(&characters, i).is_some() => {
                code.push_str("\"\"");
                i = raw_end(&characters, i).expect("it was found");
            }
            ('"', _) => {
                i += 1;
                while i < characters.len() && at(i) != '"' {
                    i += if at(i) == '\\' { 2 } else { 1 };
                }
                i += 1;
                code.push_str("\"\"");
            }
            // A character, which may be a quotation mark; else a lifetime.
            ('\'', '\\') => {
                i += 3;
                while i < characters.len() && at(i) != '\'' {
                    i += 1;
                }
                i += 1;
            }
            ('\'', _) if at(i + 2) == '\'' => i += 3,
            (character, _) => {
                code.push(character);
                i += 1;
            }
        }
    }
    code
}

fn at_name(code: &str) -> bool {
    code.ends_with(|c: char| c.is_alphanumeric() || c == '_')
}

/// Past the end of a raw string that begins here.
fn raw_end(characters: &[char], begin: usize) -> Option<usize> {
    let marks = characters[begin + 1..].iter().take_while(|c| **c == '#').count();
    let open = begin + 1 + marks;
    (characters.get(open) == Some(&'"')).then_some(())?;
    let end: Vec<char> = std::iter::once('"').chain(std::iter::repeat_n('#', marks)).collect();
    let inside = &characters[open + 1..];
    let length = inside.windows(end.len()).position(|window| window == end)?;
    Some(open + 1 + length + end.len())
}

/// Code without the modules that are compiled for tests only.
fn without_tests(code: &str) -> String {
    let Some((before, after)) = code.split_once("#[cfg(test)]\nmod ") else { return code.to_string() };
    let mut depth = 0;
    for (at, character) in after.char_indices() {
        match character {
            '{' => depth += 1,
            '}' if depth == 1 => return before.to_string() + &without_tests(&after[at + 1..]),
            '}' => depth -= 1,
            ';' if depth == 0 => return before.to_string() + &without_tests(&after[at + 1..]),
            _ => {}
        }
    }
    before.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What `one.rs` of these files uses.
    fn used_by(one: &str, files: &[(&str, &str)]) -> Vec<String> {
        let files = files.iter().map(|(path, source)| (Path::new("src").join(path), source.to_string())).collect();
        let uses = uses(&files, Path::new("src"));
        uses[&Path::new("src").join(one)]
            .iter()
            .map(|path| path.strip_prefix("src").unwrap().display().to_string())
            .collect()
    }

    #[test]
    fn a_path_is_of_the_file_that_has_the_item() {
        let root = ("lib.rs", "pub mod a;\npub mod b;\npub mod c;\n");
        let b = ("b.rs", "mod deep;\npub use deep::Deep;\npub struct Flat;\n");
        let deep = ("b/deep.rs", "pub struct Deep;\n");
        let c = ("c.rs", "pub fn f() {}\n");
        let of = |source: &str| used_by("a.rs", &[root, ("a.rs", source), b, deep, c]);
        assert_eq!(of("use crate::b::{Deep, Flat};\n"), ["b/deep.rs", "b.rs"]);
        assert_eq!(of("use crate::b::Deep;\n"), ["b/deep.rs"]);
        assert_eq!(of("use crate::{b, c};\nfn g() { b::Deep; c::f() }\n"), ["b/deep.rs", "c.rs"]);
        assert_eq!(of("fn g() { crate::c::f() }\n"), ["c.rs"]);
        assert_eq!(of("use super::c as other;\nfn g() { other::f() }\n"), ["c.rs"]);
        assert_eq!(of("//! Like `crate::b::Flat`.\nfn g() { \"crate::c::f\"; 'x: loop {} }\n"), [""; 0]);
        assert_eq!(
            of("use std::fmt;\nuse burn::b::Flat;\n#[cfg(test)]\nmod tests {\n    use crate::c::f;\n}\n"),
            [""; 0]
        );
    }

    #[test]
    fn a_parent_may_list_its_children_but_using_them_is_a_use() {
        let child = ("a/child.rs", "use super::Parent;\npub struct Child;\n");
        let of = |source: &str| used_by("a.rs", &[("lib.rs", "mod a;\n"), ("a.rs", source), child]);
        assert_eq!(of("mod child;\npub use child::Child;\npub struct Parent;\n"), [""; 0]);
        assert_eq!(of("mod child;\npub use child::Child;\npub struct Parent(Child);\n"), ["a/child.rs"]);
        assert_eq!(of("mod child;\npub struct Parent(child::Child);\n"), ["a/child.rs"]);
        let with_parent = [("lib.rs", "mod a;\n"), ("a.rs", "mod child;\npub struct Parent;\n"), child];
        assert_eq!(used_by("a/child.rs", &with_parent), ["a.rs"]);
    }

    #[test]
    fn strings_and_comments_are_no_code() {
        let source = "a /* b /* c */ d */ e // f\n\"g \\\" h\" r#\"i \" j\"# '\"' 'k l '\\'' m";
        assert_eq!(code(source), "a  e \n\"\" \"\"  'k l  m");
    }
}
