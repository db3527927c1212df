//! Floor 6. What surrounds the tree of a story: kills for want of memory, and the cgroup that was made for the command.

use super::world::FakeWorld;
use crate::event::{Ending, Signal};
use crate::host::{CgroupUse, Surroundings};
use crate::ports::Environs;
use crate::process::ProcessKey;

impl Environs for FakeWorld {
    fn begin(&mut self, _root: ProcessKey) {}

    fn look(&mut self) -> Surroundings {
        let now = self.now_();
        let story = self.inner.story.borrow();
        let kills = story.oom_kills.iter().filter(|at| **at <= now).count();
        let cgroup = story.of_group.map(|cpu| CgroupUse { cpu: Some(cpu), memory_peak: None });
        Surroundings { oom_kills: Some(kills as u64), cgroup, pressure: None }
    }

    fn kill_all(&mut self) -> bool {
        let now = self.now_();
        let mut story = self.inner.story.borrow_mut();
        if story.of_group.is_none() {
            return false;
        }
        for role in story.roles.iter_mut().filter(|role| role.lives(now)) {
            role.ended = Some((now, Ending::Signal(Signal(9))));
        }
        true
    }
}
