//! Times the models on the GPU that Vulkan's loader finds: whole pictures, and each kernel that they launch
//! (`cargo xtask kernels --gpu`).
//!
//! Weights are read from `models/` in the current folder. Arguments: names of models, all that have a plan without any; and
//! `--divisions`, which times each convolution divided in several ways, too.

use std::collections::BTreeMap;
use std::error::Error;
use std::time::Instant;

use burn::tensor::{Device as Burn, Tensor};
use pollster::block_on;
use pushforward::cards::ModelCard;
use pushforward::generator::{Condition, Course, Generator, Options, Way};
use pushforward::gpu::device::Device;
use pushforward::gpu::kernels::Shader;
use pushforward::gpu::kernels::convolution::{Convolution, Division};
use pushforward::gpu::launches::Launches;
use pushforward::gpu::network::Network;
use pushforward::layers::recording::{Recorded, record};
use pushforward::planned::Planned;
use pushforward::{catalogue, families};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// Measured are at least so many seconds at a time, and the median of so many times.
const SECONDS: f64 = 0.003;
const TIMES: usize = 3;

/// Divisions worth a try, by lanes, rows, quads and memory.
const DIVISIONS: [[usize; 4]; 14] = [
    [128, 4, 4, 1024],
    [128, 4, 4, 256],
    [128, 4, 2, 1024],
    [128, 4, 2, 256],
    [128, 2, 4, 1024],
    [128, 2, 4, 256],
    [128, 2, 2, 1024],
    [128, 2, 2, 256],
    [128, 1, 2, 1024],
    [64, 2, 2, 256],
    [64, 1, 2, 256],
    [256, 4, 4, 1024],
    [256, 4, 2, 1024],
    [256, 2, 4, 1024],
];

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (flags, ids): (Vec<&str>, Vec<&str>) = arguments.iter().map(String::as_str).partition(|a| a.starts_with('-'));
    let mut descriptor = wgpu::InstanceDescriptor::new_without_display_handle();
    descriptor.backends = wgpu::Backends::VULKAN;
    let instance = wgpu::Instance::new(descriptor);
    let adapter = block_on(instance.request_adapter(&wgpu::RequestAdapterOptions {
        power_preference: wgpu::PowerPreference::HighPerformance,
        ..Default::default()
    }))?;
    println!("{} ({})", adapter.get_info().name, adapter.get_info().driver_info);
    let device = block_on(Device::open(&instance, |reason| eprintln!("the device is lost: {reason}")))?;
    for card in catalogue::cards().iter().filter(|card| ids.is_empty() || ids.contains(&card.id.as_str())) {
        let bytes = std::fs::read(format!("models/{}/{}", card.id, card.weights.file))?;
        let generator = families::unpacked(card, bytes, card.weights.precision)?;
        let z = Tensor::zeros([1, card.latent.dimension()], &Burn::flex());
        let Some(course) = generator.course(z, &Condition::Any, &Options::default()) else { continue };
        pictures(&device, card, &*generator)?;
        for (name, recorded) in networks(course)? {
            kernels(&device, &format!("{}, {name}", card.id), &recorded)?;
            if flags.contains(&"--divisions") {
                divisions(&device, &format!("{}, {name}", card.id), &recorded)?;
            }
        }
    }
    Ok(())
}

/// The networks of a model by their names.
fn networks(course: Course) -> Result<Vec<(&'static str, Recorded)>> {
    Ok(match course {
        Course::Once(draw) => vec![("all", record(|_| draw())?)],
        Course::Flow(way) => {
            let Way { start, velocity, decoder, .. } = *way;
            let mut found = vec![("a step", record(|recorder| velocity(recorder.unknown(start.dims()), 1.0))?)];
            if let Some(decoder) = decoder {
                found.push(("its decoder", record(|recorder| decoder(recorder.unknown(start.dims())))?));
            }
            found
        }
    })
}

/// How long a model takes for pictures that are looked at in the end.
fn pictures(device: &Device, card: &ModelCard, generator: &dyn Generator) -> Result<()> {
    let start = Instant::now();
    let planned = block_on(Planned::new(device, generator))?;
    println!("\n{}: made in {:.0} ms", card.id, 1e3 * start.elapsed().as_secs_f64());
    for steps in [1, 25] {
        let options = Options { steps: Some(steps), ..Options::default() };
        let picture = || -> Result<[f64; 2]> {
            let z = Tensor::zeros([1, card.latent.dimension()], &Burn::flex());
            let mut drawing = planned.start(generator, z, &Condition::Any, &options)?;
            let start = Instant::now();
            while drawing.advance() {}
            block_on(drawing.picture()?)?;
            Ok([start.elapsed().as_secs_f64(), drawing.steps() as f64])
        };
        picture()?;
        let mut found = (0..TIMES).map(|_| picture()).collect::<Result<Vec<_>>>()?;
        found.sort_by(|one, other| one[0].total_cmp(&other[0]));
        let [seconds, taken] = found[TIMES / 2];
        println!("{:>9.2} ms a picture of {taken} steps, read back", 1e3 * seconds);
        if taken < 25.0 {
            break;
        }
    }
    Ok(())
}

