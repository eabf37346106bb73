//! A moving picture of still ones: an APNG (the third edition of PNG has it) of few colours, in which a frame holds only what has
//! changed since the one before it.

use std::collections::HashMap;
use std::io::Cursor;

use anyhow::{Context, Result, ensure};

/// Of the palette, what lets the frame before be seen; before it stand the colours. More of them are not told apart in ink on paper, and make
/// the file larger.
const UNCHANGED: u8 = 63;

/// Colours that differ in fewer bits of each channel can hardly be told apart.
const ALIKE: u32 = 4;

type Colour = [u8; 3];

/// A still picture, of plain colours.
struct Still {
    width: u32,
    height: u32,
    pixels: Vec<Colour>,
}

/// What has changed from one frame to the next: the least rectangle around it.
struct Change {
    x: u32,
    y: u32,
    width: u32,
    height: u32,
    indices: Vec<u8>,
}

/// Makes a picture that moves, again and again, of the files of still ones; each is seen for so many milliseconds.
pub fn assemble(files: &[Vec<u8>], milliseconds: u16) -> Result<Vec<u8>> {
    let stills = files.iter().map(|file| read(file)).collect::<Result<Vec<_>>>()?;
    let first = stills.first().context("there are no frames to assemble")?;
    let (width, height) = (first.width, first.height);
    ensure!(stills.iter().all(|still| (still.width, still.height) == (width, height)), "the frames differ in size");
    let palette = palette(&stills);
    let frames = indexed(&stills, &palette);

    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, width, height);
    encoder.set_color(png::ColorType::Indexed);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_compression(png::Compression::High);
    encoder.set_filter(png::Filter::NoFilter);
    let mut colours = palette.concat();
    colours.resize(3 * (usize::from(UNCHANGED) + 1), 0);
    encoder.set_palette(colours);
    let mut opacity = vec![255; usize::from(UNCHANGED)];
    opacity.push(0);
    encoder.set_trns(opacity);
    encoder.set_animated(u32::try_from(frames.len())?, 0)?;
    encoder.set_frame_delay(milliseconds, 1000)?;
    let mut writer = encoder.write_header()?;
    writer.write_image_data(&frames[0])?;
    for pair in frames.windows(2) {
        let change = change(&pair[0], &pair[1], width);
        writer.reset_frame_position()?;
        writer.set_frame_dimension(change.width, change.height)?;
        writer.set_frame_position(change.x, change.y)?;
        writer.set_blend_op(png::BlendOp::Over)?;
        writer.write_image_data(&change.indices)?;
    }
    writer.finish()?;
    Ok(file)
}

fn read(file: &[u8]) -> Result<Still> {
    let mut decoder = png::Decoder::new(Cursor::new(file));
    decoder.set_transformations(png::Transformations::normalize_to_color8());
    let mut reader = decoder.read_info()?;
    let mut bytes = vec![0; reader.output_buffer_size().context("a frame is too large")?];
    let info = reader.next_frame(&mut bytes)?;
    let samples = info.color_type.samples();
    ensure!(samples >= 3, "a frame has no colours");
    let pixels = bytes[..info.buffer_size()].chunks(samples).map(|pixel| [pixel[0], pixel[1], pixel[2]]).collect();
    Ok(Still { width: info.width, height: info.height, pixels })
}

/// The colours that most pixels have, of those that are alike one.
fn palette(stills: &[Still]) -> Vec<Colour> {
    let mut counts: HashMap<Colour, usize> = HashMap::new();
    for pixel in stills.iter().flat_map(|still| &still.pixels) {
        *counts.entry(*pixel).or_default() += 1;
    }
    // Of colours that can hardly be told apart, the most frequent stands for all.
    let mut kinds: HashMap<Colour, (usize, Colour, usize)> = HashMap::new();
    for (colour, count) in counts {
        let (all, most, of_most) = kinds.entry(colour.map(|level| level >> ALIKE)).or_insert((0, colour, 0));
        *all += count;
        if (count, colour) > (*of_most, *most) {
            (*most, *of_most) = (colour, count);
        }
    }
    let mut colours: Vec<_> = kinds.into_values().collect();
    // Of those that are as frequent, always the same ones.
    colours.sort_unstable_by_key(|(all, colour, _)| (std::cmp::Reverse(*all), *colour));
    colours.into_iter().map(|(_, colour, _)| colour).take(usize::from(UNCHANGED)).collect()
}

/// Each picture by places in the palette: those of the colours that are nearest.
fn indexed(stills: &[Still], palette: &[Colour]) -> Vec<Vec<u8>> {
    let distance = |a: Colour, b: Colour| -> u32 { (0..3).map(|i| u32::from(a[i].abs_diff(b[i])).pow(2)).sum() };
    let mut known: HashMap<Colour, u8> = HashMap::new();
    let mut nearest = |pixel: Colour| {
        *known.entry(pixel).or_insert_with(|| {
            (0..UNCHANGED)
                .zip(palette)
                .min_by_key(|(_, colour)| distance(**colour, pixel))
                .map_or(0, |(place, _)| place)
        })
    };
    stills.iter().map(|still| still.pixels.iter().map(|pixel| nearest(*pixel)).collect()).collect()
}

