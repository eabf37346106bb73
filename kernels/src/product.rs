//! Products of rows with packed matrices: linear layers and 1x1 convolutions.

use crate::shape::expect_length;
use crate::simd::{COLUMNS, Sums, add_products};
use crate::tile::{Output, multiply, start};

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
    let row = |row: usize, _| &rows[row * inputs..][..inputs];
    let begin = |_, column| start(bias, column);
    match count {
        // Few rows wait for their sums: those of more columns are made at once.
        1 => few_rows::<1, 4, 1>(row, packed, [inputs; 2], begin, out),
        2 => few_rows::<2, 2, 1>(row, packed, [inputs; 2], begin, out),
        _ => {
            // Rows that stay in the nearest cache while all columns pass by.
            for first in (0..count).step_by(ROWS_AT_ONCE) {
                let count = ROWS_AT_ONCE.min(count - first);
                for (block, weights) in packed.chunks(inputs).enumerate() {
                    let column = block * COLUMNS;
                    multiply::<1>(
                        count,
                        |r, _| row(first + r, 0),
                        weights,
                        start(bias, column),
                        |row, sums| {
                            out.put_sums(first + row, column, sums);
                        },
                    );
                }
            }
        }
    }
}

/// Rows between two readings of the whole matrix.
const ROWS_AT_ONCE: usize = 48;

/// `R` rows times as many as `B` blocks of columns at once. A row comes in `STEPS` parts of a length, `part(row, step)`, the
/// last of all its inputs, those before being zero; its sums begin at `start(row, column)`.
#[inline(always)]
pub(crate) fn few_rows<'a, const R: usize, const B: usize, const STEPS: usize>(
    part: impl Fn(usize, usize) -> &'a [f32],
    packed: &[[f32; COLUMNS]],
    [inputs, length]: [usize; 2],
    start: impl Fn(usize, usize) -> Sums,
    out: &mut Output,
) {
    let blocks = packed.len() / inputs;
    let mut block = 0;
    while block + B <= blocks {
        blocks_of_rows::<R, B, STEPS>(&part, block, packed, [inputs, length], &start, out);
        block += B;
    }
    while block < blocks {
        blocks_of_rows::<R, 1, STEPS>(&part, block, packed, [inputs, length], &start, out);
        block += 1;
    }
}

#[inline(always)]
fn blocks_of_rows<'a, const R: usize, const B: usize, const STEPS: usize>(
    part: &impl Fn(usize, usize) -> &'a [f32],
    first: usize,
    packed: &[[f32; COLUMNS]],
    [inputs, length]: [usize; 2],
    start: &impl Fn(usize, usize) -> Sums,
    out: &mut Output,
) {
    let mut sums: [[Sums; B]; R] = std::array::from_fn(|r| std::array::from_fn(|b| start(r, (first + b) * COLUMNS)));
    for step in 0..STEPS {
        let zeros = inputs - (STEPS - step) * length;
        let weights = std::array::from_fn(|b| &packed[(first + b) * inputs + zeros..][..length]);
        add_products::<R, B>(std::array::from_fn(|r| part(r, step)), weights, &mut sums);
    }
    for (r, sums) in sums.into_iter().enumerate() {
        for (b, sums) in sums.into_iter().enumerate() {
            out.put_sums(r, (first + b) * COLUMNS, sums);
        }
    }
}
