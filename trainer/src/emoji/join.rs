//! Which emoji an icon draws: told by its code points where its set knows them, by its name where not.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use anyhow::Result;
use serde::Deserialize;

use super::packages::{NAMES, Packages, drawings};

/// An emoji as emojibase lists it, in one language.
#[derive(Debug, Clone, Deserialize)]
pub struct Listed {
    /// Its code points, `1F44B-1F3FB`.
    pub hexcode: String,
    /// Its characters.
    pub emoji: String,
    /// Its name.
    pub label: String,
    /// Its keywords.
    #[serde(default)]
    pub tags: Vec<String>,
    /// The number of its group; components of emoji have none.
    pub group: Option<usize>,
    /// The same with skin tones.
    #[serde(default)]
    pub skins: Vec<Listed>,
    /// Its skin tone.
    pub tone: Option<Tone>,
}

/// One skin tone from 1 (light) to 5 (dark), or those of two people.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum Tone {
    /// Of everybody in the picture.
    One(u8),
    /// Of each.
    Each(Vec<u8>),
}

/// An emoji: its place in the list of all, and its skin tone if it has one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Which {
    /// Its number in the list.
    pub listed: usize,
    /// From 1 (light) to 5 (dark).
    pub tone: Option<u8>,
}

/// The emoji of one language, components left out.
///
/// # Errors
/// When the package's file is not of the form expected.
pub fn list(packages: &Packages, locale: &str) -> Result<Vec<Listed>> {
    let mut listed: Vec<Listed> = packages.json(NAMES, &format!("{locale}/data.json"))?;
    listed.retain(|emoji| emoji.group.is_some());
    Ok(listed)
}

/// Code points without the selector that only asks for colour, which sets use as they please.
pub fn plain_code(hexcode: &str) -> String {
    hexcode.to_uppercase().replace("-FE0F", "")
}

/// A name without all that spellings of it differ in.
fn plain_name(name: &str) -> String {
    let name = name.to_lowercase().replace("flag-for-flag-", "flag-").replace("flag-for-", "flag-");
    name.chars().filter(char::is_ascii_alphanumeric).collect()
}

/// All ways to tell an emoji.
#[derive(Debug, Default)]
pub struct Index {
    codes: HashMap<String, Which>,
    /// Names, those of the first source first; a name that a source gives to several tells nothing.
    names: Vec<HashMap<String, BTreeSet<Which>>>,
}

impl Index {
    /// Of the emoji in `english`, and of what the packages call them.
    ///
    /// # Errors
    /// When a package's file is not of the form expected.
    pub fn new(packages: &Packages, english: &[Listed], styles: &[&str]) -> Result<Self> {
        let mut index = Self::of(english);
        let mut drawn = BTreeMap::<String, Vec<String>>::new();
        for style in styles {
            for (code, name) in codes(packages, style)? {
                drawn.entry(code).or_default().push(name);
            }
        }
        let mut sources = vec![drawn];
        for file in packages.entries(NAMES, "en/shortcodes")?.iter().filter(|file| file.ends_with(".json")) {
            let words: BTreeMap<String, OneOrMore> = packages.json(NAMES, &format!("en/shortcodes/{file}"))?;
            sources.push(words.into_iter().map(|(code, words)| (code, words.into())).collect());
        }
        let unicode: BTreeMap<String, String> = packages.json(NAMES, "meta/unicode-names.json")?;
        sources.push(unicode.into_iter().map(|(code, name)| (code, vec![name])).collect());
        for source in sources {
            index.add(source.iter().flat_map(|(code, names)| names.iter().map(move |name| (&**code, &**name))));
        }
        Ok(index)
    }

    /// Of a list alone: its code points and its names.
    fn of(english: &[Listed]) -> Self {
        let mut index = Self::default();
        let mut labels = Vec::new();
        for (listed, emoji) in english.iter().enumerate() {
            index.codes.insert(plain_code(&emoji.hexcode), Which { listed, tone: None });
            labels.push((&*emoji.hexcode, &*emoji.label));
            for skin in &emoji.skins {
                // Two people of two tones would be twenty pictures more of each couple.
                if let Some(Tone::One(tone)) = skin.tone {
                    index.codes.insert(plain_code(&skin.hexcode), Which { listed, tone: Some(tone) });
                    labels.push((&*skin.hexcode, &*skin.label));
                }
            }
        }
        index.add(labels.into_iter());
        index
    }

