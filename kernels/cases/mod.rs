//! What the kernels are timed and held to the same bits by: the operations of the shipped models, on fixed numbers.

use std::sync::Arc;

use kernels::activation::{exp, gelu, sigmoid, silu, softmax, tanh};
use kernels::causal::{Prior, Sequence, pick};
use kernels::gated::{Network, Picture};
use kernels::logistics::Temperature;
use kernels::normal::tails;
use kernels::{
    Before, Conv3x3, Method, Scratch, Shape, attention, conv3x3, group_norm, layer_norm, pack, pack_rows, product,
    rearrange,
};

pub mod networks;

/// What writes its result into a slice.
type Operation = Box<dyn FnMut(&mut [f32], &mut Scratch)>;

/// A function of each number.
type Function = fn(&mut [f32]);

/// An operation that can be done again and again.
pub struct Case {
    /// What it works on.
    pub shape: String,
    /// How it does it.
    pub method: String,
    operation: Operation,
    out: Vec<f32>,
    scratch: Scratch,
}

impl Case {
    fn new(
        shape: String,
        method: &str,
        outputs: usize,
        operation: impl FnMut(&mut [f32], &mut Scratch) + 'static,
    ) -> Self {
        let (operation, out, scratch) = (Box::new(operation), vec![0.0; outputs], Scratch::new());
        Self { shape, method: method.into(), operation, out, scratch }
    }

    /// Does it once.
    pub fn run(&mut self) {
        (self.operation)(&mut self.out, &mut self.scratch);
    }

    /// Shape, method and FNV-1a of the bits that come out, a line.
    pub fn checksum(&mut self) -> String {
        self.run();
        let bytes = self.out.iter().flat_map(|x| x.to_bits().to_le_bytes());
        let sum = bytes.fold(0x811c_9dc5, |hash: u32, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
        format!("{}\t{}\t{sum:08x}\n", self.shape, self.method)
    }
}

/// Numbers in [-1, 1), the same for the same seed (xorshift32).
pub fn numbers(count: usize, seed: u32) -> Vec<f32> {
    let mut state = seed.wrapping_mul(0x9e37_79b9) | 1;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        (f64::from(state) / f64::from(u32::MAX) * 2.0 - 1.0) as f32
    };
    (0..count).map(|_| next()).collect()
}

