//! Distances between two sets of pictures, in a classifier's features.

use burn::tensor::{Device, Tensor, TensorData};
use nalgebra::{DMatrix, DVector};

/// Neighbours that span a point's ball in [`precision_recall`].
const NEIGHBOURS: usize = 3;

/// Fréchet distance between the Gaussians fitted to two sets of features, `dimension` numbers a row
/// (arXiv 1706.08500, equation 6): |m - m'|^2 + tr(C + C' - 2 (C C')^(1/2)).
pub fn frechet_distance(a: &[f32], b: &[f32], dimension: usize) -> f64 {
    let (mean_a, covariance_a) = moments(a, dimension);
    let (mean_b, covariance_b) = moments(b, dimension);
    // tr (C C')^(1/2) = tr (R C' R)^(1/2) with R = C^(1/2), and R C' R is symmetric.
    let root = square_root(covariance_a.clone());
    let product = &root * &covariance_b * &root;
    let cross: f64 = symmetric(product).symmetric_eigenvalues().iter().map(|x| x.max(0.0).sqrt()).sum();
    // Rounding takes the distance of equal sets a little below zero.
    ((mean_a - mean_b).norm_squared() + covariance_a.trace() + covariance_b.trace() - 2.0 * cross).max(0.0)
}

fn moments(rows: &[f32], dimension: usize) -> (DVector<f64>, DMatrix<f64>) {
    let count = rows.len() / dimension;
    let rows = DMatrix::from_row_iterator(count, dimension, rows.iter().map(|x| f64::from(*x)));
    let mean = rows.row_mean().transpose();
    let centred = DMatrix::from_fn(count, dimension, |i, j| rows[(i, j)] - mean[j]);
    let covariance = centred.tr_mul(&centred) / (count.max(2) - 1) as f64;
    (mean, covariance)
}

fn symmetric(matrix: DMatrix<f64>) -> DMatrix<f64> {
    (&matrix + matrix.transpose()) * 0.5
}

fn square_root(matrix: DMatrix<f64>) -> DMatrix<f64> {
    let eigen = symmetric(matrix).symmetric_eigen();
    let roots = DMatrix::from_diagonal(&eigen.eigenvalues.map(|x| x.max(0.0).sqrt()));
    &eigen.eigenvectors * roots * eigen.eigenvectors.transpose()
}

/// Improved precision and recall (arXiv 1904.06991, equations 1 and 2): the fraction of generated
/// features inside the real manifold, and of real ones inside the generated manifold, where a
/// manifold is the union of each point's ball out to its third-nearest neighbour.
pub fn precision_recall(real: &[f32], generated: &[f32], dimension: usize, device: &Device) -> (f64, f64) {
    let (real, generated) = (points(real, dimension, device), points(generated, dimension, device));
    let (real_radii, generated_radii) = (radii(&real), radii(&generated));
    (inside(&generated, &real, &real_radii), inside(&real, &generated, &generated_radii))
}

fn points(rows: &[f32], dimension: usize, device: &Device) -> Tensor<2> {
    Tensor::from_data(TensorData::new(rows.to_vec(), [rows.len() / dimension, dimension]), device)
}

/// Squared distances from every point of `from` to every point of `to`, a block of rows at a time.
fn distances<'a>(from: &'a Tensor<2>, to: &'a Tensor<2>) -> impl Iterator<Item = (usize, Vec<f32>)> + 'a {
    const BLOCK: usize = 500;
    let [rows, _] = from.dims();
    let to_norms = to.clone().square().sum_dim(1).transpose();
    (0..rows).step_by(BLOCK).flat_map(move |start| {
        let block = from.clone().narrow(0, start, BLOCK.min(rows - start));
        let norms = block.clone().square().sum_dim(1);
        let squared = norms + to_norms.clone() - block.matmul(to.clone().transpose()) * 2.0;
        let [count, columns] = squared.dims();
        let values: Vec<f32> = squared.into_data().iter::<f32>().collect();
        (0..count).map(move |i| (start + i, values[i * columns..(i + 1) * columns].to_vec())).collect::<Vec<_>>()
    })
}

/// The squared distance of each point to its third-nearest other point.
fn radii(points: &Tensor<2>) -> Vec<f32> {
    distances(points, points)
        .map(|(i, mut row)| {
            row[i] = f32::INFINITY;
            *row.select_nth_unstable_by(NEIGHBOURS - 1, f32::total_cmp).1
        })
        .collect()
}

/// The fraction of `candidates` within the ball of at least one centre.
fn inside(candidates: &Tensor<2>, centres: &Tensor<2>, radii: &[f32]) -> f64 {
    let within = |row: &[f32]| row.iter().zip(radii).any(|(distance, radius)| distance <= radius);
    let count = distances(candidates, centres).filter(|(_, row)| within(row)).count();
    count as f64 / candidates.dims()[0] as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use pushforward::latent::gaussian;

    #[test]
    fn frechet_distance_of_a_shift_and_a_scale_is_the_closed_form() {
        // Scaling N(0, I) by s and shifting it by d gives |d|^2 + k (1 - s)^2, up to sampling.
        let (count, dimension) = (4000, 8);
        let a = gaussian(1, count * dimension);
        assert!(frechet_distance(&a, &a, dimension).abs() < 1e-9);
        let b: Vec<f32> = a.iter().map(|x| 2.0 * x + 0.5).collect();
        let distance = frechet_distance(&a, &b, dimension);
        let expected = dimension as f64 * (0.25 + 1.0);
        assert!((distance - expected).abs() < 0.03 * expected, "{distance} against {expected}");
    }

    #[test]
    fn precision_and_recall_tell_collapse_from_stray_samples() {
        let device = Device::flex();
        let real = gaussian(1, 1000 * 4);
        let same = gaussian(2, 1000 * 4);
        let (precision, recall) = precision_recall(&real, &same, 4, &device);
        assert!(precision > 0.85 && recall > 0.85, "{precision} {recall}");
        let collapsed: Vec<f32> = same.iter().map(|x| 0.1 * x).collect();
        let (precision, recall) = precision_recall(&real, &collapsed, 4, &device);
        assert!(precision > 0.95 && recall < 0.1, "{precision} {recall}");
        let stray: Vec<f32> = same.iter().map(|x| x + 20.0).collect();
        assert_eq!(precision_recall(&real, &stray, 4, &device), (0.0, 0.0));
    }
}
