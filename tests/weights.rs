//! Weights: bounds on the quantization error, the round trip, and files that nobody should trust.

use burn::module::{Module, ModuleVisitor, Param, list_param_ids};
use burn::tensor::{Bytes, DType, Device, Int, Shape, Tensor};
use burn_pack::Writer;
use half::f16;
use proptest::prelude::*;
use pushforward::cards::{ConditionKind, WeightsFile};
use pushforward::catalogue;
use pushforward::families::{self, vae::VaeConfig};
use pushforward::generator::{Condition, Options, finish, noise};
use pushforward::layers::Packer;
use pushforward::layers::text::TextEncoderConfig;
use pushforward::prompt::numbers;
use pushforward::training::rounded;
use pushforward::weights::{Precision, Quantized, WeightsError, checksum, dequantize, load, load_then, pack, quantize};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

const MODEL: &str = "vae-fashion";

fn config() -> VaeConfig {
    VaeConfig::new().with_channels(32)
}

fn packed(model: &str) -> Vec<u8> {
    pack(model, &config().init(&Device::flex()), Precision::Q8).unwrap()
}

/// The pin that a file deserves, so that what is behind the checksum can be tested.
fn pin(bytes: &[u8]) -> WeightsFile {
    WeightsFile { file: "weights.bpk".into(), bytes: bytes.len(), sha256: checksum(bytes), precision: Precision::Q8 }
}

fn refusal(bytes: &[u8], pinned: &WeightsFile) -> String {
    let error = load(MODEL, pinned, bytes, pinned.precision, config().init(&Device::flex())).unwrap_err().to_string();
    assert!(error.starts_with(MODEL), "every error names the model: {error}");
    error
}

proptest! {
    #[test]
    fn four_bits_err_no_more_than_half_a_step_uncut(values in proptest::collection::vec(-1e3f32..1e3, 1..200)) {
        let Quantized { integers, scales } = quantize(&values, Precision::Q4);
        prop_assert!(integers.iter().all(|i| (-7..=7).contains(i)));
        for (block, got) in values.chunks(32).zip(dequantize(&integers, &scales).chunks(32)) {
            let largest = block.iter().fold(0f32, |largest, x| largest.max(x.abs()));
            let error: f32 = block.iter().zip(got).map(|(x, got)| (x - got).powi(2)).sum();
            let bound = 0.51 * largest / 7.0 + 7.0 * 6e-8;
            prop_assert!(error <= block.len() as f32 * bound * bound, "{error}, block of {largest}");
        }
    }

    #[test]
    fn the_error_is_at_most_half_a_step(values in proptest::collection::vec(-1e3f32..1e3, 1..200)) {
        let Quantized { integers, scales } = quantize(&values, Precision::Q8);
        prop_assert_eq!(integers.len(), values.len());
        prop_assert_eq!(scales.len(), values.len().div_ceil(32));
        for (i, (value, got)) in values.iter().zip(dequantize(&integers, &scales)).enumerate() {
            let block = &values[i / 32 * 32..values.len().min(i / 32 * 32 + 32)];
            let largest = block.iter().fold(0f32, |largest, x| largest.max(x.abs()));
            // Half of 1/127 of the largest, one per cent more for the rounding of the scale to half
            // precision, and its smallest subnormal where the block is nearly zero.
            let bound = 0.51 * largest / 127.0 + 127.0 * 6e-8;
            prop_assert!((value - got).abs() <= bound, "{value} became {got}, block of {largest}");
        }
    }

    #[test]
    fn no_flipped_bit_goes_unnoticed(position in 0usize..1_000_000, bit in 0u32..8) {
        let good = packed(MODEL);
        let mut bad = good.clone();
        bad[position % good.len()] ^= 1 << bit;
        refusal(&bad, &pin(&good));
    }

    #[test]
    fn no_garbage_makes_the_loader_panic(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
        refusal(&bytes, &pin(&bytes));
    }

    /// Behind a matching checksum: the container's own bounds must hold.
    #[test]
    fn no_repinned_damage_makes_the_loader_panic(position in 0usize..4096, byte: u8, length in 0usize..1_000_000) {
        let mut bytes = packed(MODEL);
        bytes[position] = byte;
        let _ = load(MODEL, &pin(&bytes), &bytes, Precision::Q8, config().init(&Device::flex()));
        bytes.truncate(length % bytes.len());
        let _ = load(MODEL, &pin(&bytes), &bytes, Precision::Q8, config().init(&Device::flex()));
    }
}

