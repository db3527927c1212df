//! Floor 6. What the calls of one function come to so far.

use std::collections::BTreeSet;
use std::ops::BitOr;

use super::shape::FunctionCalls;
use crate::call::{Call, CallForm, CallOutcome, Change, CpuScope};
use crate::process::ProcessKey;
use crate::stats::{known_sum, percentile};
use crate::units::{Bytes, CpuTime, Length, WallTime};

/// Parts of what an entry says of a call, as bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Part(pub(super) u16);

/// What the calls of one function come to so far.
#[derive(Debug)]
pub(super) struct Tally {
    pub(super) name: String,
    pub(super) form: CallForm,
    count: u64,
    errors: u64,
    unfinished: u64,
    /// In nanoseconds.
    lengths: Vec<u64>,
    cpu: Option<CpuTime>,
    cpu_shared: Option<CpuTime>,
    cpu_known: u64,
    scope: Scope,
    children: Option<CpuTime>,
    rss: Changes,
    heap: Changes,
    rss_peak: Option<Bytes>,
    gc: Option<Length>,
    pub(super) places: Places,
    pub(super) span: Span,
}

/// Where calls were made.
#[derive(Debug, Default)]
pub(super) struct Places(BTreeSet<(ProcessKey, u32)>);

/// When the first call began, and the last.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Span {
    pub(super) first: Option<WallTime>,
    pub(super) last: Option<WallTime>,
}

/// Whose processor time calls have told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Scope {
    Unknown,
    Of(CpuScope),
    Different,
}

/// Changes of an amount of memory.
#[derive(Debug, Default)]
struct Changes {
    sum: i64,
    count: u64,
}

impl Part {
    /// That there was one.
    pub(super) const CALL: Self = Self(1);
    /// That it ended.
    pub(super) const ENDED: Self = Self(1 << 1);
    /// That it threw.
    pub(super) const ERROR: Self = Self(1 << 2);
    /// Its processor time.
    pub(super) const CPU: Self = Self(1 << 3);
    /// That of child processes.
    const CHILDREN: Self = Self(1 << 4);
    /// Resident memory.
    const RSS: Self = Self(1 << 5);
    /// The heap.
    const HEAP: Self = Self(1 << 6);
    /// Garbage collections.
    pub(super) const GC: Self = Self(1 << 7);
    /// How long it took, by who timed it. Who watches it for errors sees it from outside, where it takes a little longer; only
    /// those entries have stacks.
    pub(super) const LENGTH: Self = Self(1 << 8);

    /// Those that a call knows.
    pub(super) fn of(call: &Call) -> Self {
        let has_ended = call.outcome != CallOutcome::Unfinished;
        let is_from_outside = call.error.as_ref().is_some_and(|error| error.stack.is_some());
        let known = [
            (has_ended, Self::ENDED),
            (has_ended && !is_from_outside, Self::LENGTH),
            (call.outcome == CallOutcome::Threw, Self::ERROR),
            (call.cpu().is_some(), Self::CPU),
            (call.cpu_children.is_some(), Self::CHILDREN),
            (call.rss.is_some(), Self::RSS),
            (call.heap_used.is_some(), Self::HEAP),
            (call.gc.is_some(), Self::GC),
        ];
        let known = known.into_iter().filter(|(is, _)| *is);
        known.fold(Self::CALL, |parts, (_, part)| parts | part)
    }

    pub(super) const fn has(self, part: Self) -> bool {
        self.0 & part.0 != 0
    }
}

impl BitOr for Part {
    type Output = Self;
    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

impl Tally {
    pub(super) fn new(name: &str, form: CallForm) -> Self {
        Self {
            name: name.to_owned(),
            form,
            count: 0,
            errors: 0,
            unfinished: 0,
            lengths: Vec::new(),
            cpu: None,
            cpu_shared: None,
            cpu_known: 0,
            scope: Scope::Unknown,
            children: None,
            rss: Changes::default(),
            heap: Changes::default(),
            rss_peak: None,
            gc: None,
            places: Places::default(),
            span: Span::default(),
        }
    }

