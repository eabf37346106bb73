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
