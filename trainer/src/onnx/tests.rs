//! What ONNX Runtime makes of the networks, beside what Burn makes of the modules they are of.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use burn::tensor::{Device, Int, Tensor, TensorData};
use pushforward::catalogue::cards;
use pushforward::families::autoregressive::Autoregressive;
use pushforward::families::codes::Codes;
use pushforward::families::diffusion::Diffusion;
use pushforward::families::latent_diffusion::LatentDiffusion;
use pushforward::families::vae::Vae;
use pushforward::generator::{Condition, Options, finish, noise};
use pushforward::prompt::{LENGTH, numbers};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use serde_json::{Value, json};

use super::*;
use crate::common::{DEBIAN_FASHION, EMOJI_FILE};
use crate::device::DeviceKind;

/// How far an output may be from Burn's.
const TOLERANCE: f32 = 1e-3;

/// What is asked of a network: its inputs, and the outputs that Burn computes of them.
#[derive(Default)]
struct Case {
    network: &'static str,
    feeds: BTreeMap<&'static str, Value>,
    expected: BTreeMap<&'static str, Vec<f32>>,
}

impl Case {
    fn of(network: &'static str) -> Self {
        Self { network, ..Self::default() }
    }

    fn given<const D: usize>(mut self, name: &'static str, tensor: &Tensor<D>) -> Self {
        self.feeds
            .insert(name, json!({ "type": "float32", "dims": tensor.dims().to_vec(), "data": values(tensor.clone()) }));
        self
    }

    fn numbers<const D: usize>(mut self, name: &'static str, tensor: &Tensor<D, Int>) -> Self {
        let data: Vec<i64> = tensor.clone().into_data().iter::<i64>().collect();
        self.feeds.insert(name, json!({ "type": "int64", "dims": tensor.dims().to_vec(), "data": data }));
        self
    }

    fn gives<const D: usize>(mut self, name: &'static str, tensor: Tensor<D>) -> Self {
        self.expected.insert(name, values(tensor));
        self
    }
}

fn values<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
    tensor.into_data().iter::<f32>().collect()
}

fn common(model: &str) -> Common {
    Common {
        model: model.into(),
        device: DeviceKind::Flex,
        data: DEBIAN_FASHION.into(),
        emoji: EMOJI_FILE.into(),
        models: Path::new(env!("CARGO_MANIFEST_DIR")).join("../models"),
        runs: "runs".into(),
    }
}

/// Two noises of a shape, the same every time.
fn two<const D: usize>(shape: [usize; D]) -> Tensor<D> {
    noise(shape, &mut ChaCha8Rng::seed_from_u64(21), &Device::flex())
}

fn ints<const D: usize>(values: &[i64], shape: [usize; D]) -> Tensor<D, Int> {
    Tensor::from_data(TensorData::new(values.to_vec(), shape), &Device::flex())
}