    /// Counts what is new of a call.
    pub(super) fn add(&mut self, call: &Call, started_at: Option<WallTime>, new: Part) {
        self.places.add(call);
        self.span.add(started_at);
        self.rss_peak = self.rss_peak.max(call.rss_peak);
        match (new.has(Part::CALL), new.has(Part::ENDED)) {
            (true, true) => self.count += 1,
            (true, false) => {
                self.count += 1;
                self.unfinished += 1;
            }
            // Another entry knew that it ended.
            (false, true) => self.unfinished -= 1,
            (false, false) => {}
        }
        if new.has(Part::LENGTH) {
            self.add_length(call.wall);
        }
        self.errors += u64::from(new.has(Part::ERROR));
        if new.has(Part::CPU) {
            self.add_cpu(call);
        }
        if new.has(Part::CHILDREN) {
            self.children = known_sum(self.children, call.cpu_children);
        }
        if new.has(Part::RSS) {
            self.rss.add(call.rss);
        }
        if new.has(Part::HEAP) {
            self.heap.add(call.heap_used);
        }
        if new.has(Part::GC) {
            self.gc = known_sum(self.gc, call.gc);
        }
    }

    /// Counts how long one of its calls took.
    pub(super) fn add_length(&mut self, wall: Length) {
        self.lengths.push(wall.as_nanos());
    }

    fn add_cpu(&mut self, call: &Call) {
        let sum = if call.cpu_shared { &mut self.cpu_shared } else { &mut self.cpu };
        *sum = known_sum(*sum, call.cpu());
        self.cpu_known += 1;
        let told = call.cpu_scope.map_or(Scope::Different, Scope::Of);
        self.scope = match self.scope {
            Scope::Unknown => told,
            known if known == told => known,
            _ => Scope::Different,
        };
    }

    /// How many calls, how many of them threw, and how many did not end.
    pub(super) const fn counts(&self) -> (u64, u64, u64) {
        (self.count, self.errors, self.unfinished)
    }

    /// All of it as it is told.
    pub(super) fn finish(mut self) -> FunctionCalls {
        self.lengths.sort_unstable();
        let total: Length = self.lengths.iter().copied().map(Length::from_nanos).sum();
        let total = (!self.lengths.is_empty()).then(|| total.as_millis());
        let millis: Vec<f64> =
            self.lengths.iter().map(|nanos| Length::from_nanos(*nanos).as_millis()).collect();
        FunctionCalls {
            name: self.name,
            form: self.form,
            count: self.count,
            errors: self.errors,
            unfinished: self.unfinished,
            total_ms: total,
            mean_ms: total.map(|total| total / millis.len() as f64),
            p50_ms: percentile(&millis, 50.0),
            p95_ms: percentile(&millis, 95.0),
            p99_ms: percentile(&millis, 99.0),
            max_ms: millis.last().copied(),
            cpu_ms: self.cpu.map(CpuTime::as_millis),
            cpu_shared_ms: self.cpu_shared.map(CpuTime::as_millis),
            cpu_known: self.cpu_known,
            cpu_scope: self.scope.one(),
            children_cpu_ms: self.children.map(CpuTime::as_millis),
            rss_change_bytes: self.rss.sum(),
            rss_change_mean_bytes: self.rss.mean(),
            heap_used_change_mean_bytes: self.heap.mean(),
            rss_peak_bytes: self.rss_peak,
            gc_ms: self.gc.map(Length::as_millis),
            processes: self.places.processes(),
            threads: self.places.threads(),
            first_started_at: self.span.first,
            last_started_at: self.span.last,
        }
    }
}

impl Scope {
    const fn one(self) -> Option<CpuScope> {
        match self {
            Self::Of(scope) => Some(scope),
            Self::Unknown | Self::Different => None,
        }
    }
}

impl Changes {
    fn add(&mut self, change: Option<Change>) {
        if let Some(change) = change {
            self.sum = self.sum.saturating_add(change.bytes());
            self.count += 1;
        }
    }

    fn sum(&self) -> Option<i64> {
        (self.count > 0).then_some(self.sum)
    }

    fn mean(&self) -> Option<f64> {
        self.sum().map(|sum| sum as f64 / self.count as f64)
    }
}

impl Places {
    pub(super) fn add(&mut self, call: &Call) {
        self.0.insert((call.process, call.thread));
    }

    pub(super) fn threads(&self) -> u64 {
        self.0.len() as u64
    }

    /// They are in order, so that the threads of a process stand together.
    pub(super) fn processes(&self) -> u64 {
        let mut last = None;
        self.0.iter().filter(|(process, _)| last.replace(*process) != Some(*process)).count() as u64
    }
}

impl Span {
    pub(super) fn add(&mut self, at: Option<WallTime>) {
        if let Some(at) = at {
            self.first = Some(self.first.map_or(at, |first| first.min(at)));
            self.last = self.last.max(Some(at));
        }
    }
}
