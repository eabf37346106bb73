//! The device: opened where its limits suffice, and its pipelines, each checked when it is made.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;

use wgpu::{BufferUsages, ErrorFilter};

use super::error::GpuError;
use super::kernels::{BINDINGS, LANES, Shader, WORKGROUP_BYTES};
use super::launches::ALIGNMENT;

/// What was asked of a device since it was opened.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Launches of kernels.
    pub dispatches: usize,
    /// Submissions.
    pub submits: usize,
    /// Buffers that were read back.
    pub readbacks: usize,
    /// Pipelines made.
    pub pipelines: usize,
}

/// A kernel that compiled.
#[derive(Debug, Clone)]
pub(super) struct Pipeline {
    pub pipeline: wgpu::ComputePipeline,
    pub layout: wgpu::BindGroupLayout,
}

/// An open device; its clones are the same one.
#[derive(Debug, Clone)]
pub struct Device(Rc<Inner>);

#[derive(Debug)]
struct Inner {
    device: wgpu::Device,
    queue: wgpu::Queue,
    pipelines: RefCell<HashMap<Shader, Pipeline>>,
    counts: Cell<Counts>,
    told: Told,
}

/// Whom to tell whenever a pipeline is made.
#[derive(Default)]
struct Told(RefCell<Option<Box<dyn Fn()>>>);

impl std::fmt::Debug for Told {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Told")
    }
}

impl Device {
    /// Opens an adapter whose limits suffice, before anything is made on it; `lost` is called if it is taken away.
    ///
    /// # Errors
    /// Where there is no adapter, its limits are too low or it refuses.
    pub async fn open(instance: &wgpu::Instance, lost: impl Fn(String) + Send + 'static) -> Result<Self, GpuError> {
        let options = wgpu::RequestAdapterOptions {
            power_preference: wgpu::PowerPreference::HighPerformance,
            ..Default::default()
        };
        let adapter = instance.request_adapter(&options).await.map_err(refused)?;
        let required_limits = needed(&adapter.limits())?;
        let descriptor = wgpu::DeviceDescriptor { label: Some("pushforward"), required_limits, ..Default::default() };
        let (device, queue) = adapter.request_device(&descriptor).await.map_err(refused)?;
        device.set_device_lost_callback(move |reason, message| lost(format!("{reason:?}: {message}")));
        let inner =
            Inner { device, queue, pipelines: RefCell::default(), counts: Cell::default(), told: Told::default() };
        Ok(Self(Rc::new(inner)))
    }

    /// What was asked of it so far.
    pub fn counts(&self) -> Counts {
        self.0.counts.get()
    }

    /// Has somebody told whenever a pipeline is made, in place of whoever was told before.
    pub fn on_pipeline(&self, tell: impl Fn() + 'static) {
        self.0.told.0.replace(Some(Box::new(tell)));
    }

    /// The pipelines of kernels, in their order. All are compiled at once, and each only once.
    ///
    /// # Errors
    /// Names the first kernel that does not compile.
    pub(super) async fn pipelines(&self, shaders: &[&Shader]) -> Result<Vec<Pipeline>, GpuError> {
        let mut open = Vec::new();
        for shader in shaders {
            if shader.memory > WORKGROUP_BYTES {
                let message = format!("{} bytes of a workgroup's memory, of {WORKGROUP_BYTES}", shader.memory);
                return Err(GpuError::Shader { name: shader.name, message });
            }
            let is_new = !self.0.pipelines.borrow().contains_key(*shader);
            if is_new && open.iter().all(|(known, ..): &(&Shader, _, _)| known != shader) {
                let scope = self.0.device.push_error_scope(ErrorFilter::Validation);
                let pipeline = self.compile(shader);
                open.push((*shader, pipeline, scope.pop()));
            }
        }
        for (shader, pipeline, checked) in open {
            if let Some(error) = checked.await {
                return Err(GpuError::Shader { name: shader.name, message: error.to_string() });
            }
            self.0.pipelines.borrow_mut().insert(shader.clone(), pipeline);
            self.count(|counts| counts.pipelines += 1);
            if let Some(tell) = &*self.0.told.0.borrow() {
                tell();
            }
        }
        let known = self.0.pipelines.borrow();
        Ok(shaders.iter().map(|shader| known[*shader].clone()).collect())
    }

