//! Norms of groups of channels and of rows.
//!
//! A mean is taken first, and the squares of what is left of each number without it afterwards: the difference of two
//! large numbers never is a variance.

use crate::shape::expect_length;
use crate::simd::{COLUMNS, F32x4, LANES, halves};

/// Channels of a group, which are as many as a block of columns.
pub(crate) const GROUP: usize = COLUMNS;

/// What is added to a variance.
const EPSILON: f32 = 1e-5;

/// What a norm does to a channel of one picture: without `mean`, times `scale`, and `shift` added.
#[derive(Clone, Copy)]
pub(crate) struct Channels<'a> {
    pub mean: &'a [f32],
    pub scale: &'a [f32],
    pub shift: &'a [f32],
}

impl Channels<'_> {
    /// Four numbers of the channels from `channel` on.
    #[inline(always)]
    pub fn apply(&self, channel: usize, x: F32x4) -> F32x4 {
        let at = |numbers| F32x4::load_at(numbers, channel);
        (x - at(self.mean)) * at(self.scale) + at(self.shift)
    }
}

/// A norm of groups of 8 channels of one picture `[pixels, channels]`, kept in `kept` (3 numbers a channel).
///
/// `film` is what the norm is multiplied by less 1, and what is then added: arXiv 1709.07871.
pub(crate) fn group_statistics<'a>(
    picture: &[f32],
    [gamma, beta]: [&[f32]; 2],
    film: Option<[&[f32]; 2]>,
    kept: &'a mut [f32],
) -> Channels<'a> {
    let channels = gamma.len();
    let (mean, rest) = kept.split_at_mut(channels);
    let (scale, shift) = rest.split_at_mut(channels);
    let count = (picture.len() / channels * GROUP) as f32;
    // Several groups at once read whole lines of the cache.
    let mut channel = 0;
    while channel < channels {
        channel += if channel + 4 * GROUP <= channels {
            moments::<4>(picture, channels, channel, count, mean, scale)
        } else {
            moments::<1>(picture, channels, channel, count, mean, scale)
        };
    }
    for channel in 0..channels {
        let [scale, shift] = [&mut scale[channel], &mut shift[channel]];
        *scale *= gamma[channel];
        *shift = beta[channel];
        if let Some([by, to]) = film {
            *scale *= by[channel] + 1.0;
            *shift = *shift * (by[channel] + 1.0) + to[channel];
        }
    }
    Channels { mean, scale, shift }
}

/// The means of `G` groups from `first` on, and one over their deviations, of each channel; says how many they are.
#[inline(always)]
fn moments<const G: usize>(
    picture: &[f32],
    channels: usize,
    first: usize,
    count: f32,
    mean: &mut [f32],
    inverse: &mut [f32],
) -> usize {
    // A group's two vectors at each pixel.
    let each = |f: &mut dyn FnMut(usize, [F32x4; 2])| {
        for pixel in picture.chunks_exact(channels) {
            let (groups, _) = pixel[first..first + G * GROUP].as_chunks::<GROUP>();
            for (g, group) in groups.iter().enumerate() {
                f(g, halves(group));
            }
        }
    };
    let mut sums = [[F32x4::zero(); 2]; G];
    each(&mut |g, [a, b]| {
        sums[g][0] += a;
        sums[g][1] += b;
    });
    let means = sums.map(|[a, b]| (a + b).sum() / count);
    let mut squares = [[F32x4::zero(); 2]; G];
    each(&mut |g, group| {
        let [a, b] = group.map(|x| x - F32x4::splat(means[g]));
        squares[g][0] += a * a;
        squares[g][1] += b * b;
    });
    for (g, [a, b]) in squares.into_iter().enumerate() {
        let range = first + g * GROUP..first + (g + 1) * GROUP;
        mean[range.clone()].fill(means[g]);
        inverse[range].fill(1.0 / ((a + b).sum() / count + EPSILON).sqrt());
    }
    G * GROUP
}

