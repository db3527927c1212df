//! Floor 6. The summary of a session: what it cost, who cost most, and how much of that is known.
//!
//! The summariser eats records one by one, as the session runs or as a file is read, so that both give the same
//! numbers and neither needs the whole session in memory.

use std::collections::BTreeMap;

use crate::analysis::life::{Life, Share};
use crate::analysis::lives::{Lives, RoleUse};
use crate::event::{Ending, ProcessEvent};
use crate::process::ProcessInfo;
use crate::record::{Header, Record, RunEnd, Totals, Warning, WarningKind};
use crate::recording::Recording;
use crate::sample::Sample;
use crate::units::{Bytes, CpuTime, Elapsed};

use super::fit::fit;
use super::reasons;
use super::shape::{
    Accounting, MemoryPeak, OwnSummary, PressureSummary, ProcessSummary, RoleSummary, SCHEMA,
    Summary, Top, cpu_millis, millis, rounded, words,
};
use super::tally::{Net, Tally};

/// Roles that a summary lists by name; the others are added up.
const ROLES_MAX: usize = 15;
/// Survivors and warnings that a summary lists.
const LISTED_MAX: usize = 5;

impl From<&Recording> for Summary {
    fn from(recording: &Recording) -> Self {
        let mut summariser = Summariser::new(recording.header.clone());
        for record in &recording.records {
            summariser.add(record);
        }
        for warning in &recording.warnings {
            summariser.warn(warning);
        }
        summariser.finish()
    }
}

/// Puts a summary together from the records of a session.
#[derive(Debug, Clone)]
pub struct Summariser {
    header: Header,
    lives: Lives,
    tally: Tally,
    at: Elapsed,
    root_ended: Option<Elapsed>,
    warnings: Vec<Warning>,
    /// Whether the recording itself lacks records: sums of samples are then not those of the session.
    has_gaps: bool,
    end: Option<RunEnd>,
}

impl Summariser {
    /// Begins with a session's header.
    pub fn new(header: Header) -> Self {
        Self {
            header,
            lives: Lives::default(),
            tally: Tally::default(),
            at: Elapsed::ZERO,
            root_ended: None,
            warnings: Vec::new(),
            has_gaps: false,
            end: None,
        }
    }

    /// Takes the next record.
    pub fn add(&mut self, record: &Record) {
        match record {
            Record::Header(_) | Record::Mark(_) | Record::Call(_) => {}
            Record::Event(event) => self.add_event(event),
            Record::Sample(sample) => self.add_sample(sample),
            Record::Warning(warning) => self.warn(warning),
            Record::End(end) => self.end = Some(end.as_ref().clone()),
        }
    }

