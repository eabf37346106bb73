//! Fashion-MNIST: its files, the classifier that judges, and the figures that this gives.

pub mod benchmark;
pub mod classifier;
pub mod images;
