//! Every kernel, by plans of one operation or of a few that go into one kernel.

use pollster::block_on;
use pushforward::gpu::device::Device;
use pushforward::gpu::kernels::convolution::Division;
use pushforward::gpu::launches::Launches;
use pushforward::gpu::network::Network;
use pushforward::gpu::plan::{Activation, Before, Convolution, Map, Operation, Order, Plan, Shape, Side};

use crate::adapter;
use crate::reference::{self, norm, numbers};

/// A plan's last map on the device against plain loops; how many kernels a run launches.
fn check(device: &Device, plan: &Plan, what: &str) -> usize {
    let (_, output) = plan.operations().last().unwrap();
    check_launched(device, plan, Launches::of(plan, &[*output]), what)
}

fn check_launched(device: &Device, plan: &Plan, launches: Launches, what: &str) -> usize {
    let (_, output) = plan.operations().last().unwrap();
    let given: Vec<_> = (5..).zip(plan.inputs()).map(|(seed, map)| numbers(plan.shape(*map).size(), seed)).collect();
    let network = block_on(Network::launched(device, launches, plan)).unwrap_or_else(|error| panic!("{what}: {error}"));
    let slices: Vec<&[f32]> = given.iter().map(Vec::as_slice).collect();
    let found = block_on(network.run(&slices).unwrap()).unwrap();
    let expected = &reference::run(plan, &given)[output];
    assert_eq!(found.len(), expected.len(), "{what}");
    let spread = expected.iter().fold(1.0, |most: f64, x| most.max(x.abs()));
    let error = found.iter().zip(expected).map(|(x, y)| (f64::from(*x) - y).abs()).fold(0.0, f64::max);
    assert!(error <= 2e-5 * spread && found.iter().all(|x| x.is_finite()), "{what}: wrong by {error} of {spread}");
    network.dispatches()
}

fn shape(batch: usize, height: usize, width: usize, channels: usize) -> Shape {
    Shape { batch, height, width, channels }
}

/// A convolution without anything around it.
fn plain(plan: &Plan, input: Map, channels: usize, side: Side) -> Convolution {
    let from = plan.shape(input).channels;
    let count = channels * from * side.length().pow(2);
    let scale = (3.0 / (count / channels) as f32).sqrt();
    Convolution {
        input,
        before: Before::Nothing,
        doubled: false,
        stride: 1,
        side,
        weight: numbers(count, 3).into_iter().map(|x| x * scale).collect(),
        order: Order::OutIn,
        bias: numbers(channels, 4),
        skip: None,
    }
}

#[test]
fn convolutions_of_every_shape_in_use_and_odd_ones() {
    let Some(device) = adapter::open() else { return };
    for (height, width, from, to) in [
        (28, 28, 1, 32),
        (28, 28, 32, 32),
        (28, 28, 32, 1),
        (28, 28, 16, 1),
        (28, 28, 12, 1),
        (14, 14, 56, 56),
        (14, 14, 48, 48),
        (7, 7, 96, 96),
        (8, 8, 96, 8),
        (16, 16, 64, 64),
        (32, 32, 16, 3),
        (1, 1, 8, 8),
        (3, 5, 7, 9),
        (9, 2, 200, 33),
    ] {
        let mut plan = Plan::default();
        let x = plan.given(shape(1, height, width, from));
        let convolution = plain(&plan, x, to, Side::Three);
        plan.add(Operation::Convolution(convolution)).unwrap();
        assert_eq!(check(&device, &plan, &format!("{height}x{width}, {from} to {to}")), 1);
    }
}

