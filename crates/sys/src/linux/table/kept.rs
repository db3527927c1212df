//! Floor 7. All processes that are read again and again, and what is kept for each.
//!
//! One reading of a process that works costs five or six reads of kept descriptors; of one that sleeps, a look at its
//! clock. Of processes in another procfs than ours there are no clocks to look at, and each counts as one that works.

use std::collections::HashMap;
use std::fs;
use std::os::fd::RawFd;
use std::time::{Duration, Instant};

use procmon_model::metrics::MetricSet;
use procmon_model::ports::{Pass, ProcessTable};
use procmon_model::process::{LastReading, ProcessKey, Reading, Readings};

use super::files::{Reader, is_exhausted, is_gone};
use super::look::{Clock, Look, Units};
use super::turns::Turns;
use super::watched::Watched;
use crate::linux::kernel::limits;
use crate::linux::procfs::Procfs;
use crate::linux::sockets::Network;
use crate::linux::{host, syscall};
use crate::world::Inside;

/// For how long none is kept after descriptors have run out.
const SHORTAGE: Duration = Duration::from_secs(10);

const NONE_TO_KEEP: &str =
    "the limit of descriptors leaves none to keep: each reading opened its files anew";

const RAN_OUT: &str =
    "descriptors ran out: for ten seconds from then on each reading opened its files anew";

/// Reads processes through files of a procfs that stay open.
pub(crate) struct Table {
    watched: HashMap<ProcessKey, Watched>,
    units: Units,
    ceiling: RawFd,
    /// When descriptors ran out last.
    ran_out: Option<Instant>,
    reader: Reader,
    turns: Turns,
    denied: u64,
    /// Counts what processes move over the network, from the beginning on; `None` where nobody asks.
    network: Option<Network>,
}

impl Table {
    /// A table that may use as many descriptors as are ours there.
    pub(crate) fn new(inside: Inside) -> Self {
        Self::over(Procfs::own(), inside)
    }

    /// Such a table over a procfs.
    pub(crate) fn over(procfs: Procfs, inside: Inside) -> Self {
        Self::begun(procfs, limits::descriptor_ceiling(inside))
    }

    /// A table that keeps files open only as long as their descriptors are below a number.
    ///
    /// New descriptors get the lowest free number, so a high one tells that many are in use, whoever uses them.
    pub(super) fn with_ceiling(ceiling: RawFd) -> Self {
        Self::begun(Procfs::own(), ceiling)
    }

    fn begun(procfs: Procfs, ceiling: RawFd) -> Self {
        let units = Units {
            tick_nanos: 1_000_000_000 / syscall::ticks_per_second(),
            page_bytes: syscall::page_bytes(),
            counts_descriptors: fs::metadata(procfs.path("self/fd"))
                .is_ok_and(|folder| folder.len() > 0),
            counts_block_delays: host::counts_block_delays(&procfs),
        };
        let (watched, reader, turns) = (HashMap::new(), Reader::of(procfs), Turns::default());
        Self { watched, units, ceiling, ran_out: None, reader, turns, denied: 0, network: None }
    }

    /// How many times a file was read so far.
    #[cfg(test)]
    pub(super) fn reads(&self) -> u64 {
        self.reader.reads
    }

    /// Reads a pass that is made at a moment.
    pub(super) fn read_at(&mut self, pass: &Pass<'_>, now: Instant, readings: &mut Readings) {
        let first = readings.processes.len();
        let found = pass.keys.iter().filter_map(|key| self.reading(*key, pass.metrics, now));
        readings.processes.extend(found);
        let read = &mut readings.processes[first..];
        if pass.metrics.has(MetricSet::PSS) {
            self.turns.take(pass, &mut self.watched, read, now, &mut self.reader);
        }
        if pass.metrics.has(MetricSet::NAMED_THREADS) {
            for reading in read {
                if let Some(known) = self.watched.get_mut(&reading.key) {
                    known.named_threads(now, &mut self.reader, &mut readings.threads);
                }
            }
        }
    }

    fn reading(&mut self, key: ProcessKey, metrics: MetricSet, now: Instant) -> Option<Reading> {
        let Some(clock) = self.clock(key.pid) else {
            self.vanished(key);
            return None;
        };
        if let Clock::Shows(cpu) = clock
            && let Some(reading) =
                self.watched.get(&key).and_then(|known| known.unchanged(cpu, metrics))
        {
            return Some(reading);
        }
        let mut known = self.watched.remove(&key).unwrap_or_default();
        let ceiling = self.ceiling_at(now);
        let look = Look { key, metrics, clock, now, units: self.units, ceiling };
        let reading = self.measure(&mut known, look);
        if known.last().is_some() {
            self.watched.insert(key, known);
        }
        reading
    }

