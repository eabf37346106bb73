//! Trains a model: its family's module, on its data set, by its recipe.

use anyhow::Result;
use pushforward::families::{Family, Visitor};

use crate::common::Common;
use crate::recipe::Recipe;
use crate::train::{self, Schedule, Task};
use crate::{datasets, model};

/// Trains a model from its committed config.
///
/// # Errors
/// When the model or its data set is missing, or its family cannot learn from it; see also [`train::train`].
pub fn train(common: &Common, schedule: &Schedule) -> Result<()> {
    struct Train<'a>(&'a Common, &'a Recipe, &'a Schedule);

    impl Visitor for Train<'_> {
        type Output = Result<()>;

        fn visit<F: Family + 'static>(self) -> Result<()> {
            let Self(common, recipe, schedule) = self;
            let (device, folder) = (common.device.open()?, common.run_folder());
            device.seed(recipe.training.seed);
            let config = recipe.config::<F>()?;
            let module = F::init(&config, &device);
            let (module, origin) =
                if schedule.from_shipped { model::going_on(common, module)? } else { (module, None) };
            let task = Task {
                model: &common.model,
                config: serde_json::to_value(recipe)?,
                training: &recipe.training,
                precision: recipe.precision,
                folder: &folder,
                device_name: common.device.name(),
                origin,
            };
            let examples = datasets::examples(&recipe.dataset()?, common, &recipe.training, F::buckets(&config))?;
            train::train(&task, module, &*examples, schedule, &device)?;
            Ok(())
        }
    }

    let recipe = Recipe::load(common)?;
    recipe.with_family(Train(common, &recipe, schedule))?
}

#[cfg(test)]
mod tests {
    use burn::module::{ModuleVisitor, Param};
    use burn::optim::GradientsParams;
    use burn::tensor::{Device, Int, Tensor};
    use pushforward::families::codes::CodesConfig;
    use pushforward::families::diffusion::DiffusionConfig;
    use pushforward::families::gan::GanConfig;
    use pushforward::families::latent_diffusion::LatentDiffusionConfig;
    use pushforward::generator::{Condition, noise};
    use pushforward::losses::Loss;
    use pushforward::prompt::LENGTH;
    use pushforward::training::Objective;
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    /// Counts the parameters that want a gradient.
    struct Learning(usize);

    impl ModuleVisitor for Learning {
        fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
            self.0 += usize::from(param.val().is_require_grad());
        }
    }

    /// Whether every parameter of a module that wants a gradient gets one from its loss.
    fn all_learn<M: Objective>(module: &M, images: [usize; 4], conditions: Tensor<2, Int>) -> bool {
        let images = Tensor::ones(images, &conditions.device());
        let gradients = module.loss(images, conditions, &mut ChaCha8Rng::seed_from_u64(1)).total.backward();
        let mut learning = Learning(0);
        module.visit(&mut learning);
        GradientsParams::from_grads(gradients, module).len() == learning.0
    }

    /// A graph that no gradient goes through is never freed: step by step it would fill the memory.
    #[test]
    fn what_wants_a_gradient_gets_one() {
        let device = Device::flex().autodiff();
        let config = CodesConfig::new().with_channels(32).with_codebook(16).with_code(8).with_width(16).with_layers(1);
        for done in [0.0, 0.9] {
            let codes = config.init(&device).progressed(done);
            let conditions = Condition::Any.indices(10, 2, &device).unsqueeze_dim(1);
            assert!(all_learn(&codes, [2, 1, 28, 28], conditions), "after {done}");
        }
        let config = DiffusionConfig::new().with_channels([8, 16, 16]).with_embedding(16).with_class_information(0.1);
        assert!(all_learn(&config.init(&device), [2, 1, 28, 28], Tensor::full([2, 1], 3, &device)));
        // Before, the flow is not asked at all.
        let config = LatentDiffusionConfig::new().with_buckets(99).with_channels(16).with_paint([8, 32, 16]);
        let settled = config.init(&device).progressed(config.sketched);
        assert!(all_learn(&settled, [2, 3, 32, 32], Tensor::ones([2, 3 * LENGTH + 1], &device)));
    }

    #[test]
    fn each_loss_of_a_gan_teaches_its_own_player_only() {
        let device = Device::flex().autodiff();
        let gan = GanConfig::new().with_channels(16).with_embedding(16).with_critic_channels(16).init(&device);
        let (_, critic) = gan.faster().expect("the discriminator learns faster");
        let images = noise([4, 784], &mut ChaCha8Rng::seed_from_u64(1), &device).reshape([4, 1, 28, 28]);
        let Loss { terms, .. } = gan.loss(images, Tensor::full([4, 1], 3, &device), &mut ChaCha8Rng::seed_from_u64(2));
        for (player, loss) in terms {
            let mut gradients = loss.backward();
            let to_critic = GradientsParams::from_params(&mut gradients, &gan, &critic);
            let to_generator = GradientsParams::from_grads(gradients, &gan);
            let [taught, spared] =
                if player == "discriminator" { [to_critic, to_generator] } else { [to_generator, to_critic] };
            assert!(!taught.is_empty() && spared.is_empty(), "{player}");
        }
    }
}
