//! Floor 11. OTLP against a server that fails on demand.

use std::time::{Duration, Instant};

use crate::support::{Answer, Server, ended, free_port, header, run_end, started, tell};
use opentelemetry_proto::tonic::collector::trace::v1::{
    ExportTracePartialSuccess, ExportTraceServiceResponse,
};
use procmon_export::census::Scene;
use procmon_export::delivery::{Manner, Outbox, Picture, outbox};
use procmon_export::otlp::{Otlp, OtlpOptions};
use procmon_model::event::Ending;
use procmon_model::ports::Sink as _;
use procmon_model::record::Record;
use prost::Message as _;

/// Figures are another file's business.
struct Nothing;

impl Picture for Nothing {
    fn take(&mut self, _record: &Record) {}

    fn scene(&mut self) -> Scene {
        Scene::default()
    }
}

fn options(port: u16) -> OtlpOptions {
    let mut options = OtlpOptions::from_variables(&|_| None).unwrap();
    options.metrics = None;
    options.with_endpoint(&format!("http://me:secret@127.0.0.1:{port}"))
}

fn start(options: OtlpOptions) -> (Outbox, Otlp) {
    let (outbox, courier) = outbox("otlp", 100_000, Manner::Hasty);
    (outbox, Otlp::start(options, courier, Box::new(Nothing)).unwrap())
}

/// Sends the three spans of a short run; answers what was sent, failed and dropped, the reason, and how long the end
/// took.
fn deliver(options: OtlpOptions) -> ([u64; 3], Option<String>, Duration) {
    let (mut outbox, otlp) = start(options);
    tell(&mut outbox, &short_run());
    let began = Instant::now();
    outbox.finish();
    otlp.wait();
    (counts(&outbox), outbox.tally().loss().map(|loss| loss.message), began.elapsed())
}

fn short_run() -> Vec<Record> {
    vec![
        header(1_000),
        started(1, None, 0, "npm"),
        started(2, Some(1), 10, "node"),
        ended(2, 20, Ending::Code(0)),
        ended(1, 30, Ending::Code(0)),
        run_end(30, Ending::Code(0)),
    ]
}

fn counts(outbox: &Outbox) -> [u64; 3] {
    let figures = outbox.tally().figures();
    [figures.sent, figures.failed, figures.dropped]
}

fn lost(port: u16, reason: &str) -> String {
    let address = format!("http://127.0.0.1:{port}/v1/traces");
    format!("otlp: 3 records were not delivered: {address}{reason}")
}

#[test]
fn a_server_that_asks_for_time_gets_it_and_then_everything() {
    let busy = Answer::Status(429, "Retry-After: 1\r\n", Vec::new());
    let server = Server::answering(vec![busy, Answer::taken()]);
    let (counts, loss, took) = deliver(options(server.port));
    assert_eq!((counts, loss, server.received().len()), ([3, 0, 0], None, 2));
    assert!(took >= Duration::from_secs(1), "{took:?}");
    let received = server.received();
    assert_eq!(received[0], received[1]);
}

#[test]
fn a_server_that_asks_for_more_time_than_there_is_is_left_at_once() {
    let busy = Answer::Status(503, "Retry-After: 60\r\n", b"down for repair".to_vec());
    let server = Server::answering(vec![busy]);
    let (counts, loss, took) = deliver(options(server.port));
    assert_eq!((counts, server.received().len()), ([0, 0, 3], 1));
    assert_eq!(loss, Some(lost(server.port, " answered 503: down for repair")));
    assert!(took < Duration::from_secs(4), "{took:?}");
}

#[test]
fn gateways_that_are_out_of_order_are_tried_again() {
    let answers = [502, 503, 504].map(|status| Answer::Status(status, "", Vec::new()));
    let server = Server::answering([answers.to_vec(), vec![Answer::taken()]].concat());
    let (counts, loss, _) = deliver(options(server.port));
    assert_eq!((counts, loss, server.received().len()), ([3, 0, 0], None, 4));
}

#[test]
fn what_is_refused_is_not_sent_again() {
    for status in [301, 307, 400, 401, 404, 408, 413, 500] {
        let headers = "Location: http://127.0.0.1:9/\r\n";
        let server = Server::answering(vec![Answer::Status(status, headers, b"no".to_vec())]);
        let (counts, loss, _) = deliver(options(server.port));
        assert_eq!((counts, server.received().len()), ([0, 3, 0], 1), "{status}");
        assert_eq!(loss, Some(lost(server.port, &format!(" answered {status}: no"))));
    }
}

