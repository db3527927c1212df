//! Floor 8. The processes of a recording of denet's: who lives, and how what they used in all grows into what they used
//! in an interval.

use std::collections::BTreeMap;
use std::time::Duration;

use procmon_model::event::{Ending, LastKnown, ProcessEvent};
use procmon_model::process::{Count, Counters, Gauges, Growth, Image, ProcessInfo, ProcessKey};
use procmon_model::redaction::redacted;
use procmon_model::role::{Portrait, role};
use procmon_model::sample::ProcessUse;
use procmon_model::stats::known_sum;
use procmon_model::units::{Bytes, CpuTime, Elapsed};

use super::shapes::Metrics;

/// Nothing has more processors, so no percentage is higher: denet shows some where a counter of its own wrapped.
const CPUS_MAX: f64 = 8192.0;

/// Ancestors that are asked for a role. A recording can name two processes as each other's parent.
const ANCESTORS_MAX: usize = 16;

/// A process that lives.
#[derive(Debug)]
struct Known {
    key: ProcessKey,
    parent: Option<u32>,
    role: Option<String>,
    counters: Counters,
    cpu: Option<CpuTime>,
    rss_peak: Option<Bytes>,
    /// The pass over the tree that showed it last; 0 before the first.
    pass: u64,
}

/// The processes that live.
#[derive(Debug, Default)]
pub(super) struct Living {
    processes: BTreeMap<u32, Known>,
    pass: u64,
    /// How many there were in all.
    pub(super) seen: u64,
}

/// What denet says of a process's program.
#[derive(Debug, Default)]
pub(super) struct Program {
    pub(super) command: Vec<String>,
    pub(super) exe: Option<String>,
    /// Its name in the kernel, which has 15 bytes at most.
    pub(super) name: String,
}

impl Living {
    /// A process that was not known: its birth, as far as it was seen.
    pub(super) fn started(
        &mut self,
        pid: u32,
        parent: Option<u32>,
        at: Elapsed,
        program: Program,
    ) -> ProcessEvent {
        let image = self.image(parent, program);
        // denet does not say when a process started, and a number can be used again: what tells two apart is when each
        // was seen first.
        let start = if self.seen == 0 { 0 } else { at.as_nanos() / 1_000_000 + 1 };
        let key = ProcessKey { pid, start };
        let parent_key = parent.and_then(|parent| self.processes.get(&parent)).map(|it| it.key);
        let known = Known {
            key,
            parent,
            role: image.role.clone(),
            counters: Counters::zero(),
            cpu: None,
            rss_peak: None,
            pass: 0,
        };
        self.processes.insert(pid, known);
        self.seen += 1;
        let process = ProcessInfo { key, parent: parent_key, started: at, uid: None, image };
        ProcessEvent::Started { at, process }
    }

    /// A process that was there before runs another program; `None` of one that was not.
    pub(super) fn renamed(
        &mut self,
        pid: u32,
        at: Elapsed,
        program: Program,
    ) -> Option<ProcessEvent> {
        let known = self.processes.get(&pid)?;
        let (key, parent) = (known.key, known.parent);
        let image = self.image(parent, program);
        if let Some(known) = self.processes.get_mut(&pid) {
            known.role.clone_from(&image.role);
        }
        Some(ProcessEvent::Renamed { at, key, image: Some(image) })
    }

    /// Whether a process of this number lives.
    pub(super) fn has(&self, pid: u32) -> bool {
        self.processes.contains_key(&pid)
    }

    /// Begins a pass over the tree.
    pub(super) fn begin_pass(&mut self) {
        self.pass += 1;
    }

    /// What a process used in an interval and how it stands; `None` where it was shown before in the same pass.
    pub(super) fn shown(
        &mut self,
        pid: u32,
        metrics: &Metrics,
        interval: Duration,
    ) -> Option<ProcessUse> {
        let known = self.processes.get_mut(&pid).filter(|known| known.pass != self.pass)?;
        let is_first = known.pass == 0;
        known.pass = self.pass;
        // In the first sample of a process denet writes 0 for a percentage that it cannot know yet.
        let cpu = if is_first { None } else { cpu(metrics, interval) };
        let counters = counters(metrics);
        let growth = Growth(Counters { cpu, ..counters.since(&known.counters).0 });
        let gauges = gauges(metrics);
        known.counters = counters;
        known.cpu = known_sum(known.cpu, cpu);
        known.rss_peak = known.rss_peak.max(gauges.rss);
        Some(ProcessUse { key: known.key, growth, gauges })
    }