    /// Takes a warning about the recording itself. Warnings that say the same are added up; those that would not be
    /// listed are not kept, since a recording can hold any number of them.
    pub fn warn(&mut self, warning: &Warning) {
        self.has_gaps |= warning.kind == WarningKind::RecordsDropped;
        let same =
            |known: &&mut Warning| known.kind == warning.kind && known.message == warning.message;
        let is_listed = self.warnings.len() < LISTED_MAX;
        match self.warnings.iter_mut().find(same) {
            Some(known) => known.count = known.count.saturating_add(warning.count),
            None if is_listed => self.warnings.push(warning.clone()),
            None => {}
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
                if *key == self.header.root {
                    self.root_ended = Some(*at);
                }
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
        self.at = self.at.max(sample.at);
        for used in &sample.processes {
            self.lives.took(sample.at, used);
        }
        self.tally.add(sample, &self.header, &self.lives);
        self.note_roles_memory(sample);
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

    /// The summary of everything taken so far.
    pub fn finish(self) -> Summary {
        self.finish_and_share().0
    }

    /// The summary, and how it has shared out the processor time that no reading saw.
    pub(in crate::analysis) fn finish_and_share(mut self) -> (Summary, Share) {
        let at = self.end.as_ref().map_or(self.at, |end| end.at);
        self.lives.close(at);
        let totals = self.totals();
        let share = self.share(totals.cpu);
        let ending = self.end.as_ref().and_then(|end| end.ending);
        let around = self.end.as_ref().map(|end| end.surroundings).unwrap_or_default();
        let took = self.took(at);
        let pss_peak_bytes = self.tally.pss_peak();
        let accounting = self.accounting(&share);
        let peak = self.tally.memory_peak.take();
        let largest = totals.largest_process.max(self.lives.rss_seen);
        let (memory_peak_bytes, memory_peak_at_ms) =
            highest_memory(peak.as_ref(), largest, &self.tally);
        let threads = self.tally.take_threads();
        let (net, stray) = self.network();
        let mut summary = Summary {
            schema: SCHEMA.to_owned(),
            command: words(&self.header.command),
            cwd: self.header.cwd.clone(),
            pid: self.header.root.pid,
            started_at_ms: self.header.started_at.as_millis(),
            duration_ms: millis(took),
            exit_code: ending.and_then(Ending::exit_code),
            signal: ending.and_then(Ending::signal_name),
            cpu_ms: totals.cpu.map(cpu_millis),
            cpu_user_ms: totals.cpu_user.map(cpu_millis),
            cpu_system_ms: totals.cpu_system.map(cpu_millis),
            cores_mean: totals
                .cpu
                .and_then(|cpu| cpu.over(took.since(Elapsed::ZERO)))
                .map(|cores| rounded(cores.0)),
            cores_peak: self.tally.cores_peak.map(|cores| rounded(cores.0)),
            cores_available: self.header.host.cpus_available.or(self.header.host.cpus),
            memory_peak_bytes,
            memory_peak_at_ms,
            rss_sum_peak_bytes: self.tally.rss_sum_peak,
            pss_peak_bytes,
            swap_peak_bytes: self.tally.swap_peak,
            largest_process_bytes: totals.largest_process,
            cgroup_peak_bytes: around.cgroup.and_then(|cgroup| cgroup.memory_peak),
            minor_faults: totals.faults_minor.map(|count| count.0),
            major_faults: totals.faults_major.map(|count| count.0),
            voluntary_switches: totals.switches_voluntary.map(|count| count.0),
            forced_switches: totals.switches_forced.map(|count| count.0),
            run_delay_ms: self.lives.run_delay.map(cpu_millis),
            block_delay_ms: self.lives.block_delay.map(cpu_millis),
            read_bytes: totals.read,
            written_bytes: totals.written,
            net_rx_bytes: net.received,
            net_tx_bytes: net.sent,
            net_unattributed_rx_bytes: stray.received,
            net_unattributed_tx_bytes: stray.sent,
            processes_seen: self.end.as_ref().map(|end| end.processes_seen),
            processes_peak: self.lives.living_peak as u64,
            threads_peak: self.tally.threads_peak,
            samples: self.tally.samples,
            accounting,
            by_role: self.roles(&share),
            top: self.top(&share),
            by_thread_name: threads,
            memory_peak: peak,
            survivor_count: self.end.as_ref().map_or(0, |end| end.survivors.len() as u64),
            survivors: self.survivors(&share),
            survivors_reaped: self.end.as_ref().is_some_and(|end| end.survivors_reaped),
            oom_kills: around.oom_kills,
            oom_killed: self.listed(&self.lives.oom_killed, &share),
            pressure: around.pressure.map(PressureSummary::from),
            own: self.own(),
            warnings: self.all_warnings(),
        };
        let missing = reasons::missing(&summary, self.header.settings.metrics);
        summary.accounting.reasons.extend(missing);
        fit(&mut summary);
        (summary, share)
    }

    /// How long the command took; the watching goes on while those are ended that outlive it.
    fn took(&self, at: Elapsed) -> Elapsed {
        let reaps = self.header.settings.reap && !self.header.attached;
        self.root_ended.filter(|_| reaps).map_or(at, |ended| ended.min(at))
    }

    /// What the last record says, or the samples where there is none and all of them are there.
    fn totals(&self) -> Totals {
        let sampled = || Totals {
            cpu: self.tally.cpu,
            read: self.tally.read,
            written: self.tally.written,
            ..Totals::default()
        };
        let mut totals = match &self.end {
            Some(end) => end.totals,
            None if self.has_gaps => Totals::default(),
            None => sampled(),
        };
        if !totals.exact {
            // Readings know the dead to the nanosecond, and what their parents collected in steps of 10 ms.
            totals.cpu = totals.cpu.map(|cpu| cpu.max(self.lives.known_cpu));
        }
        totals
    }

    /// What the network moved for the tree and for nobody that was found, as far as every sample is there.
    fn network(&self) -> (Net, Net) {
        if self.has_gaps { Default::default() } else { (self.tally.net, self.tally.stray) }
    }

    /// The processor time of the whole that no process was seen to use, and how to share it out. What processes used that
    /// the recording does not know is not for the others.
    fn share(&self, total: Option<CpuTime>) -> Share {
        let total = total.filter(|_| !self.has_gaps);
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
        reasons.extend(capabilities.refused.iter().cloned());
        reasons.extend(inexact.map(str::to_owned));
        reasons.extend(self.has_gaps.then(|| reasons::GAPS.to_owned()));
        Accounting {
            tier: capabilities.tier,
            exact,
            seen: self.end.as_ref().map(|end| end.processes_seen),
            lost: coverage.lost,
            missed_at_most: coverage.missed_at_most,
            estimated_cpu_ms: cpu_millis(share.missing),
            reasons,
            refused: capabilities.refused.clone(),
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
        Top {
            cpu: self.listed(&self.lives.foremost_by_cpu(share), share),
            memory: self.listed(&self.lives.foremost_by_memory(), share),
        }
    }

    fn listed(&self, lives: &[Life], share: &Share) -> Vec<ProcessSummary> {
        let largest = self.end.as_ref().and_then(|end| end.totals.largest_process);
        lives.iter().map(|life| process(life, share, largest)).collect()
    }

    fn survivors(&self, share: &Share) -> Vec<ProcessSummary> {
        let largest = self.end.as_ref().and_then(|end| end.totals.largest_process);
        let survivors = self.end.iter().flat_map(|end| &end.survivors).take(LISTED_MAX);
        let summary = |info: &ProcessInfo| match self.lives.find(info.key) {
            Some(life) => process(life, share, largest),
            None => ProcessSummary::of_survivor(info),
        };
        survivors.map(summary).collect()
    }

    fn own(&self) -> OwnSummary {
        let own = self.end.as_ref().map(|end| end.own).unwrap_or_default();
        OwnSummary {
            cpu_ms: own.cpu.map(cpu_millis),
            rss_peak_bytes: own.rss_peak,
            wake_ups: own.wake_ups,
        }
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

/// The tree's memory was largest at one of the samples, or between two of them, when one process alone held more than all
/// at any sample. That is only said where it held notably more than one did at a sample. Where samples tell the sum of
/// resident memory and not what of it is shared, the tree's memory is somewhere between the largest process and that sum,
/// and is not known.
fn highest_memory(
    peak: Option<&MemoryPeak>,
    largest: Option<Bytes>,
    tally: &Tally,
) -> (Option<Bytes>, Option<f64>) {
    let sampled = peak.and_then(|peak| peak.memory_bytes);
    let most = sampled.or(tally.rss_sum_peak);
    let grown = (tally.rss_peak.map_or(0, Bytes::get) / 50).saturating_mul(51);
    let between = largest > most && largest.is_some_and(|largest| largest.get() > grown);
    let held = if between { largest } else { sampled.and(sampled.max(largest)) };
    (held, peak.map(|peak| peak.at_ms).filter(|_| !between))
}

fn process(life: &Life, share: &Share, largest: Option<Bytes>) -> ProcessSummary {
    let info = &life.info;
    ProcessSummary {
        started_ms: Some(millis(info.started)),
        ended_ms: life.ended.map(|(at, _)| millis(at)),
        exit_code: life.exit_code(),
        signal: life.signal(),
        cpu_ms: share.total(life).map(cpu_millis),
        cpu_estimated: share.of(life.unread()) > CpuTime::ZERO,
        rss_peak_bytes: life.peak(largest),
        rss_seen_bytes: life.rss_seen,
        run_delay_ms: life.run_delay.map(cpu_millis),
        oom_killed: life.oom_killed,
        read_bytes: life.read,
        written_bytes: life.written,
        ..ProcessSummary::of_survivor(info)
    }
}