/// What `after` has that `before` has not; one pixel, which is the same, where there is nothing: a frame has at least one.
fn change(before: &[u8], after: &[u8], width: u32) -> Change {
    let wide = width as usize;
    let changed = || (0..after.len()).filter(|&i| before[i] != after[i]);
    let (left, right) =
        (changed().map(|i| i % wide).min().unwrap_or(0), changed().map(|i| i % wide).max().unwrap_or(0));
    let (top, bottom) = (changed().next().unwrap_or(0) / wide, changed().next_back().unwrap_or(0) / wide);
    let places = (top..=bottom).flat_map(|row| (left..=right).map(move |column| row * wide + column));
    let indices = places.map(|i| if before[i] == after[i] { UNCHANGED } else { after[i] }).collect();
    let small = |number: usize| u32::try_from(number).expect("a picture's sides are no larger than that");
    Change { x: small(left), y: small(top), width: small(right - left + 1), height: small(bottom - top + 1), indices }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A white picture with a pixel of another colour at a place.
    fn frame(place: usize, colour: Colour) -> Vec<u8> {
        let mut pixels = [[255; 3]; 12];
        pixels[place] = colour;
        let mut file = Vec::new();
        let mut encoder = png::Encoder::new(&mut file, 4, 3);
        encoder.set_color(png::ColorType::Rgb);
        let mut writer = encoder.write_header().unwrap();
        writer.write_image_data(&pixels.concat()).unwrap();
        writer.finish().unwrap();
        file
    }

    /// What a viewer shows, frame by frame, and the delays.
    fn shown(file: &[u8]) -> (Vec<Vec<Colour>>, Vec<(u16, u16)>) {
        let mut decoder = png::Decoder::new(Cursor::new(file));
        decoder.set_transformations(png::Transformations::normalize_to_color8() | png::Transformations::ALPHA);
        let mut reader = decoder.read_info().unwrap();
        let control = reader.info().animation_control.unwrap();
        assert_eq!(control.num_plays, 0, "it does not begin anew");
        let (mut canvas, mut frames, mut delays) = (vec![[0; 3]; 12], Vec::new(), Vec::new());
        for _ in 0..control.num_frames {
            let mut bytes = vec![0; reader.output_buffer_size().unwrap()];
            reader.next_frame(&mut bytes).unwrap();
            let control = *reader.info().frame_control().unwrap();
            for (i, pixel) in bytes.chunks(4).take((control.width * control.height) as usize).enumerate() {
                let (row, column) =
                    (i as u32 / control.width + control.y_offset, i as u32 % control.width + control.x_offset);
                if pixel[3] == 255 {
                    canvas[(row * 4 + column) as usize] = [pixel[0], pixel[1], pixel[2]];
                }
            }
            frames.push(canvas.clone());
            delays.push((control.delay_num, control.delay_den));
        }
        (frames, delays)
    }

    #[test]
    fn what_is_assembled_reads_back_frame_by_frame() {
        let (red, blue) = ([200, 0, 0], [0, 0, 200]);
        // Somewhere else, of another colour, and the very same.
        let files = [frame(5, red), frame(10, red), frame(10, blue), frame(10, blue)];
        let (frames, delays) = shown(&assemble(&files, 90).unwrap());
        let expected: Vec<_> = files.iter().map(|file| read(file).unwrap().pixels).collect();
        assert_eq!(frames, expected);
        assert_eq!(delays, [(90, 1000); 4]);
    }

    #[test]
    fn a_frame_holds_only_what_has_changed() {
        let change = change(&[0, 0, 0, 0, 1, 0, 0, 0, 0], &[0, 0, 0, 0, 0, 2, 0, 0, 0], 3);
        assert_eq!((change.x, change.y, change.width, change.height), (1, 1, 2, 1));
        assert_eq!(change.indices, [0, 2]);
    }

    #[test]
    fn of_too_many_colours_the_rare_ones_become_near_ones() {
        let steps = || (0..16).map(|step| 16 * step);
        let mut pixels: Vec<Colour> =
            steps().flat_map(|red| steps().flat_map(move |green| [[red, green, 0]; 2])).collect();
        pixels.push([7, 1, 0]);
        let still = Still { width: 513, height: 1, pixels };
        let palette = palette(std::slice::from_ref(&still));
        assert_eq!(palette.len(), usize::from(UNCHANGED));
        let indices = &indexed(&[still], &palette)[0];
        assert_eq!(palette[usize::from(indices[512])], [0, 0, 0]);
    }

    #[test]
    fn frames_of_different_sizes_are_refused() {
        let mut other = Vec::new();
        let mut encoder = png::Encoder::new(&mut other, 1, 1);
        encoder.set_color(png::ColorType::Rgb);
        encoder.write_header().unwrap().write_image_data(&[0; 3]).unwrap();
        assert!(assemble(&[frame(0, [0; 3]), other], 90).unwrap_err().to_string().contains("differ in size"));
        assert!(assemble(&[], 90).is_err());
    }
}
