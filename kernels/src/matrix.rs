//! A packed matrix with its biases, for the networks that are asked about a row or two again and again.

use crate::product::{few_rows, packed, product};
use crate::simd::COLUMNS;
use crate::tile::{Output, multiply, start};

/// A matrix and its biases.
#[derive(Debug)]
pub(crate) struct Matrix {
    packed: Vec<f32>,
    bias: Vec<f32>,
    inputs: usize,
}

impl Matrix {
    /// The matrix of so many inputs whose weights are those at (input, output), with a bias an output.
    pub fn new(inputs: usize, bias: Vec<f32>, at: impl Fn(usize, usize) -> f32) -> Self {
        Self { packed: packed(inputs, bias.len(), at), bias, inputs }
    }

    /// Outputs of a row.
    pub fn outputs(&self) -> usize {
        self.bias.len()
    }

    /// Rows `[rows, inputs]` times the matrix and the biases added, to `out` `[rows, outputs]`.
    pub fn product(&self, rows: &[f32], out: &mut [f32]) {
        self.product_from(rows, &self.bias, out);
    }

    /// The same with other biases.
    pub fn product_from(&self, rows: &[f32], bias: &[f32], out: &mut [f32]) {
        product(rows, [self.inputs, self.outputs()], &self.packed, Some(bias), None, out);
    }

    /// The same of rows that come in parts of one length, `part(row, step)`: the last `STEPS` of all, those before being zero.
    pub fn product_of_parts<'a, const STEPS: usize>(
        &self,
        length: usize,
        part: impl Fn(usize, usize) -> &'a [f32],
        out: &mut [f32],
    ) {
        let (columns, zeros) = (self.outputs(), self.inputs - STEPS * length);
        let count = out.len() / columns;
        let out = &mut Output { numbers: out, columns, skip: None };
        for (block, weights) in self.packed.as_chunks().0.chunks(self.inputs).enumerate() {
            let column = block * COLUMNS;
            multiply::<STEPS>(count, &part, &weights[zeros..], start(Some(&self.bias), column), |row, sums| {
                out.put_sums(row, column, sums);
            });
        }
    }

    /// The same of one row or two, each with biases of its own.
    pub fn few_of_parts<'a, const STEPS: usize>(
        &self,
        length: usize,
        part: impl Fn(usize, usize) -> &'a [f32],
        biases: impl Fn(usize) -> &'a [f32],
        out: &mut [f32],
    ) {
        let (packed, columns) = (self.packed.as_chunks().0, self.outputs());
        let count = out.len() / columns;
        let out = &mut Output { numbers: out, columns, skip: None };
        let start = |row, column| start(Some(biases(row)), column);
        match count {
            1 => few_rows::<1, 4, STEPS>(part, packed, [self.inputs, length], start, out),
            2 => few_rows::<2, 2, STEPS>(part, packed, [self.inputs, length], start, out),
            _ => panic!("expected one row or two, came {count}"),
        }
    }
}

/// Adds numbers to others.
pub(crate) fn add(x: &mut [f32], y: &[f32]) {
    x.iter_mut().zip(y).for_each(|(x, y)| *x += y);
}