    /// Does what makes something on the device, and asks whether it was made.
    pub(super) async fn made<T>(&self, what: &'static str, make: impl FnOnce() -> T) -> Result<T, GpuError> {
        let scopes = [ErrorFilter::OutOfMemory, ErrorFilter::Validation].map(|f| self.0.device.push_error_scope(f));
        let made = make();
        // The last one opened is the first to close.
        let checks: Vec<_> = scopes.into_iter().rev().map(wgpu::ErrorScopeGuard::pop).collect();
        for check in checks {
            if let Some(error) = check.await {
                return Err(GpuError::Failed { what, message: error.to_string() });
            }
        }
        Ok(made)
    }

    /// A buffer of so many numbers, to be read and written by kernels and copies.
    pub(super) fn buffer(&self, numbers: usize) -> wgpu::Buffer {
        self.create(numbers, BufferUsages::STORAGE | BufferUsages::COPY_DST | BufferUsages::COPY_SRC)
    }

    /// A buffer that holds these numbers.
    pub(super) fn filled(&self, numbers: &[f32]) -> wgpu::Buffer {
        let buffer = self.buffer(numbers.len());
        self.write(&buffer, 0, numbers);
        buffer
    }

    /// Writes numbers into a buffer from one of them on.
    pub(super) fn write(&self, buffer: &wgpu::Buffer, from: usize, numbers: &[f32]) {
        let bytes: Vec<u8> = numbers.iter().flat_map(|number| number.to_le_bytes()).collect();
        self.0.queue.write_buffer(buffer, bytes_of(from), &bytes);
    }

    /// The bind group of buffers, each from one of its numbers on and so many of them.
    pub(super) fn group(&self, pipeline: &Pipeline, bound: &[(&wgpu::Buffer, usize, usize)]) -> wgpu::BindGroup {
        let entries: Vec<_> = (0..)
            .zip(bound)
            .map(|(binding, (buffer, from, count))| {
                let size = wgpu::BufferSize::new(bytes_of(*count));
                let binding_of = wgpu::BufferBinding { buffer, offset: bytes_of(*from), size };
                wgpu::BindGroupEntry { binding, resource: wgpu::BindingResource::Buffer(binding_of) }
            })
            .collect();
        let descriptor = wgpu::BindGroupDescriptor { label: None, layout: &pipeline.layout, entries: &entries };
        self.0.device.create_bind_group(&descriptor)
    }

    /// Commands to be submitted.
    pub(super) fn encoder(&self) -> wgpu::CommandEncoder {
        self.0.device.create_command_encoder(&Default::default())
    }

    /// Submits commands.
    pub(super) fn submit(&self, encoder: wgpu::CommandEncoder) {
        self.count(|counts| counts.submits += 1);
        self.0.queue.submit([encoder.finish()]);
    }

    /// How long it takes from the submission of commands until they are done.
    #[cfg(not(target_family = "wasm"))]
    pub(super) fn timed(&self, encoder: wgpu::CommandEncoder) -> Result<std::time::Duration, GpuError> {
        let commands = encoder.finish();
        let start = std::time::Instant::now();
        self.0.queue.submit([commands]);
        let done = self.0.device.poll(wgpu::PollType::wait_indefinitely());
        done.map_err(|error| GpuError::Failed { what: "waiting", message: error.to_string() })?;
        Ok(start.elapsed())
    }

