//! Where tensors live: WebGPU, or the CPU where there is none that would be faster.
//!
//! A decision made of plain facts, so that it can be tested anywhere; `web` gathers the facts.

use std::str::FromStr;

use serde::Serialize;
use serde_json::json;
use thiserror::Error;

use crate::error::{ErrorKind, PushforwardError};

/// What the visitor asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Preference {
    /// Whatever draws fastest.
    #[default]
    Auto,
    /// WebGPU, even on a software adapter; an error where there is none.
    WebGpu,
    /// The CPU.
    Cpu,
}

impl FromStr for Preference {
    type Err = DeviceError;

    fn from_str(text: &str) -> Result<Self, DeviceError> {
        match text {
            "auto" => Ok(Self::Auto),
            "webgpu" => Ok(Self::WebGpu),
            "cpu" => Ok(Self::Cpu),
            other => Err(DeviceError::Backend(other.into())),
        }
    }
}

/// A device that cannot be had, or that failed.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum DeviceError {
    /// There is no such backend.
    #[error("expected the backend auto, webgpu or cpu, got \"{0}\"")]
    Backend(String),
    /// WebGPU is insisted on, and cannot be had.
    #[error("WebGPU was asked for. {0}")]
    WebGpu(Reason),
    /// It did not do what it was given to do.
    #[error("the device failed: {0}")]
    Failed(String),
}

impl From<DeviceError> for PushforwardError {
    fn from(error: DeviceError) -> Self {
        let (kind, code, details) = match &error {
            DeviceError::Backend(got) => {
                let expected = json!({ "kind": "words", "of": ["auto", "webgpu", "cpu"] });
                (ErrorKind::Request, "backend", json!({ "name": "backend", "expected": expected, "got": got }))
            }
            DeviceError::WebGpu(reason) => (ErrorKind::Request, "webgpu", json!({ "reason": reason })),
            DeviceError::Failed(reason) => (ErrorKind::DeviceLost, "device-failed", json!({ "reason": reason })),
        };
        Self::new(kind, code, details, error)
    }
}

/// A WebGPU adapter as it describes itself; browsers leave any of the texts empty.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Adapter {
    /// `nvidia`, `google`.
    pub vendor: String,
    /// `hopper`, `swiftshader`.
    pub architecture: String,
    /// A name for people.
    pub description: String,
    /// Whether the browser itself calls it a fallback.
    pub fallback: bool,
}

impl Adapter {
    /// Its name, from the best of the texts there are.
    pub fn name(&self) -> String {
        if !self.description.is_empty() {
            return self.description.clone();
        }
        let words: Vec<&str> =
            [&*self.vendor, &*self.architecture].into_iter().filter(|word| !word.is_empty()).collect();
        if words.is_empty() { "an unnamed adapter".into() } else { words.join(" ") }
    }

    /// Whether it is a CPU in disguise.
    pub fn is_software(&self) -> bool {
        const SOFTWARE: [&str; 5] = ["swiftshader", "llvmpipe", "lavapipe", "basic render", "warp"];
        let text = format!("{} {} {}", self.vendor, self.architecture, self.description).to_lowercase();
        self.fallback || SOFTWARE.iter().any(|name| text.contains(name))
    }
}

/// Which kind of device computes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Backend {
    /// A GPU: by plans of our own, or by Burn's wgpu backend.
    WebGpu,
    /// Burn's flex backend.
    Cpu,
}

/// Why a device was taken where another might be expected.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Error)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum Reason {
    /// The CPU was wanted.
    #[error("The CPU was asked for.")]
    Cpu,
    /// A software adapter was wanted.
    #[error("WebGPU was asked for, but this adapter is software: the CPU would be faster.")]
    Software,
    /// There is no other adapter than one of software.
    #[error("The only WebGPU adapter, {adapter}, is software; the CPU is faster.")]
    Only {
        /// Its name.
        adapter: String,
    },
    /// The browser knows no WebGPU, or not all of it.
    #[error("This browser has no WebGPU.")]
    Unknown,
    /// It knows WebGPU, but there is nothing to run it on.
    #[error("WebGPU has no adapter on this device.")]
    Nothing,
    /// The module that was loaded cannot.
    #[error("WebGPU needs another module of this package.")]
    Without,
    /// It was there and could not be used.
    #[error("WebGPU was refused: {message}.")]
    Refused {
        /// As the browser says it.
        message: String,
    },
}

