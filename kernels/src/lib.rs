//! The arithmetic that draws on the CPU, of slices of numbers and without dependencies.
