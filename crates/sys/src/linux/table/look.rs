//! Floor 7. One look at one process: what it is for, and what the scheduler's line alone tells.

use std::os::fd::RawFd;
use std::time::Instant;

use procmon_model::metrics::MetricSet;
use procmon_model::process::{Count, Counters, Gauges, ProcessKey, ProcessState, Reading};
use procmon_model::units::{Bytes, CpuTime};

use crate::linux::parse::Stat;

/// What the kernel counts in.
#[derive(Clone, Copy)]
pub(super) struct Units {
    pub(super) tick_nanos: u64,
    pub(super) page_bytes: u64,
    /// Whether the size of a folder of descriptors is their number (Linux 6.2).
    pub(super) counts_descriptors: bool,
    /// Whether the kernel counts the time that processes wait for storage (`kernel.task_delayacct`).
    pub(super) counts_block_delays: bool,
}

impl Units {
    /// Clock ticks as time.
    pub(super) fn time(self, ticks: u64) -> CpuTime {
        CpuTime::from_nanos(ticks.saturating_mul(self.tick_nanos))
    }

    /// Pages as bytes.
    pub(super) fn bytes(self, pages: u64) -> Bytes {
        Bytes::new(pages.saturating_mul(self.page_bytes))
    }
}

/// What tells the processor time of a process.
#[derive(Debug, Clone, Copy)]
pub(super) enum Clock {
    /// Its own clock shows this. It is asked by number, so to be believed only once the start time is found right.
    Shows(CpuTime),
    /// The ticks of its stat: nobody can ask the clocks of another procfs's processes.
    Ticks,
}

/// One look at one process.
#[derive(Clone, Copy)]
pub(super) struct Look {
    pub(super) key: ProcessKey,
    pub(super) metrics: MetricSet,
    pub(super) clock: Clock,
    pub(super) now: Instant,
    pub(super) units: Units,
    /// Files are kept open as long as their descriptors are below this number.
    pub(super) ceiling: RawFd,
}

impl Look {
    /// The processor time of the process with this stat.
    pub(super) fn cpu(&self, stat: &Stat) -> CpuTime {
        match self.clock {
            Clock::Shows(cpu) => cpu,
            Clock::Ticks => self.units.time(stat.user_ticks.saturating_add(stat.system_ticks)),
        }
    }

    /// Whether the process has been on a processor. Ticks do not tell so little of it, and hardly anybody has not.
    pub(super) fn has_run(&self) -> bool {
        match self.clock {
            Clock::Shows(cpu) => cpu > CpuTime::ZERO,
            Clock::Ticks => true,
        }
    }

    /// Whether something of the status is asked for.
    pub(super) const fn needs_status(&self) -> bool {
        self.metrics.has(MetricSet::MEMORY) || self.metrics.has(MetricSet::DELAYS)
    }
}

/// Its page faults of both kinds.
pub(super) fn faults(stat: &Stat) -> u64 {
    stat.minor_faults.saturating_add(stat.major_faults)
}

/// The part of a reading that stat and the clock tell.
pub(super) fn scheduled(stat: &Stat, look: &Look) -> Reading {
    let time = |ticks: u64| look.units.time(ticks);
    let mut reading = Reading {
        key: look.key,
        counters: Counters::default(),
        gauges: Gauges::default(),
        reaped: Some(time(stat.reaped_user_ticks.saturating_add(stat.reaped_system_ticks))),
        touched: Some(look.units.bytes(faults(stat))),
    };
    if look.metrics.has(MetricSet::CPU) {
        reading.counters.cpu = Some(look.cpu(stat));
        reading.counters.cpu_user = Some(time(stat.user_ticks));
        reading.counters.cpu_system = Some(time(stat.system_ticks));
        reading.counters.faults_minor = Some(Count(stat.minor_faults));
        reading.counters.faults_major = Some(Count(stat.major_faults));
        reading.gauges.state = Some(state(stat));
    }
    if look.metrics.has(MetricSet::DELAYS) && look.units.counts_block_delays {
        reading.counters.block_delay = stat.block_ticks.map(time);
    }
    if look.metrics.has(MetricSet::THREADS) {
        reading.gauges.threads = Some(stat.threads);
    }
    reading
}

/// The letters of `proc_pid_stat(5)`.
pub(super) fn state(stat: &Stat) -> ProcessState {
    match stat.state {
        b'R' => ProcessState::Running,
        b'S' => ProcessState::Sleeping,
        b'D' => ProcessState::Waiting,
        b'T' | b't' => ProcessState::Stopped,
        _ if stat.has_ended() => ProcessState::Zombie,
        _ => ProcessState::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stat(letter: char, threads: u32) -> Stat {
        let rest = format!("1 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 {threads} 0 9 0 0 0 0 0 0");
        Stat::parse(format!("5 (x) {letter} {rest}").as_bytes()).unwrap()
    }

    #[test]
    fn a_process_whose_first_thread_alone_has_ended_lives() {
        assert_eq!(state(&stat('Z', 1)), ProcessState::Zombie);
        assert_eq!(state(&stat('Z', 2)), ProcessState::Other);
        assert!(stat('Z', 1).has_ended() && !stat('Z', 2).has_ended());
    }

    #[test]
    fn waits_for_storage_are_known_where_the_kernel_counts_them() {
        let mut stat = stat('D', 1);
        stat.block_ticks = Some(7);
        let block_delay = |counts_block_delays| {
            let (tick_nanos, page_bytes) = (10_000_000, 4096);
            let units =
                Units { tick_nanos, page_bytes, counts_descriptors: true, counts_block_delays };
            let key = ProcessKey { pid: 5, start: 9 };
            let (clock, now, ceiling) = (Clock::Shows(CpuTime::ZERO), Instant::now(), 0);
            let look = Look { key, metrics: MetricSet::DELAYS, clock, now, units, ceiling };
            scheduled(&stat, &look).counters.block_delay
        };
        assert_eq!((block_delay(true), block_delay(false)), (Some(CpuTime::from_millis(70)), None));
    }
}
