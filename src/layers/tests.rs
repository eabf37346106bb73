//! What the CPU draws by kernels, held to the composition that learns.

use burn::module::Module;
use burn::tensor::{Device, Tensor};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

use super::coupling::StepConfig;
use super::input::modulated;
use super::monotone::Monotone;
use super::*;

fn random<const D: usize>(shape: [usize; D], seed: u64) -> Tensor<D> {
    noise(shape, &mut ChaCha8Rng::seed_from_u64(seed), &Device::flex())
}

/// The same tensor where gradients are taken, and so operations are composed of Burn's.
fn learning<const D: usize>(x: &Tensor<D>) -> Tensor<D> {
    x.clone().to_device(&Device::flex().autodiff())
}

/// Brings a tensor to where a module is.
type Bring<'a> = &'a dyn Fn(&Tensor<4>) -> Tensor<4>;

/// Holds what a module makes of tensors by kernels, as it was learned and packed, to what it makes of them where it learns.
fn agree<M: Module>(module: M, within: f32, make: impl Fn(&M, Bring) -> Tensor<4>) {
    let learned = make(&module.clone().to_device(&Device::flex().autodiff()), &|x| learning(x)).inner();
    let modules = [module.clone(), module.map(&mut Packer::default())];
    for (module, which) in modules.iter().zip(["as it was learned", "packed"]) {
        let drawn = make(module, &Tensor::clone);
        assert_eq!(drawn.dims(), learned.dims(), "{which}");
        let difference = (drawn - learned.clone()).abs().max().into_scalar::<f32>();
        assert!(difference < within, "{which}: they differ by {difference}");
    }
}

/// A module of all that [`Convolution::forward`] and its like can be asked for.
#[derive(Module, Debug)]
struct Everything {
    norm: burn::nn::GroupNorm,
    convolution: Convolution,
    strided: StridedConvolution,
    pointwise: Pointwise,
}

#[test]
fn convolutions_with_all_that_precedes_them() {
    // Channels and sides in use, and odd ones; outputs that are few.
    for ([from, to], [height, width], batch) in [
        ([32, 32], [28, 28], 1),
        ([56, 56], [14, 14], 2),
        ([96, 96], [7, 7], 1),
        ([8, 3], [5, 9], 2),
        ([80, 64], [8, 8], 1),
    ] {
        let device = Device::flex();
        let module = Everything {
            norm: group_norm(from).init(&device),
            convolution: Convolution::new(from, to, &device),
            strided: StridedConvolution::new(from, to, &device),
            pointwise: Pointwise::new(from, to, &device),
        };
        let x = random([batch, from, height, width], 1) * 3.0 + 1.0;
        let [scale, shift] = [2, 3].map(|seed| random([batch, from], seed));
        let skip = random([batch, to, height, width], 4);
        let check = |make: &dyn Fn(&Everything, Bring) -> Tensor<4>| {
            agree(module.clone(), 2e-4, make);
        };
        check(&|module, on| module.convolution.forward(on(&x)));
        check(&|module, on| module.convolution.forward(activated(on(&x)).plus(on(&skip))));
        check(&|module, on| module.convolution.forward(activated(on(&x)).upsampled()));
        check(&|module, on| module.convolution.forward(Input::from(on(&x)).upsampled()));
        check(&|module, on| module.convolution.forward(normalized(&module.norm, on(&x)).plus(on(&skip))));
        check(&|module, on| {
            let rows = |x: &Tensor<2>| on(&x.clone().unsqueeze_dims(&[2, 3])).flatten::<2>(1, 3);
            module.convolution.forward(modulated(&module.norm, on(&x), [rows(&scale), rows(&shift)]))
        });
        check(&|module, on| module.strided.forward(on(&x)));
        check(&|module, on| module.strided.forward(activated(on(&x))));
        check(&|module, on| module.pointwise.forward(on(&x)));
        check(&|module, on| module.pointwise.forward(activated(on(&x)).plus(on(&skip))));
        check(&|module, on| module.pointwise.forward(normalized(&module.norm, on(&x))));
    }
}

#[test]
fn blocks_and_attention() {
    let device = Device::flex();
    for (channels, side, batch) in [(8, 5, 2), (96, 7, 1), (96, 8, 2)] {
        let x = random([batch, channels, side, side], 5);
        let embedding = random([batch, 16, 1, 1], 6);
        agree(ResidualConfig::new(channels).init(&device), 2e-4, |block, on| block.forward(on(&x)));
        agree(ModulatedConfig::new(channels, 16).init(&device), 2e-4, |block, on| {
            block.forward(on(&x), on(&embedding).flatten::<2>(1, 3))
        });
        agree(PixelAttentionConfig::new(channels).init(&device), 2e-4, |block, on| block.forward(on(&x)));
    }
}

/// A module of nothing, for what has no parameters.
#[derive(Module, Debug)]
struct Nothing;

#[test]
fn what_moves_numbers_and_maps_each() {
    let x = random([2, 8, 6, 10], 7) * 4.0;
    let other = random([2, 3, 6, 10], 8);
    agree(Nothing, 1e-6, |_, on| space_to_depth(on(&x)));
    agree(Nothing, 1e-6, |_, on| depth_to_space(on(&x)));
    agree(Nothing, 1e-6, |_, on| depth_to_space(depth_to_space(space_to_depth(on(&x)))));
    agree(Nothing, 1e-6, |_, on| beside(on(&x), on(&other)));
    // Halves of what lies pixel by pixel, and what was cut out of rows.
    agree(Nothing, 1e-6, |_, on| halves(space_to_depth(on(&x)), 1)[1].clone());
    agree(Nothing, 1e-6, |_, on| {
        beside(halves(space_to_depth(on(&x)), 1)[1].clone(), on(&x).narrow(2, 1, 3).narrow(3, 2, 5))
    });
    agree(Nothing, 2e-6, |_, on| silu(on(&x)));
    agree(Nothing, 2e-6, |_, on| tanh(on(&x)));
}

#[test]
fn mixtures_are_inverted_as_by_halving() {
    for (channels, mixtures) in [(2, 4), (6, 4), (1, 1), (3, 7)] {
        let y = random([2, channels, 5, 4], 9) * 2.0;
        let affine = random([2, 2 * channels, 5, 4], 10) * 2.0;
        let mixture = random([2, 3 * mixtures * channels, 5, 4], 11) * 3.0;
        // Where the derivative is small, numbers far apart have logits that differ by less than single precision tells: so
        // logits are compared.
        let of = |on: Bring| Monotone::new(on(&affine), on(&mixture));
        let x = of(&Tensor::clone).inverse(y.clone());
        let (again, _) = of(&|x| learning(x)).forward(learning(&x));
        let missed = (again.inner() - y.clone()).abs().max().into_scalar::<f32>();
        let by_halving = of(&|x| learning(x)).inverse(learning(&y));
        let (again, _) = of(&|x| learning(x)).forward(by_halving);
        let missed_by_halving = (again.inner() - y).abs().max().into_scalar::<f32>();
        assert!(missed < 2e-3 && missed < 2.0 * missed_by_halving + 1e-4, "{missed}, by halving {missed_by_halving}");
    }
}

#[test]
fn a_step_of_the_flow_is_undone() {
    let device = Device::flex();
    let step = StepConfig::new(8, 16, 4, 12).init(&device);
    let x = random([2, 8, 6, 6], 12);
    let embedding = random([2, 12, 1, 1], 13);
    let rows = |on: Bring| on(&embedding).flatten::<2>(1, 3);
    let step = step.normalizing(&x);
    agree(step, 2e-3, |step, on| step.inverse(on(&x), rows(on)));
}
