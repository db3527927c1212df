//! Floor 9. Files that are written while a session runs: split ones, and disks that are full.

use std::fs;
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

use procmon_model::ports::Sink;
use procmon_model::record::{Record, Warning, WarningKind};
use procmon_model::recording::Recording;
use proptest::prelude::*;
use tempfile::TempDir;

use super::script::{Script, Step, header, steps};
use super::{Encoded, OutFile, OutFileError, Rotating, Rotation, part_path};
use crate::error::LoadError;
use crate::format::{Rows, Shape};
use crate::load::{self, Loader};
use crate::parts::{self, Parts};

fn shape(path: &Path) -> Shape {
    Shape::new(None, path, Rows::Samples).unwrap()
}

/// Writes a session to files of so many bytes and gives these, the newest first.
fn split(folder: &TempDir, name: &str, records: &[Record], rotation: Rotation) -> Vec<PathBuf> {
    let path = folder.path().join(name);
    let mut sink = Rotating::new(path.clone(), shape(&path), rotation).unwrap();
    for record in records {
        sink.write(record);
    }
    sink.finish();
    assert_eq!(sink.loss(), None);
    let older = (1..).map(|number| part_path(&path, number)).take_while(|path| path.exists());
    [path.clone()].into_iter().chain(older).collect()
}

fn joined<P: AsRef<Path>>(paths: &[P]) -> Recording {
    let mut parts = Parts::open(paths, &Loader::default()).unwrap();
    let header = parts.header().clone();
    let records = std::iter::from_fn(|| parts.next_record().unwrap()).collect();
    Recording { header, records, warnings: parts.warnings().to_vec() }
}

fn beginning_of(recording: &Recording) -> Option<&Warning> {
    recording.records.iter().find_map(|record| match record {
        Record::Warning(warning) => Some(warning),
        _ => None,
    })
}

/// Some hundred steps with births, deaths, programs and samples.
fn busy() -> Script {
    let round = [
        Step::Birth(0),
        Step::Exec(1),
        Step::Sample,
        Step::Birth(1),
        Step::Sample,
        Step::Death(0),
        Step::Mark,
        Step::Sample,
    ];
    let mut script = Script::of(&round.repeat(40));
    script.end();
    script
}

proptest! {
    // Each writes hundreds of files.
    #![proptest_config(ProptestConfig::with_cases(50))]

    #[test]
    fn the_files_of_a_recording_are_together_what_it_would_be_in_one(
        steps in steps(), bytes in 0..8_000_u64
    ) {
        let folder = tempfile::tempdir().unwrap();
        let mut script = Script::of(&steps);
        script.end();
        for name in ["run.jsonl", "run.jsonl.gz"] {
            let plain = folder.path().join("plain.jsonl");
            let paths = split(&folder, name, &script.records, Rotation { bytes, keep: 1000 });
            if shape(name.as_ref()).gzip() {
                unpack(&paths);
            }
            let whole = joined(&paths);
            prop_assert_eq!(&whole.records, &script.records[1..]);
            prop_assert_eq!((&whole.header, whole.warnings.len()), (&header(), 0));

            let lines = split_nothing(&script.records);
            fs::write(&plain, lines).unwrap();
            let expected = load::summary(&plain).unwrap();
            prop_assert_eq!(parts::summary(&paths, &Loader::default()).unwrap(), expected);
        }
    }
}

/// The loader is told nothing of compression here.
fn unpack(paths: &[PathBuf]) {
    for path in paths {
        let packed = fs::read(path).unwrap();
        let mut text = Vec::new();
        io::Read::read_to_end(&mut flate2::read::GzDecoder::new(&packed[..]), &mut text).unwrap();
        fs::write(path, text).unwrap();
    }
}

fn split_nothing(records: &[Record]) -> Vec<u8> {
    let mut lines = Vec::new();
    for record in records {
        crate::format::jsonl::encode(record, &mut lines).unwrap();
    }
    lines
}

