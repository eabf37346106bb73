//! Statistics for a group norm of what no convolution made: see `statistics.wgsl`.

use super::{LANES, Shader};
use crate::gpu::plan::{GROUP, Shape};

/// Of a map of this shape.
#[derive(Debug, Clone, Copy)]
pub struct Statistics(pub Shape);

impl Statistics {
    /// Reads the map; writes `[image][group]` pairs.
    pub fn shader(&self) -> Shader {
        let constants = [("PIXELS", self.0.pixels()), ("CHANNELS", self.0.channels)];
        Shader::new("statistics", include_str!("../wgsl/statistics.wgsl"), [1, 1], &constants).with_memory(8 * LANES)
    }

    /// Workgroups to launch.
    pub fn workgroups(&self) -> [usize; 3] {
        [self.0.channels / GROUP, 1, self.0.batch]
    }
}
