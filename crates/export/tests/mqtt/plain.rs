//! Floor 11. What a broker without secrets gets: a run from its start to its end, and who is there.

use procmon_export::mqtt::{MqttOptions, Propeller};
use serde_json::json;

use super::broker::{Got, Mosquitto};
use super::proxy::Wire;
use super::story::{Session, counts, options};
use crate::support::servers::until;

fn kinds(messages: &[Got]) -> Vec<&str> {
    messages.iter().map(Got::kind).collect()
}

#[test]
fn a_run_is_told_from_its_start_to_its_end_in_order() {
    let Some(broker) = Mosquitto::open() else { return };
    let subscriber = broker.subscribe(&[]);
    let mut session = Session::start(&options(&broker.url())).unwrap();
    subscriber.first("start");
    assert_eq!(subscriber.statuses(), ["online"]);
    session.samples(0..2);
    let tally = session.finish();
    assert_eq!(counts(&tally), (7, 0, 0));
    until("the agent is offline", || subscriber.statuses().len() == 2);
    assert_eq!(subscriber.statuses(), ["online", "offline"]);
    let told = subscriber.below("procmon/v1/ci/box/run/ab12/");
    let expected = ["start", "sample", "summary", "sample", "exit", "end", "summary"];
    assert_eq!(kinds(&told), expected);
    for (seq, message) in told.iter().enumerate() {
        assert_eq!(message.json()["seq"], json!(seq));
        assert_eq!(message.json()["run"], json!("ab12"));
    }
    let sample = told[1].json();
    assert_eq!(sample["ts"], json!("2025-01-15T10:35:22.001Z"));
    assert_eq!(sample["processes"][0]["rssBytes"], json!(1_000_000));
    assert_eq!(told[6].json()["cpuMs"], json!(1.0));
}

#[test]
fn who_comes_later_gets_the_last_status_and_the_summary() {
    let Some(broker) = Mosquitto::open() else { return };
    let mut session = Session::start(&options(&broker.url())).unwrap();
    until("the start has arrived", || session.counts().0 == 1);
    let early = broker.subscribe(&[]);
    assert_eq!(
        (early.first("status").payload.as_str(), early.first("status").retained),
        ("online", true)
    );
    session.samples(0..1);
    session.finish();
    let late = broker.subscribe(&[]);
    let status = late.first("status");
    assert_eq!((status.payload.as_str(), status.retained), ("offline", true));
    let summary = late.first("summary");
    assert!(summary.retained);
    assert_eq!(summary.json()["durationMs"], json!(1.0));
    assert_eq!(late.below("procmon/").len(), 2);
}

#[test]
fn a_cut_connection_makes_the_broker_say_offline_until_we_are_back() {
    let Some(broker) = Mosquitto::open() else { return };
    let subscriber = broker.subscribe(&[]);
    let wire = Wire::to(broker.port);
    let mut session = Session::start(&options(&format!("mqtt://127.0.0.1:{}", wire.port))).unwrap();
    until("the start has arrived", || session.counts().0 == 1);
    wire.cut();
    until("the will is published", || subscriber.statuses() == ["online", "offline"]);
    session.samples(0..5);
    until("we are back", || subscriber.statuses() == ["online", "offline", "online"]);
    assert_eq!(counts(&session.finish()), (10, 0, 0));
}

#[test]
fn propeller_gets_its_own_messages_on_both_its_topics() {
    let Some(broker) = Mosquitto::open() else { return };
    let subscriber = broker.subscribe(&[]);
    let compat = Propeller {
        domain: "d1".to_owned(),
        channel: "c1".to_owned(),
        task_id: Some("task-1".to_owned()),
        proplet_id: Some("proplet-1".to_owned()),
    };
    let options = MqttOptions { compat: Some(compat), ..options(&broker.url()) };
    let mut session = Session::start(&options).unwrap();
    session.samples(0..2);
    assert_eq!(counts(&session.finish()), (11, 0, 0));
    until("all has arrived", || subscriber.below("m/").len() == 4);
    let told = subscriber.below("m/d1/c/c1/control/proplet/task_metrics");
    let last = told[1].json();
    assert_eq!((&last["task_id"], &last["proplet_id"]), (&json!("task-1"), &json!("proplet-1")));
    assert_eq!(last["metrics"]["cpu_percent"], json!(50.0));
    assert_eq!(last["metrics"]["memory_bytes"], json!(1_000_001));
    assert_eq!(last["metrics"]["timestamp"], json!("2025-01-15T10:35:22.002Z"));
    assert_eq!(last["aggregated"]["sample_count"], json!(2));
    let documented = subscriber.below("m/d1/c/c1/metrics/proplet");
    assert_eq!(documented.len(), 2);
    assert_eq!(documented[1].json(), last);
}
