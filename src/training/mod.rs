//! Training: what it asks of a module, and one step of it after the other.
//!
//! Here are no files and no command line: whoever has examples can train, in a terminal or in a page. What is learned may
//! be of any rank, pictures `[batch, channels, height, width]` as well as points `[batch, coordinates]`.
//!
//! - [`Objective`]: what a module brings.
//! - [`TrainingConfig`]: the learning rate and its schedule, and all else that can be chosen.
//! - [`Learner`]: one step after the other; it needs gradients and an optimizer, which the cargo feature `training` brings.
//! - [`average`], [`rounded`]: what ships is an average of the parameters, in few bits.
//! - [`shuffled`], [`step_rng`]: all that is random, from a seed.

mod averaging;
mod config;
#[cfg(feature = "training")]
mod learner;
mod objective;
mod random;
mod rounding;

pub use averaging::average;
pub use config::TrainingConfig;
#[cfg(feature = "training")]
pub use learner::{Learner, Pace};
pub use objective::Objective;
pub use random::{shuffled, step_rng};
pub use rounding::rounded;