    /// One more source of names, by code points.
    fn add<'a>(&mut self, names: impl Iterator<Item = (&'a str, &'a str)>) {
        let mut source = HashMap::<String, BTreeSet<Which>>::new();
        for (code, name) in names {
            if let Some(which) = self.codes.get(&plain_code(code)) {
                source.entry(plain_name(name)).or_default().insert(*which);
            }
        }
        source.remove("");
        self.names.push(source);
    }

    /// The emoji with these code points.
    fn by_code(&self, hexcode: &str) -> Option<Which> {
        self.codes.get(&plain_code(hexcode)).copied()
    }

    /// The emoji of a name, and how far down the sources it was found.
    fn by_name(&self, name: &str) -> Option<(usize, Which)> {
        let name = plain_name(name);
        let found = self.names.iter().enumerate().find_map(|(depth, source)| Some((depth, source.get(&name)?)));
        let (depth, meant) = found?;
        (meant.len() == 1).then(|| (depth, *meant.first().expect("there is one")))
    }

    /// The icon of each emoji that a set draws: of several, that which is told best.
    pub fn icons<'a>(
        &self,
        icons: impl Iterator<Item = &'a str>,
        codes: &BTreeMap<String, String>,
    ) -> BTreeMap<Which, &'a str> {
        let mut told = HashMap::<&str, Vec<Which>>::new();
        for (code, name) in codes {
            told.entry(name).or_default().extend(self.by_code(code));
        }
        let mut best = BTreeMap::<Which, (usize, &str)>::new();
        let mut offer = |which, depth, icon| {
            let place = best.entry(which).or_insert((depth, icon));
            *place = (*place).min((depth, icon));
        };
        for icon in icons {
            match told.get(icon).filter(|meant| !meant.is_empty()) {
                Some(meant) => meant.iter().for_each(|which| offer(*which, 0, icon)),
                None => {
                    if let Some((depth, which)) = self.by_name(icon) {
                        offer(which, depth + 1, icon);
                    }
                }
            }
        }
        best.into_iter().map(|(which, (_, icon))| (which, icon)).collect()
    }
}

/// The code points of a set's icons, where it tells them.
///
/// # Errors
/// When the package's file is not of the form expected.
pub fn codes(packages: &Packages, style: &str) -> Result<BTreeMap<String, String>> {
    let package = drawings(style);
    if packages.entries(&package, "")?.iter().any(|file| file == "chars.json") {
        packages.json(&package, "chars.json")
    } else {
        Ok(BTreeMap::new())
    }
}

#[derive(Deserialize)]
#[serde(untagged)]
enum OneOrMore {
    One(String),
    More(Vec<String>),
}

impl From<OneOrMore> for Vec<String> {
    fn from(words: OneOrMore) -> Self {
        match words {
            OneOrMore::One(word) => vec![word],
            OneOrMore::More(words) => words,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn english() -> Vec<Listed> {
        serde_json::from_str(
            r#"[
            {"hexcode": "1F44B", "emoji": "👋", "label": "waving hand", "tags": ["hi"], "group": 1, "subgroup": 16,
             "skins": [{"hexcode": "1F44B-1F3FF", "emoji": "👋🏿", "label": "waving hand: dark skin tone", "tone": 5}]},
            {"hexcode": "2764-FE0F", "emoji": "❤️", "label": "red heart", "group": 0, "subgroup": 14},
            {"hexcode": "1F1EB-1F1F7", "emoji": "🇫🇷", "label": "flag: France", "group": 9, "subgroup": 98},
            {"hexcode": "1F46B", "emoji": "👫", "label": "woman and man holding hands", "group": 1, "subgroup": 30,
             "skins": [{"hexcode": "X", "emoji": "👫", "label": "woman and man: light, dark", "tone": [1, 5]}]}
            ]"#,
        )
        .unwrap()
    }

    #[test]
    fn icons_are_told_by_code_points_first_and_by_name_where_there_are_none() {
        let index = Index::of(&english());
        let codes = BTreeMap::from([("2764".to_string(), "heavy-black-heart".to_string())]);
        let names =
            ["heavy-black-heart", "red-heart", "wavinghand", "waving-hand-dark-skin-tone", "flag-for-france", "x"];
        let icons = index.icons(names.into_iter(), &codes);
        let expected = [
            (Which { listed: 0, tone: None }, "wavinghand"),
            (Which { listed: 0, tone: Some(5) }, "waving-hand-dark-skin-tone"),
            (Which { listed: 1, tone: None }, "heavy-black-heart"),
            (Which { listed: 2, tone: None }, "flag-for-france"),
        ];
        assert_eq!(icons, BTreeMap::from(expected));
    }

    #[test]
    fn a_name_of_two_emoji_tells_neither() {
        let mut index = Index::of(&english());
        index.add([("1F44B", "hand"), ("1F46B", "hand"), ("2764", "love")].into_iter());
        assert_eq!(index.by_name("hand"), None);
        assert_eq!(index.by_name("love"), Some((1, Which { listed: 1, tone: None })));
    }
}