/// Cases for every network of a card's model.
fn cases(card: &ModelCard, common: &Common) -> Vec<Case> {
    let (conditions, t) = (ints(&[3, 10], [2]), Tensor::<1>::from_floats([0.9, 0.25], &Device::flex()));
    let images = two([2, card.image.channels, card.image.height, card.image.width]).clamp(-1.0, 1.0);
    match card.family.as_str() {
        "vae" => {
            let (module, z) = (model::shipped::<Vae>(common, card).unwrap(), two([2, 16]));
            let posterior = module.encode(images.clone());
            vec![
                Case::of("decoder")
                    .given("z", &z)
                    .numbers("condition", &conditions)
                    .gives("picture", module.draw(z.clone(), conditions.clone())),
                Case::of("encoder")
                    .given("picture", &images)
                    .gives("mean", posterior.mean)
                    .gives("log_variance", posterior.log_variance),
            ]
        }
        "gan" | "flow" => {
            let generator = model::open(common).unwrap();
            let z = two([2, card.latent.dimension()]);
            let drawn = finish(generator.start(z.clone(), &Condition::Class(3), &Options::default()));
            let case = Case::of(if card.family == "gan" { "generator" } else { "inverse" });
            let case =
                if card.family == "gan" { case.given("z", &z) } else { case.given("z", &z.reshape([2, 1, 28, 28])) };
            vec![case.numbers("condition", &ints(&[3, 3], [2])).gives("picture", drawn)]
        }
        "diffusion" => {
            let (module, x) = (model::shipped::<Diffusion>(common, card).unwrap(), two([2, 1, 28, 28]));
            let velocity = module.velocity(x.clone(), t.clone(), conditions.clone());
            let case = Case::of("denoiser").given("x", &x).given("t", &t).numbers("condition", &conditions);
            vec![case.gives("velocity", velocity)]
        }
        "autoregressive" => {
            let module = model::shipped::<Autoregressive>(common, card).unwrap();
            let mut parameters = None;
            module.forward(images.clone(), conditions.clone()).map(|rows| {
                parameters = Some(rows.clone());
                rows
            });
            let rows: Tensor<2> = parameters.expect("a mixture has parameters");
            let mixtures = rows.reshape([2, 28, 28, -1]).permute([0, 3, 1, 2]);
            let case = Case::of("mixtures").given("picture", &images).numbers("condition", &conditions);
            vec![case.gives("mixtures", mixtures)]
        }
        "codes" => {
            let module = model::shipped::<Codes>(common, card).unwrap();
            let codes = ints(&(0..98).map(|i| i * 37 % 256).collect::<Vec<_>>(), [2, 49]);
            let logits = module.prior.forward(codes.clone(), conditions.clone());
            vec![
                Case::of("encoder").given("picture", &images).gives("codes", module.codes_of(images.clone()).float()),
                Case::of("prior").numbers("codes", &codes).numbers("condition", &conditions).gives("logits", logits),
                Case::of("decoder").numbers("codes", &codes).gives("picture", module.paint(codes.clone())),
            ]
        }
        "latent-diffusion" => {
            let module = model::shipped::<LatentDiffusion>(common, card).unwrap();
            let sentence =
                |text: &str| ints(&numbers(text, 16384).into_iter().map(i64::from).collect::<Vec<_>>(), [1, LENGTH]);
            let words = Tensor::cat(vec![sentence("cat with heart eyes"), sentence("")], 0);
            let styles = ints(&[2, 7], [2]);
            let lead = module.lead.forward(module.lead.meaning(words.clone(), styles.clone()));
            let (x, [mean, log_variance]) = (two([2, 8, 8, 8]), module.encoder.forward(images.clone()));
            let velocity = module.flow.velocity(x.clone(), t.clone(), lead.clone());
            vec![
                Case::of("text").numbers("words", &words).numbers("style", &styles).gives("lead", lead.clone()),
                Case::of("flow").given("x", &x).given("t", &t).given("lead", &lead).gives("velocity", velocity),
                Case::of("decoder").given("code", &x).gives("picture", module.decoder.forward(x.clone())),
                Case::of("encoder").given("picture", &images).gives("mean", mean).gives("log_variance", log_variance),
            ]
        }
        other => panic!("no cases of the family {other}"),
    }
}

/// What ONNX Runtime makes of files' inputs.
fn run(asked: &[(PathBuf, &Case)]) -> Vec<BTreeMap<String, Vec<f32>>> {
    let asked: Vec<Value> = asked.iter().map(|(file, case)| json!({ "file": file, "feeds": case.feeds })).collect();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/onnx/run.mjs");
    let mut node = Command::new("node");
    let mut node = node.arg(script).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("Node.js in PATH");
    node.stdin.take().unwrap().write_all(serde_json::to_string(&asked).unwrap().as_bytes()).unwrap();
    let answer = node.wait_with_output().unwrap();
    assert!(answer.status.success(), "ONNX Runtime failed");
    serde_json::from_slice(&answer.stdout).unwrap()
}

