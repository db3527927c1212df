//! Floor 11. The spans of a session: one for each process, and the run's own above them.

use std::collections::{HashMap, VecDeque};

use opentelemetry_proto::tonic::trace::v1::Span;
use procmon_model::event::ProcessEvent;
use procmon_model::process::{ProcessInfo, ProcessKey};
use procmon_model::record::{Header, Record, RunEnd};
use procmon_model::units::{Bytes, Elapsed};

use super::identities::Identities;
use super::measures::nanos;
use super::pipeline::Pipeline;
use super::process_span::OpenSpan;
use super::run_span::{RunFacts, Trace, run_span};

/// How many of the dead are remembered, for children whose birth is told after their parent's end.
const DEAD_KEPT: usize = 4_096;

/// The spans of a session.
pub(super) struct Spans {
    trace: Trace,
    identities: Identities,
    pipeline: Option<Pipeline>,
    header: Option<Box<Header>>,
    open: HashMap<ProcessKey, OpenSpan>,
    dead: HashMap<ProcessKey, [u8; 8]>,
    dead_in_order: VecDeque<ProcessKey>,
    memory_peak: Option<u64>,
    last_seen: Elapsed,
    finished: Vec<Span>,
}

impl Spans {
    /// None so far.
    pub(super) fn new(trace: Trace, identities: Identities, pipeline: Option<Pipeline>) -> Self {
        Self {
            trace,
            identities,
            pipeline,
            header: None,
            open: HashMap::new(),
            dead: HashMap::new(),
            dead_in_order: VecDeque::new(),
            memory_peak: None,
            last_seen: Elapsed::ZERO,
            finished: Vec::new(),
        }
    }

    /// Takes a record.
    pub(super) fn take(&mut self, record: &Record) {
        match record {
            Record::Header(header) => self.header = Some(header.clone()),
            Record::Event(event) => self.happened(event),
            Record::Sample(sample) => {
                self.last_seen = self.last_seen.max(sample.at);
                self.memory_peak = self.memory_peak.max(sample.memory.map(Bytes::get));
            }
            Record::End(end) => self.finish(Some(end)),
            Record::Warning(_) | Record::Mark(_) | Record::Call(_) => {}
        }
    }

    /// How many spans wait to be sent.
    pub(super) fn waiting(&self) -> usize {
        self.finished.len()
    }

    /// The spans that have ended, at most so many.
    pub(super) fn drain(&mut self, most: usize) -> Vec<Span> {
        let most = most.min(self.finished.len());
        self.finished.drain(..most).collect()
    }

    /// The records are over. Whatever is open ends now, the run last; without `end` they broke off.
    pub(super) fn finish(&mut self, end: Option<&RunEnd>) {
        let Some(header) = self.header.take() else {
            return;
        };
        let at = end.map_or(self.last_seen, |end| end.at);
        let setting = self.trace.setting(nanos(header.started_at), self.pipeline.is_some());
        let mut open: Vec<OpenSpan> = self.open.drain().map(|(_, span)| span).collect();
        open.sort_by_key(|span| (span.process.started, span.process.key));
        self.finished.extend(open.into_iter().map(|span| span.survived(at, &setting)));
        let facts = RunFacts {
            header: &header,
            end,
            last_seen: self.last_seen,
            memory_peak: self.memory_peak,
            pipeline: self.pipeline.as_ref(),
        };
        self.finished.push(run_span(&self.trace, &setting, &facts));
    }

    fn happened(&mut self, event: &ProcessEvent) {
        let Some(header) = &self.header else {
            return;
        };
        let setting = self.trace.setting(nanos(header.started_at), self.pipeline.is_some());
        match event {
            ProcessEvent::Started { at, process } => {
                self.last_seen = self.last_seen.max(*at);
                self.started(process);
            }
            ProcessEvent::Renamed { at, key, image } => {
                let time = setting.time(*at);
                if let Some(span) = self.open.get_mut(key) {
                    span.renamed(time, image.as_ref());
                }
            }
            ProcessEvent::Ended { at, key, ending, last } => {
                self.last_seen = self.last_seen.max(*at);
                if let Some(span) = self.open.remove(key) {
                    let id = span.id;
                    self.finished.push(span.ended(*at, *ending, *last, &setting));
                    self.bury(*key, id);
                }
            }
            ProcessEvent::Lost { .. } => {}
        }
    }

    fn started(&mut self, process: &ProcessInfo) {
        if self.open.contains_key(&process.key) {
            return;
        }
        let parent = process.parent.and_then(|parent| {
            let living = self.open.get(&parent).map(|span| span.id);
            living.or_else(|| self.dead.get(&parent).copied())
        });
        let parent = parent.unwrap_or(self.trace.run.span_id);
        let span = OpenSpan::new(self.identities.span(), parent, process.clone());
        self.open.insert(process.key, span);
    }

    fn bury(&mut self, key: ProcessKey, id: [u8; 8]) {
        self.dead.insert(key, id);
        self.dead_in_order.push_back(key);
        if self.dead_in_order.len() > DEAD_KEPT
            && let Some(oldest) = self.dead_in_order.pop_front()
        {
            self.dead.remove(&oldest);
        }
    }
}