/// How long each launch takes, and all of them.
fn kernels(device: &Device, name: &str, recorded: &Recorded) -> Result<()> {
    let launches = Launches::of(&recorded.plan, &[recorded.output]);
    let told: Vec<_> = launches.launches.iter().map(|launch| (told(&launch.shader), launch.workgroups)).collect();
    let network = block_on(Network::launched(device, launches, &recorded.plan))?;
    println!("\n{name}: {:.0} microseconds a pass", microseconds(&network, 0..told.len())?);
    for (i, (text, workgroups)) in told.iter().enumerate() {
        let [x, y, z] = workgroups;
        println!("{:>9.1}  {text}, {x}x{y}x{z} workgroups", microseconds(&network, i..i + 1)?);
    }
    Ok(())
}

/// How long each convolution takes, divided in several ways.
fn divisions(device: &Device, name: &str, recorded: &Recorded) -> Result<()> {
    let mut table: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut best: BTreeMap<String, (f64, Division)> = BTreeMap::new();
    let mut columns = 0;
    println!("\n{name}, divided by lanes/rows/quads/memory, microseconds a pass:");
    for [lanes, rows, quads, memory] in DIVISIONS {
        let division = Division { lanes, rows, quads, memory };
        let launches = Launches::divided(&recorded.plan, &[recorded.output], &|_| division);
        let told: Vec<_> = launches.launches.iter().map(|launch| told(&launch.shader)).collect();
        let network = block_on(Network::launched(device, launches, &recorded.plan))?;
        println!("  {lanes}/{rows}/{quads}/{memory}: {:.0}", microseconds(&network, 0..told.len())?);
        columns += 1;
        for (i, text) in told.into_iter().enumerate().filter(|(_, text)| text.starts_with("conv")) {
            let time = microseconds(&network, i..i + 1)?;
            let row = table.entry(text.clone()).or_default();
            if row.len() < columns {
                row.push(format!("{time:>6.1}"));
                let so_far = best.entry(text).or_insert((time, division));
                if time < so_far.0 {
                    *so_far = (time, division);
                }
            }
        }
    }
    println!("each convolution:");
    table.iter().for_each(|(text, times)| println!("{}  {text}", times.join(" ")));
    let choose = |kernel: &Convolution| best.get(&told(&kernel.shader())).map_or(kernel.division, |(_, best)| *best);
    let network = block_on(Network::launched(
        device,
        Launches::divided(&recorded.plan, &[recorded.output], &choose),
        &recorded.plan,
    ))?;
    println!("{:.0} microseconds a pass, each divided as is best", microseconds(&network, 0..network.dispatches())?);
    Ok(())
}

/// The median of a launch's time, or of several, each after the one before.
fn microseconds(network: &Network, launches: std::ops::Range<usize>) -> Result<f64> {
    let once = network.timed(launches.clone(), 1)?.as_secs_f64();
    let times = ((SECONDS / once).ceil() as usize).clamp(2, 200);
    let mut found = Vec::new();
    for _ in 0..TIMES {
        let short = network.timed(launches.clone(), 1)?.as_secs_f64();
        let long = network.timed(launches.clone(), 1 + times)?.as_secs_f64();
        found.push((long - short) / times as f64);
    }
    found.sort_by(f64::total_cmp);
    Ok(1e6 * found[TIMES / 2])
}

/// What a kernel does, by its constants.
fn told(shader: &Shader) -> String {
    let constant = |line: &str| -> Option<(String, usize)> {
        let (name, value) = line.strip_prefix("const ")?.split_once(" = ")?;
        Some((name.to_string(), value.strip_suffix("u;")?.parse().ok()?))
    };
    let constants: BTreeMap<String, usize> = shader.source.lines().map_while(constant).collect();
    let of = |name: &str| constants.get(name).copied().unwrap_or(0);
    let flags = ["NORM", "MODULATED", "ACTIVATION", "DOUBLED", "SKIP", "AFTER", "SUMS", "UNFOLD"];
    let on: Vec<_> = flags.iter().filter(|name| of(name) > 0).map(|name| name.to_lowercase()).collect();
    match shader.name {
        "convolution" => format!(
            "convolution {0}x{0}/{1} of {2}{3} to {4}x{5}x{6} {7}",
            of("SIDE"),
            of("STRIDE"),
            of("CHANNELS_IN"),
            if of("FIRST") < of("CHANNELS_IN") { format!(" ({} first)", of("FIRST")) } else { String::new() },
            of("HEIGHT"),
            of("WIDTH"),
            of("CHANNELS_OUT"),
            on.join(" "),
        ),
        name => format!("{name} {constants:?}"),
    }
}
