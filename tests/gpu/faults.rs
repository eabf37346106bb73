//! What goes wrong, and what is said of it.

use pollster::block_on;
use pushforward::gpu::error::GpuError;
use pushforward::gpu::network::Network;
use pushforward::gpu::plan::{Before, Convolution, Map, Operation, Order, Plan, PlanError, Shape, Side};

use crate::adapter;
use crate::reference::norm;

const SHAPE: Shape = Shape { batch: 1, height: 4, width: 4, channels: 8 };

fn convolution(input: Map) -> Convolution {
    Convolution {
        input,
        before: Before::Nothing,
        doubled: false,
        stride: 1,
        side: Side::One,
        weight: vec![0.0; 64],
        order: Order::OutIn,
        bias: vec![0.0; 8],
        skip: None,
    }
}

#[test]
fn a_plan_takes_only_what_fits() {
    let mut plan = Plan::default();
    let x = plan.given(SHAPE);
    let narrow = plan.given(Shape { channels: 3, ..SHAPE });
    let good = convolution(x);
    let mut refuses = |operation: Operation, of: &str| {
        let error = plan.add(operation).unwrap_err();
        assert!(error.to_string().contains(of), "{error}, not of {of}");
    };
    refuses(Operation::Convolution(Convolution { weight: vec![0.0; 63], ..good.clone() }), "weight");
    refuses(Operation::Convolution(Convolution { stride: 2, ..good.clone() }), "stride");
    refuses(Operation::Convolution(Convolution { skip: Some(narrow), ..good.clone() }), "added");
    refuses(Operation::Convolution(Convolution { before: Before::Norm(norm(16, 1)), ..good.clone() }), "norm");
    refuses(Operation::Convolution(Convolution { before: Before::Modulated(norm(8, 1), narrow), ..good }), "rows");
    refuses(Operation::Norm(narrow, norm(3, 1)), "multiple of 8");
    refuses(Operation::Attention(x, 3), "multiple of 9");
    refuses(Operation::DepthToSpace(narrow), "multiple of 4");
    let mut larger = Plan::default();
    let foreign = (0..5).map(|_| larger.given(SHAPE)).last().unwrap();
    let unknown = plan.add(Operation::Doubled(foreign));
    assert_eq!(unknown, Err(PlanError::Unknown { number: 4, maps: 2 }));
}

#[test]
fn a_network_takes_only_what_was_planned() {
    let Some(device) = adapter::open() else { return };
    let mut plan = Plan::default();
    let x = plan.given(SHAPE);
    let y = plan.add(Operation::Convolution(convolution(x))).unwrap();
    let network = block_on(Network::new(&device, &plan, y)).unwrap();
    let refused = |given: &[&[f32]]| network.run(given).map(drop).unwrap_err();
    let numbers = [0.0; 128];
    assert!(matches!(refused(&[]), GpuError::Given { expected: 1, got: 0, .. }));
    assert!(matches!(refused(&[&numbers[..127]]), GpuError::Given { expected: 128, got: 127, .. }));
    assert!(matches!(refused(&[&numbers, &numbers]), GpuError::Given { expected: 1, got: 2, .. }));
}

#[test]
fn a_kernel_that_does_not_compile_is_named() {
    let Some(device) = adapter::open() else { return };
    // WGSL has no arrays without elements.
    let mut plan = Plan::default();
    let x = plan.given(Shape { height: 0, channels: 24, ..SHAPE });
    let y = plan.add(Operation::Attention(x, 4)).unwrap();
    match block_on(Network::new(&device, &plan, y)) {
        Err(GpuError::Shader { name: "attention", message }) => assert!(message.contains("array"), "{message}"),
        other => panic!("{:?}", other.map(|network| network.dispatches())),
    }
}

#[test]
fn a_kernel_that_needs_too_much_memory_is_refused() {
    let Some(device) = adapter::open() else { return };
    let mut plan = Plan::default();
    let channels = 8192;
    let x = plan.given(Shape { channels, ..SHAPE });
    let before = Before::Norm(norm(channels, 1));
    let wide = Convolution { before, weight: vec![0.0; channels], bias: vec![0.0], ..convolution(x) };
    let y = plan.add(Operation::Convolution(wide)).unwrap();
    match block_on(Network::new(&device, &plan, y)) {
        Err(GpuError::Shader { name: "convolution", message }) => assert!(message.contains("memory"), "{message}"),
        other => panic!("{:?}", other.map(|network| network.dispatches())),
    }
}
