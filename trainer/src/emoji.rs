//! The emoji data set: its packages, joined, drawn, and learned from; the judge of it, and the figures that this gives.

pub mod benchmark;
mod captions;
pub mod examples;
mod figures;
mod join;
pub mod judge;
pub mod make;
mod packages;
mod render;
pub mod set;
