//! Floor 10. Logs that cannot be written.

use std::fs::{self, File};
use std::os::unix::fs::symlink;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use procmon_sys::LocalListener;
use tempfile::TempDir;

use super::given::{DEADLINE, call, failed, ids, lines, options, until};
use crate::call_log::{CallLog, Destinations, LogOptions, Stats, TimedCall};
use crate::listening::fixture::{alone, us};
use crate::listening::wire;

const NO_TROUBLE: [String; 0] = [];

/// A log in this folder, its file, and somebody else who keeps that locked.
fn held(folder: &TempDir) -> (CallLog, PathBuf, File) {
    let given = options(folder.path());
    fs::create_dir(&given.directory).unwrap();
    let path = given.directory.join("timing.log");
    let holder = File::create(&path).unwrap();
    holder.lock().unwrap();
    (CallLog::open(given), path, holder)
}

fn time_of(act: impl FnOnce()) -> Duration {
    let begun = Instant::now();
    act();
    begun.elapsed()
}

#[test]
fn a_file_where_the_folder_should_be_is_told_once_and_works_when_it_is_mended() {
    let folder = tempfile::tempdir().unwrap();
    let given = options(folder.path());
    fs::write(&given.directory, "in the way").unwrap();
    let path = given.directory.join("timing.log");
    let log = CallLog::open(given.clone());
    for id in ["one", "two", "three"] {
        log.push(call(id));
        assert!(log.flush(DEADLINE), "what is lost is not waited for");
    }
    let words = format!("the calls cannot be written to {}: ", path.display());
    assert_eq!(log.troubles(), [format!("{words}Not a directory (os error 20)")]);
    assert_eq!(log.stats(), Stats { pushed: 3, written: 0, dropped: 3, sessions: 0 });
    fs::remove_file(&given.directory).unwrap();
    assert!(log.flush(DEADLINE));
    log.push(call("four"));
    assert!(log.flush(DEADLINE));
    let words = format!("the calls are written to {} again; 3 were lost", path.display());
    assert_eq!(log.troubles(), [words]);
    let lines = lines(&path);
    assert_eq!((&lines[0]["level"], &lines[0]["dropped"]), (&"warn".into(), &3.into()));
    assert_eq!((&lines[0]["pid"], &lines[0]["threadId"]), (&7.into(), &3.into()));
    assert_eq!((lines.len(), &lines[1]["id"]), (2, &"four".into()));
}

#[test]
fn a_full_disk_is_told_once_and_keeps_no_other_file_waiting() {
    let folder = tempfile::tempdir().unwrap();
    let given = options(folder.path());
    fs::create_dir(&given.directory).unwrap();
    symlink("/dev/full", &given.error_log).unwrap();
    let log = CallLog::open(given.clone());
    let both = Destinations { timing: true, errors: true, ..Destinations::default() };
    for id in ["one", "two"] {
        log.push(TimedCall { destinations: both, ..failed(id) });
        assert!(!log.flush(DEADLINE));
    }
    let path = given.error_log.display();
    let words = format!("the calls cannot be written to {path}: No space left on device");
    assert_eq!(log.troubles(), [format!("{words} (os error 28)")]);
    assert_eq!(ids(&given.directory.join("timing.log")), ["one", "two"]);
    fs::remove_file(&given.error_log).unwrap();
    assert!(log.flush(DEADLINE));
    assert_eq!(ids(&given.error_log), ["one", "two"]);
    assert_eq!(log.troubles(), [format!("the calls are written to {path} again; none was lost")]);
}

#[test]
fn a_full_disk_is_tried_again_without_anybody_asking() {
    let folder = tempfile::tempdir().unwrap();
    let given = options(folder.path());
    fs::create_dir(&given.directory).unwrap();
    let path = given.directory.join("timing.log");
    symlink("/dev/full", &path).unwrap();
    let log = CallLog::open(given);
    log.push(call("one"));
    until("the trouble", || log.troubles().len() == 1);
    fs::remove_file(&path).unwrap();
    until("the call", || log.stats().written == 1);
    assert_eq!(ids(&path), ["one"]);
}

