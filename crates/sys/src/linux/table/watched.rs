//! Floor 7. One process of the table: its open files, its last reading and whether that still holds.

use std::io;
use std::os::fd::RawFd;
use std::time::{Duration, Instant};

use procmon_model::metrics::MetricSet;
use procmon_model::process::{Count, Counters, Gauges, ProcessKey, ProcessState, Reading};
use procmon_model::units::{Bytes, CpuTime};

use super::files::{Buffer, Files, is_refused};
use crate::linux::parse::Stat;

/// A key made from a fork event has a start that was computed from another clock, so it may differ by that many ticks.
const START_TOLERANCE: u64 = 2;

/// How often the peak of a working process is read where its memory stays well below what it once was.
const PEAK_INTERVAL: Duration = Duration::from_secs(1);

/// What the kernel counts in.
#[derive(Clone, Copy)]
pub(super) struct Units {
    pub(super) tick_nanos: u64,
    pub(super) page_bytes: u64,
    /// Whether the size of a folder of descriptors is their number (Linux 6.2).
    pub(super) counts_descriptors: bool,
}

/// One look at one process.
#[derive(Clone, Copy)]
pub(super) struct Look {
    pub(super) key: ProcessKey,
    pub(super) metrics: MetricSet,
    /// Its processor time, by its number, so to be believed only once its start time is found right.
    pub(super) cpu: CpuTime,
    pub(super) now: Instant,
    pub(super) units: Units,
    /// Files are kept open as long as their descriptors are below this number.
    pub(super) ceiling: RawFd,
}

/// What is kept of one process.
#[derive(Default)]
pub(super) struct Watched {
    files: Option<Files>,
    last: Option<Last>,
    memory: Memory,
    /// Whether something was ever refused for want of a right.
    pub(super) refused: bool,
}

/// The last reading and what it holds for.
struct Last {
    reading: Reading,
    metrics: MetricSet,
    cpu: CpuTime,
    ended: bool,
}

/// What is known of its memory over time.
#[derive(Default)]
struct Memory {
    /// The largest resident memory seen.
    largest: u64,
    /// The largest that the kernel has seen.
    peak: Option<u64>,
    peak_read: Option<Instant>,
    /// Where the stack begins, by which one address space is told from another.
    stack: u64,
}

impl Watched {
    /// The last reading, if the process has not worked since.
    ///
    /// What a process does costs it time on its clock, which is exact to the nanosecond, and costs us a twentieth of
    /// reading its files. What others do to a process that sleeps (its pages written out to swap) waits until it wakes.
    pub(super) fn unchanged(&self, cpu: CpuTime, metrics: MetricSet) -> Option<Reading> {
        let last = self.last.as_ref()?;
        (last.cpu == cpu && last.metrics == metrics).then_some(last.reading)
    }

    /// The last reading.
    pub(super) fn last(&self) -> Option<Reading> {
        self.last.as_ref().map(|last| last.reading)
    }

    /// What the last look at it was for.
    pub(super) fn metrics(&self) -> Option<MetricSet> {
        self.last.as_ref().map(|last| last.metrics)
    }

    /// Whether it had ended when it was last read, and nobody had waited for it yet.
    pub(super) fn ended(&self) -> bool {
        self.last.as_ref().is_some_and(|last| last.ended)
    }

    /// The largest resident memory that is known.
    pub(super) fn peak(&self) -> Option<Bytes> {
        self.memory.peak.map(Bytes::new)
    }

    /// Closes its files. The last reading stays.
    pub(super) fn let_go(&mut self) {
        self.files = None;
    }

    /// Reads it; `None` where it is another process by now. On every way out but the good one its files are closed.
    pub(super) fn measure(
        &mut self,
        look: &Look,
        buffer: &mut Buffer,
    ) -> io::Result<Option<Reading>> {
        let files = self.open(look)?;
        let stat = files.stat(buffer)?;
        let Some(stat) = stat.filter(|stat| stat.start.abs_diff(look.key.start) <= START_TOLERANCE)
        else {
            return Ok(None);
        };
        let ended = stat.has_ended();
        let mut reading = scheduled(&stat, look);
        self.memory.belongs_to(stat.stack);
        if look.metrics.has(MetricSet::MEMORY) {
            self.memory(&files, look, buffer, &mut reading.gauges)?;
        }
        if look.metrics.has(MetricSet::IO) {
            self.io(&files, ended, buffer, &mut reading.counters)?;
        }
        if look.metrics.has(MetricSet::FDS) && look.units.counts_descriptors && !ended {
            reading.gauges.fds = files.descriptors()?.and_then(|count| u32::try_from(count).ok());
        }
        self.refused |= files.refused && !ended;
        self.files = (files.highest() < look.ceiling).then_some(files);
        self.last = Some(Last { reading, metrics: look.metrics, cpu: look.cpu, ended });
        Ok(Some(reading))
    }

    fn open(&mut self, look: &Look) -> io::Result<Files> {
        match self.files.take() {
            Some(files) if files.covers(look.metrics) => Ok(files),
            Some(files) => Files::open(look.key.pid, files.asked().with(look.metrics)),
            None => Files::open(look.key.pid, look.metrics),
        }
    }