/// Checks what a norm of groups of 8 channels is given.
#[track_caller]
pub(crate) fn expect_groups(channels: usize, gamma: &[f32], beta: &[f32]) {
    assert!(
        channels.is_multiple_of(GROUP),
        "a group norm: expected groups of {GROUP} channels, came {channels} channels"
    );
    expect_length("a norm's gamma", gamma.len(), channels);
    expect_length("a norm's beta", beta.len(), channels);
}

/// Normalizes groups of 8 channels of each picture of `x` `[batch, pixels, channels]`, to the same shape (arXiv
/// 1803.08494, with 1e-5 added to the variance); `gamma` and `beta` are `[channels]`.
pub fn group_norm(x: &[f32], batch: usize, gamma: &[f32], beta: &[f32], out: &mut [f32], scratch: &mut crate::Scratch) {
    let channels = gamma.len();
    expect_groups(channels, gamma, beta);
    assert!(
        batch > 0 && channels > 0 && x.len().is_multiple_of(batch * channels),
        "a group norm: expected {batch} pictures of {channels} channels, came {} numbers",
        x.len()
    );
    expect_length("the output of a group norm", out.len(), x.len());
    let kept = crate::scratch::first(&mut scratch.channels, 3 * channels);
    let picture = x.len() / batch;
    if picture == 0 {
        return;
    }
    for (x, out) in x.chunks_exact(picture).zip(out.chunks_exact_mut(picture)) {
        let statistics = group_statistics(x, [gamma, beta], None, kept);
        for (x, out) in x.chunks_exact(channels).zip(out.chunks_exact_mut(channels)) {
            for channel in (0..channels).step_by(LANES) {
                statistics.apply(channel, F32x4::load_at(x, channel)).store_at(out, channel);
            }
        }
    }
}

/// Normalizes each row of `x` `[rows, length]` in place (arXiv 1607.06450); `gamma` and `beta` are `[length]`, and `epsilon`
/// is added to the variance.
pub fn layer_norm(x: &mut [f32], gamma: &[f32], beta: &[f32], epsilon: f32) {
    let length = gamma.len();
    expect_length("a norm's beta", beta.len(), length);
    assert!(length > 0 && x.len().is_multiple_of(length), "a norm: rows of {length} numbers in {}", x.len());
    for row in x.chunks_exact_mut(length) {
        let mean = sum(row, |x| x) / length as f32;
        let square = sum(row, |x| {
            let x = x - F32x4::splat(mean);
            x * x
        });
        // What fills the last vector up is no number of the row: it counted as a zero.
        let filled = (length.next_multiple_of(LANES) - length) as f32;
        let variance = (square - filled * mean * mean).max(0.0) / length as f32;
        let inverse = F32x4::splat(1.0 / (variance + epsilon).sqrt());
        let (vectors, rest) = row.as_chunks_mut();
        let (gammas, gamma) = gamma.as_chunks();
        let (betas, beta) = beta.as_chunks();
        let normed = |x, gamma, beta| (x - F32x4::splat(mean)) * inverse * gamma + beta;
        for ((vector, gamma), beta) in vectors.iter_mut().zip(gammas).zip(betas) {
            normed(F32x4::load(vector), F32x4::load(gamma), F32x4::load(beta)).store(vector);
        }
        normed(F32x4::load_part(rest), F32x4::load_part(gamma), F32x4::load_part(beta)).store_part(rest);
    }
}

/// The sum of a function of all numbers, and of the zeros that fill the last vector up.
#[inline(always)]
fn sum(row: &[f32], f: impl Fn(F32x4) -> F32x4) -> f32 {
    let (vectors, rest) = row.as_chunks();
    let mut sum = F32x4::zero();
    for vector in vectors {
        sum += f(F32x4::load(vector));
    }
    if !rest.is_empty() {
        sum += f(F32x4::load_part(rest));
    }
    sum.sum()
}
