//! A training that ends when its time does: how far it has come, by the clock.

use std::time::Instant;

use anyhow::{Result, ensure};

/// The first steps, which are not measured: they open what later ones only use.
const OPENING: usize = 2;

/// The part of the time after which one can tell how many steps there will be.
const TELLING: f64 = 0.05;

/// When a training has to end, and where it stood when its time began.
pub struct Deadline {
    begun: Instant,
    minutes: f64,
    done: f64,
    /// Seconds gone, and steps taken, when measuring began.
    measured: Option<f64>,
    steps: usize,
}

impl Deadline {
    /// So many minutes after `begun`, with the fraction `done` of the training behind.
    ///
    /// # Errors
    /// When there is no time.
    pub fn new(begun: Instant, minutes: f64, done: f64) -> Result<Self> {
        ensure!(minutes > 0.0 && minutes.is_finite(), "expected a deadline of more than no minutes, got {minutes}");
        Ok(Self { begun, minutes, done, measured: None, steps: 0 })
    }

    /// Seconds since its time began.
    pub fn elapsed(&self) -> f64 {
        self.begun.elapsed().as_secs_f64()
    }

    /// The fraction of the training that is behind after so many seconds.
    pub fn done_after(&self, elapsed: f64) -> f64 {
        let gone = (elapsed / (60.0 * self.minutes)).min(1.0);
        if gone < 1.0 { self.done + (1.0 - self.done) * gone } else { 1.0 }
    }

    /// Counts a step that ended after so many seconds, `warming_up` steps before the learning rate has risen.
    ///
    /// # Errors
    /// When the time will be over before.
    pub fn count(&mut self, elapsed: f64, warming_up: usize) -> Result<()> {
        self.steps += 1;
        if self.steps == OPENING {
            self.measured = Some(elapsed);
        }
        let Some(rate) = self.rate(elapsed).filter(|_| elapsed > TELLING * 60.0 * self.minutes) else { return Ok(()) };
        let left = rate * (60.0 * self.minutes - elapsed).max(0.0);
        ensure!(
            warming_up as f64 <= left,
            "a deadline of {} minutes is shorter than the warm-up: about {:.0} steps, of which the learning rate rises \
             for {}; give it more minutes or the recipe a shorter warm-up",
            self.minutes,
            self.steps as f64 + left,
            self.steps + warming_up
        );
        Ok(())
    }

    /// Steps a second, once some are measured.
    fn rate(&self, elapsed: f64) -> Option<f64> {
        let seconds = elapsed - self.measured?;
        (self.steps > OPENING && seconds > 0.0).then(|| (self.steps - OPENING) as f64 / seconds)
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
        let whole = deadline(0.0);
        assert_eq!([0.0, 60.0, 120.0, 500.0].map(|elapsed| whole.done_after(elapsed)), [0.0, 0.5, 1.0, 1.0]);
        let rest = deadline(0.6);
        assert!((rest.done_after(60.0) - 0.8).abs() < 1e-12 && rest.done_after(120.0) == 1.0);
        assert!(Deadline::new(Instant::now(), 0.0, 0.0).is_err());
        assert!(Deadline::new(Instant::now(), f64::NAN, 0.0).is_err());
    }

    /// Takes as many steps as come before the end, the first after ten seconds, the others so many apart.
    fn run(seconds: f64, warmup: usize) -> Result<()> {
        let (mut deadline, mut elapsed, mut steps) = (deadline(0.0), 10.0, 0);
        while elapsed < 120.0 {
            steps += 1;
            deadline.count(elapsed, warmup.saturating_sub(steps))?;
            elapsed += seconds;
        }
        Ok(())
    }

    #[test]
    fn a_deadline_shorter_than_the_warm_up_is_told_from_one_that_suffices() {
        assert!(run(1.0, 100).is_ok());
        let error = run(1.0, 120).unwrap_err().to_string();
        assert!(error.contains("shorter than the warm-up: about 110 steps") && error.contains("for 120;"), "{error}");
        // Two steps are all there is time for, and the second tells nothing.
        assert!(run(100.0, 0).is_ok());
    }
}
