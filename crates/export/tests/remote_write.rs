//! Floor 11. Remote write against a real Prometheus, and against a server that fails on demand.

use std::fs;
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use crate::support::{
    Answer, Running, Server, free_port, get, header, installed, sample_at, tell, until,
};
use procmon_export::census::{Group, Scene};
use procmon_export::delivery::{Manner, Outbox, Picture, outbox};
use procmon_export::remote_write::{Bearer, RemoteWrite, RemoteWriteOptions, Tell};
use procmon_model::ports::Sink as _;
use procmon_model::record::Record;
use procmon_model::units::WallTime;

/// A scene that the test sets, a millisecond later each time.
#[derive(Clone, Default)]
struct Stage(Arc<Mutex<Scene>>);

impl Stage {
    fn set(&self, groups: &[(&str, u64)], at: u64) {
        let group = |(name, processes): &(&str, u64)| Group {
            name: (*name).into(),
            processes: *processes,
            ..Group::default()
        };
        let read_at = Some(WallTime::from_nanos(at * 1_000_000));
        let groups = groups.iter().map(group).collect();
        *self.0.lock().unwrap() = Scene { read_at, groups, ..Scene::default() };
    }
}

impl Picture for Stage {
    fn take(&mut self, _record: &Record) {}

    fn scene(&mut self) -> Scene {
        self.0.lock().unwrap().clone()
    }
}

fn series(scene: &Scene, tell: Tell<'_>) {
    for group in &scene.groups {
        tell("procmon_group_processes", &[("group", &group.name)], group.processes as f64);
    }
}

fn options() -> RemoteWriteOptions {
    RemoteWriteOptions {
        interval: Duration::from_millis(50),
        timeout: Duration::from_secs(10),
        ..RemoteWriteOptions::new(series)
    }
}

fn now() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    u64::try_from(since.as_millis()).unwrap()
}

/// Sends one scene of two groups and its end to a server; answers what was sent, failed and dropped, and the reason.
fn deliver(
    server: &Server,
    user: &str,
    options: &RemoteWriteOptions,
) -> ([u64; 3], Option<String>) {
    let (mut outbox, courier) = outbox("remote_write", 100, Manner::Hasty);
    let stage = Stage::default();
    stage.set(&[("node", 2), ("sh", 1)], 1_000);
    let url = format!("http://{user}127.0.0.1:{}/api/v1/write", server.port);
    let delivery = RemoteWrite::start(&url, options, courier, Box::new(stage)).unwrap();
    outbox.write(&header(0));
    outbox.finish();
    delivery.wait();
    (counts(&outbox), outbox.tally().loss().map(|loss| loss.message))
}

fn counts(outbox: &Outbox) -> [u64; 3] {
    let figures = outbox.tally().figures();
    [figures.sent, figures.failed, figures.dropped]
}

#[test]
fn a_real_prometheus_has_our_values_and_forgets_series_that_ended() {
    let install = "apt-get install --no-install-recommends prometheus";
    let Some(program) = installed(&["/usr/bin/prometheus"], install) else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let configuration = folder.path().join("prometheus.yml");
    fs::write(&configuration, "global:\n  scrape_interval: 1h\n").unwrap();
    let port = free_port();
    let _prometheus = Running::start(
        Command::new(program)
            .arg(format!("--config.file={}", configuration.display()))
            .arg(format!("--storage.tsdb.path={}", folder.path().join("data").display()))
            .arg(format!("--web.listen-address=127.0.0.1:{port}"))
            .arg("--web.enable-remote-write-receiver")
            .stdout(Stdio::null())
            .stderr(Stdio::null()),
        port,
    );
    until("prometheus to be ready", || {
        Some(get(port, "/-/ready")).filter(|page| page.contains("is Ready"))
    });
    let query = |at: u64| {
        let time = at as f64 / 1_000.0;
        let page = get(port, &format!("/api/v1/query?query=procmon_group_processes&time={time}"));
        let page: serde_json::Value = serde_json::from_str(&page).unwrap();
        let found = page["data"]["result"].as_array().unwrap().iter().map(|series| {
            let labels = &series["metric"];
            let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
            (text(&labels["group"]), text(&labels["job"]), text(&series["value"][1]))
        });
        let mut found: Vec<_> = found.collect();
        found.sort();
        found
    };
    let row = |group: &str, value: &str| (group.to_owned(), "procmon".to_owned(), value.to_owned());

    let (mut outbox, courier) = outbox("remote_write", 100, Manner::Hasty);
    let stage = Stage::default();
    let began = now();
    stage.set(&[("jest \"a\\b\"\nü", 2), ("sh", 1)], began);
    let url = format!("http://127.0.0.1:{port}/api/v1/write");
    let delivery = RemoteWrite::start(&url, &options(), courier, Box::new(stage.clone())).unwrap();
    tell(&mut outbox, &[header(began), sample_at(0, 0)]);
    until("two samples", || Some(()).filter(|()| counts(&outbox)[0] >= 2));
    assert_eq!(query(began), [row("jest \"a\\b\"\nü", "2"), row("sh", "1")]);
    stage.set(&[("jest \"a\\b\"\nü", 3)], began + 100);
    until("a sample and an end", || Some(()).filter(|()| counts(&outbox)[0] >= 4));
    assert_eq!(query(began + 100), [row("jest \"a\\b\"\nü", "3")]);
    outbox.finish();
    delivery.wait();
    assert_eq!(counts(&outbox), [5, 0, 0]);
    assert_eq!(query(began + 101), []);
    assert_eq!(outbox.tally().loss(), None);
}

