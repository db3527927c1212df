//! Floor 11. Messages of records made by hand, word for word.

use std::sync::Arc;
use std::time::Duration;

use procmon_model::event::{Ending, LastKnown, ProcessEvent};
use procmon_model::host::{Capabilities, Host, Tier};
use procmon_model::process::{Counters, Gauges, Growth, Image, ProcessInfo, ProcessKey};
use procmon_model::record::{EndCause, FORMAT, Header, OwnCost, Record, RunEnd, Totals};
use procmon_model::sample::{ProcessUse, Sample};
use procmon_model::settings::Settings;
use procmon_model::units::{Bytes, CpuTime, Elapsed, WallTime};
use serde_json::{Value, json};

use super::{Composer, Naming};
use crate::census::{Run, RunResult, Scene};
use crate::delivery::Picture;
use crate::mqtt::message::{Message, Worth};
use crate::mqtt::options::Propeller;
use crate::mqtt::topics::Topics;

const ROOT: ProcessKey = ProcessKey { pid: 7, start: 70 };
const CHILD: ProcessKey = ProcessKey { pid: 8, start: 80 };

struct Still(Scene);

impl Picture for Still {
    fn take(&mut self, _record: &Record) {}

    fn scene(&mut self) -> Scene {
        self.0.clone()
    }
}

fn composer(compat: bool) -> Composer {
    let topics = Topics::new("ci", "box").unwrap();
    let names = Propeller {
        domain: "d".to_owned(),
        channel: "c".to_owned(),
        task_id: None,
        proplet_id: None,
    };
    let naming = Naming::new(topics, None, "spare".to_owned())
        .unwrap()
        .with_propeller(compat.then_some(&names), "box")
        .unwrap();
    let result = RunResult { exit_code: Some(3), signal: None, timed_out: false, oom_killed: true };
    let run = Run {
        id: Arc::from("ab12"),
        duration: Duration::from_millis(1500),
        processes_seen: 2,
        memory_peak_bytes: Some(4096),
        result: Some(result),
        ..Run::default()
    };
    Composer::new(naming, Box::new(Still(Scene { run: Some(run), ..Scene::default() })))
}

fn header() -> Record {
    let capabilities = Capabilities::of(Tier::Events, Vec::new());
    Record::Header(Box::new(Header {
        format: FORMAT,
        version: "1.2.3".to_owned(),
        root: ROOT,
        command: vec!["npm".to_owned(), "test".to_owned()],
        executable: None,
        cwd: Some("/app".to_owned()),
        started_at: WallTime::from_nanos(1_736_937_322_000_000_000),
        attached: false,
        host: Host { memory: Some(Bytes::new(1_000_000)), ..Host::default() },
        capabilities,
        settings: Settings::default(),
    }))
}

fn started(key: ProcessKey, parent: Option<ProcessKey>, name: &str) -> Record {
    let image = Image { name: name.to_owned(), command: vec![name.to_owned()], ..Image::default() };
    let at = Elapsed::ZERO;
    let process = ProcessInfo { key, parent, started: at, uid: Some(0), image };
    Record::Event(ProcessEvent::Started { at, process })
}

fn used(key: ProcessKey, cpu_ms: u64, rss: u64) -> ProcessUse {
    let growth = Counters { cpu: Some(CpuTime::from_millis(cpu_ms)), ..Counters::default() };
    let gauges = Gauges { rss: Some(Bytes::new(rss)), fds: Some(3), ..Gauges::default() };
    ProcessUse { key, growth: Growth(growth), gauges }
}

fn sample(from_ms: u64, at_ms: u64, processes: Vec<ProcessUse>) -> Record {
    let cpu = processes.iter().filter_map(|used| used.growth.0.cpu).sum();
    let rss = processes.iter().filter_map(|used| used.gauges.rss).sum();
    Record::Sample(Sample {
        from: Elapsed::from_millis(from_ms),
        at: Elapsed::from_millis(at_ms),
        cpu: Some(cpu),
        read: Some(Bytes::new(100)),
        memory: Some(rss),
        thread_count: Some(4),
        processes,
        ..Sample::default()
    })
}

