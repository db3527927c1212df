//! Floor 7. Readings without enough descriptors or rights.

use std::collections::HashSet;
use std::fs::{self, File, Permissions};
use std::io::{Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use std::{env, iter};

use procmon_model::metrics::MetricSet;
use procmon_model::ports::ProcessTable;
use procmon_model::process::{ProcessKey, ProcessState, Reading};
use procmon_model::units::Bytes;

use super::puppet::{pass_at, wait_until_asleep};
use super::support::{Echo, kept_for, key_of, read};
use crate::linux::support::{runs_elsewhere, test_path};
use crate::linux::table::Table;
use crate::world::Inside;

#[test]
fn without_room_for_descriptors_the_same_is_read_and_nothing_is_kept() {
    let mut echo = Echo::start();
    let mut cramped = Table::with_ceiling(0);
    for words in ["a", "b", "c"] {
        echo.say(words);
        let reading = read(&mut cramped, echo.key);
        assert_eq!(kept_for(echo.key.pid), 0);
        assert_eq!(read(&mut Table::new(Inside::OwnProcess), echo.key), reading);
    }
    echo.end();
    let last = cramped.close(echo.key).unwrap();
    assert!(last.cpu_final);
    assert_eq!(last.reading.counters.written_chars, Some(Bytes::new("?abc".len() as u64)));
    assert_eq!(cramped.denied(), 0);
    let said = "the limit of descriptors leaves none to keep: each reading opened its files anew";
    assert_eq!(cramped.troubles(), [said]);
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
    let mut table = Table::new(Inside::OwnProcess);
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
    assert_eq!((kept_for(old.key.pid), table.denied()), (0, 1));
    let said =
        "descriptors ran out: for ten seconds from then on each reading opened its files anew";
    assert_eq!(table.troubles(), [said]);

    old.say("y");
    let later = Instant::now() + Duration::from_secs(11);
    pass_at(&mut table, &[old.key], &[], MetricSet::USUAL, later);
    assert!(kept_for(old.key.pid) > 0);
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
    let mut table = Table::new(Inside::OwnProcess);
    for _ in 0..3 {
        let reading = read(&mut table, key).unwrap();
        assert_eq!((reading.counters.read, reading.counters.written_chars), (None, None));
        assert!(reading.counters.cpu.is_some() && reading.gauges.rss_peak.is_some());
        child.stdin.as_mut().unwrap().write_all(b"work\n").unwrap();
    }
    for second in 0..10 {
        let now = Instant::now() + Duration::from_secs(second);
        let readings = pass_at(&mut table, &[key], &[], MetricSet::USUAL, now);
        assert_eq!(readings.processes[0].gauges.pss, None);
    }
    drop(child.stdin.take());
    child.wait().unwrap();
    assert_eq!(table.denied(), 1);
}

/// Processes that sleep until they are dropped, and cost us no descriptor.
struct Sleepers(Vec<Child>);

impl Sleepers {
    fn start(count: usize) -> Self {
        let sleeper = || Command::new("sleep").arg("1000").stdin(Stdio::null()).spawn().unwrap();
        Self(iter::repeat_with(sleeper).take(count).collect())
    }

    fn keys(&self) -> Vec<ProcessKey> {
        let pids = self.0.iter().map(Child::id).inspect(|pid| wait_until_asleep(*pid));
        pids.map(key_of).collect()
    }
}

impl Drop for Sleepers {
    fn drop(&mut self) {
        for child in &mut self.0 {
            child.kill().unwrap();
            child.wait().unwrap();
        }
    }
}

/// A number of descriptors that is far too low.
const CEILING: i32 = 40;

#[test]
fn with_few_descriptors_some_files_are_kept_and_every_process_is_read() {
    if runs_elsewhere(&test_path!(), &[]) {
        return;
    }
    let sleepers = Sleepers::start(300);
    let keys = sleepers.keys();
    let (mut table, now) = (Table::with_ceiling(CEILING), Instant::now());
    for metrics in [MetricSet::USUAL, MetricSet::ALL] {
        let readings = pass_at(&mut table, &keys, &[], metrics, now);
        let read: Vec<ProcessKey> = readings.processes.iter().map(|reading| reading.key).collect();
        assert_eq!(read, keys);
        for Reading { counters, gauges, .. } in readings.processes {
            assert!(counters.run_delay.is_some() && counters.switches_forced.is_some());
            assert!(gauges.rss.is_some() && counters.read.is_some());
        }
        let kept = keys.iter().map(|key| kept_for(key.pid)).filter(|kept| *kept > 0);
        assert_eq!(kept.collect::<HashSet<_>>(), HashSet::from([6]));
        let ours = fs::read_dir("/proc/self/fd").unwrap().flatten();
        let ours = ours.filter(|entry| fs::read_link(entry.path()).unwrap().starts_with("/proc"));
        let mut numbers = ours.map(|entry| entry.file_name().into_string().unwrap());
        assert!(numbers.all(|number| number.parse::<i32>().unwrap() <= CEILING));
    }
    assert_eq!(table.denied(), 0);
}

#[test]
fn twenty_thousand_processes_can_be_watched_with_sixty_four_descriptors() {
    if runs_elsewhere(&test_path!(), &[]) {
        return;
    }
    let sleepers = Sleepers::start(20);
    let living = sleepers.keys();
    forbid_descriptors_from(64);
    let mut table = Table::new(Inside::OwnProcess);
    // The numbers of these are larger than any that the kernel gives.
    let gone = (1 << 22..).map(|pid| ProcessKey { pid, start: 1 });
    let keys: Vec<ProcessKey> = living.iter().copied().chain(gone).take(20_000).collect();
    for second in 0..3 {
        let now = Instant::now() + Duration::from_secs(second);
        let readings = pass_at(&mut table, &keys, &living, MetricSet::ALL, now);
        let read = readings.processes.iter().map(|reading| reading.key);
        assert_eq!(read.collect::<Vec<_>>(), living);
        assert_eq!(readings.threads.len(), living.len());
        assert_eq!(living.iter().map(|key| kept_for(key.pid)).sum::<usize>(), 0);
    }
    assert_eq!(table.denied(), 0);
}

#[test]
fn what_a_process_read_and_wrote_stays_known_after_its_end() {
    if runs_elsewhere(&test_path!(), &[]) {
        return;
    }
    become_nobody();
    let mut echo = Echo::start();
    let mut table = Table::new(Inside::OwnProcess);
    let alive = read(&mut table, echo.key).unwrap().counters;
    echo.end();
    let ended = read(&mut table, echo.key).unwrap();
    assert_eq!(ended.gauges.state, Some(ProcessState::Zombie));
    assert_eq!(ended.counters.written_chars, Some(Bytes::new("?".len() as u64)));
    assert!(ended.counters.cpu > alive.cpu && ended.counters.read_chars >= alive.read_chars);
    assert_eq!(table.denied(), 0);
}