    fn memory(
        &mut self,
        files: &Files,
        look: &Look,
        buffer: &mut Buffer,
        gauges: &mut Gauges,
    ) -> io::Result<()> {
        if let Some(statm) = files.statm(buffer)? {
            let bytes = |pages: u64| Bytes::new(pages.saturating_mul(look.units.page_bytes));
            let resident = bytes(statm.resident);
            if self.memory.may_have_peaked(resident.get(), look.now) {
                self.memory.saw_peak(files.peak(buffer)?, look.now);
            }
            self.memory.saw(resident.get());
            gauges.rss = Some(resident);
            gauges.shared = Some(bytes(statm.shared));
            gauges.virtual_size = Some(bytes(statm.size));
        }
        gauges.rss_peak = self.peak();
        Ok(())
    }

    fn io(
        &mut self,
        files: &Files,
        ended: bool,
        buffer: &mut Buffer,
        counters: &mut Counters,
    ) -> io::Result<()> {
        match files.io(buffer) {
            Ok(Some(io)) => {
                counters.read = io.read.map(Bytes::new);
                counters.written = io.written.map(Bytes::new);
                counters.read_chars = io.read_chars.map(Bytes::new);
                counters.written_chars = io.written_chars.map(Bytes::new);
            }
            Err(error) if !is_refused(&error) => return Err(error),
            // Without privilege nobody may read this of a process that has ended, its own parent not either.
            _ if ended => {
                let last = self.last().map(|last| last.counters).unwrap_or_default();
                (counters.read, counters.written) = (last.read, last.written);
                (counters.read_chars, counters.written_chars) =
                    (last.read_chars, last.written_chars);
            }
            Err(_) => self.refused = true,
            Ok(None) => {}
        }
        Ok(())
    }
}

impl Memory {
    /// An execve(2) begins another address space: what was seen before belonged to another program, and after
    /// vfork(2) even to the parent.
    fn belongs_to(&mut self, stack: u64) {
        if self.stack != stack && stack != 0 {
            *self = Self { stack, ..Self::default() };
        }
    }

    /// Whether the peak may have changed since it was read: the memory is near its largest, or a second has passed.
    fn may_have_peaked(&self, resident: u64, now: Instant) -> bool {
        resident >= self.largest - self.largest / 20
            || self.peak_read.is_none_or(|read| now.duration_since(read) >= PEAK_INTERVAL)
    }

    fn saw_peak(&mut self, peak: Option<u64>, now: Instant) {
        self.peak = peak.or(self.peak);
        self.peak_read = Some(now);
    }

    /// The kernel's peak is never below what was seen with our own eyes.
    fn saw(&mut self, resident: u64) {
        self.largest = self.largest.max(resident);
        self.peak = self.peak.map(|peak| peak.max(resident));
    }
}

/// The part of a reading that stat and the clock tell.
fn scheduled(stat: &Stat, look: &Look) -> Reading {
    let ticks = |ticks: u64| CpuTime::from_nanos(ticks.saturating_mul(look.units.tick_nanos));
    let mut reading = Reading {
        key: look.key,
        counters: Counters::default(),
        gauges: Gauges::default(),
        reaped: Some(ticks(stat.reaped_user_ticks.saturating_add(stat.reaped_system_ticks))),
    };
    if look.metrics.has(MetricSet::CPU) {
        reading.counters.cpu = Some(look.cpu);
        reading.counters.cpu_user = Some(ticks(stat.user_ticks));
        reading.counters.cpu_system = Some(ticks(stat.system_ticks));
        reading.counters.faults_minor = Some(Count(stat.minor_faults));
        reading.counters.faults_major = Some(Count(stat.major_faults));
        reading.gauges.state = Some(state(stat));
    }
    if look.metrics.has(MetricSet::THREADS) {
        reading.gauges.threads = Some(stat.threads);
    }
    reading
}

/// The letters of `proc_pid_stat(5)`.
fn state(stat: &Stat) -> ProcessState {
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
    }

    #[test]
    fn a_peak_is_read_near_the_largest_memory_and_once_a_second_below() {
        let now = Instant::now();
        let mut memory = Memory::default();
        assert!(memory.may_have_peaked(1000, now));
        memory.saw_peak(Some(1100), now);
        memory.saw(1000);
        assert!(memory.may_have_peaked(950, now));
        assert!(!memory.may_have_peaked(949, now));
        assert!(!memory.may_have_peaked(949, now + Duration::from_millis(999)));
        assert!(memory.may_have_peaked(949, now + PEAK_INTERVAL));
    }

    #[test]
    fn a_peak_is_at_least_what_was_seen_and_ends_with_the_program() {
        let mut memory = Memory::default();
        memory.belongs_to(7);
        memory.saw_peak(Some(1000), Instant::now());
        memory.saw(2000);
        memory.belongs_to(7);
        assert_eq!(memory.peak, Some(2000));
        memory.saw_peak(None, Instant::now());
        memory.belongs_to(0);
        assert_eq!(memory.peak, Some(2000));
        memory.belongs_to(8);
        assert_eq!(memory.peak, None);
    }
}