#[test]
fn requests_are_as_the_specification_has_them() {
    let server = Server::answering(vec![Answer::taken()]);
    let (counts, loss) = deliver(&server, "me:s%40crt@", &options());
    assert_eq!((counts, loss), ([4, 0, 0], None));
    let received = server.wait_for(2);
    let request = &received[0];
    assert_eq!(request.path, "/api/v1/write");
    for (name, value) in [
        ("content-type", "application/x-protobuf"),
        ("content-encoding", "snappy"),
        ("x-prometheus-remote-write-version", "0.1.0"),
        ("authorization", "Basic bWU6c0BjcnQ="),
    ] {
        assert_eq!(request.header(name), Some(value), "{name}");
    }
    let message = snap::raw::Decoder::new().decompress_vec(&request.body).unwrap();
    let labels = b"\n#\n\x08__name__\x12\x17procmon_group_processes\n\r\n\x05group\x12\x04node\
        \n\x0e\n\x03job\x12\x07procmon";
    let begin = message.windows(labels.len()).position(|window| window == labels);
    assert_eq!(begin, Some(2));
}

#[test]
fn a_token_is_read_anew_for_each_request() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("token");
    fs::write(&path, "first\n").unwrap();
    let server = Server::answering(vec![Answer::taken()]);
    let options = RemoteWriteOptions { bearer: Some(Bearer::File(path)), ..options() };
    deliver(&server, "", &options);
    assert_eq!(server.received()[0].header("authorization"), Some("Bearer first"));
    let token = Some(Bearer::Token("second".to_owned()));
    let options = RemoteWriteOptions { bearer: token, ..options };
    assert!(!format!("{options:?}").contains("second"));
    deliver(&server, "", &options);
    assert_eq!(server.received()[2].header("authorization"), Some("Bearer second"));
}

#[test]
fn a_busy_server_is_asked_again_and_a_refusal_is_final() {
    let busy = Answer::Status(500, "", b"busy".to_vec());
    let server = Server::answering(vec![busy.clone(), busy, Answer::taken()]);
    assert_eq!(deliver(&server, "", &options()), ([4, 0, 0], None));
    assert_eq!(server.received().len(), 4);

    let refusal = Answer::Status(400, "", b"out of order\nsample".to_vec());
    let server = Server::answering(vec![refusal]);
    let (counts, loss) = deliver(&server, "me:secret@", &options());
    assert_eq!((counts, server.received().len()), ([0, 4, 0], 2));
    let address = format!("http://127.0.0.1:{}/api/v1/write", server.port);
    let told =
        format!("remote_write: 4 records were not delivered: {address} answered 400: out of order");
    assert_eq!(loss, Some(told));
}

#[test]
fn a_server_that_is_down_holds_up_nothing() {
    let port = free_port();
    let (mut outbox, courier) = outbox("remote_write", 100, Manner::Hasty);
    let stage = Stage::default();
    stage.set(&[("node", 1)], 1_000);
    let url = format!("http://me:secret@127.0.0.1:{port}/");
    let delivery = RemoteWrite::start(&url, &options(), courier, Box::new(stage)).unwrap();
    outbox.write(&header(0));
    let began = Instant::now();
    outbox.finish();
    delivery.wait();
    assert!(began.elapsed() < Duration::from_secs(8), "{:?}", began.elapsed());
    assert_eq!(counts(&outbox), [0, 0, 2]);
    let told = format!(
        "remote_write: 2 records were not delivered: \
         http://127.0.0.1:{port}/: Connection refused (os error 111)"
    );
    assert_eq!(outbox.tally().loss().unwrap().message, told);
}
