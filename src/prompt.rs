//! Sentences as numbers: whatever is typed, in any script, becomes the buckets that its words and parts of words
//! are hashed to (Weinberger et al., arXiv 0902.2206; parts of words as in Bojanowski et al., arXiv 1607.04606).
//!
//! Nothing is out of vocabulary, so nothing fails: a misspelt word shares most of its parts with the right one.

use unicode_normalization::UnicodeNormalization;

/// Buckets looked at in a sentence; what is beyond them is not read.
pub const LENGTH: usize = 192;

/// Characters looked at, so that a very long text costs no more than a long one.
const CHARACTERS: usize = 1024;

/// Parts of a word are of so many characters.
const PARTS: [usize; 2] = [3, 4];

/// Where characters are syllables or words, parts are of so many: three are what many words of kana and Hangul have.
const DENSE_PARTS: [usize; 3] = [1, 2, 3];

/// The buckets of a sentence, from 1 to `buckets` - 1, followed by zeros: [`LENGTH`] in all.
///
/// The same on every machine: a model has learned what each bucket means.
pub fn numbers(sentence: &str, buckets: usize) -> Vec<i32> {
    let bucket = |feature: &str| 1 + (hash(feature) % (buckets as u64 - 1)) as i32;
    let mut numbers: Vec<i32> = features(sentence).iter().take(LENGTH).map(|feature| bucket(feature)).collect();
    numbers.resize(LENGTH, 0);
    numbers
}

/// Words and parts of words, in the order in which they are read.
fn features(sentence: &str) -> Vec<String> {
    let text: Vec<char> = plain(sentence);
    let mut features = Vec::new();
    let mut rest = &text[..];
    while let Some(start) = rest.iter().position(|c| Kind::of(*c) != Kind::Space) {
        rest = &rest[start..];
        let kind = Kind::of(rest[0]);
        let end = rest.iter().position(|c| Kind::of(*c) != kind).unwrap_or(rest.len());
        let (word, after) = rest.split_at(end);
        rest = after;
        if kind == Kind::Dense {
            parts(word, &DENSE_PARTS, &mut features);
        } else {
            features.push(word.iter().collect());
            // Its ends are marked, so that "cat" in "cat" is not the one in "location".
            let marked: Vec<char> = [&['<'], word, &['>']].concat();
            parts(&marked, &PARTS, &mut features);
        }
    }
    features
}

/// Runs of so many characters.
fn parts(word: &[char], lengths: &[usize], features: &mut Vec<String>) {
    for start in 0..word.len() {
        for length in lengths {
            if let Some(part) = word.get(start..start + length) {
                features.push(part.iter().collect());
            }
        }
    }
}

/// Small letters without accents, in the compatible form.
fn plain(sentence: &str) -> Vec<char> {
    let accent = |c: &char| ('\u{300}'..='\u{36f}').contains(c);
    sentence.chars().take(CHARACTERS).nfkd().filter(|c| !accent(c)).nfc().flat_map(char::to_lowercase).collect()
}

/// What a character does to words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// It ends one.
    Space,
    /// It is part of one.
    Letter,
    /// It is one, or nearly: ideographs, syllables, emoji; and Thai, which is written without spaces.
    Dense,
}

impl Kind {
    fn of(c: char) -> Self {
        match c as u32 {
            // ASCII but letters and digits, and Latin-1's signs but ª, µ and º.
            0..=0x2f | 0x3a..=0x60 | 0x7b..=0xa9 | 0xab..=0xb4 | 0xb6..=0xb9 | 0xbb..=0xbf => Self::Space,
            // Punctuation, variation selectors, marks of order, private use.
            0x2000..=0x206f | 0x3000..=0x3004 | 0x3008..=0x301f | 0x30fb | 0xfe00..=0xfe0f | 0xfeff => Self::Space,
            0x964..=0x965 | 0xe000..=0xf8ff | 0xfff0..=0xffff | 0xe0000.. => Self::Space,
            // Thai; arrows and other symbols; kana and ideographs; Hangul; emoji and rarer ideographs.
            0xe00..=0xe7f
            | 0x2190..=0x2bff
            | 0x2e80..=0x9fff
            | 0xac00..=0xd7af
            | 0xf900..=0xfaff
            | 0x1f000..=0x3ffff => Self::Dense,
            _ => Self::Letter,
        }
    }
}

/// FNV-1a of 64 bits, of the bytes in UTF-8, its upper half folded in.
fn hash(feature: &str) -> u64 {
    let hash = feature
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    hash ^ (hash >> 32)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn words_give_themselves_and_their_parts() {
        assert_eq!(features("Cat!"), ["cat", "<ca", "<cat", "cat", "cat>", "at>"]);
        assert_eq!(features("a"), ["a", "<a>"]);
        assert_eq!(features("狗 狗。"), ["狗", "狗"]);
        assert_eq!(features("西装"), ["西", "西装", "装"]);
        assert_eq!(features("ハート"), ["ハ", "ハー", "ハート", "ー", "ート", "ト"]);
        assert_eq!(features("👋🏿"), ["👋", "👋🏿", "🏿"]);
        assert_eq!(features("ok猫"), ["ok", "<ok", "<ok>", "ok>", "猫"]);
    }

    #[test]
    fn spellings_of_the_same_are_the_same() {
        assert_eq!(features("CAFÉ"), features("cafe"));
        assert_eq!(features("ﾊｰﾄ"), features("ハート"));
        assert_eq!(features("❤\u{fe0f}"), features("❤"));
        assert_eq!(features("हिन्दी").first().unwrap(), "हिन्दी");
    }

    #[test]
    fn a_sentence_without_words_is_no_sentence() {
        for nothing in ["", "  \t\n", "?!… — ()", "\u{0}\u{1b}\u{7f}\u{200b}\u{200d}"] {
            assert_eq!(numbers(nothing, 1000), vec![0; LENGTH], "{nothing:?}");
        }
    }

    /// A model knows its buckets by these numbers.
    #[test]
    fn the_buckets_of_a_sentence_never_change() {
        let numbers = numbers("blue cat 猫", 16384);
        assert_eq!(numbers[..4], [11975, 9203, 10279, 5336]);
    }

    proptest! {
        #[test]
        fn anything_typed_gives_numbers(sentence in "\\PC*", buckets in 2_usize..100_000) {
            let numbers = numbers(&sentence, buckets);
            prop_assert_eq!(numbers.len(), LENGTH);
            prop_assert!(numbers.iter().all(|number| (0..buckets as i32).contains(number)));
            let end = numbers.iter().position(|number| *number == 0).unwrap_or(LENGTH);
            prop_assert!(numbers[end..].iter().all(|number| *number == 0));
        }

        #[test]
        fn length_is_bounded_however_long_a_text_is(times in 1_usize..3000) {
            prop_assert_eq!(numbers(&"pizza with heart eyes ".repeat(times), 99).len(), LENGTH);
        }
    }
}
