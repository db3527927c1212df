//! Floor 9. What memory keeps, told by recordings that are loaded again.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

use procmon_model::analysis::{Summariser, Summary};
use procmon_model::event::{Ending, LastKnown, ProcessEvent};
use procmon_model::host::{Capabilities, Coverage, Host, Surroundings, Tier};
use procmon_model::metrics::MetricSet;
use procmon_model::ports::Sink;
use procmon_model::process::{Counters, Gauges, Growth, Image, ProcessInfo, ProcessKey};
use procmon_model::record::{
    EndCause, FORMAT, Header, Mark, OwnCost, Record, RunEnd, Totals, Warning, WarningKind,
};
use procmon_model::recording::Recording;
use procmon_model::sample::{ProcessUse, Sample};
use procmon_model::settings::Settings;
use procmon_model::units::{Bytes, CpuTime, Elapsed, WallTime, duration_words};
use proptest::prelude::*;

use super::past::Line;
use super::ring::{History, ring};
use super::window::{Limits, Window};
use crate::format::jsonl;
use crate::load::Reader;

const ROOT: ProcessKey = ProcessKey { pid: 1, start: 1 };

fn header() -> Header {
    Header {
        format: FORMAT,
        version: "1.0.0".to_owned(),
        root: ROOT,
        command: vec!["make".to_owned()],
        executable: None,
        cwd: None,
        started_at: WallTime::from_nanos(0),
        attached: false,
        host: Host { cpus: Some(4), ..Host::default() },
        capabilities: Capabilities {
            tier: Tier::Events,
            metrics: MetricSet::ALL,
            exact: true,
            reasons: vec![],
            refused: vec![],
        },
        settings: Settings::default(),
    }
}

/// A session that is made up step by step: a record each, 10 ms apart.
struct Script {
    records: Vec<Record>,
    living: Vec<ProcessInfo>,
    births: u32,
    at: Elapsed,
}

/// The next step; the number chooses the process.
#[derive(Debug, Clone, Copy)]
enum Step {
    Birth(usize),
    Exec(usize),
    Death(usize),
    Sample,
    Mark,
    Lost,
}

impl Script {
    fn new() -> Self {
        let records = vec![Record::Header(Box::new(header()))];
        let mut script = Self { records, living: vec![], births: 0, at: Elapsed::ZERO };
        script.birth(None);
        script
    }

    fn of(steps: &[Step]) -> Self {
        let mut script = Self::new();
        for step in steps {
            script.step(*step);
        }
        script
    }

    fn step(&mut self, step: Step) {
        self.at = self.at + Duration::from_millis(10);
        let at = self.at;
        match step {
            Step::Birth(of) => self.birth(Some(self.living[of % self.living.len()].key)),
            Step::Exec(which) => self.exec(which),
            Step::Death(which) => self.death(which),
            Step::Sample => self.sample(),
            Step::Mark => self.records.push(Record::Mark(Mark { at, text: "x".to_owned() })),
            Step::Lost => self.records.push(Record::Event(ProcessEvent::Lost { at, count: 2 })),
        }
    }

    fn birth(&mut self, parent: Option<ProcessKey>) {
        self.births += 1;
        // Numbers come around again: only the start tells the processes of one number apart.
        let key = ProcessKey { pid: 1 + (self.births - 1) % 3, start: u64::from(self.births) };
        let image = Image { name: format!("program {}", self.births), ..Image::default() };
        let process = ProcessInfo { key, parent, started: self.at, uid: Some(7), image };
        self.living.push(process.clone());
        self.records.push(Record::Event(ProcessEvent::Started { at: self.at, process }));
    }

    fn exec(&mut self, which: usize) {
        let place = which % self.living.len();
        let process = &mut self.living[place];
        let name = format!("program at {:?}", self.at);
        // What it runs is not always known.
        let image = (!which.is_multiple_of(4)).then(|| Image { name, ..Image::default() });
        if let Some(image) = &image {
            process.image = image.clone();
        }
        let key = process.key;
        self.records.push(Record::Event(ProcessEvent::Renamed { at: self.at, key, image }));
    }

