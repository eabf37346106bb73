//! The autoregressive model where the CPU only draws: one operation writes a row, or reads one.

use std::sync::Arc;

use burn::tensor::{Device, Tensor, TensorData};
use kernels::gated::{Network, Picture};
use kernels::normal::tails;

use crate::generator::{Choices, Trajectory};
use crate::layers::logistics::{LEVELS, Mixture, temperature};
use crate::layers::numbers;
use crate::passes;
use crate::samplers::guidance::Guidance;

/// An empty picture for each of a batch.
fn pictures(network: &Arc<Network>, guidance: &Guidance, batch: usize) -> Vec<Picture> {
    let scale = guidance.scale().unwrap_or(1.0) as f32;
    guidance.numbers(batch).iter().map(|numbers| Picture::new(network, numbers, scale)).collect()
}

/// The mixture at every pixel of pictures `[batch, 1, side, side]`.
pub(super) fn read(network: &Arc<Network>, images: Tensor<4>, guidance: &Guidance) -> Mixture {
    passes::count("pixel");
    let ([batch, .., side], device) = (images.dims(), images.device());
    let (pixels, count) = (numbers(images), network.parameters());
    let mut parameters = vec![0.0; pixels.len() * count];
    let rows = pixels.chunks_exact(side).zip(parameters.chunks_exact_mut(side * count)).enumerate();
    let mut under_way = pictures(network, guidance, batch);
    rows.for_each(|(row, (pixels, parameters))| under_way[row / side].read(pixels, parameters));
    Mixture::new(Tensor::from_data(TensorData::new(parameters, [pixels.len(), count]), &device))
}

/// The rows so far; a step writes one.
pub(super) struct Rows {
    /// Each picture under way.
    pictures: Vec<Picture>,
    /// Pixels on a side.
    side: usize,
    /// Rows that are written.
    written: usize,
    temperature: f64,
    /// Phi(z) and 1 - Phi(z), `[batch, side, side]`.
    tails: Vec<[f32; 2]>,
    /// The last row's levels, `[batch, side]`.
    levels: Vec<f32>,
    /// What they were picked from, `[batch, side, parameters]`.
    parameters: Vec<f32>,
    /// In [-1, 1], black where nothing is written yet, `[batch, side, side]`.
    drawn: Vec<f32>,
    device: Device,
}

impl Rows {
    /// Pictures without a row, of latents z `[batch, side x side]`.
    pub fn new(network: &Arc<Network>, z: Tensor<2>, guidance: &Guidance, temperature: f64) -> Self {
        let ([batch, _], device, side) = (z.dims(), z.device(), network.side());
        Self {
            pictures: pictures(network, guidance, batch),
            side,
            written: 0,
            temperature,
            tails: numbers(z).into_iter().map(tails).collect(),
            levels: vec![0.0; batch * side],
            parameters: vec![0.0; batch * side * network.parameters()],
            drawn: vec![-1.0; batch * side * side],
            device,
        }
    }

    /// Where the last row of a picture lies.
    fn last(&self, picture: usize) -> std::ops::Range<usize> {
        let first = (picture * self.side + self.written - 1) * self.side;
        first..first + self.side
    }
}

impl Trajectory for Rows {
    fn advance(&mut self) -> bool {
        if self.written == self.side {
            return false;
        }
        self.written += 1;
        let (batch, temperature) = (self.pictures.len(), temperature(self.temperature));
        let parameters = self.parameters.len() / batch;
        for i in 0..batch {
            let row = self.last(i);
            let levels = &mut self.levels[i * self.side..][..self.side];
            let parameters = &mut self.parameters[i * parameters..][..parameters];
            self.pictures[i].write(temperature, &self.tails[row.clone()], levels, parameters);
            self.drawn[row].iter_mut().zip(levels).for_each(|(x, level)| *x = *level / 127.5 - 1.0);
        }
        (0..self.side).for_each(|_| passes::count("pixel"));
        true
    }

    fn steps(&self) -> usize {
        self.side
    }

    fn picture(&self) -> Tensor<4> {
        let shape = [self.pictures.len(), 1, self.side, self.side];
        Tensor::from_data(TensorData::new(self.drawn.clone(), shape), &self.device)
    }

    fn choices(&self) -> Option<Choices> {
        if self.written == 0 {
            return None;
        }
        let (batch, side) = (self.pictures.len(), self.side);
        let tensor = |numbers, shape| Tensor::<2>::from_data(TensorData::new(numbers, shape), &self.device);
        let pixels = batch * side;
        let mixture = Mixture::new(tensor(self.parameters.clone(), [pixels, self.parameters.len() / pixels]));
        let u = (0..batch).flat_map(|picture| self.tails[self.last(picture)].iter().map(|[below, _]| *below)).collect();
        Some(Choices {
            cumulative: mixture.at_temperature(self.temperature).cumulative().reshape([batch, side, LEVELS]),
            u: tensor(u, [batch, side]),
            chosen: tensor(self.levels.clone(), [batch, side]),
        })
    }
}
