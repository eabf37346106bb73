//! An address for each family: a folder of dist/ with a small page that has the family's own title and preview.
//!
//! What stands after the `#` of a link never reaches a server, so whoever previews a link knows it by its path alone. The small page
//! leads on to the page itself, and keeps whatever the link asks for.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use xshell::Shell;

use crate::models;

/// Where previews are kept, and what the folder with them is called in dist/.
pub const KEPT: &str = "docs/previews";
const PREVIEWS: &str = "previews";
/// That of the page as a whole, and of a family that has none yet.
const USUAL: &str = "pushforward.png";

/// The script that leads on from a family's address.
const LEAD: &str = "www/lead.js";

/// Where the page says in half a sentence how each family makes the map, and after what.
const WORDS: &str = "www/words/en.js";
const PLAIN: &str = "    plain: {\n";

/// What the page has in place of what is only known of one that is built.
const FAMILIES: &str = "    <!-- `cargo xtask build` says here which families have addresses of their own, and its own if that is known. -->\n";
/// What of the page the small ones have, too.
const POLICY: &str = "<meta http-equiv=\"Content-Security-Policy\"";

/// What is said of a picture that stands for a page elsewhere.
const LARGE: &str = "    <meta property=\"og:image:width\" content=\"1200\">\n    <meta property=\"og:image:height\" content=\"630\">\n    \
     <meta name=\"twitter:card\" content=\"summary_large_image\">\n";

/// An address of a site, as `--address` has it: a slash at its end, so that others are below it.
pub fn site(text: &str) -> Result<String, String> {
    let whole =
        ["https://", "http://"].iter().any(|scheme| text.strip_prefix(scheme).is_some_and(|rest| !rest.is_empty()));
    if !whole || text.contains(['"', '<', '>', '#', '?', ' ']) {
        return Err(format!("expected the address of a site, such as https://example.org/pushforward/, got {text}"));
    }
    Ok(format!("{}/", text.trim_end_matches('/')))
}

/// The page, which says what addresses there are: that of the site, if it is known, and those below it.
pub fn named(sh: &Shell, page: &str, site: Option<&str>) -> Result<String> {
    ensure!(page.contains(FAMILIES), "the page has no `{}` to fill in", FAMILIES.trim());
    let mut known = format!("    <meta name=\"families\" content=\"{}\">\n", models::shipped(sh)?.join(" "));
    if let Some(site) = site {
        known += &canonical(site);
    }
    let relative = format!("content=\"{PREVIEWS}/");
    ensure!(page.contains(&relative), "the page names no picture in {PREVIEWS}/");
    Ok(page.replace(FAMILIES, &known).replace(&relative, &format!("content=\"{}{PREVIEWS}/", site.unwrap_or_default())))
}

