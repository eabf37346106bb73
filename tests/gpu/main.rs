//! The executor on a software adapter, against plain loops: every kernel over the shapes in use and odd ones, whole plans,
//! ways along a flow, and what goes wrong.

mod adapter;
#[path = "../common/mod.rs"]
mod common;
mod faults;
mod kernels;
mod models;
mod networks;
mod reference;
mod walks;
