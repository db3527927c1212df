//! Floor 6. The summary of a session: what it cost, who cost most, and how much of that is known.
//!
//! The summariser eats records one by one, as the session runs or as a file is read, so that both give the same
//! numbers and neither needs the whole session in memory.

use std::collections::BTreeMap;

use crate::analysis::lives::{FOREMOST, Life, Lives, RoleUse, Share};
use crate::event::{Ending, ProcessEvent};
use crate::process::ProcessKey;
use crate::record::{Header, Record, RunEnd, Warning, WarningKind};
use crate::sample::Sample;
use crate::stats::known_sum;
use crate::units::{Bytes, Cores, CpuTime, Elapsed};

use super::shape::{
    Accounting, Holder, MemoryPeak, NOT_MEASURED, OwnSummary, ProcessSummary, RoleSummary, SCHEMA,
    Summary, Top, millis, rounded, words,
};

/// Roles that a summary lists by name; the others are added up.
const ROLES_MAX: usize = 15;
/// Survivors and warnings that a summary lists.
const LISTED_MAX: usize = 5;

/// Puts a summary together from the records of a session.
#[derive(Debug, Clone)]
pub struct Summariser {
    header: Header,
    lives: Lives,
    samples: u64,
    at: Elapsed,
    used: Used,
    cores_peak: Option<Cores>,
    threads_peak: Option<u64>,
    rss_sum_peak: Option<Bytes>,
    memory_peak: Option<MemoryPeak>,
    warnings: Vec<Warning>,
    end: Option<RunEnd>,
}

/// Sums over the samples: what stands in for the totals of a recording that was cut.
#[derive(Debug, Clone, Copy, Default)]
struct Used {
    cpu: Option<CpuTime>,
    read: Option<Bytes>,
    written: Option<Bytes>,
}

impl Summariser {
    /// Begins with a session's header.
    pub fn new(header: Header) -> Self {
        Self {
            header,
            lives: Lives::default(),
            samples: 0,
            at: Elapsed::ZERO,
            used: Used::default(),
            cores_peak: None,
            threads_peak: None,
            rss_sum_peak: None,
            memory_peak: None,
            warnings: Vec::new(),
            end: None,
        }
    }

    /// Takes the next record.
    pub fn add(&mut self, record: &Record) {
        match record {
            Record::Header(_) | Record::Mark(_) => {}
            Record::Event(event) => self.add_event(event),
            Record::Sample(sample) => self.add_sample(sample),
            Record::Warning(warning) => self.warn(warning),
            Record::End(end) => self.end = Some(end.as_ref().clone()),
        }
    }

    /// Takes a warning about the recording itself. Warnings that say the same are added up.
    pub fn warn(&mut self, warning: &Warning) {
        let same =
            |known: &&mut Warning| known.kind == warning.kind && known.message == warning.message;
        match self.warnings.iter_mut().find(same) {
            Some(known) => known.count = known.count.saturating_add(warning.count),
            None => self.warnings.push(warning.clone()),
        }
    }

    fn add_event(&mut self, event: &ProcessEvent) {
        match event {
            ProcessEvent::Started { at, process } => self.lives.started(*at, process),
            ProcessEvent::Renamed { at, key, image } => {
                if let Some(image) = image {
                    self.lives.renamed(*at, *key, image);
                }
            }
            ProcessEvent::Ended { at, key, ending, last } => {
                self.lives.ended(*at, *key, *ending, last);
            }
            ProcessEvent::Lost { .. } => return,
        }
        let (ProcessEvent::Started { at, .. }
        | ProcessEvent::Renamed { at, .. }
        | ProcessEvent::Ended { at, .. }
        | ProcessEvent::Lost { at, .. }) = event;
        self.at = self.at.max(*at);
    }

    fn add_sample(&mut self, sample: &Sample) {
        self.samples += 1;
        self.at = self.at.max(sample.at);
        self.used.cpu = known_sum(self.used.cpu, sample.cpu);
        self.used.read = known_sum(self.used.read, sample.read);
        self.used.written = known_sum(self.used.written, sample.written);
        for used in &sample.processes {
            self.lives.took(sample.at, used);
        }
        self.cores_peak = highest(self.cores_peak, self.believable_cores(sample));
        self.threads_peak = self.threads_peak.max(sample.thread_count);
        self.rss_sum_peak = self.rss_sum_peak.max(sample.rss_sum);
        self.note_roles_memory(sample);
        let peak = self.memory_peak.as_ref().and_then(|peak| peak.memory_bytes);
        if sample.memory > peak {
            self.memory_peak = Some(self.peak_of(sample));
        }
    }

