//! Attention.

use kernels::{Scratch, attention};
use proptest::prelude::*;

use crate::reference::{assert_close, numbers};

fn check(batch: usize, tokens: usize, heads: usize, size: usize, scratch: &mut Scratch) {
    let width = heads * size;
    let [q, k, v] =
        [1, 2, 3].map(|seed| numbers(batch * tokens * width, seed).iter().map(|x| 3.0 * x).collect::<Vec<_>>());
    let mut expected = vec![0.0; q.len()];
    for (picture, head) in (0..batch).flat_map(|b| (0..heads).map(move |head| (b * tokens * width, head * size))) {
        let at = |of: &[f32], token: usize, i: usize| f64::from(of[picture + token * width + head + i]);
        for query in 0..tokens {
            let score = |key| (0..size).map(|i| at(&q, query, i) * at(&k, key, i)).sum::<f64>() / (size as f64).sqrt();
            let odds: Vec<f64> = (0..tokens).map(|key| f64::exp(score(key))).collect();
            let sum: f64 = odds.iter().sum();
            for i in 0..size {
                let seen = (0..tokens).map(|key| odds[key] / sum * at(&v, key, i)).sum();
                expected[picture + query * width + head + i] = seen;
            }
        }
    }
    let mut out = vec![f32::NAN; q.len()];
    attention([&q, &k, &v], [batch, tokens, heads, size], &mut out, scratch);
    assert_close(&out, &expected, 5e-6);
}

#[test]
fn attention_to_pixels_is_as_defined() {
    let scratch = &mut Scratch::new();
    check(1, 49, 4, 24, scratch);
    check(2, 64, 4, 24, scratch);
    check(1, 64, 4, 12, scratch);
}

proptest! {
    #[test]
    fn any_attention_is_as_defined(batch in 1usize..3, tokens in 1usize..20, heads in 1usize..4, size in 1usize..20) {
        check(batch, tokens, heads, size, &mut Scratch::new());
    }
}
