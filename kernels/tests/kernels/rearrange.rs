//! Numbers moved from one place to another.

use kernels::Shape;
use kernels::rearrange::{cat, depth_to_space, space_to_depth, to_channels_first, to_channels_last};
use proptest::prelude::*;

use crate::reference::numbers;

proptest! {
    #[test]
    fn blocks_of_pixels_go_into_channels_and_back(batch in 1usize..3, height in 1usize..5, width in 1usize..5, channels in 1usize..6) {
        let fine = Shape { batch, height: 2 * height, width: 2 * width, channels };
        let x = numbers(fine.numbers(), 1);
        let [mut deep, mut back] = [vec![f32::NAN; x.len()], vec![f32::NAN; x.len()]];
        space_to_depth(&x, fine, &mut deep);
        for (i, came) in deep.iter().enumerate() {
            let (block, channel) = (i / (4 * channels), i % (4 * channels));
            let (b, y, column) = (block / (height * width), block / width % height, block % width);
            let (y, column) = (2 * y + channel % 4 / 2, 2 * column + channel % 2);
            prop_assert_eq!(*came, x[((b * 2 * height + y) * 2 * width + column) * channels + channel / 4]);
        }
        depth_to_space(&deep, Shape { batch, height, width, channels: 4 * channels }, &mut back);
        prop_assert_eq!(back, x);
    }

    #[test]
    fn channels_go_last_and_first(batch in 1usize..3, height in 1usize..5, width in 1usize..5, channels in 1usize..20) {
        let shape = Shape { batch, height, width, channels };
        let x = numbers(shape.numbers(), 1);
        let [mut last, mut first] = [vec![f32::NAN; x.len()], vec![f32::NAN; x.len()]];
        to_channels_last(&x, shape, &mut last);
        let pixels = height * width;
        for (i, came) in last.iter().enumerate() {
            let (b, pixel, channel) = (i / (pixels * channels), i / channels % pixels, i % channels);
            prop_assert_eq!(*came, x[(b * channels + channel) * pixels + pixel]);
        }
        to_channels_first(&last, shape, &mut first);
        prop_assert_eq!(first, x);
    }
}

#[test]
fn channels_stand_side_by_side() {
    let mut out = [0.0; 10];
    cat(&[(&[1.0, 2.0, 11.0, 12.0], 2), (&[3.0, 13.0], 1), (&[4.0, 5.0, 14.0, 15.0], 2)], &mut out);
    assert_eq!(out, [1.0, 2.0, 3.0, 4.0, 5.0, 11.0, 12.0, 13.0, 14.0, 15.0]);
}
