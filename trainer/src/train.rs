//! The training loop: the same for every module with an [`Objective`].

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use burn::tensor::Device;
use indicatif::{ProgressBar, ProgressStyle};
use pushforward::training::{Learner, Objective, TrainingConfig, shuffled};
use pushforward::weights::Precision;

use crate::checkpoint::{Checkpoint, Origin, Progress};
use crate::examples::Examples;
use crate::log::Log;

/// When to save and when to stop.
#[derive(Debug, Clone)]
pub struct Schedule {
    /// Forget the checkpoint.
    pub restart: bool,
    /// Where there is no checkpoint, begin with the weights that ship.
    pub from_shipped: bool,
    /// Stop at this step.
    pub until: Option<usize>,
    /// Minutes between checkpoints.
    pub checkpoint_minutes: f64,
}

/// What is trained, and where its files are.
pub struct Task<'a> {
    /// The model's id.
    pub model: &'a str,
    /// The whole committed config, for the checkpoint to remember.
    pub config: serde_json::Value,
    /// The loop's part of it.
    pub training: &'a TrainingConfig,
    /// In which precision the module ships.
    pub precision: Precision,
    /// Folder of checkpoint and log.
    pub folder: &'a Path,
    /// How the device is called in the card.
    pub device_name: String,
    /// Where the module's weights are from, if they are not random: such a training begins where its learning rate
    /// begins anew.
    pub origin: Option<Origin>,
}

/// Trains `module`, from its checkpoint if there is one, to the end of its config.
///
/// Every step draws from a random stream of its own number, so a resumed training goes on exactly
/// as it would have.
///
/// # Errors
/// When files cannot be written, the checkpoint is of another config, or the loss is not finite.
pub fn train<M: Objective>(
    task: &Task<'_>,
    module: M,
    examples: &dyn Examples,
    schedule: &Schedule,
    device: &Device,
) -> Result<M> {
    let training = task.training;
    let checkpoint = Checkpoint::new(task.model, task.folder);
    fs::create_dir_all(task.folder).with_context(|| format!("creating {}", task.folder.display()))?;

    let (epoch_steps, steps) = (examples.len() / training.batch, training.steps(examples.len()));
    let found = checkpoint.progress()?.filter(|_| !schedule.restart);
    let origin = found.as_ref().map_or(&task.origin, |progress| &progress.origin);
    let begin = if origin.is_some() { Learner::going_on } else { Learner::new };
    let mut learner = begin(module, training, steps, task.precision);
    let mut progress = if let Some(progress) = found {
        ensure!(
            progress.is_of(&task.config),
            "the checkpoint of {} was made with another config; go back to that config or start again with --restart",
            task.model
        );
        learner = checkpoint.load(learner, &progress)?;
        eprintln!("{}: going on from step {}", task.model, progress.step);
        progress
    } else {
        let (config, origin, begun) = (task.config.clone(), task.origin.clone(), learner.step);
        Progress { step: begun, seconds: 0.0, config, devices: Vec::new(), origin, begun }
    };
    if !progress.devices.contains(&task.device_name) {
        progress.devices.push(task.device_name.clone());
    }
    let (mut learner, learning) = (learner.on(device), device.clone().autodiff());

    let last = schedule.until.map_or(steps, |until| until.min(steps));
    let mut log = Log::open(task.folder, progress.step - progress.begun)?;
    let bar = progress_bar(steps, progress.step, training.batch);
    let stop = stop_signal()?;
    let (started, before) = (Instant::now(), progress.seconds);
    let mut saved = Instant::now();
    let mut order = (usize::MAX, Vec::new());

    while progress.step < last && !stop.load(Ordering::Relaxed) {
        let (epoch, step_in_epoch) = (progress.step / epoch_steps, progress.step % epoch_steps);
        if order.0 != epoch {
            order = (epoch, shuffled(examples.len(), training.seed, epoch));
        }
        let batch = &order.1[step_in_epoch * training.batch..(step_in_epoch + 1) * training.batch];
        let mut rng = learner.rng();
        let (pictures, conditions) = examples.batch(batch, &mut rng, &learning);
        let loss;
        (learner, loss) = learner.step(pictures, conditions, &mut rng);
        progress.step = learner.step;
        progress.seconds = before + started.elapsed().as_secs_f64();

        let values = log.add(progress.step, &loss)?;
        ensure!(values[0].is_finite(), "the loss of {} is no longer finite at step {}", task.model, progress.step);
        bar.set_position(progress.step as u64);
        bar.set_message(format!("loss {:.4}, {:.0} images/s", values[0], training.batch as f64 / bar_seconds(&bar)));
        if saved.elapsed() > Duration::from_secs_f64(60.0 * schedule.checkpoint_minutes) {
            checkpoint.save(&learner, &progress)?;
            saved = Instant::now();
        }
    }
    checkpoint.save(&learner, &progress)?;
    bar.abandon();
    if progress.step < steps {
        eprintln!("{}: stopped at step {} of {steps}; the same command goes on from here", task.model, progress.step);
    }
    Ok(learner.learned())
}