/// All of them.
pub fn all() -> Vec<Case> {
    let mut all = Vec::new();
    // Side, inputs, outputs.
    for (side, inputs, outputs) in [
        (28, 32, 32),
        (14, 56, 56),
        (7, 96, 96),
        (28, 16, 16),
        (14, 32, 32),
        (7, 64, 64),
        (14, 48, 48),
        (14, 48, 96),
        (16, 48, 48),
        (8, 64, 64),
        (8, 80, 80),
        (8, 96, 96),
        (16, 64, 64),
        (32, 16, 16),
        (14, 6, 48),
        (14, 48, 12),
        (7, 12, 48),
        (7, 48, 24),
        (7, 128, 128),
        (28, 1, 32),
        (28, 32, 1),
        (32, 16, 3),
    ] {
        all.extend(Method::ALL.map(|method| convolution([1, side, inputs, outputs], 1, method, "", false)));
    }
    all.extend(Method::ALL.map(|method| convolution([2, 28, 32, 32], 1, method, "", false)));
    all.extend(Method::ALL.map(|method| convolution([2, 7, 96, 96], 1, method, "", false)));
    all.extend(Method::ALL.map(|method| convolution([1, 28, 32, 32], 1, method, " after FiLM", false)));
    all.extend(Method::ALL.map(|method| convolution([1, 7, 96, 48], 1, method, "", true)));
    all.extend(Method::ALL.map(|method| convolution([1, 14, 32, 16], 1, method, "", true)));
    for (side, channels) in [(28, 32), (14, 56), (7, 64), (7, 96), (8, 80), (8, 96)] {
        all.extend(Method::ALL.map(|method| in_turn(side, channels, method)));
    }
    all.push(convolution([1, 28, 32, 56], 2, Method::Direct, "", false));
    all.push(convolution([1, 14, 56, 96], 2, Method::Direct, "", false));
    for (rows, inputs, outputs) in [
        (784, 64, 32),
        (196, 56, 128),
        (49, 96, 224),
        (49, 96, 96),
        (64, 96, 96),
        (1, 192, 128),
        (2, 192, 128),
        (1, 64, 64),
        (2, 64, 64),
        (1, 64, 128),
        (2, 64, 128),
        (1, 128, 24),
        (2, 128, 24),
        (1, 96, 288),
        (2, 96, 288),
        (1, 96, 384),
        (2, 96, 384),
        (1, 384, 96),
        (2, 384, 96),
        (1, 96, 256),
        (2, 96, 256),
        (1, 16, 3136),
    ] {
        let [x, matrix, bias] =
            [(rows * inputs, 1), (inputs * outputs, 2), (outputs, 3)].map(|(count, seed)| numbers(count, seed));
        let packed = pack_rows(&matrix, inputs, outputs);
        let name = format!("product {rows} x {inputs} -> {outputs}");
        all.push(Case::new(name, "", rows * outputs, move |out, _| {
            product(&x, [inputs, outputs], &packed, Some(&bias), None, out);
        }));
    }
    for (side, channels) in [(28, 32), (14, 56), (7, 96), (14, 48)] {
        let [x, gamma, beta] =
            [(side * side * channels, 1), (channels, 2), (channels, 3)].map(|(count, seed)| numbers(count, seed));
        let name = format!("group norm {side}x{side}, {channels}");
        all.push(Case::new(name, "", x.len(), move |out, scratch| group_norm(&x, 1, &gamma, &beta, out, scratch)));
    }
    for tokens in [49, 64] {
        let [q, k, v] = [1, 2, 3].map(|seed| numbers(tokens * 96, seed));
        all.push(Case::new(format!("attention {tokens} x 4 x 24"), "", tokens * 96, move |out, scratch| {
            attention([&q, &k, &v], [1, tokens, 4, 24], out, scratch);
        }));
    }
    let functions: [(&str, Function); 7] = [
        ("exp", exp),
        ("sigmoid", sigmoid),
        ("silu", silu),
        ("tanh", tanh),
        ("gelu", gelu),
        ("softmax", |x| softmax(x, 256)),
        ("layer norm", |x| layer_norm(x, &[0.5; 64], &[0.1; 64], 1e-5)),
    ];
    for (name, function) in functions {
        let x: Vec<f32> = numbers(4096, 1).iter().map(|x| 6.0 * x).collect();
        all.push(Case::new(format!("{name} of 4096"), "", x.len(), move |out, _| {
            out.copy_from_slice(&x);
            function(out);
        }));
    }
    let shape = Shape { batch: 1, height: 14, width: 14, channels: 128 };
    let x = numbers(shape.numbers(), 1);
    all.push(Case::new("depth to space 14x14, 128".into(), "", x.len(), move |out, _| {
        rearrange::depth_to_space(&x, shape, out);
    }));
    let x = numbers(shape.numbers(), 1);
    all.push(Case::new("channels last 14x14, 128".into(), "", x.len(), move |out, _| {
        rearrange::to_channels_last(&x, shape, out);
    }));
    for conditions in [&[1][..], &[1, 2]] {
        all.push(rows(conditions));
        all.push(codes(conditions));
    }
    all
}

/// Ten rows of a picture by the autoregressive model, levels and parameters.
fn rows(conditions: &'static [usize]) -> Case {
    let network = Arc::new(Network::new(networks::gated(28, 64, 8, &[1, 2, 4, 8, 1, 2, 4])));
    let tails: Vec<[f32; 2]> = numbers(280, 50).iter().map(|z| tails(3.0 * z)).collect();
    let temperature = Temperature { value: 0.9, logarithm: -0.105_360_52, uniform: 1e-5 };
    let each = 28 * (1 + network.parameters());
    Case::new(format!("10 rows of 28 pixels, {} conditions", conditions.len()), "", 10 * each, move |out, _| {
        let mut picture = Picture::new(&network, conditions, 1.5);
        for (tails, out) in tails.chunks_exact(28).zip(out.chunks_exact_mut(each)) {
            let (levels, parameters) = out.split_at_mut(28);
            picture.write(temperature, tails, levels, parameters);
        }
    })
}

