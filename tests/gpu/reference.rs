//! What a plan computes, by plain loops in 64 bits.

use std::collections::BTreeMap;

use pushforward::gpu::plan::{Activation, Before, Convolution, GROUP, Map, Norm, Operation, Order, Plan, Shape};

/// Numbers that look random, between -1 and 1, and are the same each time.
pub fn numbers(count: usize, seed: u64) -> Vec<f32> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 40) as f32 / (1u64 << 23) as f32 - 1.0
    };
    std::iter::repeat_with(next).take(count).collect()
}

/// A norm of so many channels.
pub fn norm(channels: usize, seed: u64) -> Norm {
    Norm { scale: numbers(channels, seed).iter().map(|x| x + 1.0).collect(), shift: numbers(channels, seed + 1) }
}

/// The maps of a plan, given the first ones.
pub fn run(plan: &Plan, given: &[Vec<f32>]) -> BTreeMap<Map, Vec<f64>> {
    let wide = |numbers: &Vec<f32>| numbers.iter().map(|x| f64::from(*x)).collect::<Vec<_>>();
    let mut maps: BTreeMap<Map, Vec<f64>> = plan.inputs().iter().copied().zip(given.iter().map(wide)).collect();
    for (operation, map) in plan.operations() {
        let found = compute(plan, operation, plan.shape(*map), &maps);
        maps.insert(*map, found);
    }
    maps
}

fn compute(plan: &Plan, operation: &Operation, y: Shape, maps: &BTreeMap<Map, Vec<f64>>) -> Vec<f64> {
    // A number of a map as it lies, none beyond its edges.
    let at = |map: Map, image: usize, row: isize, column: isize, c: usize| -> f64 {
        let Shape { height, width, channels, .. } = plan.shape(map);
        if row < 0 || column < 0 || row >= height as isize || column >= width as isize {
            return 0.0;
        }
        maps[&map][((image * height + row as usize) * width + column as usize) * channels + c]
    };
    match operation {
        Operation::Convolution(convolution) => {
            let x = plan.shape(convolution.input);
            let rows = convolution.before.rows().map(|map| maps[&map].as_slice());
            let x_before = before(&maps[&convolution.input], x, &convolution.before, rows);
            let (x, doubled) = match convolution.doubled {
                true => (Shape { height: 2 * x.height, width: 2 * x.width, ..x }, twice(&x_before, x)),
                false => (x, x_before),
            };
            let mut found = convolved(&doubled, x, convolution, y);
            if let Some(skip) = convolution.skip {
                found.iter_mut().zip(&maps[&skip]).for_each(|(found, skip)| *found += skip);
            }
            found
        }
        Operation::Attention(x, heads) => attention(&maps[x], y, *heads),
        Operation::Norm(x, norm) => normalized(&maps[x], y, norm),
        Operation::Activation(x, activation) => maps[x].iter().map(|x| activated(*x, *activation)).collect(),
        Operation::Concatenation(first, second) => {
            let channels = plan.shape(*first).channels;
            each(y, |image, row, column, c| match c.checked_sub(channels) {
                None => at(*first, image, row, column, c),
                Some(c) => at(*second, image, row, column, c),
            })
        }
        Operation::DepthToSpace(x) => each(y, |image, row, column, c| {
            at(*x, image, row / 2, column / 2, 4 * c + 2 * (row % 2) as usize + (column % 2) as usize)
        }),
        Operation::SpaceToDepth(x) => each(y, |image, row, column, c| {
            at(*x, image, 2 * row + (c % 4 / 2) as isize, 2 * column + (c % 2) as isize, c / 4)
        }),
        Operation::Doubled(x) => each(y, |image, row, column, c| at(*x, image, row / 2, column / 2, c)),
    }
}

/// A map by its numbers.
fn each(shape: Shape, of: impl Fn(usize, isize, isize, usize) -> f64) -> Vec<f64> {
    let Shape { height, width, channels, .. } = shape;
    let place = |i: usize| {
        let (pixel, c) = (i / channels, i % channels);
        of(pixel / (height * width), (pixel / width % height) as isize, (pixel % width) as isize, c)
    };
    (0..shape.size()).map(place).collect()
}

