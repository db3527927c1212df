//! Floor 9. The records that are kept of a session: the latest, and no more than there is room for.
//!
//! Those that have to go leave one by one at the old end, so that what is kept is always the recording from some moment on.
//! Of those that have gone, a summary of who was alive then stays.

use std::collections::VecDeque;

use procmon_model::record::Record;
use procmon_model::units::Elapsed;

use crate::format::jsonl;
use crate::sink::past::{Kind, Line, Past, moment};

/// The most bytes that are kept, whatever the number of samples: a busy build has 100,000 processes with three events each.
const BYTES_MAX: usize = 64 * 1024 * 1024;

/// What became of the records that have gone.
const FATE: &str = "were not kept in memory and are missing";

/// How much is kept.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    /// How many samples.
    pub(super) samples: usize,
    /// How many bytes in all, without the header, the end and who was alive at the beginning.
    pub(super) bytes: usize,
}

/// The kept part of a session.
#[derive(Debug, Clone)]
pub(super) struct Window {
    limits: Limits,
    header: Option<Line>,
    past: Past,
    kept: VecDeque<Kept>,
    samples: usize,
    bytes: usize,
    end: Option<Line>,
}

#[derive(Debug, Clone)]
struct Kept {
    kind: Kind,
    at: Elapsed,
    line: Line,
}

impl Limits {
    /// The latest samples and what happened meanwhile; nothing at all for 0.
    pub(super) fn of(samples: usize) -> Self {
        Self { samples, bytes: if samples == 0 { 0 } else { BYTES_MAX } }
    }
}

impl Window {
    /// An empty one.
    pub(super) fn new(limits: Limits) -> Self {
        Self {
            limits,
            header: None,
            past: Past::default(),
            kept: VecDeque::new(),
            samples: 0,
            bytes: 0,
            end: None,
        }
    }

    /// Takes the next record, with its line.
    pub(super) fn push(&mut self, record: &Record, line: Line) {
        match record {
            Record::Header(_) => self.header = Some(line),
            Record::End(_) => self.end = Some(line),
            _ => self.keep(Kept { kind: Kind::of(record), at: moment(record), line }),
        }
    }

    fn keep(&mut self, newest: Kept) {
        self.samples += newest.samples();
        self.bytes += newest.bytes();
        self.kept.push_back(newest);
        while self.samples > self.limits.samples || self.bytes > self.limits.bytes {
            let Some(oldest) = self.kept.pop_front() else { return };
            self.samples -= oldest.samples();
            self.bytes -= oldest.bytes();
            self.past.take(oldest.kind, oldest.at, oldest.line);
        }
    }

    /// The samples, oldest first.
    pub(super) fn samples(&self) -> Vec<Line> {
        let samples = self.kept.iter().filter(|kept| kept.kind == Kind::Sample);
        samples.map(|kept| Line::clone(&kept.line)).collect()
    }

    /// A recording of what is kept; `None` before the header.
    pub(super) fn recording(&self) -> Option<Vec<u8>> {
        let mut text = Vec::with_capacity(self.bytes);
        text.extend_from_slice(self.header.as_ref()?);
        for record in self.past.records(FATE) {
            append(&record, &mut text);
        }
        let kept = self.kept.iter().map(|kept| &kept.line);
        kept.chain(&self.end).for_each(|line| text.extend_from_slice(line));
        Some(text)
    }
}

impl Kept {
    fn samples(&self) -> usize {
        usize::from(self.kind == Kind::Sample)
    }

    /// What it takes up: an event is not much longer than what is noted beside it.
    fn bytes(&self) -> usize {
        self.line.len() + size_of::<Self>()
    }
}

/// Appends a record whole or not at all.
fn append(record: &Record, text: &mut Vec<u8>) {
    let end = text.len();
    if jsonl::encode(record, text).is_err() {
        text.truncate(end);
    }
}
