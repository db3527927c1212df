//! Floor 11. Brokers that go and come back, and one that is late.

use std::collections::BTreeSet;

use procmon_export::mqtt::MqttOptions;
use procmon_model::ports::Sink;

use super::broker::{Mosquitto, Subscriber};
use super::story::{Session, counts, end, loss, options};
use crate::support::servers::until;

/// Keeps the subscriber's session and everything for it; the test makes it save them.
const PERSISTENT: &str =
    "allow_anonymous true\npersistence true\nmax_inflight_messages 0\nmax_queued_messages 0";

fn numbers(subscriber: &Subscriber) -> Vec<u64> {
    let told = subscriber.below("procmon/v1/ci/box/run/");
    told.iter().map(|got| got.json()["seq"].as_u64().unwrap()).collect()
}

#[test]
fn fifteen_hundred_messages_survive_a_broker_that_is_killed_and_started_again() {
    let Some(mut broker) = Mosquitto::asleep() else { return };
    broker.wake(PERSISTENT);
    let subscriber = broker.subscribe(&["-c", "-i", "watcher"]);
    broker.save();
    let mut session = Session::start(&options(&broker.url())).unwrap();
    session.samples(0..700);
    until("the first have arrived", || numbers(&subscriber).contains(&701));
    // What a broker has confirmed and not saved is lost with it whatever we do: before it dies it reads no more, so that
    // it confirms nothing of what is on its way.
    broker.freeze();
    session.samples(700..1496);
    broker.kill();
    broker.wake(PERSISTENT);
    let tally = session.finish();
    assert_eq!((counts(&tally), loss(&tally)), ((1501, 0, 0), String::new()));
    until("the last has arrived", || numbers(&subscriber).contains(&1500));
    let distinct: BTreeSet<u64> = numbers(&subscriber).into_iter().collect();
    let missing: Vec<u64> = (0..=1500).filter(|number| !distinct.contains(number)).collect();
    assert_eq!(missing, Vec::<u64>::new());
}

#[test]
fn a_broker_that_has_forgotten_everything_gets_what_it_had_not_confirmed() {
    let Some(mut broker) = Mosquitto::open() else { return };
    let mut session = Session::start(&options(&broker.url())).unwrap();
    session.samples(0..200);
    until("some have arrived", || session.counts().0 > 50);
    broker.kill();
    session.samples(200..400);
    broker.wake("allow_anonymous true");
    let tally = session.finish();
    assert_eq!((counts(&tally), loss(&tally)), ((405, 0, 0), String::new()));
}

#[test]
fn a_late_broker_gets_the_start_and_the_newest_and_the_rest_is_counted() {
    let Some(mut broker) = Mosquitto::asleep() else { return };
    let options = MqttOptions { buffer: 50, ..options(&broker.url()) };
    let mut session = Session::start(&options).unwrap();
    session.samples(0..200);
    session.outbox.write(&end());
    // The start, 200 samples, a summary after the first of them, the end and another summary; 50 have room.
    until("the rest is dropped", || session.counts().2 == 154);
    broker.wake("allow_anonymous true");
    let subscriber = broker.subscribe(&[]);
    let tally = session.stop();
    assert_eq!(counts(&tally), (50, 0, 154));
    let place = broker.url();
    let told = loss(&tally);
    let expected = format!("mqtt: 154 records were not delivered: {place} cannot be reached: ");
    assert!(told.starts_with(&expected) || told.ends_with("room for 50 messages only"), "{told}");
    until("all have arrived", || numbers(&subscriber).len() == 50);
    let first_sample = 204 - 2 - 46;
    let newest = first_sample..204;
    let expected: BTreeSet<u64> = [0, 2].into_iter().chain(newest).collect();
    assert_eq!(numbers(&subscriber).into_iter().collect::<BTreeSet<u64>>(), expected);
}
