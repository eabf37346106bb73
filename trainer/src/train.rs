//! The training loop: the same for every module with an [`Objective`].

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use burn::tensor::Device;
use pushforward::training::{Learner, Objective, TrainingConfig, shuffled};
use pushforward::weights::Precision;

use crate::checkpoint::{Checkpoint, Origin, Progress};
use crate::deadline::Deadline;
use crate::examples::Examples;
use crate::log::Log;
use crate::teller::Teller;

/// When to save and when to stop.
#[derive(Debug, Clone)]
pub struct Schedule {
    /// Forget the checkpoint.
    pub restart: bool,
    /// Where there is no checkpoint, begin with the weights that ship.
    pub from_shipped: bool,
    /// Stop at this step.
    pub until: Option<usize>,
    /// End so many minutes after `begun`, the learning rate with it.
    pub minutes: Option<f64>,
    /// When the time began to count.
    pub begun: Instant,
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
/// as it would have. Against a deadline it is the clock that says how far it has come: what is left of the schedule is
/// spread over the minutes there are, and the order of pictures goes on as long.
///
/// # Errors
/// When files cannot be written, the checkpoint is of another config or precision, or the loss is not finite.
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
        let (known, asked) = (progress.precision.unwrap_or(task.precision), task.precision);
        ensure!(
            known == asked,
            "the checkpoint of {} learned in {}, and its recipe asks for {}; go back to that precision or start again \
             with --restart",
            task.model,
            known.name(),
            asked.name()
        );
        learner = checkpoint.load(learner, &progress)?;
        eprintln!("{}: going on from step {}", task.model, progress.step);
        progress
    } else {
        let (config, origin, begun) = (task.config.clone(), task.origin.clone(), learner.step);
        // What is never rounded while it learns can be packed in any precision.
        let precision = (training.rounded > 0.0).then_some(task.precision);
        let (devices, pace) = (Vec::new(), learner.pace);
        Progress { step: begun, seconds: 0.0, config, devices, origin, begun, pace, precision }
    };
    if !progress.devices.contains(&task.device_name) {
        progress.devices.push(task.device_name.clone());
    }
    let (mut learner, learning) = (learner.on(device), device.clone().autodiff());

    let mut deadline =
        (schedule.minutes.map(|minutes| Deadline::new(schedule.begun, minutes, learner.done()))).transpose()?;
    let mut log = Log::open(task.folder, progress.step - progress.begun)?;
    let mut teller = Teller::new(training.batch);
    let stop = stop_signal()?;
    let (started, before) = (Instant::now(), progress.seconds);
    let mut saved = Instant::now();
    let mut order = (usize::MAX, Vec::new());

    loop {
        match &deadline {
            Some(deadline) => learner.pace(deadline.done_after(deadline.elapsed())),
            None if learner.pace.is_some() => learner.pace(learner.done()),
            None => {}
        }
        progress.pace = learner.pace;
        let is_over = learner.done() >= 1.0 || schedule.until.is_some_and(|until| learner.step >= until);
        if is_over || stop.load(Ordering::Relaxed) {
            break;
        }
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
        if let Some(deadline) = &mut deadline {
            deadline.count(deadline.elapsed());
        }

        if let Some(total) = log.add(progress.step, &loss)? {
            teller.tell(progress.step, learner.done(), total);
        }
        if saved.elapsed() > Duration::from_secs_f64(60.0 * schedule.checkpoint_minutes) {
            log.write()?;
            checkpoint.save(&learner, &Progress { pace: learner.pace, ..progress.clone() })?;
            saved = Instant::now();
        }
    }
    log.write()?;
    checkpoint.save(&learner, &progress)?;
    teller.end();
    if learner.done() < 1.0 {
        let percent = 100.0 * learner.done();
        eprintln!(
            "{}: stopped at step {}, {percent:.1} %; the same command goes on from here",
            task.model, learner.step
        );
    }
    Ok(learner.learned())
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
mod tests;