/// How far answers are from what is expected at most, by outputs.
fn distances(case: &Case, answer: &BTreeMap<String, Vec<f32>>) -> BTreeMap<&'static str, f32> {
    assert_eq!(case.expected.len(), answer.len(), "outputs of {}", case.network);
    let of = |(name, expected): (&&'static str, &Vec<f32>)| {
        let got = &answer[*name];
        assert_eq!(got.len(), expected.len(), "numbers of {}'s {name}", case.network);
        // Not `max`, which would pass over what is not a number.
        let farthest = got
            .iter()
            .zip(expected)
            .map(|(a, b)| (a - b).abs())
            .fold(0.0, |most, far| if far <= most { most } else { far });
        (*name, farthest)
    };
    case.expected.iter().map(of).collect()
}

#[test]
#[ignore = "needs node_modules: cargo xtask test ONNX"]
fn every_network_computes_in_onnx_runtime_what_it_does_in_burn() {
    let folder = tempfile::tempdir().unwrap();
    for card in cards() {
        let common = common(&card.id);
        let files = write(card, &parameters_of(&common, card).unwrap(), &folder.path().join(&card.id)).unwrap();
        let cases = cases(card, &common);
        let names: Vec<_> = files.iter().map(|(path, _)| path.file_stem().unwrap().to_str().unwrap()).collect();
        assert_eq!(names, cases.iter().map(|case| case.network).collect::<Vec<_>>(), "{}", card.id);
        let asked: Vec<_> = files.iter().map(|(path, _)| path.clone()).zip(&cases).collect();
        for (case, answer) in cases.iter().zip(run(&asked)) {
            let distances = distances(case, &answer);
            println!("{} {}: {distances:?}", card.id, case.network);
            assert!(distances.values().all(|far| *far < TOLERANCE), "{} {}: {distances:?}", card.id, case.network);
        }
    }
}

#[test]
#[ignore = "needs node_modules: cargo xtask test ONNX"]
fn a_wrong_weight_is_noticed() {
    let (folder, common) = (tempfile::tempdir().unwrap(), common("vae-fashion"));
    let card = model::read_card(&common).unwrap();
    let parameters = parameters_of(&common, &card).unwrap();
    let cases = cases(&card, &common);
    let mut asked = Vec::new();
    for name in parameters.names().into_iter().filter(|name| name != "log_sigma") {
        let case = &cases[usize::from(name.starts_with("encoder"))];
        let files = write(&card, &parameters.spoiled(&name), &folder.path().join(&name)).unwrap();
        let path =
            files.into_iter().map(|(path, _)| path).find(|path| path.ends_with(format!("{}.onnx", case.network)));
        asked.push((path.unwrap(), case));
    }
    assert!(asked.len() > 40);
    for ((path, case), answer) in asked.iter().zip(run(&asked)) {
        let distances = distances(case, &answer);
        assert!(distances.values().any(|far| *far > TOLERANCE), "{}: {distances:?}", path.display());
    }
}

#[test]
fn every_parameter_is_in_a_network() {
    for card in cards() {
        let parameters = parameters_of(&common(&card.id), card).unwrap();
        families::networks(card, &parameters).unwrap();
        let only_for_its_likelihood: &[&str] = if card.family == "vae" { &["log_sigma"] } else { &[] };
        assert_eq!(parameters.left(), only_for_its_likelihood, "{}", card.id);
    }
}

#[test]
fn what_cannot_be_exported_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let unknown = export(&common("gan-faces"), None).unwrap_err();
    assert!(format!("{unknown:#}").contains("there is no model \"gan-faces\" (expected one of "), "{unknown:#}");

    let file = folder.path().join("file");
    fs::write(&file, "").unwrap();
    let in_a_file = export(&common("vae-fashion"), Some(file.join("onnx"))).unwrap_err();
    assert!(format!("{in_a_file:#}").contains("making the folder"), "{in_a_file:#}");

    let card = &cards()[0];
    let nothing = families::networks(card, &Parameters::default()).unwrap_err();
    assert!(format!("{nothing:#}").contains("the module has no parameter"), "{nothing:#}");
    let foreign = ModelCard { family: "painter".into(), ..card.clone() };
    let foreign = families::networks(&foreign, &Parameters::default()).unwrap_err();
    assert!(format!("{foreign:#}").contains("of the family painter"), "{foreign:#}");
}