    /// The cores that a sample says were busy. Work of the dead is known in steps of 10 ms, so that a short interval
    /// can seem to hold more of it than there are processors: that much is not believed.
    fn believable_cores(&self, sample: &Sample) -> Option<Cores> {
        let interval = sample.at.since(sample.from);
        let cores = sample.cores().filter(|_| interval * 2 >= self.header.settings.interval)?;
        let most = self.header.host.cpus.map_or(f64::INFINITY, f64::from);
        Some(Cores(cores.0.min(most)))
    }

    fn note_roles_memory(&mut self, sample: &Sample) {
        let mut held: BTreeMap<&str, Bytes> = BTreeMap::new();
        for used in &sample.processes {
            if let (Some(life), Some(rss)) = (self.lives.living.get(&used.key), used.gauges.rss) {
                *held.entry(life.role()).or_default() += rss;
            }
        }
        for (label, bytes) in held {
            if let Some(role) = self.lives.roles.get_mut(label) {
                role.memory_peak = role.memory_peak.max(Some(bytes));
            }
        }
    }

    fn peak_of(&self, sample: &Sample) -> MemoryPeak {
        let mut holders: Vec<_> =
            sample.processes.iter().filter(|used| used.gauges.rss.is_some()).collect();
        holders.sort_by_key(|used| std::cmp::Reverse(used.gauges.rss));
        holders.truncate(FOREMOST);
        MemoryPeak {
            at_ms: millis(sample.at),
            memory_bytes: sample.memory,
            rss_sum_bytes: sample.rss_sum,
            holders: holders.into_iter().map(|used| self.holder(used.key, &used.gauges)).collect(),
        }
    }

    fn holder(&self, key: ProcessKey, gauges: &crate::process::Gauges) -> Holder {
        let life = self.lives.living.get(&key);
        Holder {
            pid: key.pid,
            start_time: key.start,
            role: life.map(|life| life.role().to_owned()),
            rss_bytes: gauges.rss,
            shared_bytes: gauges.shared,
        }
    }

    /// The summary of everything taken so far.
    pub fn finish(mut self) -> Summary {
        let at = self.end.as_ref().map_or(self.at, |end| end.at);
        self.lives.close(at);
        let totals = self.end.as_ref().map(|end| end.totals);
        let cpu = totals.map_or(self.used.cpu, |totals| totals.cpu);
        let share = self.share(cpu);
        let ending = self.end.as_ref().and_then(|end| end.ending);
        let wall = at.since(Elapsed::ZERO);
        let peak = self.memory_peak.take();
        Summary {
            schema: SCHEMA.to_owned(),
            command: words(&self.header.command),
            cwd: self.header.cwd.clone(),
            pid: self.header.root.pid,
            started_at_ms: self.header.started_at.as_millis(),
            duration_ms: millis(at),
            exit_code: exit_code(ending),
            signal: signal(ending),
            cpu_ms: cpu.map(cpu_millis),
            cpu_user_ms: totals.and_then(|totals| totals.cpu_user).map(cpu_millis),
            cpu_system_ms: totals.and_then(|totals| totals.cpu_system).map(cpu_millis),
            cores_mean: cpu.and_then(|cpu| cpu.over(wall)).map(|cores| rounded(cores.0)),
            cores_peak: self.cores_peak.map(|cores| rounded(cores.0)),
            cores_available: self.header.host.cpus_available.or(self.header.host.cpus),
            memory_peak_bytes: peak.as_ref().and_then(|peak| peak.memory_bytes),
            memory_peak_at_ms: peak.as_ref().map(|peak| peak.at_ms),
            rss_sum_peak_bytes: self.rss_sum_peak,
            pss_peak_bytes: None,
            read_bytes: totals.map_or(self.used.read, |totals| totals.read),
            written_bytes: totals.map_or(self.used.written, |totals| totals.written),
            net_rx_bytes: None,
            net_tx_bytes: None,
            processes_seen: self.end.as_ref().map(|end| end.processes_seen),
            processes_peak: self.lives.living_peak as u64,
            threads_peak: self.threads_peak,
            samples: self.samples,
            accounting: self.accounting(&share),
            by_role: self.roles(&share),
            top: self.top(&share),
            memory_peak: peak,
            survivor_count: self.end.as_ref().map_or(0, |end| end.survivors.len() as u64),
            survivors: self.survivors(),
            own: self.own(),
            warnings: self.all_warnings(),
        }
    }

    /// The processor time of the whole that no process was seen to use, and how to share it out.
    fn share(&self, total: Option<CpuTime>) -> Share {
        let missing =
            total.map_or(CpuTime::ZERO, |total| total.saturating_sub(self.lives.known_cpu));
        Share::new(missing, self.lives.unread)
    }