/// The values of each of a module's parameters.
fn values<M: Module>(module: &M) -> Vec<Vec<f32>> {
    struct Collect(Vec<Vec<f32>>);

    impl ModuleVisitor for Collect {
        fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
            self.0.push(param.val().into_data().iter::<f32>().collect());
        }
    }

    let mut collect = Collect(Vec::new());
    module.visit(&mut collect);
    collect.0
}

#[test]
fn a_module_survives_the_round_trip_within_the_bounds() {
    let device = Device::flex();
    let module = config().init(&device);
    let before = values(&module);
    let count = |many: bool| before.iter().map(Vec::len).filter(|len| (*len > 2048) == many).sum::<usize>();
    let (many, few) = (count(true), count(false));
    assert!(many > 0 && few > 0);
    // A scale for each 32 values of large parameters, half precision for small ones, names and alignment.
    for (precision, largest_integer, most_bytes) in [(Precision::Q8, 127.0, 107), (Precision::Q4, 7.0, 57)] {
        let bytes = pack(MODEL, &module, precision).unwrap();
        assert_eq!(pack(MODEL, &module, precision).unwrap(), bytes, "packing is deterministic");
        assert!(bytes.len() < many * most_bytes / 100 + 2 * few + 512 * before.len(), "{} bytes", bytes.len());
        let pinned = WeightsFile { precision, ..pin(&bytes) };
        let after = values(&load(MODEL, &pinned, &bytes, precision, config().init(&device)).unwrap());
        for (before, after) in before.iter().zip(&after) {
            let largest = before.iter().fold(0f32, |largest, x| largest.max(x.abs()));
            let bound = if before.len() <= 2048 { largest / 2048.0 } else { 0.51 * largest / largest_integer };
            let error = before.iter().zip(after).map(|(b, a)| (b - a).powi(2)).sum::<f32>() / before.len() as f32;
            assert!(error.sqrt() <= bound, "{precision:?}, {} values", before.len());
        }
    }
}

#[test]
fn what_learns_rounded_is_what_its_file_will_hold() {
    let device = Device::flex().autodiff();
    let module = config().init(&device);
    for precision in Precision::ALL {
        let learning = rounded(module.clone(), precision);
        assert_eq!(list_param_ids(&learning), list_param_ids(&module), "a gradient finds the parameter by its id");
        let bytes = pack(MODEL, &module, precision).unwrap();
        let pinned = WeightsFile { precision, ..pin(&bytes) };
        let held = load(MODEL, &pinned, &bytes, precision, config().init(&device)).unwrap();
        for (learning, held) in values(&learning).iter().zip(values(&held)) {
            assert!(held.len() <= 2048 || *learning == held, "{precision:?}, {} values", held.len());
        }
    }
    let still = module.no_grad();
    assert_eq!(values(&rounded(still.clone(), Precision::Q4)), values(&still));
}

#[test]
fn a_file_in_8_bits_can_be_opened_in_4() {
    let device = Device::flex();
    let bytes = packed(MODEL);
    let opened = |precision| values(&load(MODEL, &pin(&bytes), &bytes, precision, config().init(&device)).unwrap());
    for (fine, coarse) in opened(Precision::Q8).iter().zip(opened(Precision::Q4)) {
        let Quantized { integers, scales } = quantize(fine, Precision::Q4);
        let expected = if fine.len() > 2048 { dequantize(&integers, &scales) } else { fine.clone() };
        assert_eq!(coarse, expected);
    }
}