    /// The root lives on.
    fn death(&mut self, which: usize) {
        if self.living.len() < 2 {
            return;
        }
        let key = self.living.remove(1 + which % (self.living.len() - 1)).key;
        let last = LastKnown { cpu: Some(CpuTime::from_millis(3)), ..LastKnown::default() };
        let (at, ending) = (self.at, Ending::Code(0));
        self.records.push(Record::Event(ProcessEvent::Ended { at, key, ending, last }));
    }

    fn sample(&mut self) {
        let used = |process: &ProcessInfo| ProcessUse {
            key: process.key,
            growth: Growth(Counters { cpu: Some(CpuTime::from_millis(1)), ..Counters::default() }),
            gauges: Gauges { rss: Some(Bytes::new(process.key.start)), ..Gauges::default() },
        };
        let processes = self.living.iter().map(used).collect();
        let cpu = Some(CpuTime::from_millis(self.living.len() as u64));
        self.records.push(Record::Sample(Sample {
            at: self.at,
            cpu,
            processes,
            ..Sample::default()
        }));
    }

    fn end(&mut self) {
        self.records.push(Record::End(Box::new(RunEnd {
            at: self.at,
            ending: Some(Ending::Code(0)),
            cause: EndCause::RootEnded,
            totals: Totals { cpu: Some(CpuTime::from_millis(500)), ..Totals::default() },
            processes_seen: u64::from(self.births),
            coverage: Coverage::default(),
            survivors: self.living.clone(),
            survivors_reaped: false,
            surroundings: Surroundings::default(),
            own: OwnCost::default(),
        })));
    }

    fn history(&self, samples: usize) -> History {
        let (mut ring, history) = ring(samples);
        for record in &self.records {
            ring.write(record);
        }
        ring.finish();
        history
    }
}

fn loaded(text: &[u8]) -> Recording {
    let mut reader = Reader::new(text, Path::new("saved.jsonl")).unwrap();
    let header = reader.header().clone();
    let records = std::iter::from_fn(|| reader.next_record().unwrap()).collect();
    Recording { header, records, warnings: reader.warnings() }
}

fn summary(records: &[Record]) -> Summary {
    let mut summariser = Summariser::new(header());
    for record in records {
        summariser.add(record);
    }
    summariser.finish()
}

/// What a recording has to begin with that leaves these records out: those alive then as they stood, and the warning.
fn beginning(left_out: &[Record]) -> Vec<Record> {
    let mut living: Vec<ProcessInfo> = vec![];
    let (mut samples, mut others) = (0, 0);
    for record in left_out {
        match record {
            Record::Event(ProcessEvent::Started { process, .. }) => living.push(process.clone()),
            Record::Event(ProcessEvent::Renamed { key, image: Some(image), .. }) => {
                let process = living.iter_mut().find(|process| process.key == *key).unwrap();
                process.image = image.clone();
            }
            Record::Event(ProcessEvent::Ended { key, .. }) => {
                living.retain(|process| process.key != *key);
                others += 1;
            }
            Record::Sample(_) => samples += 1,
            _ => others += 1,
        }
    }
    let birth = |process: ProcessInfo| ProcessEvent::Started { at: process.started, process };
    let mut records: Vec<_> =
        living.into_iter().map(|process| Record::Event(birth(process))).collect();
    records.extend((samples + others > 0).then(|| warning(left_out.len() as u64, samples, others)));
    records
}

/// The last of so many records that were left out was made at this moment: each is 10 ms after the one before, the root's
/// birth at 0.
fn warning(left_out: u64, samples: u64, others: u64) -> Record {
    let at = Elapsed::from_millis(10 * (left_out - 1));
    let first = duration_words(at.since(Elapsed::ZERO));
    let message = format!(
        "records of the first {first} were not kept in memory and are missing; samples: {samples}, others: {others}"
    );
    let kind = WarningKind::RecordsDropped;
    Record::Warning(Warning { at, kind, count: samples + others, message })
}

