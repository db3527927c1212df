//! Floor 9. What came before the records that are kept: who was alive when they begin, and how much is missing.
//!
//! A recording that begins later than its session, in memory or in the next file, begins with this.

use std::collections::BTreeMap;
use std::sync::Arc;

use procmon_model::event::ProcessEvent;
use procmon_model::process::{ProcessInfo, ProcessKey};
use procmon_model::record::{Record, Warning, WarningKind};
use procmon_model::units::{Elapsed, duration_words};

use crate::format::jsonl;

/// A record as text. Everybody who holds it holds the same.
pub(super) type Line = Arc<[u8]>;

/// What a record says of who is alive; a sample says nothing of it, but is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A sample.
    Sample,
    /// A process was born or found alive.
    Birth(ProcessKey),
    /// It runs another program, and this record says which.
    Exec(ProcessKey),
    /// It ended.
    Death(ProcessKey),
    /// Anything else.
    Other,
}

/// What has been forgotten.
#[derive(Debug, Clone, Default)]
pub(super) struct Past {
    living: BTreeMap<ProcessKey, Living>,
    births: u64,
    samples: u64,
    others: u64,
    until: Elapsed,
}

/// A process that was born before and has not ended.
#[derive(Debug, Clone)]
struct Living {
    /// Its place in the order of births.
    number: u64,
    birth: Line,
    /// The last time that it began to run another program.
    exec: Option<Line>,
}

impl Kind {
    /// Of a record.
    pub(super) fn of(record: &Record) -> Self {
        match record {
            Record::Sample(_) => Self::Sample,
            Record::Event(ProcessEvent::Started { process, .. }) => Self::Birth(process.key),
            Record::Event(ProcessEvent::Renamed { key, image: Some(_), .. }) => Self::Exec(*key),
            Record::Event(ProcessEvent::Ended { key, .. }) => Self::Death(*key),
            _ => Self::Other,
        }
    }
}

impl Past {
    /// The next record is not kept any more.
    pub(super) fn take(&mut self, kind: Kind, at: Elapsed, line: Line) {
        self.until = self.until.max(at);
        match kind {
            Kind::Sample => self.samples += 1,
            Kind::Birth(key) => {
                self.births += 1;
                let living = Living { number: self.births, birth: line, exec: None };
                self.living.insert(key, living);
            }
            Kind::Exec(key) => {
                if let Some(living) = self.living.get_mut(&key) {
                    living.exec = Some(line);
                }
            }
            Kind::Death(key) => {
                self.living.remove(&key);
                self.others += 1;
            }
            Kind::Other => self.others += 1,
        }
    }

    /// The births of those that are alive, in their order and each as it stood in the end, and a warning where something
    /// is missing; `fate` says of it what became of it.
    pub(super) fn records(&self, fate: &str) -> Vec<Record> {
        let mut living: Vec<&Living> = self.living.values().collect();
        living.sort_by_key(|living| living.number);
        let births = living.into_iter().filter_map(Living::record);
        births.chain(self.warning(fate).map(Record::Warning)).collect()
    }

    fn warning(&self, fate: &str) -> Option<Warning> {
        let Self { samples, others, until, .. } = self;
        let count = samples + others;
        let first = duration_words(until.since(Elapsed::ZERO));
        let message =
            format!("records of the first {first} {fate}; samples: {samples}, others: {others}");
        let kind = WarningKind::RecordsDropped;
        (count > 0).then_some(Warning { at: *until, kind, count, message })
    }
}

impl Living {
    /// Born then, and running what it ran in the end; `None` where its line says something else.
    fn record(&self) -> Option<Record> {
        let birth = jsonl::decode(&self.birth).ok()?;
        let exec = self.exec.as_deref().and_then(|exec| jsonl::decode(exec).ok());
        match (birth, exec) {
            (
                Record::Event(ProcessEvent::Started { at, process }),
                Some(Record::Event(ProcessEvent::Renamed { image: Some(image), .. })),
            ) => {
                let process = ProcessInfo { image, ..process };
                Some(Record::Event(ProcessEvent::Started { at, process }))
            }
            (birth, _) => Some(birth),
        }
    }
}

/// When a record was made; the start of the session for its header.
pub(super) fn moment(record: &Record) -> Elapsed {
    match record {
        Record::Header(_) => Elapsed::ZERO,
        Record::Event(
            ProcessEvent::Started { at, .. }
            | ProcessEvent::Renamed { at, .. }
            | ProcessEvent::Ended { at, .. }
            | ProcessEvent::Lost { at, .. },
        ) => *at,
        Record::Sample(sample) => sample.at,
        Record::Warning(warning) => warning.at,
        Record::Mark(mark) => mark.at,
        Record::Call(call) => call.at,
        Record::End(end) => end.at,
    }
}
