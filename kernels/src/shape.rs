//! What a slice stands for, and how many numbers it therefore has.

/// Shape of a feature map, NHWC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shape {
    /// Pictures.
    pub batch: usize,
    /// Rows of pixels.
    pub height: usize,
    /// Pixels of a row.
    pub width: usize,
    /// Numbers of a pixel.
    pub channels: usize,
}

impl Shape {
    /// How many numbers a map has.
    pub fn numbers(self) -> usize {
        self.batch * self.height * self.width * self.channels
    }
}

/// Panics unless a slice has the length that is expected.
#[track_caller]
pub(crate) fn expect_length(what: &str, came: usize, expected: usize) {
    assert!(came == expected, "{what}: expected {expected} numbers, came {came}");
}
