//! Floor 6. Recordings for tests, told in a few words.

use crate::analysis::family::{ProcessNode, ProcessTree, TreeOptions, process_tree};
use crate::event::{Ending, LastKnown, ProcessEvent};
use crate::fake;
use crate::host::{Coverage, Surroundings};
use crate::process::{Counters, Gauges, Growth, Image, ProcessInfo, ProcessKey};
use crate::record::{EndCause, OwnCost, Record, RunEnd, Totals};
use crate::recording::Recording;
use crate::sample::{ProcessUse, Sample};
use crate::units::{Bytes, CpuTime, Elapsed};

pub(super) const fn key(pid: u32) -> ProcessKey {
    ProcessKey { pid, start: 7 }
}

/// A recording whose root is number 1.
pub(super) fn recording(records: Vec<Record>) -> Recording {
    let header = fake::header(key(1));
    Recording { header, records, warnings: vec![] }
}

/// A process is born: number, parent's number, role, moment.
pub(super) fn born(pid: u32, parent: u32, role: &str, at: u64) -> Record {
    let at = Elapsed::from_millis(at);
    let process = ProcessInfo {
        key: key(pid),
        parent: (parent > 0).then_some(key(parent)),
        started: at,
        uid: None,
        image: image(role),
    };
    Record::Event(ProcessEvent::Started { at, process })
}

/// A program of this role, called with the words of it.
pub(super) fn image(role: &str) -> Image {
    Image {
        name: role.split(' ').next().unwrap_or_default().to_owned(),
        command: role.split(' ').map(str::to_owned).collect(),
        role: Some(role.to_owned()),
        ..Image::default()
    }
}

/// A process ends with 0, and its processor time is final where it is known.
pub(super) fn ended(pid: u32, at: u64, cpu_ms: Option<u64>) -> Record {
    let cpu = cpu_ms.map(CpuTime::from_millis);
    let last = LastKnown { cpu, cpu_final: cpu.is_some(), ..LastKnown::default() };
    let (at, ending) = (Elapsed::from_millis(at), Ending::Code(0));
    Record::Event(ProcessEvent::Ended { at, key: key(pid), ending, last })
}

/// A sample: of each process its number, processor time in milliseconds and resident bytes.
pub(super) fn sample(from: u64, at: u64, uses: &[(u32, u64, u64)]) -> Record {
    let processes = uses.iter().map(|(pid, cpu_ms, rss)| ProcessUse {
        key: key(*pid),
        growth: Growth(Counters {
            cpu: Some(CpuTime::from_millis(*cpu_ms)),
            read: Some(Bytes::new(10)),
            ..Counters::default()
        }),
        gauges: Gauges { rss: Some(Bytes::new(*rss)), ..Gauges::default() },
    });
    Record::Sample(Sample {
        from: Elapsed::from_millis(from),
        at: Elapsed::from_millis(at),
        cpu: Some(uses.iter().map(|(_, cpu_ms, _)| CpuTime::from_millis(*cpu_ms)).sum()),
        processes: processes.collect(),
        ..Sample::default()
    })
}

/// The session ends with an exact total.
pub(super) fn end(at: u64, cpu_ms: u64) -> Record {
    let cpu = Some(CpuTime::from_millis(cpu_ms));
    Record::End(Box::new(RunEnd {
        survivors_reaped: false,
        surroundings: Surroundings::default(),
        at: Elapsed::from_millis(at),
        ending: Some(Ending::Code(0)),
        cause: EndCause::RootEnded,
        totals: Totals { exact: true, cpu, ..Totals::default() },
        processes_seen: 0,
        coverage: Coverage::default(),
        survivors: vec![],
        own: OwnCost::default(),
    }))
}

pub(super) fn tree(records: Vec<Record>) -> ProcessTree {
    process_tree(&recording(records), &TreeOptions::default())
}

/// Number, depth and the number of the one above, in the order of the list.
pub(super) fn shape(tree: &ProcessTree) -> Vec<(u32, usize, Option<u32>)> {
    let pid = |node: &ProcessNode| node.key.pid;
    let above = |node: &ProcessNode| node.above.map(|above| pid(&tree.processes[above]));
    tree.processes.iter().map(|node| (pid(node), node.depth, above(node))).collect()
}