    /// Submits commands and reads what a buffer then begins with, so many numbers.
    pub(super) fn read(
        &self,
        mut encoder: wgpu::CommandEncoder,
        buffer: &wgpu::Buffer,
        numbers: usize,
    ) -> impl Future<Output = Result<Vec<f32>, GpuError>> + use<> {
        let staging = self.create(numbers, BufferUsages::MAP_READ | BufferUsages::COPY_DST);
        encoder.copy_buffer_to_buffer(buffer, 0, &staging, 0, staging.size());
        self.submit(encoder);
        self.count(|counts| counts.readbacks += 1);
        super::readback::numbers(self.0.device.clone(), staging)
    }

    /// Counts something.
    pub(super) fn count(&self, add: impl FnOnce(&mut Counts)) {
        let mut counts = self.0.counts.get();
        add(&mut counts);
        self.0.counts.set(counts);
    }

    fn create(&self, numbers: usize, usage: BufferUsages) -> wgpu::Buffer {
        let size = bytes_of(numbers.max(1));
        self.0.device.create_buffer(&wgpu::BufferDescriptor { label: None, size, usage, mapped_at_creation: false })
    }

    fn compile(&self, shader: &Shader) -> Pipeline {
        let (device, label) = (&self.0.device, Some(shader.name));
        let entry = |i: usize| wgpu::BindGroupLayoutEntry {
            binding: i as u32,
            visibility: wgpu::ShaderStages::COMPUTE,
            ty: wgpu::BindingType::Buffer {
                ty: wgpu::BufferBindingType::Storage { read_only: i < shader.reads },
                has_dynamic_offset: false,
                min_binding_size: None,
            },
            count: None,
        };
        let entries: Vec<_> = (0..shader.reads + shader.writes).map(entry).collect();
        let layout = device.create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor { label, entries: &entries });
        let source = wgpu::ShaderSource::Wgsl(shader.source.as_str().into());
        let module = device.create_shader_module(wgpu::ShaderModuleDescriptor { label, source });
        let layouts = &[Some(&layout)];
        let descriptor = wgpu::PipelineLayoutDescriptor { label, bind_group_layouts: layouts, immediate_size: 0 };
        let pipeline_layout = device.create_pipeline_layout(&descriptor);
        let pipeline = device.create_compute_pipeline(&wgpu::ComputePipelineDescriptor {
            label,
            layout: Some(&pipeline_layout),
            module: &module,
            entry_point: Some("main"),
            // Kernels read of a workgroup's memory only what they wrote. Where a browser does not insist on zeros they cost
            // more than the rest: on the software adapter, fifteen times the compiling and three times the run.
            compilation_options: wgpu::PipelineCompilationOptions {
                zero_initialize_workgroup_memory: false,
                ..Default::default()
            },
            cache: None,
        });
        Pipeline { pipeline, layout }
    }
}

/// Bytes of so many numbers.
pub(super) fn bytes_of(numbers: usize) -> u64 {
    4 * numbers as u64
}

/// The limits to ask for, if an adapter has them.
fn needed(has: &wgpu::Limits) -> Result<wgpu::Limits, GpuError> {
    let least = [
        ("maxStorageBuffersPerShaderStage", BINDINGS, has.max_storage_buffers_per_shader_stage),
        ("maxComputeInvocationsPerWorkgroup", LANES, has.max_compute_invocations_per_workgroup),
        ("maxComputeWorkgroupSizeX", LANES, has.max_compute_workgroup_size_x),
        ("maxComputeWorkgroupStorageSize", WORKGROUP_BYTES, has.max_compute_workgroup_storage_size),
    ];
    for (name, needed, got) in least {
        if got < needed as u32 {
            return Err(GpuError::Limit { name, needed: needed as u64, got: got.into() });
        }
    }
    let alignment = has.min_storage_buffer_offset_alignment;
    if u64::from(alignment) > bytes_of(ALIGNMENT) {
        let name = "minStorageBufferOffsetAlignment";
        return Err(GpuError::Limit { name, needed: bytes_of(ALIGNMENT), got: alignment.into() });
    }
    // What else there is may be used as it is, such as the size of a buffer.
    Ok(has.clone())
}

fn refused(error: impl ToString) -> GpuError {
    GpuError::Refused(error.to_string())
}
