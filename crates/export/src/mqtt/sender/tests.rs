//! Floor 11. What the sending thread does, signal by signal, with a connection that only writes down what it is told.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use super::{Next, Place, Sender};
use crate::census::DeliveryFigures;
use crate::delivery::{Manner, outbox};
use crate::mqtt::message::{Message, Worth};
use crate::mqtt::signal::{Client, Fate, Prospect, Signal, Trouble};

/// The numbers of the messages about ourselves.
const ONLINE: u64 = u64::MAX;
const OFFLINE: u64 = u64::MAX - 1;

#[derive(Clone, Default)]
struct Notebook(Rc<Pages>);

#[derive(Default)]
struct Pages {
    published: RefCell<Vec<(u64, String)>>,
    hurried: Cell<bool>,
    left: Cell<bool>,
}

impl Client for Notebook {
    fn publish(&self, number: u64, message: &Message) -> bool {
        let payload = String::from_utf8(message.payload.clone()).unwrap();
        self.0.published.borrow_mut().push((number, payload));
        true
    }

    fn hurry(&self) {
        self.0.hurried.set(true);
    }

    fn leave(&self) {
        self.0.left.set(true);
    }
}

struct Scenario {
    sender: Sender<Notebook>,
    notebook: Notebook,
    courier: crate::delivery::Courier,
}

impl Scenario {
    fn new(buffer: usize, in_flight: usize) -> Self {
        let (_, courier) = outbox("mqtt", 10, Manner::Hasty);
        let notebook = Notebook::default();
        let place = Place {
            broker: "mqtt://broker:1883".to_owned(),
            status: "status".to_owned(),
            buffer,
            in_flight,
        };
        let sender = Sender::new(notebook.clone(), place, courier.tally().clone());
        Self { sender, notebook, courier }
    }

    fn samples(&mut self, words: &[&str]) {
        for word in words {
            let (topic, payload) = ("sample".to_owned(), word.as_bytes().to_vec());
            let (retained, expiry, worth) = (false, None, Worth::Sample);
            let message = Message { topic, payload, retained, expiry, worth };
            assert_eq!(self.sender.take(Signal::Message(message)), Next::Wait);
        }
    }

    fn connect(&mut self) -> Next {
        self.sender.take(Signal::Connected { largest: None })
    }

    fn lose(&mut self, prospect: Prospect) -> Next {
        self.sender.take(Signal::Lost(Trouble { sentence: "it is gone".to_owned(), prospect }))
    }

    fn settle(&mut self, number: u64, fate: Fate) -> Next {
        self.sender.take(Signal::Settled { number, fate })
    }

    fn published(&self) -> Vec<(u64, String)> {
        self.notebook.0.published.take()
    }

    /// Sent, failed and dropped.
    fn counts(&self) -> (u64, u64, u64) {
        let DeliveryFigures { sent, failed, dropped, .. } = self.courier.tally().figures();
        (sent, failed, dropped)
    }

    fn loss(&self) -> String {
        self.courier.tally().loss().unwrap().message
    }
}

fn words(pairs: &[(u64, &str)]) -> Vec<(u64, String)> {
    pairs.iter().map(|(number, word)| (*number, (*word).to_owned())).collect()
}

#[test]
fn a_session_says_that_it_is_there_sends_all_and_says_good_bye() {
    let mut scenario = Scenario::new(10, 5);
    scenario.samples(&["a"]);
    assert_eq!(scenario.published(), []);
    scenario.connect();
    scenario.samples(&["b"]);
    assert_eq!(scenario.published(), words(&[(ONLINE, "online"), (0, "a"), (1, "b")]));
    scenario.settle(0, Fate::Accepted);
    assert_eq!(scenario.sender.take(Signal::Over), Next::Wait);
    assert_eq!(scenario.published(), []);
    scenario.settle(1, Fate::Accepted);
    assert_eq!(scenario.published(), words(&[(OFFLINE, "offline")]));
    assert!(!scenario.notebook.0.left.get());
    scenario.settle(OFFLINE, Fate::Accepted);
    assert!(scenario.notebook.0.left.get());
    assert_eq!(scenario.sender.take(Signal::Left), Next::Done);
    assert_eq!(scenario.counts(), (2, 0, 0));
}

#[test]
fn no_more_are_unconfirmed_at_a_time_than_is_allowed() {
    let mut scenario = Scenario::new(10, 2);
    scenario.connect();
    scenario.samples(&["a", "b", "c"]);
    assert_eq!(scenario.published().len(), 3);
    scenario.settle(1, Fate::Accepted);
    assert_eq!(scenario.published(), words(&[(2, "c")]));
}

