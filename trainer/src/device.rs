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
}

impl DeviceKind {
    /// How the card calls the device.
    pub fn name(self) -> String {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        match self {
            Self::Flex => format!("CPU, {cores} cores (Burn flex)"),
            Self::Libtorch => format!("CPU, {cores} cores (Burn LibTorch)"),
            Self::Vulkan => "GPU through Vulkan (Burn wgpu)".into(),
        }
    }

    /// Opens the device.
    pub fn open(self) -> Result<Device> {
        match self {
            Self::Flex => Ok(Device::flex()),
            #[cfg(feature = "vulkan")]
            Self::Vulkan => Ok(Device::vulkan(burn::tensor::DeviceKind::DefaultDevice)),
            #[cfg(not(feature = "vulkan"))]
            Self::Vulkan => anyhow::bail!(
                "this trainer was built without Vulkan; build it with `cargo build -p trainer --release --features vulkan`"
            ),
            // Burn gives this backend up some day; until it does, none of its others trains as fast on a CPU.
            #[cfg(feature = "libtorch")]
            #[allow(deprecated, reason = "see above")]
            Self::Libtorch => Ok(Device::libtorch()),
            #[cfg(not(feature = "libtorch"))]
            Self::Libtorch => anyhow::bail!(
                "this trainer was built without LibTorch; build it with `cargo build -p trainer --release --features libtorch`"
            ),
        }
    }
}