    /// Those that the pass did not show are gone.
    pub(super) fn end_pass(&mut self, root: u32, at: Elapsed) -> Vec<ProcessEvent> {
        let mut gone = Vec::new();
        self.processes.retain(|pid, known| {
            let stays = *pid == root || known.pass == self.pass;
            if !stays {
                gone.push(ended(known, at));
            }
            stays
        });
        gone
    }

    /// The end of a process; `None` of one that does not live.
    pub(super) fn ended(&mut self, pid: u32, at: Elapsed) -> Option<ProcessEvent> {
        self.processes.remove(&pid).map(|known| ended(&known, at))
    }

    fn image(&self, parent: Option<u32>, program: Program) -> Image {
        let command = redacted(&program.command);
        let first = program.exe.as_deref().or(command.first().map(String::as_str));
        let file = first.and_then(|path| path.rsplit('/').next()).filter(|name| !name.is_empty());
        let name = file.map_or(program.name, str::to_owned);
        let label = role(&Portrait {
            command: if command.is_empty() { std::slice::from_ref(&name) } else { &command },
            exe: program.exe.as_deref(),
            environment: &BTreeMap::new(),
            ancestors: &self.roles(parent),
        });
        let role = Some(label.label);
        Image { name, command, exe: program.exe, role, ..Image::default() }
    }

    /// The roles of a process and its ancestors, nearest first.
    fn roles(&self, pid: Option<u32>) -> Vec<&str> {
        let of = |pid: Option<u32>| pid.and_then(|pid| self.processes.get(&pid));
        std::iter::successors(of(pid), |known| of(known.parent))
            .take(ANCESTORS_MAX)
            .filter_map(|known| known.role.as_deref())
            .collect()
    }
}

fn ended(known: &Known, at: Elapsed) -> ProcessEvent {
    let last = LastKnown {
        cpu: known.cpu,
        rss_peak: known.rss_peak,
        read: known.counters.read,
        written: known.counters.written,
        ..LastKnown::default()
    };
    ProcessEvent::Ended { at, key: known.key, ending: Ending::Unseen, last }
}

/// The processor time of an interval by the percentage that denet gives for it; 100 is one core.
pub(super) fn cpu(metrics: &Metrics, interval: Duration) -> Option<CpuTime> {
    let cores = metrics.cpu_usage.map(|percent| percent / 100.0);
    let nanos =
        cores.filter(|cores| (0.0..=CPUS_MAX).contains(cores))? * interval.as_secs_f64() * 1e9;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "it is not negative, and what is too large saturates"
    )]
    Some(CpuTime::from_nanos(nanos.round() as u64))
}

/// Kibibytes as bytes.
pub(super) fn bytes(kibibytes: Option<u64>) -> Option<Bytes> {
    kibibytes.map(|number| Bytes::new(number.saturating_mul(1024)))
}

fn counters(metrics: &Metrics) -> Counters {
    Counters {
        faults_minor: metrics.page_faults_cached.map(Count),
        faults_major: metrics.page_faults_disk.map(Count),
        read: metrics.disk_read_bytes.map(Bytes::new),
        written: metrics.disk_write_bytes.map(Bytes::new),
        read_chars: metrics.syscall_read_bytes.map(Bytes::new),
        written_chars: metrics.syscall_write_bytes.map(Bytes::new),
        ..Counters::default()
    }
}

fn gauges(metrics: &Metrics) -> Gauges {
    Gauges {
        rss: bytes(metrics.mem_rss_kb),
        virtual_size: bytes(metrics.mem_vms_kb),
        threads: metrics.thread_count.and_then(|count| u32::try_from(count).ok()),
        ..Gauges::default()
    }
}