#[test]
fn a_file_in_4_bits_is_the_same_in_either() {
    let device = Device::flex();
    let bytes = pack(MODEL, &config().init(&device), Precision::Q4).unwrap();
    let pinned = WeightsFile { precision: Precision::Q4, ..pin(&bytes) };
    let [fine, coarse] = Precision::ALL
        .map(|precision| values(&load(MODEL, &pinned, &bytes, precision, config().init(&device)).unwrap()));
    assert_eq!(fine, coarse);
}

#[test]
fn a_file_of_another_precision_than_the_card_s_is_refused() {
    let bytes = pack(MODEL, &config().init(&Device::flex()), Precision::Q4).unwrap();
    let error = refusal(&bytes, &pin(&bytes));
    assert!(error.contains("precision should be q8, got q4"), "{error}");
}

#[test]
fn truncated_files_are_refused_by_size() {
    let good = packed(MODEL);
    for length in [0, 1, 16, 100, good.len() / 2, good.len() - 1] {
        let error = refusal(&good[..length], &pin(&good));
        assert!(error.contains(&format!("got {length} bytes")), "{error}");
    }
}

#[test]
fn weights_of_another_model_are_recognized_before_their_checksum() {
    let error = refusal(&packed("gan-fashion"), &pin(&packed(MODEL)));
    assert!(error.contains("gan-fashion") && error.contains("model"), "{error}");
}

#[test]
fn a_page_that_came_in_place_of_the_file_is_refused() {
    let page = b"<!doctype html><title>404 Not Found</title>".as_slice();
    assert!(refusal(page, &pin(&packed(MODEL))).contains("size"));
    assert!(refusal(page, &pin(page)).contains("not a readable file"));
}

#[test]
fn shapes_of_another_config_are_refused_by_name() {
    let other = pack(MODEL, &config().with_latent(8).init(&Device::flex()), Precision::Q8).unwrap();
    let error = refusal(&other, &pin(&other));
    assert!(error.contains("shape") && error.contains("encoder.posterior.weight"), "{error}");
}

/// A container made by hand around `tensors`.
fn container(format: &str, tensors: Vec<(&str, DType, Vec<usize>, Vec<u8>)>) -> Vec<u8> {
    let tensors = tensors
        .into_iter()
        .map(|(name, dtype, shape, bytes)| {
            burn_pack::Tensor::new(name.into(), dtype, Shape::from(shape), None, Bytes::from_bytes_vec(bytes))
        })
        .collect();
    let writer = Writer::new(tensors)
        .with_metadata("format", format)
        .with_metadata("model", MODEL)
        .with_metadata("precision", "q8");
    writer.into_bytes().unwrap().to_vec()
}

#[test]
fn formats_missing_left_over_and_infinite_tensors_are_refused() {
    use burn::nn::{Linear, LinearConfig};
    let module = || -> Linear { LinearConfig::new(2, 2).with_bias(false).init(&Device::flex()) };
    let attempt = |bytes: &[u8]| load(MODEL, &pin(bytes), bytes, Precision::Q8, module()).map(|_| ());
    let integers = || ("weight", DType::I8, vec![2, 2], vec![1, 2, 3, 4]);
    let scale = |x: f32| ("weight#scale", DType::F16, vec![1], f16::from_f32(x).to_le_bytes().to_vec());
    let format = "pushforward-1";

    assert_eq!(attempt(&container(format, vec![integers(), scale(1.0)])), Ok(()));
    let cases = [
        (container("pushforward-0", vec![integers(), scale(1.0)]), "format"),
        (container(format, vec![]), "weight"),
        (container(format, vec![integers()]), "weight#scale"),
        (container(format, vec![integers(), scale(f32::INFINITY)]), "finite"),
        (container(format, vec![integers(), scale(1.0), ("extra", DType::I8, vec![1], vec![0])]), "extra"),
        (container(format, vec![("weight", DType::I32, vec![2, 2], vec![0; 16])]), "type"),
        (container(format, vec![integers(), ("weight#scale", DType::F16, vec![2], vec![0; 4])]), "1 scales"),
    ];
    for (bytes, word) in cases {
        let error = attempt(&bytes).unwrap_err().to_string();
        assert!(error.contains(word), "{word}: {error}");
    }
}

