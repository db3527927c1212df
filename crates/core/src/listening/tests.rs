//! Floor 9. Tests of the thread that hears processes, with streams of our own.

use procmon_model::ports::{CallSource, Calls};
use procmon_model::process::ProcessKey;
use procmon_sys::LocalStream;

use super::fixture::{BEGAN, call, us, wanted};
use super::wire::{LINE_MAX, encode, missing, name, orphans_name};
use super::{Listening, Wanted};

/// A root whose name nobody else uses: one process cannot have begun twice.
fn root(number: u64) -> ProcessKey {
    ProcessKey { start: us().start * 1_000 + number, ..us() }
}

fn session(number: u64) -> (Listening, LocalStream) {
    let listening = Listening::start(wanted(root(number))).unwrap();
    let stream = connect(number);
    (listening, stream)
}

fn connect(number: u64) -> LocalStream {
    LocalStream::connect(&name(root(number), 0)).unwrap()
}

fn line(name: &str, started: u64, ended: u64) -> Vec<u8> {
    let mut line = Vec::new();
    encode(&call(name), started, ended, &mut line);
    line
}

/// Sends all of it, however long the other end takes to make room.
fn send(stream: &LocalStream, mut bytes: &[u8]) {
    while !bytes.is_empty() {
        procmon_sys::wait_for(&[stream.room()], None);
        match stream.send(bytes) {
            Ok(count) => bytes = &bytes[count..],
            Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => {}
            Err(_) => return,
        }
    }
}

fn told(calls: &Calls) -> Vec<(&str, u64, u64)> {
    let records = calls.records.iter();
    let of = |record: &procmon_model::record::CallRecord| {
        (record.started.as_nanos(), record.at.as_nanos())
    };
    records.map(|record| (&*record.call.name, of(record).0, of(record).1)).collect()
}

#[test]
fn what_was_sent_before_the_end_is_heard_of_whoever_has_gone_stays_or_was_not_let_in() {
    let (mut listening, gone) = session(1);
    send(&gone, &line("gone", BEGAN + 1, BEGAN + 2));
    drop(gone);
    let stays = connect(1);
    send(&stays, &line("stays", BEGAN + 3, BEGAN + 4));
    let calls = listening.close();
    let mut found = told(&calls);
    found.sort_unstable();
    assert_eq!(found, [("gone", 1, 2), ("stays", 3, 4)]);
    let late = LocalStream::connect(&name(root(1), 0)).unwrap_err();
    assert_eq!(late.kind(), std::io::ErrorKind::ConnectionRefused);
}

#[test]
fn times_are_those_of_the_session_and_calls_from_before_it_are_left_out() {
    let (mut listening, stream) = session(2);
    for (name, started, ended) in
        [("before", 1, BEGAN - 1), ("into", 1, BEGAN + 7), ("in", BEGAN + 5, BEGAN + 9)]
    {
        send(&stream, &line(name, started, ended));
    }
    assert_eq!(told(&listening.close()), [("into", 0, 7), ("in", 5, 9)]);
}

#[test]
fn hostile_bytes_are_counted_and_hide_nothing() {
    let (mut listening, stream) = session(3);
    send(&stream, b"\xff\xfe\0\n[[[[\n{\"dropped\":-1}\n");
    send(&stream, &line("between", BEGAN, BEGAN));
    send(&stream, missing(3).as_bytes());
    send(&stream, b"{\"startedNs\":1");
    drop(stream);
    let calls = listening.close();
    assert_eq!(told(&calls), [("between", 0, 0)]);
    assert_eq!((calls.dropped, calls.unreadable), (3, 4));
}

#[test]
fn who_says_more_without_an_end_than_a_line_may_have_is_not_heard_any_more() {
    let (mut listening, endless) = session(4);
    let other = connect(4);
    send(&endless, &vec![b'x'; 2 * LINE_MAX]);
    send(&other, &line("other", BEGAN, BEGAN));
    let calls = listening.close();
    assert_eq!((told(&calls), calls.unreadable), (vec![("other", 0, 0)], 1));
}

#[test]
fn the_number_of_a_process_is_the_one_that_the_kernel_says() {
    let (mut listening, stream) = session(5);
    let mut other = call("other");
    other.process = ProcessKey { pid: 1, start: 7 };
    let mut line = Vec::new();
    encode(&other, BEGAN, BEGAN, &mut line);
    send(&stream, &line);
    let calls = listening.close();
    let processes: Vec<_> = calls.records.iter().map(|record| record.call.process).collect();
    assert_eq!(processes, [ProcessKey { start: 7, ..us() }]);
}

#[test]
fn a_session_of_one_process_hears_that_one_alone() {
    let elsewhere = ProcessKey { pid: 1, ..root(6) };
    let alone = |root| Listening::start(Wanted { children: false, ..wanted(root) }).unwrap();
    let [mut ours, mut other] = [root(6), elsewhere].map(alone);
    for root in [root(6), elsewhere] {
        let stream = LocalStream::connect(&name(root, 0)).unwrap();
        send(&stream, &line("here", BEGAN, BEGAN));
    }
    assert_eq!((ours.close().records.len(), other.close().records.len()), (1, 0));
}

#[test]
fn a_child_of_the_adopter_is_an_orphan_unless_it_was_there_before_the_root() {
    let adopter = procmon_sys::find(std::os::unix::process::parent_id()).unwrap();
    for (start, heard) in [(us().start - 1, 1), (us().start + 1, 0)] {
        let root = ProcessKey { start, ..us() };
        let wanted = Wanted { adopter: Some(adopter), ..wanted(root) };
        let mut listening = Listening::start(wanted).unwrap();
        let stream = LocalStream::connect(&orphans_name(adopter)).unwrap();
        send(&stream, &line("orphan", BEGAN, BEGAN));
        assert_eq!(listening.close().records.len(), heard);
    }
}

#[test]
fn more_than_is_taken_waits_in_the_sockets_until_there_is_room() {
    const CALLS: usize = 20_000;
    let (mut listening, stream) = session(7);
    let sender = std::thread::spawn(move || {
        let line = line(&"x".repeat(500), BEGAN, BEGAN);
        (0..CALLS).for_each(|_| send(&stream, &line));
    });
    let mut found = 0;
    while !sender.is_finished() {
        found += listening.take().records.len();
        std::thread::yield_now();
    }
    sender.join().unwrap();
    let rest = listening.close();
    assert_eq!((found + rest.records.len(), rest.dropped, rest.unreadable), (CALLS, 0, 0));
}