#[test]
fn items_that_a_success_leaves_out_have_failed() {
    let partial =
        ExportTracePartialSuccess { rejected_spans: 2, error_message: "too old".to_owned() };
    let answer = ExportTraceServiceResponse { partial_success: Some(partial) }.encode_to_vec();
    let server = Server::answering(vec![Answer::Status(200, "", answer)]);
    let (counts, loss, _) = deliver(options(server.port));
    assert_eq!(counts, [1, 2, 0]);
    let told = lost(server.port, " answered 200: too old").replace("3 records", "2 records");
    assert_eq!(loss, Some(told));
}

#[test]
fn what_does_not_speak_http_is_not_asked_again() {
    let server = Server::answering(vec![Answer::Garbage]);
    let (counts, loss, took) = deliver(options(server.port));
    assert_eq!((counts, server.received().len()), ([0, 3, 0], 1));
    assert_eq!(loss, Some(lost(server.port, ": what answers does not speak HTTP")));
    assert!(took < Duration::from_secs(4), "{took:?}");
}

#[test]
fn a_server_that_never_answers_holds_up_the_end_for_a_flush_at_most() {
    let server = Server::answering(vec![Answer::Silence]);
    let mut options = options(server.port);
    options.flush_timeout = Duration::from_millis(300);
    let (counts, loss, took) = deliver(options);
    assert_eq!(counts, [0, 0, 3]);
    assert_eq!(
        loss.as_deref(),
        Some("otlp: 3 records were not delivered: there was no answer in time")
    );
    assert!(took >= Duration::from_millis(300) && took < Duration::from_secs(4), "{took:?}");
}

#[test]
fn a_server_that_is_down_holds_up_nothing() {
    let port = free_port();
    let (counts, loss, took) = deliver(options(port));
    assert_eq!(counts, [0, 0, 3]);
    assert_eq!(loss, Some(lost(port, ": Connection refused (os error 111)")));
    assert!(took < Duration::from_secs(4), "{took:?}");
}

#[test]
fn a_server_that_comes_up_late_gets_what_waited_for_it() {
    let port = free_port();
    let (mut outbox, otlp) = start(options(port));
    outbox.write(&header(1_000));
    for pid in 2..600 {
        tell(&mut outbox, &[started(pid, None, 1, "true"), ended(pid, 2, Ending::Code(0))]);
    }
    let server = Server::at(port, vec![Answer::taken()]);
    let received = server.wait_for(1);
    assert_eq!(received[0].header("authorization"), Some("Basic bWU6c2VjcmV0"));
    tell(&mut outbox, &[run_end(3, Ending::Code(0))]);
    outbox.finish();
    otlp.wait();
    assert_eq!((counts(&outbox), outbox.tally().loss()), ([599, 0, 0], None));
}

#[test]
fn a_full_buffer_drops_the_oldest_and_counts() {
    let server = Server::answering(vec![Answer::Status(503, "Retry-After: 60\r\n", Vec::new())]);
    let mut options = options(server.port);
    options.buffer_bytes = 60_000;
    let (mut outbox, otlp) = start(options);
    outbox.write(&header(1_000));
    for pid in 2..5_002 {
        tell(&mut outbox, &[started(pid, None, 1, "true"), ended(pid, 2, Ending::Code(0))]);
    }
    server.wait_for(1);
    tell(&mut outbox, &[run_end(3, Ending::Code(0))]);
    let began = Instant::now();
    outbox.finish();
    otlp.wait();
    assert_eq!(counts(&outbox), [0, 0, 5_001]);
    assert!(began.elapsed() < Duration::from_secs(4), "{:?}", began.elapsed());
}

#[test]
fn ten_thousand_processes_are_twenty_requests() {
    let server = Server::answering(vec![Answer::taken()]);
    let (mut outbox, otlp) = start(options(server.port));
    outbox.write(&header(1_000));
    for pid in 2..10_002 {
        tell(&mut outbox, &[started(pid, None, 1, "cc1"), ended(pid, 2, Ending::Code(0))]);
    }
    tell(&mut outbox, &[run_end(3, Ending::Code(0))]);
    outbox.finish();
    otlp.wait();
    assert_eq!(counts(&outbox), [10_001, 0, 0]);
    // Twenty full ones at best; the clock may cut one short where the machine is slow.
    let requests = server.received().len();
    assert!((20..=22).contains(&requests), "{requests}");
}
