//! What the kernels are held to: the definitions, in 64 bits, one number after the other.

use kernels::Shape;

pub use crate::cases::numbers;

/// Panics unless numbers are within `bound` of what is expected.
#[track_caller]
pub fn assert_close(came: &[f32], expected: &[f64], bound: f64) {
    assert_eq!(came.len(), expected.len());
    for (i, (came, expected)) in came.iter().zip(expected).enumerate() {
        let error = (f64::from(*came) - expected).abs();
        assert!(error <= bound, "number {i}: came {came}, expected {expected}, {error:e} apart, at most {bound:e}");
    }
}

pub fn wide(numbers: &[f32]) -> Vec<f64> {
    numbers.iter().map(|x| f64::from(*x)).collect()
}

pub fn sigmoid(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

/// A norm of groups of 8 channels of `[batch, pixels, channels]`.
pub fn group_norm(x: &[f64], batch: usize, [gamma, beta]: [&[f32]; 2]) -> Vec<f64> {
    let (channels, picture) = (gamma.len(), x.len() / batch);
    let mut out = x.to_vec();
    for (b, group) in (0..batch).flat_map(|b| (0..channels / 8).map(move |group| (b, group))) {
        let of_group = |i: &usize| i / picture == b && i % channels / 8 == group;
        let indices: Vec<usize> = (0..x.len()).filter(of_group).collect();
        let mean = indices.iter().map(|i| x[*i]).sum::<f64>() / indices.len() as f64;
        let variance = indices.iter().map(|i| (x[*i] - mean).powi(2)).sum::<f64>() / indices.len() as f64;
        for i in indices {
            let [gamma, beta] = [gamma, beta].map(|of| f64::from(of[i % channels]));
            out[i] = (x[i] - mean) / (variance + 1e-5).sqrt() * gamma + beta;
        }
    }
    out
}

/// Each pixel 2x2 times.
pub fn upsampled(x: &[f64], shape: Shape) -> (Vec<f64>, Shape) {
    let Shape { batch, height, width, channels } = shape;
    let grown = Shape { height: 2 * height, width: 2 * width, ..shape };
    let mut out = Vec::new();
    for b in 0..batch {
        for y in 0..2 * height {
            for column in 0..2 * width {
                let pixel = ((b * height + y / 2) * width + column / 2) * channels;
                out.extend_from_slice(&x[pixel..pixel + channels]);
            }
        }
    }
    (out, grown)
}

/// A 3x3 convolution with padding 1, of weights `[outputs, inputs, 3, 3]`.
pub fn conv3x3(x: &[f64], shape: Shape, weights: &[f32], bias: &[f32], stride: usize) -> Vec<f64> {
    let Shape { batch, height, width, channels } = shape;
    let outputs = bias.len();
    let mut out = Vec::new();
    for b in 0..batch {
        for y in (0..height).step_by(stride) {
            for column in (0..width).step_by(stride) {
                for output in 0..outputs {
                    let mut sum = f64::from(bias[output]);
                    for tap in 0..9 {
                        let (y, column) = ((y + tap / 3).wrapping_sub(1), (column + tap % 3).wrapping_sub(1));
                        if y >= height || column >= width {
                            continue;
                        }
                        let pixel = ((b * height + y) * width + column) * channels;
                        let weights = weights[output * channels * 9..].iter().skip(tap).step_by(9);
                        let products = x[pixel..pixel + channels].iter().zip(weights);
                        sum += products.map(|(x, weight)| x * f64::from(*weight)).sum::<f64>();
                    }
                    out.push(sum);
                }
            }
        }
    }
    out
}

/// Rows `[rows, inputs]` times a matrix `[inputs, outputs]`.
pub fn product(rows: &[f64], matrix: &[f64], [inputs, outputs]: [usize; 2]) -> Vec<f64> {
    let row = |row: &[f64]| -> Vec<f64> {
        let sum = |output| (0..inputs).map(|input| row[input] * matrix[input * outputs + output]).sum();
        (0..outputs).map(sum).collect()
    };
    rows.chunks_exact(inputs).flat_map(row).collect()
}
