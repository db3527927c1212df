//! Floor 11. The census itself: takes the records of a session, and knows at any moment who there is and what was used.
//!
//! A group's totals grow by what samples tell of its members, and at a member's end by what that tells beyond the samples.
//! So they never fall, and those count too that were born and ended between two samples. The engine tells both since the
//! birth, or since the first reading of a process that was found alive, so that one can be taken from the other. What
//! the tree used and nobody was seen to use is in the totals of a run alone.

use std::collections::HashMap;
use std::sync::Arc;

use procmon_model::event::{Ending, LastKnown, ProcessEvent};
use procmon_model::metrics::MetricSet;
use procmon_model::process::{Image, ProcessInfo, ProcessKey};
use procmon_model::record::{Header, Record, RunEnd, Warning, WarningKind};
use procmon_model::sample::Sample;
use procmon_model::units::{CpuTime, Elapsed, WallTime};

use super::groups::{Groups, Limits};
use super::member::{Interval, Member, Place, started_seconds};
use super::options::CensusOptions;
use super::run::RunSoFar;
use super::scene::ExitReason;
use crate::grouping::Member as Grouped;

/// Who there is, in groups, and what each group has used since it was first seen.
pub struct Census {
    pub(super) options: CensusOptions,
    /// The living, those included that do not count.
    pub(super) members: HashMap<ProcessKey, Member>,
    pub(super) groups: Groups,
    pub(super) run: Option<RunSoFar>,
    /// Those that are shown one by one, the first first.
    pub(super) shown: Vec<ProcessKey>,
    pub(super) processes_dropped: u64,
    /// The number of the latest sample; 0 before the first.
    pub(super) sample: u64,
    pub(super) sampled_at: Elapsed,
    pub(super) took: CpuTime,
    pub(super) reads_denied: u64,
    pub(super) events_lost: u64,
    pub(super) started_at: WallTime,
    pub(super) now: Elapsed,
    metrics: MetricSet,
    attached: bool,
    boot_seconds: Option<f64>,
    /// When those were found that lived before the session; `None` before the first, and where there are none.
    found_at: Option<Elapsed>,
}

impl Census {
    /// A census of nobody yet.
    pub fn new(options: CensusOptions) -> Self {
        let limits = Limits { series: options.max_series, keep_empty: options.keep_empty };
        Self {
            groups: Groups::new(limits, options.grouper.expected()),
            run: options.as_run.then(RunSoFar::default),
            boot_seconds: options.facts.boot_seconds(),
            options,
            members: HashMap::new(),
            shown: Vec::new(),
            processes_dropped: 0,
            sample: 0,
            sampled_at: Elapsed::ZERO,
            took: CpuTime::ZERO,
            reads_denied: 0,
            events_lost: 0,
            started_at: WallTime::default(),
            now: Elapsed::ZERO,
            metrics: MetricSet::NONE,
            attached: false,
            found_at: None,
        }
    }

    /// Takes the next record.
    pub fn take(&mut self, record: &Record) {
        match record {
            Record::Header(header) => self.begin(header),
            Record::Event(event) => self.happen(event),
            Record::Sample(sample) => self.count(sample),
            Record::Warning(warning) => self.heed(warning),
            Record::Mark(_) | Record::Call(_) => {}
            Record::End(end) => self.end(end),
        }
    }

    fn begin(&mut self, header: &Header) {
        (self.started_at, self.attached) = (header.started_at, header.attached);
        self.metrics = header.settings.metrics;
        if let Some(run) = &mut self.run {
            run.begin(header);
        }
    }

    fn happen(&mut self, event: &ProcessEvent) {
        let (ProcessEvent::Started { at, .. }
        | ProcessEvent::Renamed { at, .. }
        | ProcessEvent::Ended { at, .. }
        | ProcessEvent::Lost { at, .. }) = event;
        self.now = self.now.max(*at);
        match event {
            ProcessEvent::Started { process, .. } => self.born(process),
            ProcessEvent::Renamed { key, image: Some(image), .. } => self.renamed(*key, image),
            ProcessEvent::Renamed { image: None, .. } => {}
            ProcessEvent::Ended { key, ending, last, .. } => self.ended(*key, *ending, last),
            ProcessEvent::Lost { count, .. } => self.events_lost += count,
        }
    }

    fn born(&mut self, process: &ProcessInfo) {
        if self.members.contains_key(&process.key) {
            return;
        }
        let found = self.is_found(process);
        let started = started_seconds(process, found, self.started_at, self.boot_seconds);
        self.members.insert(process.key, Member::new(process.clone(), found, started));
        self.assign(process.key, !found);
        if let Some(run) = &mut self.run {
            run.born();
        }
    }

    /// Whether a process was there before the session. All of those are found in one look, before the first sample.
    fn is_found(&mut self, process: &ProcessInfo) -> bool {
        if !self.attached || self.sample > 0 {
            return false;
        }
        process.started <= *self.found_at.get_or_insert(process.started)
    }

