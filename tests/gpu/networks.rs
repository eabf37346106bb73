//! The families' networks by the plans that their layers record: what they draw is what the layers draw by themselves.

use burn::module::Module;
use burn::tensor::{Tensor, TensorData};
use pollster::block_on;
use pushforward::families::codes::CodesConfig;
use pushforward::families::diffusion::DiffusionConfig;
use pushforward::families::gan::GanConfig;
use pushforward::families::latent_diffusion::LatentDiffusionConfig;
use pushforward::families::vae::VaeConfig;
use pushforward::generator::{Condition, Generator, Options, noise};
use pushforward::gpu::network::Network;
use pushforward::layers::recording::{RecordError, Recorded, Recorder, record};
use pushforward::layers::{Packer, silu, upsample};

use crate::adapter;
use crate::common::{conditions, device, drawn, farthest, generator, rng, values};

/// Rows of channels of each picture to rows of pixels, or back.
fn turned(x: &[f32], rows: usize, columns: usize) -> Vec<f32> {
    let transposed = |x: &[f32], i: usize| x[i % rows * columns + i / rows];
    x.chunks(rows * columns).flat_map(|x| (0..x.len()).map(move |i| transposed(x, i))).collect()
}

/// What a recorded network answers on a device to what it is given, as Burn has its numbers in order, and how often it
/// launches a kernel.
fn answered(recorded: &Recorded, given: &[Vec<f32>]) -> Option<(Vec<f32>, usize)> {
    let network = block_on(Network::new(&adapter::open()?, &recorded.plan, recorded.output)).unwrap();
    let slices: Vec<&[f32]> = given.iter().map(Vec::as_slice).collect();
    let shape = recorded.plan.shape(recorded.output);
    let found = block_on(network.run(&slices).unwrap()).unwrap();
    Some((turned(&found, shape.pixels(), shape.channels), network.dispatches()))
}

/// Checks that a network whose first input is `x` answers the same by its plan; how often it launches a kernel.
fn same(x: Tensor<4>, network: impl Fn(Tensor<4>) -> Tensor<4>) -> usize {
    let [_, channels, height, width] = x.dims();
    let recorded = record(|recorder| network(recorder.unknown(x.dims()))).unwrap();
    let mut given = recorded.given.clone();
    given[0] = turned(&values(x.clone()), channels, height * width);
    let expected = values(network(x));
    let spread = expected.iter().fold(0.0, |most: f32, x| most.max(x.abs()));
    assert!(spread > 0.05, "nothing is answered: {spread}");
    let Some((found, dispatches)) = answered(&recorded, &given) else { return 0 };
    let error = farthest(&found, &expected);
    assert!(error < 1e-4 * spread.max(1.0), "wrong by {error} of {spread}");
    dispatches
}

/// The same of a generator's one picture.
fn same_picture(generator: &dyn Generator) -> usize {
    let z = noise([1, generator.card().latent.dimension()], &mut rng(4), &device());
    let picture = || generator.start(z.clone(), &Condition::Class(2), &Options::default()).picture();
    let recorded = record(|_| picture()).unwrap();
    let Some((found, dispatches)) = answered(&recorded, &recorded.given) else { return 0 };
    let expected = values(picture());
    assert!(expected.iter().any(|x| x.abs() > 0.05), "nothing is drawn");
    let error = farthest(&found, &expected);
    assert!(error < 1.0 / 255.0, "wrong by {error}");
    dispatches
}

fn within(dispatches: usize, most: usize) {
    assert!(dispatches <= most, "{dispatches} launches where {most} would do");
}

#[test]
fn a_vae_in_eight_launches() {
    let config = VaeConfig::new();
    within(same_picture(&*generator(&config, drawn(config.init(&device()), 0.08))), 8);
}

#[test]
fn a_gan_in_eight_launches() {
    let config = GanConfig::new();
    within(same_picture(&*generator(&config, drawn(config.init(&device()), 0.08))), 8);
}

