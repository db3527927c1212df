//! Floor 6. The processes that made a peak: who held most at its top, or used most from its begin to its end.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::shape::PeakProcess;
use crate::analysis::family::Gathered;
use crate::event::{LastKnown, ProcessEvent};
use crate::fields::{Measure, of_process};
use crate::metrics::{CATALOGUE, Kind, Metric};
use crate::process::{Image, ProcessKey};
use crate::record::Record;
use crate::recording::Recording;
use crate::sample::Sample;
use crate::units::{Bytes, CpuTime, Elapsed};

/// How many processes a peak names.
const FOREMOST: usize = 5;

/// From when to when a peak lasts, and where its top is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Span {
    pub(super) begin: Elapsed,
    pub(super) end: Elapsed,
    pub(super) top: Elapsed,
}

/// Which metric of a process tells its part in a number of the tree.
pub(super) struct Makers(Option<&'static Metric>);

/// What each process had to do with each of several peaks.
type Parts = Vec<BTreeMap<ProcessKey, Part>>;

/// What one process had to do with a peak.
#[derive(Debug, Clone, Copy, Default)]
struct Part {
    value: u64,
    is_estimated: bool,
}

impl Makers {
    /// Of this number.
    pub(super) fn of(measure: Measure) -> Self {
        let name = match measure.field().name {
            "memoryBytes" | "rssSumBytes" => "rssBytes",
            "threadCount" => "threads",
            "fdCount" => "fds",
            // The dead used it, each process is one of the count, and it is our own time.
            "departedCpuNs" | "processCount" | "tookNs" => return Self(None),
            name => name,
        };
        Self(CATALOGUE.iter().find(|metric| metric.name == name))
    }

    /// The metric's name.
    pub(super) fn metric_name(&self) -> Option<&'static str> {
        self.0.map(|metric| metric.name)
    }

    /// The foremost of each peak. The spans stand in the order of time and do not overlap.
    pub(super) fn foremost(&self, recording: &Recording, spans: &[Span]) -> Vec<Vec<PeakProcess>> {
        let parts = match self.0 {
            Some(metric) if !spans.is_empty() => parts(metric, recording, spans),
            _ => vec![BTreeMap::new(); spans.len()],
        };
        let images = images(recording);
        parts.into_iter().map(|part| foremost(part, &images)).collect()
    }
}

fn parts(metric: &Metric, recording: &Recording, spans: &[Span]) -> Parts {
    let mut parts = vec![BTreeMap::new(); spans.len()];
    let mut known: BTreeMap<ProcessKey, u64> = BTreeMap::new();
    let estimates = estimates(metric, recording);
    for record in &recording.records {
        match record {
            Record::Sample(sample) if metric.kind == Kind::Gauge => {
                if let Some(place) = place(spans, sample.at)
                    && spans[place].top == sample.at
                {
                    let held = held(metric, sample).into_iter();
                    let part = |(key, value)| (key, Part { value, is_estimated: false });
                    parts[place] = held.map(part).collect();
                }
            }
            Record::Sample(sample) => {
                for (key, grown) in held(metric, sample) {
                    let known = known.entry(key).or_default();
                    *known = known.saturating_add(grown);
                    let part = Part { value: grown, is_estimated: false };
                    add(&mut parts, place(spans, sample.at), key, part);
                }
            }
            // What it used from its last reading to its end, which the tree's own counters tell then, too.
            Record::Event(ProcessEvent::Ended { at, key, last, .. }) => {
                let read = known.remove(key).unwrap_or(0);
                let rest = total(metric, last).map_or(0, |total| total.saturating_sub(read));
                let estimate = estimates.get(key).copied().unwrap_or(0);
                let part =
                    Part { value: rest.saturating_add(estimate), is_estimated: estimate > 0 };
                add(&mut parts, place(spans, *at), *key, part);
            }
            _ => {}
        }
    }
    parts
}

/// The share of each process in the processor time that no reading saw; nothing of other metrics.
fn estimates(metric: &Metric, recording: &Recording) -> BTreeMap<ProcessKey, u64> {
    if metric.name != "cpuNs" {
        return BTreeMap::new();
    }
    let gathered = Gathered::from(recording);
    let lives = gathered.members.iter().map(|member| &member.life);
    let shares = lives.map(|life| (life.info.key, gathered.share.of(life.unread()).as_nanos()));
    shares.filter(|(_, share)| *share > 0).collect()
}

/// The value of each process that has one.
fn held(metric: &Metric, sample: &Sample) -> BTreeMap<ProcessKey, u64> {
    let values = sample.processes.iter().map(|used| (used.key, of_process(metric, used)));
    values.filter_map(|(key, value)| Some((key, value?))).collect()
}

/// What a process had used in all when it ended.
fn total(metric: &Metric, last: &LastKnown) -> Option<u64> {
    match metric.name {
        "cpuNs" => last.cpu.map(CpuTime::as_nanos),
        "runDelayNs" => last.run_delay.map(CpuTime::as_nanos),
        "readBytes" => last.read.map(Bytes::get),
        "writtenBytes" => last.written.map(Bytes::get),
        _ => None,
    }
}

fn add(parts: &mut Parts, place: Option<usize>, key: ProcessKey, more: Part) {
    if let Some(part) = place.and_then(|place| parts.get_mut(place)) {
        let used = part.entry(key).or_default();
        used.value = used.value.saturating_add(more.value);
        used.is_estimated |= more.is_estimated;
    }
}

/// The span in which a moment lies. The moment at which one begins belongs to what was before.
fn place(spans: &[Span], at: Elapsed) -> Option<usize> {
    let place = spans.partition_point(|span| span.end < at);
    let span = spans.get(place)?;
    (span.begin < at || span.end == at).then_some(place)
}

fn images(recording: &Recording) -> BTreeMap<ProcessKey, &Image> {
    let named = recording.records.iter().filter_map(|record| match record {
        Record::Event(ProcessEvent::Started { process, .. }) => Some((process.key, &process.image)),
        Record::Event(ProcessEvent::Renamed { key, image: Some(image), .. }) => Some((*key, image)),
        _ => None,
    });
    named.collect()
}

fn foremost(
    part: BTreeMap<ProcessKey, Part>,
    images: &BTreeMap<ProcessKey, &Image>,
) -> Vec<PeakProcess> {
    let mut part: Vec<(ProcessKey, Part)> =
        part.into_iter().filter(|(_, part)| part.value > 0).collect();
    part.sort_by_key(|(key, part)| (Reverse(part.value), *key));
    part.truncate(FOREMOST);
    let process = |(key, part): (ProcessKey, Part)| {
        let image = images.get(&key);
        PeakProcess {
            pid: key.pid,
            start_time: key.start,
            name: image.map(|image| image.name.clone()),
            role: image.and_then(|image| image.role.clone()),
            value: part.value,
            estimated: part.is_estimated,
        }
    };
    part.into_iter().map(process).collect()
}