#[test]
fn what_a_broker_has_forgotten_is_sent_again_in_its_place() {
    let mut scenario = Scenario::new(10, 2);
    scenario.connect();
    scenario.samples(&["a", "b", "c"]);
    scenario.lose(Prospect::Open);
    scenario.published();
    scenario.settle(0, Fate::Forgotten);
    scenario.settle(1, Fate::Forgotten);
    assert_eq!(scenario.published(), []);
    scenario.connect();
    assert_eq!(scenario.published(), words(&[(ONLINE, "online"), (0, "a"), (1, "b")]));
    assert_eq!(scenario.counts(), (0, 0, 0));
}

#[test]
fn the_oldest_samples_are_dropped_for_want_of_room_and_counted() {
    let mut scenario = Scenario::new(2, 5);
    scenario.samples(&["a", "b", "c", "d", "e"]);
    scenario.connect();
    assert_eq!(scenario.published(), words(&[(ONLINE, "online"), (3, "d"), (4, "e")]));
    assert_eq!(scenario.counts(), (0, 0, 3));
    let told = "mqtt: 3 records were not delivered: there was room for 2 messages only";
    assert_eq!(scenario.loss(), told);
}

#[test]
fn a_message_that_the_broker_refuses_or_that_is_too_large_has_failed_and_holds_up_nothing() {
    let mut scenario = Scenario::new(10, 5);
    scenario.sender.take(Signal::Connected { largest: Some(50) });
    scenario.samples(&["a", "0123456789012345", "b"]);
    assert_eq!(scenario.published(), words(&[(ONLINE, "online"), (0, "a"), (2, "b")]));
    scenario.settle(2, Fate::Refused("NotAuthorized".to_owned()));
    assert_eq!(scenario.counts(), (0, 2, 0));
    assert_eq!(
        scenario.loss(),
        "mqtt: 2 records were not delivered: mqtt://broker:1883 takes messages of 50 bytes at most, one had 54"
    );
}

#[test]
fn a_broker_that_might_come_back_is_waited_for_and_one_that_refuses_us_is_not() {
    let mut scenario = Scenario::new(10, 5);
    scenario.samples(&["a"]);
    assert_eq!(scenario.lose(Prospect::Open), Next::Wait);
    assert_eq!(scenario.sender.take(Signal::Over), Next::Wait);
    assert!(scenario.notebook.0.hurried.get());
    assert_eq!(scenario.lose(Prospect::None), Next::Done);
    assert_eq!(scenario.counts(), (0, 0, 1));
    assert_eq!(scenario.loss(), "mqtt: 1 records were not delivered: it is gone");
}

#[test]
fn a_session_with_nothing_to_deliver_waits_for_no_broker() {
    let mut scenario = Scenario::new(10, 5);
    assert_eq!(scenario.sender.take(Signal::Over), Next::Done);
    assert_eq!(scenario.counts(), (0, 0, 0));
}

#[test]
fn what_nobody_confirmed_when_the_time_is_over_counts_as_dropped() {
    let mut scenario = Scenario::new(10, 1);
    scenario.connect();
    scenario.samples(&["a", "b"]);
    scenario.sender.take(Signal::Over);
    scenario.sender.give_up();
    assert_eq!(scenario.counts(), (0, 0, 2));
    let told =
        "mqtt: 2 records were not delivered: mqtt://broker:1883 did not confirm them in time";
    assert_eq!(scenario.loss(), told);
}

#[test]
fn a_connection_that_breaks_when_all_is_delivered_is_not_waited_for() {
    let mut scenario = Scenario::new(10, 5);
    scenario.connect();
    scenario.samples(&["a"]);
    scenario.settle(0, Fate::Accepted);
    scenario.sender.take(Signal::Over);
    let told = words(&[(ONLINE, "online"), (0, "a"), (OFFLINE, "offline")]);
    assert_eq!(scenario.published(), told);
    assert_eq!(scenario.lose(Prospect::Open), Next::Done);
    assert_eq!(scenario.counts(), (1, 0, 0));
}

#[test]
fn where_nobody_ever_listened_one_more_try_is_made_at_the_end_and_no_other() {
    let mut scenario = Scenario::new(10, 10);
    scenario.samples(&["a"]);
    assert_eq!(scenario.lose(Prospect::NobodyThere), Next::Wait);
    assert_eq!(scenario.sender.take(Signal::Over), Next::Wait);
    assert_eq!(scenario.lose(Prospect::NobodyThere), Next::Done);
}
