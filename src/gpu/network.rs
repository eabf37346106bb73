//! A plan on a device: its weights, buffers, pipelines and bind groups, all made before the first run.

use std::rc::Rc;

use super::device::{Device, Pipeline};
use super::error::GpuError;
use super::launches::{ALIGNMENT, Binding, Launch, Launches};
use super::plan::{Map, Plan};
use super::slots::Sharing;

/// What computes one map of a plan.
#[derive(Debug)]
pub struct Network {
    pub(super) device: Device,
    pub(super) launches: Vec<Prepared>,
    /// Of each input, where it begins in `inputs` and how many numbers it has. The first lies in `first`.
    given: Vec<(usize, usize)>,
    first: wgpu::Buffer,
    inputs: wgpu::Buffer,
    output: wgpu::Buffer,
    size: usize,
    /// Numbers of `inputs` that its own launches read.
    rest: usize,
    weights: Rc<wgpu::Buffer>,
}

/// A launch with all that it needs.
#[derive(Debug)]
pub(super) struct Prepared {
    pipeline: wgpu::ComputePipeline,
    group: wgpu::BindGroup,
    workgroups: [u32; 3],
}

impl Prepared {
    /// A kernel's launch.
    pub(super) fn new(pipeline: &Pipeline, group: wgpu::BindGroup, workgroups: [usize; 3]) -> Self {
        Self { pipeline: pipeline.pipeline.clone(), group, workgroups: workgroups.map(|count| count as u32) }
    }

    /// Adds it to a pass.
    pub(super) fn launch(&self, pass: &mut wgpu::ComputePass<'_>) {
        let [x, y, z] = self.workgroups;
        pass.set_pipeline(&self.pipeline);
        pass.set_bind_group(0, &self.group, &[]);
        pass.dispatch_workgroups(x, y, z);
    }
}

impl Network {
    /// What computes `output` of a plan that is given at least one map.
    ///
    /// # Errors
    /// Names a kernel that does not compile; where the device has no memory.
    pub async fn new(device: &Device, plan: &Plan, output: Map) -> Result<Self, GpuError> {
        Self::with(device, Launches::of(plan, &[output]), plan, 0, None).await
    }

    /// The same by launches that compute that one map of the plan in another way.
    ///
    /// # Errors
    /// As [`Network::new`].
    pub async fn launched(device: &Device, planned: Launches, plan: &Plan) -> Result<Self, GpuError> {
        Self::with(device, planned, plan, 0, None).await
    }

    /// One whose inputs are followed by `more` numbers for others, with the weights of another one of the same plan where
    /// these are given.
    pub(super) async fn with(
        device: &Device,
        planned: Launches,
        plan: &Plan,
        more: usize,
        weights: Option<Rc<wgpu::Buffer>>,
    ) -> Result<Self, GpuError> {
        let shaders: Vec<_> = planned.launches.iter().map(|launch| &launch.shader).collect();
        let pipelines = device.pipelines(&shaders).await?;
        let made = || {
            let mut at = 0;
            let mut given: Vec<(usize, usize)> = Vec::new();
            for (i, map) in plan.inputs().iter().enumerate() {
                let size = plan.shape(*map).size();
                given.push((at, size));
                at += if i > 0 { size.next_multiple_of(ALIGNMENT) } else { 0 };
            }
            let sharing = Sharing::of(&planned);
            let buffers = Buffers {
                first: device.buffer(given.first().map_or(0, |(_, size)| *size)),
                inputs: device.buffer(at + more),
                slots: sharing.sizes.iter().map(|size| device.buffer(*size)).collect(),
                weights: weights.unwrap_or_else(|| Rc::new(device.filled(&planned.weights))),
                nothing: [(); 4].map(|()| device.buffer(ALIGNMENT)),
                given: &given,
                planned: &planned,
                sharing: &sharing,
            };
            let prepare = |(launch, pipeline): (&Launch, &Pipeline)| {
                let mut unused = 0;
                let bound: Vec<_> =
                    launch.bindings.iter().map(|binding| buffers.bound(*binding, &mut unused)).collect();
                Prepared::new(pipeline, device.group(pipeline, &bound), launch.workgroups)
            };
            let launches = planned.launches.iter().zip(&pipelines).map(prepare).collect();
            let (output_buffer, _, size) = buffers.bound(planned.outputs[0], &mut 0);
            Self {
                device: device.clone(),
                launches,
                output: output_buffer.clone(),
                size,
                rest: at,
                first: buffers.first,
                inputs: buffers.inputs,
                weights: buffers.weights,
                given,
            }
        };
        device.made("a network's buffers", made).await
    }

