//! Floor 7. What the watching itself costs.

use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use procmon_model::ports::{self, OwnMeter};
use procmon_model::record::OwnCost;
use procmon_model::units::{Bytes, CpuTime};

use crate::linux::{parse, syscall};

/// Measures our own cost.
#[derive(Debug)]
pub(crate) enum Own {
    /// The process is ours alone: the command line.
    Process,
    /// We are one thread in somebody's process, the one that asks, and those that work for it aside: the addon. Its
    /// memory is not ours.
    Thread(Arc<Aside>),
}

/// What threads have used that work for the one that asks, as they last said.
#[derive(Debug, Default)]
pub(crate) struct Aside {
    cpu_nanos: AtomicU64,
    waits: AtomicU64,
}

/// The account of one such thread. It is that thread's alone, and settled at its end.
#[derive(Debug)]
pub(crate) struct Account {
    aside: Arc<Aside>,
    /// What was said so far.
    cpu: CpuTime,
    waits: u64,
}

impl OwnMeter for Own {
    fn cost(&self) -> OwnCost {
        let rss_peak = match self {
            Self::Process => own_peak(),
            Self::Thread(_) => None,
        };
        OwnCost { cpu: Some(self.cpu()), rss_peak, wake_ups: self.wake_ups() }
    }

    fn cpu(&self) -> CpuTime {
        match self {
            Self::Process => syscall::own_cpu(),
            Self::Thread(aside) => {
                let of_others = aside.cpu_nanos.load(Ordering::Relaxed);
                syscall::thread_cpu() + CpuTime::from_nanos(of_others)
            }
        }
    }

    fn account(&self) -> Option<Box<dyn ports::Account>> {
        match self {
            Self::Process => None,
            Self::Thread(aside) => Some(Box::new(Account::of_this_thread(Arc::clone(aside)))),
        }
    }
}

impl ports::Account for Account {
    fn settle(&mut self) {
        Self::settle(self);
    }
}

impl Own {
    /// How often we gave up the processor to wait for something, and so had to be woken up.
    fn wake_ups(&self) -> Option<u64> {
        match self {
            Self::Process => syscall::waits(libc::RUSAGE_SELF),
            Self::Thread(aside) => syscall::waits(libc::RUSAGE_THREAD)
                .map(|waits| waits + aside.waits.load(Ordering::Relaxed)),
        }
    }
}

impl Account {
    /// That of the thread that settles it, all of whose time is spent for us.
    pub(crate) fn of_this_thread(aside: Arc<Aside>) -> Self {
        Self { aside, cpu: CpuTime::ZERO, waits: 0 }
    }

    /// Says what the thread has used since it last did.
    pub(crate) fn settle(&mut self) {
        let cpu = syscall::thread_cpu();
        let waits = syscall::waits(libc::RUSAGE_THREAD).unwrap_or(self.waits);
        let used = cpu.saturating_sub(self.cpu).as_nanos();
        self.aside.cpu_nanos.fetch_add(used, Ordering::Relaxed);
        self.aside.waits.fetch_add(waits.saturating_sub(self.waits), Ordering::Relaxed);
        (self.cpu, self.waits) = (cpu, waits);
    }
}

impl Drop for Account {
    fn drop(&mut self) {
        self.settle();
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
        let own = Own::Thread(Arc::default());
        let thread = own.cpu();
        std::thread::spawn(|| work(20)).join().unwrap();
        assert!(own.cpu().saturating_sub(thread) < CpuTime::from_millis(20));
        assert!(Own::Process.cpu().saturating_sub(process) >= CpuTime::from_millis(20));
    }

    #[test]
    fn a_thread_pays_for_those_that_work_for_it_aside() {
        let aside = Arc::new(Aside::default());
        let own = Own::Thread(Arc::clone(&aside));
        let (before, waits) = (own.cpu(), own.wake_ups().unwrap());
        let settled = std::thread::spawn(move || {
            let mut account = Account::of_this_thread(aside);
            work(20);
            account.settle();
            std::thread::park_timeout(std::time::Duration::from_millis(1));
            work(40);
        });
        settled.join().unwrap();
        assert!(own.cpu().saturating_sub(before) >= CpuTime::from_millis(60));
        assert!(own.wake_ups().unwrap() > waits);
    }

    #[test]
    fn only_a_process_of_our_own_has_a_peak_of_memory() {
        // Read first: other tests fault in more of the program meanwhile.
        let statm = parse::Statm::parse(&fs::read("/proc/self/statm").unwrap()).unwrap();
        let cost = Own::Process.cost();
        assert!(cost.rss_peak.unwrap() >= Bytes::new(statm.shared * syscall::page_bytes()));
        assert_eq!(Own::Thread(Arc::default()).cost().rss_peak, None);
    }
}
