//! Floor 3. One living process: what its readings say that it used, and what they say of its children.

use super::memory::{Held, KnownPss};
use super::usage::Usage;
use crate::event::LastKnown;
use crate::process::{Counters, Growth, Image, LastReading, ProcessInfo, Reading};
use crate::units::{Bytes, CpuTime};

/// A living process.
#[derive(Debug, Clone)]
pub(super) struct Member {
    pub(super) info: ProcessInfo,
    /// The number of the latest pass that it was read in; 0 before the first.
    pub(super) read_in: u64,
    /// What it had used before we watched it; `None` until that is known.
    baseline: Option<Baseline>,
    /// What it used itself, by the latest reading.
    own: Counters,
    /// The latest reading; `None` before the first.
    reading: Option<Reading>,
    /// What the kernel has added to its I/O for children that it waited for.
    children: Usage,
    /// The latest proportional set size; `None` before the first.
    pss: Option<KnownPss>,
}

#[derive(Debug, Clone, Copy)]
struct Baseline {
    own: Counters,
    collected: Usage,
}

impl Baseline {
    const BIRTH: Self = Self {
        own: Counters::zero(),
        collected: Usage { cpu: CpuTime::ZERO, read: Bytes::ZERO, written: Bytes::ZERO },
    };
}

impl Member {
    /// A process that is new to the tree; one that is no newborn counts from its first reading on.
    pub(super) fn new(info: ProcessInfo, newborn: bool) -> Self {
        let baseline = newborn.then_some(Baseline::BIRTH);
        let (own, children) = (Counters::default(), Usage::default());
        Self { info, read_in: 0, baseline, own, reading: None, children, pss: None }
    }

    /// It runs another program, in an address space of its own.
    pub(super) fn renamed(&mut self, image: Image) {
        self.info.image = image;
        self.pss = None;
    }

    /// Takes a reading and says what was used since the one before; unknown for the first of a process found alive.
    pub(super) fn take(&mut self, reading: &Reading) -> Growth {
        let own = self.without_children(reading);
        self.reading = Some(*reading);
        self.pss = KnownPss::of(&reading.gauges).or(self.pss);
        let Some(baseline) = self.baseline else {
            self.baseline = Some(Baseline { own, collected: Usage::collected(reading) });
            self.own = own;
            return Growth::default();
        };
        let before = if self.own == Counters::default() { baseline.own } else { self.own };
        let growth = own.since(&before);
        self.own = own;
        growth
    }

    /// A reading's counters less the I/O that came from children; never below what was counted already, since a
    /// child's death is known before its parent waits for it.
    fn without_children(&self, reading: &Reading) -> Counters {
        let mut own = reading.counters;
        own.read = own.read.map(|read| {
            read.saturating_sub(self.children.read).max(self.own.read.unwrap_or_default())
        });
        own.written = own.written.map(|written| {
            written.saturating_sub(self.children.written).max(self.own.written.unwrap_or_default())
        });
        own
    }

    /// What it holds, by its latest reading.
    pub(super) fn held(&self, is_copy: bool) -> Held {
        let gauges = self.reading.map(|reading| reading.gauges).unwrap_or_default();
        let touched = self.reading.and_then(|reading| reading.touched);
        Held::new(&gauges, self.pss, is_copy, touched)
    }

    /// What it and the children that it waited for used while we watched.
    pub(super) fn collected(&self) -> Usage {
        match (&self.reading, &self.baseline) {
            (Some(reading), Some(baseline)) => Usage::collected(reading).minus(baseline.collected),
            _ => Usage::default(),
        }
    }

    /// A child ended. When its parent waits for it, the kernel adds to the parent's counters what the child had; the
    /// part of that which is not the parent's own, or does not count at all, is noted here.
    pub(super) fn inherit(&mut self, child: &Self, told: LastKnown) {
        let read = child.reading.as_ref().map(Usage::collected).unwrap_or_default();
        self.children = self.children.plus(read.highest(child.whole_io(told)));
        if let (Some(ours), Some(theirs)) = (&mut self.baseline, &child.baseline) {
            ours.collected = ours.collected.plus(theirs.collected);
        }
    }

    /// What it moved by the record of its end, which leaves out the children that it waited for, and by theirs.
    fn whole_io(&self, told: LastKnown) -> Usage {
        let (Some(read), Some(written)) = (told.read, told.written) else {
            return Usage::default();
        };
        Usage { read, written, ..Usage::default() }
            .plus(Usage { cpu: CpuTime::ZERO, ..self.children })
    }

    /// What is known of it at its end, with what could still be read then.
    pub(super) fn last_known(&self, last: Option<&LastReading>) -> LastKnown {
        let Some((reading, baseline)) = self.reading.zip(self.baseline) else {
            return LastKnown::default();
        };
        let own = self.own.since(&baseline.own).0;
        let rss_peak = reading.gauges.rss_peak.max(reading.gauges.rss);
        LastKnown {
            cpu: own.cpu,
            cpu_final: own.cpu.is_some() && last.is_some_and(|last| last.cpu_final),
            rss_peak,
            rss_peak_final: rss_peak.is_some() && last.is_some_and(|last| last.peak_final),
            read: own.read,
            written: own.written,
            run_delay: own.run_delay,
            block_delay: own.block_delay,
            ..LastKnown::default()
        }
    }
}