/// The device in use, for people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DeviceInfo {
    /// Its kind.
    pub backend: Backend,
    /// Its name.
    pub adapter: String,
    /// Whether it computes on the CPU.
    pub software: bool,
    /// Why it was taken where another might be expected, in a sentence; may be empty.
    pub note: String,
    /// The same for programs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<Reason>,
}

impl DeviceInfo {
    /// The CPU, and why.
    pub fn cpu(reason: Reason) -> Self {
        Self {
            backend: Backend::Cpu,
            adapter: "CPU".into(),
            software: true,
            note: reason.to_string(),
            reason: Some(reason),
        }
    }

    fn webgpu(adapter: &Adapter, reason: Option<Reason>) -> Self {
        let note = reason.as_ref().map_or(String::new(), Reason::to_string);
        Self { backend: Backend::WebGpu, adapter: adapter.name(), software: adapter.is_software(), note, reason }
    }
}

/// Decides on a device, given the adapter there is or the reason why there is none.
///
/// # Errors
/// When WebGPU is insisted on and there is no adapter.
pub fn choose(preference: Preference, adapter: Result<&Adapter, &Reason>) -> Result<DeviceInfo, DeviceError> {
    match (preference, adapter) {
        (Preference::Cpu, _) => Ok(DeviceInfo::cpu(Reason::Cpu)),
        (Preference::WebGpu, Ok(adapter)) if adapter.is_software() => {
            Ok(DeviceInfo::webgpu(adapter, Some(Reason::Software)))
        }
        (_, Ok(adapter)) if !adapter.is_software() => Ok(DeviceInfo::webgpu(adapter, None)),
        (_, Ok(adapter)) => Ok(DeviceInfo::cpu(Reason::Only { adapter: adapter.name() })),
        (Preference::WebGpu, Err(reason)) => Err(DeviceError::WebGpu(reason.clone())),
        (Preference::Auto, Err(reason)) => Ok(DeviceInfo::cpu(reason.clone())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn adapter(vendor: &str, architecture: &str, description: &str) -> Adapter {
        let [vendor, architecture, description] = [vendor, architecture, description].map(String::from);
        Adapter { vendor, architecture, description, fallback: false }
    }

    #[test]
    fn software_adapters_are_seen_through_by_any_of_their_texts() {
        assert!(adapter("google", "swiftshader", "").is_software());
        assert!(adapter("mesa", "", "llvmpipe (LLVM 15.0.6, 256 bits)").is_software());
        assert!(adapter("microsoft", "", "Microsoft Basic Render Driver").is_software());
        assert!(Adapter { fallback: true, ..adapter("x", "y", "") }.is_software());
        assert!(!adapter("nvidia", "hopper", "").is_software());
    }

    #[test]
    fn a_real_adapter_is_taken_and_a_software_one_only_when_asked_for() {
        let (real, software) = (adapter("nvidia", "hopper", ""), adapter("google", "swiftshader", ""));
        let choice = |preference, adapter| choose(preference, adapter).map(|info| (info.backend, info.software));
        assert_eq!(choice(Preference::Auto, Ok(&real)), Ok((Backend::WebGpu, false)));
        assert_eq!(choice(Preference::Cpu, Ok(&real)), Ok((Backend::Cpu, true)));
        assert_eq!(choice(Preference::Auto, Ok(&software)), Ok((Backend::Cpu, true)));
        assert_eq!(choice(Preference::WebGpu, Ok(&software)), Ok((Backend::WebGpu, true)));
        let none = &Reason::Nothing;
        assert_eq!(choice(Preference::Auto, Err(none)), Ok((Backend::Cpu, true)));
        assert!(choose(Preference::WebGpu, Err(none)).unwrap_err().to_string().contains(&none.to_string()));
        assert_eq!(choose(Preference::Auto, Ok(&real)).unwrap().adapter, "nvidia hopper");
        assert!(choose(Preference::Auto, Ok(&software)).unwrap().note.contains("swiftshader"));
    }
}
