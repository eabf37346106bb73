//! A module that learns: one step after the other, with its running average and its optimizer.

use burn::grad_clipping::GradientClippingConfig;
use burn::module::Module;
use burn::optim::{AdamWConfig, GradientsParams, ModuleOptimizer};
use burn::tensor::{Device, Int, Tensor};
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

use super::averaging::average;
use super::config::TrainingConfig;
use super::objective::Objective;
use super::random::step_rng;
use super::rounding::rounded;
use crate::cards::Precision;
use crate::losses::Loss;

/// Where a training stands whose end is not known in steps, such as one that ends at a deadline.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Pace {
    /// The step before which it was taken.
    pub step: usize,
    /// The fraction of the training that was behind then.
    pub done: f64,
    /// The step at which the learning rate began last.
    pub risen: usize,
}

/// A module that learns, and all that its next step depends on.
pub struct Learner<M> {
    /// The parameters as the last step left them.
    pub module: M,
    /// Their running average, where the config asks for one.
    pub averaged: Option<M>,
    /// The state of AdamW (arXiv 1711.05101).
    pub optimizer: ModuleOptimizer,
    /// The number of the next step.
    pub step: usize,
    /// Where the training stands, if not where its step says.
    pub pace: Option<Pace>,
    /// Whether the module had learned before its first step here.
    has_learned: bool,
    steps: usize,
    precision: Precision,
    config: TrainingConfig,
}

impl<M: Module> Learner<M> {
    /// A module with initial parameters, that learns in so many steps to ship in a precision.
    pub fn new(module: M, config: &TrainingConfig, steps: usize, precision: Precision) -> Self {
        let optimizer = AdamWConfig::new()
            .with_beta_1(config.betas[0] as f32)
            .with_beta_2(config.betas[1] as f32)
            .with_weight_decay(config.weight_decay as f32)
            .with_grad_clipping(Some(GradientClippingConfig::Norm(config.gradient_norm as f32)))
            .init();
        let averaged = (config.averaging > 0.0).then(|| module.clone());
        Self {
            module,
            averaged,
            optimizer,
            step: 0,
            pace: None,
            has_learned: false,
            steps,
            precision,
            config: config.clone(),
        }
    }

    /// A module that has learned before, and learns on from the step at which the learning rate begins anew.
    pub fn going_on(module: M, config: &TrainingConfig, steps: usize, precision: Precision) -> Self {
        let begun = config.restart_at(steps);
        Self { step: begun, has_learned: true, ..Self::new(module, config, steps, precision) }
    }

    /// Moves to where it learns: to `device`, with gradients. Examples must come from there, too.
    pub fn on(self, device: &Device) -> Self {
        Self { module: self.module.to_device(&device.clone().autodiff()).train(), ..self }
    }

    /// Steps of the whole training.
    pub fn steps(&self) -> usize {
        self.steps
    }

    /// The fraction of the training that is behind: so many steps of all, or of those left since its pace was taken.
    pub fn done(&self) -> f64 {
        match self.pace {
            None => self.step as f64 / self.steps as f64,
            Some(pace) => (pace.done + (self.step - pace.step) as f64 / self.steps as f64).min(1.0),
        }
    }

    /// Puts the next step where the fraction `done` of the training is behind, whatever its number.
    pub fn pace(&mut self, done: f64) {
        let (restart, restart_at) = (self.config.restart, self.config.restart_at(self.steps));
        let risen = self.pace.map_or(if self.step < restart_at { 0 } else { restart_at }, |pace| pace.risen);
        let begins_anew = self.done() < restart && done >= restart;
        self.pace = Some(Pace { step: self.step, done, risen: if begins_anew { self.step } else { risen } });
    }

    /// The random numbers of the next step: for its batch first, then for the step itself.
    pub fn rng(&self) -> ChaCha8Rng {
        step_rng(self.config.seed, self.step)
    }

    /// Takes one step on a batch of examples under conditions `[batch, numbers]`, see [`Objective::loss`], and returns the
    /// loss that it descended.
    pub fn step<const D: usize>(
        mut self,
        examples: Tensor<D>,
        conditions: Tensor<2, Int>,
        rng: &mut ChaCha8Rng,
    ) -> (Self, Loss)
    where
        M: Objective<D>,
    {
        if self.step == 0 && !self.has_learned {
            self.module = self.module.prepared(examples.clone(), conditions.clone(), rng);
            self.averaged = self.averaged.map(|_| self.module.valid());
        }
        let done = self.done();
        self.module = self.module.progressed(done);
        // A gradient is taken where the parameters are rounded to, and moves those that are not.
        let rounds = done >= 1.0 - self.config.rounded;
        let rounded = rounds.then(|| rounded(self.module.clone(), self.precision));
        let learning = rounded.as_ref().unwrap_or(&self.module);
        let loss = learning.loss(examples, conditions, rng);
        let rate = match self.pace {
            None => self.config.learning_rate_at(self.step, self.steps),
            Some(pace) => self.config.learning_rate_after(done, self.step - pace.risen),
        };
        let mut gradients = loss.total.backward();
        let fast = learning
            .faster()
            .map(|(times, parameters)| (times, GradientsParams::from_params(&mut gradients, learning, &parameters)));
        let gradients = GradientsParams::from_grads(gradients, learning);
        if let Some((times, fast)) = fast {
            self.module = self.optimizer.step(times * rate, self.module, fast);
        }
        self.module = self.optimizer.step(rate, self.module, gradients);
        let decay = self.config.averaging;
        self.averaged = self.averaged.map(|averaged| average(averaged, &self.module, decay, self.step));
        self.step += 1;
        (self, loss)
    }

    /// What the training is for: the averaged parameters where there are such, else the last.
    pub fn learned(self) -> M {
        self.averaged.unwrap_or_else(|| self.module.valid())
    }
}