fn twice(x: &[f64], shape: Shape) -> Vec<f64> {
    let Shape { height, width, channels, .. } = shape;
    each(Shape { height: 2 * height, width: 2 * width, ..shape }, |image, row, column, c| {
        x[((image * height + row as usize / 2) * width + column as usize / 2) * channels + c]
    })
}

fn activated(x: f64, activation: Activation) -> f64 {
    match activation {
        Activation::Silu => x / (1.0 + (-x).exp()),
        Activation::Tanh => x.tanh(),
    }
}

fn before(x: &[f64], shape: Shape, before: &Before, rows: Option<&[f64]>) -> Vec<f64> {
    let channels = shape.channels;
    let normalized = before.norm().map_or(x.to_vec(), |norm| normalized(x, shape, norm));
    let modulated = each(shape, |image, row, column, c| {
        let x = normalized[((image * shape.height + row as usize) * shape.width + column as usize) * channels + c];
        rows.map_or(x, |rows| x * (rows[image * 2 * channels + c] + 1.0) + rows[(image * 2 + 1) * channels + c])
    });
    match before {
        Before::Nothing | Before::Norm(_) => modulated,
        _ => modulated.into_iter().map(|x| activated(x, Activation::Silu)).collect(),
    }
}

fn normalized(x: &[f64], shape: Shape, norm: &Norm) -> Vec<f64> {
    let (channels, pixels) = (shape.channels, shape.pixels());
    let mut found = x.to_vec();
    for image in 0..shape.batch {
        for group in 0..channels / GROUP {
            let places: Vec<usize> = (0..pixels * GROUP)
                .map(|i| (image * pixels + i / GROUP) * channels + group * GROUP + i % GROUP)
                .collect();
            let mean = places.iter().map(|i| x[*i]).sum::<f64>() / places.len() as f64;
            let variance = places.iter().map(|i| (x[*i] - mean).powi(2)).sum::<f64>() / places.len() as f64;
            for i in places {
                let c = i % channels;
                found[i] =
                    (x[i] - mean) / (variance + 1e-5).sqrt() * f64::from(norm.scale[c]) + f64::from(norm.shift[c]);
            }
        }
    }
    found
}

fn convolved(x: &[f64], shape: Shape, convolution: &Convolution, y: Shape) -> Vec<f64> {
    let Convolution { stride, side, weight, order, bias, .. } = convolution;
    let (side, channels) = (side.length(), shape.channels);
    each(y, |image, row, column, o| {
        let mut sum = f64::from(bias[o]);
        for tap in 0..side * side {
            let row = row as usize * stride + tap / side;
            let column = column as usize * stride + tap % side;
            let (Some(row), Some(column)) = (row.checked_sub(side / 2), column.checked_sub(side / 2)) else { continue };
            if row >= shape.height || column >= shape.width {
                continue;
            }
            for i in 0..channels {
                let weight = match order {
                    Order::OutIn => weight[(o * channels + i) * side * side + tap],
                    Order::InOut => weight[(i * y.channels + o) * side * side + tap],
                };
                sum += x[((image * shape.height + row) * shape.width + column) * channels + i] * f64::from(weight);
            }
        }
        sum
    })
}

fn attention(x: &[f64], y: Shape, heads: usize) -> Vec<f64> {
    let (pixels, channels) = (y.pixels(), y.channels);
    let size = channels / heads;
    let of =
        |image: usize, pixel: usize, part: usize, c: usize| x[((image * pixels + pixel) * 3 + part) * channels + c];
    each(y, |image, row, column, c| {
        let (query, head) = (row as usize * y.width + column as usize, c / size * size);
        let score = |key: usize| -> f64 {
            let dot: f64 = (head..head + size).map(|c| of(image, query, 0, c) * of(image, key, 1, c)).sum();
            (dot / (size as f64).sqrt()).exp()
        };
        let scores: Vec<f64> = (0..pixels).map(score).collect();
        let seen: f64 = scores.iter().enumerate().map(|(key, score)| score * of(image, key, 2, c)).sum();
        seen / scores.iter().sum::<f64>()
    })
}
