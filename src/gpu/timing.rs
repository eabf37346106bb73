//! How long a network's launches take, natively.

use std::ops::Range;
use std::time::Duration;

use super::error::GpuError;
use super::network::Network;

impl Network {
    /// How long the device takes for some of a run's launches, one after the other and so many times over, until all is
    /// done; they compute of what happens to be there.
    ///
    /// # Errors
    /// Where the device is lost.
    pub fn timed(&self, launches: Range<usize>, times: usize) -> Result<Duration, GpuError> {
        let mut encoder = self.device.encoder();
        {
            let mut pass = encoder.begin_compute_pass(&Default::default());
            for launch in (0..times).flat_map(|_| &self.launches[launches.clone()]) {
                launch.launch(&mut pass);
            }
        }
        self.device.timed(encoder)
    }
}
