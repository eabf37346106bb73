//! Draws an icon: SVG on white, a square of RGB bytes.

use anyhow::{Context, Result, ensure};
use resvg::tiny_skia::{Color, Pixmap, Transform};
use resvg::usvg::{Options, Tree};

/// How far from white a byte must be for a picture not to be blank.
const VISIBLE: u8 = 8;

/// The frame of an icon in its own units.
#[derive(Debug, Clone, Copy)]
pub struct Frame {
    /// Units in a row.
    pub width: f32,
    /// Units in a column.
    pub height: f32,
}

/// Draws the inside of an SVG into `side` x `side` pixels `[side, side, 3]`, as large as fits, centred.
///
/// # Errors
/// When it is no SVG, or nothing of it shows.
pub fn render(body: &str, frame: Frame, side: usize) -> Result<Vec<u8>> {
    let Frame { width, height } = frame;
    let svg = format!(
        r#"<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="{width}" height="{height}" viewBox="0 0 {width} {height}">{body}</svg>"#
    );
    let tree = Tree::from_str(&svg, &Options::default()).context("it is no SVG")?;
    let mut pixels = Pixmap::new(side as u32, side as u32).context("expected at least one pixel")?;
    pixels.fill(Color::WHITE);
    let scale = side as f32 / width.max(height);
    let shift = |length: f32| (side as f32 - scale * length) / 2.0;
    resvg::render(
        &tree,
        Transform::from_scale(scale, scale).post_translate(shift(width), shift(height)),
        &mut pixels.as_mut(),
    );
    let rgb: Vec<u8> = pixels.data().chunks_exact(4).flat_map(|pixel| [pixel[0], pixel[1], pixel[2]]).collect();
    ensure!(rgb.iter().any(|byte| *byte < 255 - VISIBLE), "it is blank");
    Ok(rgb)
}

/// Halves the side of a picture `[side, side, 3]`: each pixel is the mean of four.
pub fn halve(picture: &[u8], side: usize) -> Vec<u8> {
    let at = |row: usize, column: usize, channel: usize| u32::from(picture[(row * side + column) * 3 + channel]);
    let mut halved = Vec::with_capacity(picture.len() / 4);
    for row in (0..side).step_by(2) {
        for column in (0..side).step_by(2) {
            for channel in 0..3 {
                let sum = at(row, column, channel)
                    + at(row, column + 1, channel)
                    + at(row + 1, column, channel)
                    + at(row + 1, column + 1, channel);
                halved.push(((sum + 2) / 4) as u8);
            }
        }
    }
    halved
}

#[cfg(test)]
mod tests {
    use super::*;

    const SQUARE: Frame = Frame { width: 8.0, height: 8.0 };

    #[test]
    fn an_icon_is_drawn_on_white_as_large_as_fits() {
        let picture = render(r##"<path fill="#f00" d="M0 0h8v4H0z"/>"##, SQUARE, 4).unwrap();
        assert_eq!(picture[..3], [255, 0, 0]);
        assert_eq!(picture[picture.len() - 3..], [255, 255, 255]);
        let wide = render(r##"<path fill="#00f" d="M0 0h8v4H0z"/>"##, Frame { width: 8.0, height: 4.0 }, 4).unwrap();
        let rows: Vec<u8> = wide.chunks(12).map(|row| row[0]).collect();
        assert_eq!(rows, [255, 0, 0, 255], "centred");
        assert_eq!(halve(&picture, 4), [[255, 0, 0, 255, 0, 0], [255; 6]].concat());
    }

    #[test]
    fn what_does_not_draw_is_refused() {
        let error = |body: &str| format!("{:#}", render(body, SQUARE, 4).unwrap_err());
        assert!(error("<path d=").contains("it is no SVG"));
        assert!(error(r##"<path fill="#fff" d="M0 0h8v8H0z"/>"##).contains("blank"));
        assert!(error("").contains("blank"));
    }
}