#[test]
fn each_file_loads_alone_and_knows_who_was_alive() {
    let folder = tempfile::tempdir().unwrap();
    let script = busy();
    let paths = split(&folder, "run.jsonl", &script.records, Rotation { bytes: 10_000, keep: 99 });
    assert!(paths.len() > 5, "{}", paths.len());
    let mut before = 0;
    for path in paths.iter().rev() {
        let alone = load::load(path).unwrap();
        assert_eq!((&alone.header, alone.warnings.len()), (&header(), 0));
        let missing = beginning_of(&alone).map_or(0, |warning| warning.count);
        assert!(missing >= before, "{missing} after {before}");
        before = missing + alone.samples().count() as u64;
        let mut known = std::collections::BTreeSet::new();
        for record in &alone.records {
            use procmon_model::event::ProcessEvent::{Ended, Started};
            match record {
                Record::Event(Started { process, .. }) => assert!(known.insert(process.key)),
                Record::Event(Ended { key, .. }) => assert!(known.remove(key)),
                Record::Sample(sample) => {
                    let used = sample.processes.iter().map(|used| used.key).collect();
                    assert_eq!(known, used);
                }
                _ => {}
            }
        }
    }
}

#[test]
fn no_more_files_are_kept_than_were_asked_for_and_what_went_is_counted() {
    let folder = tempfile::tempdir().unwrap();
    let script = busy();
    let paths = split(&folder, "run.jsonl", &script.records, Rotation { bytes: 5_000, keep: 3 });
    let names: Vec<_> = paths.iter().map(|path| path.file_name().unwrap()).collect();
    assert_eq!(names, ["run.jsonl", "run.1.jsonl", "run.2.jsonl"]);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 3);
    let latest = joined(&paths);
    let warning = beginning_of(&latest).unwrap();
    assert_eq!(warning.kind, WarningKind::RecordsDropped);
    let kept = latest.records.iter().position(|of| matches!(of, Record::Warning(_))).unwrap();
    let kept = &latest.records[kept + 1..];
    let all = &script.records[1..];
    assert_eq!(kept, &all[all.len() - kept.len()..]);
}

#[test]
fn a_file_that_is_missing_in_between_is_a_warning_and_a_strangers_file_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let script = busy();
    let paths = split(&folder, "run.jsonl", &script.records, Rotation { bytes: 10_000, keep: 99 });
    let [newest, middle, older, ..] = paths.as_slice() else { panic!("{paths:?}") };
    let gap = joined(&[newest, older]);
    let gaps: Vec<u64> = gap
        .records
        .iter()
        .filter_map(|record| match record {
            Record::Warning(warning) => Some(warning.count),
            _ => None,
        })
        .collect();
    let [before, between] = gaps[..] else { panic!("{gaps:?}") };
    let alone = joined(&[middle]);
    assert_eq!(before, beginning_of(&joined(&[older])).unwrap().count);
    let after = beginning_of(&joined(&[newest])).unwrap().count;
    assert_eq!(between, after - beginning_of(&alone).unwrap().count);

    let mut twice = Parts::open(&[newest, newest], &Loader::default()).unwrap();
    let refused = std::iter::from_fn(|| twice.next_record().transpose()).find_map(Result::err);
    assert!(matches!(refused, Some(LoadError::Overlap { .. })), "{refused:?}");

    let stranger = folder.path().join("stranger.jsonl");
    let text = fs::read_to_string(newest).unwrap().replacen("\"npm\"", "\"pnpm\"", 1);
    fs::write(&stranger, text).unwrap();
    let refused = Parts::open(&[newest, &stranger], &Loader::default()).err();
    assert!(matches!(refused, Some(LoadError::AnotherSession { .. })), "{refused:?}");
}

