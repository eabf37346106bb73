//! What the tests of the families share: seeds, pictures, modules with known parameters, and tensors as numbers.
#![allow(dead_code, reason = "no family's tests need all of it")]

use burn::module::{Module, ModuleMapper, Param};
use burn::tensor::{Device, Int, Tensor};
use pushforward::cards::{LatentShape, ModelCard};
use pushforward::catalogue;
use pushforward::families::{Family, Traits};
use pushforward::generator::{Choices, Condition, Generator, Options, Trajectory, finish, noise};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

pub fn device() -> Device {
    Device::flex()
}

pub fn rng(seed: u64) -> ChaCha8Rng {
    ChaCha8Rng::seed_from_u64(seed)
}

pub fn pictures(count: usize) -> Tensor<4> {
    noise([count, 1, 28, 28], &mut rng(5), &device()).clamp(-1.0, 1.0)
}

/// Pictures of whole levels, as files hold them.
pub fn whole_pictures(count: usize, side: usize) -> Tensor<4> {
    let pictures = noise([count, 1, side, side], &mut rng(5), &device()).clamp(-1.0, 1.0);
    ((pictures + 1.0) * 127.5).round() / 127.5 - 1.0
}

/// The condition of class 3, as often.
pub fn conditions(count: usize) -> Tensor<1, Int> {
    Condition::Class(3).indices(10, count, &device())
}

pub fn values<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
    tensor.into_data().iter::<f32>().collect()
}

pub fn farthest(one: &[f32], other: &[f32]) -> f32 {
    assert_eq!(one.len(), other.len());
    one.iter().zip(other).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max)
}

/// Asserts that a training goes on from a module that ships with all that its family needs to train, and draws as that did.
pub fn goes_on<F: Family + 'static>(config: &F::Config, module: F, shipped: F) {
    let parameters = module.num_params();
    assert!(shipped.num_params() < parameters, "what ships lacks what only training needs");
    let draw = |module: F| {
        let generator = generator(config, module);
        let z = noise([2, generator.card().latent.dimension()], &mut rng(1), &device());
        let options = Options { steps: generator.card().controls.steps.map(|_| 2), ..Options::default() };
        values(finish(generator.start(z, &Condition::Class(1), &options)))
    };
    let expected = draw(shipped.clone());
    assert!(farthest(&draw(module.clone()), &expected) > 1e-3);
    let module = module.going_on_from(shipped);
    assert_eq!(module.num_params(), parameters);
    assert_eq!(draw(module), expected);
}

/// A module with a card that says what its family does of it.
pub fn generator<F: Family + 'static>(config: &F::Config, module: F) -> Box<dyn Generator> {
    let Traits { latent, image, forward_passes, steps, invertible, alternatives, controls } = F::traits(config);
    let latent = LatentShape { shape: latent };
    let card = ModelCard {
        latent,
        image,
        forward_passes,
        steps,
        invertible,
        alternatives,
        controls,
        ..catalogue::cards()[0].clone()
    };
    let z = Tensor::zeros([1, card.latent.dimension()], &device());
    let generator = module.generator(card);
    assert_eq!(generator.start(z, &Condition::Any, &Options::default()).steps(), steps, "what the card says of steps");
    generator
}

/// Checks that every step of a way says what it chose from, and by which rule.
pub fn check_choices(generator: &dyn Generator, batch: usize) {
    let alternatives = generator.card().alternatives.expect("one choice after the other");
    let z = noise([batch, generator.card().latent.dimension()], &mut rng(7), &device());
    let mut way = generator.start(z, &Condition::Class(1), &Options::default());
    assert!(way.choices().is_none(), "nothing is chosen yet");
    let mut made = 0;
    while way.advance() {
        let Choices { cumulative, u, chosen } = way.choices().unwrap();
        let [rows, count, width] = cumulative.dims();
        assert_eq!((rows, width, u.dims(), chosen.dims()), (batch, alternatives, [batch, count], [batch, count]));
        let (cumulative, u, chosen) = (values(cumulative), values(u), values(chosen));
        for ((cumulative, u), chosen) in cumulative.chunks(width).zip(u).zip(chosen) {
            assert!(
                cumulative.windows(2).all(|pair| pair[0] <= pair[1] + 1e-5)
                    && (cumulative[width - 1] - 1.0).abs() < 1e-4
            );
            let first = cumulative.iter().position(|below| *below > u).unwrap_or(width - 1);
            // Sums in another order can tip a choice that lies on its edge.
            let near = (cumulative[chosen as usize] - u).abs() < 1e-4 || chosen as usize == first;
            assert!(near, "u = {u} chose {chosen}, not {first}");
        }
        made += count;
    }
    assert_eq!(made, generator.card().latent.dimension());
}

/// The picture after a further step.
pub fn next(way: &mut dyn Trajectory) -> Tensor<4> {
    assert!(way.advance(), "a step is left");
    way.picture()
}

/// A module whose every parameter is drawn, so that no part of it starts as zero or as the identity.
pub fn drawn<M: Module>(module: M, deviation: f64) -> M {
    struct Draw(ChaCha8Rng, f64);

    impl ModuleMapper for Draw {
        fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
            param.map(|tensor| noise(tensor.dims(), &mut self.0, &tensor.device()) * self.1)
        }
    }
    module.map(&mut Draw(rng(3), deviation))
}

/// A module in which every parameter of a name, or in a part of that name, has one value.
pub fn filled<M: Module>(module: M, name: &str, value: f32) -> M {
    struct Fill<'a> {
        name: &'a str,
        value: f32,
        path: Vec<String>,
    }

    impl ModuleMapper for Fill<'_> {
        fn enter_module(&mut self, name: &str, _container_type: &str) {
            self.path.push(name.into());
        }

        fn exit_module(&mut self, _name: &str, _container_type: &str) {
            self.path.pop();
        }

        fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
            let hit = self.path.iter().any(|part| part == self.name);
            param.map(|tensor| if hit { tensor.full_like(self.value) } else { tensor })
        }
    }
    module.map(&mut Fill { name, value, path: Vec::new() })
}
