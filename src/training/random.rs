//! What is random in a training comes from its seed, so that one that was cut off goes on exactly as it would have.

use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;

/// An order in which to see each of `count` examples once, depending on `seed` and `epoch` alone.
pub fn shuffled(count: usize, seed: u64, epoch: usize) -> Vec<usize> {
    let mut order: Vec<usize> = (0..count).collect();
    order.shuffle(&mut stream(seed, epoch));
    order
}

/// The random numbers of one step.
pub fn step_rng(seed: u64, step: usize) -> ChaCha8Rng {
    // Stream 0 is left to the initial weights.
    stream(seed, step + 1)
}

fn stream(seed: u64, number: usize) -> ChaCha8Rng {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    rng.set_stream(number as u64);
    rng
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_epoch_sees_every_example_once_in_an_order_of_its_own() {
        let mut first = shuffled(50, 1, 0);
        assert_eq!(first, shuffled(50, 1, 0));
        assert_ne!(first, shuffled(50, 1, 1));
        assert_ne!(first, shuffled(50, 2, 0));
        first.sort_unstable();
        assert_eq!(first, (0..50).collect::<Vec<_>>());
    }
}