#[test]
fn every_file_of_a_table_has_the_names_of_its_columns() {
    let folder = tempfile::tempdir().unwrap();
    let script = busy();
    let paths = split(&folder, "run.csv", &script.records, Rotation { bytes: 2_000, keep: 99 });
    assert!(paths.len() > 3, "{}", paths.len());
    let texts: Vec<String> = paths.iter().map(|path| fs::read_to_string(path).unwrap()).collect();
    assert!(texts.iter().all(|text| text.starts_with("atMs,fromMs,cpuNs,")));
    let rows: usize = texts.iter().map(|text| text.lines().count() - 1).sum();
    assert_eq!(rows, 120);
}

#[test]
fn files_of_an_earlier_recording_are_not_taken_for_parts_of_the_new_one() {
    let folder = tempfile::tempdir().unwrap();
    let rotation = Rotation { bytes: 5_000, keep: 9 };
    assert!(split(&folder, "run.jsonl", &busy().records, rotation).len() > 2);
    let short = Script::of(&[Step::Sample]);
    let paths = split(&folder, "run.jsonl", &short.records, rotation);
    assert_eq!(paths, [folder.path().join("run.jsonl")]);
    assert_eq!(joined(&paths).records, short.records[1..]);
}

#[test]
fn what_cannot_be_split_is_refused_before_anything_begins() {
    let folder = tempfile::tempdir().unwrap();
    let rotation = Rotation { bytes: 5_000, keep: 9 };
    let path = folder.path().join("run.json");
    let refused = Rotating::new(path.clone(), shape(&path), rotation).err().unwrap();
    assert_eq!(refused.to_string(), "json cannot be split into files; jsonl and csv can");
    let refused = Rotating::new("/dev/null".into(), Shape::LINES, rotation).err().unwrap();
    assert_eq!(refused.to_string(), "/dev/null is no file, and only files are rotated");
}

#[test]
fn the_newest_file_is_nobody_elses_as_long_as_the_recording_lasts() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.jsonl");
    let rotation = Rotation { bytes: 5_000, keep: 9 };
    let mut sink = Rotating::new(path.clone(), shape(&path), rotation).unwrap();
    let is_refused =
        |path: &Path| matches!(OutFile::open(path.to_owned()), Err(OutFileError::InUse));
    assert!(is_refused(&path));
    for record in &busy().records {
        sink.write(record);
        assert!(is_refused(&path));
    }
    assert!(part_path(&path, 2).exists() && !is_refused(&part_path(&path, 1)));
    sink.finish();
    assert_eq!((sink.loss(), is_refused(&path)), (None, false));
}

#[test]
fn older_files_have_a_number_before_the_ending() {
    for (path, expected) in [
        ("run.jsonl", "run.2.jsonl"),
        ("a.b/run.csv.gz", "a.b/run.2.csv.gz"),
        ("run", "run.2"),
        ("a/.run", "a/.run.2"),
        ("run.gz", "run.2.gz"),
    ] {
        assert_eq!(part_path(Path::new(path), 2), Path::new(expected));
    }
}

/// A disk with room for so many bytes.
struct Disk(usize);

impl Write for Disk {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let count = bytes.len().min(self.0);
        self.0 -= count;
        if count == 0 { Err(ErrorKind::StorageFull.into()) } else { Ok(count) }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_full_disk_costs_a_document_everything_after_it_and_a_table_counts_only_its_rows() {
    let script = Script::of(&[Step::Sample, Step::Mark, Step::Sample, Step::Sample]);
    for (name, room, lost) in
        [("run.json", 20, 6), ("run.json", 0, 6), ("run.csv", 0, 3), ("run.csv", 250, 2)]
    {
        let mut sink = Encoded::new(shape(Path::new(name)), Disk(room), name);
        for record in &script.records {
            sink.write(record);
        }
        sink.finish();
        assert_eq!(sink.loss().map_or(0, |loss| loss.records), lost, "{name} {room}");
    }
}
