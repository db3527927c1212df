//! Floor 7. One process of the table: its open files, its last reading and whether that still holds.

use std::io;
use std::time::Instant;

use procmon_model::metrics::MetricSet;
use procmon_model::process::{Counters, Gauges, ProcessKey, ProcessState, Reading, ThreadReading};
use procmon_model::units::{Bytes, CpuTime};

use super::files::{Files, Reader, is_refused};
use super::look::{Look, faults, scheduled, state};
use super::named::{Named, ThreadLook};
use super::pss::Pss;
use super::remembered::Remembered;
use crate::linux::parse::Stat;
use crate::linux::procfs::Procfs;

/// What is kept of one process.
#[derive(Default)]
pub(super) struct Watched {
    files: Option<Files>,
    last: Option<Last>,
    status: Remembered,
    pub(super) pss: Pss,
    named: Named,
    /// Whether something was ever refused for want of a right.
    pub(super) refused: bool,
}

/// The last reading and what it holds for.
struct Last {
    reading: Reading,
    metrics: MetricSet,
    cpu: CpuTime,
    state: ProcessState,
    threads: u32,
    faults: u64,
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
        self.last.as_ref().is_some_and(|last| last.state == ProcessState::Zombie)
    }

    /// The largest resident memory that is known.
    pub(super) fn peak(&self) -> Option<Bytes> {
        self.status.peak()
    }

    /// Whether that is the largest that it ever had.
    ///
    /// The end itself costs time on the process's clock, which therefore tells nothing; but memory does not grow without
    /// page faults, and those are still counted for a process that has ended.
    pub(super) fn peak_is_final(&self) -> bool {
        let last = self.last.as_ref().filter(|_| self.ended());
        last.is_some_and(|last| self.status.peak_is_final(last.faults))
    }

    /// Whether its address space is better not looked into: it has none, or waits for something in the kernel, and may
    /// hold the lock that such a look takes.
    ///
    /// That is said of its first thread. What the others do is not known.
    pub(super) fn is_to_be_left_alone(&self) -> bool {
        let state = self.last.as_ref().map(|last| last.state);
        matches!(state, None | Some(ProcessState::Waiting | ProcessState::Zombie))
    }

    /// Closes its files. The last reading stays.
    pub(super) fn let_go(&mut self) {
        self.files = None;
    }

    /// Reads it; `None` where it is another process by now. On every way out but the good one its files are closed.
    pub(super) fn measure(
        &mut self,
        look: &Look,
        reader: &mut Reader,
    ) -> io::Result<Option<Reading>> {
        let files = self.open(look, &reader.procfs)?;
        let stat = files.stat(reader)?;
        let Some(stat) = stat.filter(|stat| stat.is_of(look.key)) else { return Ok(None) };
        let ended = stat.has_ended();
        let mut reading = scheduled(&stat, look);
        if self.status.belongs_to(stat.stack) {
            self.pss = Pss::default();
        }
        if look.metrics.has(MetricSet::MEMORY) {
            sizes(&files, look, reader, &mut reading.gauges)?;
        }
        if look.needs_status() && !ended {
            self.look_at_status(&files, &stat, look, reader, reading.gauges.rss)?;
        }
        if look.metrics.has(MetricSet::MEMORY) {
            reading.gauges.rss_peak = self.peak();
            reading.gauges.swap = self.status.swap().filter(|_| reading.gauges.rss.is_some());
        }
        if look.metrics.has(MetricSet::DELAYS) {
            self.delays(&files, look, reader, &mut reading.counters)?;
        }
        if look.metrics.has(MetricSet::IO) {
            self.io(&files, ended, reader, &mut reading.counters)?;
        }
        if look.metrics.has(MetricSet::FDS) && look.units.counts_descriptors && !ended {
            reading.gauges.fds = files.descriptors()?.and_then(|count| u32::try_from(count).ok());
        }
        self.refused |= files.refused && !ended;
        self.files = (files.highest() < look.ceiling).then_some(files);
        self.last = Some(Last {
            reading,
            metrics: look.metrics,
            cpu: look.cpu(&stat),
            state: state(&stat),
            threads: stat.threads,
            faults: faults(&stat),
        });
        Ok(Some(reading))
    }

    /// Reads its proportional set size; `None` where it is another process by now, or the kernel will not tell.
    pub(super) fn proportional_set_size(
        &mut self,
        key: ProcessKey,
        reader: &mut Reader,
    ) -> Option<Bytes> {
        let files = self.files.as_ref();
        self.pss.read(key.pid, reader, |reader| is_still(key, files, reader))
    }

    /// Reads what its threads have used, by name, and appends it; nothing where it is another process by now.
    pub(super) fn named_threads(
        &mut self,
        now: Instant,
        reader: &mut Reader,
        readings: &mut Vec<ThreadReading>,
    ) {
        let Some(Last { reading: Reading { key, .. }, cpu, threads: count, .. }) = self.last else {
            return;
        };
        let look = ThreadLook { key, cpu, count, now };
        let has_worked = self.named.look(&look, reader);
        // The files of threads are opened by number, each time.
        if !has_worked || is_still(key, self.files.as_ref(), reader) {
            self.named.tell(key, readings);
        }
    }

    fn open(&mut self, look: &Look, procfs: &Procfs) -> io::Result<Files> {
        match self.files.take() {
            Some(files) if files.covers(look.metrics) => Ok(files),
            Some(files) => Files::open(procfs, look.key.pid, files.asked().with(look.metrics)),
            None => Files::open(procfs, look.key.pid, look.metrics),
        }
    }

    /// Reads the status, if something of it may have changed that matters.
    fn look_at_status(
        &mut self,
        files: &Files,
        stat: &Stat,
        look: &Look,
        reader: &mut Reader,
        resident: Option<Bytes>,
    ) -> io::Result<()> {
        let (resident, faults) = (resident.map(Bytes::get), faults(stat));
        if self.status.is_due(resident, look.now)
            && let Some(status) = files.status(reader)?
        {
            self.status.take(status, faults, look.now);
        }
        self.status.saw(resident.unwrap_or(0));
        Ok(())
    }

    /// What the first thread waited for. The part that stat tells is in the reading already.
    fn delays(
        &self,
        files: &Files,
        look: &Look,
        reader: &mut Reader,
        counters: &mut Counters,
    ) -> io::Result<()> {
        let schedstat = files.schedstat(reader)?;
        // A kernel that does not count has nothing but zeros even for those that have run.
        let counted = schedstat.filter(|it| it.turns > 0 || !look.has_run());
        counters.run_delay = counted.map(|schedstat| CpuTime::from_nanos(schedstat.waited));
        let switches = self.status.switches();
        counters.switches_voluntary = switches.map(|(voluntary, _)| voluntary);
        counters.switches_forced = switches.map(|(_, forced)| forced);
        Ok(())
    }

    fn io(
        &mut self,
        files: &Files,
        ended: bool,
        reader: &mut Reader,
        counters: &mut Counters,
    ) -> io::Result<()> {
        match files.io(reader) {
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

/// Whether a number still belongs to a process that was there before.
fn is_still(key: ProcessKey, files: Option<&Files>, reader: &mut Reader) -> bool {
    let stat = match files {
        Some(files) => files.stat(reader).ok().flatten(),
        None => reader.procfs.stat(key.pid),
    };
    stat.is_some_and(|stat| stat.is_of(key))
}

/// Sizes of its memory; nothing where it has none (any more).
fn sizes(files: &Files, look: &Look, reader: &mut Reader, gauges: &mut Gauges) -> io::Result<()> {
    if let Some(statm) = files.statm(reader)? {
        gauges.rss = Some(look.units.bytes(statm.resident));
        gauges.shared = Some(look.units.bytes(statm.shared));
        gauges.virtual_size = Some(look.units.bytes(statm.size));
    }
    Ok(())
}
