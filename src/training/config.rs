//! How a module is trained: what can be chosen, and the schedule of the learning rate.

use std::f64::consts::PI;

use serde::{Deserialize, Serialize};

/// The fraction of a training for which its learning rate rises at most, where steps are not what it is measured by.
const RISE: f64 = 0.1;

/// How a module is trained; part of a model's committed config.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrainingConfig {
    /// Times that every picture is seen.
    pub epochs: usize,
    /// Pictures in a step.
    pub batch: usize,
    /// The largest learning rate; it rises for `warmup` steps and then falls to zero as a cosine.
    pub learning_rate: f64,
    /// Steps to the largest learning rate.
    pub warmup: usize,
    /// Weight decay of AdamW (arXiv 1711.05101).
    pub weight_decay: f64,
    /// Gradients are scaled down to this norm, parameter by parameter.
    pub gradient_norm: f64,
    /// Decays of AdamW's two running means.
    #[serde(default = "betas")]
    pub betas: [f64; 2],
    /// Decay of the running average of the parameters, which is what ships; 0 ships the last parameters.
    #[serde(default)]
    pub averaging: f64,
    /// Fraction of the batches whose class is dropped, so that "any" is learned as a condition too.
    pub class_dropout: f64,
    /// The fraction of the training after which the learning rate begins anew, for a module that then begins with
    /// something else; 0 for none.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub restart: f64,
    /// The last fraction of the training, in which what the parameters are rounded to when they ship is what learns; 0 for
    /// none.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub rounded: f64,
    /// Seed of everything random: initial weights, order, dropped classes and noise.
    pub seed: u64,
}

fn is_zero(number: &f64) -> bool {
    *number == 0.0
}

fn betas() -> [f64; 2] {
    [0.9, 0.999]
}

impl TrainingConfig {
    /// Steps of the whole training on so many examples; those that fill no batch are left out, others in each epoch.
    pub fn steps(&self, examples: usize) -> usize {
        self.epochs * (examples / self.batch)
    }

    /// The step, of so many, at which the learning rate begins anew; 0 where it does not.
    pub fn restart_at(&self, steps: usize) -> usize {
        (self.restart * steps as f64).round() as usize
    }

    /// Linear warm-up, then half a cosine down to zero (arXiv 1608.03983), and once more after a restart.
    pub fn learning_rate_at(&self, step: usize, steps: usize) -> f64 {
        let restart = self.restart_at(steps);
        let (step, steps) = if step < restart { (step, restart) } else { (step - restart, steps - restart) };
        let rise = ((step + 1) as f64 / self.warmup.max(1) as f64).min(1.0);
        let fall = 0.5 * (1.0 + (PI * step as f64 / steps as f64).cos());
        self.learning_rate * rise * fall
    }

    /// The same where the fraction `done` of the training is behind, whatever its steps, `since` steps after the
    /// learning rate began last. A tenth of the training ends the warm-up, too.
    pub fn learning_rate_after(&self, done: f64, since: usize) -> f64 {
        let [from, to] = if done < self.restart { [0.0, self.restart] } else { [self.restart, 1.0] };
        let fraction = ((done - from) / (to - from)).min(1.0);
        let rise = ((since + 1) as f64 / self.warmup.max(1) as f64).max((done - from) / RISE).min(1.0);
        self.learning_rate * rise * 0.5 * (1.0 + (PI * fraction).cos())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config() -> TrainingConfig {
        serde_json::from_value(serde_json::json!({
            "epochs": 3, "batch": 8, "learning_rate": 0.01, "warmup": 2, "weight_decay": 0.01, "gradient_norm": 1.0,
            "class_dropout": 0.3, "seed": 5,
        }))
        .expect("what is left out has a default")
    }

    #[test]
    fn an_epoch_is_of_whole_batches() {
        assert_eq!(config().steps(39), 3 * 4);
    }

    #[test]
    fn the_learning_rate_rises_and_falls_to_zero() {
        let training = TrainingConfig { warmup: 10, ..config() };
        let rates: Vec<f64> = (0..=100).map(|step| training.learning_rate_at(step, 100)).collect();
        assert!(rates[..10].windows(2).all(|pair| pair[0] < pair[1]));
        assert!(rates[10..].windows(2).all(|pair| pair[0] > pair[1]));
        assert!(rates[100].abs() < 1e-12 && rates.iter().all(|rate| *rate <= training.learning_rate));
    }

    #[test]
    fn the_learning_rate_begins_anew_once() {
        let training = TrainingConfig { warmup: 5, restart: 0.25, ..config() };
        let rate = |step| training.learning_rate_at(step, 100);
        assert!(rate(24) < 0.01 * training.learning_rate && rate(30) > 0.9 * training.learning_rate, "{}", rate(30));
        assert!(rate(100).abs() < 1e-12);
    }

    #[test]
    fn the_learning_rate_is_the_same_by_steps_and_by_fractions() {
        for restart in [0.0, 0.25] {
            let training = TrainingConfig { warmup: 5, restart, ..config() };
            for step in 0..100 {
                let since = if step < training.restart_at(100) { step } else { step - training.restart_at(100) };
                let [by_step, by_fraction] =
                    [training.learning_rate_at(step, 100), training.learning_rate_after(step as f64 / 100.0, since)];
                assert!((by_step - by_fraction).abs() < 1e-12, "{step}: {by_step}, {by_fraction}");
            }
        }
    }

    #[test]
    fn a_tenth_of_the_training_ends_a_longer_warm_up() {
        let training = TrainingConfig { warmup: 1_000, restart: 0.4, ..config() };
        let rise = |done: f64, since| {
            let full = TrainingConfig { warmup: 0, ..training.clone() };
            training.learning_rate_after(done, since) / full.learning_rate_after(done, since)
        };
        // What the clock says, and once it says less than the steps, what these say.
        assert!((rise(0.05, 10) - 0.5).abs() < 1e-12 && (rise(0.05, 799) - 0.8).abs() < 1e-12);
        assert!((rise(0.45, 10) - 0.5).abs() < 1e-12);
        assert!([0.1, 0.3, 0.5, 0.9].iter().all(|&done| (rise(done, 10) - 1.0).abs() < 1e-12));
    }
}