fn progress_bar(steps: usize, done: usize, batch: usize) -> ProgressBar {
    let style = ProgressStyle::with_template("{elapsed_precise} {wide_bar} step {pos}/{len}, {msg}, {eta} left")
        .expect("the template is fixed");
    let bar = ProgressBar::new(steps as u64).with_style(style).with_position(done as u64);
    bar.reset_eta();
    bar.set_message(format!("batches of {batch}"));
    bar
}

/// Seconds a step takes, as the bar estimates it.
fn bar_seconds(bar: &ProgressBar) -> f64 {
    1.0 / bar.per_sec().max(1e-9)
}

/// A flag that Ctrl-C sets, so that the loop can save before it stops.
fn stop_signal() -> Result<Arc<AtomicBool>> {
    let stop = Arc::new(AtomicBool::new(false));
    let flag = stop.clone();
    let handler = move || {
        if flag.swap(true, Ordering::Relaxed) {
            std::process::exit(130);
        }
        eprintln!("\nsaving, then stopping; Ctrl-C again stops at once");
    };
    // Only one handler fits in a process; a second training in it keeps the first one's.
    match ctrlc::set_handler(handler) {
        Err(ctrlc::Error::MultipleHandlers) | Ok(()) => Ok(stop),
        Err(error) => Err(error).context("listening for Ctrl-C"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fashion::images::{Images, Labelled};
    use crate::log::scalar;
    use burn::module::{Module, Param};
    use burn::nn::{Linear, LinearConfig};
    use burn::tensor::{Int, Tensor};
    use pushforward::generator::noise;
    use pushforward::losses::Loss;
    use pushforward::training::rounded;
    use pushforward::weights;
    use rand_chacha::ChaCha8Rng;

    /// A config for the smallest modules.
    fn small() -> TrainingConfig {
        TrainingConfig {
            epochs: 3,
            batch: 8,
            learning_rate: 0.01,
            warmup: 2,
            weight_decay: 0.01,
            gradient_norm: 1.0,
            betas: [0.9, 0.999],
            averaging: 0.0,
            class_dropout: 0.3,
            restart: 0.0,
            rounded: 0.0,
            seed: 5,
        }
    }

    /// The smallest module with a loss that depends on pictures, conditions and noise.
    #[derive(Module, Debug)]
    struct Tiny {
        linear: Linear,
    }

    impl Objective for Tiny {
        fn loss(&self, images: Tensor<4>, conditions: Tensor<2, Int>, rng: &mut ChaCha8Rng) -> Loss {
            let conditions: Tensor<1, Int> = conditions.squeeze_dim(1);
            let [batch, ..] = images.dims();
            let noise = noise([batch, 784], rng, &images.device()) * 0.1;
            let got = self.linear.forward(images.flatten::<2>(1, 3) + noise);
            let error = got - conditions.float().unsqueeze_dim(1);
            Loss { total: error.square().mean(), terms: vec![] }
        }
    }

    /// Trains from zeros up to a step and returns the packed parameters.
    fn run(folder: &Path, config: &TrainingConfig, until: Option<usize>) -> Result<Vec<u8>> {
        run_from(folder, config, until, None)
    }

    fn run_from(
        folder: &Path,
        config: &TrainingConfig,
        until: Option<usize>,
        origin: Option<Origin>,
    ) -> Result<Vec<u8>> {
        let initializer = burn::nn::Initializer::Zeros;
        let linear = LinearConfig::new(784, 1).with_initializer(initializer).init(&Device::flex());
        Ok(weights::pack("tiny", &trained(folder, config, until, origin, Tiny { linear })?, Precision::Q8)?)
    }

    fn trained<M: Objective>(
        folder: &Path,
        config: &TrainingConfig,
        until: Option<usize>,
        origin: Option<Origin>,
        module: M,
    ) -> Result<M> {
        let task = Task {
            model: "tiny",
            config: serde_json::to_value(config)?,
            training: config,
            precision: Precision::Q4,
            folder,
            device_name: "test".into(),
            origin,
        };
        let schedule = Schedule { restart: false, from_shipped: false, until, checkpoint_minutes: 60.0 };
        let examples = Labelled { images: Images::made_up(40), dropout: config.class_dropout };
        train(&task, module, &examples, &schedule, &Device::flex())
    }

    #[test]
    fn a_resumed_training_ends_where_an_uninterrupted_one_does() {
        let (whole, parts) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let uninterrupted = run(whole.path(), &small(), None).unwrap();
        let halfway = run(parts.path(), &small(), Some(7)).unwrap();
        assert_ne!(halfway, uninterrupted);
        let log = parts.path().join("loss.jsonl");
        let beyond = fs::read_to_string(&log).unwrap() + "{\"step\":8,\"loss\":1.0}\n";
        fs::write(&log, beyond).unwrap();
        assert_eq!(run(parts.path(), &small(), None).unwrap(), uninterrupted);
        // 3 epochs of 5 batches, each logged once although there were two runs, the first cut off after its checkpoint.
        let log = fs::read_to_string(log).unwrap();
        assert_eq!(log.lines().count(), 15);
        assert_eq!(log, fs::read_to_string(whole.path().join("loss.jsonl")).unwrap());
    }

    #[test]
    fn weights_that_ship_go_on_where_the_learning_rate_begins_anew() {
        let config = TrainingConfig { restart: 0.4, ..small() };
        let origin = Some(Origin { sha256: "0".into(), training: serde_json::json!({ "steps": 15 }) });
        let (whole, parts) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let uninterrupted = run_from(whole.path(), &config, None, origin.clone()).unwrap();
        run_from(parts.path(), &config, Some(9), origin.clone()).unwrap();
        // Once there is a checkpoint, where its weights came from is known.
        assert_eq!(run(parts.path(), &config, None).unwrap(), uninterrupted);
        let progress = Checkpoint::new("tiny", parts.path()).progress().unwrap().unwrap();
        assert_eq!((progress.begun, progress.step, progress.origin), (6, 15, origin));
        let log = fs::read_to_string(parts.path().join("loss.jsonl")).unwrap();
        assert_eq!(log.lines().count(), 9);
    }

    #[test]
    fn averaged_parameters_are_resumed_too() {
        let averaging = TrainingConfig { averaging: 0.9, ..small() };
        let (whole, parts) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let averaged = run(whole.path(), &averaging, None).unwrap();
        run(parts.path(), &averaging, Some(7)).unwrap();
        assert_eq!(run(parts.path(), &averaging, None).unwrap(), averaged);
    }

    /// Numbers whose mean is to be 0.3. One of 32 is 7, so that in 4 bits the others become integers.
    #[derive(Module, Debug)]
    struct Mean {
        numbers: Param<Tensor<1>>,
    }

    impl Mean {
        const COUNT: usize = 128 * 32;

        fn new() -> Self {
            let number =
                |i: usize| if i.is_multiple_of(32) { 7.0 } else { 0.8 * (i as f32 / Self::COUNT as f32).powi(3) };
            let numbers: Vec<f32> = (0..Self::COUNT).map(number).collect();
            Self { numbers: Param::from_data(numbers.as_slice(), &Device::flex()) }
        }

        fn missed(&self) -> Tensor<1> {
            (self.numbers.val().reshape([-1, 32]).narrow(1, 1, 31).mean() - 0.3).square()
        }
    }

    impl Objective for Mean {
        fn loss(&self, _: Tensor<4>, _: Tensor<2, Int>, _: &mut ChaCha8Rng) -> Loss {
            Loss { total: self.missed(), terms: vec![] }
        }
    }

    #[test]
    fn what_is_rounded_while_it_learns_loses_little_when_it_ships() {
        let missed = |last: f64| {
            let config = TrainingConfig { rounded: last, epochs: 60, weight_decay: 0.0, ..small() };
            let folder = tempfile::tempdir().unwrap();
            let learned = trained(folder.path(), &config, None, None, Mean::new()).unwrap();
            let ships = rounded(learned.clone().to_device(&Device::flex().autodiff()).train(), Precision::Q4);
            [learned.missed(), ships.missed()].map(|missed| scalar(&missed))
        };
        let ([exact, rounded], [_, learned_rounded]) = (missed(0.0), missed(0.5));
        assert!(exact < 1e-6 && rounded > 4e-3, "{exact}, {rounded}");
        assert!(learned_rounded < 0.1 * rounded, "{learned_rounded}, {rounded}");
    }

    /// A number that begins as the first batch says, as the activation norms of the flow do.
    #[derive(Module, Debug)]
    struct FirstBatch {
        number: Param<Tensor<1>>,
    }

    impl Objective for FirstBatch {
        fn loss(&self, _: Tensor<4>, _: Tensor<2, Int>, _: &mut ChaCha8Rng) -> Loss {
            Loss { total: self.number.val().square(), terms: vec![] }
        }

        fn prepared(self, _: Tensor<4>, _: Tensor<2, Int>, _: &mut ChaCha8Rng) -> Self {
            Self { number: self.number.map(|number| (number.zeros_like() + 100.0).detach().require_grad()) }
        }
    }

    #[test]
    fn what_has_been_learned_is_not_prepared_by_the_first_batch() {
        let shipped = Some(Origin { sha256: "0".into(), training: serde_json::json!({}) });
        for averaging in [0.0, 0.9] {
            let config = TrainingConfig { averaging, ..small() };
            let ends_at = |until, origin: &Option<Origin>| {
                let folder = tempfile::tempdir().unwrap();
                // Stopped before the first step, too, it is still known where it began.
                for until in until {
                    let module = FirstBatch { number: Param::from_data([1.0], &Device::flex()) };
                    let module = trained(folder.path(), &config, Some(until), origin.clone(), module).unwrap();
                    if until > 0 {
                        return scalar(&module.number.val());
                    }
                }
                unreachable!("the last is a step")
            };
            for until in [vec![1], vec![0, 1]] {
                assert!((ends_at(until.clone(), &shipped) - 1.0).abs() < 0.1, "{averaging}");
                assert!((ends_at(until, &None) - 100.0).abs() < 0.1, "{averaging}");
            }
        }
    }

    #[test]
    fn a_checkpoint_of_another_config_is_not_gone_on_from() {
        let folder = tempfile::tempdir().unwrap();
        run(folder.path(), &small(), Some(3)).unwrap();
        let other = TrainingConfig { learning_rate: 0.5, ..small() };
        let error = run(folder.path(), &other, None).unwrap_err().to_string();
        assert!(error.contains("--restart"), "{error}");
    }

    #[test]
    fn a_damaged_checkpoint_is_named() {
        let folder = tempfile::tempdir().unwrap();
        run(folder.path(), &small(), Some(3)).unwrap();
        fs::write(folder.path().join("checkpoint/module.bpk"), b"not a record").unwrap();
        let error = format!("{:#}", run(folder.path(), &small(), None).unwrap_err());
        assert!(error.contains("module.bpk"), "{error}");
    }
}
