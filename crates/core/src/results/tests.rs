//! Floor 10. Tests of what is gathered.

use std::fs::{self, File};
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use parquet::file::reader::{FileReader, SerializedFileReader};
use procmon_model::analysis::CallsOptions;

use super::gather::gather_within;
use super::*;
use crate::load::Loader;
use crate::load::calls::calls;

const GOLDEN: &str =
    concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/golden/calls/timing_results.jsonl");

/// A number that no process has: the kernel's are smaller.
const NOBODY: u32 = u32::MAX;

/// Leaves these of the six golden rows in the name of a process.
fn leave(folder: &Path, name: &str, rows: std::ops::Range<usize>) {
    let text = fs::read_to_string(GOLDEN).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    let text = lines[rows].join("\n") + "\n";
    fs::write(folder.join(format!("timing_results.{name}.rows.jsonl")), text).unwrap();
}

/// Each of them, also those that stand there twice.
fn rows_in(table: &Path) -> i64 {
    let reader = SerializedFileReader::new(File::open(table).unwrap()).unwrap();
    reader.metadata().file_metadata().num_rows()
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name());
    let mut names: Vec<_> = entries.map(|name| name.into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn rows_of_the_dead_are_put_behind_those_that_are_there() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let told = |files, rows| Gathered { files, rows, skipped: 0 };
    assert_eq!(gather_results(folder, None).unwrap(), Gathered::default());
    leave(folder, &format!("{NOBODY}-1-0"), 0..2);
    leave(folder, &format!("{NOBODY}-1-1"), 2..3);
    assert_eq!(gather_results(folder, None).unwrap(), told(2, 3));
    leave(folder, &format!("{NOBODY}-2-0"), 3..6);
    assert_eq!(gather_results(folder, None).unwrap(), told(1, 3));
    assert_eq!(names(folder), ["timing_results.parquet", "timing_results.parquet.lock"]);
    let read = |path: &Path| calls(&[path], &Loader::default(), &CallsOptions::default()).unwrap();
    let expected = read(GOLDEN.as_ref());
    assert_eq!(read(&folder.join("timing_results.parquet")), expected);
    assert_eq!(read(folder), expected);
}

#[test]
fn rows_of_the_living_are_left_unless_they_say_that_they_are_done() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let own = procmon_sys::find(std::process::id()).unwrap();
    leave(folder, &format!("{}-{}-0", own.pid, own.start), 0..2);
    // Somebody else had the number before.
    leave(folder, &format!("{}-{}-0", own.pid, own.start - 1), 2..3);
    assert_eq!(gather_results(folder, None).unwrap().rows, 1);
    assert_eq!(names(folder).len(), 3);
    assert_eq!(gather_results(folder, Some(own.pid)).unwrap().rows, 2);
    assert_eq!(names(folder), ["timing_results.parquet", "timing_results.parquet.lock"]);
}

#[test]
fn what_others_keep_locked_is_not_waited_for_without_an_end() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    leave(folder, &format!("{NOBODY}-1-0"), 0..1);
    leave(folder, &format!("{NOBODY}-2-0"), 1..3);
    let gather = || gather_within(Duration::from_millis(20), folder, None);
    let rows = File::open(folder.join(format!("timing_results.{NOBODY}-1-0.rows.jsonl"))).unwrap();
    rows.lock().unwrap();
    assert_eq!(gather().unwrap().rows, 2);
    let lock = folder.join("timing_results.parquet.lock");
    let holder = File::open(&lock).unwrap();
    holder.lock().unwrap();
    let error = gather().unwrap_err();
    assert!(matches!(&error, GatherError::Locked { path } if *path == lock), "{error}");
    drop((rows, holder));
    assert_eq!(gather().unwrap().rows, 1);
}

#[test]
fn the_draft_of_whoever_was_killed_while_gathering_goes_with_the_next_gathering() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    leave(folder, &format!("{NOBODY}-1-0"), 0..2);
    // Our own number: as that of a process in another container, or of one that has it by now.
    fs::write(folder.join(format!(".procmon-{}-0", std::process::id())), "PAR1").unwrap();
    fs::write(folder.join(format!(".procmon-{NOBODY}-0")), "PAR1").unwrap();
    assert_eq!(gather_results(folder, None).unwrap().rows, 2);
    assert_eq!(names(folder), ["timing_results.parquet", "timing_results.parquet.lock"]);
    assert_eq!(rows_in(&folder.join("timing_results.parquet")), 2);
}

#[test]
fn rows_whose_files_outlived_their_gathering_are_taken_once() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let gather = || gather_results(folder, None).unwrap().rows;
    let path = |name| folder.join(format!("timing_results.{NOBODY}-{name}.rows.jsonl"));
    leave(folder, &format!("{NOBODY}-1-0"), 0..2);
    leave(folder, &format!("{NOBODY}-1-1"), 2..3);
    assert_eq!(gather(), 3);
    // As whoever was killed before the files were gone leaves them; a thread has gone on in one of them.
    leave(folder, &format!("{NOBODY}-1-0"), 0..2);
    leave(folder, &format!("{NOBODY}-1-1"), 2..4);
    let locked = File::open(path("1-0")).unwrap();
    locked.lock().unwrap();
    assert_eq!(gather(), 1);
    drop(locked);
    assert!(path("1-0").exists());
    assert_eq!(gather(), 0);
    // The name alone says nothing: these are other rows, of which there are as many.
    leave(folder, &format!("{NOBODY}-1-0"), 4..6);
    assert_eq!(gather(), 2);
    assert_eq!(names(folder), ["timing_results.parquet", "timing_results.parquet.lock"]);
    assert_eq!(rows_in(&folder.join("timing_results.parquet")), 6);
}

#[test]
fn what_is_no_file_of_rows_by_more_than_its_name_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let named = |name: &str| folder.join(format!("timing_results.{NOBODY}-{name}.rows.jsonl"));
    fs::create_dir(named("1-0")).unwrap();
    let made = Command::new("mkfifo").arg(named("1-1")).status().unwrap();
    assert!(made.success());
    leave(folder, &format!("{NOBODY}-1-2"), 0..2);
    assert_eq!(gather_results(folder, None).unwrap(), Gathered { files: 1, rows: 2, skipped: 0 });
    assert!(named("1-0").exists() && named("1-1").exists());
}

#[test]
fn a_row_that_was_cut_is_counted_and_costs_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let text = fs::read(GOLDEN).unwrap();
    let path = folder.path().join(format!("timing_results.{NOBODY}-1-0.rows.jsonl"));
    fs::write(path, &text[..text.len() - 9]).unwrap();
    let gathered = gather_results(folder.path(), None).unwrap();
    assert_eq!(gathered, Gathered { files: 1, rows: 5, skipped: 1 });
}

#[test]
fn a_table_that_cannot_be_added_to_keeps_its_rows_and_ours() {
    let folder = tempfile::tempdir().unwrap();
    let table = folder.path().join("timing_results.parquet");
    fs::write(&table, "PAR1 and no more").unwrap();
    leave(folder.path(), &format!("{NOBODY}-1-0"), 0..1);
    let error = gather_results(folder.path(), None).unwrap_err();
    assert!(matches!(&error, GatherError::Parquet { path, .. } if *path == table), "{error}");
    assert_eq!(fs::read(&table).unwrap(), b"PAR1 and no more");
    assert_eq!(names(folder.path()).len(), 3);
}
