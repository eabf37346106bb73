//! The device a command computes on, chosen at run time.

use anyhow::Result;
use burn::tensor::Device;
use clap::ValueEnum;

/// Where to compute.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum DeviceKind {
    /// The CPU, all cores.
    Flex,
    /// A GPU through Vulkan; needs the cargo feature `vulkan`.
    Vulkan,
    /// The CPU through LibTorch; needs the cargo feature `libtorch`.
    Libtorch,
    /// A GPU through LibTorch and CUDA; needs the cargo feature `libtorch` and a LibTorch with CUDA.
    Cuda,
}

impl DeviceKind {
    /// How the card calls the device.
    pub fn name(self) -> String {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        match self {
            Self::Flex => format!("CPU, {cores} cores (Burn flex)"),
            Self::Libtorch => format!("CPU, {cores} cores (Burn LibTorch)"),
            Self::Vulkan => "GPU through Vulkan (Burn wgpu)".into(),
            Self::Cuda => "GPU through CUDA (Burn LibTorch)".into(),
        }
    }

    /// Opens the device.
    ///
    /// # Errors
    /// When this program was built without it, or the machine has none.
    // Burn gives LibTorch up some day; until it does, none of its other backends trains as fast, on a CPU or a GPU.
    #[cfg_attr(feature = "libtorch", allow(deprecated, reason = "see above"))]
    pub fn open(self) -> Result<Device> {
        match self {
            Self::Flex => Ok(Device::flex()),
            #[cfg(feature = "vulkan")]
            Self::Vulkan => Ok(Device::vulkan(burn::tensor::DeviceKind::DefaultDevice)),
            #[cfg(not(feature = "vulkan"))]
            Self::Vulkan => anyhow::bail!(built_without("Vulkan", "vulkan")),
            #[cfg(feature = "libtorch")]
            Self::Libtorch => Ok(Device::libtorch()),
            #[cfg(feature = "libtorch")]
            Self::Cuda => {
                anyhow::ensure!(
                    tch::Cuda::is_available(),
                    "LibTorch sees no CUDA device: expected a GPU with its driver, and a LibTorch with CUDA both when \
                     this trainer was built and where it runs"
                );
                // All batches are alike, so the fastest way for the first is the fastest for all.
                tch::Cuda::cudnn_set_benchmark(true);
                Ok(Device::libtorch_cuda(0))
            }
            #[cfg(not(feature = "libtorch"))]
            Self::Libtorch | Self::Cuda => anyhow::bail!(built_without("LibTorch", "libtorch")),
        }
    }
}

/// What to say where a device was left out.
#[cfg(not(all(feature = "vulkan", feature = "libtorch")))]
fn built_without(name: &str, feature: &str) -> String {
    format!(
        "this trainer was built without {name}; build it with `cargo build -p trainer --release --features {feature}`"
    )
}