/// All codes of a picture, the logits and what is picked of them.
fn codes(conditions: &'static [usize]) -> Case {
    let prior = Arc::new(Prior::new(networks::prior(49, 256, 96, 4, 4)));
    let u: Vec<f32> = numbers(49, 60).iter().map(|x| 0.5 + 0.5 * x).collect();
    Case::new(format!("49 codes, {} conditions", conditions.len()), "", 49 * 257, move |out, _| {
        let (mut sequence, mut before) = (Sequence::new(&prior, conditions, 1.5), None);
        for (u, out) in u.iter().zip(out.chunks_exact_mut(257)) {
            let logits = sequence.next(before);
            out[..256].copy_from_slice(logits);
            let picked = pick(&mut logits.to_vec(), *u);
            out[256] = picked as f32;
            before = Some(picked);
        }
    })
}

/// Convolutions one after the other, each with weights of its own as in a model: more than the nearest caches hold.
fn in_turn(side: usize, channels: usize, method: Method) -> Case {
    const LAYERS: usize = 8;
    let shape = Shape { batch: 1, height: side, width: side, channels };
    let packed: Vec<Vec<f32>> = (0..LAYERS as u32)
        .map(|seed| pack(&numbers(9 * channels * channels, seed), channels, channels, method))
        .collect();
    let x = numbers(shape.numbers(), 9);
    let name = format!("{LAYERS} in turn, {side}x{side}, {channels} -> {channels}");
    Case::new(name, &format!("{method:?}"), shape.numbers(), move |out, scratch| {
        for packed in &packed {
            let (before, outputs) = (Before::Nothing, channels);
            let (upsample, stride, bias, skip) = (false, 1, None, None);
            let convolution = Conv3x3 { before, upsample, stride, method, packed, outputs, bias, skip };
            conv3x3(&x, shape, &convolution, out, scratch);
        }
    })
}

fn convolution(
    [batch, side, channels, outputs]: [usize; 4],
    stride: usize,
    method: Method,
    before: &str,
    upsample: bool,
) -> Case {
    let shape = Shape { batch, height: side, width: side, channels };
    let [x, weights, bias, skip] =
        [(shape.numbers(), 1), (9 * channels * outputs, 2), (outputs, 3), (4 * batch * side * side * outputs, 4)]
            .map(|(count, seed)| numbers(count, seed));
    let [gamma, beta, scale, shift] =
        [(channels, 5), (channels, 6), (batch * channels, 7), (batch * channels, 8)].map(|(n, seed)| numbers(n, seed));
    let packed = pack(&weights, outputs, channels, method);
    let film = before == " after FiLM";
    let times = if upsample { ", doubled" } else { "" };
    let name = format!(
        "{}{side}x{side}{times}{before}, {channels} -> {outputs}",
        match batch {
            1 => String::new(),
            batch => format!("{batch} x "),
        }
    );
    let name = if stride == 2 { format!("{name}, halved") } else { name };
    let side = (side << usize::from(upsample)).div_ceil(stride);
    let numbers = batch * side * side * outputs;
    Case::new(name, &format!("{method:?}"), numbers, move |out, scratch| {
        let before = if film {
            Before::Film { gamma: &gamma, beta: &beta, scale: &scale, shift: &shift }
        } else {
            Before::Nothing
        };
        let skip = film.then_some(&skip[..numbers]);
        let bias = Some(&bias[..]);
        let convolution = Conv3x3 { before, upsample, stride, method, packed: &packed, outputs, bias, skip };
        conv3x3(&x, shape, &convolution, out, scratch);
    })
}