#[test]
fn what_is_not_finite_is_not_packed() {
    use burn::nn::LinearConfig;
    let module = LinearConfig::new(2, 2).init(&Device::flex());
    struct Break;
    impl burn::module::ModuleMapper for Break {
        fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
            param.map(|tensor| tensor * f32::NAN)
        }
    }
    let error = pack(MODEL, &module.map(&mut Break), Precision::Q8).unwrap_err();
    assert!(matches!(error, WeightsError::Field { .. }) && error.to_string().contains("finite"));
}

#[test]
fn every_model_that_ships_loads_and_draws() {
    let device = Device::flex();
    for card in catalogue::cards() {
        let path = format!("{}/models/{}/{}", env!("CARGO_MANIFEST_DIR"), card.id, card.weights.file);
        let bytes = std::fs::read(&path).unwrap();
        // A sentence's words are most of what draws it.
        let told = card.condition == ConditionKind::Prompt;
        let most = if told { 2_500_000 } else { 1_000_000 };
        assert!(bytes.len() <= most, "{}: {} bytes", card.id, bytes.len());
        let generator = families::open(card, &bytes, card.weights.precision, &device).unwrap();
        let draw = |number: usize| {
            let z = noise([1, card.latent.dimension()], &mut ChaCha8Rng::seed_from_u64(1), &device);
            let sentence = || Condition::sentence(["cat", "green heart"][number]);
            let condition = if told { sentence() } else { Condition::Class(number) };
            let picture = finish(generator.start(z, &condition, &Options::default()));
            assert_eq!(picture.dims(), [1, card.image.channels, card.image.height, card.image.width]);
            picture.into_data().iter::<f32>().collect::<Vec<f32>>()
        };
        assert!(draw(0).iter().all(|x| (-1.0..=1.0).contains(x)));
        assert_eq!(draw(0), draw(0));
        assert_ne!(draw(0), draw(1));
    }
}

#[test]
fn a_table_of_sentences_stays_in_its_four_bits_and_says_the_same() {
    let device = Device::flex();
    let config = TextEncoderConfig::new(999, 24, 16);
    let encoder = config.init(&device);
    let bytes = pack(MODEL, &encoder, Precision::Q4).unwrap();
    let pinned = WeightsFile { precision: Precision::Q4, ..pin(&bytes) };
    let expanded = load(MODEL, &pinned, &bytes, Precision::Q4, config.init(&device)).unwrap();
    let held = load_then(MODEL, &pinned, &bytes, Precision::Q4, config.init(&device), Packer::default()).unwrap();
    // A word of 32 bits holds eight values; a block of 32 has its scale.
    let [table, held_table] = [&expanded, &held].map(|encoder| values(encoder)[0].len());
    assert_eq!((table, held_table), (999 * 24, 999 * 24 / 8 + 999 * 24usize / 32 + 1));
    assert_eq!(held.shape(), [999, 24]);
    let numbers = [numbers("a blue cat", 999), numbers("一只蓝色的猫", 999), numbers("", 999)].concat();
    let numbers = Tensor::<1, Int>::from_ints(numbers.as_slice(), &device).reshape([3, -1]);
    let [expanded, held] = [expanded, held].map(|encoder| encoder.forward(numbers.clone()));
    let difference = (expanded - held).abs().max().into_scalar::<f32>();
    assert!(difference < 1e-5, "{difference}");
}
