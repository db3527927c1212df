//! Floor 6. Recordings made by hand.

use crate::analysis::{Utilisation, utilisation};
use crate::event::{Ending, LastKnown, ProcessEvent};
use crate::fake;
use crate::host::{Coverage, Host, Surroundings};
use crate::process::{Counters, Gauges, Growth, Image, ProcessInfo, ProcessKey};
use crate::record::{EndCause, Header, OwnCost, Record, RunEnd, Totals};
use crate::recording::Recording;
use crate::sample::{ProcessUse, Sample};
use crate::units::{Bytes, CpuTime, Elapsed};

pub(super) const fn key(pid: u32) -> ProcessKey {
    ProcessKey { pid, start: 7 }
}

/// A recording that grows from its beginning on. Times are milliseconds.
pub(super) struct Told {
    pub(super) recording: Recording,
    pub(super) now: u64,
}

impl Told {
    /// A session on a machine with so many processors.
    pub(super) fn on(cpus: u32) -> Self {
        let host = Host { cpus: Some(cpus), cpus_available: Some(cpus), ..Host::default() };
        let header = Header { host, ..fake::header(key(1)) };
        Self { recording: Recording { header, records: vec![], warnings: vec![] }, now: 0 }
    }

    pub(super) fn start(&mut self, at: u64, pid: u32, role: &str) {
        let at = Elapsed::from_millis(at);
        let image =
            Image { name: "node".to_owned(), role: Some(role.to_owned()), ..Image::default() };
        let process = ProcessInfo { key: key(pid), parent: None, started: at, uid: None, image };
        self.push(Record::Event(ProcessEvent::Started { at, process }));
    }

    /// A process ended; the kernel told how much it had used, or nothing.
    pub(super) fn end(&mut self, at: u64, pid: u32, cpu: Option<u64>) {
        let cpu = cpu.map(CpuTime::from_millis);
        let last = LastKnown { cpu, cpu_final: cpu.is_some(), ..LastKnown::default() };
        let at = Elapsed::from_millis(at);
        let ending = Ending::Code(0);
        self.push(Record::Event(ProcessEvent::Ended { at, key: key(pid), ending, last }));
    }

    /// The next interval: what each process used of it in milliseconds and held at its end, and what the dead used.
    pub(super) fn sample(&mut self, millis: u64, uses: &[(u32, u64, u64)], departed: u64) {
        let mut sample = self.next(millis);
        sample.processes = uses.iter().map(|(pid, cpu, rss)| used(*pid, *cpu, *rss)).collect();
        let living: u64 = uses.iter().map(|(_, cpu, _)| cpu).sum();
        let held = Bytes::new(uses.iter().map(|(_, _, rss)| rss).sum());
        sample.cpu = Some(CpuTime::from_millis(living + departed));
        sample.departed_cpu = Some(CpuTime::from_millis(departed));
        sample.rss_sum = Some(held);
        sample.memory = Some(Bytes::new(held.get() / 2));
        self.push(Record::Sample(sample));
    }

    /// An interval in which processes kept a core busy each.
    pub(super) fn busy(&mut self, millis: u64, busy: &[u32]) {
        let uses: Vec<_> = busy.iter().map(|pid| (*pid, millis, 100)).collect();
        self.sample(millis, &uses, 0);
    }

    /// The next interval, about which nothing is known yet.
    pub(super) fn next(&mut self, millis: u64) -> Sample {
        let from = Elapsed::from_millis(self.now);
        self.now += millis;
        Sample { from, at: Elapsed::from_millis(self.now), ..Sample::default() }
    }

    pub(super) fn push(&mut self, record: Record) {
        self.recording.records.push(record);
    }

    /// The session ended, and the kernel counted that much processor time.
    pub(super) fn over(&mut self, cpu: u64) {
        let totals =
            Totals { exact: true, cpu: Some(CpuTime::from_millis(cpu)), ..Totals::default() };
        self.push(Record::End(Box::new(RunEnd {
            survivors_reaped: false,
            surroundings: Surroundings::default(),
            at: Elapsed::from_millis(self.now),
            ending: Some(Ending::Code(0)),
            cause: EndCause::RootEnded,
            totals,
            processes_seen: 1,
            coverage: Coverage::default(),
            survivors: vec![],
            own: OwnCost::default(),
        })));
    }

    pub(super) fn utilisation(&self) -> Utilisation {
        utilisation(&self.recording)
    }
}

fn used(pid: u32, cpu: u64, rss: u64) -> ProcessUse {
    let cpu = Some(CpuTime::from_millis(cpu));
    ProcessUse {
        key: key(pid),
        growth: Growth(Counters { cpu, ..Counters::default() }),
        gauges: Gauges { rss: Some(Bytes::new(rss)), ..Gauges::default() },
    }
}

/// 2 s of four workers on four cores, 1 s of nothing, 2 s of one worker, in intervals of 100 ms.
pub(super) fn parallel_idle_serial() -> Told {
    let mut told = Told::on(4);
    for pid in 2..6 {
        told.start(0, pid, &format!("jest worker {}", pid - 1));
    }
    for second in [&[2, 3, 4, 5][..], &[2, 3, 4, 5], &[], &[2], &[2]] {
        (0..10).for_each(|_| told.busy(100, second));
    }
    told.over(10_000);
    told
}
