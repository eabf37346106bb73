//! Ways along a rectified flow that stay on the device: all steps to the next picture that is looked at are submitted at
//! once, and only what is looked at comes back.

use std::rc::Rc;

use super::device::Device;
use super::error::GpuError;
use super::kernels::advance::Advance;
use super::launches::{ALIGNMENT, Launches};
use super::network::{Network, Prepared, fits};
use super::plan::{Map, Plan};

/// What a step makes of x, of the velocity v that the network answers, of the one before it and of fresh noise.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Factors {
    /// Scale of the guidance, where there are two questions: v = any + scale (narrowed - any).
    pub guidance: f64,
    /// Of x.
    pub x: f64,
    /// Of v.
    pub v: f64,
    /// Of the velocity before.
    pub before: f64,
    /// Of noise.
    pub noise: f64,
    /// The time t of a step that predicts the clean data x - t v; none where it is on the way of a longer one.
    pub time: Option<f64>,
}

/// A step of a way.
#[derive(Debug, Clone)]
pub struct Step {
    /// What the network is given but x, in the order of its plan.
    pub given: Vec<Vec<f32>>,
    /// What is made of its answer.
    pub factors: Factors,
    /// Noise, as many numbers as x, where its factor is not zero.
    pub noise: Vec<f32>,
}

/// A network that answers with the velocity at its first input, asked once or twice a step, and what draws the data at last.
#[derive(Debug)]
pub struct Flow {
    device: Device,
    network: Network,
    advance: Prepared,
    questions: usize,
    /// Numbers of x.
    size: usize,
    before: wgpu::Buffer,
    predicted: wgpu::Buffer,
    decoder: Option<Rc<Network>>,
}

impl Flow {
    /// Of a plan whose first input is x for each of the questions, one after the other, and whose output is the velocity.
    /// Where there are two questions, the first is asked under the condition, the second under any.
    ///
    /// # Errors
    /// As [`Network::new`]; where output and first input differ in size.
    pub async fn new(
        device: &Device,
        (plan, output): (&Plan, Map),
        questions: usize,
        decoder: Option<Rc<Network>>,
    ) -> Result<Self, GpuError> {
        Self::with(device, (plan, output), questions, decoder, None).await
    }

    /// The same flow asked twice a step, of the same plan; both use the same weights.
    ///
    /// # Errors
    /// As [`Flow::new`].
    pub async fn twice(&self, (plan, output): (&Plan, Map)) -> Result<Self, GpuError> {
        let weights = Some(self.network.weights());
        Self::with(&self.device, (&plan.times(2), output), 2, self.decoder.clone(), weights).await
    }

    async fn with(
        device: &Device,
        (plan, output): (&Plan, Map),
        questions: usize,
        decoder: Option<Rc<Network>>,
        weights: Option<Rc<wgpu::Buffer>>,
    ) -> Result<Self, GpuError> {
        let all = plan.inputs().first().map_or(0, |map| plan.shape(*map).size());
        fits("a velocity", all, plan.shape(output).size())?;
        let size = all / questions;
        fits("questions of a velocity", all, size * questions)?;
        if let Some(decoder) = &decoder {
            fits("what a decoder draws", decoder.sizes()[0], size)?;
        }
        let launches = Launches::of(plan, &[output]);
        let network = Network::with(device, launches, plan, ALIGNMENT + size, weights).await?;
        let kernel = Advance { size, questions };
        let shader = kernel.shader();
        let pipeline = device.pipelines(&[&shader]).await?.remove(0);
        let made = || {
            let [before, predicted] = [(); 2].map(|()| device.buffer(size));
            let ([x, inputs, answers], at) = (network.ends(), network.sizes()[1]);
            let bound = [
                (answers, 0, all),
                (inputs, at, ALIGNMENT),
                (inputs, at + ALIGNMENT, size),
                (x, 0, all),
                (&before, 0, size),
                (&predicted, 0, size),
            ];
            let advance = Prepared::new(&pipeline, device.group(&pipeline, &bound), kernel.workgroups());
            (before, predicted, advance)
        };
        let (before, predicted, advance) = device.made("a flow's buffers", made).await?;
        Ok(Self { device: device.clone(), network, advance, questions, size, before, predicted, decoder })
    }

    /// How often a step launches a kernel, and the drawing at last.
    pub fn dispatches(&self) -> [usize; 2] {
        [self.network.dispatches() + 1, self.decoder.as_ref().map_or(0, |decoder| decoder.dispatches())]
    }

