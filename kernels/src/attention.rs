//! Attention from all tokens to all (arXiv 1706.03762), head by head.

use crate::activation::{each, exponentials};
use crate::scratch::{Scratch, first};
use crate::shape::expect_length;
use crate::simd::{COLUMNS, F32x4, LANES};
use crate::tile::multiply;

/// What queries of tokens see in all tokens' values, as far as their keys are alike: softmax(q k^T / sqrt(size)) v of each head.
///
/// `q`, `k`, `v` and `out` are `[batch, tokens, heads * size]`.
pub fn attention(
    [q, k, v]: [&[f32]; 3],
    [batch, tokens, heads, size]: [usize; 4],
    out: &mut [f32],
    scratch: &mut Scratch,
) {
    let width = heads * size;
    assert!(batch > 0 && tokens > 0 && width > 0, "attention: came {batch} x {tokens} tokens, {heads} heads of {size}");
    for (what, length) in
        [("queries", q.len()), ("keys", k.len()), ("values", v.len()), ("attention's output", out.len())]
    {
        expect_length(what, length, batch * tokens * width);
    }
    let [seen, columns] = [tokens, size].map(|n| n.next_multiple_of(COLUMNS));
    let packed = first(&mut scratch.rows, (seen * size).max(columns * tokens));
    let scores = first(&mut scratch.products, tokens * seen);
    let scale = 1.0 / (size as f32).sqrt();
    for (picture, head) in (0..batch).flat_map(|b| (0..heads).map(move |head| (b * tokens * width, head * size))) {
        let at = |token: usize| picture + token * width + head;
        let keys = &mut packed[..seen * size];
        pack_keys(keys, size, tokens, |token| &k[at(token)..][..size], scale);
        for (block, keys) in keys.as_chunks().0.chunks_exact(size).enumerate() {
            multiply::<1>(
                tokens,
                |token, _| &q[at(token)..][..size],
                keys,
                [F32x4::zero(); 2],
                |token, sums| {
                    let to = &mut scores[token * seen + block * COLUMNS..][..COLUMNS];
                    sums[0].store_at(to, 0);
                    sums[1].store_at(to, LANES);
                },
            );
        }
        for scores in scores.chunks_exact_mut(seen) {
            // Whole vectors: what is no token is not seen.
            scores[tokens..].fill(f32::NEG_INFINITY);
            let factor = F32x4::splat(1.0 / exponentials(scores));
            each(scores, |x| x * factor);
        }
        let values = &mut packed[..columns * tokens];
        pack_values(values, size, tokens, |token| &v[at(token)..][..size]);
        for (block, values) in values.as_chunks().0.chunks_exact(tokens).enumerate() {
            let column = block * COLUMNS;
            let few = COLUMNS.min(size - column);
            multiply::<1>(
                tokens,
                |token, _| &scores[token * seen..][..tokens],
                values,
                [F32x4::zero(); 2],
                |token, sums| {
                    let (low, high) = out[at(token) + column..][..few].split_at_mut(LANES.min(few));
                    sums[0].store_part(low);
                    sums[1].store_part(high);
                },
            );
        }
    }
}

/// Keys of tokens as a matrix `[size, tokens]`, packed as by [`crate::pack_rows`] and scaled.
fn pack_keys<'a>(packed: &mut [f32], size: usize, tokens: usize, key: impl Fn(usize) -> &'a [f32], scale: f32) {
    packed.fill(0.0);
    for (block, packed) in packed.chunks_exact_mut(size * COLUMNS).enumerate() {
        let first = block * COLUMNS;
        for token in first..tokens.min(first + COLUMNS) {
            for (packed, x) in packed.as_chunks_mut::<COLUMNS>().0.iter_mut().zip(key(token)) {
                packed[token - first] = x * scale;
            }
        }
    }
}

/// Values of tokens as a matrix `[tokens, size]`, packed as by [`crate::pack_rows`].
fn pack_values<'a>(packed: &mut [f32], size: usize, tokens: usize, value: impl Fn(usize) -> &'a [f32]) {
    for (block, packed) in packed.chunks_exact_mut(tokens * COLUMNS).enumerate() {
        let columns = block * COLUMNS..size.min((block + 1) * COLUMNS);
        for (token, packed) in packed.as_chunks_mut::<COLUMNS>().0.iter_mut().enumerate() {
            let value = &value(token)[columns.clone()];
            match value.first_chunk() {
                Some(whole) => *packed = *whole,
                None => {
                    packed.fill(0.0);
                    packed[..value.len()].copy_from_slice(value);
                }
            }
        }
    }
}
