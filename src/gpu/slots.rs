//! Which slots share a buffer: one that nobody reads any more makes room for the next.

use super::launches::{Binding, Launches};

/// The buffer of each slot, and how many numbers each buffer holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sharing {
    /// By slot.
    pub buffers: Vec<usize>,
    /// By buffer.
    pub sizes: Vec<usize>,
}

impl Sharing {
    /// Of the slots of some launches. What is put out stays until the next run.
    pub fn of(launches: &Launches) -> Self {
        let Launches { launches, slots, outputs, .. } = launches;
        let mut last = vec![0; slots.len()];
        let of = |binding: &Binding| if let Binding::Slot(slot) = binding { Some(*slot) } else { None };
        for (i, launch) in launches.iter().enumerate() {
            launch.bindings.iter().filter_map(of).for_each(|slot| last[slot] = i);
        }
        outputs.iter().filter_map(of).for_each(|slot| last[slot] = launches.len());

        let mut found = Self { buffers: vec![usize::MAX; slots.len()], sizes: Vec::new() };
        let mut free: Vec<usize> = Vec::new();
        for (i, launch) in launches.iter().enumerate() {
            let bound = || launch.bindings.iter().filter_map(of);
            for slot in bound() {
                if found.buffers[slot] == usize::MAX {
                    found.buffers[slot] = found.take(&mut free, slots[slot]);
                }
            }
            // Not before all that this launch writes has its place: none of it may lie where the launch still reads.
            free.extend(bound().filter(|slot| last[*slot] == i).map(|slot| found.buffers[slot]));
            free.sort_unstable();
            free.dedup();
        }
        found
    }

    /// The smallest free buffer that is large enough, or the largest, which grows, or a new one.
    fn take(&mut self, free: &mut Vec<usize>, size: usize) -> usize {
        let fits = |buffer: &usize| (self.sizes[*buffer] < size, self.sizes[*buffer].abs_diff(size));
        let Some(i) = (0..free.len()).min_by_key(|i| fits(&free[*i])) else {
            self.sizes.push(size);
            return self.sizes.len() - 1;
        };
        let buffer = free.swap_remove(i);
        self.sizes[buffer] = self.sizes[buffer].max(size);
        buffer
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gpu::kernels::Shader;
    use crate::gpu::launches::Launch;

    fn launch(reads: &[usize], write: usize) -> Launch {
        let slots = reads.iter().chain([&write]).map(|slot| Binding::Slot(*slot));
        let shader = Shader { name: "", source: String::new(), reads: reads.len(), writes: 1, memory: 0 };
        Launch { shader, bindings: slots.collect(), workgroups: [1; 3] }
    }

    #[test]
    fn a_dead_slot_makes_room_and_a_live_one_does_not() {
        let launches = Launches {
            launches: vec![launch(&[], 0), launch(&[0], 1), launch(&[1], 2), launch(&[0, 2], 3), launch(&[3], 4)],
            slots: vec![10, 20, 10, 10, 10],
            outputs: vec![Binding::Slot(4)],
            ..Launches::default()
        };
        let Sharing { buffers, sizes } = Sharing::of(&launches);
        // 0 is read until 3 is written; 1 is dead when 3 is.
        assert_eq!(buffers[3], buffers[1]);
        for (one, other) in [(0, 1), (0, 2), (0, 3), (1, 2), (2, 3), (3, 4)] {
            assert_ne!(buffers[one], buffers[other], "{one} and {other}: {buffers:?}");
        }
        assert_eq!(sizes.iter().sum::<usize>(), 40);
    }
}
