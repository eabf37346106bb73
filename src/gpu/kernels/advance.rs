//! A step along a rectified flow: see `advance.wgsl`.

use super::{LANES, Shader};

/// Of x of so many numbers, after so many questions of the network.
#[derive(Debug, Clone, Copy)]
pub struct Advance {
    /// Numbers of x.
    pub size: usize,
    /// 1, or 2 with guidance.
    pub questions: usize,
}

impl Advance {
    /// Reads answers, factors and noise; writes x, the velocity before and the prediction.
    pub fn shader(&self) -> Shader {
        let constants = [("SIZE", self.size), ("QUESTIONS", self.questions)];
        Shader::new("advance", include_str!("../wgsl/advance.wgsl"), [3, 3], &constants)
    }

    /// Workgroups to launch.
    pub fn workgroups(&self) -> [usize; 3] {
        [self.size.div_ceil(LANES), 1, 1]
    }
}
