//! Floor 11. What those who look at a census wait for.

use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use procmon_model::ports::Sink;
use procmon_model::record::Record;
use procmon_model::sample::Sample;

use super::told::by_name;
use crate::census::{Census, CensusSink, SharedCensus};

const LONG: Duration = Duration::from_secs(60);

fn shared() -> (SharedCensus, CensusSink) {
    let shared = SharedCensus::new(Census::new(by_name()));
    let sink = shared.sink();
    (shared, sink)
}

fn sample() -> Record {
    Record::Sample(Sample::default())
}

#[test]
fn whoever_comes_while_a_sample_is_under_way_waits_for_the_same() {
    let (shared, mut sink) = shared();
    let (asked, requests) = mpsc::channel();
    let waiting = [0; 4].map(|_| {
        let (shared, asked) = (shared.clone(), asked.clone());
        thread::spawn(move || {
            shared.await_fresh(LONG, LONG, || asked.send(()).unwrap());
            shared.scene().read_at.is_some()
        })
    });
    requests.recv_timeout(LONG).unwrap();
    sink.write(&sample());
    assert_eq!(waiting.map(|thread| thread.join().unwrap()), [true; 4]);
    assert_eq!(requests.try_iter().count(), 0);
}

#[test]
fn a_fresh_sample_is_answered_with_and_an_old_one_is_not() {
    let (shared, mut sink) = shared();
    sink.write(&sample());
    shared.await_fresh(LONG, LONG, || panic!("it is fresh"));
    let mut asked = 0;
    shared.await_fresh(Duration::ZERO, LONG, || {
        asked += 1;
        sink.write(&sample());
    });
    assert_eq!(asked, 1);
}

#[test]
fn patience_has_an_end_and_what_was_asked_for_is_not_asked_for_again() {
    let (shared, _sink) = shared();
    let mut asked = 0;
    for _ in 0..2 {
        shared.await_fresh(LONG, Duration::from_millis(5), || asked += 1);
    }
    assert_eq!((asked, shared.scene().read_at), (1, None));
}

#[test]
fn nobody_waits_for_a_session_that_is_over() {
    let (shared, sink) = shared();
    shared.await_fresh(LONG, LONG, || drop(sink));
    shared.await_fresh(LONG, LONG, || panic!("nobody would hear it"));
}
