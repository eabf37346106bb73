//! What can go wrong, as it is told outside: its kind, a code by which any language can say it, and the values for that.

use serde::Serialize;
use serde_json::Value;
use thiserror::Error;

/// Whose fault an error is, and so what can be done about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ErrorKind {
    /// Something was asked for that cannot be: ask otherwise.
    Request,
    /// The device failed: go on with another.
    DeviceLost,
    /// A model's weights are not those that its card describes: fetch them anew.
    Weights,
    /// A fault of ours.
    Internal,
}

/// An error as it crosses the border; every error here can become one.
#[derive(Debug, Clone, PartialEq, Error)]
#[error("{message}")]
pub struct PushforwardError {
    /// Its kind.
    pub kind: ErrorKind,
    /// A short word for the case.
    pub code: &'static str,
    /// What that case has to say, an object of plain values: `name`, `expected`, `got`, `min`, `max`, `model` and the like.
    pub details: Value,
    /// All of it in an English sentence.
    pub message: String,
}

impl PushforwardError {
    /// An error that says what `error` says.
    pub fn new(kind: ErrorKind, code: &'static str, details: Value, error: impl ToString) -> Self {
        Self { kind, code, details, message: error.to_string() }
    }
}
