//! A model on a GPU by plans of its networks: recorded and made once, so that from picture to picture only what changes goes
//! there, and only what is looked at comes back.

use std::pin::Pin;
use std::rc::Rc;

use burn::tensor::Tensor;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use thiserror::Error;

use crate::generator::{Condition, Course, Generator, Options, Way, noise};
use crate::gpu::device::Device;
use crate::gpu::error::GpuError;
use crate::gpu::network::Network;
use crate::gpu::walk::{Factors, Flow, Step, Walk};
use crate::layers::numbers;
use crate::layers::recording::{RecordError, Recorded, record};
use crate::samplers::rectified_flow::legs;

/// Why a model is not drawn by plans.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum PlannedError {
    /// Its networks cannot be recorded.
    #[error(transparent)]
    Record(#[from] RecordError),
    /// The GPU refuses.
    #[error(transparent)]
    Gpu(#[from] GpuError),
    /// It is no map that a plan is made of.
    #[error("a model of this family has no plan")]
    None,
}

/// What a GPU has of a model.
pub struct Planned {
    /// What the network is given, without its weights.
    recorded: Recorded,
    networks: Networks,
    /// Channels of a picture.
    channels: usize,
}

enum Networks {
    Once(Rc<Network>),
    /// Asked once and twice a step.
    Flow([Rc<Flow>; 2]),
}

impl Planned {
    /// Records a model whose weights are not packed (see [`crate::families::unpacked`]), and makes all that a picture needs.
    ///
    /// # Errors
    /// Where the family has no plan, or not all of it is recorded; where the GPU refuses.
    pub async fn new(device: &Device, generator: &dyn Generator) -> Result<Self, PlannedError> {
        let (card, cpu) = (generator.card(), burn::tensor::Device::flex());
        let z = Tensor::zeros([1, card.latent.dimension()], &cpu);
        let channels = card.image.channels;
        match generator.course(z, &Condition::Any, &Options::default()).ok_or(PlannedError::None)? {
            Course::Once(draw) => {
                let recorded = record(|_| draw())?;
                let network = Network::new(device, &recorded.plan, recorded.output).await?;
                Ok(Self { recorded: recorded.emptied(), networks: Networks::Once(network.into()), channels })
            }
            Course::Flow(way) => {
                let Way { start, velocity, decoder, .. } = *way;
                let decoder = match decoder {
                    Some(decoder) => {
                        let recorded = record(|recorder| decoder(recorder.unknown(start.dims())))?;
                        Some(Rc::new(Network::new(device, &recorded.plan, recorded.output).await?))
                    }
                    None => None,
                };
                let recorded = record(|recorder| velocity(recorder.unknown(start.dims()), 1.0))?;
                let planned = (&*recorded.plan, recorded.output);
                let once = Flow::new(device, planned, 1, decoder).await?;
                let twice = once.twice(planned).await?;
                let networks = Networks::Flow([once, twice].map(Rc::new));
                Ok(Self { recorded: recorded.emptied(), networks, channels })
            }
        }
    }

    /// How often a picture of one step, asked once, launches a kernel: in the step, and in what draws it at last.
    pub fn dispatches(&self) -> [usize; 2] {
        match &self.networks {
            Networks::Once(network) => [network.dispatches(), 0],
            Networks::Flow([once, _]) => once.dispatches(),
        }
    }

    /// Starts the map of the same model, whose weights may be packed, at a latent `[1, dimension]`.
    ///
    /// # Errors
    /// Where it is another model.
    pub fn start(
        &self,
        generator: &dyn Generator,
        z: Tensor<2>,
        condition: &Condition,
        options: &Options,
    ) -> Result<Drawing, PlannedError> {
        let course = generator.course(z, condition, options).ok_or(PlannedError::None)?;
        let way = match (&self.networks, course) {
            (Networks::Once(network), Course::Once(draw)) => {
                Kind::Once { network: network.clone(), given: self.recorded.given(1, |_| draw())?, is_drawn: false }
            }
            (Networks::Flow(flows), Course::Flow(way)) => self.walk(flows, &way)?,
            _ => return Err(RecordError::Other.into()),
        };
        Ok(Drawing { way, channels: self.channels })
    }

    fn walk(&self, flows: &[Rc<Flow>; 2], way: &Way) -> Result<Kind, PlannedError> {
        let Way { start, settings, guidance, velocity, .. } = way;
        let questions = way.questions();
        let [batch, channels, height, width] = start.dims();
        let asked = [questions * batch, channels, height, width];
        let mut rng = ChaCha8Rng::seed_from_u64(settings.noise_seed);
        let (mut steps, mut counts) = (Vec::new(), Vec::new());
        for legs in legs(settings.sampler, 1.0, settings.steps) {
            counts.push(legs.len());
            for leg in legs {
                let given = self.recorded.given(questions, |recorder| velocity(recorder.unknown(asked), leg.time))?;
                steps.push(Step {
                    given: given[1..].to_vec(),
                    factors: Factors {
                        guidance: guidance.unwrap_or(1.0),
                        x: leg.x,
                        v: leg.v,
                        before: leg.before,
                        noise: leg.noise,
                        time: leg.stands.then_some(leg.time),
                    },
                    noise: match leg.noise {
                        0.0 => Vec::new(),
                        _ => pixels(noise(start.dims(), &mut rng, &start.device())),
                    },
                });
            }
        }
        let walk = flows[questions - 1].walk(&pixels(start.clone()), &steps)?;
        Ok(Kind::Flow { walk, legs: counts, done: 0 })
    }
}

/// A map under way on a GPU: what [`crate::generator::Trajectory`] is on any device of Burn's.
pub struct Drawing {
    way: Kind,
    channels: usize,
}

enum Kind {
    Once { network: Rc<Network>, given: Vec<Vec<f32>>, is_drawn: bool },
    Flow { walk: Walk, legs: Vec<usize>, done: usize },
}

/// Levels of a picture, channel by channel, once they are here.
pub type Levels = Pin<Box<dyn Future<Output = Result<Vec<f32>, GpuError>>>>;

impl Drawing {
    /// Goes on by one step, once somebody looks; false once there is none left.
    pub fn advance(&mut self) -> bool {
        match &mut self.way {
            Kind::Once { is_drawn, .. } => !std::mem::replace(is_drawn, true),
            Kind::Flow { walk, legs, done } => {
                let Some(count) = legs.get(*done) else { return false };
                *done += 1;
                (0..*count).all(|_| walk.advance())
            }
        }
    }

    /// How many steps the whole way takes.
    pub fn steps(&self) -> usize {
        match &self.way {
            Kind::Once { .. } => 1,
            Kind::Flow { legs, .. } => legs.len(),
        }
    }

    /// The picture from where the way stands: all steps to there are submitted together with what draws it.
    ///
    /// # Errors
    /// Where something else is given than was planned.
    pub fn picture(&mut self) -> Result<Levels, GpuError> {
        Ok(match &mut self.way {
            Kind::Once { network, given, .. } => {
                let given: Vec<&[f32]> = given.iter().map(Vec::as_slice).collect();
                levels(network.run(&given)?, self.channels)
            }
            Kind::Flow { walk, .. } => levels(walk.picture(), self.channels),
        })
    }

    /// The final picture as it was predicted at the last step, where the family predicts one and a step was taken.
    pub fn predicted(&mut self) -> Option<Levels> {
        match &mut self.way {
            Kind::Flow { walk, done: 1.., .. } => Some(levels(walk.predicted(), self.channels)),
            Kind::Once { .. } | Kind::Flow { .. } => None,
        }
    }
}

/// The numbers of a map `[batch, channels, height, width]`, pixel by pixel.
fn pixels(x: Tensor<4>) -> Vec<f32> {
    numbers(x.permute([0, 2, 3, 1]))
}

fn levels(pixels: impl Future<Output = Result<Vec<f32>, GpuError>> + 'static, channels: usize) -> Levels {
    Box::pin(async move {
        let pixels = pixels.await?;
        Ok((0..channels).flat_map(|c| pixels.iter().skip(c).step_by(channels)).copied().collect())
    })
}
