//! Floor 6. Recordings made by hand, for the tests of analyses.

use crate::event::{Ending, LastKnown, ProcessEvent};
use crate::fake;
use crate::process::{Counters, Gauges, Growth, Image, ProcessInfo, ProcessKey};
use crate::record::Record;
use crate::recording::Recording;
use crate::sample::{ProcessUse, Sample};
use crate::units::{Bytes, CpuTime, Elapsed};

pub(super) const fn key(pid: u32) -> ProcessKey {
    ProcessKey { pid, start: 7 }
}

pub(super) fn recording(records: Vec<Record>) -> Recording {
    let header = fake::header(key(1));
    Recording { header, records, warnings: vec![] }
}

/// A tree that used so many milliseconds of CPU and holds so many bytes, whoever it was.
pub(super) fn tree(from: u64, at: u64, cpu_ms: u64, memory: u64) -> Record {
    Record::Sample(Sample {
        from: Elapsed::from_millis(from),
        at: Elapsed::from_millis(at),
        cpu: Some(CpuTime::from_millis(cpu_ms)),
        memory: Some(Bytes::new(memory)),
        ..Sample::default()
    })
}

/// A sample of processes: the number of each, its milliseconds of CPU, its resident bytes.
pub(super) fn sample(from: u64, at: u64, uses: &[(u32, u64, u64)]) -> Record {
    let total = |value: fn(&(u32, u64, u64)) -> u64| uses.iter().map(value).sum();
    let Record::Sample(whole) = tree(from, at, total(|used| used.1), total(|used| used.2)) else {
        unreachable!("it is a sample")
    };
    let processes = uses.iter().map(|(pid, cpu_ms, rss)| {
        let cpu = Some(CpuTime::from_millis(*cpu_ms));
        ProcessUse {
            key: key(*pid),
            growth: Growth(Counters { cpu, ..Counters::default() }),
            gauges: Gauges { rss: Some(Bytes::new(*rss)), ..Gauges::default() },
        }
    });
    Record::Sample(Sample { processes: processes.collect(), ..whole })
}

pub(super) fn started(pid: u32, at: u64, role: &str) -> Record {
    let at = Elapsed::from_millis(at);
    let image = Image { name: "node".to_owned(), role: Some(role.to_owned()), ..Image::default() };
    let process = ProcessInfo { key: key(pid), parent: None, started: at, uid: None, image };
    Record::Event(ProcessEvent::Started { at, process })
}

pub(super) fn ended(pid: u32, at: u64, cpu_ms: u64) -> Record {
    let cpu = Some(CpuTime::from_millis(cpu_ms));
    let last = LastKnown { cpu, cpu_final: true, ..LastKnown::default() };
    let (at, ending) = (Elapsed::from_millis(at), Ending::Code(0));
    Record::Event(ProcessEvent::Ended { at, key: key(pid), ending, last })
}
