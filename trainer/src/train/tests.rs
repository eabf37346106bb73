//! What a training keeps to, on the smallest modules.

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

fn run_from(folder: &Path, config: &TrainingConfig, until: Option<usize>, origin: Option<Origin>) -> Result<Vec<u8>> {
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
    trained_by(&scheduled(until, None), Precision::Q4, folder, config, origin, module)
}

/// What ends after some steps or minutes.
fn scheduled(until: Option<usize>, minutes: Option<f64>) -> Schedule {
    let begun = Instant::now();
    Schedule { restart: false, from_shipped: false, until, minutes, begun, checkpoint_minutes: 60.0 }
}

fn trained_by<M: Objective>(
    schedule: &Schedule,
    precision: Precision,
    folder: &Path,
    config: &TrainingConfig,
    origin: Option<Origin>,
    module: M,
) -> Result<M> {
    let task = Task {
        model: "tiny",
        config: serde_json::to_value(config)?,
        training: config,
        precision,
        folder,
        device_name: "test".into(),
        origin,
    };
    let examples = Labelled { images: Images::made_up(40), dropout: config.class_dropout };
    train(&task, module, &examples, schedule, &Device::flex())
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
        let number = |i: usize| if i.is_multiple_of(32) { 7.0 } else { 0.8 * (i as f32 / Self::COUNT as f32).powi(3) };
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

/// Trains to a deadline of a second or two, and says where that left it.
fn run_against(minutes: f64, folder: &Path, config: &TrainingConfig) -> Result<Progress> {
    trained_by(&scheduled(None, Some(minutes)), Precision::Q4, folder, config, None, Mean::new())?;
    Ok(Checkpoint::new("tiny", folder).progress()?.expect("a checkpoint at the end"))
}

#[test]
fn a_deadline_ends_a_training_whatever_its_epochs() {
    let folder = tempfile::tempdir().unwrap();
    let config = TrainingConfig { epochs: 1_000_000, ..small() };
    // What steps have begun, the clock ends.
    trained(folder.path(), &config, Some(3), None, Mean::new()).unwrap();
    let progress = run_against(0.02, folder.path(), &config).unwrap();
    let pace = progress.pace.unwrap();
    assert!(pace.done == 1.0 && pace.step == progress.step && progress.step > 3, "{progress:?}");
    // Nothing is left of it.
    assert_eq!(run_against(0.02, folder.path(), &config).unwrap().step, progress.step);
    trained(folder.path(), &config, None, None, Mean::new()).unwrap();
    let log = fs::read_to_string(folder.path().join("loss.jsonl")).unwrap();
    assert_eq!(log.lines().count(), progress.step);
}

#[test]
fn steps_end_what_the_clock_has_begun() {
    let folder = tempfile::tempdir().unwrap();
    let config = TrainingConfig { warmup: 0, ..small() };
    let schedule = Schedule { until: Some(1), ..scheduled(None, Some(1e6)) };
    trained_by(&schedule, Precision::Q4, folder.path(), &config, None, Mean::new()).unwrap();
    trained(folder.path(), &config, None, None, Mean::new()).unwrap();
    let progress = Checkpoint::new("tiny", folder.path()).progress().unwrap().unwrap();
    // The first took next to nothing of the time there was, and the 15 steps of the config next to nothing more.
    assert!((15..=16).contains(&(progress.step - 1)) && progress.pace.unwrap().done >= 1.0, "{progress:?}");
}

#[test]
fn a_deadline_before_the_warm_up_has_ended_shortens_it() {
    let (folder, config) = (tempfile::tempdir().unwrap(), TrainingConfig { warmup: 1_000_000_000, ..small() });
    let learned = trained_by(&scheduled(None, Some(0.02)), Precision::Q4, folder.path(), &config, None, Mean::new());
    let [begun, ended] = [Mean::new(), learned.unwrap()].map(|module| scalar(&module.missed()));
    assert!(ended < 0.01 * begun, "{begun}, {ended}");
}

#[test]
fn what_learns_in_a_precision_does_not_go_on_in_another() {
    let folder = tempfile::tempdir().unwrap();
    for (rounded, is_refused) in [(0.0, false), (0.5, true)] {
        let config = TrainingConfig { rounded, seed: 5 + u64::from(is_refused), ..small() };
        let folder = folder.path().join(rounded.to_string());
        trained(&folder, &config, Some(3), None, Mean::new()).unwrap();
        let other = trained_by(&scheduled(None, None), Precision::Q8, &folder, &config, None, Mean::new());
        let error = other.err().map_or(String::new(), |error| error.to_string());
        assert_eq!(error.contains("learned in q4, and its recipe asks for q8"), is_refused, "{error}");
    }
}
