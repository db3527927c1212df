//! Floor 7. What the watching itself costs.

use std::fs;

use procmon_model::ports::OwnMeter;
use procmon_model::record::OwnCost;
use procmon_model::units::{Bytes, CpuTime};

use crate::linux::{parse, syscall};

/// Measures our own cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Own {
    /// The process is ours alone: the command line.
    Process,
    /// We are one thread in somebody's process, the one that asks: the addon. Its memory is not ours.
    Thread,
}

impl OwnMeter for Own {
    fn cost(&self) -> OwnCost {
        let rss_peak = match self {
            Self::Process => own_peak(),
            Self::Thread => None,
        };
        OwnCost { cpu: Some(self.cpu()), rss_peak, wake_ups: self.wake_ups() }
    }

    fn cpu(&self) -> CpuTime {
        match self {
            Self::Process => syscall::own_cpu(),
            Self::Thread => syscall::thread_cpu(),
        }
    }
}

impl Own {
    /// How often we gave up the processor to wait for something, and so had to be woken up.
    fn wake_ups(self) -> Option<u64> {
        syscall::waits(match self {
            Self::Process => libc::RUSAGE_SELF,
            Self::Thread => libc::RUSAGE_THREAD,
        })
    }
}

/// The largest resident memory of our process, whoever else may be in it.
pub(crate) fn own_peak() -> Option<Bytes> {
    let status = fs::read("/proc/self/status").ok()?;
    parse::peak_resident(&status).map(Bytes::new)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Works until the thread's clock has moved on by that much.
    fn work(milliseconds: u64) {
        let end = syscall::thread_cpu() + CpuTime::from_millis(milliseconds);
        while syscall::thread_cpu() < end {
            std::hint::spin_loop();
        }
    }

    #[test]
    fn a_thread_pays_for_its_own_work_only() {
        let process = Own::Process.cpu();
        let thread = Own::Thread.cpu();
        std::thread::spawn(|| work(20)).join().unwrap();
        assert!(Own::Thread.cpu().saturating_sub(thread) < CpuTime::from_millis(20));
        assert!(Own::Process.cpu().saturating_sub(process) >= CpuTime::from_millis(20));
    }

    #[test]
    fn only_a_process_of_our_own_has_a_peak_of_memory() {
        // Read first: other tests fault in more of the program meanwhile.
        let statm = parse::Statm::parse(&fs::read("/proc/self/statm").unwrap()).unwrap();
        let cost = Own::Process.cost();
        assert!(cost.rss_peak.unwrap() >= Bytes::new(statm.shared * syscall::page_bytes()));
        assert_eq!(Own::Thread.cost().rss_peak, None);
    }
}
