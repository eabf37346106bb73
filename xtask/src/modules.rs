//! Which modules a JavaScript module reaches: what it imports, or names with `new URL`, by a relative path.
//!
//! Types in comments (`@import`, `import('...')`) are none of it: they are gone before the page runs.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Component, Path, PathBuf},
};

use anyhow::Result;
use xshell::Shell;

/// The module `entry` of the site and every module reached from it.
pub fn reached(sh: &Shell, site: &Path, entry: &str) -> Result<BTreeSet<PathBuf>> {
    let (mut found, mut open) = (BTreeSet::new(), vec![PathBuf::from(entry)]);
    while let Some(module) = open.pop() {
        if found.contains(&module) {
            continue;
        }
        let source = sh.read_file(site.join(&module))?;
        open.extend(named(&module, &source));
        found.insert(module);
    }
    Ok(found)
}

/// The modules that a module of the site cannot begin without, itself the last of them: those that it imports, in the order in which they
/// are evaluated.
pub fn needed(site: &BTreeMap<String, Vec<u8>>, entry: &str) -> Vec<String> {
    fn visit(site: &BTreeMap<String, Vec<u8>>, module: String, seen: &mut BTreeSet<String>, found: &mut Vec<String>) {
        let Some(source) = site.get(&module).filter(|_| seen.insert(module.clone())) else { return };
        let folder = Path::new(&module).parent().expect("a module lies in a folder");
        for reference in references(&String::from_utf8_lossy(source), &["from", "import"]) {
            visit(site, resolve(folder, &reference).to_string_lossy().into_owned(), seen, found);
        }
        found.push(module);
    }
    let mut found = Vec::new();
    visit(site, entry.to_string(), &mut BTreeSet::new(), &mut found);
    found
}

/// The modules that a module names.
pub fn named(module: &Path, source: &str) -> Vec<PathBuf> {
    let folder = module.parent().expect("a module lies in a folder");
    references(source, &["from", "import", "import(", "URL("])
        .iter()
        .map(|reference| resolve(folder, reference))
        .collect()
}

/// The relative paths of modules that a module names after one of some words.
fn references(source: &str, words: &[&str]) -> Vec<String> {
    let tokens = tokens(source);
    let named = tokens.windows(2).filter_map(|pair| match pair {
        [Token::Code(before), Token::Text(text)] => {
            let word = words.iter().any(|word| before.trim_end().ends_with(word));
            (word && text.starts_with('.') && text.ends_with(".js")).then(|| text.clone())
        }
        _ => None,
    });
    named.collect()
}

/// JavaScript without its comments: what stands in quotation marks, and what stands between.
#[derive(Debug, PartialEq)]
enum Token {
    Code(String),
    Text(String),
}

/// What the rest of the source is, at a place.
enum Mode {
    Code,
    Line,
    Block,
    Text(char),
    Regex { class: bool },
}

/// Splits a module, as far as its imports need it: of a template with code in it, that code is text, too.
fn tokens(source: &str) -> Vec<Token> {
    let (mut tokens, mut current, mut mode) = (Vec::new(), String::new(), Mode::Code);
    let mut characters = source.chars().peekable();
    while let Some(character) = characters.next() {
        let next = characters.peek().copied();
        match mode {
            Mode::Code => match (character, next) {
                ('/', Some('/')) => mode = Mode::Line,
                ('/', Some('*')) => {
                    characters.next();
                    mode = Mode::Block;
                }
                ('/', _) if begins_regex(&current) => {
                    current.push('/');
                    mode = Mode::Regex { class: false };
                }
                ('"' | '\'' | '`', _) => {
                    tokens.push(Token::Code(std::mem::take(&mut current)));
                    mode = Mode::Text(character);
                }
                _ => current.push(character),
            },
            Mode::Line if character == '\n' => {
                current.push('\n');
                mode = Mode::Code;
            }
            Mode::Block if (character, next) == ('*', Some('/')) => {
                characters.next();
                current.push(' ');
                mode = Mode::Code;
            }
            Mode::Line | Mode::Block => {}
            Mode::Text(mark) if character == mark => {
                tokens.push(Token::Text(std::mem::take(&mut current)));
                mode = Mode::Code;
            }
            Mode::Text(_) | Mode::Regex { .. } if character == '\\' => {
                current.extend([Some('\\'), characters.next()].into_iter().flatten())
            }
            Mode::Text(_) => current.push(character),
            Mode::Regex { class } => {
                current.push(character);
                mode = match character {
                    '/' if !class => Mode::Code,
                    '[' => Mode::Regex { class: true },
                    ']' => Mode::Regex { class: false },
                    _ => Mode::Regex { class },
                };
            }
        }
    }
    tokens.push(Token::Code(current));
    tokens
}

/// Whether a slash after this code begins a regular expression rather than divides.
fn begins_regex(before: &str) -> bool {
    let before = before.trim_end();
    let word = ["return", "typeof", "case", "of", "in", "await", "yield"].iter().any(|word| before.ends_with(word));
    word || before.ends_with(['(', ',', '=', ':', '[', '!', '&', '|', '?', '{', '}', ';', '+', '>', '<'])
        || before.is_empty()
}

/// `folder/reference` without its `.` and `..`.
fn resolve(folder: &Path, reference: &str) -> PathBuf {
    folder.join(reference).components().fold(PathBuf::new(), |mut path, part| {
        match part {
            Component::ParentDir => {
                path.pop();
            }
            Component::CurDir => {}
            part => path.push(part),
        }
        path
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_what_a_module_names() {
        let source = r#"
            import init, { Engine } from "../pushforward.js";
            import './style.js'; // it's a comment
            const { link } = await import("./link.js");
            const worker = new Worker(new URL('./worker.js', import.meta.url), { type: "module" });
            const imports = { "./namespace.js": init };
            import library from "library";
        "#;
        let expected = ["../pushforward.js", "./style.js", "./link.js", "./worker.js"];
        assert_eq!(references(source, &["from", "import", "import(", "URL("]), expected);
        assert_eq!(references(source, &["from", "import"]), expected[..2]);
    }

    #[test]
    fn types_in_comments_are_no_imports() {
        let source = r#"
            /** @import { State } from './state.js' */
            /**
             * @typedef {typeof import('./types.js')} Types
             * @param {import("./words.js").Words} words
             */
            // import './old.js';
            export const quotes = /["'`]/, half = 1 / 2, address = 'http://example.org/'; import './after.js';
            const text = `a // line`; import './last.js';
            const escaped = 'it\'s'; import './escaped.js';
        "#;
        assert_eq!(references(source, &["import"]), ["./after.js", "./last.js", "./escaped.js"]);
    }

    #[test]
    fn a_module_needs_what_it_imports_before_itself_and_each_once() {
        let site = [
            ("www/main.js", "import './a.js'; import { b } from './b.js'; import('./late.js');"),
            ("www/a.js", "import './b.js';"),
            ("www/b.js", "import './a.js';"),
            ("www/late.js", ""),
        ];
        let site = site.map(|(file, source)| (file.to_string(), source.as_bytes().to_vec())).into();
        assert_eq!(needed(&site, "www/main.js"), ["www/b.js", "www/a.js", "www/main.js"]);
    }

    #[test]
    fn resolves_against_the_folder() {
        assert_eq!(resolve(Path::new("www"), "../pushforward.js"), Path::new("pushforward.js"));
        assert_eq!(resolve(Path::new("www/views"), "./plane.js"), Path::new("www/views/plane.js"));
    }
}
