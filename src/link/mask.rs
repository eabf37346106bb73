//! A set of coordinates of a latent as text: a bitmap in base64url.

use std::fmt::{Display, Formatter, Result};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// Coordinates in a byte of the bitmap, the first in its highest bit.
const BITS: usize = 8;

/// Which coordinates of a latent are meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mask(pub Vec<bool>);

impl Mask {
    /// The mask of a latent of `dimension` coordinates; `None` if the text is not one of that size.
    pub fn parse(text: &str, dimension: usize) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok().filter(|bytes| bytes.len() == dimension.div_ceil(BITS))?;
        let mut bits: Vec<bool> =
            bytes.iter().flat_map(|byte| (0..BITS).rev().map(move |bit| byte >> bit & 1 == 1)).collect();
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
        let byte =
            |bits: &[bool]| bits.iter().enumerate().fold(0, |byte, (i, bit)| byte | u8::from(*bit) << (BITS - 1 - i));
        let bytes: Vec<u8> = self.0.chunks(BITS).map(byte).collect();
        f.write_str(&URL_SAFE_NO_PAD.encode(bytes))
    }
}