fn samples_of(text: &[u8]) -> Vec<Record> {
    text.split_inclusive(|byte| *byte == b'\n').map(|line| jsonl::decode(line).unwrap()).collect()
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        3 => (0..9usize).prop_map(Step::Birth),
        2 => (0..9usize).prop_map(Step::Exec),
        2 => (0..9usize).prop_map(Step::Death),
        3 => Just(Step::Sample),
        1 => Just(Step::Mark),
        1 => Just(Step::Lost),
    ];
    // A death where nobody but the root lives would be no record, and moments are counted by records.
    prop::collection::vec(step, 0..60).prop_map(|steps| {
        let mut living = 1_usize;
        let possible = |step: &Step| {
            match step {
                Step::Birth(_) => living += 1,
                Step::Death(_) if living == 1 => return false,
                Step::Death(_) => living -= 1,
                _ => {}
            }
            true
        };
        steps.into_iter().filter(possible).collect()
    })
}

proptest! {
    #[test]
    fn a_saved_window_is_the_recording_from_some_moment_on(
        steps in steps(), kept in 0..12_usize, over in any::<bool>()
    ) {
        let mut script = Script::of(&steps);
        if over {
            script.end();
        }
        let history = script.history(kept);
        let saved = loaded(&history.recording().unwrap());
        let stream = &script.records[1..];
        let places: Vec<usize> = (0..stream.len())
            .filter(|place| matches!(stream[*place], Record::Sample(_)))
            .collect();
        let begin = match places.len().checked_sub(kept) {
            _ if kept == 0 => stream.len() - usize::from(over),
            Some(gone) if gone > 0 => places[gone - 1] + 1,
            _ => 0,
        };
        let mut expected = beginning(&stream[..begin]);
        expected.extend_from_slice(&stream[begin..]);
        prop_assert_eq!(&saved.records, &expected);
        prop_assert_eq!((saved.header, saved.warnings), (header(), vec![]));

        let latest = places.len().saturating_sub(kept);
        let latest: Vec<Record> =
            places[latest..].iter().map(|place| stream[*place].clone()).collect();
        prop_assert_eq!(samples_of(&history.lines()), latest);
        if begin == 0 {
            prop_assert_eq!(summary(&saved.records), summary(stream));
        }
    }

    #[test]
    fn every_process_of_a_kept_sample_is_known_and_none_is_born_twice(
        steps in steps(), kept in 0..12_usize, bytes in 0..20_000_usize
    ) {
        let script = Script::of(&steps);
        let mut window = Window::new(Limits { samples: kept, bytes });
        for record in &script.records {
            window.push(record, line(record));
        }
        let mut known = BTreeSet::new();
        for record in loaded(&window.recording().unwrap()).records {
            match record {
                Record::Event(ProcessEvent::Started { process, .. }) => {
                    prop_assert!(known.insert(process.key));
                }
                Record::Event(ProcessEvent::Ended { key, .. }) => prop_assert!(known.remove(&key)),
                Record::Sample(sample) => {
                    let used: BTreeSet<_> = sample.processes.iter().map(|used| used.key).collect();
                    prop_assert_eq!(&used, &known);
                }
                _ => {}
            }
        }
    }
}

fn line(record: &Record) -> Line {
    let mut text = Vec::new();
    jsonl::encode(record, &mut text).unwrap();
    text.into()
}

#[test]
fn more_bytes_than_there_is_room_for_leave_at_the_old_end() {
    let script = Script::of(&[Step::Mark; 100]);
    let mut window = Window::new(Limits { samples: 10, bytes: 1000 });
    for record in &script.records {
        window.push(record, line(record));
    }
    let records = loaded(&window.recording().unwrap()).records;
    let kept = records.len() - 2;
    assert!((5..20).contains(&kept), "{kept}");
    let left_out = script.records.len() - 1 - kept;
    assert_eq!(records[..2], beginning(&script.records[1..=left_out]));
    assert_eq!(records[2..], script.records[1 + left_out..]);
}

#[test]
fn before_the_header_there_is_no_recording() {
    let (ring, history) = ring(5);
    drop(ring);
    assert_eq!((history.recording(), history.lines()), (None, vec![]));
}