#[test]
fn convolutions_divided_in_other_ways() {
    let Some(device) = adapter::open() else { return };
    let mut plan = Plan::default();
    let x = plan.given(shape(2, 9, 6, 40));
    let first = Convolution { stride: 2, ..plain(&plan, x, 24, Side::Three) };
    let first = plan.add(Operation::Convolution(first)).unwrap();
    let second = Convolution {
        before: Before::NormSilu(norm(24, 9)),
        skip: Some(first),
        ..plain(&plan, first, 24, Side::Three)
    };
    let second = plan.add(Operation::Convolution(second)).unwrap();
    let third = Convolution { before: Before::Norm(norm(24, 13)), ..plain(&plan, second, 5, Side::One) };
    plan.add(Operation::Convolution(third)).unwrap();
    let output = plan.operations()[2].1;
    for [lanes, rows, quads, memory] in [
        [128, 4, 4, 1024],
        [128, 4, 2, 256],
        [128, 2, 4, 256],
        [128, 2, 2, 128],
        [128, 2, 8, 512],
        [128, 1, 2, 256],
        [128, 4, 4, 256],
        [64, 1, 2, 64],
        [256, 4, 4, 1024],
        [256, 2, 4, 256],
    ] {
        let division = Division { lanes, rows, quads, memory };
        let launches = Launches::divided(&plan, &[output], &|_| division);
        assert_eq!(check_launched(&device, &plan, launches, &format!("{division:?}")), 3);
    }
}

#[test]
fn strides_and_doubling() {
    let Some(device) = adapter::open() else { return };
    for (height, width, from, to) in [(28, 28, 32, 56), (14, 14, 56, 96), (7, 5, 64, 16), (2, 9, 12, 20)] {
        for (stride, doubled) in [(2, false), (1, true), (2, true)] {
            let mut plan = Plan::default();
            let x = plan.given(shape(2, height, width, from));
            let convolution = Convolution { stride, doubled, ..plain(&plan, x, to, Side::Three) };
            plan.add(Operation::Convolution(convolution)).unwrap();
            assert_eq!(check(&device, &plan, &format!("{height}x{width}, stride {stride}, doubled {doubled}")), 1);
        }
    }
}

#[test]
fn products_of_rows_in_either_order() {
    let Some(device) = adapter::open() else { return };
    for (pixels, from, to) in [(784, 64, 32), (196, 112, 56), (49, 96, 288), (64, 24, 96), (1, 16, 40), (5, 3, 2)] {
        for order in [Order::OutIn, Order::InOut] {
            let mut plan = Plan::default();
            let x = plan.given(shape(2, pixels, 1, from));
            let skip = plan.given(shape(2, pixels, 1, to));
            let product = Convolution { order, skip: Some(skip), ..plain(&plan, x, to, Side::One) };
            plan.add(Operation::Convolution(product)).unwrap();
            assert_eq!(check(&device, &plan, &format!("{pixels} rows, {from} to {to}, {order:?}")), 1);
        }
    }
}

#[test]
fn norms_come_from_the_convolution_before_or_from_statistics() {
    let Some(device) = adapter::open() else { return };
    for (height, width, channels) in [(28, 28, 32), (7, 7, 96), (5, 3, 24), (1, 1, 8)] {
        for side in [Side::One, Side::Three].into_iter().take(if height == 5 { 2 } else { 1 }) {
            let mut plan = Plan::default();
            let x = plan.given(shape(2, height, width, channels));
            let rows = plan.given(shape(2, 1, 1, 2 * channels));
            let first = Convolution { before: Before::NormSilu(norm(channels, 9)), ..plain(&plan, x, channels, side) };
            let middle = plan.add(Operation::Convolution(first)).unwrap();
            let second = Convolution {
                before: Before::Modulated(norm(channels, 11), rows),
                skip: Some(x),
                ..plain(&plan, middle, channels, Side::Three)
            };
            let last = plan.add(Operation::Convolution(second)).unwrap();
            let third = Convolution { before: Before::Norm(norm(channels, 13)), ..plain(&plan, last, 5, Side::One) };
            plan.add(Operation::Convolution(third)).unwrap();
            // One for the statistics of what is given.
            assert_eq!(check(&device, &plan, &format!("{height}x{width}x{channels}, {side:?}")), 4);
        }
    }
}

#[test]
fn a_norm_of_a_far_off_map_is_exact_enough() {
    let Some(device) = adapter::open() else { return };
    let mut plan = Plan::default();
    let x = plan.given(shape(1, 14, 14, 16));
    let far = Convolution { bias: vec![20.0; 16], ..plain(&plan, x, 16, Side::One) };
    let far = plan.add(Operation::Convolution(far)).unwrap();
    plan.add(Operation::Norm(far, norm(16, 2))).unwrap();
    let (_, output) = plan.operations().last().unwrap();
    let given = vec![numbers(14 * 14 * 16, 1)];
    let network = block_on(Network::new(&device, &plan, *output)).unwrap();
    let found = block_on(network.run(&[&given[0]]).unwrap()).unwrap();
    let expected = &reference::run(&plan, &given)[output];
    let error = found.iter().zip(expected).map(|(x, y)| (f64::from(*x) - y).abs()).fold(0.0, f64::max);
    assert!(error < 1e-3, "wrong by {error}");
}

