//! Floor 7. A living process as polling knows it: what it runs, and when to look whether it runs something else.

use std::time::Duration;

use procmon_model::process::ProcessInfo;
use procmon_model::units::{CpuTime, Elapsed};

use crate::linux::events::rhythm::TICK;
use crate::linux::kernel::pidfd::Pidfd;
use crate::linux::parse::Stat;

/// For how long a process is looked at with each tick, since most programs are started right after a birth.
const YOUTH: Duration = Duration::from_millis(100);

/// The time between two looks at what an older process runs.
const SLOWLY: Duration = Duration::from_millis(100);

/// A living process of the tree.
pub(super) struct Member {
    pub(super) info: ProcessInfo,
    /// Where the stack of the program is whose image we have: it moves with each execve. `None` where the image is
    /// still to be read.
    pub(super) stack: Option<u64>,
    /// Tells of its end; without one, the end is looked for.
    pub(super) pidfd: Option<Pidfd>,
    seen: Elapsed,
    next_look: Elapsed,
    /// Its processor time before the last look that left no question open.
    settled: Option<CpuTime>,
}

impl Member {
    /// A process that was seen at this moment.
    pub(super) fn new(
        info: ProcessInfo,
        stack: Option<u64>,
        pidfd: Option<Pidfd>,
        seen: Elapsed,
    ) -> Self {
        Self { info, stack, pidfd, seen, next_look: seen + TICK, settled: None }
    }

    /// Whether its time has come to be looked at; if so, the next time is later.
    pub(super) fn takes_its_turn(&mut self, now: Elapsed) -> bool {
        if self.next_look > now {
            return false;
        }
        let often = now - self.seen < YOUTH || self.pidfd.is_none();
        self.next_look = now + if often { TICK } else { SLOWLY };
        true
    }

    /// When it is to be looked at.
    pub(super) const fn next_look(&self) -> Elapsed {
        self.next_look
    }

    /// Whether nothing can have happened to it: who has used no processor time has neither started a program nor ended.
    pub(super) fn has_slept(&self, cpu: CpuTime) -> bool {
        self.settled == Some(cpu)
    }

    /// Notes what it had used before a look that found this.
    pub(super) fn looked_at(&mut self, stat: &Stat, cpu: CpuTime) {
        self.settled = self.runs_the_same(stat).then_some(cpu);
    }

    /// Whether it runs the program whose image we have.
    ///
    /// Where we have no right to know the stack's place, it is 0 whatever runs, and only the first program after a birth
    /// is told from the parent's.
    pub(super) fn runs_the_same(&self, stat: &Stat) -> bool {
        let has_begun = stat.stack == 0 && self.info.image.inherited && stat.has_own_program();
        self.stack == Some(stat.stack) && !has_begun
    }
}

#[cfg(test)]
mod tests {
    use procmon_model::process::{Image, ProcessKey};

    use super::*;

    /// A line of a process, by the kernel's flags and the place of its stack.
    fn stat(flags: u64, stack: u64) -> Stat {
        let line =
            format!("5 (x) S 1 1 1 0 -1 {flags} 0 0 0 0 0 0 0 0 20 0 1 0 9 0 0 0 0 0 {stack}");
        Stat::parse(line.as_bytes()).unwrap()
    }

    #[test]
    fn the_first_program_is_recognised_even_where_the_stack_is_hidden() {
        let runs_the_same = |inherited, known, stat: Stat| {
            let image = Image { inherited, ..Image::default() };
            let key = ProcessKey { pid: 5, start: 9 };
            let info = ProcessInfo { key, parent: None, started: Elapsed::ZERO, uid: None, image };
            Member::new(info, Some(known), None, Elapsed::ZERO).runs_the_same(&stat)
        };
        assert!(runs_the_same(true, 0, stat(0x40, 0)));
        assert!(!runs_the_same(true, 0, stat(0, 0)));
        assert!(runs_the_same(false, 0, stat(0, 0)));
        assert!(!runs_the_same(false, 0, stat(0, 7)));
        assert!(runs_the_same(true, 7, stat(0, 7)));
    }
}