    fn accounting(&self, share: &Share) -> Accounting {
        let capabilities = &self.header.capabilities;
        let coverage = self.end.as_ref().map(|end| end.coverage).unwrap_or_default();
        let exact = self.end.as_ref().is_some_and(|end| end.totals.exact);
        let inexact = match (exact, capabilities.exact, &self.end) {
            (true, ..) => None,
            (_, false, _) => {
                Some("the command was not started by procmon: its totals are sums of readings")
            }
            (_, _, None) => Some("the session was cut: its totals are sums of readings"),
            _ => Some(
                "processes ended that nobody in the tree waited for: they count with their last readings",
            ),
        };
        let mut reasons = capabilities.reasons.clone();
        reasons.extend(inexact.map(str::to_owned));
        reasons.push(NOT_MEASURED.to_owned());
        Accounting {
            tier: capabilities.tier,
            exact,
            seen: self.end.as_ref().map(|end| end.processes_seen),
            lost: coverage.lost,
            missed_at_most: coverage.missed_at_most,
            estimated_cpu_ms: cpu_millis(share.missing),
            reasons,
        }
    }

    fn roles(&self, share: &Share) -> BTreeMap<String, RoleSummary> {
        let mut roles: Vec<_> = self.lives.roles.iter().collect();
        let cpu = |role: &RoleUse| role.cpu + share.of(role.unread);
        roles.sort_by_key(|(_, role)| std::cmp::Reverse(cpu(role)));
        let mut summaries: BTreeMap<String, RoleSummary> = BTreeMap::new();
        for (index, (label, role)) in roles.into_iter().enumerate() {
            let label = if index < ROLES_MAX { label.as_str() } else { "other" };
            let sum = summaries.entry(label.to_owned()).or_default();
            sum.processes += role.processes;
            sum.cpu_ms = rounded(sum.cpu_ms + cpu_millis(cpu(role)));
            sum.memory_peak_bytes = sum.memory_peak_bytes.max(role.memory_peak);
            sum.duration_ms = sum.duration_ms.max(rounded(role.lived.as_secs_f64() * 1e3));
        }
        summaries
    }

    fn top(&self, share: &Share) -> Top {
        let list = |lives: Vec<Life>| lives.iter().map(|life| process(life, share)).collect();
        Top {
            cpu: list(self.lives.foremost_by_cpu(share)),
            memory: list(self.lives.foremost_by_memory()),
        }
    }

    fn survivors(&self) -> Vec<ProcessSummary> {
        let survivors = self.end.iter().flat_map(|end| &end.survivors).take(LISTED_MAX);
        survivors.map(ProcessSummary::of_survivor).collect()
    }

    fn own(&self) -> OwnSummary {
        let own = self.end.as_ref().map(|end| end.own).unwrap_or_default();
        OwnSummary { cpu_ms: own.cpu.map(cpu_millis), rss_peak_bytes: own.rss_peak }
    }

    fn all_warnings(&self) -> Vec<Warning> {
        let mut warnings = self.warnings.clone();
        if self.end.is_none() {
            warnings.push(Warning {
                at: self.at,
                kind: WarningKind::Torn,
                count: 1,
                message: "the session was cut: there is no last record, and the figures end where it ends".to_owned(),
            });
        }
        warnings.truncate(LISTED_MAX);
        warnings
    }
}

fn process(life: &Life, share: &Share) -> ProcessSummary {
    let info = &life.info;
    let ending = life.ended.map(|(_, ending)| ending);
    ProcessSummary {
        started_ms: Some(millis(info.started)),
        ended_ms: life.ended.map(|(at, _)| millis(at)),
        exit_code: exit_code(ending),
        signal: signal(ending),
        cpu_ms: share.total(life).map(cpu_millis),
        cpu_estimated: share.of(life.unread()) > CpuTime::ZERO,
        rss_peak_bytes: life.rss_peak,
        read_bytes: life.read,
        written_bytes: life.written,
        ..ProcessSummary::of_survivor(info)
    }
}

fn exit_code(ending: Option<Ending>) -> Option<i32> {
    match ending {
        Some(Ending::Code(code)) => Some(code),
        _ => None,
    }
}

fn signal(ending: Option<Ending>) -> Option<String> {
    match ending {
        Some(Ending::Signal(signal)) => Some(signal.to_string()),
        _ => None,
    }
}

fn highest(one: Option<Cores>, two: Option<Cores>) -> Option<Cores> {
    match (one, two) {
        (Some(one), Some(two)) if two < one => Some(one),
        (one, two) => two.or(one),
    }
}

fn cpu_millis(cpu: CpuTime) -> f64 {
    rounded(cpu.as_millis())
}
