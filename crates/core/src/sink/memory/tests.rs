//! Floor 9. What memory keeps, told by recordings that are loaded again.

use std::collections::BTreeSet;
use std::path::Path;

use procmon_model::analysis::{Summariser, Summary};
use procmon_model::event::ProcessEvent;
use procmon_model::ports::Sink;
use procmon_model::process::ProcessInfo;
use procmon_model::record::{Record, Warning, WarningKind};
use procmon_model::recording::Recording;
use procmon_model::units::{Elapsed, duration_words};
use proptest::prelude::*;

use super::ring::{History, ring};
use super::window::{Limits, Window};
use crate::format::jsonl;
use crate::load::Reader;
use crate::sink::past::Line;
use crate::sink::script::{Script, Step, header, steps};

fn history(script: &Script, samples: usize) -> History {
    let (mut ring, history) = ring(samples);
    for record in &script.records {
        ring.write(record);
    }
    ring.finish();
    history
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

proptest! {
    #[test]
    fn a_saved_window_is_the_recording_from_some_moment_on(
        steps in steps(), kept in 0..12_usize, over in any::<bool>()
    ) {
        let mut script = Script::of(&steps);
        if over {
            script.end();
        }
        let history = history(&script, kept);
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
