//! Floor 11. A run as a whole: what the tree used, those of it included that nobody has seen, and how it ended.

use std::sync::Arc;

use procmon_model::event::Ending;
use procmon_model::record::{EndCause, Header, RunEnd};
use procmon_model::sample::Sample;
use procmon_model::stats::known_sum;
use procmon_model::units::{Bytes, Elapsed, WallTime};

use super::account::Grown;
use super::figures::{Figures, Totals};
use super::scene::{Run, RunResult};
use super::split::{CpuParts, Split};
use super::standing::Standing;

/// A run so far.
#[derive(Debug, Default)]
pub(super) struct RunSoFar {
    id: Option<Arc<str>>,
    command: Vec<String>,
    pid: u32,
    started: WallTime,
    at: Elapsed,
    seen: u64,
    totals: Totals,
    split: Split,
    /// What the kernel says of the parts of the processor time, since it was last counted.
    heard: CpuParts,
    memory: Option<Bytes>,
    memory_peak: Option<Bytes>,
    rss_sum: Option<Bytes>,
    pss: Option<Bytes>,
    threads: Option<u64>,
    oom_killed: bool,
    result: Option<RunResult>,
}

impl RunSoFar {
    pub(super) fn begin(&mut self, header: &Header) {
        self.id = Some(random_id(header));
        self.command.clone_from(&header.command);
        (self.pid, self.started) = (header.root.pid, header.started_at);
    }

    pub(super) fn born(&mut self) {
        self.seen += 1;
    }

    pub(super) fn ended(&mut self, oom_killed: bool) {
        self.oom_killed |= oom_killed;
    }

    /// A process was read. Of what a sample tells of the whole tree, only the parts of the processor time are taken.
    pub(super) fn grow(&mut self, grown: Grown) {
        let Grown { totals, heard } = grown;
        let beside =
            Totals { cpu_user: None, cpu_system: None, read: None, written: None, ..totals };
        self.totals = self.totals.plus(beside);
        self.heard = self.heard.plus(heard);
    }

    /// The sample that these readings were of.
    pub(super) fn sample(&mut self, sample: &Sample) {
        self.at = sample.at;
        let heard = std::mem::take(&mut self.heard);
        let cpu = sample.cpu.map(|cpu| self.split.count(cpu, heard, CpuParts::default()));
        let departed = sample.departed_net;
        let tree = Totals {
            cpu_user: cpu.map(|cpu| cpu.user),
            cpu_system: cpu.map(|cpu| cpu.system),
            read: sample.read,
            written: sample.written,
            net_received: departed.map(|net| net.received),
            net_sent: departed.map(|net| net.sent),
            ..Totals::default()
        };
        self.totals = self.totals.plus(tree);
        self.memory_peak = self.memory_peak.max(sample.memory);
        (self.memory, self.rss_sum, self.pss) = (sample.memory, sample.rss_sum, sample.pss);
        self.threads = sample.thread_count;
    }

    /// The end: the kernel's totals go first where they say more than was counted.
    pub(super) fn end(&mut self, end: &RunEnd) {
        (self.at, self.seen) = (end.at, end.processes_seen);
        let told = &end.totals;
        let parts = told.cpu_user.zip(told.cpu_system);
        let parts = parts.map(|(user, system)| CpuParts { user, system });
        let rest = told.cpu.map(|cpu| self.split.settle(cpu, parts));
        let totals = &mut self.totals;
        totals.cpu_user = known_sum(totals.cpu_user, rest.map(|rest| rest.user));
        totals.cpu_system = known_sum(totals.cpu_system, rest.map(|rest| rest.system));
        totals.read = totals.read.max(told.read);
        totals.written = totals.written.max(told.written);
        totals.faults_minor = totals.faults_minor.max(told.faults_minor);
        totals.faults_major = totals.faults_major.max(told.faults_major);
        totals.switches_voluntary = totals.switches_voluntary.max(told.switches_voluntary);
        totals.switches_forced = totals.switches_forced.max(told.switches_forced);
        self.result = Some(RunResult {
            exit_code: end.ending.and_then(Ending::exit_code),
            signal: end.ending.and_then(Ending::signal_name),
            timed_out: end.cause == EndCause::DurationPassed,
            oom_killed: self.oom_killed,
        });
    }

    /// How it stands; `living`: its processes together, and how many they are.
    pub(super) fn shown(&self, living: &Standing, processes: u64) -> Run {
        let sums = living.with(self.totals);
        Run {
            id: self.id.clone().unwrap_or_default(),
            command: self.command.clone(),
            pid: self.pid,
            started: self.started,
            duration: self.at.since(Elapsed::ZERO),
            processes,
            processes_seen: self.seen,
            figures: Figures { rss: self.rss_sum, pss: self.pss, threads: self.threads, ..sums },
            memory_bytes: self.memory.map(Bytes::get),
            memory_peak_bytes: self.memory_peak.map(Bytes::get),
            result: self.result.clone(),
        }
    }
}

/// 32 hexadecimal digits; by the start and the number of the root where the system has no random ones.
fn random_id(header: &Header) -> Arc<str> {
    let mut bytes = [0; 16];
    let number = match getrandom::fill(&mut bytes) {
        Ok(()) => u128::from_be_bytes(bytes),
        Err(_) => {
            u128::from(header.started_at.as_millis()) << 64
                | u128::from(header.root.pid) << 32
                | u128::from(header.root.start & u64::from(u32::MAX))
        }
    };
    Arc::from(format!("{number:032x}"))
}
