//! Attention from all tokens to all (arXiv 1706.03762), head by head.

use crate::activation::exponentials;
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
    let ([seen, columns], picture) = ([tokens, size].map(|n| n.next_multiple_of(COLUMNS)), tokens * width);
    let packed = first(&mut scratch.rows, seen * size + columns * tokens + columns);
    let (keys, rest) = packed.split_at_mut(seen * size);
    let (values, query) = rest.split_at_mut(columns * tokens);
    let scores = first(&mut scratch.products, tokens * seen);
    let scale = 1.0 / (size as f32).sqrt();
    for (picture, head) in (0..batch).flat_map(|b| (0..heads).map(move |head| (b * picture, head * size))) {
        let at = |of: &[f32], token: usize, i: usize| of[picture + token * width + head + i];
        pack(keys, size, tokens, |i, token| at(k, token, i) * scale);
        pack(values, tokens, size, |token, i| at(v, token, i));
        let row = |token: usize, _| &q[picture + token * width + head..][..size];
        for (block, keys) in keys.as_chunks::<COLUMNS>().0.chunks_exact(size).enumerate() {
            multiply::<1>(tokens, row, keys, [F32x4::zero(); 2], |token, sums| {
                let to = &mut scores[token * seen + block * COLUMNS..][..COLUMNS];
                sums[0].store_at(to, 0);
                sums[1].store_at(to, LANES);
            });
        }
        for scores in scores.chunks_exact_mut(seen) {
            let factor = F32x4::splat(1.0 / exponentials(&mut scores[..tokens]));
            crate::activation::each(&mut scores[..tokens], |x| x * factor);
        }
        let row = |token: usize, _| &scores[token * seen..][..tokens];
        for (block, values) in values.as_chunks::<COLUMNS>().0.chunks_exact(tokens).enumerate() {
            multiply::<1>(tokens, row, values, [F32x4::zero(); 2], |token, sums| {
                let [one, other] = sums.map(F32x4::array);
                query[..LANES].copy_from_slice(&one);
                query[LANES..COLUMNS].copy_from_slice(&other);
                let few = COLUMNS.min(size - block * COLUMNS);
                out[picture + token * width + head + block * COLUMNS..][..few].copy_from_slice(&query[..few]);
            });
        }
    }
}

/// `[ceil(outputs / 8)][inputs][8]`, as of [`crate::pack_rows`].
fn pack(packed: &mut [f32], inputs: usize, outputs: usize, at: impl Fn(usize, usize) -> f32) {
    for (block, packed) in packed.chunks_exact_mut(inputs * COLUMNS).enumerate() {
        for (input, packed) in packed.as_chunks_mut::<COLUMNS>().0.iter_mut().enumerate() {
            for (i, packed) in packed.iter_mut().enumerate() {
                let output = block * COLUMNS + i;
                *packed = if output < outputs { at(input, output) } else { 0.0 };
            }
        }
    }
}
