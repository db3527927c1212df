//! Floor 11. What one process has used since it is counted: growth of samples, and what its end tells beyond them.

use procmon_model::event::LastKnown;
use procmon_model::process::{Count, Counters, Growth};
use procmon_model::stats::known_sum;
use procmon_model::units::CpuTime;

use super::figures::Totals;
use super::split::{CpuParts, Split};

/// What one process has used so far.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Account {
    totals: Totals,
    split: Split,
}

/// What was used since the last time, to be added to what others hold of the same process.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Grown {
    pub(super) totals: Totals,
    /// What the kernel says of the parts of the processor time.
    pub(super) heard: CpuParts,
}

impl Account {
    pub(super) fn totals(&self) -> Totals {
        self.totals
    }

    /// It was found alive and read for the first time: what is read from now on counts.
    pub(super) fn begin(&mut self) -> Grown {
        let cpu = Some(CpuTime::ZERO);
        let faults = Some(Count::ZERO);
        let totals = Totals {
            cpu_user: cpu,
            cpu_system: cpu,
            faults_minor: faults,
            faults_major: faults,
            ..Totals::default()
        };
        self.add(totals, CpuParts::default())
    }

    /// A sample tells its growth. `kind`: the parts of the processor time that processes like it used.
    pub(super) fn grow(&mut self, growth: &Growth, kind: CpuParts) -> Grown {
        let growth = &growth.0;
        let heard = CpuParts {
            user: growth.cpu_user.unwrap_or_default(),
            system: growth.cpu_system.unwrap_or_default(),
        };
        let whole = growth.cpu.or(known_sum(growth.cpu_user, growth.cpu_system));
        let cpu = whole.map(|whole| self.split.count(whole, heard, kind));
        let totals = Totals {
            cpu_user: cpu.map(|cpu| cpu.user),
            cpu_system: cpu.map(|cpu| cpu.system),
            ..beside_cpu(growth)
        };
        self.add(totals, heard)
    }

    /// Its end tells what it used altogether: what was not counted yet is.
    pub(super) fn settle(&mut self, last: &LastKnown, kind: CpuParts) -> Grown {
        let cpu = last.cpu.map(|cpu| {
            let rest = cpu.saturating_sub(self.split.counted().whole());
            self.split.count(rest, CpuParts::default(), kind)
        });
        let counted = self.totals;
        let totals = Totals {
            cpu_user: cpu.map(|cpu| cpu.user),
            cpu_system: cpu.map(|cpu| cpu.system),
            read: last.read.map(|read| read.saturating_sub(counted.read.unwrap_or_default())),
            written: last
                .written
                .map(|written| written.saturating_sub(counted.written.unwrap_or_default())),
            ..Totals::default()
        };
        self.add(totals, CpuParts::default())
    }

    fn add(&mut self, totals: Totals, heard: CpuParts) -> Grown {
        self.totals = self.totals.plus(totals);
        Grown { totals, heard }
    }
}

/// The growth of everything but processor time.
fn beside_cpu(growth: &Counters) -> Totals {
    Totals {
        cpu_user: None,
        cpu_system: None,
        read: growth.read,
        written: growth.written,
        read_chars: growth.read_chars,
        written_chars: growth.written_chars,
        faults_minor: growth.faults_minor,
        faults_major: growth.faults_major,
        switches_voluntary: growth.switches_voluntary,
        switches_forced: growth.switches_forced,
        net_received: growth.net_received,
        net_sent: growth.net_sent,
    }
}

impl Totals {
    /// Both together; what is unknown takes nothing from what is known.
    #[must_use]
    pub(super) fn plus(self, more: Self) -> Self {
        Self {
            cpu_user: known_sum(self.cpu_user, more.cpu_user),
            cpu_system: known_sum(self.cpu_system, more.cpu_system),
            read: known_sum(self.read, more.read),
            written: known_sum(self.written, more.written),
            read_chars: known_sum(self.read_chars, more.read_chars),
            written_chars: known_sum(self.written_chars, more.written_chars),
            faults_minor: known_sum(self.faults_minor, more.faults_minor),
            faults_major: known_sum(self.faults_major, more.faults_major),
            switches_voluntary: known_sum(self.switches_voluntary, more.switches_voluntary),
            switches_forced: known_sum(self.switches_forced, more.switches_forced),
            net_received: known_sum(self.net_received, more.net_received),
            net_sent: known_sum(self.net_sent, more.net_sent),
        }
    }
}
