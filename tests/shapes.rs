//! Families take the shape of their pictures from their config: none is bound to one data set's.

use burn::tensor::Tensor;
use pushforward::families::autoregressive::{Autoregressive, AutoregressiveConfig};
use pushforward::families::codes::{Codes, CodesConfig};
use pushforward::families::diffusion::{Diffusion, DiffusionConfig};
use pushforward::families::flow::{Flow, FlowConfig};
use pushforward::families::gan::{Gan, GanConfig};
use pushforward::families::vae::{Vae, VaeConfig};
use pushforward::families::{Family, Traits};
use pushforward::generator::{Condition, Options, complete, finish, noise};

mod common;

use common::{conditions, device, generator, rng, values};

/// Learns from pictures of a config's shape, generates some, and goes back from them.
fn is_of_its_shape<F: Family + 'static>(config: F::Config, [channels, height, width]: [usize; 3]) {
    let Traits { image, invertible, .. } = F::traits(&config);
    assert_eq!([image.channels, image.height, image.width], [channels, height, width], "{}", F::NAME);
    let module = F::init(&config, &device());
    let shape = [2, channels, height, width];
    let images = noise(shape, &mut rng(1), &device()).clamp(-1.0, 1.0);
    let conditions: Tensor<2, _> = conditions(2).unsqueeze_dim(1);
    let module = module.prepared(images.clone(), conditions.clone(), &mut rng(2));
    let loss = values(module.loss(images, conditions, &mut rng(2)).total)[0];
    assert!(loss.is_finite(), "{}", F::NAME);

    let generator = generator(&config, module.shipped());
    let dimension = generator.card().latent.dimension();
    let options = Options { steps: generator.card().controls.steps.map(|_| 2), ..Options::default() };
    let z = noise([2, dimension], &mut rng(3), &device());
    let mut trajectory = generator.start(z.clone(), &Condition::Class(1), &options);
    assert!(trajectory.advance());
    assert_eq!(trajectory.picture().dims(), shape, "{}", F::NAME);
    let pictures = finish(trajectory);
    assert_eq!(pictures.dims(), shape, "{}", F::NAME);
    let latents = generator.invert(pictures, &Condition::Class(1), &options).map(complete);
    assert_eq!(latents.map(|latents| latents.dims()), invertible.then_some([2, dimension]), "{}", F::NAME);
}

#[test]
fn colour_pictures_of_another_size_are_learned_and_generated() {
    let colour = [3, 16, 16];
    is_of_its_shape::<Vae>(
        VaeConfig::new().with_side(16).with_colours(3).with_channels(32).with_class_information(1.0),
        colour,
    );
    let gan = GanConfig::new().with_side(16).with_colours(3).with_channels(16).with_embedding(16);
    is_of_its_shape::<Gan>(gan.with_critic_channels(16).with_class_information(1.0), colour);
    let diffusion = DiffusionConfig::new().with_side(16).with_colours(3).with_channels([8, 16, 16]).with_embedding(16);
    is_of_its_shape::<Diffusion>(diffusion.with_class_information(1.0), colour);
    let codes = CodesConfig::new().with_side(16).with_colours(3).with_channels(32).with_codebook(16).with_code(8);
    is_of_its_shape::<Codes>(codes.with_width(16).with_layers(1), colour);
}

#[test]
fn grey_pictures_of_another_size_are_learned_and_generated() {
    let autoregressive = AutoregressiveConfig::new().with_side(6).with_channels(8).with_layers(2).with_mixtures(2);
    is_of_its_shape::<Autoregressive>(autoregressive, [1, 6, 6]);
    let flow = FlowConfig::new().with_side(8).with_steps([1, 1, 1]).with_channels([8, 8, 8]).with_embedding(16);
    is_of_its_shape::<Flow>(flow.with_mixtures(2), [1, 8, 8]);
}