#[test]
fn attentions() {
    let Some(device) = adapter::open() else { return };
    for (height, width, channels, heads) in [(7, 7, 96, 4), (8, 8, 96, 4), (3, 5, 12, 2), (16, 24, 8, 1), (1, 1, 4, 4)]
    {
        let mut plan = Plan::default();
        let x = plan.given(shape(2, height, width, 3 * channels));
        plan.add(Operation::Attention(x, heads)).unwrap();
        assert_eq!(check(&device, &plan, &format!("{height}x{width}x{channels}, {heads} heads")), 1);
    }
}

#[test]
fn what_moves_numbers_by_itself() {
    let Some(device) = adapter::open() else { return };
    let of = |add: &dyn Fn(Map, Map) -> Operation| {
        let mut plan = Plan::default();
        let (x, other) = (plan.given(shape(2, 6, 4, 8)), plan.given(shape(2, 6, 4, 5)));
        plan.add(add(x, other)).unwrap();
        assert_eq!(check(&device, &plan, &format!("{:?}", plan.operations())), 1);
    };
    of(&|x, other| Operation::Concatenation(x, other));
    of(&|x, _| Operation::DepthToSpace(x));
    of(&|x, _| Operation::SpaceToDepth(x));
    of(&|x, _| Operation::Doubled(x));
    of(&|x, _| Operation::Activation(x, Activation::Silu));
    of(&|x, _| Operation::Activation(x, Activation::Tanh));
    let mut plan = Plan::default();
    let x = plan.given(shape(2, 6, 4, 24));
    plan.add(Operation::Norm(x, norm(24, 8))).unwrap();
    assert_eq!(check(&device, &plan, "a norm by itself"), 2);
}

#[test]
fn what_stands_around_a_convolution_goes_into_its_kernel() {
    let Some(device) = adapter::open() else { return };
    let mut plan = Plan::default();
    let (x, other) = (plan.given(shape(2, 14, 14, 24)), plan.given(shape(2, 14, 14, 12)));
    let both = plan.add(Operation::Concatenation(x, other)).unwrap();
    let bent = plan.add(Operation::Activation(both, Activation::Silu)).unwrap();
    let merged = plan.add(Operation::Convolution(plain(&plan, bent, 32, Side::One))).unwrap();
    let grown = plan.add(Operation::DepthToSpace(merged)).unwrap();
    let bent = plan.add(Operation::Activation(grown, Activation::Silu)).unwrap();
    let doubled = plan.add(Operation::Doubled(bent)).unwrap();
    let painted = plan.add(Operation::Convolution(plain(&plan, doubled, 12, Side::Three))).unwrap();
    let unfolded = plan.add(Operation::DepthToSpace(painted)).unwrap();
    plan.add(Operation::Activation(unfolded, Activation::Tanh)).unwrap();
    assert_eq!(check(&device, &plan, "two convolutions and all around them"), 2);
}

#[test]
fn activations_do_not_overflow() {
    let Some(device) = adapter::open() else { return };
    for activation in [Activation::Silu, Activation::Tanh] {
        let mut plan = Plan::default();
        let x = plan.given(shape(1, 1, 1, 6));
        let y = plan.add(Operation::Activation(x, activation)).unwrap();
        let given = vec![vec![-3e4, -100.0, -10.0, 10.0, 100.0, 3e4]];
        let network = block_on(Network::new(&device, &plan, y)).unwrap();
        let found = block_on(network.run(&[&given[0]]).unwrap()).unwrap();
        for (x, y) in found.iter().zip(&reference::run(&plan, &given)[&y]) {
            assert!((f64::from(*x) - y).abs() <= 1e-6 * y.abs().max(1.0), "{activation:?}: {x} for {y}");
        }
    }
}
