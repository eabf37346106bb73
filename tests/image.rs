//! Pictures between tensors and bytes.

use burn::tensor::Device;
use pushforward::cards::ImageShape;
use pushforward::image::{ImageError, from_rgba, to_byte, to_level, to_rgba};

fn shape(side: usize, channels: usize) -> ImageShape {
    ImageShape { width: side, height: side, channels }
}

#[test]
fn bytes_and_levels_are_one_to_one_and_what_is_outside_is_clipped() {
    for byte in 0..=255 {
        assert_eq!(to_byte(to_level(byte)), byte);
    }
    assert_eq!([to_byte(-7.0), to_byte(7.0), to_byte(f32::NAN)], [0, 255, 0]);
    assert_eq!([to_level(0), to_level(255)], [-1.0, 1.0]);
}

#[test]
fn grey_and_colour_become_opaque_rgba() {
    assert_eq!(to_rgba(&[-1.0, 1.0], 1), [0, 0, 0, 255, 255, 255, 255, 255]);
    // Channel-first: two red levels, two green, two blue.
    assert_eq!(to_rgba(&[1.0, -1.0, -1.0, 1.0, -1.0, -1.0], 3), [255, 0, 0, 255, 0, 255, 0, 255]);
}

#[test]
fn a_grey_picture_comes_back_from_rgba() {
    let rgba = to_rgba(&[-1.0, 0.0, 0.5, 1.0], 1);
    let picture = from_rgba(&rgba, (2, 2), shape(2, 1), &Device::flex()).unwrap();
    assert_eq!(picture.dims(), [1, 1, 2, 2]);
    let bytes: Vec<u8> = picture.into_data().iter::<f32>().map(to_byte).collect();
    assert_eq!(bytes, [0, 128, 191, 255]);
    let transparent = from_rgba(&[255, 255, 255, 0], (1, 1), shape(1, 1), &Device::flex()).unwrap();
    assert_eq!(transparent.into_scalar::<f32>(), -1.0);
}

#[test]
fn a_coloured_picture_comes_back_from_rgba() {
    let rgba = [255, 0, 51, 255, 0, 255, 0, 0, 0, 0, 0, 51, 10, 20, 30, 255];
    let picture = from_rgba(&rgba, (2, 2), shape(2, 3), &Device::flex()).unwrap();
    assert_eq!(picture.dims(), [1, 3, 2, 2]);
    let bytes: Vec<u8> = picture.into_data().iter::<f32>().map(to_byte).collect();
    // What is transparent is white.
    assert_eq!(bytes, [255, 255, 204, 10, 0, 255, 204, 20, 51, 255, 204, 30]);
}

#[test]
fn pictures_of_another_size_are_refused() {
    let attempt = |bytes: usize, size| from_rgba(&vec![0; bytes], size, shape(28, 1), &Device::flex()).map(|_| ());
    assert_eq!(attempt(16, (2, 2)).unwrap_err().to_string(), "expected a picture of 28 x 28 pixels, got 2 x 2");
    assert!(matches!(attempt(16, (28, 28)), Err(ImageError::Length { expected: 3136, got: 16, .. })));
}