    fn renamed(&mut self, key: ProcessKey, image: &Image) {
        let Some(member) = self.members.get_mut(&key) else { return };
        member.renamed(image.clone());
        self.assign(key, true);
    }

    /// Has a process enter the group that it belongs to by now, and leave the one that it was in. `arrives`: it has just
    /// been born, or begun to run another program.
    fn assign(&mut self, key: ProcessKey, arrives: bool) {
        let named = self.group_of(key);
        let Some(member) = self.members.get_mut(&key) else { return };
        if member.place.as_ref().map(|place| &place.named) == named.as_ref() {
            return;
        }
        if let Some(place) = member.place.take() {
            self.groups.leave(&place.counted, self.now);
        }
        member.place = named.map(|named| {
            let counted = self.groups.enter(&named, self.now, arrives);
            Place { named, counted }
        });
    }

    fn group_of(&mut self, key: ProcessKey) -> Option<Arc<str>> {
        let CensusOptions { grouper, facts, takes, .. } = &mut self.options;
        let process = &self.members.get(&key)?.info;
        if !takes(process) {
            return None;
        }
        let parent = process.parent.and_then(|parent| self.members.get(&parent));
        let parent_group = parent.and_then(|parent| Some(&parent.place.as_ref()?.named));
        grouper.group(Grouped { process, parent_group, facts: facts.as_ref() })
    }

    fn ended(&mut self, key: ProcessKey, ending: Ending, last: &LastKnown) {
        let Some(mut member) = self.members.remove(&key) else { return };
        if let Some(run) = &mut self.run {
            run.ended(last.oom_killed);
        }
        let Some(place) = member.place.take() else { return };
        let kind = self.groups.heard(&place.counted);
        self.groups.grow(&place.counted, member.ended(last, kind));
        self.groups.exited(&place.counted, reason(ending, last));
        self.groups.leave(&place.counted, self.now);
    }

    fn count(&mut self, sample: &Sample) {
        (self.sample, self.took) = (self.sample + 1, sample.took);
        (self.sampled_at, self.now) = (sample.at, self.now.max(sample.at));
        let interval = Interval { number: self.sample, length: sample.at.since(sample.from) };
        for used in &sample.processes {
            let Some(member) = self.members.get_mut(&used.key) else { continue };
            let counted = member.place.as_ref().map(|place| &place.counted);
            let kind = counted.map(|counted| self.groups.heard(counted)).unwrap_or_default();
            let grown = member.read(used, interval, kind);
            if let Some(run) = &mut self.run {
                run.grow(grown);
            }
            if let Some(place) = &member.place {
                self.groups.grow(&place.counted, grown);
                self.reads_denied += u64::from(member.is_refused(self.metrics, &used.growth));
                member.ask(self.options.facts.as_ref());
            }
        }
        if let Some(run) = &mut self.run {
            run.sample(sample);
        }
        self.choose_shown();
    }

    /// Chooses those that are shown one by one, until the next sample.
    fn choose_shown(&mut self) {
        let Some(show) = self.options.processes else { return };
        let (sample, now) = (self.sample, self.wall(self.sampled_at));
        let counted = self.members.values().filter(|member| member.place.is_some());
        let read = counted.filter(|member| member.is_read_in(sample));
        let candidates = read.filter_map(|member| show.candidate(member, sample, now)).collect();
        self.shown = show.best(candidates);
        let room = self.groups.room_beside(self.groups.present()).unwrap_or(usize::MAX);
        for key in self.shown.split_off(room.min(self.shown.len())) {
            let dropped = self.members.get_mut(&key).is_some_and(Member::is_dropped);
            self.processes_dropped += u64::from(dropped);
        }
        for key in &self.shown {
            if let Some(member) = self.members.get_mut(key) {
                member.ask_for_user(self.options.facts.as_ref());
            }
        }
    }

    /// The session counts refusals of every kind and tells them at its end; until then there are those that show.
    fn heed(&mut self, warning: &Warning) {
        self.now = self.now.max(warning.at);
        if warning.kind == WarningKind::ReadsDenied {
            self.reads_denied = self.reads_denied.max(warning.count);
        }
    }

    fn end(&mut self, end: &RunEnd) {
        self.now = self.now.max(end.at);
        if let Some(run) = &mut self.run {
            run.end(end);
        }
    }

    /// A moment of the session by the wall clock.
    pub(super) fn wall(&self, at: Elapsed) -> WallTime {
        let start = self.started_at.as_millis().saturating_mul(1_000_000);
        WallTime::from_nanos(start.saturating_add(at.as_nanos()))
    }
}

fn reason(ending: Ending, last: &LastKnown) -> ExitReason {
    match ending {
        _ if last.oom_killed => ExitReason::OutOfMemory,
        Ending::Code(0) => ExitReason::Success,
        Ending::Code(_) => ExitReason::Failure,
        Ending::Signal(_) => ExitReason::Signal,
        Ending::Unseen => ExitReason::Unseen,
    }
}