    /// How often a run launches a kernel.
    pub fn dispatches(&self) -> usize {
        self.launches.len()
    }

    /// Numbers of its first input, of all others as they lie in [`Network::packed`], and of its output.
    pub fn sizes(&self) -> [usize; 3] {
        [self.given.first().map_or(0, |(_, size)| *size), self.rest, self.size]
    }

    /// What it computes of what is given, in the order of the plan.
    ///
    /// # Errors
    /// Where something else is given than was planned; where the device is lost.
    pub fn run(&self, given: &[&[f32]]) -> Result<impl Future<Output = Result<Vec<f32>, GpuError>> + use<>, GpuError> {
        let [first, rest @ ..] = given else {
            return Err(GpuError::Given { what: "inputs of a network", expected: self.given.len(), got: 0 });
        };
        let [expected, ..] = self.sizes();
        fits("a network's first input", expected, first.len())?;
        self.device.write(&self.first, 0, first);
        self.device.write(&self.inputs, 0, &self.packed(rest)?);
        let mut encoder = self.device.encoder();
        self.encode(&mut encoder);
        Ok(self.device.read(encoder, &self.output, self.size))
    }

    /// All inputs but the first, as they lie on the device.
    ///
    /// # Errors
    /// Where they are others than was planned.
    pub fn packed(&self, given: &[&[f32]]) -> Result<Vec<f32>, GpuError> {
        let rest = self.given.get(1..).unwrap_or_default();
        if rest.len() != given.len() {
            return Err(GpuError::Given {
                what: "inputs of a network",
                expected: self.given.len(),
                got: given.len() + 1,
            });
        }
        let [_, size, _] = self.sizes();
        let mut packed = vec![0.0; size];
        for ((at, size), numbers) in rest.iter().zip(given) {
            fits("an input of a network", *size, numbers.len())?;
            packed[*at..*at + size].copy_from_slice(numbers);
        }
        Ok(packed)
    }

    /// One pass through it.
    pub(super) fn encode(&self, encoder: &mut wgpu::CommandEncoder) {
        self.pass(encoder, &[]);
    }

    /// One pass through it and a launch more.
    pub(super) fn encode_then(&self, encoder: &mut wgpu::CommandEncoder, more: &Prepared) {
        self.pass(encoder, std::slice::from_ref(more));
    }

    fn pass(&self, encoder: &mut wgpu::CommandEncoder, more: &[Prepared]) {
        let mut pass = encoder.begin_compute_pass(&Default::default());
        self.launches.iter().chain(more).for_each(|launch| launch.launch(&mut pass));
        self.device.count(|counts| counts.dispatches += self.launches.len() + more.len());
    }

    /// Its weights.
    pub(super) fn weights(&self) -> Rc<wgpu::Buffer> {
        self.weights.clone()
    }

    /// Where its first input, all its others and its output lie.
    pub(super) fn ends(&self) -> [&wgpu::Buffer; 3] {
        [&self.first, &self.inputs, &self.output]
    }
}

/// All buffers while bind groups are made.
struct Buffers<'a> {
    first: wgpu::Buffer,
    inputs: wgpu::Buffer,
    slots: Vec<wgpu::Buffer>,
    weights: Rc<wgpu::Buffer>,
    /// For what is switched off; what is written must not lie where something is read.
    nothing: [wgpu::Buffer; 4],
    given: &'a [(usize, usize)],
    planned: &'a Launches,
    sharing: &'a Sharing,
}

impl Buffers<'_> {
    /// A binding's buffer, where it begins in it, and how many numbers it has.
    fn bound(&self, binding: Binding, unused: &mut usize) -> (&wgpu::Buffer, usize, usize) {
        match binding {
            Binding::Given(0) => (&self.first, 0, self.given[0].1),
            Binding::Given(i) => (&self.inputs, self.given[i].0, self.given[i].1),
            Binding::Slot(slot) => (&self.slots[self.sharing.buffers[slot]], 0, self.planned.slots[slot]),
            Binding::Weights { at, count } => (&self.weights, at, count),
            Binding::Nothing => {
                *unused += 1;
                (&self.nothing[*unused - 1], 0, ALIGNMENT)
            }
        }
    }
}

pub(super) fn fits(what: &'static str, expected: usize, got: usize) -> Result<(), GpuError> {
    if expected == got { Ok(()) } else { Err(GpuError::Given { what, expected, got }) }
}
