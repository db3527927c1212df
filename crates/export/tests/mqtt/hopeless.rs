//! Floor 11. Brokers that never come, and names that cannot be used.

use std::net::TcpListener;
use std::time::{Duration, Instant};

use procmon_export::mqtt::{MqttOptions, PasswordFrom, Propeller};

use super::story::{Session, counts, loss, options};
use crate::support::servers::free_port;

#[test]
fn where_there_never_was_a_broker_the_end_is_not_kept_waiting_and_the_loss_is_told() {
    let port = free_port();
    let flush = Duration::from_secs(600);
    let options = MqttOptions { flush, ..options(&format!("mqtt://me@127.0.0.1:{port}")) };
    let mut session = Session::start(&options).unwrap();
    session.samples(0..10);
    let tally = session.finish();
    assert_eq!(counts(&tally), (0, 0, 15));
    let told = loss(&tally);
    let expected =
        format!("mqtt: 15 records were not delivered: mqtt://127.0.0.1:{port} cannot be reached: ");
    assert!(told.starts_with(&expected), "{told}");
    assert!(told.contains("Connection refused"), "{told}");
}

#[test]
fn a_broker_that_never_answers_costs_the_flush_at_most() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = silent.local_addr().unwrap().port();
    let flush = Duration::from_secs(1);
    let options = MqttOptions { flush, ..options(&format!("mqtt://127.0.0.1:{port}")) };
    let mut session = Session::start(&options).unwrap();
    session.samples(0..10);
    let began = Instant::now();
    let tally = session.finish();
    let took = began.elapsed();
    assert!(took >= flush && took < flush + Duration::from_secs(5), "{took:?}");
    assert_eq!(counts(&tally), (0, 0, 15));
}

fn refused(options: &MqttOptions) -> String {
    Session::start(options).err().unwrap().to_string()
}

#[test]
fn words_that_cannot_stand_in_a_topic_are_refused_at_the_start() {
    let plain = options("mqtt://127.0.0.1:1");
    let told = |part: &str| {
        format!(
            "make a topic of the {part} \"a/#\": a part of a topic is not empty and has none of / + # and NUL"
        )
    };
    let wrong = || "a/#".to_owned();
    let namespace = MqttOptions { namespace: wrong(), ..plain.clone() };
    assert_eq!(refused(&namespace), told("namespace"));
    let agent = MqttOptions { agent: Some(wrong()), ..plain.clone() };
    assert_eq!(refused(&agent), told("agent"));
    let run = MqttOptions { run: Some(wrong()), ..plain.clone() };
    assert_eq!(refused(&run), told("run"));
    let names = Propeller { domain: wrong(), channel: wrong(), task_id: None, proplet_id: None };
    let domain = MqttOptions { compat: Some(names.clone()), ..plain.clone() };
    assert_eq!(refused(&domain), told("domain"));
    let names = Propeller { domain: "d".to_owned(), ..names };
    let channel = MqttOptions { compat: Some(names), ..plain };
    assert_eq!(refused(&channel), told("channel"));
}

#[test]
fn a_password_is_taken_from_no_url_and_no_empty_environment() {
    let told = refused(&options("mqtt://me:s3cret@127.0.0.1:1"));
    assert!(
        told.starts_with("accept the URL of mqtt://127.0.0.1:1: it holds a password"),
        "{told}"
    );
    assert!(!told.contains("s3cret"), "{told}");
    let password = Some(PasswordFrom::Environment("PROCMON_NO_SUCH_PASSWORD".to_owned()));
    let options = MqttOptions { password, ..options("mqtt://me@127.0.0.1:1") };
    let told = "read the password: the environment has no PROCMON_NO_SUCH_PASSWORD";
    assert_eq!(refused(&options), told);
}