/// The page of each family's address, by its path in dist/. `page` is that which they lead to, and `version` the folder of its parts.
pub fn pages(sh: &Shell, page: &str, version: &str, site: Option<&str>) -> Result<BTreeMap<String, String>> {
    let policy = page.lines().find(|line| line.contains(POLICY)).context("the page has no content security policy")?;
    let words = sh.read_file(WORDS)?;
    let mut pages = BTreeMap::new();
    for id in models::shipped(sh)? {
        let card = models::json(sh, &Path::new("models").join(&id).join("card.json"))?;
        let text = |key: &str| card[key].as_str().with_context(|| format!("the card of {id} has no {key}"));
        let (name, half) = (text("name")?, half_sentence(&words, text("family")?)?);
        let own = format!("{id}.png");
        let shown = sh.path_exists(Path::new(KEPT).join(&own));
        let image = format!("{}{PREVIEWS}/{}", site.unwrap_or("../"), if shown { &own } else { USUAL });
        let known = site.map(|site| canonical(&format!("{site}{id}/"))).unwrap_or_default();
        let (title, said) = (
            escaped(&format!("Pushforward: {name}")),
            escaped(&format!("{name}: {half}. Drag a Gaussian point and its picture follows, live in your browser.")),
        );
        let to = format!("../#model={id}");
        let mut html = String::from("<!doctype html>\n<html lang=\"en\">\n  <head>\n    <meta charset=\"utf-8\">\n");
        writeln!(html, "{policy}\n    <title>{title}</title>")?;
        writeln!(html, "    <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">")?;
        writeln!(html, "    <meta name=\"color-scheme\" content=\"light dark\">")?;
        writeln!(html, "    <meta name=\"description\" content=\"{said}\">")?;
        writeln!(html, "    <meta property=\"og:type\" content=\"website\">")?;
        writeln!(html, "    <meta property=\"og:title\" content=\"{title}\">")?;
        writeln!(html, "    <meta property=\"og:description\" content=\"{said}\">")?;
        writeln!(html, "    <meta property=\"og:image\" content=\"{image}\">")?;
        if shown {
            writeln!(html, "    <meta property=\"og:image:alt\" content=\"{}\">", escaped(&alternative(&card)))?;
        }
        html += LARGE;
        html += &known;
        writeln!(html, "    <link rel=\"icon\" href=\"../{version}/www/icon.svg\" type=\"image/svg+xml\">")?;
        writeln!(html, "    <script src=\"../{version}/{LEAD}\" data-model=\"{id}\"></script>")?;
        writeln!(html, "    <noscript><meta http-equiv=\"refresh\" content=\"0; url={to}\"></noscript>")?;
        writeln!(html, "  </head>\n  <body>\n    <p><a href=\"{to}\">{title}</a></p>\n  </body>\n</html>")?;
        pages.insert(format!("{id}/index.html"), html);
    }
    Ok(pages)
}

/// Copies the previews.
pub fn copy(sh: &Shell, dist: &Path) -> Result<()> {
    let to = dist.join(PREVIEWS);
    sh.create_dir(&to)?;
    for preview in sh.read_dir(KEPT)? {
        sh.copy_file(preview, &to)?;
    }
    Ok(())
}

fn canonical(address: &str) -> String {
    format!("    <link rel=\"canonical\" href=\"{address}\">\n    <meta property=\"og:url\" content=\"{address}\">\n")
}

/// What the preview of a family shows, for those who do not see it.
fn alternative(card: &Value) -> String {
    let what = if card["dataset"]["name"] == "Fashion-MNIST" { "clothes" } else { "emoji" };
    format!("Samples of {what}, drawn by: {}", card["name"].as_str().unwrap_or_default())
}

/// How a family makes the map, as its tab says it.
fn half_sentence<'a>(words: &'a str, family: &str) -> Result<&'a str> {
    let known = words.split_once(PLAIN).and_then(|(_, rest)| rest.split_once("\n    },")).map(|(table, _)| table);
    let mut lines = known.with_context(|| format!("{WORDS} has no table of the families"))?.lines();
    let said = lines.find_map(|line| {
        let (key, said) = line.trim().split_once(": '")?;
        (key.trim_matches('\'') == family).then_some(said)?.strip_suffix("',")
    });
    said.with_context(|| format!("{WORDS} does not say how {family} makes the map"))
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// This repository.
    fn here() -> Shell {
        let sh = Shell::new().unwrap();
        sh.change_dir(Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap());
        sh
    }

    const PAGE: &str = include_str!("../../index.html");

    #[test]
    fn every_family_has_a_page_of_its_own_title_picture_and_policy() {
        let sh = here();
        let pages = pages(&sh, PAGE, "0f", None).unwrap();
        assert_eq!(pages.len(), models::shipped(&sh).unwrap().len());
        let page = &pages["diffusion-fashion/index.html"];
        for part in [
            "<title>Pushforward: Diffusion</title>",
            "\"og:description\" content=\"Diffusion: noise removed step by step. ",
            "\"og:image\" content=\"../previews/diffusion-fashion.png\"",
            "<script src=\"../0f/www/lead.js\" data-model=\"diffusion-fashion\"></script>",
            "content=\"0; url=../#model=diffusion-fashion\"",
            "<a href=\"../#model=diffusion-fashion\">",
            "script-src 'self' 'wasm-unsafe-eval'",
        ] {
            assert!(page.contains(part), "expected {part} in:\n{page}");
        }
        assert!(!page.contains("canonical"), "{page}");
        let titles: std::collections::BTreeSet<_> =
            pages.values().map(|page| page.split("title>").nth(1).unwrap()).collect();
        assert_eq!(titles.len(), pages.len());
    }

    #[test]
    fn where_the_address_is_known_pictures_have_whole_ones() {
        let (sh, site) = (here(), site("https://example.org/p").unwrap());
        let page = &pages(&sh, PAGE, "0f", Some(&site)).unwrap()["emoji/index.html"];
        assert!(page.contains("\"og:image\" content=\"https://example.org/p/previews/emoji.png\""), "{page}");
        assert!(page.contains("rel=\"canonical\" href=\"https://example.org/p/emoji/\""), "{page}");
        let whole = named(&sh, PAGE, Some(&site)).unwrap();
        assert!(whole.contains("\"og:image\" content=\"https://example.org/p/previews/pushforward.png\""), "{whole}");
        assert!(whole.contains("\"og:url\" content=\"https://example.org/p/\""), "{whole}");
        let relative = named(&sh, PAGE, None).unwrap();
        assert!(relative.contains("\"og:image\" content=\"previews/pushforward.png\""), "{relative}");
        assert!(relative.contains("<meta name=\"families\" content=\"autoregressive-fashion "), "{relative}");
        assert!(!relative.contains("canonical"), "{relative}");
    }

    #[test]
    fn every_preview_is_of_the_size_that_is_said_and_light() {
        let sh = here();
        let ids = models::shipped(&sh).unwrap().into_iter().map(|id| format!("{id}.png"));
        for name in ids.chain([USUAL.to_string()]) {
            let bytes = sh.read_binary_file(Path::new(KEPT).join(&name)).unwrap();
            // The header chunk comes first: width and height, four bytes each.
            assert_eq!(bytes[16..24], [0, 0, 4, 176, 0, 0, 2, 118], "{name} is not 1200 x 630");
            assert!(bytes.len() <= 120_000, "{name} has {} bytes", bytes.len());
        }
    }

    #[test]
    fn an_address_is_whole() {
        assert_eq!(site("https://example.org").unwrap(), "https://example.org/");
        assert_eq!(site("http://localhost:8080/p/").unwrap(), "http://localhost:8080/p/");
        for wrong in ["example.org", "https://", "https://a.org/\"x", "https://a.org/#x", "ftp://a.org"] {
            assert!(site(wrong).unwrap_err().ends_with(wrong));
        }
    }

    #[test]
    fn text_cannot_leave_its_attribute() {
        assert_eq!(escaped("a \"b\" <c> & d"), "a &quot;b&quot; &lt;c> &amp; d");
    }
}
