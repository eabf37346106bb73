//! A set of coordinates of a latent as text: a bitmap in base64url.

use std::fmt::{Display, Formatter, Result};

/// Six coordinates a character (RFC 4648, section 5, without padding).
const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const BITS: usize = 6;

/// Which coordinates of a latent are meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mask(pub Vec<bool>);

impl Mask {
    /// The mask of a latent of `dimension` coordinates; `None` if the text is not one of that size.
    pub fn parse(text: &str, dimension: usize) -> Option<Self> {
        if text.len() != dimension.div_ceil(BITS) {
            return None;
        }
        let mut bits = Vec::with_capacity(text.len() * BITS);
        for character in text.bytes() {
            let six = ALPHABET.iter().position(|known| *known == character)?;
            bits.extend((0..BITS).rev().map(|bit| six >> bit & 1 == 1));
        }
        let beyond = bits.split_off(dimension);
        (!beyond.contains(&true)).then_some(Self(bits))
    }

    /// Whether no coordinate is meant.
    pub fn is_empty(&self) -> bool {
        !self.0.contains(&true)
    }
}

impl Display for Mask {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        self.0.chunks(BITS).try_for_each(|six| {
            let value =
                six.iter().rev().zip((BITS - six.len())..).fold(0, |value, (bit, at)| value | usize::from(*bit) << at);
            write!(f, "{}", ALPHABET[value] as char)
        })
    }
}
