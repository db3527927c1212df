//! Floor 11. Records by hand.

use procmon_export::delivery::Outbox;
use procmon_model::event::{Ending, LastKnown, ProcessEvent};
use procmon_model::host::{Capabilities, Coverage, Host, Surroundings, Tier};
use procmon_model::ports::Sink as _;
use procmon_model::process::{Image, ProcessInfo, ProcessKey};
use procmon_model::record::{EndCause, FORMAT, Header, OwnCost, Record, RunEnd, Totals};
use procmon_model::sample::Sample;
use procmon_model::settings::Settings;
use procmon_model::units::{Bytes, CpuTime, Elapsed, WallTime};

/// The process of that number.
pub(crate) fn key(pid: u32) -> ProcessKey {
    ProcessKey { pid, start: u64::from(pid) * 10 }
}

/// So much processor time.
pub(crate) fn cpu(millis: u64) -> CpuTime {
    CpuTime::from_millis(millis)
}

/// `npm test`, process 1, at that moment (milliseconds since 1970).
pub(crate) fn header(started_at: u64) -> Record {
    Record::Header(Box::new(Header {
        format: FORMAT,
        version: "0.0.0".to_owned(),
        root: key(1),
        command: vec!["/usr/bin/npm".to_owned(), "test".to_owned()],
        executable: None,
        cwd: Some("/src".to_owned()),
        started_at: WallTime::from_nanos(started_at * 1_000_000),
        attached: false,
        host: Host { os: "linux".to_owned(), arch: "x86_64".to_owned(), ..Host::default() },
        capabilities: Capabilities::of(Tier::Events, Vec::new()),
        settings: Settings::default(),
    }))
}

/// A process is born.
pub(crate) fn started(pid: u32, parent: Option<u32>, at: u64, name: &str) -> Record {
    Record::Event(ProcessEvent::Started {
        at: Elapsed::from_millis(at),
        process: ProcessInfo {
            key: key(pid),
            parent: parent.map(key),
            started: Elapsed::from_millis(at),
            uid: None,
            image: Image {
                name: name.to_owned(),
                command: vec![name.to_owned(), "--token=***".to_owned()],
                ..Image::default()
            },
        },
    })
}

/// A process ended, after a quarter of a second of processor time and with a peak of 4 KiB.
pub(crate) fn ended(pid: u32, at: u64, ending: Ending) -> Record {
    let last = LastKnown {
        cpu: Some(cpu(250)),
        rss_peak: Some(Bytes::new(4_096)),
        ..LastKnown::default()
    };
    let at = Elapsed::from_millis(at);
    Record::Event(ProcessEvent::Ended { at, key: key(pid), ending, last })
}

/// The tree is looked at.
pub(crate) fn sample_at(at: u64, memory: u64) -> Record {
    Record::Sample(Sample {
        at: Elapsed::from_millis(at),
        memory: Some(Bytes::new(memory)),
        ..Sample::default()
    })
}

/// The root has ended.
pub(crate) fn run_end(at: u64, ending: Ending) -> Record {
    Record::End(Box::new(RunEnd {
        at: Elapsed::from_millis(at),
        ending: Some(ending),
        cause: EndCause::RootEnded,
        totals: Totals { cpu: Some(cpu(1_500)), ..Totals::default() },
        processes_seen: 3,
        coverage: Coverage::default(),
        survivors: Vec::new(),
        survivors_reaped: false,
        surroundings: Surroundings::default(),
        own: OwnCost::default(),
    }))
}

/// Hands records over.
pub(crate) fn tell(outbox: &mut Outbox, records: &[Record]) {
    for record in records {
        outbox.write(record);
    }
}
