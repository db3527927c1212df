//! Floor 10. Logs that work.

use std::fs;
use std::sync::atomic::{AtomicBool, Ordering};

use super::given::{DEADLINE, call, failed, files, ids, lines, options, until};
use crate::call_log::{CallLog, Destinations, LogOptions, ResultsFormat, Stats, TimedCall};
use crate::listening::fixture::alone;

#[test]
fn nothing_is_made_before_the_first_call() {
    let folder = tempfile::tempdir().unwrap();
    let log = CallLog::open(options(folder.path()));
    assert!(log.flush(DEADLINE));
    assert_eq!(log.stats(), Stats::default());
    drop(log);
    assert_eq!(files(folder.path(), "").len(), 0);
}

#[test]
fn a_call_stands_in_each_file_that_it_is_for_and_is_counted_once() {
    let _alone = alone();
    let folder = tempfile::tempdir().unwrap();
    let given = LogOptions { results: Some(ResultsFormat::Csv), ..options(folder.path()) };
    let logs = given.directory.clone();
    let log = CallLog::open(given);
    let all = Destinations { timing: true, results: true, errors: true, sessions: true };
    log.push(TimedCall { destinations: all, ..failed("everywhere") });
    log.push(call("in one"));
    let results = Destinations { results: true, ..Destinations::default() };
    log.push(TimedCall { destinations: results, ..call("in the table") });
    let sessions = Destinations { sessions: true, ..Destinations::default() };
    log.push(TimedCall { destinations: sessions, ..call("in no file") });
    assert!(log.flush(DEADLINE));
    assert_eq!(log.stats(), Stats { pushed: 4, written: 4, dropped: 0, sessions: 0 });
    assert_eq!(ids(&logs.join("timing.log")), ["everywhere", "in one"]);
    assert_eq!(ids(&logs.join("error.log")), ["everywhere"]);
    let mut table = csv::Reader::from_path(logs.join("timing_results.csv")).unwrap();
    let rows: Vec<String> = table.records().map(|row| row.unwrap()[1].to_owned()).collect();
    assert_eq!(rows, ["everywhere", "in the table"]);
    assert_eq!(log.troubles(), Vec::<String>::new());
}

#[test]
fn rows_for_parquet_stand_in_a_file_of_each_log() {
    let folder = tempfile::tempdir().unwrap();
    let given = LogOptions { results: Some(ResultsFormat::Parquet), ..options(folder.path()) };
    let results = Destinations { results: true, ..Destinations::default() };
    for id in ["first", "second"] {
        let log = CallLog::open(given.clone());
        log.push(TimedCall { destinations: results, ..call(id) });
    }
    let path = |name| given.directory.join(name);
    assert_eq!(ids(&path("timing_results.7-70-0.rows.jsonl")), ["first"]);
    assert_eq!(ids(&path("timing_results.7-70-1.rows.jsonl")), ["second"]);
}

#[test]
fn the_end_of_a_log_writes_what_was_pushed() {
    let folder = tempfile::tempdir().unwrap();
    let log = CallLog::open(options(folder.path()));
    (0..1000).for_each(|number| log.push(call(&number.to_string())));
    drop(log);
    assert_eq!(ids(&folder.path().join("logs/timing.log")).len(), 1000);
}

#[test]
fn a_call_comes_without_anybody_asking_for_it_and_so_does_one_after_a_pause() {
    let folder = tempfile::tempdir().unwrap();
    let log = CallLog::open(options(folder.path()));
    let path = folder.path().join("logs/timing.log");
    for id in 1..=2 {
        log.push(call(&id.to_string()));
        until("the call", || log.stats().written == id);
    }
    assert_eq!(ids(&path), ["1", "2"]);
}

#[test]
fn a_call_is_written_with_its_collections_when_they_are_told() {
    let folder = tempfile::tempdir().unwrap();
    let log = CallLog::open(options(folder.path()));
    let waiting = |id| TimedCall { awaits_collections: true, ..call(id) };
    log.push(waiting("settled"));
    log.collected(&[(1_100, 1_200), (2_400, 9_000)], 9_000);
    until("the call", || log.stats().written == 1);
    log.push(TimedCall { started: 9_100, ended: 9_500, ..waiting("never told") });
    assert!(log.flush(DEADLINE));
    let lines = lines(&folder.path().join("logs/timing.log"));
    assert_eq!((&lines[0]["gcNs"], &lines[0]["gcCount"]), (&200.into(), &2.into()));
    assert_eq!((&lines[1]["id"], &lines[1]["gcNs"]), (&"never told".into(), &().into()));
}

/// Eight logs push calls at once; their ids, which are all different.
fn push_from_eight_threads(given: &LogOptions, calls: u32) -> Vec<String> {
    let name = |thread: u32, number: u32| format!("{thread}-{number}");
    std::thread::scope(|scope| {
        for thread in 0..8 {
            let log = CallLog::open(given.clone());
            scope.spawn(move || {
                (0..calls).for_each(|number| log.push(call(&name(thread, number))));
                assert!(log.flush(DEADLINE), "{:?}", log.troubles());
                let stats = log.stats();
                assert_eq!((stats.written, stats.dropped), (calls.into(), 0));
                assert_eq!(log.troubles(), Vec::<String>::new());
            });
        }
    });
    let ids = (0..8).flat_map(|thread| (0..calls).map(move |number| name(thread, number)));
    let mut ids: Vec<String> = ids.collect();
    ids.sort();
    ids
}

#[test]
fn eight_threads_write_one_rotating_log_and_no_line_is_lost_or_torn() {
    let folder = tempfile::tempdir().unwrap();
    let given = LogOptions { max_bytes: 200_000, backup_count: 1000, ..options(folder.path()) };
    let expected = push_from_eight_threads(&given, 5000);
    let files = files(&given.directory, "timing.log");
    assert!(files.len() > 100, "{}", files.len());
    assert!(files.iter().all(|path| fs::metadata(path).unwrap().len() <= 200_000));
    let mut found: Vec<String> = files.iter().flat_map(|path| ids(path)).collect();
    found.sort();
    assert!(found == expected, "{} of {}", found.len(), expected.len());
}

#[test]
fn lines_are_whole_while_somebody_takes_the_log_away() {
    let folder = tempfile::tempdir().unwrap();
    let given = options(folder.path());
    let path = given.directory.join("timing.log");
    let is_over = AtomicBool::new(false);
    let (mut found, expected) = std::thread::scope(|scope| {
        let taker = scope.spawn(|| {
            let mut taken = Vec::new();
            while !is_over.load(Ordering::Acquire) {
                let place = given.directory.join(format!("taken.{}", taken.len()));
                if fs::rename(&path, &place).is_ok() {
                    taken.push(place);
                }
            }
            taken
        });
        let expected = push_from_eight_threads(&given, 500);
        is_over.store(true, Ordering::Release);
        let mut files = taker.join().unwrap();
        files.extend(path.exists().then(|| path.clone()));
        let found: Vec<String> = files.iter().flat_map(|path| ids(path)).collect();
        (found, expected)
    });
    found.sort();
    assert!(found == expected, "{} of {}", found.len(), expected.len());
}
