//! Ways along a flow: what is submitted, what comes back, and that it is what single steps would give.

use std::rc::Rc;

use pollster::block_on;
use pushforward::gpu::device::Device;
use pushforward::gpu::network::Network;
use pushforward::gpu::plan::{Before, Convolution, Map, Operation, Order, Plan, Shape, Side};
use pushforward::gpu::walk::{Factors, Flow, Step};

use crate::adapter;
use crate::reference::{self, norm, numbers};

const SHAPE: Shape = Shape { batch: 1, height: 8, width: 8, channels: 8 };

/// A velocity of x under rows that modulate it.
fn velocity() -> (Plan, Map) {
    let mut plan = Plan::default();
    let x = plan.given(SHAPE);
    let rows = plan.given(Shape { height: 1, width: 1, channels: 16, ..SHAPE });
    let y = plan.add(Operation::Convolution(convolution(x, Before::Modulated(norm(8, 1), rows), 8))).unwrap();
    (plan, y)
}

fn convolution(input: Map, before: Before, channels: usize) -> Convolution {
    let weight = numbers(channels * 8 * 9, 2).into_iter().map(|x| x / 8.0).collect();
    let (bias, order) = (vec![0.1; channels], Order::OutIn);
    Convolution { input, before, doubled: false, stride: 1, side: Side::Three, weight, order, bias, skip: None }
}

fn decoder(device: &Device) -> (Plan, Map, Rc<Network>) {
    let mut plan = Plan::default();
    let x = plan.given(SHAPE);
    let y = plan.add(Operation::Convolution(convolution(x, Before::Silu, 3))).unwrap();
    let network = block_on(Network::new(device, &plan, y)).unwrap();
    (plan, y, Rc::new(network))
}

/// Five steps with all that a step may have.
fn steps(questions: usize) -> Vec<Step> {
    let step = |i: usize| Step {
        given: vec![numbers(16 * questions, 20 + i as u64)],
        factors: Factors {
            guidance: 2.5,
            x: 0.9,
            v: -0.3,
            before: if i > 0 { 0.1 } else { 0.0 },
            noise: if i == 2 { 0.2 } else { 0.0 },
            time: (i != 3).then_some(0.8 - 0.1 * i as f64),
        },
        noise: if i == 2 { numbers(SHAPE.size(), 40) } else { Vec::new() },
    };
    (0..5).map(step).collect()
}

/// x and the prediction after so many steps.
fn expected(questions: usize, x: &[f32], steps: &[Step]) -> [Vec<f32>; 2] {
    let (plan, output) = velocity();
    let plan = plan.times(questions);
    let (mut x, mut before, mut predicted) = (x.to_vec(), vec![0.0; x.len()], x.to_vec());
    for Step { given, factors, noise } in steps {
        let f = |factor: f64| factor as f32;
        let given = [x.repeat(questions), given[0].clone()];
        let answers = &reference::run(&plan, &given)[&output];
        let v: Vec<f32> = (0..x.len())
            .map(|i| match answers.get(x.len() + i) {
                Some(any) => (any + (answers[i] - any) * factors.guidance) as f32,
                None => answers[i] as f32,
            })
            .collect();
        if let Some(t) = factors.time {
            predicted = x.iter().zip(&v).map(|(x, v)| x - f(t) * v).collect();
        }
        for i in 0..x.len() {
            x[i] = f(factors.x) * x[i] + f(factors.v) * v[i] + f(factors.before) * before[i];
            x[i] += f(factors.noise) * noise.get(i).unwrap_or(&0.0);
        }
        before = v;
    }
    [x, predicted]
}

fn close(found: &[f32], expected: &[f32]) {
    assert_eq!(found.len(), expected.len());
    let error = found.iter().zip(expected).map(|(x, y)| (x - y).abs()).fold(0.0, f32::max);
    assert!(error < 1e-4, "wrong by {error}");
}

#[test]
fn a_way_is_its_steps_and_one_submission_for_a_look() {
    let Some(device) = adapter::open() else { return };
    for questions in [1, 2] {
        let (plan, output) = velocity();
        let plan = plan.times(questions);
        let flow = Rc::new(block_on(Flow::new(&device, (&plan, output), questions, None)).unwrap());
        let (x, steps) = (numbers(SHAPE.size(), 7), steps(questions));
        let mut walk = flow.walk(&x, &steps).unwrap();
        let before = device.counts();
        close(&block_on(walk.picture()).unwrap(), &x);
        assert!((0..3).all(|_| walk.advance()));
        close(&block_on(walk.picture()).unwrap(), &expected(questions, &x, &steps[..3])[0]);
        close(&block_on(walk.predicted()).unwrap(), &expected(questions, &x, &steps[..3])[1]);
        assert!(walk.advance() && walk.advance() && !walk.advance());
        close(&block_on(walk.predicted()).unwrap(), &expected(questions, &x, &steps)[1]);
        close(&block_on(walk.picture()).unwrap(), &expected(questions, &x, &steps)[0]);
        let after = device.counts();
        assert_eq!(after.submits - before.submits, 5);
        assert_eq!(after.readbacks - before.readbacks, 5);
        assert_eq!(after.dispatches - before.dispatches, 5 * flow.dispatches()[0]);
        assert_eq!(after.pipelines, before.pipelines);
    }
}

#[test]
fn ways_in_turn_do_not_disturb_each_other() {
    let Some(device) = adapter::open() else { return };
    let ((plan, output), (drawing, picture, decoder)) = (velocity(), decoder(&device));
    let flow = Rc::new(block_on(Flow::new(&device, (&plan, output), 1, Some(decoder))).unwrap());
    let steps = steps(1);
    let starts = [numbers(SHAPE.size(), 50), numbers(SHAPE.size(), 51)];
    let mut walks = starts.clone().map(|x| flow.walk(&x, &steps).unwrap());
    for taken in 1..=5 {
        for (walk, x) in walks.iter_mut().zip(&starts) {
            assert!(walk.advance());
            let [x, _] = expected(1, x, &steps[..taken]);
            let drawn: Vec<f32> = reference::run(&drawing, &[x])[&picture].iter().map(|x| *x as f32).collect();
            close(&block_on(walk.picture()).unwrap(), &drawn);
        }
    }
}
