//! A table of rows that stays in four bits where it is looked up.
//!
//! Its values are as weights files have them: integers two to a byte, and a scale for each [`BLOCK`] of them. They are held in
//! the words of a tensor that nobody else reads: integers first, eight to a word, then scales, one a word.

use burn::tensor::{Device, Int, Tensor, TensorData};
use half::f16;

use super::maps::{flat, here};

/// Values that share a scale.
pub const BLOCK: usize = 32;

/// Integers in a word.
const IN_A_WORD: usize = 8;

/// The words of so many values: `nibbles` two to a byte, the first in the lower half, and scales.
pub fn words(nibbles: &[u8], scales: &[f16]) -> Vec<f32> {
    let word = |bytes: &[u8]| {
        let mut word = [0; 4];
        word[..bytes.len()].copy_from_slice(bytes);
        f32::from_bits(u32::from_le_bytes(word))
    };
    nibbles.chunks(4).map(word).chain(scales.iter().map(|scale| scale.to_f32())).collect()
}

/// The value of a number, of a table's words and as many values.
fn value(words: &[f32], values: usize, number: usize) -> f32 {
    let word = words[number / IN_A_WORD].to_bits();
    // Shifted up and back down, the sign comes along.
    let integer = (word << (28 - 4 * (number % IN_A_WORD))) as i32 >> 28;
    integer as f32 * words[values.div_ceil(IN_A_WORD) + number / BLOCK]
}

/// The sums of the rows whose numbers are in each line of `numbers` `[lines, count]`, but for row 0, `[lines, width]`; `None`
/// where a table of so many rows and so wide is not held in words.
pub fn summed(table: &Tensor<2>, [rows, width]: [usize; 2], numbers: &Tensor<2, Int>) -> Option<Tensor<2>> {
    if table.dims() == [rows, width] {
        return None;
    }
    let (table, [lines, count]) = (here(table)?, numbers.dims());
    let words = flat(&table);
    let mut sums = vec![0.0; lines * width];
    let numbers: Vec<usize> = numbers.clone().into_data().iter::<i64>().map(|number| number as usize).collect();
    for (line, sum) in numbers.chunks_exact(count).zip(sums.chunks_exact_mut(width)) {
        for row in line.iter().filter(|row| **row > 0) {
            sum.iter_mut().zip(row * width..).for_each(|(sum, number)| *sum += value(&words, rows * width, number));
        }
    }
    Some(Tensor::from_data(TensorData::new(sums, [lines, width]), &Device::flex()))
}