fn told(message: &Message) -> Value {
    serde_json::from_slice(&message.payload).unwrap()
}

fn topics(messages: &[Message]) -> Vec<&str> {
    messages.iter().map(|message| message.topic.as_str()).collect()
}

#[test]
fn a_run_begins_with_its_command_and_its_machine() {
    let messages = composer(false).messages(&header());
    assert_eq!(topics(&messages), ["procmon/v1/ci/box/run/ab12/start"]);
    assert_eq!(
        told(&messages[0]),
        json!({
            "ts": "2025-01-15T10:35:22.000Z", "seq": 0, "run": "ab12", "version": "1.2.3",
            "pid": 7, "startTime": 70, "command": ["npm", "test"], "executable": null, "cwd": "/app",
            "startedAtMs": 1_736_937_322_000_u64, "attached": false, "tier": "1",
            "host": {
                "os": "", "kernel": null, "arch": "", "cpus": null, "cpusAvailable": null,
                "memoryBytes": 1_000_000
            },
        })
    );
}

#[test]
fn a_sample_names_new_programs_once_and_then_only_processes_that_changed() {
    let mut composer = composer(false);
    composer.messages(&header());
    assert_eq!(composer.messages(&started(ROOT, None, "npm")), []);
    composer.messages(&started(CHILD, Some(ROOT), "jest"));
    let first = composer.messages(&sample(0, 500, vec![used(ROOT, 0, 10), used(CHILD, 5, 20)]));
    let kinds = ["procmon/v1/ci/box/run/ab12/sample", "procmon/v1/ci/box/run/ab12/summary"];
    assert_eq!(topics(&first), kinds);
    let body = told(&first[0]);
    assert_eq!((&body["seq"], &body["ts"]), (&json!(1), &json!("2025-01-15T10:35:22.500Z")));
    assert_eq!(
        body["programs"][1],
        json!({
            "pid": 8, "startTime": 80, "parentPid": 7, "startedMs": 0, "uid": 0, "name": "jest",
            "role": null, "command": ["jest"]
        })
    );
    assert_eq!((body["processes"].as_array().unwrap().len(), &body["fromMs"]), (2, &json!(0)));
    let second = composer.messages(&sample(500, 1000, vec![used(ROOT, 0, 10), used(CHILD, 0, 21)]));
    assert_eq!(topics(&second), kinds[..1]);
    let body = told(&second[0]);
    assert_eq!((&body["programs"], &body["processCount"]), (&json!([]), &json!(2)));
    let lines = body["processes"].as_array().unwrap();
    assert_eq!(lines.len(), 1);
    assert_eq!((&lines[0]["pid"], &lines[0]["name"]), (&json!(8), &json!("jest")));
    assert_eq!((&lines[0]["rssBytes"], &lines[0]["pssBytes"]), (&json!(21), &Value::Null));
    assert_eq!(second[0].worth, Worth::Sample);
}

#[test]
fn an_end_of_a_process_says_who_it_was_and_how_it_ended() {
    let mut composer = composer(false);
    composer.messages(&header());
    composer.messages(&started(CHILD, Some(ROOT), "jest"));
    let at = Elapsed::from_millis(40);
    let last = LastKnown { cpu: Some(CpuTime::from_nanos(9)), ..LastKnown::default() };
    let event = ProcessEvent::Ended { at, key: CHILD, ending: Ending::Code(1), last };
    let messages = composer.messages(&Record::Event(event));
    assert_eq!(topics(&messages), ["procmon/v1/ci/box/run/ab12/exit"]);
    let body = told(&messages[0]);
    assert_eq!(
        (&body["pid"], &body["parentPid"], &body["name"]),
        (&json!(8), &json!(7), &json!("jest"))
    );
    assert_eq!(
        (&body["exitCode"], &body["signal"], &body["cpuNs"]),
        (&json!(1), &Value::Null, &json!(9))
    );
}

