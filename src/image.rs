//! Pictures at the border between tensors and screens.
//!
//! Inside, a picture is a tensor `[batch, channels, height, width]` with values in [-1, 1]; outside
//! it is bytes, 0 to 255, row by row.

use burn::tensor::{Device, Tensor, TensorData};
use serde_json::json;
use thiserror::Error;

use crate::cards::ImageShape;
use crate::error::{ErrorKind, PushforwardError};

/// A picture that does not fit where it should go.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ImageError {
    /// The number of bytes does not follow from the size.
    #[error("a {width} x {height} RGBA picture has {expected} bytes, got {got}")]
    Length {
        /// Pixels in a row.
        width: usize,
        /// Rows.
        height: usize,
        /// 4 x width x height.
        expected: usize,
        /// What came.
        got: usize,
    },
    /// The model draws pictures of another size.
    #[error("expected a picture of {0} x {1} pixels, got {2} x {3}")]
    Size(usize, usize, usize, usize),
}

impl From<ImageError> for PushforwardError {
    fn from(error: ImageError) -> Self {
        let (code, details) = match &error {
            ImageError::Length { width, height, expected, got } => {
                ("image-length", json!({ "width": width, "height": height, "expected": expected, "got": got }))
            }
            ImageError::Size(width, height, got_width, got_height) => {
                ("image-size", json!({ "expected": [width, height], "got": [got_width, got_height] }))
            }
        };
        Self::new(ErrorKind::Request, code, details, error)
    }
}

/// The level in [-1, 1] of a byte.
pub fn to_level(byte: u8) -> f32 {
    f32::from(byte) / 127.5 - 1.0
}

/// The byte nearest to a level; levels outside [-1, 1] are clipped.
pub fn to_byte(level: f32) -> u8 {
    // A float-to-integer cast saturates, so what lies outside [-1, 1] needs no clamp of its own.
    ((level + 1.0) * 127.5).round() as u8
}

/// Channel-last RGBA bytes of channel-first levels; one channel is grey, three are red, green, blue.
pub fn to_rgba(levels: &[f32], channels: usize) -> Vec<u8> {
    let pixels = levels.len() / channels;
    let level = |channel: usize, pixel: usize| to_byte(levels[channel.min(channels - 1) * pixels + pixel]);
    (0..pixels).flat_map(|p| [level(0, p), level(1, p), level(2, p), 255]).collect()
}

/// A picture tensor `[1, channels, height, width]` from RGBA bytes of a `size` (width, height): grey, with transparency
/// laid over black, or in colour, with transparency laid over white, as the pictures are that are learned.
///
/// # Errors
/// When the picture is not of the `expected` size or its bytes are not that many.
pub fn from_rgba(
    rgba: &[u8],
    size: (usize, usize),
    expected: ImageShape,
    device: &Device,
) -> Result<Tensor<4>, ImageError> {
    let (width, height) = size;
    if size != (expected.width, expected.height) {
        return Err(ImageError::Size(expected.width, expected.height, width, height));
    }
    if rgba.len() != 4 * width * height {
        return Err(ImageError::Length { width, height, expected: 4 * width * height, got: rgba.len() });
    }
    let opaque = |p: &[u8]| f32::from(p[3]) / 255.0;
    // ITU-R BT.601 luma.
    let luma = |p: &[u8]| (0.299 * f32::from(p[0]) + 0.587 * f32::from(p[1]) + 0.114 * f32::from(p[2])) * opaque(p);
    let colour = |p: &[u8], channel: usize| 255.0 + (f32::from(p[channel]) - 255.0) * opaque(p);
    let byte = |p: &[u8], channel| if expected.channels == 1 { luma(p) } else { colour(p, channel) };
    let levels: Vec<f32> = (0..expected.channels)
        .flat_map(|channel| rgba.chunks_exact(4).map(move |p| byte(p, channel) / 127.5 - 1.0))
        .collect();
    Ok(Tensor::from_data(TensorData::new(levels, [1, expected.channels, height, width]), device))
}
