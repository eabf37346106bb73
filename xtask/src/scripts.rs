//! The page's scripts as they are served: without the comments, which are for whoever works on them.

use anyhow::{Result, ensure};
use oxc_allocator::Allocator;
use oxc_codegen::{Codegen, CodegenOptions, CommentOptions};
use oxc_parser::Parser;
use oxc_span::SourceType;

/// A module (or script) without its comments; its lines stay lines, so that who looks for a fault in the page can read it.
pub fn bare(name: &str, source: &str) -> Result<String> {
    let allocator = Allocator::default();
    let parsed = Parser::new(&allocator, source, SourceType::mjs()).parse();
    ensure!(parsed.diagnostics.is_empty(), "{name} is no JavaScript: {:?}", parsed.diagnostics);
    let options =
        CodegenOptions { single_quote: true, comments: CommentOptions::disabled(), ..CodegenOptions::default() };
    Ok(Codegen::new().with_options(options).build(&parsed.program).code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_go_and_what_looks_like_one_stays() {
        let source = "// What it is.\nimport { a } from './a.js';\n/** A docstring. */\nexport const b = `${a}//${'/* no */'}`; // why\n";
        let bare = bare("b.js", source).unwrap();
        assert_eq!(bare, "import { a } from './a.js';\nexport const b = `${a}//${'/* no */'}`;\n");
    }

    #[test]
    fn what_cannot_be_read_is_an_error() {
        let error = bare("c.js", "export const = 1;").unwrap_err().to_string();
        assert!(error.starts_with("c.js is no JavaScript: "), "{error}");
    }
}