#[test]
fn a_run_ends_with_its_totals_and_a_summary_of_numbers_that_is_kept_for_a_day() {
    let mut composer = composer(false);
    composer.messages(&header());
    let end = RunEnd {
        at: Elapsed::from_millis(1500),
        ending: Some(Ending::Code(3)),
        cause: EndCause::RootEnded,
        totals: Totals { exact: true, ..Totals::default() },
        processes_seen: 2,
        coverage: procmon_model::host::Coverage::default(),
        survivors: Vec::new(),
        survivors_reaped: false,
        surroundings: procmon_model::host::Surroundings::default(),
        own: OwnCost::default(),
    };
    let messages = composer.messages(&Record::End(Box::new(end)));
    let kinds = ["procmon/v1/ci/box/run/ab12/end", "procmon/v1/ci/box/run/ab12/summary"];
    assert_eq!(topics(&messages), kinds);
    let body = told(&messages[0]);
    assert_eq!((&body["exitCode"], &body["cause"]), (&json!(3), &json!("rootEnded")));
    assert_eq!((&body["totals"]["exact"], &body["processesSeen"]), (&json!(true), &json!(2)));
    assert_eq!((messages[1].retained, messages[1].expiry), (true, Some(86_400)));
    let mut summary = told(&messages[1]);
    let fields = summary.as_object_mut().unwrap();
    assert_eq!(fields.remove("ts"), Some(json!("2025-01-15T10:35:23.500Z")));
    assert_eq!(fields.remove("run"), Some(json!("ab12")));
    assert!(fields.values().all(|value| value.is_number() || value.is_null()), "{fields:?}");
    assert_eq!((&fields["exitCode"], &fields["oomKilled"]), (&json!(3), &json!(1)));
    assert_eq!((&fields["running"], &fields["timedOut"]), (&json!(0), &json!(0)));
    assert_eq!((&fields["durationMs"], &fields["memoryPeakBytes"]), (&json!(1500.0), &json!(4096)));
}

#[test]
fn a_run_that_goes_on_is_summarised_every_ten_seconds() {
    let mut composer = composer(false);
    composer.messages(&header());
    let mut summarised = Vec::new();
    for second in 1..=21 {
        let record = sample((second - 1) * 1000, second * 1000, Vec::new());
        if composer.messages(&record).len() > 1 {
            summarised.push(second);
        }
    }
    assert_eq!(summarised, [1, 11, 21]);
}

#[test]
fn records_before_a_header_make_no_messages() {
    assert_eq!(composer(true).messages(&sample(0, 1, Vec::new())), []);
}

#[test]
fn propeller_reads_each_sample_under_both_its_names_and_on_both_its_topics() {
    let mut composer = composer(true);
    composer.messages(&header());
    composer.messages(&sample(0, 1000, vec![used(ROOT, 500, 20_000)]));
    let messages = composer.messages(&sample(1000, 4000, vec![used(ROOT, 600, 40_000)]));
    let places = ["m/d/c/c/control/proplet/task_metrics", "m/d/c/c/metrics/proplet"];
    assert_eq!(topics(&messages)[1..], places);
    assert_eq!(messages[1].payload, messages[2].payload);
    assert_eq!(
        told(&messages[1]),
        json!({
            "task_id": "ab12", "proplet_id": "box", "timestamp": "2025-01-15T10:35:26.000Z",
            "metrics": {
                "cpu_percent": 20.0, "cpu_usage_percent": 20.0,
                "memory_bytes": 40_000, "memory_usage_bytes": 40_000,
                "memory_percent": 4.0, "memory_usage_percent": 4.0,
                "disk_read_bytes": 200, "disk_write_bytes": null,
                "network_rx_bytes": null, "network_tx_bytes": null,
                "uptime_seconds": 4, "thread_count": 4, "file_descriptor_count": 3,
                "timestamp": "2025-01-15T10:35:26.000Z",
            },
            "aggregated": {
                "avg_cpu_usage": 27.5, "max_cpu_usage": 50.0,
                "avg_memory_usage": 35_000, "max_memory_usage": 40_000,
                "total_disk_read": 200, "total_disk_write": null,
                "total_network_rx": null, "total_network_tx": null, "sample_count": 2,
            },
        })
    );
}
