//! A training that ends when its time does: how far it has come, by the clock.

use std::time::Instant;

use anyhow::{Result, ensure};

/// The first steps, of which the clock says nothing: they look for a GPU's kernels, open files, fill memory.
const OPENING: usize = 2;

/// When a training has to end, and where it stood when its time began.
pub struct Deadline {
    begun: Instant,
    minutes: f64,
    done: f64,
    steps: usize,
    /// Seconds gone when the first steps were over.
    opened: f64,
}

impl Deadline {
    /// So many minutes after `begun`, with the fraction `done` of the training behind.
    ///
    /// # Errors
    /// When there is no time.
    pub fn new(begun: Instant, minutes: f64, done: f64) -> Result<Self> {
        ensure!(minutes > 0.0 && minutes.is_finite(), "expected a deadline of more than no minutes, got {minutes}");
        Ok(Self { begun, minutes, done, steps: 0, opened: 0.0 })
    }

    /// Seconds since its time began.
    pub fn elapsed(&self) -> f64 {
        self.begun.elapsed().as_secs_f64()
    }

    /// The fraction of the training that is behind after so many seconds: what was left of it is spread over the time that
    /// is left after the first steps.
    pub fn done_after(&self, elapsed: f64) -> f64 {
        let end = 60.0 * self.minutes;
        if elapsed >= end {
            1.0
        } else if self.steps < OPENING {
            self.done
        } else {
            self.done + (1.0 - self.done) * (elapsed - self.opened) / (end - self.opened)
        }
    }

    /// Counts a step that ended after so many seconds.
    pub fn count(&mut self, elapsed: f64) {
        self.steps += 1;
        if self.steps == OPENING {
            self.opened = elapsed;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn deadline(done: f64) -> Deadline {
        Deadline::new(Instant::now(), 2.0, done).unwrap()
    }

    #[test]
    fn what_is_left_of_a_training_takes_the_time_there_is() {
        let [mut whole, mut rest] = [0.0, 0.6].map(deadline);
        for deadline in [&mut whole, &mut rest] {
            deadline.count(0.0);
            deadline.count(0.0);
        }
        assert_eq!([0.0, 60.0, 120.0, 500.0].map(|elapsed| whole.done_after(elapsed)), [0.0, 0.5, 1.0, 1.0]);
        assert!((rest.done_after(60.0) - 0.8).abs() < 1e-12 && rest.done_after(120.0) == 1.0);
        assert!(Deadline::new(Instant::now(), 0.0, 0.0).is_err());
        assert!(Deadline::new(Instant::now(), f64::NAN, 0.0).is_err());
    }

    #[test]
    fn slow_first_steps_take_nothing_from_the_schedule() {
        let mut rest = deadline(0.6);
        rest.count(30.0);
        assert_eq!(rest.done_after(30.0), 0.6);
        rest.count(40.0);
        assert_eq!(rest.done_after(40.0), 0.6);
        assert!((rest.done_after(80.0) - 0.8).abs() < 1e-12 && rest.done_after(120.0) == 1.0);
    }

    #[test]
    fn first_steps_that_never_end_do_not_outlast_it() {
        let mut whole = deadline(0.0);
        whole.count(130.0);
        assert_eq!(whole.done_after(130.0), 1.0);
        whole.count(140.0);
        assert_eq!(whole.done_after(140.0), 1.0);
    }
}
