//! Products of rows with packed matrices: linear layers and 1x1 convolutions.

use crate::shape::expect_length;
use crate::tile::{COLUMNS, Output, Sums, accumulate, multiply, start};

/// Packs a matrix `[inputs, outputs]` (as of a linear layer in Burn) for [`product`].
pub fn pack_rows(matrix: &[f32], inputs: usize, outputs: usize) -> Vec<f32> {
    expect_length("a matrix", matrix.len(), inputs * outputs);
    packed(inputs, outputs, |input, output| matrix[input * outputs + output])
}

/// Packs a matrix `[outputs, inputs]` (as of a 1x1 convolution) for [`product`].
pub fn pack_columns(matrix: &[f32], inputs: usize, outputs: usize) -> Vec<f32> {
    expect_length("a matrix", matrix.len(), inputs * outputs);
    packed(inputs, outputs, |input, output| matrix[output * inputs + input])
}

/// `[ceil(outputs / 8)][inputs][8]`, with zeros for outputs that are none.
pub(crate) fn packed(inputs: usize, outputs: usize, at: impl Fn(usize, usize) -> f32) -> Vec<f32> {
    let mut packed = Vec::with_capacity(outputs.div_ceil(COLUMNS) * inputs * COLUMNS);
    for block in (0..outputs).step_by(COLUMNS) {
        for input in 0..inputs {
            packed
                .extend((block..block + COLUMNS).map(|output| if output < outputs { at(input, output) } else { 0.0 }));
        }
    }
    packed
}

/// Rows `[rows, inputs]` times a packed matrix, to `out` `[rows, outputs]`, with a bias `[outputs]` and numbers of the
/// same shape as `out` added.
///
/// The matrix is as [`pack_rows`] or [`pack_columns`] packs it.
pub fn product(
    rows: &[f32],
    [inputs, outputs]: [usize; 2],
    packed: &[f32],
    bias: Option<&[f32]>,
    skip: Option<&[f32]>,
    out: &mut [f32],
) {
    assert!(inputs > 0 && outputs > 0, "a product: expected inputs and outputs, came {inputs} and {outputs}");
    let count = out.len() / outputs;
    expect_length("the output of a product", out.len(), count * outputs);
    expect_length("rows of a product", rows.len(), count * inputs);
    expect_length("a packed matrix", packed.len(), outputs.div_ceil(COLUMNS) * inputs * COLUMNS);
    if let Some(bias) = bias {
        expect_length("a product's bias", bias.len(), outputs);
    }
    if let Some(skip) = skip {
        expect_length("what is added to a product", skip.len(), out.len());
    }
    let (packed, _) = packed.as_chunks::<COLUMNS>();
    let out = &mut Output { numbers: out, columns: outputs, skip };
    match count {
        // Few rows wait for their sums: those of more columns are made at once.
        1 => few_rows::<1, 4>(rows, inputs, packed, bias, out),
        2 => few_rows::<2, 3>(rows, inputs, packed, bias, out),
        _ => {
            // Rows that stay in the nearest cache while all columns pass by.
            for first in (0..count).step_by(ROWS_AT_ONCE) {
                let count = ROWS_AT_ONCE.min(count - first);
                for (block, weights) in packed.chunks(inputs).enumerate() {
                    let column = block * COLUMNS;
                    let row = |row: usize, _| &rows[(first + row) * inputs..][..inputs];
                    multiply::<1>(count, row, weights, start(bias, column), |row, sums| {
                        out.put_sums(first + row, column, sums);
                    });
                }
            }
        }
    }
}

/// Rows between two readings of the whole matrix.
const ROWS_AT_ONCE: usize = 96;

/// `R` rows times as many as `B` blocks of columns at once.
#[inline(always)]
fn few_rows<const R: usize, const B: usize>(
    rows: &[f32],
    inputs: usize,
    packed: &[[f32; COLUMNS]],
    bias: Option<&[f32]>,
    out: &mut Output,
) {
    let rows: [&[f32]; R] = std::array::from_fn(|r| &rows[r * inputs..][..inputs]);
    let blocks = packed.len() / inputs;
    let mut block = 0;
    while block + B <= blocks {
        blocks_of_rows::<R, B>(rows, block, packed, bias, out);
        block += B;
    }
    while block < blocks {
        blocks_of_rows::<R, 1>(rows, block, packed, bias, out);
        block += 1;
    }
}

#[inline(always)]
fn blocks_of_rows<const R: usize, const B: usize>(
    rows: [&[f32]; R],
    first: usize,
    packed: &[[f32; COLUMNS]],
    bias: Option<&[f32]>,
    out: &mut Output,
) {
    let inputs = rows[0].len();
    let weights = std::array::from_fn(|b| &packed[(first + b) * inputs..][..inputs]);
    let mut sums: [[Sums; B]; R] = [std::array::from_fn(|b| start(bias, (first + b) * COLUMNS)); R];
    accumulate(rows, weights, &mut sums);
    for (r, sums) in sums.into_iter().enumerate() {
        for (b, sums) in sums.into_iter().enumerate() {
            out.put_sums(r, (first + b) * COLUMNS, sums);
        }
    }
}
