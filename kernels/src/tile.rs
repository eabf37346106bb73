//! The innermost loop of convolutions and products: a few rows times eight columns, in registers.

use crate::simd::{COLUMNS, F32x4, LANES, Sums, add_products};

/// The most rows whose sums fit into sixteen registers beside a row of weights.
const ROWS: usize = 4;

/// Multiplies `count` rows with one block of eight columns, a few rows at once.
///
/// A row comes in `STEPS` parts, `part(row, step)`, each as long as a step of the block. The sums begin at `start`, and
/// `finish(row, sums)` takes each row's. A row's sums do not depend on which other rows there are.
#[inline(always)]
pub(crate) fn multiply<'a, const STEPS: usize>(
    count: usize,
    part: impl Fn(usize, usize) -> &'a [f32],
    block: &[[f32; COLUMNS]],
    start: Sums,
    mut finish: impl FnMut(usize, Sums),
) {
    let mut row = 0;
    while row < count {
        row += match count - row {
            1 => tile::<1, STEPS>(row, &part, block, start, &mut finish),
            2 => tile::<2, STEPS>(row, &part, block, start, &mut finish),
            3 => tile::<3, STEPS>(row, &part, block, start, &mut finish),
            _ => tile::<ROWS, STEPS>(row, &part, block, start, &mut finish),
        };
    }
}

/// `R` rows from `first` on; says how many they are.
#[inline(always)]
fn tile<'a, const R: usize, const STEPS: usize>(
    first: usize,
    part: &impl Fn(usize, usize) -> &'a [f32],
    block: &[[f32; COLUMNS]],
    start: Sums,
    finish: &mut impl FnMut(usize, Sums),
) -> usize {
    let mut sums = [[start]; R];
    let length = block.len() / STEPS;
    for step in 0..STEPS {
        let rows = std::array::from_fn(|r| part(first + r, step));
        add_products::<R, 1>(rows, [&block[step * length..][..length]], &mut sums);
    }
    for (r, [sums]) in sums.into_iter().enumerate() {
        finish(first + r, sums);
    }
    R
}

/// What sums begin at: the biases of eight columns from `column` on, or nothing.
#[inline(always)]
pub(crate) fn start(bias: Option<&[f32]>, column: usize) -> Sums {
    match bias {
        Some(bias) => [part_from(bias, column), part_from(bias, column + LANES)],
        None => [F32x4::zero(); 2],
    }
}

/// Four numbers from `index` on, zeros beyond the end.
#[inline(always)]
pub(crate) fn part_from(numbers: &[f32], index: usize) -> F32x4 {
    F32x4::load_part(&numbers[index.min(numbers.len())..])
}

/// Rows of `columns` numbers that are written to, something being added to them on the way.
pub(crate) struct Output<'a> {
    pub numbers: &'a mut [f32],
    pub columns: usize,
    pub skip: Option<&'a [f32]>,
}

impl Output<'_> {
    /// Writes up to four numbers of a row from `column` on.
    #[inline(always)]
    pub fn put(&mut self, row: usize, column: usize, values: F32x4) {
        let start = row * self.columns + column;
        if column + LANES <= self.columns {
            let values = match self.skip {
                Some(skip) => values + F32x4::load_at(skip, start),
                None => values,
            };
            values.store_at(self.numbers, start);
        } else if column < self.columns {
            let range = start..start + self.columns - column;
            let skip = self.skip.map_or(F32x4::zero(), |skip| F32x4::load_part(&skip[range.clone()]));
            (values + skip).store_part(&mut self.numbers[range]);
        }
    }

    /// Writes up to eight numbers of a row.
    #[inline(always)]
    pub fn put_sums(&mut self, row: usize, column: usize, sums: Sums) {
        self.put(row, column, sums[0]);
        self.put(row, column + LANES, sums[1]);
    }
}
