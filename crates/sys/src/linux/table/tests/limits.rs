//! Floor 7. Readings without enough descriptors or rights.

use std::fs::{self, File, Permissions};
use std::io::{Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Stdio};
use std::{env, iter};

use procmon_model::ports::ProcessTable;
use procmon_model::process::ProcessState;
use procmon_model::units::Bytes;

use super::support::{Echo, kept_for, key_of, read};
use crate::linux::support::{runs_elsewhere, test_path};
use crate::linux::table::Table;

#[test]
fn without_room_for_descriptors_the_same_is_read_and_nothing_is_kept() {
    let mut echo = Echo::start();
    let mut cramped = Table::with_ceiling(0);
    for words in ["a", "b", "c"] {
        echo.say(words);
        let reading = read(&mut cramped, echo.key);
        assert_eq!(kept_for(echo.key.pid), 0);
        assert_eq!(read(&mut Table::new(), echo.key), reading);
    }
    echo.end();
    let (last, is_final) = cramped.close(echo.key).unwrap();
    assert!(is_final);
    assert_eq!(last.counters.written_chars, Some(Bytes::new("?abc".len() as u64)));
    assert_eq!(cramped.denied(), 0);
}

fn forbid_descriptors_from(count: u64) {
    let limit = libc::rlimit { rlim_cur: count, rlim_max: count };
    // SAFETY: `limit` is a valid rlimit that the call only reads.
    assert_eq!(unsafe { libc::setrlimit(libc::RLIMIT_NOFILE, &raw const limit) }, 0);
}

/// Opens files until there are no descriptors left.
fn exhaust() -> Vec<File> {
    iter::from_fn(|| File::open("/dev/null").ok()).collect()
}

#[test]
fn when_descriptors_run_out_none_is_kept_and_reading_goes_on() {
    if runs_elsewhere(&test_path!(), &[]) {
        return;
    }
    let (mut old, new) = (Echo::start(), Echo::start());
    let mut table = Table::new();
    assert!(read(&mut table, old.key).is_some());
    forbid_descriptors_from(40);

    let others = exhaust();
    assert_eq!(read(&mut table, new.key).map(|reading| reading.key), Some(new.key));
    assert_eq!((kept_for(old.key.pid), kept_for(new.key.pid), table.denied()), (0, 0, 0));

    let rest = exhaust();
    old.child.stdin.as_mut().unwrap().write_all(b"x").unwrap();
    old.child.stdout.as_mut().unwrap().read_exact(&mut [0]).unwrap();
    assert_eq!((read(&mut table, old.key), table.denied()), (None, 1));

    drop((others, rest));
    assert_eq!(read(&mut table, old.key).map(|reading| reading.key), Some(old.key));
    assert_eq!(table.denied(), 1);
}

/// Gives up the rights of root, if we have them.
fn become_nobody() {
    // SAFETY: the call takes a number. It fails where we are not root, and then there is no need for it.
    unsafe { libc::setuid(65534) };
}

#[test]
fn what_we_may_not_know_is_unknown_and_counted_once() {
    if runs_elsewhere(&test_path!(), &[]) {
        return;
    }
    // A program that may be executed but not read keeps its secrets from everybody but root.
    let program = env::temp_dir().join(format!("procmon-unreadable-{}", std::process::id()));
    fs::copy("/bin/sh", &program).unwrap();
    fs::set_permissions(&program, Permissions::from_mode(0o111)).unwrap();
    let mut command = Command::new(&program);
    command.args(["-c", "while read word; do :; done"]).stdin(Stdio::piped());
    let mut child = command.spawn().unwrap();
    fs::remove_file(&program).unwrap();
    become_nobody();

    let key = key_of(child.id());
    let mut table = Table::new();
    for _ in 0..3 {
        let reading = read(&mut table, key).unwrap();
        assert_eq!((reading.counters.read, reading.counters.written_chars), (None, None));
        assert!(reading.counters.cpu.is_some() && reading.gauges.rss_peak.is_some());
        child.stdin.as_mut().unwrap().write_all(b"work\n").unwrap();
    }
    drop(child.stdin.take());
    child.wait().unwrap();
    assert_eq!(table.denied(), 1);
}

#[test]
fn what_a_process_read_and_wrote_stays_known_after_its_end() {
    if runs_elsewhere(&test_path!(), &[]) {
        return;
    }
    become_nobody();
    let mut echo = Echo::start();
    let mut table = Table::new();
    let alive = read(&mut table, echo.key).unwrap().counters;
    echo.end();
    let ended = read(&mut table, echo.key).unwrap();
    assert_eq!(ended.gauges.state, Some(ProcessState::Zombie));
    assert_eq!(ended.counters.written_chars, Some(Bytes::new("?".len() as u64)));
    assert!(ended.counters.cpu > alive.cpu && ended.counters.read_chars >= alive.read_chars);
    assert_eq!(table.denied(), 0);
}