#[test]
fn the_decoder_of_codes_in_nine_launches() {
    let config = CodesConfig::new().with_side(8);
    let module = drawn(config.init(&device()), 0.1);
    let codes = Tensor::<2, burn::tensor::Int>::from_ints([[1, 2, 3, 0]], &device());
    let recorded = record(|_| module.paint(codes.clone())).unwrap();
    let Some((found, dispatches)) = answered(&recorded, &recorded.given) else { return };
    let error = farthest(&found, &values(module.paint(codes)));
    assert!(error < 1e-4, "wrong by {error}");
    within(dispatches, 9);
}

#[test]
fn a_step_of_diffusion_in_27_launches() {
    let config = DiffusionConfig::new().with_side(12).with_channels([8, 16, 24]).with_colours(3).with_embedding(20);
    let module = drawn(config.init(&device()), 0.12);
    let t = Tensor::<1>::from_floats([0.3, 0.8], &device());
    let x = noise([2, 3, 12, 12], &mut rng(6), &device());
    within(same(x, |x| module.velocity(x, t.clone(), conditions(2))), 27);
}

#[test]
fn a_step_of_the_emojis_flow_in_19_launches_and_their_decoder_in_11() {
    let config =
        LatentDiffusionConfig::new().with_buckets(8).with_channels(24).with_paint([8, 16, 24]).with_meaning(12);
    let module = drawn(config.init(&device()), 0.12);
    let lead = noise([1, 12 + 16 * 64], &mut rng(7), &device());
    let t = Tensor::<1>::from_floats([0.6], &device());
    let x = noise([1, 8, 8, 8], &mut rng(8), &device());
    within(same(x.clone(), |x| module.flow.velocity(x, t.clone(), lead.clone())), 19);
    within(same(x, |codes| module.decoder.forward(codes)), 11);
}

#[test]
fn the_same_network_is_given_anew_what_changes() {
    let config = DiffusionConfig::new().with_side(8).with_channels([8, 8, 8]).with_embedding(12);
    let module = drawn(config.init(&device()), 0.12);
    let velocity = |batch: usize, t: f64| {
        let (module, t) = (module.clone(), Tensor::full([batch], t, &device()));
        move |recorder: &Recorder| module.velocity(recorder.unknown([batch, 1, 8, 8]), t, conditions(batch))
    };
    let recorded = record(velocity(1, 0.3)).unwrap();
    let later = recorded.given(1, velocity(1, 0.7)).unwrap();
    assert_eq!(later.len(), recorded.given.len());
    assert!(later.iter().zip(&recorded.given).skip(1).all(|(one, other)| one.len() == other.len() && one != other));
    let twice = recorded.given(2, velocity(2, 0.7)).unwrap();
    for (one, two) in later.iter().zip(&twice).skip(1) {
        assert_eq!([one.as_slice(), one].concat(), *two);
    }
    // Packed weights are as good once the plan is known, and no plan can be made of them.
    let module = module.map(&mut Packer::default());
    let network = |recorder: &Recorder| {
        let t = Tensor::full([1], 0.7, &device());
        module.velocity(recorder.unknown([1, 1, 8, 8]), t, conditions(1))
    };
    assert_eq!(recorded.given(1, network).unwrap()[1..], later[1..]);
    assert_eq!(record(network).unwrap_err(), RecordError::Packed);
}

#[test]
fn what_is_not_recorded_is_an_error() {
    let x = || Tensor::<4>::from_data(TensorData::new(vec![1.0f32; 16], [1, 1, 4, 4]), &device());
    assert_eq!(record(|recorder| silu(recorder.unknown([1, 1, 4, 4]) * 2.0)).unwrap_err(), RecordError::Unknown);
    assert_eq!(record(|recorder| silu(upsample(recorder.unknown([1, 1, 4, 4])))).unwrap_err(), RecordError::Unknown);
    assert_eq!(record(|recorder| recorder.unknown([1, 1, 4, 4]) + 1.0).unwrap_err(), RecordError::Unknown);
    let recorded = record(|_| silu(x())).unwrap();
    assert_eq!(recorded.given(1, |_| silu(silu(x()))).unwrap_err(), RecordError::Other);
    assert_eq!(recorded.given(2, |_| silu(x())).unwrap_err(), RecordError::Other);
    // Nothing is recorded past its end.
    assert!(values(silu(x())).iter().all(|x| x.is_finite()));
}
