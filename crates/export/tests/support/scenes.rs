//! Floor 11. Scenes in which everything is known.

use std::sync::Arc;
use std::time::Duration;

use procmon_export::census::{
    DeliveryFigures, ExitReason, Figures, Group, Process, Run, RunResult, Scene, SelfFigures,
    Totals,
};
use procmon_model::process::{Count, ProcessKey, ProcessState};
use procmon_model::units::{Bytes, CpuTime, WallTime};

/// Figures none of which is unknown.
pub(crate) fn figures() -> Figures {
    let (bytes, count) = (Some(Bytes::new(1 << 33)), Some(Count(12)));
    Figures {
        totals: Totals {
            cpu_user: Some(CpuTime::from_nanos(1_234_567_890)),
            cpu_system: Some(CpuTime::from_millis(20)),
            read: bytes,
            written: bytes,
            read_chars: bytes,
            written_chars: bytes,
            faults_minor: count,
            faults_major: count,
            switches_voluntary: count,
            switches_forced: count,
            net_received: bytes,
            net_sent: bytes,
        },
        rss: bytes,
        pss: bytes,
        unique: bytes,
        swap: bytes,
        virtual_size: bytes,
        threads: Some(7),
        fds: Some(19),
        fd_ratio: Some(0.02),
        started_seconds: Some(1_700_000_000.123),
    }
}

/// A group of one process.
pub(crate) fn group(name: &str) -> Group {
    Group {
        name: Arc::from(name),
        processes: 1,
        states: vec![(ProcessState::Sleeping, 1)],
        started: 3,
        exited: vec![(ExitReason::Success, 1), (ExitReason::Failure, 1)],
        figures: figures(),
        ..Group::default()
    }
}

/// A process of a group.
pub(crate) fn process(pid: u32, group: &str) -> Process {
    Process {
        key: ProcessKey { pid, start: u64::from(pid) },
        parent: Some(ProcessKey { pid: 1, start: 0 }),
        name: Arc::from("node"),
        group: Arc::from(group),
        role: Some(Arc::from("jest worker 1")),
        command: Arc::from(["node".to_owned(), "jest.js".to_owned()]),
        user: Some(Arc::from("root")),
        state: Some(ProcessState::Sleeping),
        figures: figures(),
    }
}

/// A run that is over.
pub(crate) fn run() -> Run {
    Run {
        id: Arc::from("00112233445566778899aabbccddeeff"),
        command: vec!["npm".to_owned(), "test".to_owned()],
        pid: 42,
        duration: Duration::from_millis(2500),
        processes: 0,
        processes_seen: 5,
        figures: figures(),
        memory_bytes: Some(1 << 20),
        memory_peak_bytes: Some(1 << 30),
        result: Some(RunResult {
            exit_code: Some(1),
            signal: Some("SIGTERM".to_owned()),
            timed_out: false,
            oom_killed: true,
        }),
        ..Run::default()
    }
}

/// Groups of these names with one process each, and a run.
pub(crate) fn scene(names: &[&str]) -> Scene {
    let own = SelfFigures {
        took: CpuTime::from_nanos(1_234_567),
        deliveries: vec![DeliveryFigures { exporter: "otlp", sent: 1, failed: 2, dropped: 3 }],
        ..SelfFigures::default()
    };
    Scene {
        read_at: Some(WallTime::from_nanos(1_700_000_100_000_000_000)),
        groups: names.iter().map(|name| group(name)).collect(),
        processes: (2..).zip(names).map(|(pid, name)| process(pid, name)).collect(),
        run: Some(run()),
        own,
    }
}