    /// What tells the processor time of the process of a number; `None` where there is none.
    fn clock(&self, pid: u32) -> Option<Clock> {
        if !self.reader.procfs.is_own() {
            return Some(Clock::Ticks);
        }
        syscall::process_cpu(pid).map(Clock::Shows)
    }

    /// Closes the files of a process that has gone. Its last reading is kept until somebody asks for it.
    fn vanished(&mut self, key: ProcessKey) {
        if let Some(known) = self.watched.get_mut(&key) {
            known.let_go();
        }
    }

    /// Reads a process and counts what is refused; `None` where that fails.
    fn measure(&mut self, known: &mut Watched, mut look: Look) -> Option<Reading> {
        let refused_before = known.refused;
        let mut result = known.measure(&look, &mut self.reader);
        if result.as_ref().is_err_and(is_exhausted) {
            self.give_descriptors_back(look.now);
            look.ceiling = self.ceiling_at(look.now);
            result = known.measure(&look, &mut self.reader);
        }
        let failed = result.as_ref().is_err_and(|error| !is_gone(error));
        self.denied += u64::from(failed || (known.refused && !refused_before));
        result.ok().flatten()
    }

    /// Descriptors have run out, for everybody in this process: none is kept for a while.
    fn give_descriptors_back(&mut self, now: Instant) {
        self.watched.values_mut().for_each(Watched::let_go);
        self.ran_out = Some(now);
    }

    /// The number below which descriptors are kept at a moment.
    fn ceiling_at(&self, now: Instant) -> RawFd {
        let is_short = |at: Instant| now.saturating_duration_since(at) < SHORTAGE;
        if self.ran_out.is_some_and(is_short) { 0 } else { self.ceiling }
    }

    /// What was done without for want of descriptors, a sentence each.
    fn shortage(&self) -> Option<&'static str> {
        if self.ceiling <= 0 {
            return Some(NONE_TO_KEEP);
        }
        self.ran_out.is_some().then_some(RAN_OUT)
    }

    /// Reads a process that is said to have ended.
    ///
    /// Until its parent waits for it, it is still there, and its clock has stopped for good.
    fn last_look(&mut self, known: &mut Watched, key: ProcessKey) -> Option<LastReading> {
        let clock = self.clock(key.pid)?;
        let metrics = known.metrics().map_or(MetricSet::CPU, without_memory);
        let now = Instant::now();
        let look =
            Look { key, metrics, clock, now, units: self.units, ceiling: self.ceiling_at(now) };
        let mut reading = self.measure(known, look)?;
        // Only a clock that is read after the end was seen is final.
        let end = known.ended().then(|| self.clock(key.pid)).flatten();
        if let Some(Clock::Shows(cpu)) = end {
            reading.counters.cpu = Some(cpu);
        }
        reading.gauges.rss_peak = known.peak();
        let (cpu_final, peak_final) = (end.is_some(), known.peak_is_final());
        Some(LastReading { reading, cpu_final, peak_final })
    }
}

impl ProcessTable for Table {
    fn begin(&mut self, metrics: MetricSet) {
        // The kernel lists the connections of our own network, and whose they are by our own numbers.
        let is_countable = metrics.has(MetricSet::NET) && self.reader.procfs.is_own();
        self.network = is_countable.then(Network::begin);
    }

    fn read(&mut self, pass: &Pass<'_>, readings: &mut Readings) {
        self.read_at(pass, Instant::now(), readings);
        if let Some(network) = &mut self.network {
            network.count(readings);
        }
    }

    fn close(&mut self, key: ProcessKey) -> Option<LastReading> {
        let mut known = self.watched.remove(&key).unwrap_or_default();
        let before = known.last();
        self.last_look(&mut known, key).or_else(|| before.map(LastReading::unfinished))
    }

    fn denied(&self) -> u64 {
        self.denied
    }

    fn troubles(&self) -> Vec<String> {
        let mut troubles = self.network.as_ref().map(Network::troubles).unwrap_or_default();
        troubles.extend(self.shortage().map(str::to_owned));
        troubles
    }
}

/// A process that has ended has no memory and no descriptors.
fn without_memory(metrics: MetricSet) -> MetricSet {
    let kept = [MetricSet::IO, MetricSet::THREADS, MetricSet::DELAYS];
    let kept = kept.into_iter().filter(|group| metrics.has(*group));
    kept.fold(MetricSet::CPU, MetricSet::with)
}

/// One reading of each process that is still there and can be read; nothing is kept for them.
pub(crate) fn read_once(
    keys: impl Iterator<Item = ProcessKey>,
    metrics: MetricSet,
) -> Vec<Reading> {
    let (mut table, now) = (Table::with_ceiling(0), Instant::now());
    keys.filter_map(|key| table.reading(key, metrics, now)).collect()
}