#[test]
fn calls_past_the_bound_are_dropped_and_counted_in_the_log_itself() {
    let folder = tempfile::tempdir().unwrap();
    let (log, path, holder) = held(&folder);
    let arguments = "x".repeat(1 << 20);
    for number in 0..60 {
        let mut timed = call(&number.to_string());
        timed.call.arguments = Some(arguments.clone());
        log.push(timed);
    }
    assert!(time_of(|| assert!(!log.flush(Duration::from_millis(10)))) < Duration::from_secs(5));
    holder.unlock().unwrap();
    assert!(log.flush(DEADLINE));
    let stats = log.stats();
    assert_eq!((stats.pushed, stats.written + stats.dropped), (60, 60));
    assert!(stats.dropped >= 40, "{stats:?}");
    let lines = lines(&path);
    let dropped: u64 = lines.iter().filter_map(|line| line["dropped"].as_u64()).sum();
    let written = lines.iter().filter(|line| line["id"].is_string()).count() as u64;
    assert_eq!((dropped, written), (stats.dropped, stats.written));
    let troubles = log.troubles();
    let words = "calls are missing in the log: they come faster than they can be written";
    assert!(troubles.iter().any(|trouble| trouble == words), "{troubles:?}");
}

#[test]
fn the_end_of_a_log_does_not_wait_for_a_lock_for_ever() {
    let folder = tempfile::tempdir().unwrap();
    let (log, path, holder) = held(&folder);
    log.push(call("one"));
    let waited = time_of(|| drop(log));
    assert!(waited > Duration::from_secs(1) && waited < Duration::from_secs(10), "{waited:?}");
    // The writer goes on for some seconds more.
    holder.unlock().unwrap();
    until("the call", || ids(&path) == ["one"]);
}

#[test]
fn what_was_given_up_is_not_waited_for_once_more_unless_there_is_another_call() {
    let folder = tempfile::tempdir().unwrap();
    let (log, path, holder) = held(&folder);
    log.push(call("one"));
    assert!(!log.flush(Duration::from_secs(1)));
    assert!(time_of(|| assert!(!log.flush_once(DEADLINE))) < DEADLINE);
    log.push(call("two"));
    std::thread::scope(|scope| {
        let flush = scope.spawn(|| log.flush_once(DEADLINE));
        holder.unlock().unwrap();
        assert!(flush.join().unwrap());
    });
    assert_eq!(ids(&path), ["one", "two"]);
    holder.lock().unwrap();
    log.push(call("three"));
    let given_up = time_of(|| assert!(!log.flush(Duration::from_secs(1))));
    assert!(time_of(|| drop(log)) < given_up);
}

#[test]
fn a_session_that_does_not_read_keeps_no_file_waiting() {
    let _alone = alone();
    let folder = tempfile::tempdir().unwrap();
    let given = options(folder.path());
    let listener = LocalListener::bind(&wire::name(us(), 0)).unwrap();
    let log = CallLog::open(given.clone());
    let both = Destinations { timing: true, sessions: true, ..Destinations::default() };
    let mut timed = TimedCall { destinations: both, awaits_collections: true, ..call("one") };
    // More than a socket holds.
    timed.call.arguments = Some("x".repeat(900_000));
    log.push(timed);
    std::thread::scope(|scope| {
        let flush = scope.spawn(|| log.flush(10 * DEADLINE));
        until("the call", || log.stats().written == 1);
        assert_eq!(ids(&given.directory.join("timing.log")), ["one"]);
        assert_eq!((log.stats().sessions, flush.is_finished()), (1, false));
        drop(listener);
        assert!(flush.join().unwrap());
    });
}

#[test]
fn a_log_that_cannot_be_rotated_grows_and_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let given = LogOptions { max_bytes: 100, backup_count: 1, ..options(folder.path()) };
    fs::create_dir_all(given.directory.join("timing.log.1")).unwrap();
    let path = given.directory.join("timing.log");
    let log = CallLog::open(given);
    for id in ["one", "two", "three"] {
        log.push(call(id));
        assert!(log.flush(DEADLINE));
    }
    let words = format!("{} cannot be rotated and grows further: ", path.display());
    assert_eq!(log.troubles(), [format!("{words}Is a directory (os error 21)")]);
    assert_eq!(ids(&path), ["one", "two", "three"]);
    assert_eq!(log.troubles(), NO_TROUBLE);
}