    /// A way from x along some steps. All that they need goes to the device now.
    ///
    /// # Errors
    /// Where something else is given than was planned.
    pub fn walk(self: &Rc<Self>, x: &[f32], steps: &[Step]) -> Result<Walk, GpuError> {
        fits("what a way starts from", self.size, x.len())?;
        let mut table = Vec::with_capacity(steps.len() * self.stride());
        for Step { given, factors, noise } in steps {
            let given: Vec<&[f32]> = given.iter().map(Vec::as_slice).collect();
            table.extend(self.network.packed(&given)?);
            let Factors { guidance, x, v, before, noise: of_noise, time } = *factors;
            let how = [guidance, x, v, before, of_noise, time.unwrap_or(-1.0)];
            table.extend(how.map(|factor| factor as f32));
            table.resize(table.len() + ALIGNMENT - how.len(), 0.0);
            if of_noise == 0.0 {
                table.resize(table.len() + self.size, 0.0);
            } else {
                fits("noise of a step", self.size, noise.len())?;
                table.extend(noise);
            }
        }
        let device = &self.device;
        Ok(Walk {
            flow: self.clone(),
            state: [device.filled(x), device.buffer(self.size), device.filled(x)],
            table: device.filled(&table),
            steps: steps.len(),
            taken: 0,
            asked: 0,
        })
    }

    /// Numbers that a step brings along.
    fn stride(&self) -> usize {
        self.network.sizes()[1] + ALIGNMENT + self.size
    }
}

/// A way under way. Several may go along one flow in turn.
#[derive(Debug)]
pub struct Walk {
    flow: Rc<Flow>,
    /// x, the velocity before, and the prediction.
    state: [wgpu::Buffer; 3],
    table: wgpu::Buffer,
    steps: usize,
    /// Steps that are submitted.
    taken: usize,
    /// Steps that it has been asked to go.
    asked: usize,
}

impl Walk {
    /// Goes on by one step, once somebody looks; false where there is none left.
    pub fn advance(&mut self) -> bool {
        let goes_on = self.asked < self.steps;
        self.asked += usize::from(goes_on);
        goes_on
    }

    /// What is to be seen from where it stands: the drawn picture, or x where nothing draws it.
    pub fn picture(&mut self) -> impl Future<Output = Result<Vec<f32>, GpuError>> + use<> {
        self.look(0)
    }

    /// The same of the clean data as the last step predicted them.
    pub fn predicted(&mut self) -> impl Future<Output = Result<Vec<f32>, GpuError>> + use<> {
        self.look(2)
    }

    fn look(&mut self, of: usize) -> impl Future<Output = Result<Vec<f32>, GpuError>> + use<> {
        let Flow { device, decoder, size, .. } = &*self.flow;
        let mut encoder = device.encoder();
        self.go(&mut encoder);
        self.taken = self.asked;
        let seen = &self.state[of];
        match decoder {
            None => device.read(encoder, seen, *size),
            Some(decoder) => {
                let [codes, _, picture] = decoder.ends();
                encoder.copy_buffer_to_buffer(seen, 0, codes, 0, seen.size());
                decoder.encode(&mut encoder);
                device.read(encoder, picture, decoder.sizes()[2])
            }
        }
    }

    /// The steps that are asked for and not yet taken.
    fn go(&self, encoder: &mut wgpu::CommandEncoder) {
        if self.taken == self.asked {
            return;
        }
        let Flow { network, advance, questions, before, predicted, .. } = &*self.flow;
        let ([x, inputs, _], [own_x, own_before, own_predicted]) = (network.ends(), &self.state);
        let bytes = own_x.size();
        for question in 0..*questions as u64 {
            encoder.copy_buffer_to_buffer(own_x, 0, x, question * bytes, bytes);
        }
        encoder.copy_buffer_to_buffer(own_before, 0, before, 0, bytes);
        encoder.copy_buffer_to_buffer(own_predicted, 0, predicted, 0, bytes);
        let stride = super::device::bytes_of(self.flow.stride());
        for step in self.taken as u64..self.asked as u64 {
            encoder.copy_buffer_to_buffer(&self.table, step * stride, inputs, 0, stride);
            network.encode_then(encoder, advance);
        }
        encoder.copy_buffer_to_buffer(x, 0, own_x, 0, bytes);
        encoder.copy_buffer_to_buffer(before, 0, own_before, 0, bytes);
        encoder.copy_buffer_to_buffer(predicted, 0, own_predicted, 0, bytes);
    }
}
