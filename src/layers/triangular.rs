//! Lower triangular matrices, by which covariances and invertible mixings are parametrized.

use burn::tensor::{Device, Tensor, TensorData};

/// Ones where `keep(row, column)`, zeros elsewhere, `[1, size, size]`.
pub fn mask(size: usize, keep: impl Fn(usize, usize) -> bool, device: &Device) -> Tensor<3> {
    let ones: Vec<f32> = (0..size * size).map(|i| if keep(i / size, i % size) { 1.0 } else { 0.0 }).collect();
    Tensor::from_data(TensorData::new(ones, [1, size, size]), device)
}

/// Inverses of lower triangular matrices `[count, size, size]`, by forward substitution.
pub fn inverse(roots: Tensor<3>) -> Tensor<3> {
    let [count, size, _] = roots.dims();
    let identity = mask(size, |row, column| row == column, &roots.device()).repeat_dim(0, count);
    let mut rows: Vec<Tensor<3>> = Vec::with_capacity(size);
    for i in 0..size {
        let row = roots.clone().narrow(1, i, 1);
        let mut rest = identity.clone().narrow(1, i, 1);
        if i > 0 {
            rest = rest - row.clone().narrow(2, 0, i).matmul(Tensor::cat(rows.clone(), 1));
        }
        rows.push(rest / row.narrow(2, i, 1));
    }
    Tensor::cat(rows, 1)
}

/// U^-1 L^-1, `[size, size]` row by row: of L with ones on its diagonal, and U with the exponentials of `log_diagonal` on its
/// own. What is beyond the diagonal of either is not read.
pub fn inverse_of_product(lower: &[f32], upper: &[f32], log_diagonal: &[f32]) -> Vec<f64> {
    let size = log_diagonal.len();
    let entry = |matrix: &[f32], row: usize, column: usize| f64::from(matrix[row * size + column]);
    let mut inverse = vec![0.0; size * size];
    for column in 0..size {
        let mut x: Vec<f64> = (0..size).map(|row| if row == column { 1.0 } else { 0.0 }).collect();
        for row in 0..size {
            x[row] -= (0..row).map(|k| entry(lower, row, k) * x[k]).sum::<f64>();
        }
        for row in (0..size).rev() {
            let rest: f64 = (row + 1..size).map(|k| entry(upper, row, k) * x[k]).sum();
            x[row] = (x[row] - rest) / f64::from(log_diagonal[row]).exp();
        }
        (0..size).for_each(|row| inverse[row * size + column] = x[row]);
    }
    inverse
}
